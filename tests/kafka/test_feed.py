"""The record views over Kafka: the same handlers as over the store's own feed, and the same documents."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from infra.kafka.broker import Broker
from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.feed import KafkaFeed
from shared.streaming.projector import Projector
from tests.durability.test_faulty_feed import views_agree, work
from tests.kafka.help import EVENTS, relay_of, running
from tests.support.world import World, open_world


@asynccontextmanager
async def fed(world: World, kafka: Kafka, group: str = "") -> AsyncIterator[tuple[Projector, KafkaFeed]]:
    """A projector of the world's views that gets its events through Kafka."""
    await world.projector.stop()
    feed = KafkaFeed(world.store, kafka, EVENTS, group or f"g-{uuid4()}")
    projector = Projector(world.catalogue, world.repository, world.views, world.bus.codec, feed=feed)
    await projector.start()
    consuming = asyncio.create_task(feed.run())
    try:
        yield projector, feed
    finally:
        consuming.cancel()
        await asyncio.gather(consuming, return_exceptions=True)
        await projector.stop()


@asynccontextmanager
async def fed_world(folder: Path, kafka: Kafka) -> AsyncIterator[tuple[World, Projector, KafkaFeed]]:
    async with (
        open_world(folder) as world,
        running(relay_of(world.store, kafka)),
        fed(world, kafka) as (projector, feed),
    ):
        yield world, projector, feed


async def carried(projector: Projector, feed: KafkaFeed, world: World) -> None:
    """Return once Kafka brings the newest events, after the beginning that is read from the store."""
    async with asyncio.timeout(30):
        while True:
            before = feed.healed
            await work(world, random.Random(9), 3)
            await projector.catch_up()
            if feed.is_running and feed.healed == before:
                return
            await asyncio.sleep(0.1)


async def test_kafka_carries_the_events_to_the_views(kafka: Kafka, tmp_path: Path) -> None:
    dice = random.Random(1)
    async with fed_world(tmp_path, kafka) as (world, projector, feed):
        await carried(projector, feed, world)
        before = feed.healed
        for _ in range(3):
            await work(world, dice, 100)
            await projector.catch_up()
            await views_agree(world, projector)
        assert feed.healed == before


@pytest.mark.parametrize("end", [Broker.kill, Broker.stop], ids=["killed", "stopped"])
async def test_views_go_on_while_the_broker_is_away(
    broker: Broker, kafka: Kafka, tmp_path: Path, end: Callable[[Broker], None]
) -> None:
    dice = random.Random(2)
    async with fed_world(tmp_path, kafka) as (world, projector, feed):
        await carried(projector, feed, world)
        await asyncio.to_thread(end, broker)
        await work(world, dice, 100)
        await projector.catch_up()
        await views_agree(world, projector)
        await asyncio.to_thread(broker.start)
        await carried(projector, feed, world)
        await views_agree(world, projector)


async def test_another_worker_goes_on_where_one_ended(kafka: Kafka, tmp_path: Path) -> None:
    dice = random.Random(3)
    async with open_world(tmp_path) as world, running(relay_of(world.store, kafka)):
        for _ in range(3):
            async with fed(world, kafka, "g-again") as (projector, feed):
                await work(world, dice, 60)
                await carried(projector, feed, world)
                await views_agree(world, projector)


async def test_two_members_of_the_group_lose_nothing(kafka: Kafka, tmp_path: Path) -> None:
    dice = random.Random(4)
    async with fed_world(tmp_path, kafka) as (world, projector, feed):
        await carried(projector, feed, world)
        other = KafkaFeed(world.store, kafka, EVENTS, feed.group)
        consuming = asyncio.create_task(other.run())
        await other.read(0, 1)  # as the holder of the lease does
        for _ in range(3):
            await work(world, dice, 60)
            await projector.catch_up()
            await views_agree(world, projector)
        consuming.cancel()
        await asyncio.gather(consuming, return_exceptions=True)
        await carried(projector, feed, world)
