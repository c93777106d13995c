"""A projector that is killed around its writes, and while it rebuilds, over views in a file."""

from __future__ import annotations

from pathlib import Path

from tests.durability.scale import PROVE
from tests.support.killed_projector import assert_kills_change_nothing

SHORT = [("views.before_commit", 3), ("views.swapped", 1)]
POINTS = ("project.before_write", "views.before_commit", "project.after_write", "rebuild.filled", "views.swapped")
LONG = [(point, nth) for point in POINTS for nth in range(1, 21)]


async def test_a_projector_is_killed_at_each_point(tmp_path: Path) -> None:
    await assert_kills_change_nothing(tmp_path, LONG if PROVE else SHORT)
