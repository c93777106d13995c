"""The whole suite killed at any moment, its start included, while eight people work over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.durability.history import new_history
from tests.durability.scale import LIMIT, RANDOM_PROCESS_KILLS
from tests.support.oracle import assert_rebuilds_are_identical

KILLS_PER_HISTORY = 26
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
