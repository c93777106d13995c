"""The embedded event store: SQLite in process, WAL, every commit flushed, group commit."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path

from shared.clock import Clock, Micros
from shared.events.envelope import Metadata, NewEvent, Stored, StreamSlice
from shared.eventstore.lock import Lock, lock_file
from shared.eventstore.log_report import LogReport
from shared.eventstore.port import Appended, Rekey, Request, StoreBroken, StoreUnavailable
from shared.eventstore.sqlite_check import installation_of
from shared.eventstore.sqlite_file import is_full, open_for_writing
from shared.eventstore.sqlite_group import Command
from shared.eventstore.sqlite_reader import Place, Reader
from shared.eventstore.sqlite_tail import Tail
from shared.eventstore.sqlite_writer import GroupWriter, Report
from shared.faults import crashpoint
from shared.json import kept_json


class SqliteEventStore:
    """One per file and process; used from one event loop. Commands of one loop turn travel to the writer together."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        lock: Lock,
        on_broken: Callable[[], None] | None,
        rekey: Rekey | None,
        installation: str | None,
    ) -> None:
        self._lock, self._on_broken = lock, on_broken
        self._pending: list[Command] = []
        self._committed = asyncio.Event()
        self._closed = False
        writing = open_for_writing(path, rekey, installation)
        self.installation = installation_of(writing)
        self._reader = Reader(path)
        self._writer = GroupWriter(writing, clock, self._report)
        self._head = self._writer.position
        self._tail = Tail(self._head)

    @classmethod
    def open(
        cls,
        path: Path,
        clock: Clock,
        *,
        on_broken: Callable[[], None] | None = None,
        rekey: Rekey | None = None,
        installation: str | None = None,
    ) -> SqliteEventStore:
        """Open or create the store's file. `on_broken` is called once when the disk failed: the process must exit.

        rekey: brings requests that an older program kept without a key up to date.
        installation: the id of a store that has none yet; None = a new one.

        Raises:
            AlreadyOpen: another process has it.
            NewerFormat: it was written by a newer program; it is not changed.
            StoreBroken: the disk failed, or the file cannot be read as an event store.
            StoreUnavailable: there is no room on the disk even to open it, or it is old and `rekey` is not given.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = lock_file(path)
        try:
            return cls(path, clock, lock, on_broken, rekey, installation)
        except BaseException as error:
            lock.release()
            if isinstance(error, sqlite3.Error):
                failure = StoreUnavailable if is_full(error) else StoreBroken
                raise failure(f"{path} cannot be opened: {error}") from error
            raise

    async def append(
        self,
        tenant: str,
        stream: str,
        expected: int,
        events: Sequence[NewEvent],
        metadata: Metadata,
        request: Request | None = None,
    ) -> Appended:
        return await self._append(tenant, stream, expected, events, kept_json(metadata), request)

    async def append_each(
        self, tenant: str, stream: str, expected: int, events: Sequence[NewEvent], metadata: list[bytes]
    ) -> Appended:
        """As `append`, where each event has metadata of its own, any bytes."""
        return await self._append(tenant, stream, expected, events, metadata, None)

    async def _append(
        self,
        tenant: str,
        stream: str,
        expected: int,
        events: Sequence[NewEvent],
        metadata: bytes | list[bytes],
        request: Request | None,
    ) -> Appended:
        if self._closed:
            raise StoreUnavailable("the event store is closed")
        if "\0" in stream or "\0" in tenant or (request is not None and "\0" in request.key):
            raise ValueError("names and keys hold no NUL")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Appended] = loop.create_future()
        if not self._pending:
            loop.call_soon(self._submit)
        self._pending.append(Command(tenant, stream, expected, events, metadata, request, done))
        return await done

    def version(self, tenant: str, stream: str) -> int:
        """The version of a stream, 0 of one that does not exist."""
        return self._reader.version(tenant, stream)

    def places(self, event_ids: Sequence[str]) -> dict[str, Place]:
        """Where the events with these ids are, as far as they are."""
        return self._reader.places(event_ids)

    async def find_request(self, tenant: str, key: str) -> Appended | None:
        return self._reader.request(tenant, key)

    async def read(self, tenant: str, stream: str, *, after: int = 0, up_to: int | None = None) -> list[Stored]:
        return await self._reader.stream(tenant, stream, after, up_to)

    async def slices(self, tenant: str, stream: str, *, after: int = 0, up_to: int | None = None) -> list[StreamSlice]:
        """See SliceReader."""
        return await self._reader.slices(tenant, stream, after, up_to)

    async def read_all(
        self, after: int, limit: int, *, categories: Collection[str] | None = None, tenant: str | None = None
    ) -> list[Stored]:
        if tenant is None and not self._closed:
            newest = self._tail.read(after, limit, categories)
            if newest is not None:
                return newest
        return await self._reader.feed(after, limit, categories, tenant)

    def streams(self, category: str, *, up_to: int, tenant: str | None = None) -> AsyncIterator[list[Stored]]:
        return self._reader.streams(category, up_to, tenant)

    async def head(self) -> int:
        return self._head

    async def chain_hash(self, position: int) -> bytes:
        return self._reader.chain_hash(position)

    async def check(self, up_to: int, progress: Callable[[int], None]) -> LogReport:
        return await self._reader.check(up_to, progress)

    async def before_newest(self, tenant: str, count: int) -> int:
        return await self._reader.before_newest(tenant, count)

    async def position_at(self, recorded_at: Micros) -> int:
        return self._reader.position_at(recorded_at, self._head)

    async def wait(self, after: int, timeout: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self._head <= after and not self._closed:
                    await self._committed.wait()

    async def release(self) -> None:
        """See EventStore.release."""
        self._reader.release()

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._submit()
        self._wake()
        await self._reader.close()
        await asyncio.to_thread(self._writer.close)  # the last connection leaves no log behind
        self._lock.release()

    def _submit(self) -> None:
        if self._pending:
            commands, self._pending = self._pending, []
            self._writer.submit(commands)

    def _report(self, report: Report) -> None:
        with suppress(RuntimeError):  # the event loop is gone, and with it everyone who waits
            report.commands[0].done.get_loop().call_soon_threadsafe(self._deliver, report)

    def _deliver(self, report: Report) -> None:
        crashpoint("append.before_ack")
        self._head = report.head
        self._tail.add(report.events, report.head)
        for command, outcome in zip(report.commands, report.outcomes, strict=True):
            if command.done.done():
                continue  # the caller was cancelled; what it asked for is in the store all the same
            if isinstance(outcome, Appended):
                command.done.set_result(outcome)
            else:
                command.done.set_exception(outcome)
        self._wake()
        if self._on_broken is not None and any(isinstance(o, StoreBroken) for o in report.outcomes):
            on_broken, self._on_broken = self._on_broken, None
            on_broken()

    def _wake(self) -> None:
        committed, self._committed = self._committed, asyncio.Event()
        committed.set()
