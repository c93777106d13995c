"""What faust-streaming gets wrong, and that our app has it right. `bare` shows each defect as the package has it: when
such a test fails, a new version has mended it, and the override can go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

import faust
import pytest
from aiokafka import TopicPartition
from aiokafka.admin import NewTopic
from faust.transport.drivers import aiokafka as driver

from shared.eventstore.port import EventStore
from shared.streaming.feed import StreamEnded
from shared.streaming.kafka import worker as module
from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.faust_app import faust_app
from shared.streaming.kafka.feed import ShareFeed
from shared.streaming.kafka.worker import KafkaWorker
from shared.streaming.share_projector import ALL
from tests.kafka.help import EVENTS, admin_of, append, open_store, relay_of, running, until

BOTH = pytest.mark.parametrize("bare", [False, True], ids=["ours", "bare"])
Handle = Callable[[bytes], None]


@asynccontextmanager
async def member(
    kafka: Kafka, topic: str, group: str, bare: bool, handle: Handle, commit_seconds: float = 0.5
) -> AsyncIterator[faust.App]:
    """A member of a group that handles each message and acknowledges it then, in the order of the partitions."""
    app = faust_app(kafka, group)
    app.conf.broker_commit_interval = commit_seconds
    if bare:
        transport: Any = app.transport
        transport.Consumer = driver.Consumer

    async def agent(stream: Any) -> None:
        stream = stream.noack()
        async for event in stream.events():
            handle(event.value)
            event.ack()

    app.agent(app.topic(topic, value_type=bytes, value_serializer="raw", key_type=bytes))(agent)
    await app.start()
    try:
        yield app
    finally:
        with suppress(Exception):
            await asyncio.wait_for(app.stop(), 10)


@asynccontextmanager
async def new_topic(kafka: Kafka, partitions: int) -> AsyncIterator[str]:
    name = f"faust-{uuid4()}"
    async with admin_of(kafka) as admin:
        await admin.create_topics([NewTopic(name, partitions, 1)])
        while (await admin.describe_topics([name]))[0]["error_code"]:
            await asyncio.sleep(0.05)
        yield name
        await admin.delete_topics([name])


async def write(kafka: Kafka, topic: str, transactions: Sequence[Sequence[int]], partitions: int = 1) -> None:
    """A transaction for each list of numbers; those with a negative number are aborted."""
    producer = kafka.producer(f"t-{topic}")
    await producer.start()
    try:
        for numbers in transactions:
            await producer.begin_transaction()
            for n in numbers:
                await producer.send_and_wait(topic, b"%d" % n, partition=abs(n) % partitions)
            await (producer.abort_transaction() if min(numbers) < 0 else producer.commit_transaction())
    finally:
        await producer.stop()


async def wait_for(condition: Callable[[], bool], seconds: float = 90.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


@BOTH
async def test_aborted_records_are_not_read(kafka: Kafka, bare: bool) -> None:
    async with new_topic(kafka, 1) as topic:
        await write(kafka, topic, [[1, 2], [-3, -4], [5]])
        seen: list[int] = []
        async with member(kafka, topic, topic, bare, lambda value: seen.append(int(value))):
            await wait_for(lambda: 5 in seen)
        assert seen == ([1, 2, -3, -4, 5] if bare else [1, 2, 5])


@BOTH
async def test_commits_reach_the_end_of_a_transactional_topic(kafka: Kafka, bare: bool) -> None:
    count, partitions = 120, 3
    async with new_topic(kafka, partitions) as topic:
        await write(kafka, topic, [range(n, n + 6) for n in range(1, count, 6)], partitions)
        seen: list[int] = []
        async with member(kafka, topic, topic, bare, lambda value: seen.append(int(value))) as app:
            await wait_for(lambda: len(seen) >= count)
            await app.consumer.commit()
        lag = await behind(kafka, topic, partitions)
        assert lag > partitions if bare else lag <= partitions  # the last marker of each


async def behind(kafka: Kafka, topic: str, partitions: int) -> int:
    """How many offsets of a topic lie behind what the group of the same name has committed."""
    places = [TopicPartition(topic, n) for n in range(partitions)]
    async with admin_of(kafka) as admin:
        committed = await admin.list_consumer_group_offsets(topic)
    consumer = kafka.consumer()
    await consumer.start()
    try:
        ends = await consumer.end_offsets(places)
    finally:
        await consumer.stop()
    return sum(ends[one] - (committed[one].offset if one in committed else 0) for one in places)


@BOTH
async def test_a_rebalance_delivers_nothing_again(kafka: Kafka, bare: bool) -> None:
    count, partitions = 40, 4
    async with new_topic(kafka, partitions) as topic:
        seen: list[int] = []
        handle: Handle = lambda value: seen.append(int(value))  # noqa: E731
        # only what is committed when partitions are given away counts
        async with member(kafka, topic, topic, bare, handle, 3600.0):
            await write(kafka, topic, [range(1, count + 1)], partitions)
            await wait_for(lambda: len(seen) >= count)
            async with member(kafka, topic, topic, bare, handle, 3600.0):
                await write(kafka, topic, [range(count + 1, 2 * count + 1)], partitions)
                await wait_for(lambda: set(seen) == set(range(1, 2 * count + 1)))
        again = len(seen) - len(set(seen))
        assert again > 0 if bare else again == 0


async def test_bare_an_agent_that_raises_goes_on_behind_the_message(kafka: Kafka) -> None:
    async with new_topic(kafka, 1) as topic:
        tried: list[int] = []

        def handle(value: bytes) -> None:
            tried.append(int(value))
            if tried == [1, 2]:
                raise RuntimeError("no disk")

        async with member(kafka, topic, topic, True, handle):
            await write(kafka, topic, [[1, 2, 3, 4]])
            await wait_for(lambda: 4 in tried)
        assert tried == [1, 2, 3, 4]


async def nothing() -> None:
    """There is no work in hand."""


async def test_a_consumer_that_raises_ends_the_process(
    kafka: Kafka, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store(tmp_path) as store:
        await append(store, 20)
        async with running(relay := relay_of(store, kafka)):
            await until(relay, await store.head())
            worker = KafkaWorker(kafka, EVENTS, f"g-{uuid4()}", ShareFeed(store), nothing)
            monkeypatch.setattr(worker, "_on_event", lambda message: 1 // 0)
            with pytest.raises(StreamEnded, match=r"the consumer of crm\..*\.events failed: ZeroDivisionError"):
                await asyncio.wait_for(worker.run(), 30)


@asynccontextmanager
async def mute() -> AsyncIterator[Kafka]:
    """A server that takes connections and answers nothing."""
    server = await asyncio.start_server(lambda *_: asyncio.sleep(3600), "127.0.0.1", 0)
    try:
        yield Kafka.parse(f"kafka://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    finally:
        server.close()


class _NoEvents:
    async def head(self) -> int:
        return 0

    async def wait(self, after: int, timeout: float) -> None:
        return


async def test_a_start_without_an_answer_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "START_SECONDS", 1.0)
    store: Any = _NoEvents()
    typed: EventStore = store
    async with mute() as kafka:
        worker = KafkaWorker(kafka, EVENTS, "g-mute", ShareFeed(typed), nothing)
        with pytest.raises(StreamEnded, match="Kafka did not admit the group g-mute within 1 s: check its rights"):
            await asyncio.wait_for(worker.run(), 20)


async def test_a_worker_without_progress_ends_the_process(
    kafka: Kafka, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It brings nothing, though the marks say that Kafka has it."""
    monkeypatch.setattr(module, "STALLED_SECONDS", 1.0)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(KafkaWorker, "_consume", lambda self, app, name: app.topic(name))
    async with open_store(tmp_path) as store:
        feed = ShareFeed(store)
        worker = asyncio.create_task(KafkaWorker(kafka, EVENTS, f"g-{uuid4()}", feed, nothing).run())
        async with running(relay := relay_of(store, kafka)):
            await append(store, 20)
            await until(relay, await store.head())
            # the last mark: a part behind it does not count as one that Kafka has
            await wait_for(lambda: worker.done() or (feed.is_running and feed.newest >= relay.mark.position), 60)
            async with asyncio.timeout(60):
                while not worker.done():
                    if feed.assigned != ALL:  # without consumers Kafka gives nothing out
                        feed.assign(ALL)
                    await feed.read(dict.fromkeys(ALL, 0), 100)  # from the store, as nothing came in time
                    await asyncio.sleep(0.1)
            with pytest.raises(StreamEnded, match="made no progress for 1 s"):
                await worker


async def test_a_quiet_time_ends_no_process_that_was_late_before(
    kafka: Kafka, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read from the store before the last record came says nothing about the time after it."""
    monkeypatch.setattr(module, "STALLED_SECONDS", 1.0)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.2)
    async with open_store(tmp_path) as store:
        feed, came = ShareFeed(store), 0
        worker = KafkaWorker(kafka, EVENTS, f"g-{uuid4()}", feed, nothing)
        on_event = worker._on_event

        def late(message: Any) -> int:
            nonlocal came
            came += 1
            feed.missed += came == 1
            return on_event(message)

        monkeypatch.setattr(worker, "_on_event", late)
        task = asyncio.create_task(worker.run())
        async with running(relay := relay_of(store, kafka)):
            await append(store, 20)
            await until(relay, await store.head())
            await wait_for(lambda: task.done() or came >= 20, 60)
            await asyncio.sleep(3)
            assert not task.done()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
