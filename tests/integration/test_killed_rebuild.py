"""A process that is killed while it rebuilds views leaves nobody in their files who was erased meanwhile."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from crm.compose import prepare
from services.customer.contact import CONTACT
from shared.streaming import erased_meanwhile
from shared.streaming.erased_meanwhile import purged_after_erasures
from shared.streaming.rebuild import rebuild
from shared.views.sqlite import SqliteViews
from tests.support.leaks import files_with
from tests.support.world import World, open_world

SECRET = "Quillfeather"


async def replay(world: World) -> None:
    kernel = world.kernel
    async with purged_after_erasures(kernel.views, kernel.keys):
        await rebuild(CONTACT, kernel.store, kernel.views, kernel.codec, lambda _: None)


@pytest.mark.parametrize("begins_again", [False, True])
@pytest.mark.parametrize("step", ["prepare", "purge_files"])
async def test_the_next_start_purges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, begins_again: bool
) -> None:
    running, killed, begin = tmp_path / "running", tmp_path / "killed", SqliteViews.prepare
    where: Any = SqliteViews if step == "prepare" else erased_meanwhile
    done = getattr(where, step)
    async with open_world(running) as world:
        id = await world.make("customer.CreateContact", family_name=SECRET)
        await world.settle()

        async def kill(*args: Any) -> None:
            if not killed.exists():
                shutil.copytree(running, killed)  # what there is on disk then
            await done(*args)

        async def erase(self: SqliteViews, rebuilt: str) -> None:
            monkeypatch.undo()
            await world.do("customer.EraseContact", {}, id)
            await world.settle()
            monkeypatch.setattr(where, step, kill)
            await (self.prepare if step == "prepare" else begin.__get__(self))(rebuilt)

        monkeypatch.setattr(SqliteViews, "prepare", erase)
        await replay(world)
        monkeypatch.undo()
        assert files_with(running, [SECRET]) == {}
    assert files_with(killed, [SECRET], "views.db*")
    async with open_world(killed) as world:
        if begins_again:
            await replay(world)
        else:
            await prepare(world.kernel, [])
        assert files_with(killed, [SECRET]) == {}
