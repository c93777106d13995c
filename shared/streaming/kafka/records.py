"""The contract of the topics: which record an event becomes, and the event of a record.

Topic `crm.<domain>.events`, 12 partitions, key = stream, value = the event as stored, so personal fields are encrypted.
The relay's marks in `crm.relay.checkpoints` say how far the log is in the topics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import orjson
from aiokafka.partitioner import murmur2

from shared.events.envelope import Stored, Undecodable

PARTITIONS = 12  # of each topic of events, always: with another number the events of a stream would move
CHECKPOINTS = "crm.relay.checkpoints"  # compacted, one partition
MARK_KEY, BEGIN_KEY = b"relay", b"begin"  # of marks, and of the record with which a relay begins

Headers = Sequence[tuple[str, bytes]]
Place = tuple[str, int]  # topic and partition


class Record(NamedTuple):
    """What is sent for one event. seq: from 1 on without a hole in its partition."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    headers: Headers


def topic_of(event_type: str) -> str:
    """`sales.OpportunityWon` → `crm.sales.events`."""
    return f"crm.{event_type.partition('.')[0]}.events"


@lru_cache(maxsize=65_536)
def partition_of(stream: str) -> int:
    """The partition that Kafka's own clients give the key."""
    return int((murmur2(stream.encode()) & 0x7FFFFFFF) % PARTITIONS)


def record_of(event: Stored, place: Place, seq: int) -> Record:
    """The record of an event that is the seq-th of its partition."""
    envelope = event._asdict()
    envelope["metadata"], envelope["data"] = orjson.Fragment(event.metadata), orjson.Fragment(event.data)
    headers = [
        ("id", event.event_id.encode()),
        ("type", event.type.encode()),
        ("schema_version", b"%d" % event.schema_version),
        ("position", b"%d" % event.position),
        ("seq", b"%d" % seq),
        ("tenant", event.tenant.encode()),
    ]
    if b'"traceparent":"0' in event.metadata:
        headers.append(("traceparent", orjson.loads(event.metadata)["traceparent"].encode()))
    return Record(*place, event.stream.encode(), orjson.dumps(envelope), headers)


def event_of(value: bytes | None, headers: Headers) -> tuple[int, Stored]:
    """The seq and the event of a record. Raises Undecodable for what the relay did not write."""
    try:
        seq = int(dict(headers)["seq"])
        envelope = orjson.loads(value or b"")
        data, metadata = orjson.dumps(envelope.pop("data")), orjson.dumps(envelope.pop("metadata"))
        event = Stored(**envelope, data=data, metadata=metadata)
        if type(event.position) is not int or type(event.stream) is not str:
            raise TypeError
        return seq, event
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Undecodable(f"a record that the relay did not write: {type(error).__name__}") from error


@dataclass(frozen=True, slots=True)
class Mark:
    """Every event up to a position of the log is in the topics, and none behind it.

    chain: the log's running hash there, "" where the store keeps none. seqs: the last seq of each partition by topic.
    """

    position: int = 0
    chain: str = ""
    seqs: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def seq(self, place: Place) -> int:
        return self.seqs[place[0]][place[1]] if place[0] in self.seqs else 0

    def value(self) -> bytes:
        return orjson.dumps({"position": self.position, "chain": self.chain, "seqs": self.seqs})


def mark_of(key: bytes | None, value: bytes | None) -> Mark | None:
    """The mark of a record, None for other records of its topic. Raises Undecodable."""
    if key != MARK_KEY:
        return None
    try:
        mark = Mark(**orjson.loads(value or b""))
        lengths = {len(seqs) for seqs in mark.seqs.values()}
        if {type(number) for number in (mark.position, *chain(*mark.seqs.values()))} != {int}:
            raise TypeError
    except (ValueError, TypeError, AttributeError) as error:
        raise Undecodable(f"a mark that the relay did not write: {type(error).__name__}") from error
    if not lengths <= {PARTITIONS}:
        raise Undecodable(f"a mark of topics with {sorted(lengths)} partitions")
    return mark
