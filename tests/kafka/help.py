"""Empty topics, logs to relay, and what is in the topics."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.clock import SystemClock, SystemIds
from shared.events.envelope import Metadata, NewEvent, Stored
from shared.eventstore.port import EventStore
from shared.eventstore.sqlite import SqliteEventStore
from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.records import CHECKPOINTS, PARTITIONS, Mark, Place, event_of, mark_of
from shared.streaming.kafka.topics import declared, make, plan
from shared.streaming.relay import Relay

FILE = Path(__file__).parents[2] / "shared" / "streaming" / "kafka" / "topics.yaml"
TOPICS = declared(FILE, replicas=1)
EVENTS = [one.name for one in TOPICS if one.name != CHECKPOINTS]
IDS = SystemIds()


@asynccontextmanager
async def admin_of(kafka: Kafka) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = kafka.admin()
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def make_topics(kafka: Kafka) -> None:
    """The suite's topics, empty."""
    async with admin_of(kafka) as admin:
        names = {one.name for one in TOPICS}
        if there := names & set(await admin.list_topics()):
            await admin.delete_topics(sorted(there))
            while names & set(await admin.list_topics()):
                await asyncio.sleep(0.05)
    await make(kafka, await plan(kafka, TOPICS))
    while await plan(kafka, TOPICS):  # what a broker answers is stale for a moment
        await asyncio.sleep(0.05)


@asynccontextmanager
async def open_store(folder: Path) -> AsyncIterator[SqliteEventStore]:
    store = SqliteEventStore.open(folder / "events.db", SystemClock())
    try:
        yield store
    finally:
        await store.close()


def relay_of(store: EventStore, kafka: Kafka) -> Relay:
    return Relay(store, kafka, EVENTS)


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(relay.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def append(store: EventStore, events: int, streams: int = 40) -> None:
    """Events of three domains, in groups of up to three of a stream."""
    versions: dict[str, int] = defaultdict(int)
    names = [f"{('account', 'opportunity', 'user')[n % 3]}-{IDS.new()}" for n in range(streams)]
    types = {"account": "customer.Changed", "opportunity": "sales.Changed", "user": "identity.Changed"}
    done = 0
    while done < events:
        stream = names[done % streams]
        some = [_event(types[stream.partition("-")[0]], n) for n in range(done, min(events, done + 1 + done % 3))]
        metadata = Metadata(actor="u1", traceparent="00-" + "1" * 32 + "-" + "2" * 16 + "-01" if done % 2 else "")
        await store.append("t1", stream, versions[stream], some, metadata)
        versions[stream] += len(some)
        done += len(some)


def _event(type_: str, n: int) -> NewEvent:
    return NewEvent(IDS.new(), type_, 1, 1, b'{"n":%d,"text":"%s"}' % (n, "例".encode() * (n % 9)))


async def until(relay: Relay, position: int, seconds: float = 90.0) -> None:
    """Return when the relay has come to a position."""
    async with asyncio.timeout(seconds):
        while relay.mark.position < position:
            await asyncio.sleep(0.005)


async def marks(kafka: Kafka) -> list[Mark]:
    """The committed marks, in their order."""
    records = await committed(kafka, [TopicPartition(CHECKPOINTS, 0)])
    return [mark for one in records if (mark := mark_of(one.key, one.value)) is not None]


async def relayed(kafka: Kafka, topics: Sequence[str] = EVENTS) -> dict[Place, list[tuple[int, Stored]]]:
    """The committed records of the topics: each partition's events with their seq."""
    found: dict[Place, list[tuple[int, Stored]]] = defaultdict(list)
    for one in await committed(kafka, [TopicPartition(topic, n) for topic in topics for n in range(PARTITIONS)]):
        found[one.topic, one.partition].append(event_of(one.value, one.headers))
    return found


async def committed(kafka: Kafka, places: list[TopicPartition]) -> list[ConsumerRecord]:
    """The committed records of some partitions, in the order of each."""
    found: list[ConsumerRecord] = []
    consumer = kafka.consumer()
    await consumer.start()
    try:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        async with asyncio.timeout(90):
            while any([await consumer.position(one) < ends[one] for one in places]):
                for records in (await consumer.getmany(timeout_ms=100)).values():
                    found += records
    finally:
        await consumer.stop()
    return found


async def check_topics(kafka: Kafka, store: EventStore) -> None:
    """Every event of the log is in the topics once, as stored, in order, and the seqs have no hole."""
    log = await store.read_all(0, 1_000_000)
    found = await relayed(kafka)
    async with asyncio.timeout(60):  # a commit is acknowledged before every partition shows it
        while sum(map(len, found.values())) < len(log):
            found = await relayed(kafka)
    assert sorted(event for events in found.values() for _, event in events) == log
    for place, events in found.items():
        assert [seq for seq, _ in events] == list(range(1, len(events) + 1)), place
        assert [event.position for _, event in events] == sorted(event.position for _, event in events), place
