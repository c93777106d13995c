"""The feed of Kafka wakes for what comes at any moment, also while it asks the event store."""

from __future__ import annotations

import asyncio
import random
from typing import Any, cast

import pytest

from shared.events.envelope import Stored
from shared.eventstore.port import EventStore
from shared.streaming.kafka import feed as module
from shared.streaming.kafka.feed import ShareFeed
from shared.streaming.kafka.merge import Merge
from shared.streaming.kafka.records import PARTITIONS, Mark, partition_of
from tests.unit.test_kafka_merge import SHARE, sent

KAFKA = sent(random.Random(1), 20)


class Remote:
    """A store that is asked over a line. `meanwhile` is what happens until its first answer."""

    def __init__(self) -> None:
        self.meanwhile: Any = lambda: None

    async def head(self) -> int:
        await asyncio.sleep(0)
        happens, self.meanwhile = self.meanwhile, lambda: None
        happens()
        return KAFKA.end

    async def read_all(self, after: int, limit: int) -> list[Stored]:
        return [one for one in KAFKA.log if one.position > after]

    async def wait(self, after: int, timeout: float) -> None:
        raise AssertionError("not asked")


async def test_what_comes_while_the_store_is_asked_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 60.0)
    store = Remote()
    feed = ShareFeed(cast(EventStore, store))
    feed.assign([SHARE])
    feed.is_running = True

    def comes() -> None:
        for topic, seq, event in KAFKA.events:
            feed.bring(topic, SHARE, seq, event)
        for mark in KAFKA.marks:
            feed.mark(mark)

    store.meanwhile = comes
    async with asyncio.timeout(60):
        part = await feed.read({SHARE: 0}, 100)
    assert part.events == KAFKA.log
    assert (part.positions, feed.healed) == ({SHARE: KAFKA.end}, 0)


async def test_who_reads_goes_when_the_shares_are_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 60.0)
    store = Remote()
    feed = ShareFeed(cast(EventStore, store))
    feed.assign([SHARE])
    feed.is_running = True
    store.meanwhile = lambda: asyncio.get_running_loop().call_later(0.01, feed.unassign)
    async with asyncio.timeout(60):
        assert not (await feed.read({SHARE: 0}, 10)).positions


async def test_what_kafka_does_not_bring_is_read_from_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    feed = ShareFeed(cast(EventStore, Remote()))
    feed.assign([SHARE])
    feed.is_running = True
    async with asyncio.timeout(60):
        part = await feed.read({SHARE: 0}, 10)
    end = KAFKA.log[-1].position
    assert (part.events, part.positions, feed.healed) == (KAFKA.log, {SHARE: end}, len(KAFKA.log))
    assert not (await feed.read({SHARE: KAFKA.end}, 10)).positions


async def test_what_comes_before_the_first_reading_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kafka gives a share while its process still writes a batch."""
    monkeypatch.setattr(module, "PATIENCE", 60.0)
    feed = ShareFeed(cast(EventStore, Remote()))
    feed.is_running = True
    feed.assign([SHARE])
    feed.mark(KAFKA.marks[0])
    for topic, seq, event in KAFKA.events:
        feed.bring(topic, SHARE, seq, event)
    for mark in KAFKA.marks[1:]:
        feed.mark(mark)
    begin = KAFKA.marks[0].position
    async with asyncio.timeout(60):
        part = await feed.read({SHARE: begin}, 100)
    assert part.events == [one for one in KAFKA.log if one.position > begin]
    assert (part.positions, feed.healed) == ({SHARE: KAFKA.end}, 0)


async def test_a_full_share_waits_for_the_first_reading_and_holds_up_no_share_that_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Dropped, the rest of a backlog would have to be read from the store."""
    monkeypatch.setattr(Merge.__init__, "__defaults__", (1,))
    feed, other = ShareFeed(cast(EventStore, Remote())), (SHARE + 1) % PARTITIONS
    feed.assign([SHARE, other])
    topic, seq, event = KAFKA.events[0]
    assert not feed.is_full(SHARE)
    feed.bring(topic, SHARE, seq, event)
    feed.bring(topic, other, seq, event)
    assert feed.is_full(SHARE)
    feed._begin({other: 0})  # of the share SHARE another process has the lease yet
    assert (feed.is_full(SHARE), feed.is_full(other)) == (False, True)
    feed.unassign()
    assert not feed.is_full(SHARE)


async def test_a_backlog_comes_share_by_share_and_is_not_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many events of few shares at once: a record that changes several times among them is written once."""
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    streams = {partition_of(name): name for name in ("s-1", "s-2", "s-3", "s-4")}
    feed, topic, each = ShareFeed(cast(EventStore, Remote())), "crm.sales.events", 30
    feed.assign(list(streams))
    feed.is_running = True
    seqs, log = [0] * PARTITIONS, list[Stored]()
    for _ in range(each):
        for share, stream in streams.items():
            seqs[share] += 1
            event = Stored(len(log) + 1, "t", stream, seqs[share], "e", "sales.Won", 1, 0, 0, b"{}", b"{}")
            log.append(event)
            feed.bring(topic, share, seqs[share], event)
        feed.mark(Mark(len(log), "", {topic: list(seqs)}))
    positions, parts = dict.fromkeys(streams, 0), []
    while min(positions.values()) < len(log):
        part = await feed.read(positions, each)
        positions |= part.positions
        parts.append(part.events)
        await asyncio.sleep(0.06)  # the batch is written
    assert [len({one.stream for one in events}) for events in parts] == [1] * len(streams)
    assert (sorted(one for events in parts for one in events), feed.healed) == (log, 0)
