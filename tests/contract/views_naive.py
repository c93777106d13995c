"""What a query means, computed without any index: the views suite holds every adapter to it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from shared.texts import fold
from shared.views.port import RELEVANCE, Collection, Condition, Document, Field, Kind, Query, Scope, Where
from shared.views.query import KEY
from shared.views.values import comparable, index_value, keywords, search_words
from shared.views.wanted import holds, wanted


def matching(
    collection: Collection, documents: Iterable[tuple[str, Document]], query: Query, scope: Scope
) -> list[str]:
    """The ids of all that match, in the query's order. documents: (tenant, document), in the order in which
    they came."""
    matching = [
        d
        for tenant, d in documents
        if tenant == scope.tenant and _visible(collection, d, scope) and _matches(collection, d, query)
    ]
    if query.sort == RELEVANCE:
        best = sorted((_level(collection, d, query), -place, d["id"]) for place, d in enumerate(matching))
        return [key for _, _, key in best[: query.limit]]
    matching.sort(key=lambda d: d["id"], reverse=query.descending)
    for order in reversed(query.orders):
        field = _field(collection, order.field, query)
        matching.sort(key=lambda d, f=field: _rank(_worth(f, _raw(f, d))), reverse=order.descending)  # type: ignore[misc]
    return [d["id"] for d in matching][query.skip :]


def _field(collection: Collection, name: str, query: Query) -> Field:
    return KEY if name == "id" else next(f for f in (*collection.fields, *query.entries) if f.name == name)


def _raw(field: Field, document: Document) -> Any:
    """A document's value; that of an entry lies within its open field, maybe one object deeper."""
    found: Any = document
    for step in field.name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _worth(field: Field, raw: Any) -> Any:
    """What is compared; numbers of entries have more digits than an index value holds."""
    if not field.is_entry or field.kind not in (Kind.INTEGER, Kind.DECIMAL):
        return index_value(field, raw)
    return None if raw is None or raw == "" else Decimal(raw)


def _rank(value: Any) -> tuple[int, Any]:
    return (0, 0) if value is None else (1, value)


def _visible(collection: Collection, document: Document, scope: Scope) -> bool:
    return scope.owners is None or collection.owner is None or document.get(collection.owner) in scope.owners


def _matches(collection: Collection, document: Document, query: Query) -> bool:
    held = all(_part_holds(collection, part, document, query) for part in query.where)
    return held and (not query.text.strip() or _has_words(collection, document, query))


def _part_holds(collection: Collection, part: Where, document: Document, query: Query) -> bool:
    if isinstance(part, Condition):
        return _holds(_field(collection, part.field, query), part, document)
    held = [_part_holds(collection, inner, document, query) for inner in part.parts]
    return {"all": all(held), "any": any(held), "none": not any(held)}[part.combine]


def _has_words(collection: Collection, document: Document, query: Query) -> bool:
    asked = wanted(query.text)
    return bool(asked.words) and holds(asked.found(query.near), search_words(collection, document))


def _level(collection: Collection, document: Document, query: Query) -> int:
    if query.near:
        return 0
    level = wanted(query.text).level(search_words(collection, document))
    assert level is not None
    return level


def _holds(field: Field, condition: Condition, document: Document) -> bool:
    raw, wanted = _raw(field, document), condition.value
    if field.kind is Kind.KEYWORDS:
        entries = keywords(field, raw)
        match condition.op:
            case "empty":
                return bool((not entries) == wanted)
            case "in" | "one_of" | "none_of":
                found = any(comparable(field, one) in entries for one in wanted)
                return found == (condition.op != "none_of")
        return (comparable(field, wanted) in entries) == (condition.op == "contains")
    value = _worth(field, raw)
    match condition.op:
        case "empty":
            return bool((value is None) == wanted)
        case "ne":
            return value != _worth(field, wanted)
        case "in" | "one_of" | "none_of":
            found = value is not None and value in [_worth(field, w) for w in wanted]
            return found == (condition.op != "none_of")
        case "within" | "outside":
            ranges = [(_worth(field, low), _worth(field, high)) for low, high in wanted]
            inside = value is not None and any(low <= value <= high for low, high in ranges)
            return inside == (condition.op == "within")
        case "prefix" | "contains":
            low = fold(str(raw)) if field.key is None else str(value)
            text = fold(wanted) if field.key is None else comparable(field, wanted)
            return value is not None and (low.startswith(text) if condition.op == "prefix" else text in low)
    if value is None:
        return False
    other: Any = _worth(field, wanted)
    mine: Any = value
    answers: dict[str, bool] = {
        "eq": mine == other, "gt": mine > other, "ge": mine >= other, "lt": mine < other, "le": mine <= other
    }  # fmt: skip
    return bool(answers[condition.op])
