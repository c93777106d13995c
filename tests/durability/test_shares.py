"""Processes that share the views join, leave, are killed and lost sight of, over a bad line: views are the fold."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.streaming import share_projector
from shared.streaming.kafka import feed as module
from shared.streaming.projector import Projector
from shared.streaming.rebuild import heal, rebuild
from shared.streaming.shares import NAMES, RECORDS, SHARES, position_of, reached, whole
from shared.views.port import Checkpoint, Document
from tests.durability.test_faulty_feed import views_agree, work
from tests.support.share_group import Group
from tests.support.world import World, open_world

SEEDS = range(20) if os.environ.get("CRM_PROVE") else range(2)
ROUNDS = 10


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    monkeypatch.setattr(share_projector, "STANDBY_SECONDS", 0.0)


@pytest.mark.parametrize("seed", SEEDS)
async def test_whoever_comes_and_goes_live_views_are_the_fold(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    async with open_world(tmp_path) as world:
        await world.projector.stop()
        group = Group(world, dice)
        await group.join()
        for n in range(ROUNDS):
            await work(world, dice, 25)
            acts = [group.join, group.join]
            if len(group.members) > 1:
                acts += [group.leave, group.kill, group.lose_sight]
            if group.zombies:
                acts += [group.find]
            await dice.choice(acts)()
            await group.relay()
            await group.work(dice.randrange(4))
            if n % 4 == 2:
                account = world.catalogue["account"]
                await rebuild(account, world.store, world.views, world.bus.codec, lambda _: None)
        await views_agree(world, await group.settle())
        await group.end()
        await one_projector_goes_on(world, dice)
        assert {"dropped", "repeated", "moved", "rewound"} <= group.faults.keys()


async def one_projector_goes_on(world: World, dice: random.Random) -> None:
    """Where the shares are given up, a projector of everything goes on; then the shares do again."""
    projector = Projector(world.catalogue, world.repository, world.views, world.bus.codec, world.clock)
    await projector.start()
    assert projector.position == await world.store.head()
    await work(world, dice, 20)
    await projector.catch_up()
    await projector.stop()
    again = Group(world, dice)
    await again.join()
    assert (await reached(world.views)).position == projector.position
    await work(world, dice, 20)
    await again.relay()
    await views_agree(world, await again.settle())


async def test_a_record_that_one_process_parks_is_healed_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(7)
    async with open_world(tmp_path) as world:
        await world.projector.stop()
        group = Group(world, dice)
        await group.join()
        await group.join()
        ids = await work(world, dice, 40)
        account = world.catalogue["account"]
        with monkeypatch.context() as patched:
            made = account.document
            patched.setattr(type(account), "document", lambda self, state: _unless(state, ids[0], made))
            await group.relay()
            await group.settle()
        assert ids[0] in str([line async for line in world.views.scan("parked_events")])
        assert await heal(account, world.store, world.views, world.bus.codec) == 1
        await work(world, dice, 20)
        await world.do("customer.ChangeAccountDetails", {"description": "after the healing"}, ids[0])
        await group.relay()
        await views_agree(world, await group.settle())
        assert [line async for line in world.views.scan("parked_events")] == []


def _unless(state: Any, id: str, made: Callable[[Any], Document]) -> Document:
    if state.id == id:
        raise ValueError("a document that cannot be made")
    return made(state)


@pytest.mark.parametrize(
    ("rows", "all_up_to", "first_share_up_to"),
    [
        ({}, 0, 0),
        ({RECORDS: 9}, 9, 9),
        ({NAMES[0]: 7}, 0, 7),
        (dict.fromkeys(NAMES, 5) | {NAMES[0]: 7}, 5, 7),
        (dict.fromkeys(NAMES, 5) | {RECORDS: 6}, 6, 6),
        (dict.fromkeys(NAMES, 8) | {RECORDS: 6, NAMES[3]: 7}, 7, 8),
    ],
)
def test_how_far_the_views_are(rows: dict[str, int], all_up_to: int, first_share_up_to: int) -> None:
    found = {name: Checkpoint(name, position) for name, position in rows.items()}
    assert whole(found).position == all_up_to
    assert position_of(0, found) == first_share_up_to
    assert len(NAMES) == SHARES
