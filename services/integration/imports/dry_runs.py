"""Dry runs of imports: every row planned, nothing written (`jobs/previews.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.integration.imports.rejected_rows import rejected_csv
from services.integration.imports.report import columns_of, report_of
from services.integration.imports.upload import Sent, accept
from services.integration.jobs.job_store import JobFile
from services.integration.jobs.previews import DRY_RUN, Previews
from services.integration.mapping.prepared import PreparedStep, prepare
from services.integration.mapping.spec import parse_mapping
from shared.kernel.kernel import Kernel
from shared.messages.languages import ENGLISH, Language
from shared.security.permissions import Access


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


class DryRuns(Previews[DryRun]):
    kind, described = "import", DryRun

    async def start(self, access: Access, sent: Sent) -> str:
        """Begin a dry run; returns its id. Raises Invalid, Forbidden as an import would."""
        kernel, id = self._kernel, self._kernel.ids.new()
        opened = await accept(kernel, access, sent, self._files.of_dry_run(id))
        files = opened.summaries(await kernel.keys.index_key(access.tenant))
        await self.begin(id, DryRun(access.tenant, access.user, sent.mapping, files, opened.total))
        return id

    async def report(
        self, access: Access, id: str, preview: DryRun, file: JobFile, language: Language
    ) -> dict[str, Any]:
        return report_of(id, DRY_RUN, preview.steps(self._kernel), file, columns_of(preview.files), language).data()

    def rejected(self, access: Access, id: str, language: Language = ENGLISH) -> Iterator[bytes]:
        """The rows that would be rejected, as CSV. Raises NotFound before anything is sent."""
        dry_run = self.mine(access, id)
        return rejected_csv(self.path(id), dry_run.steps(self._kernel), columns_of(dry_run.files), language)
