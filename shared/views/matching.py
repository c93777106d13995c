"""Whether a document meets checked conditions, outside any storage: with the meanings that every adapter keeps."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

from shared.texts import fold
from shared.views.entries import entry_of
from shared.views.port import Collection, Document, Kind, Scope
from shared.views.query import Checkable, Test
from shared.views.values import IndexValue, comparable, index_value, keywords

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


def index_values(test: Test, document: Document) -> list[IndexValue]:
    """The values of a document that a test looks at, in comparable form."""
    value = _value(test, document)
    if test.field.kind is Kind.KEYWORDS:
        return list(keywords(test.field, value))
    found = index_value(test.field, value)
    return [] if found is None else [found]


def _value(test: Test, document: Document) -> Any:
    return entry_of(document, test.field) if test.field.is_entry else document.get(test.field.name)


def meets(document: Document, tests: Iterable[Checkable]) -> bool:
    return all(_holds(part, document) for part in tests)


def _holds(part: Checkable, document: Document) -> bool:
    if isinstance(part, Test):
        return _meets(part, document)
    held = (_holds(inner, document) for inner in part.parts)
    match part.combine:
        case "all":
            return all(held)
        case "any":
            return any(held)
        case "none":
            return not any(held)


def _meets(test: Test, document: Document) -> bool:
    values = index_values(test, document)
    match test.op:
        case "empty":
            return bool(test.value) != bool(values)
        case "ne":
            return test.value not in values
        case "in" | "one_of":
            return any(value in test.value for value in values)
        case "none_of":
            return not any(value in test.value for value in values)
        case "contains" if test.field.kind is Kind.KEYWORDS:
            return test.value in values
        case "contains":
            return test.value in _spelling(test, document)
        case "prefix":
            return _spelling(test, document).startswith(test.value)
        case "within":
            return _lies_within(values, test)
        case "outside":
            return not _lies_within(values, test)
        case op:
            return any(_ORDER[op](value, test.value) for value in values)


def _spelling(test: Test, document: Document) -> str:
    text = str(_value(test, document) or "")
    return comparable(test.field, text) if test.field.key else fold(text)


def _lies_within(values: list[IndexValue], test: Test) -> bool:
    return any(low <= value <= high for value in values for low, high in test.value)


def in_scope(collection: Collection, document: Document, scope: Scope) -> bool:
    """Whether the scope's owners let the document be seen."""
    return scope.owners is None or collection.owner is None or document.get(collection.owner) in scope.owners
