"""Carrying out a dry run: the import is rehearsed from its first row, and nothing of it reaches the suite."""

from __future__ import annotations

from services.integration.imports.dry_runs import DryRun, DryRuns
from services.integration.imports.runner import Job, Runner
from services.integration.imports.upload import reopen
from services.integration.jobs.job_store import JobFile
from services.integration.jobs.previews import PreviewExecution
from services.integration.jobs.progress import Progress
from services.integration.jobs.rehearsal import rehearsal
from shared.security.permissions import Access


class DryRunExecution(PreviewExecution[DryRun]):
    previews = DryRuns

    async def rehearse(self, preview: DryRun, access: Access, file: JobFile, progress: Progress) -> None:
        opened = reopen(self._kernel.catalogue, preview.mapping, preview.files, self._folder)
        job = Job(self._id, access, opened.steps, opened.files, file, progress, self.may_continue, dry=True)
        file.restart()  # what a killed process rehearsed is lost
        async with rehearsal(self._kernel, self._folder) as stage:
            await Runner(self._kernel, job, stage).run()
