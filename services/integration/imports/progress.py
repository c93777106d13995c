"""What callers may see of an import: its progress until it ends, its report, its rejected rows.

The log has the import's state and the job store the rest, so any process answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from services.integration.import_job import IMPORT, UNFINISHED, Import
from services.integration.imports.files import ImportFiles, job_file
from services.integration.imports.job_store import JobFile, existing
from services.integration.imports.rejected_rows import left_csv, rejected_csv
from services.integration.imports.report import EVERY, SHOWN, ImportReport, report_of
from services.integration.mapping.prepared import PreparedStep, prepare
from services.integration.mapping.spec import parse_mapping
from shared.errors import NotFound, ProjectionBehind
from shared.kernel.catalogue import Catalogue
from shared.kernel.kernel import Kernel
from shared.messages.languages import ENGLISH, Language
from shared.security.permissions import Access


class ImportProgress:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._files = kernel, ImportFiles(kernel.files)

    async def state(self, access: Access, id: str) -> Import:
        """Raises NotFound for an import that is unknown or not the caller's to see, Forbidden."""
        access.scope(IMPORT.name)
        state = await self._kernel.repository.load(IMPORT, access.tenant, id)
        if state.version == 0:
            raise NotFound()
        access.check(IMPORT.name, "read", state.owner)
        return state

    async def events(self, access: Access, id: str, language: Language = ENGLISH) -> AsyncIterator[dict[str, Any]]:
        """Progress whenever it changed; last the outcome. Raises as `state`."""
        seen = None
        while (state := await self.state(access, id)).status in UNFINISHED:
            progress = self._progress(id)
            if progress is not None and progress != seen and progress["status"] == state.status:
                seen = progress
                yield {"id": id, **progress}
            await asyncio.sleep(EVERY)
        with suppress(ProjectionBehind):  # a list that is asked for after the last event shows the same
            await self._kernel.queries.wait_for(IMPORT, id, access.tenant, state.version)
        yield self.outcome(state, language)

    def outcome(self, state: Import, language: Language = ENGLISH) -> dict[str, Any]:
        """What an import that is not running came to: its report, or what its revert did."""
        found: dict[str, Any] = {"id": state.id, "status": state.status, "steps": state.steps}
        if state.erased:
            found = ImportReport(state.id, state.status, state.steps).data()
        else:
            with existing(self._job_file(state.id)) as file:
                found = found if file is None else {**found, **self._kept(state, file, language)}
        if state.status == "reverted":
            found["reverted"] = state.reverted
        if state.status == "failed":
            found["error"] = state.reason
        elif state.reason and not state.erased:
            found["reason"] = state.reason
        return found

    def rejected(self, state: Import, language: Language = ENGLISH) -> Iterator[bytes]:
        """The rejected rows as CSV. Raises NotFound before anything is sent."""
        path = self._job_file(state.id)
        if state.erased or not path.exists():
            raise NotFound("the rejected rows are no longer kept")
        columns = {f["name"]: tuple(f["columns"]) for f in state.files}
        return rejected_csv(path, steps_of(self._kernel.catalogue, state), columns, language)

    def left(self, state: Import) -> Iterator[bytes]:
        """The records that a revert left as they are, as CSV. Raises NotFound before anything is sent."""
        path = self._job_file(state.id)
        if state.status != "reverted" or not path.exists():
            raise NotFound("there is no revert to report on")
        return left_csv(path)

    def _kept(self, state: Import, file: JobFile, language: Language) -> dict[str, Any]:
        """What the job store adds to the log."""
        if state.status == "reverted":
            return {"left": list(islice(file.left(), SHOWN))}
        if not file.mark().counts:
            return {}
        return report_of(state.id, state.status, steps_of(self._kernel.catalogue, state), file, language).data()

    def _progress(self, id: str) -> dict[str, Any] | None:
        with existing(self._job_file(id)) as file:
            return None if file is None else file.progress()

    def _job_file(self, id: str) -> Path:
        return job_file(self._files.of_import(id))


def steps_of(catalogue: Catalogue, state: Import) -> list[PreparedStep]:
    return prepare(*parse_mapping(state.mapping), catalogue)
