"""Legal holds: a record on hold is not erased, nor anything that would go with it (ADR 41).

Every erasure of every caller asks here before its events are appended, those of policies and retention rules too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from shared.domain.record import Record
from shared.errors import Rejected
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.lookups import Lookups
from shared.kernel.same_person import became_fields, same_person
from shared.views.paging import every
from shared.views.port import Condition, Kind, Query, ReadableViews, Scope

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
    """Whether the record, or one that its erasure leads to at any depth, is held or was ever linked to one that is."""
    waiting, known = [(aggregate, state.id)], {state.id}
    for kind, id in waiting:
        if id in held or not held.keys().isdisjoint(await _ever_named(kind, id, lookups)):
            return True
        async for found in erased_along(lookups.catalogue, lookups.views, lookups.tenant, kind, id):
            if found[1] not in known:
                known.add(found[1])
                waiting.append(found)
    return False


async def _ever_named(aggregate: AnyAggregate, id: str, lookups: Lookups) -> set[str]:
    """The ids that the record named at any time as what it is about, as itself, or as the acts that wrote it.

    At any time: who first takes the link away, by an edit, an unmerge or an undone conversion, gets no further.
    """
    fields = [*linking(aggregate), *(name for name, _ in became_fields(lookups.catalogue, aggregate))]
    fields += ["merged_into", "absorbed"] if aggregate.merges else []
    named, state = set[str](), aggregate.state()
    for recorded in await lookups.history(aggregate, id):
        named.add(recorded.metadata.correlation_id)
        state = aggregate.fold([recorded], state)
        document = aggregate.document(state)
        for value in (document.get(name) or () for name in fields):
            named |= {value} if isinstance(value, str) else {*value}
    return named


async def erased_along(
    catalogue: Catalogue, views: ReadableViews, tenant: str, aggregate: AnyAggregate, id: str
) -> AsyncIterator[tuple[AnyAggregate, str]]:
    """What is erased with a record next: what it absorbed, and what is erased by itself and linked to it, such as its
    files. Some come twice.
    """
    if aggregate.merges:
        document = await views.get(aggregate.collection.name, id, Scope(tenant)) or {}
        for other in document.get("absorbed", ()):
            yield aggregate, other
    for kind in catalogue:
        if kind.erasure is None:
            continue
        for field in linking(kind):
            query = Query((Condition(field, "eq" if field in _single(kind) else "contains", id),))
            async for found in every(views, kind.collection.name, query, Scope(tenant)):
                if not found["erased"]:
                    yield kind, found["id"]


def linking(aggregate: AnyAggregate) -> list[str]:
    """The fields of a record type that link a record to records of several types."""
    return [f.name for f in aggregate.collection.fields if f.mixed and f.indexed]


def _single(aggregate: AnyAggregate) -> set[str]:
    return {f.name for f in aggregate.collection.fields if f.kind is Kind.KEYWORD}
