"""Projectors that share the views over a real broker: in one process, each with leases and caches of its own."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.feed import ShareFeed
from shared.streaming.kafka.worker import KafkaWorker
from shared.streaming.share_projector import ShareProjector
from shared.streaming.shares import SHARES, reached
from tests.durability.test_faulty_feed import views_agree, work
from tests.kafka.help import EVENTS, relay_of, running
from tests.support.world import World, open_world


@dataclass(frozen=True)
class Member:
    feed: ShareFeed
    projector: ShareProjector
    worker: KafkaWorker
    tasks: Sequence[asyncio.Task[None]]


@asynccontextmanager
async def member(world: World, kafka: Kafka, group: str) -> AsyncIterator[Member]:
    """A projector of the world's views that gets its share of the events through Kafka."""
    feed = ShareFeed(world.store)
    projector = ShareProjector(
        world.catalogue, world.repository, world.views, world.bus.codec, world.kernel.clock, feed
    )
    worker = KafkaWorker(kafka, EVENTS, group, feed, projector.hand_over)
    tasks = [asyncio.create_task(worker.run()), asyncio.create_task(projector.run())]
    try:
        yield Member(feed, projector, worker, tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def shared_world(folder: Path, kafka: Kafka, members: int = 1) -> AsyncIterator[tuple[World, list[Member]]]:
    """A world whose events are relayed, and whose views some members write."""
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(open_world(folder))
        await world.projector.stop()
        await stack.enter_async_context(running(relay_of(world.store, kafka)))
        group = f"g-{uuid4()}"
        found = [await stack.enter_async_context(member(world, kafka, group)) for _ in range(members)]
        await all_given(found)
        yield world, found


async def all_given(members: Sequence[Member], seconds: float = 90.0) -> None:
    """Return once every share is given to one of them, and each of them has some."""
    async with asyncio.timeout(seconds):
        while sorted(share for one in members for share in one.feed.assigned or ()) != list(range(SHARES)) or not all(
            one.feed.assigned for one in members
        ):
            await asyncio.sleep(0.02)


async def caught_up(world: World, seconds: float = 90.0) -> None:
    """Return once the views hold what is in the log now, and are what the events say."""
    head = await world.store.head()
    async with asyncio.timeout(seconds):
        while (await reached(world.views)).position < head:
            await asyncio.sleep(0.02)
    await views_agree(world, head)


async def carried(world: World, members: Sequence[Member]) -> None:
    """Return once Kafka brings the newest events, after the beginning that is read from the store."""
    async with asyncio.timeout(60):
        while True:
            before = sum(one.feed.healed for one in members)
            await work(world, random.Random(9), 3)
            await caught_up(world)
            if all(one.feed.is_running for one in members) and sum(one.feed.healed for one in members) == before:
                return
            await asyncio.sleep(0.1)
