"""The whole suite ended at named points while eight people work over HTTP: nothing lost, nothing done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.durability.history import new_history
from tests.durability.scale import LIMIT, PROCESS_KILLS_PER_POINT, PROVE
from tests.support.oracle import assert_rebuilds_are_identical

ONCE, SELDOM, OFTEN = (1, 1), (1, 3), (1, 40)  # which of the times that a point is reached
POINTS = {
    "append": {
        "append.begun": OFTEN,
        "append.half_written": OFTEN,
        "append.before_commit": OFTEN,
        "append.after_commit": OFTEN,
        "append.before_ack": OFTEN,
        "open.before_checkpoint": ONCE,
        "open.ready": ONCE,
    },
    "command": {
        "command.encoded": OFTEN,
        "command.reserved": SELDOM,
        "command.erased": ONCE,
        "erasure.key_destroyed": ONCE,
    },
    "views": {
        "project.before_write": OFTEN,
        "project.after_write": OFTEN,
        "views.before_commit": OFTEN,
        "policies.reacted": SELDOM,
        "policies.before_checkpoint": SELDOM,
    },
    "warehouse": {"warehouse.rows_written": SELDOM, "warehouse.noted": SELDOM},
}
pytestmark = LIMIT


@pytest.mark.parametrize("part", POINTS)
async def test_killed_at_named_points(tmp_path: Path, template: Path, part: str) -> None:
    history = new_history(tmp_path, template, part)
    points = list(POINTS[part].items())[:: 1 if PROVE else 2]  # the others in make prove
    for _ in range(PROCESS_KILLS_PER_POINT):
        for point, (first, last) in points:
            await history.killed_at(point, history.dice.randint(first, last))
    await history.ended()
    assert history.kills == PROCESS_KILLS_PER_POINT * len(points)
    assert await assert_rebuilds_are_identical(history.data) > 2
    print(history)


async def test_killed_while_views_are_rebuilt(tmp_path: Path, template: Path) -> None:
    history = new_history(tmp_path, template, "replay")
    for point in ("rebuild.filled", "views.swapped") * PROCESS_KILLS_PER_POINT:
        await history.killed_at(point, history.dice.randint(1, 8), replaying=True)
    await history.ended()
    await assert_rebuilds_are_identical(history.data)


async def test_killed_while_it_stops(tmp_path: Path, template: Path) -> None:
    history = new_history(tmp_path, template, "stop")
    for _ in range(PROCESS_KILLS_PER_POINT):
        await history.killed_at("close.before_checkpoint", 1, stopping=True)
    await history.ended()
