"""Whatever topics bring of a share, in any order, twice, late or never, its reader gets it in order without a hole."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events.envelope import Stored
from shared.streaming.feed import Batch
from shared.streaming.kafka.merge import Merge
from shared.streaming.kafka.records import PARTITIONS, Mark, partition_of, topic_of

TOPICS = ("crm.sales.events", "crm.customer.events")
SHARE = partition_of("s-1")


@dataclass(frozen=True)
class Sent:
    """What is in Kafka: the events of one share with their topics, and the marks. log: all events of the share."""

    log: list[Stored]
    events: list[tuple[str, int, Stored]]
    marks: list[Mark]

    @property
    def end(self) -> int:
        return self.marks[-1].position


def sent(dice: random.Random, size: int) -> Sent:
    log, position = list[Stored](), 0
    for n in range(size):
        position += dice.choice((1, 1, 1, 5))  # positions have holes
        kind = dice.choice(("sales.Won", "customer.Changed"))
        log.append(Stored(position, "t", f"s-{dice.choice((1, 1, 2, 3, 4))}", 1, f"e{n}", kind, 1, 0, 0, b"{}", b"{}"))
    seqs: dict[str, list[int]] = {topic: [0] * PARTITIONS for topic in TOPICS}
    events, marks = [], []
    for event in log:
        topic, partition = topic_of(event.type), partition_of(event.stream)
        seqs[topic][partition] += 1
        if partition == SHARE:
            events.append((topic, seqs[topic][partition], event))
        if dice.random() < 0.2 or event is log[-1]:
            marks.append(Mark(event.position, "", {topic: list(some) for topic, some in seqs.items()}))
    return Sent([one for one in log if partition_of(one.stream) == SHARE], events, marks)


def between(log: list[Stored], after: int, up_to: int) -> list[Stored]:
    return [one for one in log if after < one.position <= up_to]


def step(merge: Merge, kafka: Sent, after: int, limit: int, *, impatient: bool) -> Batch | None:
    """As `ShareFeed.read` does: what is whole, else what the store must give."""
    merge.begin(after)
    if (batch := merge.take(limit)) is not None:
        return batch
    if impatient or (merge.is_lost and merge.gap() is not None):
        up_to = min(merge.gap() or kafka.end, after + limit)
        return Batch(between(kafka.log, after, up_to), up_to) if up_to > after else None
    return None


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**9), drops=st.sampled_from((0.0, 0.05, 0.5, 1.0)), repeats=st.sampled_from((0.0, 0.3)))
def test_a_reader_gets_the_log(seed: int, drops: float, repeats: float) -> None:
    dice = random.Random(seed)
    kafka, merge, after = sent(dice, 120), Merge(SHARE, dice.choice((10, 1000))), 0
    stock: list[tuple[str, int, Stored] | Mark] = [one for one in kafka.events if dice.random() >= drops]
    stock += [mark for mark in kafka.marks if dice.random() >= drops]
    stock += [one for one in stock if dice.random() < repeats]
    dice.shuffle(stock)
    for _ in range(10_000):
        for one in [stock.pop() for _ in range(min(len(stock), dice.randrange(6)))]:
            merge.mark(one) if isinstance(one, Mark) else merge.add(*one)
        batch = step(merge, kafka, after, dice.choice((5, 50)), impatient=not stock or dice.random() < 0.05)
        if batch is not None:
            assert batch.events == between(kafka.log, after, batch.position)
            after = batch.position
            if dice.random() < 0.1:  # the handler failed, or another process was further
                after = dice.choice([0, *(event.position for event in kafka.log)])
        if after == kafka.end and not stock:
            return
    pytest.fail(f"the reader stopped at {after}")


def test_in_order_nothing_is_read_from_the_store() -> None:
    kafka, merge = sent(random.Random(1), 200), Merge(SHARE)
    merge.begin(0)
    found, coming = list[Stored](), list(kafka.events)
    for mark in kafka.marks:
        while coming and coming[0][2].position <= mark.position:
            merge.add(*coming.pop(0))
            assert merge.take(1000) is None
        merge.mark(mark)
        batch = merge.take(1000)
        assert batch is not None
        assert batch.position == mark.position
        found += batch.events
    assert found == kafka.log
    assert not merge.is_full


def test_whole_transactions_are_taken_up_to_the_limit() -> None:
    kafka, merge = sent(random.Random(2), 200), Merge(SHARE)
    merge.mark(Mark())
    for one in kafka.events:
        merge.add(*one)
    for mark in kafka.marks:
        merge.mark(mark)
    sizes = []
    while (batch := merge.take(30)) is not None:
        sizes.append(len(batch.events))
        assert batch.position in {mark.position for mark in kafka.marks}
    assert sum(sizes) == len(kafka.log)
    assert len(sizes) > 1
    assert max(sizes) <= 60


def test_a_full_buffer_without_a_mark_is_read_past() -> None:
    kafka, merge = sent(random.Random(3), 100), Merge(SHARE, most=20)
    for one in kafka.events[:20]:
        merge.add(*one)
    assert merge.is_full
    assert merge.gap() == kafka.events[19][2].position
    merge.begin(merge.gap() or 0)
    assert not merge.is_full


def test_other_topics_under_the_same_names_are_read_from_the_store() -> None:
    """Topics that were made again count from 1 again: what they bring cannot be joined to what was taken."""
    merge = Merge(SHARE)
    merge.mark(Mark())
    merge.begin(0)
    merge.mark(Mark(10, "", {TOPICS[0]: [5] * PARTITIONS}))
    merge.begin(10)
    merge.mark(Mark(20, "", {TOPICS[0]: [1] * PARTITIONS}))
    assert merge.take(10) is None
    assert merge.gap() == 20
