"""The relay: the event store's ordered log → Kafka topics, each event once and in order.

A batch of events and the mark that says how far they go are one transaction of Kafka, so nothing is written twice and
no other place must remember a position. The transactional id is fixed: a relay that starts fences the one before it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import IllegalOperation, KafkaError, ProducerFenced
from opentelemetry import trace

from shared.events.envelope import Stored
from shared.eventstore.heard import next_events
from shared.eventstore.port import EventStore, StoreUnavailable
from shared.faults import crashpoint
from shared.streaming.feed import StreamEnded
from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.records import (
    BEGIN_KEY,
    CHECKPOINTS,
    MARK_KEY,
    PARTITIONS,
    Mark,
    Place,
    Record,
    mark_of,
    partition_of,
    record_of,
    topic_of,
)
from shared.streaming.kafka.topics import check_topics
from shared.telemetry.links import links_of
from shared.telemetry.metrics import RELAY_BATCH, RELAY_LAG, RELAY_RETRIES
from shared.telemetry.spans import span

TRANSACTIONAL_ID = "crm.relay"
BATCH = 1000  # events of a transaction: each costs 20 ms and more
START_SECONDS = 30.0
COMMIT_SECONDS = 30.0  # the client itself would try again without end
STOP_SECONDS = 5.0
RETRY_SECONDS = 1.0
IDLE_SECONDS = 1.0
LOOK_SECONDS = 10.0  # with nothing to send, Kafka is asked so often whether it is there
NONE_YET = [0] * PARTITIONS
LOOK_BACK = 64  # records of the checkpoint topic that are read first for the last mark

T = TypeVar("T")
Part = Literal["events", "kafka"]  # the store that is read, and where its events go
log = logging.getLogger("crm.relay")
_tracer = trace.get_tracer("crm.relay")


class Fenced(StreamEnded):
    """Another relay has taken over."""


class RelayRefused(StreamEnded):
    """The topics cannot take this log; the message says why and what to do."""


class Relay:
    """topics: of the events, a topic for each domain. `mark`: how far the log is in the topics."""

    def __init__(self, store: EventStore, kafka: Kafka, topics: Collection[str]) -> None:
        self._store, self._kafka, self._topics = store, kafka, frozenset(topics)
        self._away: Part | None = None
        self.mark = Mark()

    @property
    def away(self) -> Part | None:
        """What did not answer the last time it was asked."""
        return self._away

    async def run(self) -> None:
        """Relay until cancelled. What fails is tried again with a new producer, which goes on after the last mark.

        Raises Fenced, RelayRefused, WrongTopics.
        """
        while True:
            try:
                async with self._producer() as producer:
                    await self._start(producer)
                    await self._relay(producer)
            except (KafkaError, StoreUnavailable, OSError, TimeoutError) as error:
                away: Part = "events" if isinstance(error, StoreUnavailable) else "kafka"
                if self._away != away:  # while it is away, one line and no more
                    log.warning("relay stopped after %s; trying again: %r", self.mark.position, error)
                self._away = away
                RELAY_RETRIES.add(1)
                if self.mark.position:  # known from a try before
                    await self._note_lag()
                await asyncio.sleep(RETRY_SECONDS)

    @asynccontextmanager
    async def _producer(self) -> AsyncIterator[AIOKafkaProducer]:
        producer = self._kafka.producer(TRANSACTIONAL_ID)
        try:
            async with asyncio.timeout(START_SECONDS):
                await producer.start()  # aborts the transaction that the relay before it left open
            yield producer
        except (ProducerFenced, IllegalOperation, AssertionError) as error:  # aiokafka asserts where it is fenced
            raise Fenced(f"another relay has taken over after position {self.mark.position}") from error
        finally:
            with suppress(Exception):  # also of one that did not start
                await asyncio.wait_for(producer.stop(), STOP_SECONDS)

    async def _start(self, producer: AIOKafkaProducer) -> None:
        """Find the last mark in topics that fit."""
        await check_topics(self._kafka, self._topics)
        self.mark = await self._last_mark(await self._begin(producer))
        if not await self._is_of_this_log(self.mark):
            raise RelayRefused(
                f"the topics hold events of another log up to position {self.mark.position}: "
                "delete the topics crm.* and make them again with crm topics apply"
            )
        log.info("relay goes on after position %s", self.mark.position)
        self._away = None
        await self._note_lag()

    async def _note_lag(self) -> None:
        """Also where nothing is relayed: a lag that nobody measures raises no alarm."""
        with suppress(StoreUnavailable):
            RELAY_LAG.set(max(0, await self._store.head() - self.mark.position))

    async def _is_of_this_log(self, mark: Mark) -> bool:
        if mark.position > await self._store.head():
            return False
        chain = await self._store.chain_hash(mark.position) if mark.position else b""
        return not chain or not mark.chain or chain.hex() == mark.chain

    async def _begin(self, producer: AIOKafkaProducer) -> int:
        """Commit a record that says that a relay begins: whatever an earlier one committed stands before it."""
        async with asyncio.timeout(COMMIT_SECONDS):
            await producer.begin_transaction()
            sent = await producer.send_and_wait(CHECKPOINTS, b"{}", key=BEGIN_KEY, partition=0)
            await producer.commit_transaction()
        return int(sent.offset)

    async def _last_mark(self, end: int) -> Mark:
        """The last committed mark before an offset of the checkpoint topic."""
        consumer, place = self._kafka.consumer(), TopicPartition(CHECKPOINTS, 0)
        try:
            await consumer.start()
            consumer.assign([place])
            first, back = (await consumer.beginning_offsets([place]))[place], LOOK_BACK
            while True:
                start = max(first, end - back)
                if (mark := await _mark_between(consumer, place, start, end)) is not None or start == first:
                    return mark or Mark()
                back *= 16
        finally:
            await consumer.stop()

    async def _relay(self, producer: AIOKafkaProducer) -> None:
        following = asyncio.create_task(self._prepared(self.mark))
        while True:
            try:
                records, mark = await _seeing(producer, following)
                following = asyncio.create_task(self._prepared(mark))  # while Kafka works
                with span(_tracer, "relay", kind=trace.SpanKind.PRODUCER, links=links_of(map(_traceparent, records))):
                    await _send(producer, records, mark)
                self.mark = mark
                RELAY_BATCH.record(len(records))
                await self._note_lag()
            except BaseException:
                following.cancel()
                raise

    async def _next(self, after: int) -> Sequence[Stored]:
        """The next events of the log, once there are any."""
        while not (events := await next_events(self._store, after, BATCH)):
            await self._store.wait(after, IDLE_SECONDS)
        return events

    async def _prepared(self, after: Mark) -> tuple[list[Record], Mark]:
        """The records of the next events and the mark behind them. Raises RelayRefused for an event without a topic."""
        events = await self._next(after.position)
        seqs = {topic: list(after.seqs.get(topic, NONE_YET)) for topic in {*self._topics, *after.seqs}}
        records = []
        for one in events:
            topic, partition = topic_of(one.type), partition_of(one.stream)
            if topic not in self._topics:
                raise RelayRefused(f"event {one.position}: this program has no topic {topic}")
            seqs[topic][partition] += 1
            records.append(record_of(one, (topic, partition), seqs[topic][partition]))
        position = events[-1].position
        return records, Mark(position, (await self._store.chain_hash(position)).hex(), seqs)


async def _seeing(producer: AIOKafkaProducer, following: asyncio.Task[T]) -> T:
    """What a task gives. Kafka is asked meanwhile, or a relay at rest would not know it away. Raises KafkaError."""
    while not (await asyncio.wait({following}, timeout=LOOK_SECONDS))[0]:
        async with asyncio.timeout(START_SECONDS):
            await producer.client.fetch_all_metadata()
    return await following


async def _send(producer: AIOKafkaProducer, records: Sequence[Record], mark: Mark) -> None:
    """Commit them all or none. After an error only a new producer knows which: its reader finds the mark, or not."""
    sent: list[asyncio.Future[Any]] = []
    try:
        async with asyncio.timeout(COMMIT_SECONDS):
            await producer.begin_transaction()
            crashpoint("relay.before_send")
            sent.append(await producer.send(CHECKPOINTS, mark.value(), key=MARK_KEY, partition=0))
            for place, some in _by_place(records).items():
                sent += await _send_to(producer, place, some)
            await asyncio.gather(*sent)
            crashpoint("relay.before_commit")
            await producer.commit_transaction()
            crashpoint("relay.after_commit")
    except BaseException:
        for one in sent:
            one.add_done_callback(lambda done: done.cancelled() or done.exception())  # it is reported once, here
        raise


def _traceparent(record: Record) -> str:
    return dict(record.headers).get("traceparent", b"").decode()


def _by_place(records: Sequence[Record]) -> dict[Place, list[Record]]:
    places: dict[Place, list[Record]] = {}
    for one in records:
        places.setdefault((one.topic, one.partition), []).append(one)
    return places


async def _send_to(producer: AIOKafkaProducer, place: Place, records: Sequence[Record]) -> list[asyncio.Future[Any]]:
    """Send to one partition, in batches made here: a future for each record costs as much as all the rest."""
    topic, partition = place
    sent, batch = [], producer.create_batch()
    for one in records:
        if batch.append(timestamp=None, key=one.key, value=one.value, headers=one.headers) is None:  # it is full
            sent.append(await producer.send_batch(batch, topic, partition=partition))
            batch = producer.create_batch()
            batch.append(timestamp=None, key=one.key, value=one.value, headers=one.headers)
    return [*sent, await producer.send_batch(batch, topic, partition=partition)]


async def _mark_between(consumer: AIOKafkaConsumer, place: TopicPartition, start: int, end: int) -> Mark | None:
    """The last mark of a part of the checkpoint topic; a record stands at its end."""
    found, last = None, start - 1
    consumer.seek(place, start)
    while last < end:
        async with asyncio.timeout(START_SECONDS):
            record = await consumer.getone(place)
        last = record.offset
        if last < end:
            found = mark_of(record.key, record.value) or found
    return found
