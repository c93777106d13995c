"""Erases the free text of one day that belongs to no person's record: reasons, notes, filters (docs/security.md)."""

from __future__ import annotations

from services.audit.legal_hold import LEGAL_HOLD
from services.audit.replays import Note, Report, replay
from services.audit.subject_request import OPEN, SUBJECT_REQUEST
from shared.clock import day_of
from shared.errors import Rejected
from shared.events.sealing import TEXTS
from shared.events.subjects import PERSONS
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.holds import held_records, on_hold
from shared.kernel.kernel import Kernel
from shared.kernel.lookups import views_reach
from shared.views.capabilities import purge_files
from shared.views.paging import every
from shared.views.port import Condition, Query, Scope

ACTIVE = Condition("released", "eq", False)
STANDING = Condition("status", "one_of", [*OPEN, "approved"])


async def erase_texts(kernel: Kernel, tenant: str, day: str, note: Note) -> Report:
    """Destroy the day's text keys, then rebuild and purge what was made of these texts: views, facts of custom values.

    Repeatable. day: YYYY-MM-DD. The report says so where another process has the warehouse.
    """
    name = f"{TEXTS}{day}"
    found = [s for s in await kernel.keys.subjects(tenant, name) if s == name or s.startswith(f"{name}.")]
    for subject in found:
        await kernel.keys.destroy(tenant, subject)
    kernel.repository.forget_all()
    kernel.queries.forget_past(tenant)
    report = await replay(kernel, list(kernel.catalogue), kernel.feed is not None, note)
    await purge_files(kernel.views)
    if kernel.past_upkeep is not None:
        await kernel.past_upkeep.purge()
    return {"keys": len(found), **report}


async def refuse_held_texts(kernel: Kernel, tenant: str, day: str) -> None:
    """Raises Rejected where a record on hold has an event of the day, whose text would go, or the hold itself, or a
    person's request that is open; Unavailable while the views are behind: there may be one. Text on a person's record
    has the person's key and stays.
    """
    await views_reach(kernel.views, await kernel.store.head())
    records = [*(await held_records(kernel.catalogue, kernel.views, tenant)).items()]
    records += [(id, LEGAL_HOLD.name) for id in await _all(kernel, tenant, LEGAL_HOLD, ACTIVE)]
    if await _written_on(kernel, tenant, day, [(id, type_) for id, type_ in records if type_ not in PERSONS]):
        raise on_hold()
    requests = await _all(kernel, tenant, SUBJECT_REQUEST, STANDING)
    if await _written_on(kernel, tenant, day, [(id, SUBJECT_REQUEST.name) for id in requests]):
        raise Rejected("an open request of a person has text of this day", code="open-request")


async def _all(kernel: Kernel, tenant: str, aggregate: AnyAggregate, condition: Condition) -> list[str]:
    documents = every(kernel.views, aggregate.collection.name, Query((condition,)), Scope(tenant))
    return [document["id"] async for document in documents]


async def _written_on(kernel: Kernel, tenant: str, day: str, records: list[tuple[str, str]]) -> bool:
    for id, type_ in records:
        events = await kernel.store.read(tenant, kernel.catalogue[type_].stream(id))
        if any(day_of(one.occurred_at) == day for one in events):
            return True
    return False
