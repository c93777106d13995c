"""Checking a query against a declaration: what passes here holds declared names and converted values only.

Two meanings every adapter keeps: missing and empty text are the same ("no value"), and `ne` also matches no value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from shared.messages import say, shown
from shared.texts import fold
from shared.views.cursor import decoded, encoded
from shared.views.entries import form
from shared.views.port import (
    MAX_PAGE,
    MAX_SKIP,
    MAX_SORTS,
    RELEVANCE,
    AnyOp,
    BadQuery,
    By,
    Collection,
    Combine,
    Condition,
    Conditions,
    Field,
    Kind,
    Order,
    Query,
    Where,
    leaves,
)
from shared.views.values import MAX_INTEGER, MIN_INTEGER, IndexValue, comparable, index_value
from shared.views.wanted import Wanted, wanted

MAX_CONDITIONS = 50
MAX_DEPTH = 6  # groups within groups
MAX_EDGES = 1000
MAX_IN = 500
MAX_TEXT = 200

KEY = Field("id", Kind.KEYWORD, zh="编号", en="Id", indexed=True)

_ORDER: frozenset[AnyOp] = frozenset({"eq", "ne", "in", "gt", "ge", "lt", "le"})
_RANGED = (Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.DATETIME)
_SETS: frozenset[AnyOp] = frozenset({"one_of", "none_of"})
OPERATORS: dict[Kind, frozenset[AnyOp]] = {
    Kind.TEXT: _ORDER | {"prefix", "contains", "empty"},
    Kind.KEYWORD: _ORDER | _SETS | {"prefix", "contains", "empty"},
    Kind.KEYWORDS: _SETS | {"contains", "in", "ne", "empty"},
    Kind.INTEGER: _ORDER | {"empty"},
    Kind.DECIMAL: _ORDER | {"empty"},
    Kind.DATE: _ORDER | {"empty", "within", "outside"},
    Kind.DATETIME: _ORDER | {"empty", "within", "outside"},
    Kind.BOOLEAN: frozenset({"eq", "ne", "in", "empty"}),
    Kind.JSON: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Test:
    """One checked condition. `value` is in index form (see values.index_value); for `in`, `one_of` and `none_of` a
    tuple of such, for ranges of pairs of such."""

    __test__ = False  # its name is not meant for pytest

    field: Field
    op: AnyOp
    value: Any


@dataclass(frozen=True, slots=True)
class Tests:
    """A checked group of conditions."""

    __test__ = False

    combine: Combine
    parts: tuple[Checkable, ...]


Checkable = Test | Tests


@dataclass(frozen=True, slots=True)
class Sorted:
    """A checked sort key."""

    field: Field
    descending: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked query. `wanted` None = no text search; without words it matches nothing.

    entries: the fields of the query's entries by name. ranked: sorted by relevance. orders: the sort keys, one at
    least. after: the values of the sort keys and the key of the last document of the page before.
    """

    entries: Mapping[str, Field]
    where: tuple[Checkable, ...]
    wanted: Wanted | None
    near: bool
    ranked: bool
    orders: tuple[Sorted, ...]
    limit: int
    skip: int
    after: tuple[tuple[IndexValue | None, ...], str] | None
    digest: str

    @property
    def sort(self) -> Field:
        """The first sort key's field."""
        return self.orders[0].field

    @property
    def descending(self) -> bool:
        """The first sort key's direction, which is that of ties, too."""
        return self.orders[0].descending

    def cursor(self, values: Iterable[IndexValue | None], key: str) -> str:
        """The opaque cursor that continues after this document."""
        return encoded(self.digest, [*values], key)


def validate(collection: Collection, query: Query) -> Checked:
    """Check every name, operation, value and the cursor. Raises BadQuery, which names the field."""
    entries = _checked_entries(collection, query.entries)
    where = _tests(collection, query, entries)
    text, ranked = _wanted(collection, query.text), query.sort == RELEVANCE
    if ranked and (text is None or query.cursor is not None):
        raise BadQuery("sort", "by relevance one page is sorted, of a text: give q and no cursor")
    orders = (Sorted(KEY, query.descending),) if ranked else _orders(collection, query.orders, entries)
    if not isinstance(query.limit, int) or isinstance(query.limit, bool) or query.limit < 1:
        raise BadQuery("limit", "a whole number from 1")
    if not 0 <= query.skip <= MAX_SKIP:
        raise BadQuery("skip", say("a whole number from {lowest} to {highest}", lowest=0, highest=MAX_SKIP))
    if query.skip and (query.cursor is not None or ranked):
        raise BadQuery("skip", "goes neither with a cursor nor with the order of a search")
    tests = sorted(map(_shape, where))  # in whichever order a client repeats the conditions
    sorts = [(o.field.name, o.descending) for o in orders]
    shape = repr((collection.name, tests, text and text.words, query.near, sorts))
    digest = blake2b(shape.encode(errors="surrogatepass"), digest_size=9).hexdigest()
    after = None if query.cursor is None else _after(query.cursor, digest, orders)
    limit = min(query.limit, MAX_PAGE)
    return Checked(entries, where, text, query.near, ranked, orders, limit, query.skip, after, digest)


