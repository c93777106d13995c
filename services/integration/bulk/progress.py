"""What callers may see of a bulk act: its progress until it ends, its report, the records that failed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from services.integration.bulk.report import Reports
from services.integration.bulk_act import BULK, BulkAct
from services.integration.jobs.job_store import existing
from services.integration.jobs.lifecycle import UNFINISHED
from services.integration.jobs.progress import JobProgress, first_left
from shared.errors import NotFound
from shared.messages.languages import ENGLISH, Language
from shared.security.permissions import Access


class BulkProgress(JobProgress[BulkAct]):
    aggregate = BULK

    async def outcome(self, access: Access, state: BulkAct, language: Language = ENGLISH) -> dict[str, Any]:
        head = {"id": state.id, "status": state.status, "record_type": state.record_type, "command": state.command}
        counts = {"changed": state.changed, "unchanged": state.unchanged, "failed": state.failed}
        found: dict[str, Any] = {**head, "total": state.total, **counts, "failures": []}
        with existing(self.job_file(state.id)) as file:
            if file is not None and not state.erased:
                found |= await self._reports(access, state, language).counts(file) if file.mark().counts else {}
                progress = file.progress()
                if state.status in UNFINISHED and progress is not None:
                    found |= {"doing": progress["doing"], "done": progress["done"]}
                if state.status == "reverted":
                    found["left"] = first_left(file, language)
        if state.status == "reverted":
            found["reverted"] = state.reverted
        if state.reason and not state.erased:
            found["error" if state.status == "failed" else "reason"] = state.reason
        return found

    def failures(self, access: Access, state: BulkAct, language: Language = ENGLISH) -> AsyncIterator[bytes]:
        """The records that failed, as CSV. Raises NotFound before anything is sent."""
        path = self.job_file(state.id)
        if state.erased or not path.exists():
            raise NotFound("the failed records are no longer kept")
        return self._reports(access, state, language).failures_csv(path)

    def _reports(self, access: Access, state: BulkAct, language: Language) -> Reports:
        return Reports(self._kernel, self._kernel.catalogue[state.record_type], access, language)
