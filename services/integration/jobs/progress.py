"""How far a job is: written by the process that carries it out, read by whichever process is asked."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Generic

from services.integration.jobs.csv_lines import left_csv
from services.integration.jobs.files import JobFiles, job_file
from services.integration.jobs.job_store import JobFile, existing
from services.integration.jobs.lifecycle import UNFINISHED, J
from shared.domain.aggregate import Aggregate
from shared.errors import NotFound, ProjectionBehind
from shared.kernel.kernel import Kernel
from shared.messages.kept import said_in
from shared.messages.languages import ENGLISH, Language
from shared.security.permissions import Access

EVERY = 0.2  # seconds between two looks at the progress
SHOWN = 20  # rejected rows, rows with warnings and left records that a report names


class Progress:
    """What a running job has done so far, kept in its job store, where every process reads it.

    status: running, reverting or, of a dry run, dry-run or failed. doing: the step's name. done, total: rows (of a
    revert: records). rejected: rows.
    """

    def __init__(self, file: JobFile, **known: Any) -> None:
        self._file = file
        self.data: dict[str, Any] = {"status": "running", "doing": "", "done": 0, "total": 0, "rejected": 0, **known}

    def update(self, **changed: Any) -> None:
        """Raises ClaimLost."""
        self.data.update(changed)
        self._file.report_progress(self.data)


class JobProgress(ABC, Generic[J]):
    """What callers may see of the jobs of a kind. The log has a job's state and its job store the rest."""

    aggregate: ClassVar[Aggregate[Any]]

    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._files = kernel, JobFiles(kernel.files)

    @abstractmethod
    async def outcome(self, access: Access, state: J, language: Language = ENGLISH) -> dict[str, Any]:
        """What a job that is not running came to: its report, or what its revert did."""

    async def state(self, access: Access, id: str) -> J:
        """Raises NotFound for a job that is unknown or not the caller's to see, Forbidden."""
        access.scope(self.aggregate.name)
        state: J = await self._kernel.repository.load(self.aggregate, access.tenant, id)
        if state.version == 0:
            raise NotFound()
        access.check(self.aggregate.name, "read", state.owner)
        return state

    async def events(self, access: Access, id: str, language: Language = ENGLISH) -> AsyncIterator[dict[str, Any]]:
        """Progress whenever it changed; last the outcome. Raises as `state`."""
        seen = None
        while (state := await self.state(access, id)).status in UNFINISHED:
            progress = self.progress(id)
            if progress is not None and progress != seen and progress["status"] == state.status:
                seen = progress
                yield {"id": id, **progress}
            await asyncio.sleep(EVERY)
        with suppress(ProjectionBehind):  # a list that is asked for after the last event shows the same
            await self._kernel.queries.wait_for(self.aggregate, id, access.tenant, state.version)
        yield await self.outcome(access, state, language)

    def left(self, state: J, language: Language = ENGLISH) -> Iterator[bytes]:
        """The records that a revert left as they are, as CSV. Raises NotFound before anything is sent."""
        path = self.job_file(state.id)
        if state.status != "reverted" or not path.exists():
            raise NotFound("there is no revert to report on")
        return left_csv(path, language)

    def progress(self, id: str) -> dict[str, Any] | None:
        """What the process that carries the job out has noted last."""
        with existing(self.job_file(id)) as file:
            return None if file is None else file.progress()

    def job_file(self, id: str) -> Path:
        return job_file(self._files.of_job(id))


def first_left(file: JobFile, language: Language) -> list[dict[str, Any]]:
    """The first records that a revert left as they are, as a report names them."""
    return [{**entry, "reason": said_in(entry["reason"], language)} for entry in islice(file.left(), SHOWN)]
