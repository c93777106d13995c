"""Carrying out an import: see `jobs/execution.py`, which holds what it shares with other jobs."""

from __future__ import annotations

import asyncio

from services.integration.import_job import IMPORT, Import
from services.integration.imports.report import step_counts
from services.integration.imports.runner import Job, Runner
from services.integration.imports.upload import reopen
from services.integration.jobs.execution import JobExecution
from services.integration.jobs.files import remove_uploads
from services.integration.jobs.job_store import JobFile
from services.integration.jobs.progress import Progress
from services.integration.jobs.rehearsal import performance


class ImportExecution(JobExecution[Import]):
    aggregate, title, reverted = IMPORT, "Import", "CompleteRevert"

    async def carry_out(self, state: Import, file: JobFile) -> None:
        access = await self.owner_access(state)
        opened = reopen(self._kernel.catalogue, state.mapping, state.files, self._folder)
        progress = Progress(file, total=state.total)
        job = Job(state.id, access, opened.steps, opened.files, file, progress, self._renew_rights)
        with performance(self._kernel) as stage:
            mark = await Runner(self._kernel, job, stage).run()
        await self.send("CompleteImport", {"steps": step_counts(opened.steps, mark)})
        await asyncio.to_thread(remove_uploads, self._folder)

    async def _renew_rights(self, job: Job) -> None:
        """Continue with the present rights of the import's owner. Raises Stopped."""
        job.access = await self.owner_access(await self.require("running"))
