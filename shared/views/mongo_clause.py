"""Checked conditions in MongoDB's language: fields come from the declaration, values stand where values are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from shared.mongo import Row
from shared.views import collation
from shared.views.entries import entry_name, form
from shared.views.mongo_table import FORMS, Table, cell
from shared.views.port import AnyOp, Field, Kind
from shared.views.query import Checkable, Checked, Test, Tests
from shared.views.wanted import Leaf, Level

NOTHING: Final[Row] = {"t": {"$in": []}}  # finds no document
_SIGNS: Final = {"gt": "$gt", "ge": "$gte", "lt": "$lt", "le": "$lte"}
_OPPOSITES: Final[dict[str, AnyOp]] = {"ne": "eq", "outside": "within", "none_of": "one_of"}


def conditions(table: Table, checked: Checked) -> list[Row]:
    """Those of a query; all of them hold."""
    found = [_part(table, part) for part in checked.where]
    return found if checked.wanted is None else [*found, level(checked.wanted.found(checked.near))]


def together(parts: Sequence[Row]) -> Row:
    """All of the parts hold."""
    if len(parts) == 1:
        return parts[0]
    return {"$and": list(parts)} if parts else {}


def level(wanted: Level) -> Row:
    """Of each group of tokens any is there; without groups there is nothing to find."""
    return together([_any(_leaves(leaves)) for leaves in wanted]) if wanted else NOTHING


def _leaves(leaves: Iterable[Leaf]) -> list[Row]:
    exact, found = [], list[Row]()
    for token, begin in leaves:
        if begin:
            found.append({"w": {"$elemMatch": _between(token)}})
        else:
            exact.append(token)
    return [*found, {"w": {"$in": exact}}] if exact else found


def _any(parts: Sequence[Row]) -> Row:
    if len(parts) == 1:
        return parts[0]
    return {"$or": list(parts)} if parts else NOTHING


def _part(table: Table, part: Checkable) -> Row:
    if isinstance(part, Test):
        return _entry(part) if part.field.is_entry else _declared(table, part)
    return _group(table, part)


def _group(table: Table, group: Tests) -> Row:
    parts = [_part(table, inner) for inner in group.parts]
    match group.combine:
        case "all":
            return together(parts)
        case "any":
            return _any(parts)
        case "none":
            return {"$nor": parts} if parts else {}


def _declared(table: Table, test: Test) -> Row:
    path = table.path(test.field)
    if test.op == "prefix":
        return _prefix(table, test)
    if test.op == "contains" and test.field.kind is not Kind.KEYWORDS:
        return {table.folded(test.field): {"$regex": literal(test.value)}}
    if test.op == "outside":
        ranges = _ranges(path, test)
        return {"$nor": ranges} if ranges else {}
    if test.op == "within":
        return _any(_ranges(path, test))
    return {path: _compared(test)}


def _ranges(path: str, test: Test) -> list[Row]:
    return [{path: {"$gte": cell(test.field, low), "$lte": cell(test.field, high)}} for low, high in test.value]


def _compared(test: Test) -> Any:
    """What a value is held against; a missing one is before all others and like none."""
    field, value = test.field, test.value
    match test.op:
        case "empty":
            return None if value else {"$ne": None}
        case "ne":
            return {"$ne": cell(field, value)}
        case "in" | "one_of":
            return {"$in": _cells(field, value)}
        case "none_of":
            return {"$nin": _cells(field, value)}
        case "eq" | "contains":
            return cell(field, value)
    return {_SIGNS[test.op]: cell(field, value)}


def _cells(field: Field, values: Iterable[Any]) -> list[Any]:
    return [cell(field, value) for value in values]


def _prefix(table: Table, test: Test) -> Row:
    """Of texts that begin with the same base letters, which the index finds, those that begin with the same letters."""
    begins = {table.folded(test.field): _between(test.value)}
    if test.field.kind is not Kind.TEXT:
        return begins
    return together([{table.path(test.field): _between(collation.stem(test.value))}, begins])


def _between(prefix: str) -> Row:
    """Every text that begins so."""
    end = collation.successor(prefix)
    return {"$gte": prefix, "$lt": end} if end else {"$gte": prefix}


def _entry(test: Test) -> Row:
    """A condition on an entry: one of this name has such a value."""
    opposite = _OPPOSITES.get(test.op)
    if opposite is not None:
        return {"$nor": [_entry(replace(test, op=opposite))]}
    if test.op == "empty" and test.value:
        return {"$nor": [_entry(replace(test, value=False))]}
    if test.op == "within":
        return _any([_held(test, "within", {"$gte": low, "$lte": high}) for low, high in test.value])
    return _held(test, test.op, _entry_compared(test))


def _held(test: Test, op: str, compared: Any) -> Row:
    part = FORMS[form(test.field)]
    if op in ("prefix", "contains") and test.field.kind is not Kind.KEYWORDS:
        part = "f"
    return {"e": {"$elemMatch": {"n": entry_name(test.field), part: compared}}}


def _entry_compared(test: Test) -> Any:
    match test.op:
        case "empty":
            return {"$gt": ""}
        case "in" | "one_of":
            return {"$in": list(test.value)}
        case "prefix":
            return _between(test.value)
        case "contains" if test.field.kind is not Kind.KEYWORDS:
            return {"$regex": literal(test.value)}
        case "eq" | "contains":
            return test.value
    return {_SIGNS[test.op]: test.value}


def literal(text: str) -> str:
    """A pattern that finds a text as it stands: each sign of ASCII by its number, so that none has a meaning."""
    return "".join(c if c.isalnum() or not c.isascii() else f"\\x{ord(c):02x}" for c in text)
