"""Two moves that make a cycle together, and a process that is killed right after the first append: the rule holds."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.faults import KILLED
from tests.support.oracle import assert_rebuilds_are_identical
from tests.support.world import World, open_world

IDS = ("a", "b")


async def move_both(world: World) -> None:
    """Each below the other, at the same moment."""
    moves = [("a", "b"), ("b", "a")]
    await asyncio.gather(*(world.do("customer.SetParentAccount", {"parent": to}, id) for id, to in moves))


async def child(folder: Path) -> None:
    async with open_world(folder) as world:
        await move_both(world)


@pytest.mark.parametrize("nth", [1, 2])
async def test_a_kill_after_the_append_leaves_no_cycle(nth: int, tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        for id in IDS:
            await world.do("customer.CreateAccount", {"name": id}, new_id=id)
        await world.settle()
    environment = {**os.environ, "CRASHPOINT": f"command.appended:{nth}"}
    command = [sys.executable, "-m", "tests.durability.test_rules_killed", str(tmp_path)]
    ended = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, text=True)
    assert ended.returncode == KILLED or (nth == 2 and "cycle" in ended.stderr), ended.stderr
    async with open_world(tmp_path) as world:
        await world.settle()
        parents = [(await world.state("account", id)).parent for id in IDS]
        assert parents in (["b", None], [None, "a"])
    await assert_rebuilds_are_identical(tmp_path)


if __name__ == "__main__":
    asyncio.run(child(Path(sys.argv[1])))