def _shape(part: Checkable) -> str:
    if isinstance(part, Test):
        return repr((part.field.name, part.op, part.value))
    return repr((part.combine, [_shape(inner) for inner in part.parts]))


def _orders(collection: Collection, orders: tuple[Order, ...], entries: Mapping[str, Field]) -> tuple[Sorted, ...]:
    found = []
    for order in orders:
        field = _indexed(collection, order.field, entries)
        if field.kind in (Kind.KEYWORDS, Kind.JSON):
            raise BadQuery(field.name, "cannot be sorted by")
        if not isinstance(order.descending, bool):
            raise BadQuery("descending", "true or false")
        found.append(Sorted(field, order.descending))
    if len(found) > MAX_SORTS:
        raise BadQuery("sort", say("at most {most} fields to sort by", most=MAX_SORTS))
    if len({o.field.name for o in found}) < len(found):
        raise BadQuery("sort", "names a field twice")
    return tuple(found)


def conditions(collection: Collection, query: Query) -> tuple[Checkable, ...]:
    """The checked conditions alone. Raises BadQuery."""
    return _tests(collection, query, _checked_entries(collection, query.entries))


def _tests(collection: Collection, query: Query, entries: Mapping[str, Field]) -> tuple[Checkable, ...]:
    if sum(1 for _ in leaves(query.where)) > MAX_CONDITIONS:
        raise BadQuery("where", say("at most {most} conditions", most=MAX_CONDITIONS))
    return tuple(_parts(collection, query.where, entries, MAX_DEPTH))


def _parts(
    collection: Collection, where: Iterable[Where], entries: Mapping[str, Field], depth: int
) -> Iterator[Checkable]:
    """Parts that hold together. depth: so many groups may still lie in each other."""
    for part in where:
        if isinstance(part, Conditions) and part.combine == "all":
            yield from _parts(collection, part.parts, entries, _deeper(depth))
        else:
            yield _part(collection, part, entries, depth)


def _part(collection: Collection, part: Where, entries: Mapping[str, Field], depth: int) -> Checkable:
    if isinstance(part, Condition):
        return _test(collection, part, entries)
    below = _deeper(depth)
    if part.combine == "all":
        return Tests("all", tuple(_parts(collection, part.parts, entries, below)))
    return Tests(part.combine, tuple(_part(collection, inner, entries, below) for inner in part.parts))


def _deeper(depth: int) -> int:
    if not depth:
        raise BadQuery("where", say("at most {most} groups within each other", most=MAX_DEPTH))
    return depth - 1


def group_fields(collection: Collection, by: tuple[str, ...], entries: Mapping[str, Field]) -> tuple[Field, ...]:
    """The fields that totals are grouped by, declared or checked entries. Raises BadQuery."""
    fields = tuple(_indexed(collection, name, entries) for name in by)
    for field in fields:
        if field.kind in (Kind.KEYWORDS, Kind.JSON):
            raise BadQuery(field.name, "cannot be grouped by")
    return fields


def edges_of(field: Field, by: By) -> tuple[IndexValue, ...]:
    """The edges of buckets in index form; () where a field is grouped by its values. Raises BadQuery."""
    if isinstance(by, str):
        return ()
    edges = tuple(_value(field, edge) for edge in by.edges)
    if field.kind not in _RANGED or not 0 < len(edges) <= MAX_EDGES or list(edges) != sorted(set(edges)):
        raise BadQuery(field.name, say("is grouped by 1 to {most} rising numbers or days", most=MAX_EDGES))
    return edges


def sum_field(collection: Collection, name: str | None, entries: Mapping[str, Field]) -> Field | None:
    """The number that totals add up, declared or a checked entry. Raises BadQuery."""
    if name is None:
        return None
    field = _indexed(collection, name, entries)
    if field.kind not in (Kind.DECIMAL, Kind.INTEGER):
        raise BadQuery(field.name, "is no number that could be added up")
    if field.price:
        raise BadQuery(field.name, "is what one unit costs: prices are not added up")
    return field


