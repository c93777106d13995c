"""The whole suite killed at any moment, its start included, while eight people work over HTTP."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from tests.durability.history import new_history
from tests.durability.load import at_work
from tests.durability.scale import LIMIT, RANDOM_PROCESS_KILLS
from tests.support.oracle import assert_rebuilds_are_identical
from tests.support.processes import start

KILLS_PER_HISTORY = min(13, RANDOM_PROCESS_KILLS)
HISTORIES = RANDOM_PROCESS_KILLS // KILLS_PER_HISTORY
pytestmark = LIMIT


@pytest.mark.parametrize("seed", range(HISTORIES))
async def test_killed_at_random(tmp_path: Path, template: Path, seed: int) -> None:
    history = new_history(tmp_path, template, seed)
    for _ in range(KILLS_PER_HISTORY):
        await history.killed_by_chance()
    await history.ended()
    assert history.journal.acknowledged > 10 * history.kills
    await assert_rebuilds_are_identical(history.data)
    print(history)


async def test_killed_as_started_from_the_shell(tmp_path: Path, template: Path) -> None:
    history = new_history(tmp_path, template, "shell")
    for _ in range(2):
        with start(history.data) as running:
            await history.check(running.url)
            async with at_work(history.office, running.url, history.token):
                await asyncio.sleep(0.4)
                running.process.kill()
            assert running.process.wait() == -signal.SIGKILL
    await history.ended()
    assert history.journal.acknowledged > 0
