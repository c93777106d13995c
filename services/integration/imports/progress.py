"""What is told of an import to those who may see it: its progress until it ends, its report, its rejected rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from typing import Any

from services.integration.import_job import IMPORT, UNFINISHED, Import
from services.integration.imports.job_store import JobFile
from services.integration.imports.rejected_rows import left_csv, rejected_csv
from services.integration.imports.report import EVERY, SHOWN, ImportReport, report_of
from services.integration.imports.scheduler import JOB_FILE, Imports
from services.integration.mapping.prepared import PreparedStep, prepare
from services.integration.mapping.spec import parse_mapping
from shared.errors import NotFound
from shared.kernel.catalogue import Catalogue
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access


class Following:
    def __init__(self, kernel: Kernel, imports: Imports) -> None:
        self._platform, self._imports = kernel, imports

    async def state(self, access: Access, id: str) -> Import:
        """Raises NotFound for an import that is unknown or not the caller's to see, Forbidden."""
        access.scope(IMPORT.name)
        state = await self._platform.repository.load(IMPORT, access.tenant, id)
        if state.version == 0:
            raise NotFound()
        access.check(IMPORT.name, "read", state.owner)
        return state

    async def events(self, access: Access, id: str) -> AsyncIterator[dict[str, Any]]:
        """Progress whenever it changed; last the outcome. Raises as `state`."""
        seen = -1
        while (state := await self.state(access, id)).status in UNFINISHED:
            progress = self._imports.progress.get((access.tenant, id))
            if progress is not None and progress.seen != seen:
                seen = progress.seen
                yield {"id": id, **progress.data()}
            await asyncio.sleep(EVERY)
        yield self.outcome(state)

    def outcome(self, state: Import) -> dict[str, Any]:
        """What came of an import that is not running: its report, or what its revert did."""
        path = self._imports.folder / state.id / JOB_FILE
        found: dict[str, Any] = {"id": state.id, "status": state.status, "steps": state.steps}
        if state.erased:
            found = ImportReport(state.id, state.status, state.steps).data()
        elif path.exists():
            with closing(JobFile(path)) as file:
                if state.status == "reverted":
                    found["left"] = list(file.left(SHOWN))
                elif file.mark().counts:
                    steps = steps_of(self._platform.catalogue, state)
                    found = report_of(state.id, state.status, steps, file).data()
        if state.status == "reverted":
            found["reverted"] = state.reverted
        if state.status == "failed":
            found["error"] = state.reason
        elif state.reason and not state.erased:
            found["reason"] = state.reason
        return found

    def rejected(self, state: Import) -> Iterator[bytes]:
        """The rejected rows as CSV. Raises NotFound before anything is sent."""
        path = self._imports.folder / state.id / JOB_FILE
        if state.erased or not path.exists():
            raise NotFound("the rejected rows are no longer kept")
        columns = {f["name"]: tuple(f["columns"]) for f in state.files}
        return rejected_csv(JobFile(path), steps_of(self._platform.catalogue, state), columns, close=True)

    def left(self, state: Import) -> Iterator[bytes]:
        """The records that a revert left as they are, as CSV. Raises NotFound before anything is sent."""
        path = self._imports.folder / state.id / JOB_FILE
        if state.status != "reverted" or not path.exists():
            raise NotFound("there is no revert to tell of")
        return left_csv(path)


def steps_of(catalogue: Catalogue, state: Import) -> list[PreparedStep]:
    return prepare(*parse_mapping(state.mapping), catalogue)
