"""Reading the embedded store: short reads run where they are called, in about 0.1 ms; longer ones go to a thread."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import orjson

from shared.clock import Micros
from shared.events.envelope import Stored, StreamSlice
from shared.eventstore.log_report import LogReport
from shared.eventstore.port import Appended, StoreUnavailable
from shared.eventstore.sqlite_check import Checking
from shared.eventstore.sqlite_file import open_for_reading

T = TypeVar("T")
Parameters = dict[str, Any] | tuple[Any, ...]
Row = tuple[Any, ...]

SHORT = 1024  # rows read in the event loop's own thread: to decode and fold them there takes longer
PAGE = 2000  # rows of one page of `streams`
ALL = 2**62
_COLUMNS = ", ".join(Stored._fields)
_slice = partial(tuple.__new__, StreamSlice)  # as StreamSlice._make, without counting again

_STREAM = f"""SELECT {_COLUMNS} FROM events
WHERE stream = :stream AND version > :after AND version <= :up_to AND tenant = :tenant ORDER BY version LIMIT :limit
"""
# Joined by the engine, which walks the named index in the order of versions. The columns of the last and of the very
# first event are looked up: carried along from row to row it would take a third of the time.
_PART = "FROM events INDEXED BY sqlite_autoindex_events_2 WHERE stream = ?1 AND tenant = ?4 AND"
_BETWEEN = f"{_PART} version > ?2 AND version <= ?3"
_SLICE = f"""
SELECT (SELECT CAST(version || ' ' || occurred_at || ' ' || metadata AS BLOB) {_BETWEEN} ORDER BY version DESC LIMIT 1),
    (SELECT CAST(occurred_at || ' ' || metadata AS BLOB) {_PART} version = 1 AND ?2 = 0),
    group_concat(event_id), group_concat(type), group_concat(schema_version), CAST(group_concat(data) AS BLOB)
{_BETWEEN}
"""
# The unique index on (stream, version) holds a category's streams side by side ('-' and '.' are neighbours in ASCII):
# no sort. The unary plus keeps the planner from another index, whose rows it would have to sort.
_STREAMS = f"""
SELECT {_COLUMNS} FROM events
WHERE (stream, version) > (:stream, :version) AND stream < :category || '.'
    AND +category = :category AND +position <= :up_to AND (:tenant IS NULL OR tenant = :tenant)
