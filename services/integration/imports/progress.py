"""What callers may see of an import: its progress until it ends, its report, its rejected rows.

The log has the import's state and the job store the rest, so any process answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.integration.import_job import IMPORT, Import
from services.integration.imports.rejected_rows import rejected_csv
from services.integration.imports.report import ImportReport, columns_of, report_of
from services.integration.jobs.job_store import JobFile, existing
from services.integration.jobs.progress import JobProgress, first_left
from services.integration.mapping.prepared import PreparedStep, prepare
from services.integration.mapping.spec import parse_mapping
from shared.errors import NotFound
from shared.kernel.catalogue import Catalogue
from shared.messages.languages import ENGLISH, Language
from shared.security.permissions import Access


class ImportProgress(JobProgress[Import]):
    aggregate = IMPORT

    async def outcome(self, access: Access, state: Import, language: Language = ENGLISH) -> dict[str, Any]:
        found: dict[str, Any] = {"id": state.id, "status": state.status, "steps": state.steps}
        if state.erased:
            found = ImportReport(state.id, state.status, state.steps).data()
        else:
            with existing(self.job_file(state.id)) as file:
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
        path = self.job_file(state.id)
        if state.erased or not path.exists():
            raise NotFound("the rejected rows are no longer kept")
        return rejected_csv(path, steps_of(self._kernel.catalogue, state), columns_of(state.files), language)

    def _kept(self, state: Import, file: JobFile, language: Language) -> dict[str, Any]:
        """What the job store adds to the log."""
        if state.status == "reverted":
            return {"left": first_left(file, language)}
        if not file.mark().counts:
            return {}
        steps, columns = steps_of(self._kernel.catalogue, state), columns_of(state.files)
        return report_of(state.id, state.status, steps, file, columns, language).data()


def steps_of(catalogue: Catalogue, state: Import) -> list[PreparedStep]:
    return prepare(*parse_mapping(state.mapping), catalogue)
