"""A failed sync: nothing is acknowledged by it, the store stops for good, and the sync is not tried again.

The disk is modelled at its worst: what a failed sync was to write is dropped, though the cache still shows it.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest

from shared.clock import SystemClock
from shared.eventstore import sqlite_file
from shared.eventstore.port import NO_STREAM, StoreBroken
from shared.eventstore.sqlite import SqliteEventStore
from tests.contract.eventstore_help import METADATA, assert_ordered, feed, new, stream_of
from tests.durability.disk import Disk, FileState, Write, fault, happen
from tests.durability.scale import FAILED_SYNC_ORDINALS, LIMIT

pytestmark = LIMIT


@dataclass(slots=True)
class FailingSyncs:
    """Fails the sync that `countdown` says, once; keeps what is certain of each file."""

    countdown: int = 0
    files: dict[str, FileState] = field(default_factory=dict)
    after_failure: list[str] = field(default_factory=list)
    failed: str = ""

    def watch(self, operation: str, name: str, write: Write | None) -> None:
        if self.failed:
            self.after_failure.append(operation)
        if operation == "sync":
            self.countdown -= 1
            if self.countdown == 0:
                self.failed = name
                self.files[name].unsynced.clear()
                raise fault(apsw.IOError, apsw.SQLITE_IOERR_FSYNC)
        happen(self.files, operation, name, write)

    def after_power_loss(self, folder: Path, dice: random.Random) -> Path:
        folder.mkdir()
        for name, state in self.files.items():
            content = state.after_power_loss(dice)
            if content is not None:
                (folder / name).write_bytes(content)
        return folder / "events.db"


async def holds(path: Path, acknowledged: dict[str, int]) -> None:
    store = SqliteEventStore.open(path, SystemClock())
    events = await feed(store)
    assert_ordered(events)
    positions = {e.stream: e.position for e in events}
    assert {s: positions.get(s) for s in acknowledged} == acknowledged
    await store.close()


async def test_a_failed_sync_at_any_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dice, broken_in = random.Random(3), {"log": 0, "checkpoint": 0}
    for ordinal in range(1, FAILED_SYNC_ORDINALS + 1):
        syncs, calls = FailingSyncs(), 0
        folder = tmp_path / str(ordinal)
        monkeypatch.setattr(sqlite_file, "_connect", Disk(f"failing-{ordinal}", syncs.watch).connect)

        def broken_disk() -> None:
            nonlocal calls
            calls += 1

        store = SqliteEventStore.open(folder / "events.db", SystemClock(), on_broken=broken_disk)
        syncs.countdown = ordinal
        acknowledged: dict[str, int] = {}
        broken = 0
        for _ in range(FAILED_SYNC_ORDINALS):
            stream = stream_of()
            try:
                done = await store.append("t1", stream, NO_STREAM, new(2, b"x" * 900), METADATA)
            except StoreBroken:
                broken += 1
            else:
                assert not broken, "acknowledged after the disk had failed"
                acknowledged[stream] = done.position
        assert syncs.failed
        assert calls == min(broken, 1)
        if broken:
            assert syncs.after_failure == [], "the disk was touched again"
        broken_in["log" if broken else "checkpoint"] += 1
        await store.close()
        await holds(syncs.after_power_loss(folder / "lost", dice), acknowledged)
        await holds(folder / "events.db", acknowledged)  # a restart without power loss: the cache is written again …
        await holds(syncs.after_power_loss(folder / "later", dice), acknowledged)  # … and a power loss after that
        monkeypatch.undo()
    assert min(broken_in.values()) > 0, broken_in


async def test_all_who_wait_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs = FailingSyncs()
    monkeypatch.setattr(sqlite_file, "_connect", Disk("failing-for-all", syncs.watch).connect)
    store = SqliteEventStore.open(tmp_path / "events.db", SystemClock())
    await store.append("t1", stream_of(), NO_STREAM, new(1), METADATA)
    head, syncs.countdown = await store.head(), 1
    waiting = (store.append("t1", stream_of(), NO_STREAM, new(1), METADATA) for _ in range(300))
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(o) for o in outcomes} == {StoreBroken}
    assert await store.head() == head
    assert len(await feed(store)) == 1, "reading goes on until the process ends"
    await store.close()
