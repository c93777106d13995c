"""The feed of Kafka wakes for what comes at any moment, also while it asks the event store."""

from __future__ import annotations

import asyncio
import random
from typing import Any, cast

import pytest

from shared.eventstore.port import EventStore
from shared.streaming.kafka import feed as module
from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.feed import KafkaFeed
from tests.unit.test_kafka_merge import sent


class Remote:
    """A store that is asked over a line. `meanwhile` is what happens until its first answer."""

    def __init__(self) -> None:
        self.meanwhile: Any = lambda: None

    async def head(self) -> int:
        await asyncio.sleep(0)
        happens, self.meanwhile = self.meanwhile, lambda: None
        happens()
        return 1

    async def wait(self, after: int, timeout: float) -> None:
        raise AssertionError("not asked")


async def test_what_comes_while_the_store_is_asked_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 60.0)
    store = Remote()
    feed = KafkaFeed(cast(EventStore, store), Kafka(("127.0.0.1:9",)), [], "group")
    feed._app = object()

    one = sent(random.Random(1), 1)

    def comes() -> None:
        feed._merge.add(*one.events[0])
        feed._merge.mark(one.marks[0])
        feed._arrived.set()

    store.meanwhile = comes
    async with asyncio.timeout(5):
        batch = await feed.read(0, 10)
    assert batch.events == one.log
