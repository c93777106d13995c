"""Durable appends in groups of 100 against bare sqlite3 on the same table with the same settings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import uvloop

from bench.figures import Figure, at_least, interleaved, show
from shared.clock import SystemClock, SystemIds
from shared.events.envelope import Metadata, NewEvent
from shared.eventstore.port import NO_STREAM
from shared.eventstore.sqlite import SqliteEventStore
from shared.eventstore.sqlite_file import open_for_writing

GROUP, GROUPS, SINGLES = 100, 100, 500
IDS = SystemIds()
DATA = orjson.dumps({"changes": {"description": {"from": "x" * 160, "to": "y" * 180}}})
METADATA = Metadata(
    actor=IDS.new(), command=IDS.new(), command_name="customer.ChangeAccountDetails", correlation_id=IDS.new()
)


def run(rounds: int = 5) -> list[Figure]:
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        files = (Path(folder) / f"{n}.db" for n in range(10_000))
        bare = open_for_writing(next(files))
        loop = uvloop.new_event_loop()
        store = loop.run_until_complete(_opened(next(files)))
        rows = _rows()
        cases = {
            "bare": lambda: _bare(bare, rows, GROUP, GROUPS),
            "bare singles": lambda: _bare(bare, rows, 1, SINGLES),
            "commands": lambda: loop.run_until_complete(_commands(store, GROUP, GROUPS)),
            "one append": lambda: loop.run_until_complete(_one_append(store)),
            "singles": lambda: loop.run_until_complete(_commands(store, 1, SINGLES)),
        }
        rate = interleaved(cases, rounds)
        loop.run_until_complete(store.close())
        loop.close()
        bare.close()
    return [
        _share("append, 100 commands at once, one event each", rate["commands"], rate["bare"], 50),
        _share("append, 100 events by one command", rate["one append"], rate["bare"], 50),
        _share("append, one command after another", rate["singles"], rate["bare singles"], 50),
    ]


async def _opened(path: Path) -> SqliteEventStore:
    return SqliteEventStore.open(path, SystemClock())


def _share(name: str, ours: float, bare: float, goal: float) -> Figure:
    return at_least(name, 100 * ours / bare, goal, "%", f"{ours:,.0f} events/s; bare sqlite3 {bare:,.0f}")


def _rows() -> Iterator[tuple[object, ...]]:
    metadata, position = orjson.dumps(asdict(METADATA)), 0
    while True:
        position += 1
        head = (position, "t1", f"account-{IDS.new()}", 1, IDS.new(), "customer.AccountDetailsChanged", 1, "account")
        yield (*head, 1, 1, DATA, metadata)


def _bare(db: object, rows: Iterator[tuple[object, ...]], size: int, times: int) -> float:
    """Events per second by executemany; the rows are made beforehand and not counted."""
    groups = [[next(rows) for _ in range(size)] for _ in range(times)]
    sql = f"INSERT INTO events VALUES ({','.join('?' * 12)})"
    started = time.perf_counter()
    for group in groups:
        db.execute("BEGIN IMMEDIATE")  # type: ignore[attr-defined]
        db.executemany(sql, group)  # type: ignore[attr-defined]
        db.execute("COMMIT")  # type: ignore[attr-defined]
    return size * times / (time.perf_counter() - started)


def _new_event() -> NewEvent:
    return NewEvent(IDS.new(), "customer.AccountDetailsChanged", 1, 1, DATA)


async def _commands(store: SqliteEventStore, at_once: int, times: int) -> float:
    """Events per second when `at_once` callers append one event each to new streams and wait for the disk."""
    groups = [[(f"account-{IDS.new()}", [_new_event()]) for _ in range(at_once)] for _ in range(times)]
    started = time.perf_counter()
    for group in groups:
        await asyncio.gather(*(store.append("t1", s, NO_STREAM, e, METADATA) for s, e in group))
    return at_once * times / (time.perf_counter() - started)


async def _one_append(store: SqliteEventStore) -> float:
    groups = [(f"account-{IDS.new()}", [_new_event() for _ in range(GROUP)]) for _ in range(GROUPS)]
    started = time.perf_counter()
    for stream, events in groups:
        await store.append("t1", stream, NO_STREAM, events, METADATA)
    return GROUP * GROUPS / (time.perf_counter() - started)


if __name__ == "__main__":
    show("append", run())
