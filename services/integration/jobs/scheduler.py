"""The imports role of one process: it finds jobs, reverts and dry runs to carry out, two of each at a time.

What is to be done stands in the log and in the shared folder; a claim keeps two processes off the same job. So any
number of processes may have this role, and the jobs of one that was killed are continued by the others.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from functools import partial

from services.integration.jobs.cleanup import drop_damaged, remove_outdated
from services.integration.jobs.files import JobFiles, job_file
from services.integration.jobs.job_store import existing
from services.integration.jobs.lifecycle import UNFINISHED
from services.integration.jobs.previews import kind_of
from services.integration.kinds import KINDS
from shared.events import jobs
from shared.events.envelope import Stored, category_of
from shared.events.integration import BulkStarted, ImportStarted
from shared.events.registry import names_of
from shared.kernel.kernel import Kernel
from shared.streaming.unfinished import UnfinishedWork

AT_ONCE = 2
LOOK_SECONDS = 0.25  # between two looks for dry runs, and for jobs whose process has ended
SWEEP_SECONDS = 3_600.0
BEGINNINGS = names_of(ImportStarted, BulkStarted, jobs.Resumed, jobs.RevertStarted)
Key = tuple[str, str, str]  # kind, tenant, id; a dry run has neither kind nor tenant here
log = logging.getLogger("crm.imports")


class JobScheduler(UnfinishedWork[Key]):
    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel.projection, LOOK_SECONDS, SWEEP_SECONDS, log, "jobs could not be swept; trying again")
        self._kernel, self._files = kernel, JobFiles(kernel.files)
        self._planned: set[str] = set()  # dry runs that are finished
        self._slots, self._dry_slots = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(AT_ONCE)

    def _begun_by(self, one: Stored) -> Key | None:
        return (category_of(one.stream), one.tenant, one.id) if one.type in BEGINNINGS else None

    async def _sweep(self) -> None:
        """Find unfinished jobs in the views; remove outdated files."""
        for name, kind in KINDS.items():
            async for tenant, id, document in self._kernel.views.scan(kind.aggregate.collection.name):
                if document["status"] in UNFINISHED:
                    self._unfinished.add((name, tenant, id))
        await remove_outdated(self._kernel)

    def _begin(self) -> None:
        super()._begin()
        waiting = set(self._files.dry_runs())
        self._planned &= waiting
        for id in waiting - self._planned:
            self._start(("", "", id), partial(self._dry_run, id))

    async def _end(self, key: Key, error: Exception) -> None:
        kind, tenant, id = key
        if kind:  # else a dry run, which ends with its files
            await KINDS[kind].execution(self._kernel, tenant, id).fail(error)

    def _stopped(self, key: Key, error: Exception) -> None:
        log.exception("a job of the imports role stopped; it is tried again")

    async def _carry_out(self, key: Key) -> None:
        kind, tenant, id = key
        async with self._slots:
            try:
                await KINDS[kind].execution(self._kernel, tenant, id).run()
            except sqlite3.DatabaseError:
                await drop_damaged(self._kernel, id)
        if await self._is_unfinished(key):
            await asyncio.sleep(LOOK_SECONDS)  # another process has it, or the store is unavailable

    async def _is_unfinished(self, key: Key) -> bool:
        kind, tenant, id = key
        unfinished = True  # until the log says otherwise
        self._unfinished.discard(key)  # first: what begins while the log is read adds it again
        try:
            unfinished = (await self._kernel.repository.load(KINDS[kind].aggregate, tenant, id)).status in UNFINISHED
        finally:
            if unfinished:
                self._unfinished.add(key)
        return unfinished

    async def _dry_run(self, id: str) -> None:
        with existing(job_file(self._files.of_dry_run(id))) as file:
            described = None if file is None else file.dry_run()
        if described is None:  # its files are still coming
            return
        execution = KINDS[kind_of(described)].preview(self._kernel, id)
        async with self._dry_slots:
            await execution.run()
        if execution.is_finished():
            self._planned.add(id)
