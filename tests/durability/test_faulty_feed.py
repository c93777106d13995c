"""Duplicates, other orders, gaps and rewinds between the event store and its readers: the outcome is the same."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import cast

from services.analytics.facts import TABLES
from services.customer.policies import POLICIES
from shared.eventstore.port import EventStore
from shared.kernel.repository import Repository
from shared.streaming import projector as module
from shared.streaming.policies import CHECKPOINT, PolicyRunner
from shared.streaming.projector import Projector
from shared.views.port import Checkpoint
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.feed import WarehouseFeed
from shared.warehouse.refill import verify
from tests.durability.faulty_feed import FaultyFeed
from tests.support.leases import FreeLeases
from tests.support.world import TENANT, World, open_world


async def work(world: World, dice: random.Random, commands: int) -> list[str]:
    """Accounts are made, changed and given tags; the ids of all of them."""
    ids: list[str] = []
    for n in range(commands):
        if len(ids) < 30 or dice.random() < 0.1:
            done = await world.do(
                "customer.CreateAccount", {"name": f"Account {n}", "allow_duplicate": True}, reason="r"
            )
            ids.append(done.id)
        elif dice.random() < 0.5:
            await world.do("customer.ChangeAccountDetails", {"description": f"seen {n}"}, dice.choice(ids))
        else:
            await world.do("customer.TagAccount", {"add": [f"t{n % 9}"], "remove": [f"t{n % 7}"]}, dice.choice(ids))
    return ids


async def views_agree(world: World, position: int) -> None:
    """position: up to where the views have come."""
    for aggregate in world.catalogue:
        verdict = await world.verdict(aggregate, position)
        assert verdict.ok, verdict


async def test_views_heal_what_the_feed_does_to_them(tmp_path: Path) -> None:
    dice = random.Random(1)
    async with open_world(tmp_path) as world:
        feed = FaultyFeed(world.store, dice, drops=True)
        repository = Repository(cast(EventStore, feed), world.bus.codec)
        await world.projector.stop()
        projector = Projector(world.catalogue, repository, world.views, world.bus.codec)
        await projector.start()
        for _ in range(8):
            await work(world, dice, 150)
            await projector.catch_up()
            await views_agree(world, projector.position)
        assert all(feed.faults.values()), feed.faults


async def test_policies_do_nothing_twice(tmp_path: Path) -> None:
    dice = random.Random(2)
    async with open_world(tmp_path) as world:
        ids = await work(world, dice, 60)
        for one, other in zip(ids[::2], ids[1::2], strict=False):
            await world.do("customer.MergeAccounts", {"absorb": [other]}, one)
        feed = FaultyFeed(world.store, dice)
        bus = replace(world.bus, repository=Repository(cast(EventStore, feed), world.bus.codec))
        await world.policies.stop()
        policies = PolicyRunner(POLICIES, bus, world.bus.codec)
        for _ in range(4):  # the last times from the beginning
            await policies.start()
            while await policies.step():
                await world.projector.catch_up()
            await world.views.write([], [Checkpoint(CHECKPOINT, 0)])
        for other in ids[1::2]:
            assert (await world.types("account", other)).count("AccountAbsorbed") == 1
        await views_agree(world, world.projector.position)
        assert feed.faults["repeated"]


async def test_the_warehouse_holds_the_same_rows(tmp_path: Path) -> None:
    dice = random.Random(3)
    async with open_world(tmp_path) as world:
        warehouse = await ConfinedWarehouse.open(f"chdb:{tmp_path / 'warehouse'}")
        line = FaultyFeed(world.store, dice)
        feed = WarehouseFeed(
            warehouse, cast(EventStore, line), world.bus.codec, world.catalogue, TABLES, world.clock, FreeLeases()
        )
        await feed.start()
        try:
            for _ in range(3):
                await work(world, dice, 150)
                await feed.catch_up()
            feed.store = world.store
            assert await verify(feed, lambda _: None) == {}
            assert feed.parked == []
            assert line.faults["repeated"]
            assert line.faults["moved"]
        finally:
            await warehouse.close()


async def test_a_whole_rewind_changes_nothing(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await work(world, random.Random(4), 200)
        await world.settle()
        before = [line async for line in world.views.scan("accounts", TENANT)]
        await world.projector.stop()
        await world.views.write([], [Checkpoint(module.CHECKPOINT, 0)])
        again = Projector(world.catalogue, world.repository, world.views, world.bus.codec)
        assert module.BATCH > 1
        await again.catch_up()
        assert [line async for line in world.views.scan("accounts", TENANT)] == before
