"""Events that were changed, taken out, put in, moved or cut off behind the suite's back are found and named."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from shared.clock import SystemClock, SystemIds
from shared.events.envelope import Metadata, NewEvent
from shared.eventstore.log_report import Known, LogReport
from shared.eventstore.port import NO_STREAM, Request, StoreBroken
from shared.eventstore.sqlite import SqliteEventStore
from shared.eventstore.sqlite_check import END
from shared.eventstore.sqlite_peek import check_file
from shared.faults import KILLED
from tests.durability.scale import LIMIT

IDS = SystemIds()
EVENTS = END + 200  # so that there are some which nobody looks at when the store is opened
COLUMNS = ("tenant", "stream", "version", "event_id", "type", "schema_version", "occurred_at", "recorded_at", "data")
OLD, NEW = 50, EVENTS - 50  # events that are only checked by a whole check, and that are looked at when it is opened
pytestmark = LIMIT
Tampering = Callable[[sqlite3.Connection, int], object]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log at rest: streams of three events, the last with an answer that was kept."""
    path = tmp_path_factory.mktemp("log") / "events.db"

    async def fill() -> None:
        store = SqliteEventStore.open(path, SystemClock())
        streams = [f"account-{IDS.new()}" for _ in range(EVENTS // 3)]
        groups = (
            store.append("t1", stream, NO_STREAM, [_event(n) for n in range(3)], Metadata(actor="ada"))
            for stream in streams
        )
        await asyncio.gather(*groups)
        left = EVENTS - 3 * len(streams)
        last = [_event(n) for n in range(left)]
        request = Request("k1", b"proof")
        await store.append("t2", f"account-{IDS.new()}", NO_STREAM, last, Metadata(actor="bo"), request)
        report = await store.check(await store.head(), lambda _: None)
        assert (report.ok, report.events, report.chained_later) == (True, EVENTS, 0)
        await store.close()

    asyncio.run(fill())
    return path


def _event(n: int) -> NewEvent:
    return NewEvent(IDS.new(), "customer.AccountCreated", 1, 5, b'{"n":%d}' % n)


@contextmanager
def tampered(log: Path, folder: Path) -> Iterator[tuple[Path, sqlite3.Connection]]:
    path = folder / "events.db"
    path.write_bytes(log.read_bytes())
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        yield path, db
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def found_in(path: Path, *known: Known) -> LogReport:
    return check_file(path, known, lambda _: None)


def _edit(column: str) -> Tampering:
    value = f"CAST({column} || 'x' AS BLOB)" if column in ("data", "metadata") else f"{column} || 'x'"
    if column in ("version", "schema_version", "occurred_at", "recorded_at"):
        value = f"{column} + 1000000"

    def edit(db: sqlite3.Connection, n: int) -> None:
        db.execute(f"UPDATE events SET {column} = {value} WHERE position = ?", (n,))

    return edit


def _as_text(db: sqlite3.Connection, n: int) -> None:
    db.execute("UPDATE events SET data = CAST(data AS TEXT) WHERE position = ?", (n,))


def _swap(db: sqlite3.Connection, n: int) -> None:
    for old, new in ((n, -1), (n + 1, n), (-1, n + 1)):
        db.execute("UPDATE events SET position = ? WHERE position = ?", (new, old))


def _put_in(db: sqlite3.Connection, n: int) -> None:
    """One more of the same kind, and all behind it one further."""
    db.execute("UPDATE events SET position = -position WHERE position > ?", (n,))
    db.execute("UPDATE events SET position = 1 - position WHERE position < 0")
    rest = "type, schema_version, occurred_at, recorded_at, data, category, metadata"
    into = f"INSERT INTO events(position, tenant, stream, version, event_id, {rest})"
    db.execute(f"{into} SELECT ?, tenant, 'account-new', 1, 'new', {rest} FROM events WHERE position = ?", (n + 1, n))


def _take_out(db: sqlite3.Connection, n: int) -> None:
    db.execute("DELETE FROM events WHERE position = ?", (n,))


def _take_out_with_its_chain_hash(db: sqlite3.Connection, n: int) -> None:
    _take_out(db, n)
    db.execute("DELETE FROM chain WHERE position = ?", (n,))


def _other_chain_hash(db: sqlite3.Connection, n: int) -> None:
    db.execute("UPDATE chain SET chain_hash = zeroblob(32) WHERE position = ?", (n,))


def _out_of_the_feed(db: sqlite3.Connection, n: int) -> None:
    db.execute("UPDATE events SET category = 'nothing' WHERE position = ?", (n,))


TAMPERINGS: dict[str, tuple[Tampering, str]] = {
    **{f"edit {column}": (_edit(column), "is not the one that was written here") for column in COLUMNS},
    "metadata": (_edit("metadata"), "is not the one that was written here"),
    "swap": (_swap, "is not the one that was written here"),
    "put in": (_put_in, "is not the one that was written here"),
    "take out": (_take_out, "was taken out"),
    "take out with its chain hash": (_take_out_with_its_chain_hash, "was taken out"),
    "data that are a text": (_as_text, "is not the one that was written here"),
    "another chain hash": (_other_chain_hash, "is not the one that was written here"),
    "out of the feed": (_out_of_the_feed, "stands in the feed as 'nothing'"),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_what_was_done_to_an_event_is_found_and_named(tmp_path: Path, log: Path, what: str) -> None:
    tamper, problem = TAMPERINGS[what]
    with tampered(log, tmp_path) as (path, db):
        tamper(db, OLD)
    report = found_in(path)
    assert not report.ok
    named = [f for f in report.findings if problem in f.problem]
    assert OLD in [f.position for f in named] or (what == "put in" and OLD + 1 in [f.position for f in named])


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_log_whose_newest_events_are_not_as_written_is_not_opened(tmp_path: Path, log: Path, what: str) -> None:
    with tampered(log, tmp_path) as (path, db):
        TAMPERINGS[what][0](db, NEW)
    with pytest.raises(StoreBroken, match=r"event \d+ .*Put events\.db back.*do not replay"):
        SqliteEventStore.open(path, SystemClock())


def test_a_version_taken_out_of_a_stream_is_missed(tmp_path: Path, log: Path) -> None:
    with tampered(log, tmp_path) as (path, db):
        (stream,) = db.execute("SELECT stream FROM events WHERE position = ?", (OLD,)).fetchone()
        db.execute("DELETE FROM events WHERE stream = ? AND version = 2", (stream,))
    assert stream in [f.stream for f in found_in(path).findings if "has 2 events up to version 3" in f.problem]


def test_an_end_that_is_cut_off_is_missed_by_whatever_knew_it(tmp_path: Path, log: Path) -> None:
    with tampered(log, tmp_path) as (path, db):
        (chain_hash,) = db.execute("SELECT chain_hash FROM chain WHERE position = ?", (EVENTS,)).fetchone()
        db.execute("DELETE FROM events WHERE position > ?", (EVENTS - 3,))
        assert found_in(path).count
        db.execute("DELETE FROM chain WHERE position > ?", (EVENTS - 3,))
    assert [f.position for f in found_in(path).findings] == [EVENTS - 2]  # an answer was given for a later one
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DELETE FROM requests")
    assert found_in(path).ok
    [finding] = found_in(path, Known("views.db", EVENTS, chain_hash)).findings
    assert (finding.position, "views.db knew" in finding.problem) == (EVENTS, True)


def test_a_log_rewritten_with_its_whole_chain_is_not_the_one_that_others_knew(tmp_path: Path, log: Path) -> None:
    with tampered(log, tmp_path) as (path, db):
        (chain_hash,) = db.execute("SELECT chain_hash FROM chain WHERE position = ?", (EVENTS,)).fetchone()
        _edit("data")(db, OLD)
        db.execute("DELETE FROM chain")
        db.execute("DELETE FROM meta WHERE name = 'chained_later'")
        db.execute("INSERT INTO meta VALUES('chained_later', ?)", (EVENTS,))
    asyncio.run(SqliteEventStore.open(path, SystemClock()).close())
    assert found_in(path).chained_later == EVENTS  # that much it says
    assert [f.position for f in found_in(path, Known("keys/keys.db", EVENTS, chain_hash)).findings] == [EVENTS]


OBJECTS = {
    "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM requests; END": "has a trigger t that the suite did not",
    "CREATE TABLE more(a)": "has a table more that the suite did not make",
    "CREATE VIEW v AS SELECT 1": "has a view v that the suite did not make",
    "DROP INDEX events_by_category": "lacks the index events_by_category",
}


@pytest.mark.parametrize("statement", OBJECTS)
def test_what_the_suite_did_not_make_in_the_file_is_named_and_refused(
    tmp_path: Path, log: Path, statement: str
) -> None:
    with tampered(log, tmp_path) as (path, db):
        db.execute(statement)
    assert [f.problem for f in found_in(path).findings if OBJECTS[statement] in f.problem]
    with pytest.raises(StoreBroken, match=OBJECTS[statement]):
        SqliteEventStore.open(path, SystemClock())


@pytest.mark.parametrize(
    "change", ["version = version + 1", "position = position - 1", "stream = 'account-1'", "tenant = 't1'"]
)
def test_an_answer_that_was_changed_is_found(tmp_path: Path, log: Path, change: str) -> None:
    with tampered(log, tmp_path) as (path, db):
        assert db.execute(f"UPDATE requests SET {change}").rowcount == 1
    assert [f.problem for f in found_in(path).findings] == ["a kept answer is not the one that was given"]


def to_format_3(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DROP TABLE chain")
        db.execute("PRAGMA user_version=3")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_an_old_log_gets_the_same_chain_hashes(tmp_path: Path, log: Path) -> None:
    with tampered(log, tmp_path) as (path, db):
        chain_hashes = db.execute("SELECT * FROM chain").fetchall()
    to_format_3(path)
    asyncio.run(SqliteEventStore.open(path, SystemClock()).close())
    report = found_in(path)
    assert (report.ok, report.events, report.chained_later) == (True, EVENTS, EVENTS)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT * FROM chain").fetchall() == chain_hashes


def test_chaining_an_old_log_that_is_killed_goes_on_at_the_next_start(tmp_path: Path, log: Path) -> None:
    with tampered(log, tmp_path) as (path, db):
        chain_hashes = db.execute("SELECT * FROM chain").fetchall()
    to_format_3(path)
    killed = "from shared.clock import SystemClock as C; from shared.eventstore.sqlite import SqliteEventStore as S; "
    killed += "from pathlib import Path; from shared.eventstore import sqlite_upgrade as u; u._AT_ONCE = 500; "
    killed += f"S.open(Path({str(path)!r}), C())"
    for point in ("upgrade.page_chained:1", "upgrade.page_chained:2"):
        done = subprocess.run([sys.executable, "-c", killed], env={**os.environ, "CRASHPOINT": point}, check=False)
        assert done.returncode == KILLED
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM chain").fetchone() == (1500,)
    asyncio.run(SqliteEventStore.open(path, SystemClock()).close())
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT * FROM chain").fetchall() == chain_hashes


async def test_the_log_goes_on_where_it_was_after_every_refused_group(tmp_path: Path) -> None:
    """Retried groups, single writes, commands that are refused: the chain has no gap and no fork."""
    path = tmp_path / "events.db"
    store = SqliteEventStore.open(path, SystemClock())
    taken = f"account-{IDS.new()}"
    await store.append("t1", taken, NO_STREAM, [_event(0)], Metadata())
    twin = _event(1)
    writes = [
        store.append("t1", taken, NO_STREAM, [_event(0)], Metadata()),
        store.append("t1", f"account-{IDS.new()}", NO_STREAM, [_event(0), _event(1)], Metadata()),
        store.append("t1", f"account-{IDS.new()}", NO_STREAM, [twin], Metadata()),
        store.append("t1", f"account-{IDS.new()}", NO_STREAM, [twin], Metadata()),
        store.append("t1", f"account-{IDS.new()}", NO_STREAM, [_event(3)], Metadata()),
    ]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert [isinstance(o, Exception) for o in outcomes] == [True, False, False, True, False]
    await store.append("t1", taken, 1, [_event(4)], Metadata())
    head = await store.head()
    assert (await store.check(head, lambda _: None)).ok
    assert len(await store.chain_hash(head)) == 32
    assert await store.chain_hash(head + 1) == b""
    await store.close()
    assert found_in(path).events == head == 6
