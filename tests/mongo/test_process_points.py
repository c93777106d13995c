"""Killed at named points with views in MongoDB: documents come before their checkpoint there, not with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.durability.conftest import template
from tests.durability.history import new_history
from tests.durability.scale import LIMIT, PROCESS_KILLS_PER_POINT, PROVE
from tests.durability.test_process_points import OFTEN, SELDOM
from tests.support.killed_projector import assert_kills_change_nothing
from tests.support.mongo import database
from tests.support.oracle import assert_rebuilds_are_identical

__all__ = ["template"]  # a fixture

SHORT = [("views.before_checkpoint", 1), ("views.before_checkpoint", 3), ("views.swapped", 1)]
LATE = (1, 2, 3, 5, 8)
POINTS = ("project.before_write", "views.before_checkpoint", "project.after_write")
LONG = [(point, nth) for point in POINTS for nth in LATE]
LONG += [(point, nth) for point in ("rebuild.filled", "views.swapped") for nth in LATE[:3]]  # every fourth round
pytestmark = LIMIT


async def test_a_projector_is_killed_at_each_point(tmp_path: Path, mongo_url: str) -> None:
    await assert_kills_change_nothing(tmp_path, LONG if PROVE else SHORT, mongo_url)


@pytest.mark.skipif(not PROVE, reason="in make prove")
async def test_the_whole_suite_is_killed_at_each_point(
    tmp_path: Path, template: Path, mongo_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"CRM_VIEWS": database(mongo_server)}
    monkeypatch.setenv("CRM_VIEWS", settings["CRM_VIEWS"])  # where this process looks at the end
    history = new_history(tmp_path, template, "MongoDB", settings)
    for _ in range(PROCESS_KILLS_PER_POINT // 4):
        for point in POINTS:
            await history.killed_at(point, history.dice.randint(*OFTEN))
        await history.killed_at("policies.before_checkpoint", history.dice.randint(*SELDOM))
        await history.killed_at("views.swapped", history.dice.randint(1, 8), replaying=True)
    await history.ended()
    assert await assert_rebuilds_are_identical(history.data) > 2
    print(history)
