"""Which records are about one and the same person: merged ones, and those that one became by a conversion."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.views.paging import every
from shared.views.port import Condition, Document, Kind, Query, ReadableViews, Scope


async def same_person(
    catalogue: Catalogue, views: ReadableViews, tenant: str, records: Iterable[tuple[str, str]]
) -> dict[str, str]:
    """The records, and all that are the same ones or about the same person, as the views have them: id → type."""
    found = {id: type_ for type_, id in records}
    waiting = list(found)
    while waiting:
        id = waiting.pop()
        async for type_, other in _neighbours(catalogue, views, tenant, catalogue[found[id]], id):
            if other not in found:
                found[other] = type_
                waiting.append(other)
    return found


async def _neighbours(
    catalogue: Catalogue, views: ReadableViews, tenant: str, aggregate: AnyAggregate, id: str
) -> AsyncIterator[tuple[str, str]]:
    document = await views.get(aggregate.collection.name, id, Scope(tenant)) or {}
    for other in _merged(document):
        yield aggregate.name, other
    if not aggregate.person:
        return
    for name, type_ in became_fields(catalogue, aggregate):
        value = document.get(name) or ()
        for other in [value] if isinstance(value, str) else value:
            yield type_, other
    for source in catalogue:
        for name, type_ in became_fields(catalogue, source):
            if source.person and type_ == aggregate.name:
                query = Query((Condition(name, "contains" if _holds_many(source, name) else "eq", id),))
                async for one in every(views, source.collection.name, query, Scope(tenant)):
                    yield source.name, one["id"]


def _merged(document: Document) -> list[str]:
    into = document.get("merged_into")
    return [*document.get("absorbed", ()), *([into] if into else ())]


def _holds_many(aggregate: AnyAggregate, name: str) -> bool:
    field = aggregate.collection.field(name)
    return field is not None and field.kind is Kind.KEYWORDS


def became_fields(catalogue: Catalogue, aggregate: AnyAggregate) -> list[tuple[str, str]]:
    """The fields that name the person whom a record became, each with the type."""
    fields = [aggregate.collection.field(name) for name in aggregate.became]
    return [(f.name, f.ref) for f in fields if f is not None and f.ref in catalogue and catalogue[f.ref].person]
