"""The record views over Kafka: the same documents, though processes join and leave and topics hold nonsense."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from infra.kafka.broker import Broker
from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.records import CHECKPOINTS, MARK_KEY
from tests.durability.test_faulty_feed import work
from tests.kafka.help import EVENTS
from tests.kafka.members import all_given, carried, caught_up, member, shared_world


async def test_kafka_carries_the_events_to_the_views(kafka: Kafka, tmp_path: Path) -> None:
    dice = random.Random(1)
    async with shared_world(tmp_path, kafka) as (world, members):
        await carried(world, members)
        before = members[0].feed.healed
        for _ in range(3):
            await work(world, dice, 100)
            await caught_up(world)
        assert members[0].feed.healed == before


@pytest.mark.parametrize("end", [Broker.kill, Broker.stop], ids=["killed", "stopped"])
async def test_views_go_on_while_the_broker_is_away(
    broker: Broker, kafka: Kafka, tmp_path: Path, end: Callable[[Broker], None]
) -> None:
    dice = random.Random(2)
    async with shared_world(tmp_path, kafka, 2) as (world, members):
        await carried(world, members)
        await asyncio.to_thread(end, broker)
        await work(world, dice, 100)
        await caught_up(world)
        await asyncio.to_thread(broker.start)
        await carried(world, members)


async def test_projectors_join_and_leave_under_load(kafka: Kafka, tmp_path: Path) -> None:
    """Each partition is one member's; what is committed when it is handed over is not handled twice."""
    dice = random.Random(4)
    async with shared_world(tmp_path, kafka) as (world, (first,)):
        await carried(world, [first])
        async with asyncio.TaskGroup() as load:
            load.create_task(work(world, dice, 600))
            async with AsyncExitStack() as stack:
                others = [await stack.enter_async_context(member(world, kafka, first.worker.group)) for _ in range(2)]
                await all_given([first, *others])
                async with asyncio.timeout(90):  # one of the first shares may be handed on once more
                    while sorted(len(one.feed.assigned or ()) for one in (first, *others)) != [4, 4, 4]:
                        await asyncio.sleep(0.02)
                await asyncio.sleep(0.5)
            await all_given([first])
        await caught_up(world)
        await carried(world, [first])


async def test_what_others_write_into_the_topics_is_read_past(kafka: Kafka, tmp_path: Path) -> None:
    nonsense = [b"", b"\x00\xff\xfe", b"{}", b'{"position": "many"}', b"[" * 2000, b"x" * 500_000]
    async with shared_world(tmp_path, kafka) as (world, members):
        await carried(world, members)
        producer = AIOKafkaProducer(bootstrap_servers=list(kafka.servers))
        await producer.start()
        try:
            for value in nonsense:
                for topic in EVENTS:
                    await producer.send_and_wait(topic, value, key=b"account-1")
                    await producer.send_and_wait(topic, value, key=b"account-1", headers=[("seq", b"1")])
                await producer.send_and_wait(CHECKPOINTS, value, key=MARK_KEY)
            await work(world, random.Random(5), 50)
        finally:
            await producer.stop()
        await caught_up(world)
        await carried(world, members)
