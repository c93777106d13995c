"""Group commit: one thread takes everything that waits into one transaction and one flush."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from shared.clock import Clock, Micros
from shared.eventstore.port import Appended, DifferentRequest, StoreBroken, StoreUnavailable, WrongVersion
from shared.eventstore.sqlite_group import Command, Group, Heads
from shared.faults import crashpoint
from shared.telemetry.metrics import APPEND_BATCH

Outcome = Appended | Exception
Report = Callable[[Sequence[Command], Sequence[Outcome], int], None]

_GROUP = 128
_CLEAN = (WrongVersion, DifferentRequest, ValueError)
_BROKEN_CODES = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class GroupWriter:
    """Owns the writing connection. Commands come in batches from one event loop; outcomes go to `report`.

    `report(commands, outcomes, head)` is called in the writer's thread, once per group, after the commit.
    """

    def __init__(self, db: sqlite3.Connection, clock: Clock, report: Report) -> None:
        self._db, self._clock, self._report = db, clock, report
        self._queue: SimpleQueue[list[Command] | None] = SimpleQueue()
        self._waiting: deque[Command] = deque()
        self._closing = False
        self._broken: StoreBroken | None = None
        self._heads = Heads(db)
        self.position: int
        self._recorded_at: Micros
        self._reload()
        self._thread = Thread(target=self._run, name="event-store", daemon=True)
        self._thread.start()

    def submit(self, commands: list[Command]) -> None:
        self._queue.put(commands)

    def close(self) -> None:
        """Write what was submitted, move the log into the database, close the file. Blocks."""
        self._queue.put(None)
        self._thread.join()
        try:
            if self._broken is None:
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._db.close()

    def _run(self) -> None:
        while self._take():
            group = [self._waiting.popleft() for _ in range(min(_GROUP, len(self._waiting)))]
            outcomes = self._settle(group)
            crashpoint("append.after_commit")
            self._report(group, outcomes, self.position)

    def _take(self) -> bool:
        """Gather all that waits; sleep only if nothing does. False: closed and drained."""
        if not self._waiting and not self._closing:
            self._accept(self._queue.get())
        try:
            while len(self._waiting) < _GROUP:
                self._accept(self._queue.get_nowait())
        except Empty:
            pass
        return bool(self._waiting) or not self._closing

    def _accept(self, batch: list[Command] | None) -> None:
        if batch is None:
            self._closing = True
        else:
            self._waiting.extend(batch)

    def _settle(self, commands: Sequence[Command]) -> Sequence[Outcome]:
        """One outcome per command, whatever happens."""
        if self._broken is not None:
            return [self._broken] * len(commands)
        try:
            try:
                return self._commit(commands, self._write_together)
            except sqlite3.Error as error:
                if _is_of_the_disk(error):
                    raise
                self._reload()  # an event id exists already, or a value cannot be stored: find the one to blame
                return self._commit(commands, self._write_one_by_one)
        except Exception as error:
            return [self._failed(error)] * len(commands)

    def _commit(self, commands: Sequence[Command], write: Callable[[Group, Command], Appended], ) -> list[Outcome]:
        raise NotImplementedError
