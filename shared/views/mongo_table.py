"""One collection of documents in MongoDB: where each declared field lies, and what is stored of a document.

A stored document: `_id` tenant and key · `_pos` its guard · `t` tenant · `k` key · `n` which came when · `o` owner ·
`b` the document as JSON · `x` index values by field · `f` texts as they are looked into · `l` lists · `e` entries of
the open field · `w` tokens of full text. A value that is missing is not there: it sorts first. Of a removed document
only `_id`, `_pos` and `n` are left. Numbers are decimals of 34 digits, so that sums are exact.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from struct import pack
from typing import Any

from bson import Decimal128

from shared.messages import say
from shared.mongo import Keys, Row
from shared.texts import fold
from shared.views import collation
from shared.views.entries import entries
from shared.views.port import BadQuery, Collection, Document, Field, Kind, Write
from shared.views.values import (
    IndexValue,
    conversion,
    encode,
    keywords,
    list_fields,
    scalar_fields,
    scale,
    search_words,
)

_NUMBERS = (Kind.INTEGER, Kind.DECIMAL)
_BIAS = 6176  # of a decimal's exponent: IEEE 754-2008, decimal128, binary integer form
_SIGN = 1 << 63
_HIGH = 1 << 62
FORMS = {"raw": "r", "low": "l", "num": "m"}  # of entries (see entries.py); `f`: the text that is looked into


class Table:
    """stale: the program declares it otherwise now; documents that do not fit are kept without the values in question.

    docs: the name of the collection in the database. Raises ValueError for a declaration with an unfit name.
    """

    def __init__(self, declaration: Collection, docs: str, *, stale: bool = False) -> None:
        self.declaration, self.docs, self.stale = declaration, docs, stale
        self._scalars = [(f, f.name, _lenient(f) if stale else conversion(f)) for f in scalar_fields(declaration)]
        self._lists = list_fields(declaration)
        self._paths = {"id": "k"} | {f.name: f"x.{f.name}" for f, *_ in self._scalars}
        self._paths |= {f.name: f"l.{f.name}" for f in self._lists}
        self._folded = {f.name: f"f.{f.name}" for f, *_ in self._scalars if _has_folded(f)}

    def path(self, field: Field) -> str:
        """Where a checked field lies. Raises BadQuery for a name that is not declared: the second look."""
        found = self._paths.get(field.name)
        if found is None:
            raise BadQuery(field.name, say("is no field of {name}", name=self.declaration.name))
        return found

    def folded(self, field: Field) -> str:
        """Where its text lies as prefixes and parts are looked for."""
        return self._folded.get(field.name) or self.path(field)

    def indexes(self) -> dict[str, Keys]:
        """Those that a collection has next to the one of `_id`: name → fields. An order ends with key and owner, so
        that following it answers both."""
        owner = [("o", 1)] if self.declaration.owner is not None else []
        found: dict[str, Keys] = {"k": [("t", 1), ("k", 1)], "n": [("t", 1), ("n", 1)]}
        if owner:
            found["o"] = [("t", 1), ("o", 1), ("k", 1)]
        if self.declaration.searchable:
            found["w"] = [("t", 1), ("w", 1)]
        for field, name, _ in self._scalars:
            found[f"x_{name}"] = [("t", 1), (self.path(field), 1), ("k", 1), *owner]
        if self.declaration.boards:
            found["board"] = [("t", 1), *((self._paths[name], 1) for name in self.declaration.boards), *owner]
        for field in self._lists:
            found[f"l_{field.name}"] = [("t", 1), (self.path(field), 1)]
        for part in FORMS.values() if self.declaration.open else ():
            found[f"e_{part}"] = [("t", 1), ("e.n", 1), (f"e.{part}", 1)]
        return found

    def update(self, one: Write, place: int) -> tuple[Row, list[Row]]:
        """The guarded update that a write is. Raises ValueError: the document does not fit.

        A removal leaves one more than its guard, which an overwriting write of the same version meets. The guard
        stands in the update, not next to the `_id`: so the document is found by its `_id` alone, by no plan.
        """
        guard, id = _guard(one.version), row_id(one.tenant, one.key)
        if one.document is None:
            return {"_id": id}, _below(guard, {"_id": id, "_pos": guard + 1}, place)
        values = {"_id": id, "_pos": guard, "t": one.tenant, "k": one.key, **self._values(one.document)}
        return {"_id": id}, _below(guard + one.overwrite, values, place)

    def _values(self, document: Document) -> Row:
        cells, texts = Row(), Row()
        for field, name, convert in self._scalars:
            value = document.get(name)
            if value is None or value == "":
                continue
            made = convert(field, value)
            if made is None or made == "":
                continue
            cells[name] = cell(field, made)
            if name in self._folded:
                texts[name] = spelled(str(made)) if field.kind is Kind.TEXT else fold(str(made))
        owner, opened = self.declaration.owner, self.declaration.open
        return {
            "o": (document.get(owner) or None) if owner else None,
            "b": encode(document),
            "x": cells,
            "f": texts,
            "l": self._listed(document),
            "e": [_entry(*one) for one in entries(document.get(opened))] if opened else [],
            "w": search_words(self.declaration, document) if self.declaration.searchable else [],
        }

    def _listed(self, document: Document) -> Row:
        try:
            found = {f.name: keywords(f, document.get(f.name)) for f in self._lists}
        except ValueError:
            if not self.stale:
                raise
            return {}
        return {name: values for name, values in found.items() if values}


def _guard(version: int) -> int:
    """Twice the version, so that there is room between two. It must fit into 64 bits, and entries of the list of parked
    events have versions from 2^62 on (see parked.py): those follow what 2^61 would have. Nothing lies between."""
    return 2 * version if version < _HIGH // 2 else 2 * version - _HIGH


def _below(guard: int, values: Row, place: int) -> list[Row]:
    """The update that leaves these values where the guard is lower, or nothing is, and what is there otherwise."""
    row = {"$mergeObjects": [{"$literal": values}, {"n": {"$ifNull": ["$n", place]}}]}
    return [{"$replaceWith": {"$cond": [{"$lt": ["$_pos", guard]}, row, "$$ROOT"]}}]


class Places:
    """Rising numbers for documents as they come: what came later has the higher one."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return self._last


