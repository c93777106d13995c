"""What an event becomes in a topic, and back."""

from __future__ import annotations

import pytest

from shared.events.envelope import Stored, Undecodable
from shared.streaming.kafka.records import MARK_KEY, Mark, event_of, mark_of, partition_of, record_of, topic_of

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
EVENT = Stored(
    7, "t1", "opportunity-1", 3, "e1", "sales.OpportunityWon", 2, 5, 6,
    '{"text":"例 \\"x\\"","n":1.5,"big":9007199254740993}'.encode(),
    b'{"actor":"u1","traceparent":"' + TRACE.encode() + b'"}',
)  # fmt: skip


def test_an_event_comes_back_as_stored() -> None:
    record = record_of(EVENT, (topic_of(EVENT.type), partition_of(EVENT.stream)), 41)
    assert (record.topic, record.key) == ("crm.sales.events", b"opportunity-1")
    assert dict(record.headers) == {
        "id": b"e1",
        "type": b"sales.OpportunityWon",
        "schema_version": b"2",
        "position": b"7",
        "seq": b"41",
        "tenant": b"t1",
        "traceparent": TRACE.encode(),
    }
    assert event_of(record.value, record.headers) == (41, EVENT)


def test_an_event_without_a_trace_has_no_header_of_one() -> None:
    untraced = EVENT._replace(metadata=b'{"actor":"u1","traceparent":""}')
    assert "traceparent" not in dict(record_of(untraced, ("crm.sales.events", 0), 1).headers)


@pytest.mark.parametrize(
    ("stream", "hashed"),  # as in the tests of Kafka's own client
    [("21", -973932308), ("foobar", -790332482), ("a-little-bit-long-string", -985981536), ("abc", 479470107)],
)
def test_a_stream_has_the_partition_of_kafkas_own_clients(stream: str, hashed: int) -> None:
    assert partition_of(stream) == (hashed & 0x7FFFFFFF) % 12


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (None, [("seq", b"1")]),
        (b"{}", [("seq", b"1")]),
        (b"no json", [("seq", b"1")]),
        (b"[]", [("seq", b"1")]),
        (b"{}", []),
        (b"{}", [("seq", b"x")]),
    ],
)
def test_a_foreign_record_is_no_event(value: bytes | None, headers: list[tuple[str, bytes]]) -> None:
    with pytest.raises(Undecodable, match="a record that the relay did not write"):
        event_of(value, headers)


def test_a_mark_comes_back() -> None:
    mark = Mark(9, "ab", {"crm.sales.events": [1] * 12})
    assert mark_of(MARK_KEY, mark.value()) == mark
    assert mark.seq(("crm.sales.events", 3)) == 1
    assert mark.seq(("crm.other.events", 3)) == 0
    assert mark_of(b"begin", b"{}") is None


@pytest.mark.parametrize(
    "value",
    [None, b"{", b'{"position":1,"seqs":{"t":[1]}}', b'{"other":1}', b'{"position":"many"}', b'{"position":1.5}'],
)
def test_a_foreign_record_is_no_mark(value: bytes | None) -> None:
    with pytest.raises(Undecodable):
        mark_of(MARK_KEY, value)
