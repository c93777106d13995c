"""Reading connections: what is quick is answered in place, what is not moves to a thread, so that no list holds up the
event loop."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from typing import TypeVar

from shared.views.port import ViewsUnavailable
from shared.views.sqlite_file import open_for_reading

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]

INLINE_SECONDS = 0.005
THREADS = 2
_CHECK_EVERY = 10_000  # steps of the engine, about half a millisecond


class OverBudget(Exception):
    """The job would take too long for the event loop."""


class Readers:
    """path None: everything happens on the one connection `shared`, under `lock`."""

    def __init__(self, path: Path | None, shared: sqlite3.Connection, lock: Lock) -> None:
        self._lock: Lock | None = lock if path is None else None
        self._inline = shared if path is None else open_for_reading(path)
        self._pool: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        self._opened = [] if path is None else [self._inline, *(open_for_reading(path) for _ in range(THREADS))]
        for db in self._opened[1:] or [shared]:
            self._pool.put(db)
        self._threads = ThreadPoolExecutor(THREADS if path else 1, "views-reader")
        self._deadline = 0.0
        self._inline.set_progress_handler(self._late, _CHECK_EVERY)

    def inline(self, job: Job[T]) -> T:
        """Run the job here and now. Raises OverBudget after five milliseconds."""
        if self._lock is not None and not self._lock.acquire(timeout=INLINE_SECONDS):
            raise OverBudget
        self._deadline = time.monotonic() + INLINE_SECONDS
        try:
            return job(self._inline)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise OverBudget from error
            raise
        finally:
            self._deadline = 0.0
            if self._lock is not None:
                self._lock.release()

    async def in_thread(self, job: Job[T]) -> T:
        """Run the job in a reading thread, however long it takes. Raises ViewsUnavailable when closed."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._borrowed, job)
        except RuntimeError as error:
            raise ViewsUnavailable("the views are closed") from error

    def _borrowed(self, job: Job[T]) -> T:
        held: AbstractContextManager[object] = self._lock if self._lock is not None else nullcontext()
        db = self._pool.get()
        try:
            with held:
                return job(db)
        finally:
            self._pool.put(db)

    def release(self) -> None:
        """Release the page caches of idle connections."""
        if self._lock is not None:
            return
        idle = [self._inline]
        with suppress(Empty):
            while True:
                idle.append(self._pool.get_nowait())
        for db in idle:
            db.execute("PRAGMA shrink_memory")
        for db in idle[1:]:
            self._pool.put(db)

    def _late(self) -> bool:
        return 0.0 < self._deadline < time.monotonic()

    def close(self) -> None:
        """Wait for running jobs and release the connections that are our own."""
        self._threads.shutdown()
        for db in self._opened:
            db.close()
