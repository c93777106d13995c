"""Sending the command of a bulk act to its records, batch by batch, those of a batch side by side.

Every command bears a key made of act and record, so that a batch may be sent again after a crash.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.integration.bulk.act import Act
from services.integration.jobs.freshness import MAX_BEHIND, wait_for_views
from services.integration.jobs.job_store import FaultyRow, JobFile, Mark
from services.integration.jobs.progress import Progress
from services.integration.jobs.rehearsal import Stage
from services.integration.jobs.sender import Sender
from shared.errors import CrmError, FieldError
from shared.faults import crashpoint
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.messages.kept import kept
from shared.security.permissions import Access

BATCH = 256  # records
CHANGED, UNCHANGED, FAILED = "changed", "unchanged", "failed"


@dataclass(slots=True)
class BulkJob:
    """All that one run needs. access: the present rights of the user in whose name it runs.

    may_continue: called before every batch; brings `access` up to date, or raises Stopped or Forbidden.
    """

    id: str
    act: Act
    ids: list[str]
    access: Access
    file: JobFile
    progress: Progress
    may_continue: Callable[[BulkJob], Awaitable[None]]


class BulkRunner:
    def __init__(self, kernel: Kernel, job: BulkJob, stage: Stage) -> None:
        self.kernel, self.job, self.stage = kernel, job, stage
        self._sender = Sender(stage.bus, job.access, job.id, alone=True)
        self._mark = job.file.mark()
        self._mark.counts = self._mark.counts or [{}]

    async def run(self) -> Mark:
        """From the mark in the job store to the end. Raises Stopped, ClaimLost, Forbidden."""
        ids = self.job.ids
        while batch := list(enumerate(ids[self._mark.row : self._mark.row + BATCH], self._mark.row + 1)):
            await self.job.may_continue(self.job)
            self._sender.access = self.job.access
            outcomes = await asyncio.gather(*(self.one(number, id) for number, id in batch))
            crashpoint("bulk.batch_sent")
            await self._settle(outcomes)
            crashpoint("bulk.batch_settled")
            await self.pause_for_views(MAX_BEHIND)
        await self.pause_for_views(0)
        return self._mark

    async def one(self, number: int, id: str) -> FaultyRow | str:
        """What became of one record: an outcome, or why the command was refused."""
        act, access = self.job.act, self.job.access
        key = f"bulk/{self.job.id}/{id}"
        call = Call(access, id, key=key, correlation_id=self.job.id, reason=act.why)
        try:
            done = await self._sender.send(act.aggregate, act.command, act.body, call)
        except CrmError as error:
            return FaultyRow(0, number, number, [id], errors_of(error))
        changed = done is None or done.changed or await self._sender.changed_before(act.aggregate, done)
        return CHANGED if changed else UNCHANGED

    async def pause_for_views(self, behind: int) -> None:
        """Let the views catch up, so that nobody waits for them."""
        await wait_for_views(self.kernel, partial(self.job.may_continue, self.job), behind)

    async def _settle(self, outcomes: list[FaultyRow | str]) -> None:
        counts, store, mark = self._mark.counts[0], self.kernel.store, self._mark
        failed = [outcome for outcome in outcomes if isinstance(outcome, FaultyRow)]
        for outcome in outcomes:
            name = outcome if isinstance(outcome, str) else FAILED
            counts[name] = counts.get(name, 0) + 1
        mark.row += len(outcomes)
        mark.position = await store.head()
        mark.chain_hash = (await store.chain_hash(mark.position)).hex()
        self.job.file.save(mark, rejected=failed)
        self.job.progress.update(done=mark.row, rejected=counts.get(FAILED, 0))


def errors_of(error: CrmError) -> list[dict[str, Any]]:
    """A refusal as the job store keeps it: {field, code, message} for each thing that is wrong."""
    code = str(error.extra.get("code", error.type))
    found = error.errors or (FieldError("", code, error.detail),)
    return [{"field": e.field, "code": e.code, "message": kept(e.message)} for e in found]
