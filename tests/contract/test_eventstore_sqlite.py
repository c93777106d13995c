"""The event store suite over SQLite, and what is particular to it: files, formats, the lock, the clock, the plans."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.clock import Micros, SystemClock
from shared.events.envelope import NewEvent, Stored
from shared.eventstore import sqlite_reader, sqlite_tail
from shared.eventstore.lock import AlreadyOpen, lock_directory
from shared.eventstore.port import (
    NO_STREAM,
    Appended,
    EventStore,
    StoreBroken,
    StoreUnavailable,
    WrongVersion,
)
from shared.eventstore.slices import RowSlices, slice_reader
from shared.eventstore.sqlite import SqliteEventStore
from shared.eventstore.sqlite_file import FORMAT
from shared.formats import NewerFormat
from tests.contract.eventstore_capabilities import ChainSuite, SliceSuite, UniqueIdSuite
from tests.contract.eventstore_help import METADATA, Opener, feed, new, request, stream_of
from tests.contract.eventstore_suite import EventStoreSuite


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events" / "events.db"


@pytest.fixture
async def opener(path: Path) -> AsyncIterator[Opener]:
    opened: list[SqliteEventStore] = []

    async def open_store() -> EventStore:
        opened.append(SqliteEventStore.open(path, SystemClock()))
        return opened[-1]

    yield open_store
    for store in opened:
        await store.close()


class TestSqliteEventStore(EventStoreSuite, SliceSuite, UniqueIdSuite, ChainSuite):
    pass


class WithoutSlices:
    """The store as one that lacks the capability."""

    def __init__(self, store: EventStore) -> None:
        self.append, self.read = store.append, store.read


class TestSlicesOfRows(SliceSuite):
    @pytest.fixture
    async def opener(self, opener: Opener) -> Opener:
        async def open_store() -> EventStore:
            return cast(EventStore, WithoutSlices(await opener()))

        return open_store

    async def test_they_are_made_of_rows(self, opener: Opener) -> None:
        assert isinstance(slice_reader(await opener()), RowSlices)


commands = st.tuples(
    st.sampled_from(["t1", "t2"]),
    st.sampled_from(["account-1", "account-2", "lead-1"]),
    st.integers(0, 4),
    st.lists(st.integers(0, 15), max_size=2),  # event ids, often used before
    st.none() | st.tuples(st.sampled_from(["k1", "k2"]), st.sampled_from(["one body", "another"])),
)


@given(st.lists(commands, min_size=2, max_size=25))
@settings(max_examples=25, deadline=None)
def test_a_group_has_the_outcomes_of_its_commands_one_by_one(sent: list[tuple[Any, ...]]) -> None:
    """Together in one transaction or each in its own: the same answers, the same log."""

    async def outcomes(store: EventStore, together: bool) -> tuple[list[str], list[tuple[Any, ...]]]:
        appends = [
            store.append(
                tenant,
                stream,
                expected,
                [NewEvent(f"event {n}", "test.Happened", 1, 1, b"{}") for n in ids],
                METADATA,
                None if key is None else request(*key),
            )
            for tenant, stream, expected, ids, key in sent
        ]
        if together:
            answers = await asyncio.gather(*appends, return_exceptions=True)
        else:
            answers = [(await asyncio.gather(a, return_exceptions=True))[0] for a in appends]
        log = [(e.position, e.tenant, e.stream, e.version, e.event_id) for e in await feed(store)]
        await store.close()
        return [repr(a) for a in answers], log

    with TemporaryDirectory() as folder:
        both = [SqliteEventStore.open(Path(folder) / f"{n}.db", SystemClock()) for n in range(2)]

        async def compare() -> None:
            assert await outcomes(both[0], True) == await outcomes(both[1], False)

        asyncio.run(compare())


async def test_the_feed_is_the_same_from_memory_and_from_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_tail, "EVENTS", 16)
    store, file = SqliteEventStore.open(path, SystemClock()), sqlite_reader.Reader(path)
    for n in range(24):
        category = ["account", "lead", "note"][n % 3]
        await store.append(f"t{n % 2}", stream_of(category), NO_STREAM, new(1, b'{"n":%d}' % n), METADATA)
    head = await store.head()
    for after in range(head + 2):
        for limit in (0, 1, 5, 100):
            for categories in (None, [], ["lead"], ["note", "account"]):
                found = await store.read_all(after, limit, categories=categories)
                assert found == await file.feed(after, limit, categories, None)
                assert all(type(e) is Stored for e in found)
    await file.close()
    await store.close()


async def test_what_is_trusted_to_be_new_and_is_not_is_found_out(path: Path) -> None:
    """New streams and keys are written without a look; company in the same commit has its own outcome."""
    store, stream, again = SqliteEventStore.open(path, SystemClock()), stream_of(), request("k1")
    first = await store.append("t1", stream, NO_STREAM, new(1), METADATA, again)
    outcomes = await asyncio.gather(
        store.append("t1", stream, NO_STREAM, new(1), METADATA),
        store.append("t2", stream, NO_STREAM, new(1), METADATA),
        store.append("t1", stream, NO_STREAM, [], METADATA),
        store.append("t1", stream_of(), NO_STREAM, new(1), METADATA, again),
        store.append("t1", stream_of(), NO_STREAM, new(1), METADATA, request("k1", "another")),
        store.append("t1", stream_of(), NO_STREAM, new(1), METADATA, request("k2")),
        return_exceptions=True,
    )
    kinds = [WrongVersion, ValueError, WrongVersion, Appended, Appended, Appended]
    assert [type(o) for o in outcomes] == kinds
    assert outcomes[3] == outcomes[4] == first._replace(repeated=True, proof=again.proof)
    assert [e.position for e in await feed(store)] == [1, 2]
    with pytest.raises(WrongVersion):  # by itself it writes nothing that a constraint could refuse
        await store.append("t1", stream, NO_STREAM, [], METADATA)
    await store.close()


class Jumping:
    """A clock that a test sets."""

    def __init__(self, *moments: Micros) -> None:
        self.moments = list(moments)

    def now(self) -> Micros:
        return self.moments.pop(0)


async def test_recorded_at_never_falls_when_the_clock_jumps_back(path: Path) -> None:
    store = SqliteEventStore.open(path, Jumping(1_000, 5_000, 10, 20, 6_000))
    for _ in range(5):
        await store.append("t1", stream_of(), NO_STREAM, new(1), METADATA)
    assert [e.recorded_at for e in await feed(store)] == [1_000, 5_000, 5_000, 5_000, 6_000]
    assert [await store.position_at(m) for m in (999, 1_000, 4_999, 5_000, 5_999, 6_000)] == [0, 1, 1, 4, 4, 5]
    await store.close()
    store = SqliteEventStore.open(path, Jumping(1))
    await store.append("t1", stream_of(), NO_STREAM, new(1), METADATA)
    assert [e.recorded_at for e in await feed(store)][-1] == 6_000
    await store.close()


async def test_a_second_opening_gets_one_clear_error(path: Path) -> None:
    store = SqliteEventStore.open(path, SystemClock())
    with pytest.raises(AlreadyOpen, match=r"events\.db is in use by process \d+: stop it first"):
        SqliteEventStore.open(path, SystemClock())
    assert (await store.append("t1", stream_of(), NO_STREAM, new(1), METADATA)).version == 1
    await store.close()
    await SqliteEventStore.open(path, SystemClock()).close()


def test_a_directory_is_locked_against_another_process_and_freed_by_its_death(tmp_path: Path) -> None:
    program = "import sys, pathlib, shared.eventstore.lock as l\nl.lock_directory(pathlib.Path(sys.argv[1]))\n"
    hold = [sys.executable, "-c", program + "print('held', flush=True); sys.stdin.read()", str(tmp_path / "data")]
    with subprocess.Popen(hold, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyOpen, match=f"process {holder.pid}"):
            lock_directory(tmp_path / "data")
        holder.kill()
    lock = lock_directory(tmp_path / "data")
    lock.release()
    lock.release()
    lock_directory(tmp_path / "data").release()


def test_a_newer_format_is_refused_and_left_as_it_is(path: Path) -> None:
    asyncio.run(SqliteEventStore.open(path, SystemClock()).close())
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {FORMAT + 1}")
    db.close()
    before = path.read_bytes()
    with pytest.raises(NewerFormat, match=f"has format {FORMAT + 1}.*upgrade the program"):
        SqliteEventStore.open(path, SystemClock())
    assert path.read_bytes() == before
    with pytest.raises(NewerFormat):  # and the lock was given back
        SqliteEventStore.open(path, SystemClock())


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database at all " * 500)
    with pytest.raises(StoreBroken, match=r"events\.db cannot be opened: file is not a database"):
        SqliteEventStore.open(path, SystemClock())
    assert path.read_bytes() == b"not a database at all " * 500


async def test_files_are_for_their_owner_only(path: Path) -> None:
    store = SqliteEventStore.open(path, SystemClock())
    await store.append("t1", stream_of(), NO_STREAM, new(1), METADATA)
    assert {f.stat().st_mode & 0o077 for f in path.parent.iterdir()} == {0}
    await store.close()


async def test_every_commit_is_flushed_and_readers_cannot_write(opener: Opener) -> None:
    store = await opener()
    assert isinstance(store, SqliteEventStore)
    writing, reading = store._writer._db, store._reader._here
    assert writing.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert writing.execute("PRAGMA synchronous").fetchone() == (2,)
    with pytest.raises(sqlite3.OperationalError):
        reading.execute("DELETE FROM events")


async def test_what_waits_is_written_by_one_commit(opener: Opener) -> None:
    store = await opener()
    assert isinstance(store, SqliteEventStore)
    commits: list[str] = []
    store._writer._db.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    await asyncio.gather(*(store.append("t1", stream_of(), NO_STREAM, new(2), METADATA) for _ in range(100)))
    assert len(commits) == 1


async def test_a_group_larger_than_a_statement(opener: Opener) -> None:
    store = await opener()
    appends = [store.append("t1", stream_of(), NO_STREAM, new(5), METADATA, request(f"k{n}")) for n in range(300)]
    assert len({o.position for o in await asyncio.gather(*appends)}) == 300
    assert len(await store.read_all(0, 2000)) == 1500


async def test_another_program_holding_the_file_means_unavailable_for_now(path: Path) -> None:
    store = SqliteEventStore.open(path, SystemClock())
    store._writer._db.execute("PRAGMA busy_timeout = 20")
    intruder = sqlite3.connect(path, isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    stream = stream_of()
    with pytest.raises(StoreUnavailable, match="locked"):
        await store.append("t1", stream, NO_STREAM, new(1), METADATA)
    intruder.execute("ROLLBACK")
    intruder.close()
    assert isinstance(await store.append("t1", stream, NO_STREAM, new(1), METADATA), Appended)
    await store.close()


@pytest.mark.parametrize("tenant", [None, "t1"])
async def test_no_read_sorts_or_scans_more_than_it_returns(opener: Opener, tenant: str | None) -> None:
    """Rebuilds and feeds over millions of events stay flat: every plan walks an index in order."""
    store = await opener()
    assert isinstance(store, SqliteEventStore)
    everything = {"category": "a", "stream": "a", "version": 0, "after": 0, "up_to": 9, "limit": 9}
    reads: list[tuple[str, dict[str, object]]] = [
        (sqlite_reader._STREAM, {"tenant": "t1"}),
        (sqlite_reader._SLICE, {"1": "a", "2": 0, "3": 9, "4": "t1"}),
        (sqlite_reader._STREAMS, {"tenant": tenant}),
        sqlite_reader._feed([], tenant),
        sqlite_reader._feed(["a"], tenant),
        sqlite_reader._feed(["a", "b"], tenant),
    ]
    for sql, parameters in reads:
        plan = store._reader._here.execute(f"EXPLAIN QUERY PLAN {sql}", {**everything, **parameters}).fetchall()
        steps = [str(step[3]) for step in plan]
        assert not [s for s in steps if "TEMP B-TREE" in s], (sql, steps)
        assert all("USING" in s for s in steps if s.startswith(("SEARCH events", "SCAN events"))), (sql, steps)
