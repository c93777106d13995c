"""Dry runs of jobs: everything decided, nothing written. The log does not know them: the shared folder has them.

A process of the API begins one, a process of the imports role carries it out, any answers about it. Each kind of job
derives a class that answers and one that carries out.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, closing
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from services.integration.jobs.claims import claimed
from services.integration.jobs.execution import rights_of
from services.integration.jobs.files import JobFiles, job_file, remove
from services.integration.jobs.job_store import ClaimLost, JobFile, Stopped, existing
from services.integration.jobs.progress import EVERY, Progress
from shared.errors import CrmError, Forbidden, NotFound
from shared.kernel.kernel import Kernel
from shared.messages.languages import ENGLISH, Language
from shared.security.permissions import Access

KEPT = 20
KEPT_FOR = 86_400_000_000  # µs: they hold people's data
UNFINISHED, DRY_RUN = "running", "dry-run"
log = logging.getLogger("crm.imports")


class Preview(Protocol):
    """What a dry run is of: a dataclass of JSON values. total: its rows or records."""

    @property
    def tenant(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def total(self) -> int: ...


P = TypeVar("P", bound=Preview)


class Previews(ABC, Generic[P]):
    """The dry runs of a kind of job. kind: the name of the job's record type."""

    kind: ClassVar[str]
    described: ClassVar[type[Any]]  # the dataclass P

    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._files = kernel, JobFiles(kernel.files)

    @abstractmethod
    async def report(self, access: Access, id: str, preview: P, file: JobFile, language: Language) -> dict[str, Any]:
        """What a dry run that has ended found."""

    async def begin(self, id: str, preview: P) -> None:
        """Let a process of the imports role carry the dry run out. Its folder holds what it needs."""
        folder = self._files.of_dry_run(id)
        with closing(JobFile(job_file(folder), erasures=await self._kernel.keys.destroyed())) as file:
            Progress(file).update(status=UNFINISHED, total=preview.total)
            file.describe_dry_run({**asdict(preview), "kind": self.kind})  # type: ignore[call-overload]
        for old in self._files.dry_runs()[:-KEPT]:
            await remove(self._files.of_dry_run(old))

    def has(self, access: Access, id: str) -> bool:
        """Whether it is a dry run of this user: another's is as unknown as none."""
        with self.open(id) as file:
            return self.of(file, access) is not None

    async def events(self, access: Access, id: str, language: Language = ENGLISH) -> AsyncIterator[dict[str, Any]]:
        """Progress whenever it changed; last the report. Raises NotFound for another user's."""
        seen, found = None, await self.outcome(access, id, language)
        while found["status"] == UNFINISHED:
            if found != seen:
                seen = found
                yield found
            await asyncio.sleep(EVERY)
            try:
                found = await self.outcome(access, id, language)
            except NotFound:
                found = {"id": id, "status": "failed", "error": "the dry run was dropped: repeat it"}
        yield found

    async def outcome(self, access: Access, id: str, language: Language = ENGLISH) -> dict[str, Any]:
        """The report, or the progress while it runs. Raises NotFound for another user's."""
        with self.open(id) as file:
            preview = self.of(file, access)
            progress = None if file is None else file.progress()
            if file is None or preview is None or progress is None:
                raise NotFound()
            if progress["status"] == "failed":
                return {"id": id, "status": "failed", "error": progress["error"]}
            if progress["status"] == UNFINISHED:
                return {"id": id, **progress}
            return await self.report(access, id, preview, file, language)

    def of(self, file: JobFile | None, access: Access) -> P | None:
        """What a job store is a dry run of, if it is one of this kind and user."""
        preview = described_as(self, file)
        mine = preview is not None and (preview.tenant, preview.user) == (access.tenant, access.user)
        return preview if mine else None

    def mine(self, access: Access, id: str) -> P:
        """What a dry run is of. Raises NotFound for another user's."""
        with self.open(id) as file:
            preview = self.of(file, access)
        if preview is None:
            raise NotFound()
        return preview

    def path(self, id: str) -> Path:
        """Its job store."""
        return job_file(self._files.of_dry_run(id))

    def open(self, id: str) -> AbstractContextManager[JobFile | None]:
        """Its job store for a look."""
        return existing(self.path(id))


def described_as(previews: Previews[P] | type[Previews[P]], file: JobFile | None) -> P | None:
    """What a job store is a dry run of; None for another kind's."""
    described = None if file is None else file.dry_run()
    if described is None or kind_of(described) != previews.kind:
        return None
    found: P = previews.described(**{name: value for name, value in described.items() if name != "kind"})
    return found


def kind_of(described: dict[str, Any]) -> str:
    """The kind of job that a dry run is of. Older programs had dry runs of imports only."""
    return str(described.get("kind", "import"))


class PreviewExecution(ABC, Generic[P]):
    """One dry run, carried out by this process."""

    previews: ClassVar[type[Previews[Any]]]

    def __init__(self, kernel: Kernel, id: str) -> None:
        self._kernel, self._id = kernel, id
        self._folder = JobFiles(kernel.files).of_dry_run(id)

    @abstractmethod
    async def rehearse(self, preview: P, access: Access, file: JobFile, progress: Progress) -> None:
        """Decide everything, and note it in the job store. Raises Stopped, ClaimLost, CrmError."""

    def is_finished(self) -> bool:
        """Whether there is nothing left to do; False for one whose files are still coming."""
        with existing(job_file(self._folder)) as file:
            progress = None if file is None else file.progress()
            return progress is not None and progress["status"] != UNFINISHED

    async def run(self) -> None:
        """Carry it out to its end, or until it is dropped. Nothing happens while another process does so."""
        with existing(job_file(self._folder)) as file:
            preview: P | None = described_as(self.previews, file)
        if preview is None:
            return
        index = await self._kernel.keys.index_key(preview.tenant)
        with closing(JobFile(job_file(self._folder), index)) as file:
            async with claimed(file, self._kernel.ids.new(), self._kernel.clock) as ours:
                if ours and not self.is_finished():
                    await self._attempt(preview, file)

    async def _attempt(self, preview: P, file: JobFile) -> None:
        progress = Progress(file, total=preview.total)
        try:
            access = await rights_of(self._kernel, preview.tenant, preview.user)
            if access is None:
                raise Forbidden("its user may no longer sign in")
            await self.rehearse(preview, access, file, progress)
            progress.update(status=DRY_RUN)
        except (Stopped, ClaimLost):
            return
        except CrmError as error:
            progress.update(status="failed", error=error.detail)
        except Exception as error:
            log.exception("dry run %s stopped", self._id)
            progress.update(status="failed", error=f"unexpected: {type(error).__name__}")

    async def may_continue(self, _: object = None) -> None:
        """Raises Stopped once the dry run was dropped."""
        with existing(job_file(self._folder)) as file:
            if file is None:
                raise Stopped
