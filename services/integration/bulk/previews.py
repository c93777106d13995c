"""Previews of bulk acts: every record decided as it would be, nothing written (`jobs/previews.py`)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from services.integration.bulk.act import Act
from services.integration.bulk.ids import read_ids, write_ids
from services.integration.bulk.report import Reports
from services.integration.bulk.request import Wanted
from services.integration.bulk.runner import CHANGED, BulkJob, BulkRunner
from services.integration.jobs.job_store import FaultyRow, JobFile
from services.integration.jobs.previews import DRY_RUN, PreviewExecution, Previews
from services.integration.jobs.progress import Progress
from services.integration.jobs.rehearsal import rehearsal
from shared.domain.record import Record, differences
from shared.http.naming import titles_of_changes
from shared.kernel.changes import shown_changes
from shared.messages.languages import ENGLISH, Language
from shared.security.permissions import Access

SAMPLE = 20  # records whose values are shown before and after


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """command: its full name. body: JSON values."""

    tenant: str
    user: str
    record_type: str
    command: str
    body: dict[str, Any]
    why: str
    total: int


class BulkPreviews(Previews[BulkPreview]):
    kind, described = "bulk", BulkPreview

    async def start(self, access: Access, wanted: Wanted, why: str = "") -> str:
        """Fix the records and begin the preview; returns its id. Raises as an act would."""
        id, ids = self._kernel.ids.new(), await wanted.found(self._kernel, access)
        await asyncio.to_thread(write_ids, self._files.of_dry_run(id), ids)
        names = wanted.aggregate.name, wanted.command.name
        await self.begin(id, BulkPreview(access.tenant, access.user, *names, wanted.body, why, len(ids)))
        return id

    async def report(
        self, access: Access, id: str, preview: BulkPreview, file: JobFile, language: Language
    ) -> dict[str, Any]:
        counts = await self._reports(access, preview, language).counts(file)
        sample = [_seen(entry, preview.record_type, access) for entry in (file.progress() or {}).get("sample", [])]
        head = {"record_type": preview.record_type, "command": preview.command, "total": preview.total}
        names = await titles_of_changes(self._kernel, self._kernel.catalogue[preview.record_type], sample, access)
        return {"id": id, "status": DRY_RUN, **head, **counts, "sample": sample, "names": names}

    def failures(self, access: Access, id: str, language: Language = ENGLISH) -> AsyncIterator[bytes]:
        """The records that would fail, as CSV. Raises NotFound before anything is sent."""
        return self._reports(access, self.mine(access, id), language).failures_csv(self.path(id))

    def _reports(self, access: Access, preview: BulkPreview, language: Language) -> Reports:
        return Reports(self._kernel, self._kernel.catalogue[preview.record_type], access, language)


def _seen(entry: dict[str, Any], record_type: str, access: Access) -> dict[str, Any]:
    """A record of the sample without what was hidden from the caller since."""
    changes = {name: c for name, c in entry["changes"].items() if access.may_see(record_type, name)}
    return {**entry, "changes": changes}


class BulkPreviewExecution(PreviewExecution[BulkPreview]):
    previews = BulkPreviews

    async def rehearse(self, preview: BulkPreview, access: Access, file: JobFile, progress: Progress) -> None:
        act = Act.of(self._kernel.catalogue, preview.command, preview.body, preview.why)
        act.check(access)
        ids = await asyncio.to_thread(read_ids, self._folder)
        progress.update(doing=act.command.bulk)
        job = BulkJob(self._id, act, ids, access, file, progress, self.may_continue)
        file.restart()  # what a killed process rehearsed is lost
        async with rehearsal(self._kernel, self._folder) as stage:
            rehearsed = BulkRehearsal(self._kernel, job, stage)
            await rehearsed.run()
        progress.update(sample=rehearsed.sample)


class BulkRehearsal(BulkRunner):
    """sample: the first records that would change, each with its changes as the caller sees them."""

    sample: list[dict[str, Any]]

    async def run(self) -> Any:
        self.sample = []
        return await super().run()

    async def one(self, number: int, id: str) -> FaultyRow | str:
        shows = len(self.sample) < SAMPLE
        before = await self._state(id) if shows else None
        outcome = await super().one(number, id)
        if outcome == CHANGED:
            after = await self._state(id)
            self.stage.made.note(self.job.act.aggregate, after)
            if before is not None and len(self.sample) < SAMPLE:
                self.sample.append(self._entry(id, before, after))
        return outcome

    async def pause_for_views(self, behind: int) -> None:
        """Nothing reaches the views."""

    async def _state(self, id: str) -> Record:
        state: Record = await self.stage.bus.repository.load(self.job.act.aggregate, self.job.access.tenant, id)
        return state

    def _entry(self, id: str, before: Record, after: Record) -> dict[str, Any]:
        aggregate, access = self.job.act.aggregate, self.job.access
        changes = differences(aggregate.dump(before), aggregate.dump(after), aggregate.lasting)
        title = aggregate.collection.title
        name = str(aggregate.document(before).get(title) or "") if access.may_see(aggregate.name, title) else ""
        return {"id": id, "title": name, "changes": shown_changes(aggregate, changes, after, access)}
