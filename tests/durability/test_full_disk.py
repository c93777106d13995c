"""A full disk: writes are refused, reads go on, and writing resumes by itself when there is room."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from shared.clock import SystemClock
from shared.eventstore import sqlite_file
from shared.eventstore.port import NO_STREAM, Appended, StoreUnavailable
from shared.eventstore.sqlite import SqliteEventStore
from tests.contract.eventstore_help import METADATA, assert_ordered, feed, new, request, stream_of
from tests.durability.disk import Disk, Write, fault
from tests.durability.scale import FULL_DISK_ORDINALS, LIMIT

MakeRoom = Callable[[SqliteEventStore], None]
pytestmark = LIMIT


async def fill(store: SqliteEventStore, size: int) -> tuple[dict[str, Appended], set[str]]:
    """Appends of four writers until one is refused: those acknowledged and those refused, by key."""
    done: dict[str, Appended] = {}
    refused: set[str] = set()

    async def write(key: str) -> None:
        try:
            done[key] = await store.append("t1", stream_of(), NO_STREAM, new(2, b"x" * size), METADATA, request(key))
        except StoreUnavailable:
            refused.add(key)

    for n in range(2_000):
        await asyncio.gather(*(write(f"k{n}-{w}") for w in range(4)))
        if refused:
            break
    return done, refused


async def examine(store: SqliteEventStore, done: dict[str, Appended], refused: set[str]) -> None:
    events = await feed(store, limit=5000)
    assert_ordered(events)
    positions = {e.stream: e.position for e in events}
    for key, appended in done.items():
        assert positions[appended.stream] == appended.position
        found = await store.find_request("t1", key)
        assert found is not None
        assert found.position == appended.position
    for key in refused:
        assert await store.find_request("t1", key) is None
    assert len(events) == 2 * len(done)


@contextmanager
def small_disk(folder: Path) -> Iterator[MakeRoom | None]:
    """A file system of 3 MB, and how to make it larger; None where this user may not mount one."""
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "crm-test", folder], capture_output=True)
    if mounted.returncode:
        yield None
        return
    try:
        yield lambda store: _enlarge(folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def _enlarge(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=16m", folder], check=True)


async def test_writing_stops_and_resumes_by_itself(tmp_path: Path) -> None:
    """On a real small file system where one can be mounted, else with SQLite's own limit on the size of the file."""
    path = tmp_path / "small" / "events.db"
    with small_disk(path.parent) as make_room:
        store = SqliteEventStore.open(path, SystemClock())
        if make_room is None:
            store._writer._db.execute("PRAGMA max_page_count = 400")

            def make_room(store: SqliteEventStore) -> None:
                store._writer._db.execute("PRAGMA max_page_count = 100000")

        done, refused = await fill(store, 20_000)
        assert done
        assert refused
        await examine(store, done, refused)
        with pytest.raises(StoreUnavailable, match="full"):
            await store.append("t1", stream_of(), NO_STREAM, new(20, b"x" * 100_000), METADATA)
        await examine(store, done, refused)
        make_room(store)
        done["later"] = await store.append("t1", stream_of(), NO_STREAM, new(2), METADATA, request("later"))
        await store.close()
        store = SqliteEventStore.open(path, SystemClock())
        await examine(store, done, refused)
        await store.close()


async def test_the_store_starts_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing and opening want to move the log into the database, which now cannot grow."""
    path, full = tmp_path / "events.db", False

    def watch(operation: str, name: str, write: Write | None) -> None:
        if full and write is not None and write.data is not None:
            raise fault(apsw.FullError, apsw.SQLITE_FULL)

    monkeypatch.setattr(sqlite_file, "_connect", Disk("full", watch).connect)
    store = SqliteEventStore.open(path, SystemClock())
    done = {"k": await store.append("t1", stream_of(), NO_STREAM, new(2), METADATA, request("k"))}
    full = True
    for _ in range(2):
        await store.close()
        store = SqliteEventStore.open(path, SystemClock())
        await examine(store, done, set())
        with pytest.raises(StoreUnavailable):
            await store.append("t1", stream_of(), NO_STREAM, new(2), METADATA)
    full = False
    done["later"] = await store.append("t1", stream_of(), NO_STREAM, new(2), METADATA, request("later"))
    await store.close()
    store = SqliteEventStore.open(path, SystemClock())
    await examine(store, done, set())
    await store.close()


async def test_no_room_at_any_single_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes, from_write = 0, 0

    def watch(operation: str, name: str, write: Write | None) -> None:
        nonlocal writes
        if write is not None and write.data is not None:
            writes += 1
            if 0 <= writes - from_write < 3:
                raise fault(apsw.FullError, apsw.SQLITE_FULL)

    monkeypatch.setattr(sqlite_file, "_connect", Disk("sometimes-full", watch).connect)
    refusals = 0
    for ordinal in range(1, FULL_DISK_ORDINALS + 1):
        path = tmp_path / f"{ordinal}.db"
        from_write = 10**9
        store = SqliteEventStore.open(path, SystemClock())
        writes, from_write = 0, ordinal
        done: dict[str, Appended] = {}
        refused: set[str] = set()
        for n in range(24):
            try:
                done[f"k{n}"] = await store.append(
                    "t1", stream_of(), NO_STREAM, new(2, b"x" * 900), METADATA, request(f"k{n}")
                )
            except StoreUnavailable:
                refused.add(f"k{n}")
        assert "k23" in done, "it writes again once there is room"
        refusals += len(refused)
        await examine(store, done, refused)
        await store.close()
        store = SqliteEventStore.open(path, SystemClock())
        await examine(store, done, refused)
        await store.close()
    assert refusals > FULL_DISK_ORDINALS // 2
