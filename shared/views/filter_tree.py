"""Filters as a tree: `{"all": [...]}`, `{"any": [...]}` and `{"none": [...]}` around `{"field", "op", "value"}`.

The one reader of such trees: of `filter=` in query strings, of saved views and of bulk acts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from shared.errors import FieldError, Invalid
from shared.messages import said, say, shown
from shared.views.filters import condition_of, split
from shared.views.port import Collection, Combine, Condition, Conditions, Where, leaves

MAX_DEPTH = 5  # groups within each other
MAX_LEAVES = 50
_GROUPS: tuple[Combine, ...] = ("all", "any", "none")
_LEAF = frozenset({"field", "op", "value"})
Tree = Any  # decoded JSON, not checked yet


def read_filter(collection: Collection, text: str, place: str = "filter") -> tuple[Where, ...]:
    """The parts that hold together, of a tree as JSON. Raises Invalid, which names the place of each mistake."""
    try:
        tree = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        message = say("is no JSON from character {position} on", position=error.pos + 1)
        raise Invalid("the filter is not valid", errors=[FieldError(place, "bad-json", message)]) from error
    return where_of(collection, tree, place)


def where_of(collection: Collection, tree: Tree, place: str = "filter") -> tuple[Where, ...]:
    """The same of decoded JSON. Raises Invalid."""
    reader = _Reader(collection)
    found = reader.part(tree, place, MAX_DEPTH)
    if reader.errors or found is None:
        raise Invalid("the filter is not valid", errors=reader.errors)
    if sum(1 for _ in leaves([found])) > MAX_LEAVES:
        message = say("at most {most} conditions", most=MAX_LEAVES)
        raise Invalid("the filter is not valid", errors=[FieldError(place, "bad-filter", message)])
    return found.parts if isinstance(found, Conditions) and found.combine == "all" else (found,)


def fields_of(tree: Tree, place: str = "filter") -> Iterator[tuple[str, str]]:
    """The place and the field of each condition of a tree that was read."""
    for name in _GROUPS:
        if name in tree:
            for n, inner in enumerate(tree[name]):
                yield from fields_of(inner, f"{place}.{name}.{n}")
            return
    yield place, tree["field"]


class _Reader:
    """Reads one tree and goes on after a mistake, so that all are named at once."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self.errors: list[FieldError] = []

    def part(self, tree: Tree, place: str, depth: int) -> Where | None:
        """depth: so many groups may still lie in each other."""
        try:
            combine = _combine(tree, place, depth)
            return self._leaf(tree, place) if combine is None else self._group(tree[combine], combine, place, depth)
        except _Mistake as mistake:
            self.errors.append(FieldError(mistake.place, "bad-filter", mistake.message))
            return None

    def _group(self, inner: Any, combine: Combine, place: str, depth: int) -> Conditions:
        place = f"{place}.{combine}"
        if not isinstance(inner, list) or not 0 < len(inner) <= MAX_LEAVES:
            raise _Mistake(place, say("a list of 1 to {most} conditions and groups is needed", most=MAX_LEAVES))
        parts = [self.part(one, f"{place}.{n}", depth - 1) for n, one in enumerate(inner)]
        return Conditions(combine, tuple(part for part in parts if part is not None))

    def _leaf(self, tree: dict[str, Any], place: str) -> Condition:
        if unknown := min(tree.keys() - _LEAF, default=None):
            raise _Mistake(place, say("a condition has no key {key}", key=shown(unknown)))
        name, op = tree.get("field"), tree.get("op", "")
        if not isinstance(name, str):
            raise _Mistake(f"{place}.field", say("the name of a field is needed"))
        if not isinstance(op, str):
            raise _Mistake(f"{place}.op", say("no such operator"))
        if "value" not in tree:
            raise _Mistake(f"{place}.value", say("a value is needed"))
        try:
            return condition_of(self._collection, *split(name), op, _written(tree["value"]))
        except (ValueError, OverflowError) as error:
            raise _Mistake(place, said(error)) from error


class _Mistake(Exception):
    def __init__(self, place: str, message: str) -> None:
        super().__init__(place, message)
        self.place, self.message = place, message


def _combine(tree: Tree, place: str, depth: int) -> Combine | None:
    """Of which kind a group is; None for a condition."""
    if not isinstance(tree, dict):
        raise _Mistake(place, say("a group (all, any, none) or a condition (field, op, value) is needed"))
    found = next((name for name in _GROUPS if name in tree), None)
    if found is not None and len(tree) > 1:
        raise _Mistake(place, say("a group has one of the keys all, any and none, and no other"))
    if found is not None and not depth:
        raise _Mistake(place, say("at most {most} groups within each other", most=MAX_DEPTH))
    return found


def _written(value: Any) -> str | list[str]:
    """A value as query strings have it. Raises ValueError."""
    if isinstance(value, list):
        return [_scalar(one) for one in value]
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("NUL characters are not allowed")
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return format(value, "f").rstrip("0").rstrip(".") if abs(value) < 1e15 else str(value)
    raise ValueError(say("a text, a number, true, false or a list of them; ask for a missing value with empty"))
