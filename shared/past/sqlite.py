"""The past in one SQLite file, next to the views and without them. One writes at a time, many may read.

Rows are written by the event loop itself, a few at a turn, for the reason that `views/sqlite.py` gives; what takes
longer than a few milliseconds is read in a thread.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from threading import Lock
from typing import TypeVar

from shared.clock import Micros
from shared.endings import to_its_end
from shared.past.kept import Answers
from shared.past.layout import Layout
from shared.past.port import At, Change, Counted, Hit, PastUnavailable, Position, Version
from shared.past.sqlite_check import FIRST, Check, expected
from shared.past.sqlite_file import FileCatalogue, open_for_writing, refusals
from shared.past.sqlite_read import Reader
from shared.past.sqlite_write import Batch, Writer
from shared.sqlitefile import transaction
from shared.views.port import Collection, Lease, Query, Scope, Total
from shared.views.sqlite_leases import prolong, take
from shared.views.sqlite_log import Log
from shared.views.sqlite_readers import OverBudget, Readers

T = TypeVar("T")
TURN_SECONDS = 0.003  # of the event loop's time, before others have their turn
PURGE_SECONDS = 60.0


class SqlitePast:
    """The embedded adapter of the port of the past."""

    def __init__(self, path: Path, installation: str = "") -> None:
        """Open or create the file of an installation, "" = any. Raises PastUnavailable."""
        self._path = path
        with refusals(self._path):
            self._db = open_for_writing(path, installation)
            self._catalogue = FileCatalogue(self._db)
            self._readers = Readers(path, self._db, Lock())
            self._log = Log(path, self._db)
            self._log.shorten()  # a killed process may have filled it with who was erased before the swap
        self._turn = asyncio.Lock()  # held by the user of the writing connection
        self._writers: dict[int, Writer] = {}
        self._answers = Answers()
        self._moving: asyncio.Task[None] | None = None
        self._gone: list[int] = []  # collections that others have replaced, still to be dropped, with who does it
        self._dropping: asyncio.Task[None] | None = None
        self._closed = False

    async def declare(self, collections: Sequence[Collection]) -> None:
        async with self._turn:
            with refusals(self._path):
                self._catalogue.declare(collections)

    def unfilled(self) -> list[str]:
        return sorted(self._catalogue.unfilled)

    async def write(
        self, changes: Sequence[Change], position: Position | None = None, lease: Lease | None = None
    ) -> None:
        await self._write(self._written(changes, position, lease))
        if any(one.whole for one in changes):
            self._answers.forget()

    async def fill(self, rebuilt: str, changes: Sequence[Change]) -> None:
        await self._write(self._written(changes, None, None, rebuilt))

    def _written(
        self, changes: Sequence[Change], position: Position | None, lease: Lease | None, target: str = ""
    ) -> Generator[None, None, None]:
        """All or nothing; its caller may do something else between two steps."""
        batches: dict[int, tuple[Writer, Batch]] = {}
        try:
            with transaction(self._db):
                for one in changes:
                    layout = self._catalogue.layout(target or one.collection)
                    writer, batch = batches.setdefault(layout.number, (self._writer(layout), Batch()))
                    writer.plan(batch, self._catalogue.number(one.tenant), one)
                    yield
                for writer, batch in batches.values():
                    yield from writer.write(batch, frames=not target)
                if position is not None:
                    self._db.execute("UPDATE checkpoint SET position = ?, chain_hash = ?", position)
                if lease is not None:
                    prolong(self._db, lease)
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        """What memory holds of an undone transaction is read again."""
        self._writers.clear()
        self._catalogue.forget_numbers()

    def _writer(self, layout: Layout) -> Writer:
        found = self._writers.get(layout.number)
        if found is None:
            found = self._writers[layout.number] = Writer(self._db, layout)
        return found

    async def _write(self, steps: Generator[None, None, None]) -> None:
        async with self._turn:
            self._check()
            with refusals(self._path):
                await _in_turns(steps)
        if self._moving is not None and self._moving.done():
            done, self._moving = self._moving, None
            done.result()
        if self._moving is None and self._log.is_long:
            self._moving = asyncio.create_task(self._move())

    async def _move(self) -> None:
        """Move a long log into the file while the work goes on."""
        with refusals(self._path):
            await asyncio.to_thread(self._log.move)
            if self._log.is_large:
                async with self._turn:
                    await asyncio.to_thread(self._log.shorten)

    async def lease(self, name: str, holder: str, now: Micros, until: Micros, *, steal: bool = False) -> Lease | None:
        async with self._turn:
            self._check()
            with refusals(self._path):
                return take(self._db, name, holder, now, until, steal=steal)

    async def position(self) -> Position:
        ask = "SELECT position, chain_hash FROM checkpoint"
        return await self._somewhere(lambda db: Position(*db.execute(ask).fetchone()))

    async def destroyed(self) -> int:
        return await self._somewhere(lambda db: int(db.execute("SELECT destroyed FROM checkpoint").fetchone()[0]))

    async def start_again(self, position: Position, destroyed: int) -> None:
        async with self._turn:
            self._check()
            with refusals(self._path):
                with transaction(self._db):
                    self._catalogue.start_again()
                    kept = (*position, destroyed)
                    self._db.execute("UPDATE checkpoint SET position = ?, chain_hash = ?, destroyed = ?", kept)
                self._writers.clear()
                self._answers.forget()
                await asyncio.to_thread(self._log.empty, PURGE_SECONDS)

    async def last(self, collection: str, tenant: str, keys: Sequence[str]) -> dict[str, int]:
        async with self._turn:
            self._check()
            number = self._catalogue.numbers.get(tenant)
            if number is None:
                return {}
            writer = self._writer(self._catalogue.layout(collection))
            with refusals(self._path):
                return {key: writer.last(number, key) for key in keys}

    async def page(self, collection: str, query: Query, scope: Scope, at: At) -> tuple[list[Hit], str | None]:
        return await self._ask(collection, scope, at, lambda reader: reader.page(query))

    async def count(self, collection: str, query: Query, scope: Scope, at: At) -> Counted:
        return await self._ask(collection, scope, at, lambda reader: reader.count(query))

    async def totals(
        self, collection: str, query: Query, scope: Scope, at: At, by: tuple[str, ...], sum: str | None = None
    ) -> list[Total]:
        return await self._ask(collection, scope, at, lambda reader: reader.totals(query, by, sum))

    async def density(self, collection: str, scope: Scope, bounds: Sequence[Micros]) -> list[int]:
        return await self._ask(collection, scope, At(), lambda reader: reader.density(bounds))

    async def scan(self, collection: str) -> AsyncIterator[tuple[str, str, bytes]]:
        layout = self._catalogue.layout(collection)
        check = Check(self._db, layout)
        for tenant, number in sorted(self._catalogue.numbers.items()):
            after: int | None = FIRST
            while after is not None:
                async with self._turn:
                    self._check()
                    with refusals(self._path):
                        found, after = check.some(self._writer(layout), number, after)
                for key, digest in found:
                    yield tenant, key, digest
        async with self._turn:
            if check.surplus():
                yield "", "rows that no version explains", b""

    def digest(self, collection: str, owner: str | None, versions: Sequence[Version]) -> bytes:
        return expected(self._catalogue.layout(collection), owner, versions)

    async def begin_rebuild(self, collection: Collection) -> str:
        async with self._turn:
            self._check()
            with refusals(self._path):
                return self._catalogue.begin_rebuild(collection)

    async def prepare(self, rebuilt: str) -> None:
        await self._write(self._framed(rebuilt))

    def _framed(self, rebuilt: str) -> Generator[None, None, None]:
        with transaction(self._db):
            yield from self._writer(self._catalogue.building[rebuilt]).totals.finish()

    async def swap(self, rebuilt: str, lease: Lease | None = None) -> None:
        async with self._turn:
            self._check()
            with refusals(self._path):
                with transaction(self._db):
                    old = self._catalogue.swap(rebuilt)
                    if lease is not None:
                        prolong(self._db, lease)
                self._catalogue.swapped(rebuilt)
                self._gone.append(old)
        self._answers.forget()
        if self._dropping is None or self._dropping.done():
            self._dropping = asyncio.create_task(self._drop_replaced())

    async def _drop_replaced(self) -> None:
        """In a thread, a table at a time: meanwhile others read, and write in between."""
        with suppress(PastUnavailable):  # tried again by the next purge, and done by the next start
            await self._drop_all()

    async def _drop_all(self) -> None:
        while True:
            async with self._turn:
                self._check()
                if not self._gone:
                    return
                with refusals(self._path):
                    if not await to_its_end(asyncio.to_thread(self._catalogue.drop_one, self._gone[0])):
                        self._gone.pop(0)

    async def purge(self, destroyed: int) -> None:
        """Rows were overwritten where they stood (secure_delete): only the log has to go."""
        self._answers.forget()
        await self._drop_all()
        async with self._turn:
            self._check()
            with refusals(self._path):
                self._db.execute("UPDATE checkpoint SET destroyed = ?", (destroyed,))
                await asyncio.to_thread(self._log.empty, PURGE_SECONDS)

    async def release(self) -> None:
        self._answers.forget()
        self._readers.release()
        async with self._turn:
            self._writers.clear()
            self._db.execute("PRAGMA shrink_memory").close()

    async def close(self) -> None:
        if self._moving is not None:
            await asyncio.wait([self._moving])
        async with self._turn:
            if self._closed:
                return
            self._closed = True
            self._readers.close()
            self._db.close()
            self._log.close()
        if self._dropping is not None:
            await asyncio.wait([self._dropping])

    def _check(self) -> None:
        if self._closed:
            raise PastUnavailable("the past is closed")

    async def _ask(self, collection: str, scope: Scope, at: At, ask: Callable[[Reader], T]) -> T:
        """Ask the collection; once more if a rebuilt one took its place meanwhile."""
        while True:
            layout = self._catalogue.layout(collection)

            def job(db: sqlite3.Connection, layout: Layout = layout) -> T:
                return ask(Reader(db, layout, self._catalogue.numbers, scope, at, self._answers))

            try:
                return await self._somewhere(job)
            except PastUnavailable:
                if self._catalogue.layout(collection) is layout:
                    raise

    async def _somewhere(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Here if that is quick, else in a thread."""
        self._check()
        with refusals(self._path):
            try:
                return self._readers.inline(job)
            except OverBudget:
                return await self._readers.in_thread(job)


async def _in_turns(steps: Generator[None, None, None]) -> None:
    ends = time.monotonic() + TURN_SECONDS
    with closing(steps):  # a caller who is cancelled undoes what was begun
        for _ in steps:
            if time.monotonic() > ends:
                await asyncio.sleep(0)
                ends = time.monotonic() + TURN_SECONDS
