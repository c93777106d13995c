"""What aiokafka does that its callers must know, shown on the bare package; next to each stands what we do about it."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import ProducerFenced

from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.topics import Topic, make, plan
from tests.kafka.help import admin_of


async def test_a_fenced_producer_asserts_when_it_is_used_again(kafka: Kafka) -> None:
    """So the relay takes an AssertionError for what it is: `Relay._producer`."""
    name = f"fenced-{uuid4()}"
    async with admin_of(kafka) as admin:
        await admin.create_topics([NewTopic(name, 1, 1)])
    older, newer = kafka.producer(name), kafka.producer(name)
    await older.start()
    await newer.start()
    try:
        with pytest.raises(ProducerFenced):
            async with older.transaction():
                await older.send_and_wait(name, b"1")
        with pytest.raises(AssertionError):
            await older.begin_transaction()
    finally:
        for one in (older, newer):
            await asyncio.wait_for(one.stop(), 10)


async def test_acknowledgements_of_one_replica_are_the_default(kafka: Kafka) -> None:
    """So `Kafka.producer` names both."""
    bare, ours = AIOKafkaProducer(bootstrap_servers=list(kafka.servers)), kafka.producer("t")
    assert (bare._sender._acks, bare._txn_manager) == (1, None)
    assert ours._sender._acks == -1
    assert ours._txn_manager.transactional_id == "t"


async def test_a_changed_value_drops_the_others(kafka: Kafka) -> None:
    """So `topics.make` always sends all of them."""
    name = f"config-{uuid4()}"
    topic = Topic(name, 1, 1, {"retention.ms": "1000", "max.message.bytes": "2000000"})
    await make(kafka, await plan(kafka, [topic]))
    async with admin_of(kafka) as admin:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, {"retention.ms": "2000"})])
    async with asyncio.timeout(60):
        while len(steps := await plan(kafka, [topic])) != 1 or len(steps[0].lines) != 2:
            await asyncio.sleep(0.05)
    assert f"~ {name}: max.message.bytes not set → 2000000" in steps[0].lines
    await make(kafka, steps)
    async with asyncio.timeout(60):
        while await plan(kafka, [topic]):
            await asyncio.sleep(0.05)
