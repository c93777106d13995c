"""Erases the free text of one day that belongs to no person's record: reasons, notes, filters (docs/security.md)."""

from __future__ import annotations

from services.audit.replays import Note, Report, replay
from shared.events.sealing import TEXTS
from shared.platform import Platform


async def erase_texts(platform: Platform, tenant: str, day: str, note: Note) -> Report:
    """Destroy the day's text keys, then rebuild and purge the views of these texts. Repeatable. day: YYYY-MM-DD."""
    name = f"{TEXTS}{day}"
    found = [s for s in platform.keys.subjects(tenant, name) if s == name or s.startswith(f"{name}.")]
    for subject in found:
        await platform.keys.destroy(tenant, subject)
    platform.repository.forget_all()
    platform.queries.forget_past(tenant)
    report = await replay(platform, list(platform.catalogue), False, note)
    await platform.views.purge()
    return {"keys": len(found), **report}
