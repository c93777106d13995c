"""Carrying out a bulk act: see `jobs/execution.py`, which holds what it shares with other jobs."""

from __future__ import annotations

import asyncio

from services.integration.bulk.act import Act
from services.integration.bulk.ids import read_ids
from services.integration.bulk.runner import CHANGED, FAILED, UNCHANGED, BulkJob, BulkRunner
from services.integration.bulk_act import BULK, BulkAct
from services.integration.jobs.execution import JobExecution
from services.integration.jobs.job_store import JobFile
from services.integration.jobs.progress import Progress
from services.integration.jobs.rehearsal import performance


class BulkExecution(JobExecution[BulkAct]):
    aggregate, title, reverted = BULK, "Bulk", "CompleteBulkRevert"

    async def carry_out(self, state: BulkAct, file: JobFile) -> None:
        act = self._act(state)
        access, ids = await self.owner_access(state), await asyncio.to_thread(read_ids, self._folder)
        progress = Progress(file, total=state.total, doing=act.command.bulk)
        job = BulkJob(state.id, act, ids, access, file, progress, self._renew_rights)
        with performance(self._kernel) as stage:
            mark = await BulkRunner(self._kernel, job, stage).run()
        counts = mark.counts[0]
        await self.send("CompleteBulk", {name: counts.get(name, 0) for name in (CHANGED, UNCHANGED, FAILED)})

    def way_back(self, state: BulkAct) -> str:
        return self._act(state).way_back

    def _act(self, state: BulkAct) -> Act:
        return Act.of(self._kernel.catalogue, state.command, state.body, state.why)

    async def _renew_rights(self, job: BulkJob) -> None:
        """Continue with the present rights of the act's owner. Raises Stopped, Forbidden once they do not suffice."""
        job.access = await self.owner_access(await self.require("running"))
        job.access.scope(BULK.name, "create")
        job.act.check(job.access)
