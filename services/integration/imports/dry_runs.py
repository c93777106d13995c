"""Dry runs: every row planned, nothing written. The log does not know them: they are found in the shared folder.

A process of the API begins one, a process of the imports role carries it out (`planning.py`), any answers about it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from services.integration.imports.files import ImportFiles, job_file, remove
from services.integration.imports.job_store import JobFile, existing
from services.integration.imports.rejected_rows import rejected_csv
from services.integration.imports.report import EVERY, Progress, report_of
from services.integration.imports.upload import accept
from services.integration.mapping.prepared import PreparedStep, prepare
from services.integration.mapping.spec import parse_mapping
from shared.errors import NotFound
from shared.kernel.kernel import Kernel
from shared.messages.languages import ENGLISH, Language
from shared.security.permissions import Access

KEPT = 20
KEPT_FOR = 86_400_000_000  # µs: they hold people's data
UNFINISHED = "running"


@dataclass(frozen=True, slots=True)
class DryRun:
    """mapping: its text. files: the facts of each, as `upload.reopen` takes them. total: rows of all steps."""

    tenant: str
    user: str
    mapping: str
    files: list[dict[str, Any]]
    total: int

    def steps(self, kernel: Kernel) -> list[PreparedStep]:
        return prepare(*parse_mapping(self.mapping), kernel.catalogue)


class DryRuns:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._files = kernel, ImportFiles(kernel.files)

    async def start(self, access: Access, text: str, sources: Mapping[str, Path], encoding: str = "") -> str:
        """Begin a dry run; returns its id. Raises Invalid, Forbidden as an import would."""
        kernel, id = self._kernel, self._kernel.ids.new()
        folder = self._files.of_dry_run(id)
        opened = await accept(kernel, access, text, sources, folder, encoding)
        files = opened.summaries(await kernel.keys.index_key(access.tenant))
        described = DryRun(access.tenant, access.user, text, files, opened.total)
        with closing(JobFile(job_file(folder), erasures=await kernel.keys.destroyed())) as file:
            Progress(file).update(status=UNFINISHED, total=opened.total)
            file.describe_dry_run(asdict(described))
        for old in self._files.dry_runs()[:-KEPT]:
            await remove(self._files.of_dry_run(old))
        return id

    def has(self, access: Access, id: str) -> bool:
        """Whether it is a dry run of this user: another's is as unknown as none."""
        with self._open(id) as file:
            return _of(file, access) is not None

    async def events(self, access: Access, id: str, language: Language = ENGLISH) -> AsyncIterator[dict[str, Any]]:
        """Progress whenever it changed; last the report. Raises NotFound for another user's."""
        seen, found = None, self.outcome(access, id, language)
        while found["status"] == UNFINISHED:
            if found != seen:
                seen = found
                yield found
            await asyncio.sleep(EVERY)
            try:
                found = self.outcome(access, id, language)
            except NotFound:
                found = {"id": id, "status": "failed", "error": "the dry run was dropped: repeat it"}
        yield found

    def outcome(self, access: Access, id: str, language: Language = ENGLISH) -> dict[str, Any]:
        """The report, or the progress while it runs. Raises NotFound for another user's."""
        with self._open(id) as file:
            dry_run = _of(file, access)
            progress = None if file is None else file.progress()
            if file is None or dry_run is None or progress is None:
                raise NotFound()
            if progress["status"] == "failed":
                return {"id": id, "status": "failed", "error": progress["error"]}
            if progress["status"] == UNFINISHED:
                return {"id": id, **progress}
            return report_of(id, "dry-run", dry_run.steps(self._kernel), file, language).data()

    def rejected(self, access: Access, id: str, language: Language = ENGLISH) -> Iterator[bytes]:
        """The rows that would be rejected, as CSV. Raises NotFound before anything is sent."""
        with self._open(id) as file:
            dry_run = _of(file, access)
        if dry_run is None:
            raise NotFound()
        columns = {f["name"]: tuple(f["columns"]) for f in dry_run.files}
        return rejected_csv(self._path(id), dry_run.steps(self._kernel), columns, language)

    def _path(self, id: str) -> Path:
        return job_file(self._files.of_dry_run(id))

    def _open(self, id: str) -> AbstractContextManager[JobFile | None]:
        return existing(self._path(id))


def _of(file: JobFile | None, access: Access) -> DryRun | None:
    """The dry run in a job store, if it is this user's."""
    described = None if file is None else file.dry_run()
    if described is None or (described["tenant"], described["user"]) != (access.tenant, access.user):
        return None
    return DryRun(**described)
