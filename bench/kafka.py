"""The relay against a bare transactional aiokafka producer with the same batches, on a real broker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import orjson
import uvloop

from bench.figures import Figure, at_least, at_most, in_milliseconds, interleaved, show
from crm.topics import DECLARED
from infra.kafka.broker import Broker
from shared.clock import SystemClock, SystemIds
from shared.events.envelope import Metadata, NewEvent
from shared.eventstore.port import NO_STREAM
from shared.eventstore.sqlite import SqliteEventStore
from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.records import CHECKPOINTS, Record, partition_of, record_of, topic_of
from shared.streaming.kafka.topics import declared, make, plan
from shared.streaming.relay import BATCH, Relay

GOAL, LONE_MS, SINGLES = 60.0, 50.0, 60
IDS = SystemIds()
DATA = orjson.dumps({"changes": {"description": {"from": "x" * 160, "to": "y" * 180}}})
METADATA = Metadata(actor=IDS.new(), command=IDS.new(), command_name="customer.ChangeAccountDetails")


def run(rounds: int = 5, batches: int = 25) -> list[Figure]:
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        broker = Broker(Path(folder) / "kafka")
        broker.start()
        loop = uvloop.new_event_loop()
        kafka = Kafka.parse(f"kafka://{broker.address}")
        store = SqliteEventStore.open(Path(folder) / "events.db", SystemClock())
        try:
            loop.run_until_complete(_make_topics(kafka))
            cases = {
                "relay": lambda: loop.run_until_complete(_relayed(store, kafka, batches)),
                "bare": lambda: loop.run_until_complete(_bare(store, kafka, batches)),
            }
            rate = interleaved(cases, rounds)
            p50, p95, _ = in_milliseconds(loop.run_until_complete(_lone(store, kafka)))
        finally:
            loop.run_until_complete(store.close())
            loop.close()
            broker.stop()
    detail = f"{rate['relay']:,.0f} events/s; bare aiokafka {rate['bare']:,.0f}, {BATCH} in a transaction"
    return [
        at_least("relay, a backlog", 100 * rate["relay"] / rate["bare"], GOAL, "%", detail),
        at_most("relay, a lone event in Kafka, p50", p50, LONE_MS, "ms", f"p95 {p95:.0f} ms"),
    ]


async def _make_topics(kafka: Kafka) -> None:
    topics = declared(DECLARED, replicas=1)
    await make(kafka, await plan(kafka, topics))
    while await plan(kafka, topics):
        await asyncio.sleep(0.1)


async def _append(store: SqliteEventStore, events: int, each: int) -> None:
    for _ in range(0, events, each):
        new = [NewEvent(IDS.new(), "customer.AccountDetailsChanged", 1, 1, DATA) for _ in range(each)]
        await store.append("t1", f"account-{IDS.new()}", NO_STREAM, new, METADATA)


def _relay(store: SqliteEventStore, kafka: Kafka) -> Relay:
    return Relay(store, kafka, [one.name for one in declared(DECLARED) if one.name != CHECKPOINTS])


async def _running(relay: Relay, work: Callable[[], Awaitable[None]]) -> None:
    task = asyncio.create_task(relay.run())
    try:
        await work()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until(relay: Relay, position: int) -> None:
    while relay.mark.position < position:
        await asyncio.sleep(0.0005)


async def _relayed(store: SqliteEventStore, kafka: Kafka, batches: int) -> float:
    """Events per second, by the median time from one transaction's end to the next one's: others use this machine."""
    before = await store.head()
    await _append(store, batches * BATCH, 4)
    relay, ends = _relay(store, kafka), list[float]()

    async def measure() -> None:
        for n in range(1, batches + 1):
            await _until(relay, before + n * BATCH)
            ends.append(time.perf_counter())

    await _running(relay, measure)
    return _rate(ends)


async def _bare(store: SqliteEventStore, kafka: Kafka, batches: int) -> float:
    """The same, of records that were made beforehand."""
    events = await store.read_all(await store.head() - batches * BATCH, batches * BATCH)
    records = [record_of(one, (topic_of(one.type), partition_of(one.stream)), 1) for one in events]
    producer, ends = kafka.producer("bench.bare"), list[float]()
    await producer.start()
    try:
        for start in range(0, len(records), BATCH):
            await producer.begin_transaction()
            await asyncio.gather(*[await _sent(producer, one) for one in records[start : start + BATCH]])
            await producer.commit_transaction()
            ends.append(time.perf_counter())
    finally:
        await producer.stop()
    return _rate(ends)


def _rate(ends: Sequence[float]) -> float:
    return BATCH / median(after - before for before, after in pairwise(ends))


async def _sent(producer: object, record: Record) -> asyncio.Future[object]:
    topic, partition, key, value, headers = record
    send: Callable[..., Awaitable[asyncio.Future[object]]] = producer.send  # type: ignore[attr-defined]
    return await send(topic, value, key=key, partition=partition, headers=headers)


async def _lone(store: SqliteEventStore, kafka: Kafka) -> Sequence[float]:
    """Seconds from an event's append to the end of its transaction, when none came for a while."""
    relay, seconds = _relay(store, kafka), list[float]()

    async def measure() -> None:
        await _until(relay, await store.head())
        for _ in range(SINGLES):
            await asyncio.sleep(0.06)
            started = time.perf_counter()
            await _append(store, 1, 1)
            await _until(relay, await store.head())
            seconds.append(time.perf_counter() - started)

    await _running(relay, measure)
    return seconds


if __name__ == "__main__":
    show("kafka", run())
