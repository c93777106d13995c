"""Group commit: one thread takes everything that waits into one transaction and one flush."""

from __future__ import annotations

import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

from shared.clock import Clock, Micros
from shared.events.envelope import Stored
from shared.eventstore.port import NO_STREAM, Appended, StoreBroken, StoreUnavailable, WrongVersion
from shared.eventstore.sqlite_check import chain_hash_at
from shared.eventstore.sqlite_file import is_broken
from shared.eventstore.sqlite_group import Command, Group
from shared.faults import crashpoint
from shared.telemetry.metrics import APPEND_BATCH

Outcome = Appended | Exception


class Report(NamedTuple):
    """What became of a group of commands, one outcome each. events: those it wrote. head: the last one's position."""

    commands: Sequence[Command]
    outcomes: Sequence[Outcome]
    events: Sequence[Stored]
    head: int


_GROUP = 128
IDLE_SECONDS = 15.0
SWITCH_SECONDS = 0.0002  # for sys.setswitchinterval: this thread waits so long for the interpreter, often in a commit
_REFUSED = (WrongVersion, ValueError)
_BLAMED = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, sqlite3.InterfaceError)
_UNSTORABLE = (*_BLAMED, ValueError, TypeError, OverflowError)

log = logging.getLogger("crm.eventstore")


class GroupWriter:
    """Owns the writing connection. Commands come in batches from one event loop; outcomes go to `report`, which is
    called in the writer's thread, once per group, after the commit.
    """

    def __init__(self, db: sqlite3.Connection, clock: Clock, report: Callable[[Report], None]) -> None:
        self._db, self._clock, self._report = db, clock, report
        self._queue: SimpleQueue[list[Command] | None] = SimpleQueue()
        self._waiting: deque[Command] = deque()
        self._closing = False
        self._broken: StoreBroken | None = None
        self.position: int
        self._recorded_at: Micros
        self._chain_hash: bytes
        self._look_where_we_are()
        self._thread = Thread(target=self._run, name="event-store", daemon=True)
        self._thread.start()

    def submit(self, commands: list[Command]) -> None:
        self._queue.put(commands)

    def close(self) -> None:
        """Write what was submitted, move the log into the database, close the file. Blocks."""
        self._queue.put(None)
        self._thread.join()
        if self._broken is not None:
            return  # closing would flush once more; what is durable is for the next process to find out
        crashpoint("close.before_checkpoint")
        with suppress(sqlite3.Error):  # a full disk: everything is in the log, the next start moves it
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()

    def _run(self) -> None:
        while self._take():
            group = [self._waiting.popleft() for _ in range(min(_GROUP, len(self._waiting)))]
            if group:
                self._report(self._settle(group))

    def _take(self) -> bool:
        """Gather all that waits; sleep only if nothing does. False: closed and drained."""
        if not self._waiting and not self._closing:
            self._accept(self._next())
        with suppress(Empty):
            while len(self._waiting) < _GROUP:
                self._accept(self._queue.get_nowait())
        return bool(self._waiting) or not self._closing

    def _next(self) -> list[Command] | None:
        """The next batch, however long it takes; an idle writer gives its pages back."""
        with suppress(Empty):
            return self._queue.get(timeout=IDLE_SECONDS)
        with suppress(sqlite3.Error):
            self._db.execute("PRAGMA shrink_memory")
        return self._queue.get()

    def _accept(self, batch: list[Command] | None) -> None:
        if batch is None:
            self._closing = True
        else:
            self._waiting.extend(batch)

    def _settle(self, commands: Sequence[Command]) -> Report:
        """One outcome per command, whatever happens."""
        if self._broken is not None:
            return self._all_failed(commands, self._broken)
        try:
            for write in (self._write_as_new, self._write_together):
                with suppress(*_UNSTORABLE):  # something exists already, or cannot be stored
                    return self._commit(commands, write)
            return self._commit(commands, self._write_one_by_one)
        except Exception as error:
            return self._all_failed(commands, self._failed(error))

    def _all_failed(self, commands: Sequence[Command], error: Exception) -> Report:
        return Report(commands, [error] * len(commands), [], self.position)

    def _commit(
        self, commands: Sequence[Command], write: Callable[[Group, Sequence[Command]], list[Outcome]]
    ) -> Report:
        before = self.position
        group = Group(before, max(self._clock.now(), self._recorded_at), self._chain_hash)
        self._db.execute("BEGIN IMMEDIATE")
        try:
            crashpoint("append.begun")
            outcomes = write(group, commands)
            crashpoint("append.before_commit")
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self._look_where_we_are()
            raise
        crashpoint("append.after_commit")
        if group.position > before:
            self.position, self._recorded_at, self._chain_hash = group.position, group.recorded_at, group.chain_hash
            APPEND_BATCH.record(group.position - before)
        return Report(commands, outcomes, group.events, self.position)

    def _look_where_we_are(self) -> None:
        last = self._db.execute("SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1").fetchone()
        self.position, self._recorded_at = last or (0, 0)
        self._chain_hash = chain_hash_at(self._db, self.position)

    def _write_as_new(self, group: Group, commands: Sequence[Command]) -> list[Outcome]:
        """Trust that new streams are new and keys unused; else the tables' own constraints refuse, and all is done once
        more with a look at what there is. It saves two looks, each of which waits for the interpreter.
        """
        return self._write(group, commands, [c for c in commands if c.expected != NO_STREAM or not c.events])

    def _write_together(self, group: Group, commands: Sequence[Command]) -> list[Outcome]:
        return self._write(group, commands, commands)

    def _write(self, group: Group, commands: Sequence[Command], looked_up: Sequence[Command]) -> list[Outcome]:
        if looked_up:
            group.look_up(self._db, looked_up)
        outcomes = [_judge(group, c) for c in commands]
        group.insert(self._db)
        return outcomes

    def _write_one_by_one(self, group: Group, commands: Sequence[Command]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for command in commands:
            self._db.execute("SAVEPOINT command")
            single = Group(group.position, group.recorded_at, group.chain_hash)
            try:
                outcomes += self._write_together(single, [command])
                group.position, group.chain_hash = single.position, single.chain_hash
                group.events += single.events
            except _UNSTORABLE as error:
                self._db.execute("ROLLBACK TO command")
                outcomes.append(ValueError(f"{command.stream}: {error}"))
            self._db.execute("RELEASE command")
        return outcomes

    def _failed(self, error: Exception) -> Exception:
        """The outcome that the callers get; a broken disk ends all writing, everything else may be tried again."""
        if not isinstance(error, sqlite3.Error):
            return error
        log.error("a commit failed: %s", error)
        if is_broken(error):
            self._broken = StoreBroken(f"the disk failed under a commit: {error}")
            return self._broken
        return StoreUnavailable(str(error))


def _judge(group: Group, command: Command) -> Outcome:
    try:
        return group.plan(command)
    except _REFUSED as refused:
        return refused
