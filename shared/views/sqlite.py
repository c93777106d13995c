"""Views in one SQLite file, or in a private one without a name (snapshots). One writes at a time, many may read.

Documents are written by the event loop itself, a few at a turn: a thread that gives the interpreter away at every
statement would wait for it at every statement while the loop is busy. Long statements (indexes, checkpoints of the log,
purging) are for a thread.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from operator import methodcaller
from pathlib import Path
from threading import Lock
from typing import TypeVar

import orjson

from shared.clock import Micros
from shared.endings import to_its_end
from shared.faults import crashpoint
from shared.sqlitefile import transaction
from shared.views.port import (
    By,
    Checkpoint,
    Collection,
    Document,
    Lease,
    Page,
    Query,
    Scope,
    Total,
    ViewsUnavailable,
    Write,
)
from shared.views.sqlite_batch import Batch
from shared.views.sqlite_catalogue import FileCatalogue
from shared.views.sqlite_file import bookkeeping, open_for_writing, refusal, refusals
from shared.views.sqlite_leases import prolong, take
from shared.views.sqlite_log import Log
from shared.views.sqlite_read import Effort, Reader
from shared.views.sqlite_readers import OverBudget, Readers
from shared.views.sqlite_share import Estimates
from shared.views.sqlite_table import Table
from shared.views.sqlite_write import TableWriter
from shared.views.stored import newest

T = TypeVar("T")

WORDS_AT_ONCE = 2000  # documents whose text is indexed in one transaction while others wait
SCANNED_AT_ONCE = 500
PURGE_SECONDS = 60.0
PLANNED_AT_ONCE = 16  # documents, less than a millisecond
LAST_SECONDS = 0.015  # that writers wait for the rest of the log to be moved
TURN_SECONDS = 0.003  # of the event loop's time, before others have their turn


class SqliteViews:
    """The embedded adapter of the views port."""

    def __init__(self, path: Path | None, db: sqlite3.Connection) -> None:
        self._db, self._path = db, path
        self._turn = asyncio.Lock()  # held by the user of the writing connection
        self._lock = Lock()  # held by the user of the one connection of a nameless file
        self._shared = path is None
        self._catalogue = FileCatalogue(db, indexed=path is not None)
        self._readers = Readers(path, db, self._lock)
        self._writers: dict[int, TableWriter] = {}
        self._thread = ThreadPoolExecutor(1, "views-writer")
        self._log = None if path is None else Log(path, db)
        self._moving: asyncio.Task[None] | None = None
        self._estimates = Estimates()
        self._closed = False

    @classmethod
    def open(cls, path: Path | None) -> SqliteViews:
        """Open or create the file. None: a private one that is never indexed and vanishes when closed.

        Raises NewerFormat, ViewsUnavailable, ViewsDamaged.
        """
        with bookkeeping(path):
            return cls(path, open_for_writing(path))

    async def declare(self, collections: Sequence[Collection]) -> list[str]:
        def declare() -> list[str]:
            with bookkeeping(self._path):
                return self._catalogue.declare(collections)

        return await self._write(declare)

    async def write(
        self, writes: Sequence[Write], checkpoints: Sequence[Checkpoint] = (), lease: Lease | None = None
    ) -> None:
        steps = self._written(writes, checkpoints, lease)
        async with self._turn:
            if self._closed:
                raise ViewsUnavailable("the views are closed")
            if self._shared:
                await self._in_thread(partial(deque[None], steps, 0))
                return
            with refusals(self._path):
                await _in_turns(steps)
        await self._move_log()

    def _written(
        self, writes: Sequence[Write], checkpoints: Sequence[Checkpoint], lease: Lease | None
    ) -> Generator[None, None, None]:
        """What a write does, all or nothing; its caller may do something else between two steps."""
        batches: dict[int, Batch] = {}
        for (collection, tenant), group in newest(writes).items():
            table = self._catalogue.table(collection)
            batch = batches.setdefault(table.number, Batch(table))
            for n in range(0, len(group), PLANNED_AT_ONCE):
                self._writer(table).plan(batch, tenant, group[n : n + PLANNED_AT_ONCE])
                yield
        with transaction(self._db):
            for batch in batches.values():
                for statement, values in batch.statements():
                    self._db.execute(statement, values)
                    yield
            self._catalogue.keep(checkpoints)
            if lease is not None:
                prolong(self._db, lease)
            crashpoint("views.before_commit")

    async def lease(self, name: str, holder: str, now: Micros, until: Micros, *, steal: bool = False) -> Lease | None:
        return await self._write(lambda: take(self._db, name, holder, now, until, steal=steal))

    async def _move_log(self) -> None:
        """Have a long log moved into the file, while the work goes on. Raises what moving met before."""
        if self._moving is not None and self._moving.done():
            done, self._moving = self._moving, None
            done.result()
        if self._log is not None and self._moving is None and self._log.is_long:
            self._moving = asyncio.create_task(self._move(self._log))

    async def _move(self, log: Log) -> None:
        """In parallel with the writers. They wait a moment for its end, so that all of it is moved and they begin
        again; where readers or the disk keep it from that too often, it is cut.
        """
        with refusals(self._path):
            await asyncio.to_thread(log.move)
            async with self._turn:
                last = asyncio.create_task(asyncio.to_thread(log.move))
                await asyncio.wait([last], timeout=LAST_SECONDS)
            await last
        if log.is_large:
            await self._write(log.shorten)

    def _writer(self, table: Table) -> TableWriter:
        found = self._writers.get(table.number)
        if found is None:
            found = self._writers[table.number] = TableWriter(self._db, table, self._catalogue.number)
        return found

    async def checkpoint(self, projection: str) -> int:
        return (await self._kept(projection)).position

    async def chain_hash(self, projection: str) -> bytes:
        return (await self._kept(projection)).chain_hash

    async def checkpoints(self, prefix: str) -> dict[str, Checkpoint]:
        def ask(db: sqlite3.Connection, effort: Effort) -> dict[str, Checkpoint]:
            sql = "SELECT projection, position, chain_hash FROM checkpoints WHERE substr(projection, 1, ?) = ?"
            rows = db.execute(sql, (len(prefix), prefix)).fetchall()
            return {name: Checkpoint(name, int(position), bytes(chain)) for name, position, chain in rows}

        with bookkeeping(self._path):
            return await self._somewhere(ask)

    async def _kept(self, projection: str) -> Checkpoint:
        def ask(db: sqlite3.Connection, effort: Effort) -> Checkpoint:
            sql = "SELECT projection, position, chain_hash FROM checkpoints WHERE projection = ?"
            name, position, chain_hash = db.execute(sql, (projection,)).fetchone() or (projection, 0, b"")
            return Checkpoint(name, int(position), bytes(chain_hash))

        with bookkeeping(self._path):
            return await self._somewhere(ask)

    async def get(self, collection: str, key: str, scope: Scope) -> Document | None:
        found = await self.get_raw(collection, key, scope)
        return None if found is None else self._loaded([found])[0]

    async def get_raw(self, collection: str, key: str, scope: Scope) -> bytes | None:
        return (await self._read(collection, scope, lambda r: r.bodies([key]))).get(key)

    async def get_many(self, collection: str, keys: Sequence[str], scope: Scope) -> dict[str, Document]:
        found = await self._read(collection, scope, lambda r: r.bodies(keys))
        return dict(zip(found, self._loaded(found.values()), strict=True))

    async def find(self, collection: str, query: Query, scope: Scope) -> Page:
        bodies, following, levels = await self._search(collection, query, scope, lambda r: r.page(query))
        return Page(self._loaded(bodies), following, levels)

    async def find_raw(self, collection: str, query: Query, scope: Scope) -> tuple[list[bytes], str | None]:
        bodies, following, _ = await self._search(collection, query, scope, lambda r: r.page(query))
        return bodies, following

    async def count(self, collection: str, query: Query, scope: Scope) -> int:
        return await self._search(collection, query, scope, lambda r: r.count(query))

    async def totals(
        self,
        collection: str,
        query: Query,
        scope: Scope,
        by: tuple[By, ...],
        sum: str | None = None,
        more: tuple[str, ...] = (),
    ) -> list[Total]:
        sums = more if sum is None else (sum, *more)
        return await self._search(collection, query, scope, lambda r: r.totals(query, by, sums))

    async def scan(self, collection: str, tenant: str | None = None) -> AsyncIterator[tuple[str, str, Document]]:
        for one in sorted(self._catalogue.numbers) if tenant is None else [tenant]:
            after = ""
            while rows := await self._read(collection, Scope(one), methodcaller("after", after, SCANNED_AT_ONCE)):
                documents = self._loaded(body for _, body in rows)
                for (key, _), document in zip(rows, documents, strict=True):
                    yield one, key, document
                after = rows[-1][0]

    def _loaded(self, bodies: Iterable[bytes]) -> list[Document]:
        with refusals(self._path):
            return [orjson.loads(body) for body in bodies]

    async def begin_rebuild(self, collection: Collection) -> str:
        return await self._write(lambda: self._catalogue.begin_rebuild(collection))

    async def prepare(self, rebuilt: str) -> None:
        """Each step is a transaction of its own, so that the live views are written in between."""
        table = self._catalogue.building[rebuilt]
        if not table.ready:
            one_part = [table.optimize] if table.searchable else []  # a look into it goes to one place, not to twenty
            for statement in [*table.indexes(), *one_part]:
                await self._write(partial(self._db.execute, statement))
                await self._move_log()
            table.ready = True
        after: int | None = 0
        while after is not None:
            after = await self._write(partial(self._fill_some, table, after))

    def _fill_some(self, table: Table, after: int) -> int | None:
        """Index the text of the next documents; None when all are done."""
        if table.filled:
            return None
        with transaction(self._db):
            last = self._writer(table).fill_words(after, WORDS_AT_ONCE) if table.searchable else 0
        table.filled = last == 0
        return last or None

    def _fill(self, table: Table) -> None:
        after: int | None = 0
        while after is not None:
            after = self._fill_some(table, after)

    async def swap(self, rebuilt: str, checkpoints: Sequence[Checkpoint] = (), lease: Lease | None = None) -> None:
        await self.prepare(rebuilt)
        old = await self._write(lambda: self._catalogue.swap(rebuilt, checkpoints, lease))
        crashpoint("views.swapped")
        if old is not None:
            await self._write(lambda: self._catalogue.drop(old))

    async def purge(self) -> None:
        for name in list(self._catalogue.tables):
            await self._write(partial(self._optimize, name))
        await self._write(lambda: self._db.execute("VACUUM"))
        if self._log is not None:
            await self._write(partial(self._log.empty, PURGE_SECONDS))

    def _optimize(self, collection: str) -> None:
        """Of the table that is live now: a rebuilt one may have taken the place of the one that was."""
        table = self._catalogue.tables[collection]
        if table.searchable:
            self._db.execute(table.optimize)

    async def release(self) -> None:
        """See Views.release."""
        self._readers.release()
        await self._write(lambda: self._db.execute("PRAGMA shrink_memory").close())

    async def close(self) -> None:
        """Finish what was accepted and release the file. Calls after it raise ViewsUnavailable."""
        if self._moving is not None:
            await asyncio.wait([self._moving])
        async with self._turn:
            if self._closed:
                return
            self._closed = True
            await asyncio.to_thread(self._thread.shutdown)
            self._readers.close()
            self._db.close()
            if self._log is not None:
                self._log.close()

    async def _write(self, job: Callable[[], T]) -> T:
        """Run a job on the writing connection; it ends before anything else is written."""
        async with self._turn:
            if self._closed:
                raise ViewsUnavailable("the views are closed")
            return await self._in_thread(job)

    async def _in_thread(self, job: Callable[[], T]) -> T:
        return await to_its_end(asyncio.get_running_loop().run_in_executor(self._thread, self._alone, job))

    def _alone(self, job: Callable[[], T]) -> T:
        with refusals(self._path):
            if not self._shared:
                return job()
            with self._lock:
                return job()

    async def _search(self, collection: str, query: Query, scope: Scope, ask: Callable[[Reader], T]) -> T:
        table = self._catalogue.tables[collection]
        if query.text and not table.filled:
            await self._write(lambda: self._fill(self._catalogue.tables[collection]))
        return await self._read(collection, scope, ask)

    async def _read(self, collection: str, scope: Scope, ask: Callable[[Reader], T]) -> T:
        """Ask the live table, or one that is being filled; once more if a rebuilt one took its place meanwhile."""
        while True:
            table = self._catalogue.table(collection)
            try:
                return await self._somewhere(partial(self._ask, table, scope, ask))
            except sqlite3.Error as error:
                if self._catalogue.table(collection) is table:
                    raise refusal(error, self._path) from error

    def _ask(self, table: Table, scope: Scope, ask: Callable[[Reader], T], db: sqlite3.Connection, effort: Effort) -> T:
        return ask(Reader(db, table, self._catalogue.numbers, scope, self._estimates, effort))

    async def _somewhere(self, job: Callable[[sqlite3.Connection, Effort], T]) -> T:
        """Here if that is quick, else in a thread."""
        if self._closed:
            raise ViewsUnavailable("the views are closed")
        try:
            return self._readers.inline(lambda db: job(db, Effort.QUICK))
        except OverBudget:
            return await self._readers.in_thread(lambda db: job(db, Effort.THOROUGH))


async def _in_turns(steps: Generator[None, None, None]) -> None:
    """All steps; the event loop does other things whenever they have taken long enough."""
    ends = time.monotonic() + TURN_SECONDS
    with closing(steps):  # a caller who is cancelled undoes what was begun
        for _ in steps:
            if time.monotonic() > ends:
                await asyncio.sleep(0)
                ends = time.monotonic() + TURN_SECONDS
