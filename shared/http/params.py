"""Query strings → queries: only declared names get through, every mistake names its parameter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.clock import Micros, from_rfc3339, to_rfc3339
from shared.domain.queries import Moment
from shared.errors import FieldError, Invalid
from shared.views.port import MAX_PAGE, Collection, Condition, Field, Kind, Op, Query

RESERVED = frozenset(
    {"q", "sort", "limit", "cursor", "fields", "names", "as_of", "known_at", "min_version", "format"}
)  # parameters that are no filters
_FILTER = re.compile(r"^([A-Za-z_][A-Za-z0-9_]*)(?:\.([A-Za-z0-9_]+))?(?:\[(\w+)\])?$")
_OPS: frozenset[str] = frozenset({"eq", "ne", "in", "gt", "ge", "lt", "le", "prefix", "contains", "empty"})


def list_query(collection: Collection, params: Iterable[tuple[str, str]]) -> Query:
    """The query of a list request. Raises Invalid naming the parameter."""
    given = dict(params)
    errors: list[FieldError] = []
    where = []
    for name, value in params:
        if name in RESERVED:
            continue
        try:
            where.append(_condition(collection, name, value))
        except ValueError as error:
            errors.append(FieldError(name, "bad-filter", str(error)))
    if errors:
        raise Invalid("the filter is not valid", errors=errors)
    if collection.field("archived") and not any(c.field in ("archived", "id") for c in where):
        where.append(Condition("archived", "eq", False))
    sort = given.get("sort", "id")
    return Query(
        tuple(where),
        given.get("q", ""),
        sort.removeprefix("-"),
        sort.startswith("-"),
        _limit(given.get("limit", "50")),
        given.get("cursor") or None,
    )


def _limit(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= MAX_PAGE:
        raise Invalid.field("limit", "out-of-range", f"a whole number from 1 to {MAX_PAGE}")
    return int(text)


def _condition(collection: Collection, name: str, text: str) -> Condition:
    match = _FILTER.match(name)
    if match is None:
        raise ValueError("no such parameter")
    field_name, custom, op = match.groups()
    if field_name == "custom" and custom:
        return Condition("custom_keys", "contains", f"{custom}={text}")
    field = collection.field(field_name)
    if custom or field is None or not field.indexed:
        raise ValueError("no such field to filter by")
    op = op or ("contains" if field.kind is Kind.KEYWORDS else "eq")
    if op not in _OPS:
        raise ValueError("no such operator")
    return Condition(field_name, _op(op), _value(field, op, text))


def _op(text: str) -> Op:
    return text  # type: ignore[return-value]


def _value(field: Field, op: str, text: str) -> Any:
    if op == "empty":
        return _boolean(text)
    if op == "in":
        return [_scalar(field, part) for part in text.split(",")]
    return _scalar(field, text)


def _scalar(field: Field, text: str) -> Any:
    match field.kind:
        case Kind.BOOLEAN:
            return _boolean(text)
        case Kind.INTEGER:
            if not re.fullmatch(r"-?\d{1,18}", text):
                raise ValueError("a whole number is needed")
            return int(text)
        case Kind.DATE:
            return date.fromisoformat(text).isoformat()
        case Kind.DATETIME:
            return to_rfc3339(from_rfc3339(text))
        case _:
            return text


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("true or false is needed")
    return text == "true"


def moment(as_of: str | None, known_at: str | None) -> Moment:
    """`as_of` is a version or a moment, `known_at` a moment; a bare date means its last instant."""
    version = occurred = None
    if as_of is not None:
        if as_of.isdigit() and len(as_of) < 10:
            version = int(as_of)
            if version == 0:
                raise Invalid.field("as_of", "bad-moment", "versions count from 1")
        else:
            occurred = instant("as_of", as_of)
    return Moment(version, occurred, None if known_at is None else instant("known_at", known_at))


def instant(name: str, text: str) -> Micros:
    """An RFC 3339 moment as microseconds; a bare date is its last instant. Raises Invalid naming the parameter."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            end = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC) + timedelta(days=1)
            return from_rfc3339(end.isoformat()) - 1
        return from_rfc3339(text.replace(" ", "+"))
    except (ValueError, OverflowError) as error:
        raise Invalid.field(name, "bad-moment", "an RFC 3339 moment or a date is needed") from error


def field_names(collection: Collection, text: str | None) -> list[str] | None:
    """The sparse field set of `fields=a,b`; id and version always come along."""
    if not text:
        return None
    names = [n for n in text.split(",") if n]
    known = {f.name for f in collection.fields} | {"id", "version"}
    if unknown := [n for n in names if n not in known]:
        raise Invalid(
            "no such field", errors=[FieldError(f"fields.{n}", "unknown-field", "no such field") for n in unknown]
        )
    return ["id", "version", *names]
