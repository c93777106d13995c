"""The imports role of one process: it finds imports, reverts and dry runs to carry out, two of each at a time.

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

from services.integration.import_job import IMPORT, UNFINISHED
from services.integration.imports.cleanup import drop_damaged, remove_outdated
from services.integration.imports.execution import ImportExecution
from services.integration.imports.files import ImportFiles
from services.integration.imports.planning import DryRunExecution
from shared.events.envelope import Stored
from shared.events.integration import ImportResumed, ImportRevertStarted, ImportStarted
from shared.events.registry import names_of
from shared.kernel.kernel import Kernel

AT_ONCE = 2
LOOK_SECONDS = 0.25  # between two looks for dry runs, and for jobs whose process has ended
SWEEP_SECONDS = 3_600.0
RETRY_SECONDS = 5.0  # until the next sweep after one that failed
BEGINNINGS = names_of(ImportStarted, ImportResumed, ImportRevertStarted)
Key = tuple[str, str]  # tenant, import id; a dry run has no tenant here
log = logging.getLogger("crm.imports")


class ImportScheduler:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._files = kernel, ImportFiles(kernel.files)
        self._unfinished: set[Key] = set()  # imports, as far as this process knows: the log decides
        self._planned: set[str] = set()  # dry runs that are finished
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._wake, self._sweep_at = asyncio.Event(), 0.0
        self._slots, self._dry_slots = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(AT_ONCE)

    def on_events(self, events: Sequence[Stored]) -> None:
        """Note new work: a listener of the projection."""
        for one in events:
            if one.type in BEGINNINGS:
                self._unfinished.add((one.tenant, one.id))
                self._wake.set()

    def forget_all(self) -> None:
        """Events may have been missed: look for unfinished imports at once."""
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
        """Find unfinished imports in the views; remove outdated files."""
        try:
            async for tenant, id, document in self._kernel.views.scan(IMPORT.collection.name):
                if document["status"] in UNFINISHED:
                    self._unfinished.add((tenant, id))
            await remove_outdated(self._kernel)
        except Exception:
            log.exception("imports could not be swept; trying again")
            self._sweep_at = asyncio.get_running_loop().time() + RETRY_SECONDS

    def _start_tasks(self) -> None:
        for tenant, id in self._unfinished:
            self._start((tenant, id), partial(self._import, tenant, id))
        waiting = set(self._files.dry_runs())
        self._planned &= waiting
        for id in waiting - self._planned:
            self._start(("", id), partial(self._dry_run, id))

    def _start(self, key: Key, carry_out: Callable[[], Awaitable[None]]) -> None:
        if key not in self._tasks:
            task = self._tasks[key] = asyncio.create_task(_logged(carry_out))
            task.add_done_callback(lambda _: self._tasks.pop(key))

    async def _import(self, tenant: str, id: str) -> None:
        async with self._slots:
            try:
                await ImportExecution(self._kernel, tenant, id).run()
            except sqlite3.DatabaseError:
                await drop_damaged(self._kernel, id)
        if await self._is_unfinished(tenant, id):
            await asyncio.sleep(LOOK_SECONDS)  # another process has it, or the store is unavailable

    async def _is_unfinished(self, tenant: str, id: str) -> bool:
        unfinished = True  # until the log says otherwise
        self._unfinished.discard((tenant, id))  # first: what begins while the log is read adds it again
        try:
            unfinished = (await self._kernel.repository.load(IMPORT, tenant, id)).status in UNFINISHED
        finally:
            if unfinished:
                self._unfinished.add((tenant, id))
        return unfinished

    async def _dry_run(self, id: str) -> None:
        execution = DryRunExecution(self._kernel, id)
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
