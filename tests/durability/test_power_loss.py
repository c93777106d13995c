"""Power loss at any moment: nothing acknowledged is lost, nothing is torn. A control shows that loss would be seen."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from shared.clock import SystemClock
from shared.eventstore import sqlite_file
from shared.eventstore.port import NO_STREAM
from shared.eventstore.sqlite import SqliteEventStore
from tests.contract.eventstore_help import METADATA, feed, new, request, stream_of
from tests.durability.disk import Disk, FileState, Write, happen
from tests.durability.scale import LIMIT, POWER_LOSS_IMAGES

ROUNDS, AT_ONCE = 60, 4
pytestmark = LIMIT
OPENED = -1  # marks in the log, in addition to positions acknowledged


@dataclass(slots=True)
class Recording:
    """The file calls of one run in order, with what was acknowledged between them, and the log as it should be."""

    calls: list[tuple[str, str, Write | None] | int] = field(default_factory=list)
    event_ids: list[str] = field(default_factory=list)
    requests: dict[str, int] = field(default_factory=dict)  # key → position

    def watch(self, operation: str, name: str, write: Write | None) -> None:
        self.calls.append((operation, name, write))


async def record(folder: Path, monkeypatch: pytest.MonkeyPatch, synchronous: str) -> Recording:
    """Run the real store through many small groups with frequent checkpoints."""
    recording = Recording()
    disk = Disk(f"recorder-{synchronous}", recording.watch, log_pages=24)

    monkeypatch.setattr(sqlite_file, "_connect", disk.connect)
    store = SqliteEventStore.open(folder / "events.db", SystemClock())
    store._writer._db.execute(f"PRAGMA synchronous = {synchronous}")
    recording.calls.append(OPENED)
    keys = (f"k{n}" for n in count())

    async def one() -> None:
        key = next(keys)
        done = await store.append("t1", stream_of(), NO_STREAM, new(2, b"x" * 300), METADATA, request(key))
        recording.calls.append(done.position)
        recording.requests[key] = done.position

    for _ in range(ROUNDS):
        await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    recording.event_ids = [e.event_id for e in await feed(store)]
    await store.close()
    monkeypatch.undo()
    return recording


def images(recording: Recording, wanted: int, dice: random.Random) -> Iterator[tuple[dict[str, bytes], int]]:
    """What the disk may hold after a power loss at evenly spread moments, and the position acknowledged by then."""
    files: dict[str, FileState] = {}
    acknowledged, made = 0, 0
    for n, call in enumerate(recording.calls, 1):
        if isinstance(call, int):
            acknowledged = max(acknowledged, call)
        else:
            happen(files, *call)
        while made < wanted * n // len(recording.calls):
            made += 1
            left = {name: state.after_power_loss(dice) for name, state in files.items()}
            yield {name: content for name, content in left.items() if content is not None}, acknowledged


def examine(folder: Path, image: dict[str, bytes], recording: Recording) -> int:
    """Open the image as the next start would; the position it reaches. Whatever is there must be whole."""
    for left in folder.iterdir():
        left.unlink()
    for name, content in image.items():
        (folder / name).write_bytes(content)
    db = sqlite3.connect(folder / "events.db", isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")  # the image is thrown away
    try:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not db.execute("PRAGMA user_version").fetchone()[0]:
            return 0  # the schema was not committed yet: nothing at all may be there
        rows = db.execute("SELECT position, event_id FROM events ORDER BY position").fetchall()
        requests = dict(db.execute("SELECT key, position FROM requests"))
    finally:
        db.close()
    reached = len(rows)
    assert rows == list(enumerate(recording.event_ids[:reached], 1)), "not a prefix of what was written"
    assert requests == {k: p for k, p in recording.requests.items() if p <= reached}
    return reached


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "image"
    folder.mkdir()
    return folder


async def test_synced_commits_survive_every_power_loss(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = await record(tmp_path / "full", monkeypatch, "FULL")
    assert len(recording.event_ids) == 2 * ROUNDS * AT_ONCE
    checkpoints = sum(c[:2] == ("sync", "events.db") for c in recording.calls if not isinstance(c, int))
    assert checkpoints > 5, "the run was to move the log into the database several times"
    seen = 0
    for seen, (image, acknowledged) in enumerate(images(recording, POWER_LOSS_IMAGES, random.Random(1)), 1):
        assert examine(scratch, image, recording) >= acknowledged, f"lost in image {seen}"
        if seen % 50 == 0:  # and the product itself starts on it
            store = SqliteEventStore.open(scratch / "events.db", SystemClock())
            assert await store.head() >= acknowledged
            await store.append("t1", stream_of(), NO_STREAM, new(1), METADATA)
            await store.close()
    assert seen == POWER_LOSS_IMAGES


async def test_the_control_without_a_sync_per_commit_loses(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = await record(tmp_path / "normal", monkeypatch, "NORMAL")
    lost = sum(examine(scratch, image, recording) < ack for image, ack in images(recording, 300, random.Random(1)))
    assert lost > 100