def row_id(tenant: str, key: str) -> str:
    """The `_id` of a tenant's document: no two pairs have the same one."""
    return f"{len(tenant)}.{tenant}.{key}"


def cell(field: Field, value: IndexValue) -> Any:
    """An index value (see values.index_value) as it is stored and asked for."""
    if field.is_entry or not isinstance(value, int):
        return value
    if field.kind is Kind.BOOLEAN:
        return bool(value)
    return _decimal(value, scale(field) if field.kind is Kind.DECIMAL else 0)


def index_form(field: Field, stored: Any) -> IndexValue | None:
    """The index value of a stored one; None where there is none."""
    if isinstance(stored, Decimal128):
        return int(stored.to_decimal().scaleb(scale(field) if field.kind is Kind.DECIMAL else 0))
    if isinstance(stored, bool):
        return int(stored)
    found: IndexValue | None = stored
    return found


def _decimal(number: int, places: int) -> Decimal128:
    """An integer below 2^64 with so many decimals, made without text: a document has many of them."""
    head = (_BIAS - places) << 49
    return Decimal128.from_bid(pack("<QQ", abs(number), head | _SIGN if number < 0 else head))


def spelled(key: str) -> str:
    """The folded text of a key of the order of texts (see collation)."""
    _, found, text = key.partition(collation.SEPARATOR)
    return text if found else key


def _entry(name: str, place: int, raw: str, low: str, num: str) -> Row:
    """Only the forms that the value has."""
    found = {"n": name, "r": raw, "l": low, "f": spelled(low), "m": num}
    return {part: value for part, value in found.items() if value}


def _has_folded(field: Field) -> bool:
    return field.kind is Kind.TEXT or (field.kind is Kind.KEYWORD and field.key is None)


def _lenient(field: Field) -> Callable[[Field, Any], IndexValue]:
    convert = conversion(field)

    def converted(field: Field, value: Any) -> IndexValue:
        try:
            return convert(field, value)
        except ValueError:
            return ""

    return converted
