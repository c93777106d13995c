"""What a retention rule would announce if it ran now: asked before it is activated."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.audit.retention_candidates import Candidates, Wanted
from services.audit.retention_run import due_after
from shared.kernel.holds import held, held_records
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access
from shared.views.port import Document

SHOWN = 20  # records
MOST = 1_000  # records that are counted
LOOKED_AT = 10_000  # records; most of what is old enough may be in use


@dataclass(slots=True)
class Preview:
    """count: records that match; held: those of them that a legal hold keeps. whole: all were counted; otherwise
    there are more that are old enough.

    due: the day on which they were erased, if they were announced today. records: the first ones, as views have them.
    """

    count: int = 0
    held: int = 0
    whole: bool = True
    due: str = ""
    records: list[Document] = field(default_factory=list)


async def preview(kernel: Kernel, access: Access, wanted: Wanted, notice: int) -> Preview:
    """Raises Invalid, Unavailable while the views are behind."""
    calendar = await kernel.directory.calendar(access.tenant)
    found = Preview(due=due_after(notice, calendar.date_of(kernel.clock.now())))
    candidates = Candidates(kernel, access.tenant, wanted)
    anything_held = bool(await held_records(kernel.catalogue, kernel.views, access.tenant))
    looked_at = 0
    async for page, at in candidates.pages():
        if found.count >= MOST or looked_at >= LOOKED_AT:
            found.whole = False
            break
        looked_at += at
        found.records += page[: SHOWN - len(found.records)]
        found.count += len(page)
        for document in page if anything_held else ():
            state = await kernel.repository.load(candidates.aggregate, access.tenant, document["id"])
            lookups = kernel.bus.lookups(access, candidates.aggregate, document["id"])
            found.held += await held(candidates.aggregate, state, lookups)
    return found
