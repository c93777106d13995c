"""Durable appends in groups of 100 against bare sqlite3 on the same table with the same settings."""

from __future__ import annotations

import asyncio
import sqlite3
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

GROUP, GROUPS, SINGLES, GOAL = 100, 100, 500, 50.0
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
            "bare single": lambda: _bare(bare, rows, 1, SINGLES),
            "callers": lambda: loop.run_until_complete(_callers(store, GROUP, GROUP * GROUPS)),
            "one append": lambda: loop.run_until_complete(_one_append(store)),
            "single": lambda: loop.run_until_complete(_callers(store, 1, SINGLES)),
        }
        rate = interleaved(cases, rounds)
        loop.run_until_complete(store.close())
        loop.close()
        bare.close()
    return [
        _share("append, 100 events by one command", rate["one append"], rate["bare"]),
        _share("append, 100 callers at once, an event each", rate["callers"], rate["bare"]),
        _share("append, one caller, event after event", rate["single"], rate["bare single"]),
    ]


async def _opened(path: Path) -> SqliteEventStore:
    return SqliteEventStore.open(path, SystemClock())


def _share(name: str, ours: float, bare: float) -> Figure:
    return at_least(name, 100 * ours / bare, GOAL, "%", f"{ours:,.0f} events/s; bare sqlite3 {bare:,.0f}")


def _rows() -> Iterator[tuple[object, ...]]:
    metadata, position = orjson.dumps(asdict(METADATA)), 0
    while True:
        position += 1
        head = (position, "t1", f"account-{IDS.new()}", 1, IDS.new(), "customer.AccountDetailsChanged", 1, "account")
        yield (*head, 1, 1, DATA, metadata)


def _bare(db: sqlite3.Connection, rows: Iterator[tuple[object, ...]], size: int, times: int) -> float:
    """Events per second by executemany; the rows are made beforehand and not counted."""
    groups = [[next(rows) for _ in range(size)] for _ in range(times)]
    sql = f"INSERT INTO events VALUES ({','.join('?' * 12)})"
    started = time.perf_counter()
    for group in groups:
        db.execute("BEGIN IMMEDIATE")
        db.executemany(sql, group)
        db.execute("COMMIT")
    return size * times / (time.perf_counter() - started)


def _new_event() -> NewEvent:
    return NewEvent(IDS.new(), "customer.AccountDetailsChanged", 1, 1, DATA)


async def _callers(store: SqliteEventStore, callers: int, events: int) -> float:
    """Events per second when so many callers append an event, each to a new stream, and wait for the disk each time."""
    waiting = [(f"account-{IDS.new()}", [_new_event()]) for _ in range(events)]

    async def caller() -> None:
        while waiting:
            stream, new = waiting.pop()
            await store.append("t1", stream, NO_STREAM, new, METADATA)

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return events / (time.perf_counter() - started)


async def _one_append(store: SqliteEventStore) -> float:
    groups = [(f"account-{IDS.new()}", [_new_event() for _ in range(GROUP)]) for _ in range(GROUPS)]
    started = time.perf_counter()
    for stream, events in groups:
        await store.append("t1", stream, NO_STREAM, events, METADATA)
    return GROUP * GROUPS / (time.perf_counter() - started)


if __name__ == "__main__":
    show("append", run())
