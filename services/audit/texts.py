"""Erases the free text of one day that belongs to no person's record: reasons, notes, filters (docs/security.md)."""

from __future__ import annotations

from services.audit.replays import Note, Report, replay
from shared.clock import day_of
from shared.events.sealing import TEXTS
from shared.events.subjects import PERSONS
from shared.kernel.holds import held_records, on_hold
from shared.kernel.kernel import Kernel
from shared.kernel.lookups import views_reach
from shared.views.capabilities import purge_files


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
    if kernel.past is not None:
        await kernel.past.purge(await kernel.keys.destroyed())
    return {"keys": len(found), **report}


async def refuse_held_texts(kernel: Kernel, tenant: str, day: str) -> None:
    """Raises Rejected where a record on hold has an event of the day, whose text would go; Unavailable while the views
    are behind: it may have one. Text on a person's record has the person's key and stays.
    """
    await views_reach(kernel.views, await kernel.store.head())
    for id, type_ in (await held_records(kernel.catalogue, kernel.views, tenant)).items():
        events = [] if type_ in PERSONS else await kernel.store.read(tenant, kernel.catalogue[type_].stream(id))
        if any(day_of(one.occurred_at) == day for one in events):
            raise on_hold()
