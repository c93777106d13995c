"""Carrying out a dry run: the import is rehearsed from its first row, and nothing of it reaches the suite."""

from __future__ import annotations

import logging
from contextlib import closing

from services.integration.imports.claims import claimed
from services.integration.imports.dry_runs import UNFINISHED, DryRun
from services.integration.imports.execution import rights_of
from services.integration.imports.files import ImportFiles, job_file
from services.integration.imports.job_store import ClaimLost, JobFile, existing
from services.integration.imports.rehearsal import rehearsal
from services.integration.imports.report import Progress
from services.integration.imports.runner import Job, Runner, Stopped
from services.integration.imports.upload import reopen
from shared.errors import CrmError, Forbidden
from shared.kernel.kernel import Kernel

log = logging.getLogger("crm.imports")


class DryRunExecution:
    def __init__(self, kernel: Kernel, id: str) -> None:
        self._kernel, self._id = kernel, id
        self._folder = ImportFiles(kernel.files).of_dry_run(id)

    def is_finished(self) -> bool:
        """Whether there is nothing left to do; False for one whose files are still coming."""
        with existing(job_file(self._folder)) as file:
            progress = None if file is None else file.progress()
            return progress is not None and progress["status"] != UNFINISHED

    async def run(self) -> None:
        """Carry it out to its end, or until it is dropped. Nothing happens while another process does so."""
        with existing(job_file(self._folder)) as file:
            described = None if file is None else file.dry_run()
        if described is None:
            return
        dry_run = DryRun(**described)
        index = await self._kernel.keys.index_key(dry_run.tenant)
        with closing(JobFile(job_file(self._folder), index)) as file:
            async with claimed(file, self._kernel.ids.new(), self._kernel.clock) as ours:
                if ours and not self.is_finished():
                    await self._attempt(dry_run, file)

    async def _attempt(self, dry_run: DryRun, file: JobFile) -> None:
        progress = Progress(file, total=dry_run.total)
        try:
            job = await self._job(dry_run, file, progress)
            file.restart()  # what a killed process rehearsed is lost
            async with rehearsal(self._kernel, self._folder) as stage:
                await Runner(self._kernel, job, stage).run()
            progress.update(status="dry-run")
        except (Stopped, ClaimLost):
            return
        except CrmError as error:
            progress.update(status="failed", error=error.detail)
        except Exception as error:
            log.exception("dry run %s stopped", self._id)
            progress.update(status="failed", error=f"unexpected: {type(error).__name__}")

    async def _job(self, dry_run: DryRun, file: JobFile, progress: Progress) -> Job:
        access = await rights_of(self._kernel, dry_run.tenant, dry_run.user)
        if access is None:
            raise Forbidden("its user may no longer sign in")
        opened = reopen(self._kernel.catalogue, dry_run.mapping, dry_run.files, self._folder)
        return Job(self._id, access, opened.steps, opened.files, file, progress, self._may_continue, dry=True)

    async def _may_continue(self, _: Job) -> None:
        """Raises Stopped once the dry run was dropped."""
        with existing(job_file(self._folder)) as file:
            if file is None:
                raise Stopped
