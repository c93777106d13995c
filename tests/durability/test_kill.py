"""A process killed anywhere, with real files: 0 acknowledged lost, 0 gaps, 0 done twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import orjson
import pytest

from shared.clock import SystemClock
from shared.eventstore.sqlite import SqliteEventStore
from shared.faults import KILLED
from tests.contract.eventstore_help import assert_ordered, feed
from tests.durability.scale import KILLS_PER_POINT, LIMIT, RANDOM_KILLS
from tests.durability.writer import TENANT, Journal

POINTS = [
    "open.before_checkpoint",
    "open.ready",
    "append.begun",
    "append.half_written",
    "append.before_commit",
    "append.after_commit",
    "append.before_ack",
    "close.before_checkpoint",
]
EVERY_START = {p for p in POINTS if not p.startswith("append.")}  # reached once in a process's life
ROOT = Path(__file__).parents[2]
KILLS_PER_LOG = 20
pytestmark = LIMIT


def start(folder: Path, appends: int, crashpoint: str = "") -> subprocess.Popen[bytes]:
    files = [str(folder / "events.db"), str(folder / "journal")]
    program = [sys.executable, "-m", "tests.durability.writer", *files, str(appends)]
    environment = {**os.environ, "CRASHPOINT": crashpoint}
    return subprocess.Popen(program, cwd=ROOT, env=environment, stdout=subprocess.PIPE)


async def examine(folder: Path) -> int:
    """Everything that must hold after a kill; the number of acknowledged requests."""
    journal = Journal.read(folder / "journal")
    store = SqliteEventStore.open(folder / "events.db", SystemClock())
    events = await feed(store, limit=5000)
    assert_ordered(events)
    assert [e.position for e in events] == list(range(1, len(events) + 1))
    by_command = Counter[str](orjson.loads(e.metadata)["command"] for e in events)
    positions = {(e.stream, e.version): e.position for e in events}
    for key, (stream, number) in journal.tried.items():
        done = await store.find_request(TENANT, key)
        if key in journal.acked:
            assert done is not None, f"{key} was acknowledged and is lost"
            assert (done.stream, done.version, done.position) == journal.acked[key]
        assert by_command[key] == (0 if done is None else number), f"{key} was done in part, or twice"
        if done is not None and done.version:
            assert done.stream == stream
            assert positions[stream, done.version] == done.position
    assert by_command.keys() <= journal.tried.keys()
    await store.close()
    check = sqlite3.connect(folder / "events.db")
    assert check.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    check.close()
    return len(journal.acked)


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_a_named_point(tmp_path: Path, point: str) -> None:
    dice = random.Random(point)
    for _ in range(KILLS_PER_POINT):
        nth = 1 if point in EVERY_START else dice.randint(1, 40)
        with start(tmp_path, 60, f"{point}:{nth}") as process:
            assert process.wait(60) == KILLED
        await examine(tmp_path)
    with start(tmp_path, 10) as process:
        assert process.wait(60) == 0
    assert await examine(tmp_path) >= 80


def written(journal: Path, more: int) -> None:
    """Return when a journal has grown by so many bytes: a request and its answer are about 180, at any speed."""
    until, deadline = journal.stat().st_size + more, time.monotonic() + 60
    while journal.stat().st_size < until:
        assert time.monotonic() < deadline, "the writer stands still"
        time.sleep(0.0005)


async def test_killed_at_random(tmp_path: Path) -> None:
    dice = random.Random(11)
    acknowledged: dict[Path, int] = {}
    for n in range(RANDOM_KILLS):
        folder = tmp_path / str(n // KILLS_PER_LOG)
        folder.mkdir(exist_ok=True)
        with start(folder, 1_000_000) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            written(folder / "journal", dice.randrange(12_000))
            process.kill()
            assert process.wait(60) == -signal.SIGKILL
        before, acknowledged[folder] = acknowledged.get(folder, 0), await examine(folder)
        assert acknowledged[folder] >= before
    assert sum(acknowledged.values()) > 10 * RANDOM_KILLS