ORDER BY stream, version LIMIT :limit
"""

_NEWEST = f"SELECT {_COLUMNS} FROM events WHERE tenant = :tenant ORDER BY position DESC LIMIT 1 OFFSET :offset"
_PLACES = """
SELECT e.event_id, e.stream, e.version, e.position FROM json_each(?) AS asked CROSS JOIN events AS e
WHERE e.event_id = asked.value
"""


class Place(NamedTuple):
    """Where an event is."""

    stream: str
    version: int
    position: int


class Reader:
    """Sees committed events only. One connection for the event loop's thread, more for the others as needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._here = open_for_reading(path)
        self._idle: list[sqlite3.Connection] = []
        self._threads = ThreadPoolExecutor(2, "event-store-read")

    async def stream(self, tenant: str, stream: str, after: int, up_to: int | None) -> list[Stored]:
        where = {"stream": stream, "after": after, "up_to": ALL if up_to is None else up_to, "tenant": tenant}
        rows = _fetch(self._here, _STREAM, {**where, "limit": SHORT})
        if len(rows) == SHORT:  # versions are dense
            rows += await self._in_thread(_STREAM, {**where, "after": after + SHORT, "limit": ALL})
        return list(map(Stored._make, rows))

    async def slices(self, tenant: str, stream: str, after: int, up_to: int | None) -> list[StreamSlice]:
        last = ALL if up_to is None else up_to
        ends = min(after + SHORT, last)
        found = _slices(_fetch(self._here, _SLICE, (stream, after, ends, tenant)))
        while found and found[-1].version == ends < last:  # versions are dense
            after, ends = ends, min(ends + SHORT, last)
            found += _slices(await self._in_thread(_SLICE, (stream, after, ends, tenant)))
        return found

    async def feed(
        self, after: int, limit: int, categories: Collection[str] | None, tenant: str | None
    ) -> list[Stored]:
        if limit <= 0 or (categories is not None and not categories):
            return []
        sql, where = _feed(sorted(set(categories or ())), tenant)
        if tenant is not None:  # one tenant's few events may lie far apart
            return list(map(Stored._make, await self._in_thread(sql, {**where, "after": after, "limit": limit})))
        short = min(limit, SHORT)
        rows = _fetch(self._here, sql, {**where, "after": after, "limit": short})
        if len(rows) == short < limit:
            rows += await self._in_thread(sql, {**where, "after": rows[-1][0], "limit": limit - short})
        return list(map(Stored._make, rows))

    async def streams(self, category: str, up_to: int, tenant: str | None) -> AsyncIterator[list[Stored]]:
        """Page by page, each in its own transaction, so that the log can be moved into the database meanwhile."""
        where = {"category": category, "up_to": up_to, "tenant": tenant, "limit": PAGE}
        mark: dict[str, Any] = {"stream": category, "version": -1}
        unfinished: list[Stored] = []
        while rows := await self._in_thread(_STREAMS, {**where, **mark}):
            page = list(map(Stored._make, rows))
            mark = {"stream": page[-1].stream, "version": page[-1].version}
            for stream, events in groupby(page, attrgetter("stream")):
                if unfinished and unfinished[0].stream != stream:
                    yield unfinished
                    unfinished = []
                unfinished.extend(events)
        if unfinished:
            yield unfinished

    def request(self, tenant: str, key: str) -> Appended | None:
        sql = "SELECT stream, version, position, proof FROM requests WHERE tenant = ? AND key = ?"
        row = _query(self._here, sql, (tenant, key)).fetchone()
        return None if row is None else Appended(row[0], row[1], row[2], repeated=True, proof=row[3])

    def head(self) -> int:
        """The position of the last event that is committed, 0 when there is none."""
        found: int = _query(self._here, "SELECT ifnull(max(position), 0) FROM events", ()).fetchone()[0]
        return found

    def version(self, tenant: str, stream: str) -> int:
        sql = "SELECT ifnull(max(version), 0) FROM events WHERE stream = ? AND tenant = ?"
        found: int = _query(self._here, sql, (stream, tenant)).fetchone()[0]
        return found

    def places(self, event_ids: Sequence[str]) -> dict[str, Place]:
        rows = _query(self._here, _PLACES, (orjson.dumps(event_ids).decode(),))
        return {event_id: Place(*place) for event_id, *place in rows}

    async def before_newest(self, tenant: str, count: int) -> int:
        where: Parameters = {"tenant": tenant, "offset": count}
        found = await self._in_thread(_NEWEST, where)
        return found[0][0] if found else 0

    def chain_hash(self, position: int) -> bytes:
        found = _query(self._here, "SELECT chain_hash FROM chain WHERE position = ?", (position,)).fetchone()
        return found[0] if found else b""

    async def check(self, up_to: int, progress: Callable[[int], None]) -> LogReport:
        """Page by page, each read in its own transaction."""
        checking = Checking(up_to)
        while await self._with(checking.step):
            progress(checking.report.events)
        return checking.report

    def position_at(self, moment: Micros, head: int) -> int:
        """Binary search: `recorded_at` never falls as position grows."""
        sql = "SELECT position, recorded_at FROM events WHERE position <= ? ORDER BY position DESC LIMIT 1"
        low, high = 0, head  # low: known to be early enough; above high: known to be too late
        while low < high:
            position, recorded_at = _query(self._here, sql, ((low + high + 1) // 2,)).fetchone() or (0, 0)
            if recorded_at <= moment:
                low = (low + high + 1) // 2
            else:
                high = position - 1
        found = _query(self._here, sql, (low,)).fetchone()
        return found[0] if found else 0

    def release(self) -> None:
        """Release the page caches of idle connections."""
        idle = [self._here]
        with suppress(IndexError):
            while True:
                idle.append(self._idle.pop())
        for db in idle:
            db.execute("PRAGMA shrink_memory")
        self._idle += idle[1:]

    async def close(self) -> None:
        """Close the event loop's connection in its own thread (elsewhere it could be in use), then the idle others."""
        self._here.close()
        await asyncio.to_thread(self._threads.shutdown, wait=True)
        for db in self._idle:
            db.close()

    async def _in_thread(self, sql: str, parameters: Parameters) -> list[Row]:
        return await self._with(lambda db: _fetch(db, sql, parameters))

    async def _with(self, job: Callable[[sqlite3.Connection], T]) -> T:
        def read() -> T:
            db = self._borrow()
            try:
                return job(db)
            finally:
                self._idle.append(db)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, read)
        except RuntimeError as error:
            raise StoreUnavailable("the event store is closed") from error

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return open_for_reading(self._path)


def _feed(categories: list[str], tenant: str | None) -> tuple[str, dict[str, Any]]:
    """The ordered feed's statement. Each category is read along its own index; the first `limit` of all are merged."""
    if not categories:
        rows = "position > :after"
    else:
        one = "SELECT * FROM (SELECT position FROM events WHERE category = :c{} AND position > :after{} {})"
        order, own = "ORDER BY position LIMIT :limit", " AND tenant = :tenant" if tenant is not None else ""
        parts = " UNION ALL ".join(one.format(n, own, order) for n in range(len(categories)))
        rows = f"position IN ({parts})"
    mine = "AND tenant = :tenant" if tenant is not None else ""
    sql = f"SELECT {_COLUMNS} FROM events WHERE {rows} {mine} ORDER BY position LIMIT :limit"
    return sql, {"tenant": tenant, **{f"c{n}": c for n, c in enumerate(categories)}}


def _slices(rows: list[Row]) -> list[StreamSlice]:
    """The one row of _SLICE, unless no event was found."""
    last, first, event_ids, types, schemas, data = rows[0]
    if last is None:
        return []
    version, occurred_at, metadata = last.split(b" ", 2)
    begun = None
    if first is not None:
        begun_at, begun_by = first.split(b" ", 1)
        begun = int(begun_at), begun_by
    return [_slice((int(version), int(occurred_at), metadata, begun, event_ids, types, schemas, b"[%b]" % data))]


def _fetch(db: sqlite3.Connection, sql: str, parameters: Parameters) -> list[Row]:
    try:
        return db.execute(sql, parameters).fetchall()
    except sqlite3.Error as error:
        raise StoreUnavailable(f"the event store cannot be read: {error}") from error


def _query(db: sqlite3.Connection, sql: str, parameters: tuple[Any, ...]) -> sqlite3.Cursor:
    try:
        return db.execute(sql, parameters)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"the event store cannot be read: {error}") from error
