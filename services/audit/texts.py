"""Erases the free text of one day that belongs to no person's record: reasons, notes, filters (docs/security.md)."""

from __future__ import annotations

from services.audit.replays import Note, Report, replay
from shared.events.sealing import TEXTS
from shared.kernel.kernel import Kernel
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
