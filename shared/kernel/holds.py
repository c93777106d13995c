"""Legal holds: a record on hold is not erased, nor anything that would go with it (ADR 41).

Every erasure of every caller asks here before its events are appended, those of policies and retention rules too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from shared.domain.record import Record
from shared.errors import Rejected
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.lookups import Lookups
from shared.kernel.same_person import same_person
from shared.views.paging import every
from shared.views.port import Condition, Document, Kind, Query, ReadableViews, Scope

ON_HOLD = "on-hold"  # the code of the refusal


async def refuse_held(aggregate: AnyAggregate, state: Record, lookups: Lookups) -> None:
    """Raises Rejected where a hold forbids to erase the record; Unavailable while the views are behind: one may."""
    if await held(aggregate, state, lookups):
        raise on_hold()


async def held(aggregate: AnyAggregate, state: Record, lookups: Lookups) -> bool:
    """Whether a hold forbids to erase the record. Raises Unavailable while the views are behind."""
    if lookups.catalogue.holds is None:
        return False
    await lookups.caught_up()
    found = await held_records(lookups.catalogue, lookups.views, lookups.tenant)
    return bool(found) and await _touches(aggregate, state, found, lookups)


def on_hold() -> Rejected:
    return Rejected("a legal hold forbids the erasure; it has to be released first", code=ON_HOLD)


async def held_records(catalogue: Catalogue, views: ReadableViews, tenant: str) -> dict[str, str]:
    """All that is on hold as the views have it, with the records that are the same ones: id → type."""
    holds, named = catalogue.holds, list[tuple[str, str]]()
    if holds is None or holds.holds is None:
        return {}
    on = holds.holds
    query = Query((Condition(on.ended, "eq", False),))
    async for one in every(views, holds.collection.name, query, Scope(tenant)):
        named.append((one[on.type], one[on.record]))
    return await same_person(catalogue, views, tenant, named)


async def _touches(aggregate: AnyAggregate, state: Record, held: dict[str, str], lookups: Lookups) -> bool:
    """Whether the record is held, belongs to one that is, or takes one along when it is erased."""
    if state.id in held or _names(aggregate, aggregate.document(state), held):
        return True
    acts = {one.metadata.correlation_id for one in await lookups.events(aggregate.name, state.id)}
    if not held.keys().isdisjoint(acts):
        return True
    async for kind, document in erased_along(lookups.catalogue, lookups.views, lookups.tenant, state.id):
        if document["id"] in held or _names(kind, document, held):
            return True
    return False


def _names(aggregate: AnyAggregate, document: Document, held: dict[str, str]) -> bool:
    """Whether the record is linked to one on hold, by a field that names records of several types."""
    for field in linking(aggregate):
        value = document.get(field) or ()
        if not held.keys().isdisjoint([value] if isinstance(value, str) else value):
            return True
    return False


async def erased_along(
    catalogue: Catalogue, views: ReadableViews, tenant: str, id: str
) -> AsyncIterator[tuple[AnyAggregate, Document]]:
    """What is erased with a record: what is erased by itself and linked to it, such as its files. Some come twice."""
    for kind in catalogue:
        if kind.erasure is None:
            continue
        for field in linking(kind):
            query = Query((Condition(field, "eq" if field in _single(kind) else "contains", id),))
            async for document in every(views, kind.collection.name, query, Scope(tenant)):
                if not document["erased"]:
                    yield kind, document


def linking(aggregate: AnyAggregate) -> list[str]:
    """The fields of a record type that link a record to records of several types."""
    return [f.name for f in aggregate.collection.fields if f.mixed and f.indexed]


def _single(aggregate: AnyAggregate) -> set[str]:
    return {f.name for f in aggregate.collection.fields if f.kind is Kind.KEYWORD}
