"""The relay over a real broker: every event is in its topic once and in order, whatever happens to the relay."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from aiokafka.admin import NewTopic

from infra.kafka.broker import Broker, free_ports
from shared.events.envelope import Metadata, NewEvent
from shared.eventstore.port import NO_STREAM, StoreUnavailable
from shared.eventstore.sqlite import SqliteEventStore
from shared.faults import KILLED
from shared.streaming import relay as module
from shared.streaming.feed import StreamEnded
from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.records import Mark, Record
from shared.streaming.kafka.topics import wrong_topics
from shared.streaming.relay import Fenced, Relay, RelayRefused
from tests.kafka.help import EVENTS, IDS, admin_of, append, check_topics, marks, open_store, relay_of, running, until

POINTS = ("relay.before_send", "relay.before_commit", "relay.after_commit")


async def test_a_backlog_and_single_events(kafka: Kafka, tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        await append(store, 2_500)
        backlog = await store.head()
        relay = relay_of(store, kafka)
        async with running(relay):
            await until(relay, backlog)
            for _ in range(5):
                await append(store, 1)
                await until(relay, await store.head())
        await check_topics(kafka, store)
        written = await marks(kafka)
        assert [one.position for one in written[:3]] == [1000, 2000, 2500]
        assert len(written) == 8
        assert sum(map(sum, written[-1].seqs.values())) == 2_505


async def test_it_goes_on_after_the_last_mark(kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 5)  # more transactions than are read back at once
    async with open_store(tmp_path) as store:
        for _ in range(2):
            await append(store, 200)
            async with running(relay := relay_of(store, kafka)):
                await until(relay, await store.head())
        await check_topics(kafka, store)


async def test_of_two_relays_the_older_one_ends(kafka: Kafka, tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        await append(store, 100)
        async with running(older := relay_of(store, kafka)) as ending:
            await until(older, await store.head())
            async with running(newer := relay_of(store, kafka)):
                await until(newer, await store.head())
                await append(store, 100)
                with pytest.raises(Fenced, match="another relay has taken over"):
                    await asyncio.wait_for(asyncio.shield(ending), 20)
                await until(newer, await store.head())
        await check_topics(kafka, store)


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_each_point(kafka: Kafka, tmp_path: Path, point: str) -> None:
    async with open_store(tmp_path) as store:
        await append(store, 1_500)
    assert await relay_process(tmp_path, kafka, f"{point}:2") == KILLED
    assert await relay_process(tmp_path, kafka) == 0
    async with open_store(tmp_path) as store:
        await check_topics(kafka, store)


@pytest.mark.parametrize("end", [Broker.kill, Broker.stop], ids=["killed", "stopped"])
async def test_the_broker_goes_away_under_load(
    broker: Broker, kafka: Kafka, tmp_path: Path, end: Callable[[Broker], None]
) -> None:
    async with open_store(tmp_path) as store:
        async with running(relay := relay_of(store, kafka)):
            load = asyncio.create_task(append(store, 3_000))
            await until(relay, 100)
            await asyncio.to_thread(end, broker)
            await asyncio.to_thread(broker.start)
            await load
            await until(relay, await store.head(), 60)
        await check_topics(kafka, store)


async def test_a_relay_at_rest_notices_that_the_broker_is_away(
    broker: Broker, kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.2)
    async with open_store(tmp_path) as store, asyncio.timeout(120):
        async with running(relay := relay_of(store, kafka)):
            await append(store, 10)
            await until(relay, await store.head())
            await asyncio.to_thread(broker.stop)
            while relay.away != "kafka":
                await asyncio.sleep(0.05)
            await asyncio.to_thread(broker.start)
            while relay.away:
                await asyncio.sleep(0.05)
            await append(store, 10)
            await until(relay, await store.head())
        await check_topics(kafka, store)


async def test_a_store_that_is_away_is_not_taken_for_the_broker(
    kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> int:
        raise StoreUnavailable("the event store does not answer")

    async with open_store(tmp_path) as store, asyncio.timeout(60), running(relay := relay_of(store, kafka)):
        with monkeypatch.context() as broken:
            broken.setattr(SqliteEventStore, "head", away)
            broken.setattr(SqliteEventStore, "read_all", away)
            await append(store, 1)
            while relay.away is None:
                await asyncio.sleep(0.05)
            assert relay.away == "events"
        await until(relay, await store.head())
        assert relay.away is None


class Gauge:
    value = 0

    def set(self, value: int) -> None:
        self.value = value


async def test_without_a_broker_it_tries_again_and_measures_its_lag(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.streaming.relay.RELAY_LAG", gauge := Gauge())
    kafka = Kafka.parse(f"kafka://127.0.0.1:{free_ports(1)[0]}")
    async with open_store(tmp_path) as store:
        await append(store, 30)
        relay = relay_of(store, kafka)
        relay.mark = Mark(20)  # of the last time that it reached Kafka
        async with running(relay) as trying, asyncio.timeout(60):
            while not (relay.away and gauge.value == 10):
                await asyncio.sleep(0.01)
            assert not trying.done()


async def test_the_topics_hold_another_log(kafka: Kafka, tmp_path: Path) -> None:
    for folder, events in (("one", 50), ("other", 60)):
        (tmp_path / folder).mkdir()
        async with open_store(tmp_path / folder) as store:
            await append(store, events)
            relay = relay_of(store, kafka)
            if folder == "one":
                async with running(relay):
                    await until(relay, await store.head())
            else:
                with pytest.raises(RelayRefused, match="the topics hold events of another log up to position 50"):
                    await relay.run()


async def test_topics_that_do_not_fit(kafka: Kafka, tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        await refused(Relay(store, kafka, [*EVENTS, "crm.none.events"]), "topic crm.none.events is missing")
        async with admin_of(kafka) as admin:
            await admin.create_topics([NewTopic("crm.few.events", 3, 1)])
        while await wrong_topics(kafka, {"crm.few.events": 3}):  # what a broker answers is stale for a moment
            await asyncio.sleep(0.05)
        await refused(Relay(store, kafka, [*EVENTS, "crm.few.events"]), "crm.few.events has 3 partitions, not 12")
        await append(store, 3)
        others = [name for name in EVENTS if name != "crm.customer.events"]
        await refused(Relay(store, kafka, others), "this program has no topic crm.customer.events")


async def refused(relay: Relay, because: str) -> None:
    with pytest.raises(StreamEnded, match=because):
        await asyncio.wait_for(relay.run(), 20)


async def test_a_relay_that_stood_still_writes_nothing_more(kafka: Kafka, tmp_path: Path) -> None:
    """A zombie: it is stopped, another one takes over, and it goes on."""
    async with open_store(tmp_path) as store:
        await append(store, 1_500)
        async with running(zombie := relay_of(store, kafka)) as ending:
            await until(zombie, 1_000)
            stood = asyncio.Event()
            send = zombie._prepared  # it stands between two transactions, with the next one made

            async def stands(after: Mark) -> tuple[list[Record], Mark]:
                made = await send(after)
                await stood.wait()
                return made

            zombie._prepared = stands  # type: ignore[method-assign]
            await append(store, 500)
            async with running(newer := relay_of(store, kafka)):
                await until(newer, await store.head())
                stood.set()
                with pytest.raises(Fenced):
                    await asyncio.wait_for(asyncio.shield(ending), 20)
        await check_topics(kafka, store)


async def relay_process(folder: Path, kafka: Kafka, crash: str = "") -> int:
    arguments = ["-m", "tests.kafka.relay_child", str(folder), str(kafka)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env={**os.environ, "CRASHPOINT": crash}, cwd=Path(__file__).parents[2]
    )
    return await process.wait()


async def test_events_as_large_as_there_may_be(kafka: Kafka, tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        sizes = (1, 9, 262_000, 262_000, 1, 131_000, 131_000, 131_000, 1)  # more than a batch takes
        events = [NewEvent(IDS.new(), "sales.Changed", 1, 1, b'{"text":"%s"}' % (b"x" * size)) for size in sizes]
        await store.append("t1", f"opportunity-{IDS.new()}", NO_STREAM, events, Metadata())
        async with running(relay := relay_of(store, kafka)):
            await until(relay, await store.head())
        await check_topics(kafka, store)