def _checked_entries(collection: Collection, entries: tuple[Field, ...]) -> dict[str, Field]:
    """Raises BadQuery for a field that is no entry of the collection's open field, or of a kind without questions."""
    for field in entries:
        head, _, name = field.name.partition(".")
        if not head or head != collection.open or not name:
            raise BadQuery(field.name[:80], say("is no field of {name}", name=collection.name))
        try:
            form(field)
        except ValueError as error:
            raise BadQuery(field.name[:80], "can neither be filtered nor sorted by") from error
    return {f.name: f for f in entries}


def _indexed(collection: Collection, name: Any, entries: Mapping[str, Field]) -> Field:
    if name == "id":
        return KEY
    if isinstance(name, str) and name in entries:
        return entries[name]
    field = collection.field(name) if isinstance(name, str) else None
    if field is None:
        raise BadQuery(str(name)[:80], say("is no field of {name}", name=collection.name))
    if not field.indexed:
        raise BadQuery(field.name, "can neither be filtered nor sorted by")
    return field


def _test(collection: Collection, condition: Condition, entries: Mapping[str, Field]) -> Test:
    field, op, value = _indexed(collection, condition.field, entries), condition.op, condition.value
    allowed = _ORDER if field is KEY else OPERATORS[field.kind]
    if not isinstance(op, str) or op not in allowed:
        raise BadQuery(field.name, say("does not know the operation {value}", value=shown(str(op))))
    if op == "empty":
        if not isinstance(value, bool):
            raise BadQuery(field.name, "empty takes true or false")
        return Test(field, op, value)
    if op in ("in", "one_of", "none_of"):
        if not isinstance(value, list | tuple | set | frozenset):
            raise BadQuery(field.name, "in takes a list")
        if op == "in" and len(value) > MAX_IN:
            raise BadQuery(field.name, say("in takes at most {most} values", most=MAX_IN))
        return Test(field, op, tuple(sorted({_value(field, entry) for entry in value})))
    if op in ("within", "outside"):
        return Test(field, op, tuple(sorted({(_value(field, low), _value(field, high)) for low, high in value})))
    if op == "prefix" or (op == "contains" and field.kind is not Kind.KEYWORDS):
        text = _text_value(field, value)
        return Test(field, op, fold(text) if field.key is None else comparable(field, text))
    return Test(field, op, _value(field, value))


def _value(field: Field, value: Any) -> IndexValue:
    """The value in index form; for a list, of one of its entries."""
    if field.kind is Kind.KEYWORDS:
        return comparable(field, _text_value(field, value))
    try:
        converted = index_value(field, value)
    except ValueError as wrong:
        raise BadQuery(field.name, say("the value is not of kind {kind}", kind=field.kind)) from wrong
    if converted is None:
        raise BadQuery(field.name, "ask for a missing value with the operation 'empty'")
    return converted


def _text_value(field: Field, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise BadQuery(field.name, "takes a text of at least one character")
    return _encodable(field.name, value)


def _encodable(name: str, value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as broken:
        raise BadQuery(name, "is not well-formed text") from broken
    return value


def _wanted(collection: Collection, text: Any) -> Wanted | None:
    if not isinstance(text, str):
        raise BadQuery("text", "must be a text")
    if not text.strip():
        return None
    if len(text) > MAX_TEXT:
        raise BadQuery("text", say("at most {most} characters", most=MAX_TEXT))
    if not any(field.searchable for field in collection.fields):
        raise BadQuery("text", say("{name} has no searchable field", name=collection.name))
    return wanted(_encodable("text", text))


def _after(cursor: Any, digest: str, orders: tuple[Sorted, ...]) -> tuple[tuple[IndexValue | None, ...], str]:
    broken = BadQuery("cursor", "is not a cursor of this query")
    try:
        made_for, values, key = decoded(cursor)
    except (TypeError, ValueError) as error:
        raise broken from error
    if made_for != digest or not isinstance(key, str) or not isinstance(values, list) or len(values) != len(orders):
        raise broken
    if not all(_fits(order.field, value) for order, value in zip(orders, values, strict=True)):
        raise broken
    return tuple(values), key


def _is_value(field: Field, value: Any) -> bool:
    try:
        index_value(field, value)
    except ValueError:
        return False
    return True


def _fits(sort: Field, value: Any) -> bool:
    if value is None:
        return True
    if sort is KEY:  # its value is the cursor's key
        return False
    if sort.kind in (Kind.DATE, Kind.DATETIME) and not sort.is_entry:
        return _is_value(sort, value)
    if sort.is_entry or sort.kind in (Kind.TEXT, Kind.KEYWORD):
        return isinstance(value, str)
    return isinstance(value, int) and not isinstance(value, bool) and MIN_INTEGER <= value <= MAX_INTEGER
