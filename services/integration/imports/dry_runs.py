"""Dry runs: every row planned, nothing written. They live in this process only, the last few of them."""

from __future__ import annotations

import asyncio
import shutil
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.integration.imports.job_store import JobFile
from services.integration.imports.rejected_rows import rejected_csv
from services.integration.imports.report import EVERY, Progress, report_of
from services.integration.imports.runner import Job, Runner
from services.integration.imports.upload import Opened, take_in
from shared.clock import Micros
from shared.errors import CrmError, NotFound
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access

KEPT = 20
KEPT_FOR = 86_400_000_000  # µs: they hold people's data


@dataclass(slots=True)
class _DryRun:
    access: Access
    opened: Opened
    job: Job
    folder: Path
    task: asyncio.Task[Any]
    begun: Micros


class DryRuns:
    def __init__(self, kernel: Kernel, folder: Path) -> None:
        self._platform, self._folder = kernel, folder
        self._kept: OrderedDict[str, _DryRun] = OrderedDict()
        shutil.rmtree(folder, ignore_errors=True)

    async def start(self, access: Access, text: str, files: Mapping[str, Path]) -> str:
        """Begin a dry run; returns its id. Raises Invalid, Forbidden as an import would."""
        id = self._platform.ids.new()
        folder = self._folder / id
        opened = await take_in(self._platform.catalogue, access, text, files, folder)
        file = JobFile(folder / "job.db", await self._platform.keys.index_key(access.tenant))
        job = Job(id, access, opened.steps, opened.files, file, Progress(total=opened.total), dry=True)
        task = asyncio.create_task(Runner(self._platform, job).run())
        self._kept[id] = _DryRun(access, opened, job, folder, task, self._platform.clock.now())
        while len(self._kept) > KEPT:
            await self._drop(next(iter(self._kept)))
        return id

    def has(self, access: Access, id: str) -> bool:
        """Whether it is a dry run of this user: another's is as unknown as none."""
        run = self._kept.get(id)
        return run is not None and (run.access.tenant, run.access.user) == (access.tenant, access.user)

    async def events(self, access: Access, id: str) -> AsyncIterator[dict[str, Any]]:
        """Progress whenever it changed; last the report. Raises NotFound for another user's."""
        run, seen = self._mine(access, id), -1
        while not run.task.done():
            if run.job.progress.seen != seen:
                seen = run.job.progress.seen
                yield {"id": id, **run.job.progress.data()}
            await asyncio.wait({run.task}, timeout=EVERY)
        if not self.has(access, id):
            yield {"id": id, "status": "failed", "error": "the dry run was dropped, as somebody was erased: repeat it"}
            return
        yield self.outcome(access, id)

    def outcome(self, access: Access, id: str) -> dict[str, Any]:
        """The report, or the progress while it runs. Raises NotFound for another user's."""
        run = self._mine(access, id)
        if not run.task.done():
            return {"id": id, **run.job.progress.data()}
        error = run.task.exception()
        if isinstance(error, CrmError):
            return {"id": id, "status": "failed", "error": error.detail}
        if error is not None:
            raise error
        return report_of(id, "dry-run", run.opened.steps, run.job.file).data()

    def rejected(self, access: Access, id: str) -> Iterator[bytes]:
        run = self._mine(access, id)
        files = {name: f.columns for name, f in run.opened.files.items()}
        return rejected_csv(run.job.file, run.opened.steps, files)

    def _mine(self, access: Access, id: str) -> _DryRun:
        if not self.has(access, id):
            raise NotFound()
        return self._kept[id]

    async def drop_old(self) -> None:
        before = self._platform.clock.now() - KEPT_FOR
        for id in [id for id, run in self._kept.items() if run.task.done() and run.begun < before]:
            await self._drop(id)

    async def drop_all(self, tenant: str) -> None:
        """Drop an organisation's dry runs, with their files."""
        for id in [id for id, run in self._kept.items() if run.access.tenant == tenant]:
            await self._drop(id)

    async def _drop(self, id: str) -> None:
        run = self._kept.pop(id, None)
        if run is None:
            return
        run.task.cancel()
        await asyncio.gather(run.task, return_exceptions=True)
        run.job.file.close()
        await asyncio.to_thread(shutil.rmtree, run.folder, True)

    async def close(self) -> None:
        for id in list(self._kept):
            await self._drop(id)
