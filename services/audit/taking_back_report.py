"""What callers see of taking back: how far a job is, and what it came to; the same of a preview.

A job tells what its user found. So others see it only if nothing is hidden from them, and do not learn why a change
stays of a record that they do not read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any

from services.audit.heads import EventHead, Heads
from services.audit.replays import EVERY, Report
from services.audit.taking_back import Left
from services.audit.taking_back_job import TAKING_BACK, UNFINISHED, TakingBackJob
from services.audit.taking_back_run import SHOWN, item, reasons
from shared.errors import Forbidden, NotFound, ProjectionBehind
from shared.events.envelope import Stored
from shared.events.registry import ANYTHING
from shared.kernel.kernel import Kernel
from shared.messages.kept import said_in
from shared.messages.languages import Language, in_language
from shared.security.permissions import Access

Kept = dict[str, Any]  # a change that stays, as an event of the job has it


class Reports:
    """For one caller."""

    def __init__(self, kernel: Kernel, access: Access, language: Language) -> None:
        self._kernel, self._access, self._language = kernel, access, language
        self._heads = Heads(kernel, access)

    async def job(self, id: str) -> TakingBackJob:
        """Raises NotFound."""
        job: TakingBackJob = await self._kernel.repository.load(TAKING_BACK, self._access.tenant, id)
        if job.version == 0 or not self.sees(job.by):
            raise NotFound()
        return job

    def sees(self, by: str) -> bool:
        """Whether the caller sees the jobs of a user."""
        return by == self._access.user or not self._access.masks(ANYTHING)

    async def follow(self, id: str) -> AsyncIterator[Report]:
        """How far a job is, whenever that changed; last what it came to. Raises NotFound."""
        seen = None
        while (job := await self.job(id)).status in UNFINISHED:
            if (now := {"id": id, "doing": "taking-back", "done": job.done, "total": job.total}) != seen:
                seen = now
                yield now
            await asyncio.sleep(EVERY)
        with suppress(ProjectionBehind, Forbidden):  # a list that is asked for after the last event shows the same
            await self._kernel.queries.wait_for(TAKING_BACK, id, self._access.tenant, job.version)
        yield {"error": in_language(job.reason, self._language)} if job.status == "failed" else await self.outcome(job)

    async def outcome(self, job: TakingBackJob) -> Report:
        """What a job that has ended came to."""
        head = {"id": job.id, "status": job.status, "up_to": job.up_to, "act": job.id if job.undone else ""}
        counts = {"changes": job.total, "records": job.records, "undone": job.undone, "left": job.left}
        events = [await self._event(one) for one in job.items]
        return {**head, **counts, **await self._left(job.reasons, job.items, events, mine=job.by == self._access.user)}

    async def foreseen(self, events: Sequence[Stored], left: Sequence[Left], up_to: int) -> Report:
        """What a preview came to."""
        shown = left[:SHOWN]
        counts = {"changes": len(events), "records": len({one.stream for one in events}), "left": len(left)}
        head = {"up_to": up_to, "act": "", "undone": len(events) - len(left), **counts}
        events_left = [one.event for one in shown]
        return {**head, **await self._left(reasons(left), [*map(item, shown)], events_left, mine=True)}

    async def _left(
        self, why: Sequence[Kept], items: Sequence[Kept], events: Sequence[Stored | None], *, mine: bool
    ) -> Report:
        known = [(one, event) for one, event in zip(items, events, strict=True) if event is not None]
        heads = await self._heads.of([event for _, event in known])
        shown = [self._item(head, one, mine or head["readable"]) for head, (one, _) in zip(heads, known, strict=True)]
        return {
            "reasons": [{**one, "message": said_in(one["message"], self._language)} for one in why],
            "items": shown,
            "names": await self._heads.names(heads),
        }

    def _item(self, head: EventHead, one: Kept, explained: bool) -> Report:
        message = said_in(one["message"], self._language) if explained else ""
        return {"event": head, "code": one["code"], "message": message}

    async def _event(self, one: Kept) -> Stored | None:
        version, stream = one["version"], one["stream"]
        found = await self._kernel.store.read(self._access.tenant, stream, after=version - 1, up_to=version)
        return found[0] if found else None
