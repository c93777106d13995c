"""The imports role of one process: it finds jobs, reverts and dry runs to carry out, two of each at a time.

What is to be done stands in the log and in the shared folder; a claim keeps two processes off the same job. So any
number of processes may have this role, and the jobs of one that was killed are continued by the others.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
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

AT_ONCE = 2
LOOK_SECONDS = 0.25  # between two looks for dry runs, and for jobs whose process has ended
SWEEP_SECONDS = 3_600.0
RETRY_SECONDS = 5.0  # until the next sweep after one that failed
BEGINNINGS = names_of(ImportStarted, BulkStarted, jobs.Resumed, jobs.RevertStarted)
Key = tuple[str, str, str]  # kind, tenant, id; a dry run has neither kind nor tenant here
log = logging.getLogger("crm.imports")


class JobScheduler:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._files = kernel, JobFiles(kernel.files)
        self._unfinished: set[Key] = set()  # jobs, as far as this process knows: the log decides
        self._planned: set[str] = set()  # dry runs that are finished
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._wake, self._sweep_at = asyncio.Event(), 0.0
        self._slots, self._dry_slots = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(AT_ONCE)

    def on_events(self, events: Sequence[Stored]) -> None:
        """Note new work: a listener of the projection."""
        for one in events:
            if one.type in BEGINNINGS:
                self._unfinished.add((category_of(one.stream), one.tenant, one.id))
                self._wake.set()

    def forget_all(self) -> None:
        """Events may have been missed: look for unfinished jobs at once."""
        self._sweep_at = 0.0
        self._wake.set()

    async def run(self) -> None:
        """Carry out what is unfinished, until cancelled. Call it once."""
        self._kernel.projection.subscribe(self)
        loop = asyncio.get_running_loop()
        try:
            while True:
                if loop.time() >= self._sweep_at:
                    self._sweep_at = loop.time() + SWEEP_SECONDS
                    await self._sweep()
                self._wake.clear()
                self._start_tasks()
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):  # wait_for of 3.11 may lose a cancellation
                        await self._wake.wait()
        finally:
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _sweep(self) -> None:
        """Find unfinished jobs in the views; remove outdated files."""
        try:
            for name, kind in KINDS.items():
                async for tenant, id, document in self._kernel.views.scan(kind.aggregate.collection.name):
                    if document["status"] in UNFINISHED:
                        self._unfinished.add((name, tenant, id))
            await remove_outdated(self._kernel)
        except Exception:
            log.exception("jobs could not be swept; trying again")
            self._sweep_at = asyncio.get_running_loop().time() + RETRY_SECONDS

    def _start_tasks(self) -> None:
        for key in self._unfinished:
            self._start(key, partial(self._job, key))
        waiting = set(self._files.dry_runs())
        self._planned &= waiting
        for id in waiting - self._planned:
            self._start(("", "", id), partial(self._dry_run, id))

    def _start(self, key: Key, carry_out: Callable[[], Awaitable[None]]) -> None:
        if key not in self._tasks:
            task = self._tasks[key] = asyncio.create_task(_logged(carry_out))
            task.add_done_callback(lambda _: self._tasks.pop(key))

    async def _job(self, key: Key) -> None:
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


async def _logged(carry_out: Callable[[], Awaitable[None]]) -> None:
    try:
        await carry_out()
    except Exception:
        log.exception("a job of the imports role stopped; it is tried again")
        await asyncio.sleep(LOOK_SECONDS)
