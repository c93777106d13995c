"""What the event store's tests share: streams, events, requests and what must hold of any log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from uuid import uuid4

import orjson

from shared.clock import SystemIds
from shared.events.envelope import Metadata, NewEvent, Stored, StreamSlice
from shared.eventstore.port import (
    EventStore,
    Request,
)

Opener = Callable[[], Awaitable[EventStore]]

IDS = SystemIds()
METADATA = Metadata(actor="u1", command="c1", command_name="customer.CreateAccount", reason="因为 ✓")


def stream_of(category: str = "account") -> str:
    return f"{category}-{uuid4()}"


def new(n: int = 1, data: bytes = b'{"name":"A"}') -> list[NewEvent]:
    return [NewEvent(IDS.new(), "customer.AccountCreated", 1, 1_000 + i, data) for i in range(n)]


def request(key: str, body: str = "body") -> Request:
    return Request(key, body.encode().ljust(32, b"."))


async def feed(store: EventStore, after: int = 0, limit: int = 100) -> list[Stored]:
    """All of the feed, page by page."""
    events: list[Stored] = []
    while page := await store.read_all(after, limit):
        events += page
        after = page[-1].position
    return events


async def by_stream(store: EventStore, category: str, up_to: int, tenant: str | None = None) -> list[list[Stored]]:
    return [s async for s in store.streams(category, up_to=up_to, tenant=tenant)]


def assert_same(slices: Sequence[StreamSlice], events: Sequence[Stored]) -> None:
    """The slices hold these events and no others, each in its place."""
    columns: tuple[list[str], list[str], list[str], list[object]] = [], [], [], []
    at = 0
    for part in slices:
        texts = (text.split(",") for text in part[4:7])
        for column, more in zip(columns, (*texts, orjson.loads(part.data)), strict=True):
            column.extend(more)
        first, last = events[at], events[len(columns[0]) - 1]
        at = len(columns[0])
        assert part[:3] == (last.version, last.occurred_at, last.metadata)
        assert part.begun == ((first.occurred_at, first.metadata) if first.version == 1 else None)
    assert columns[0] == [e.event_id for e in events]
    assert columns[1] == [e.type for e in events]
    assert columns[2] == [str(e.schema_version) for e in events]
    assert columns[3] == [orjson.loads(e.data) for e in events]


def assert_ordered(events: Sequence[Stored]) -> None:
    """Positions grow, `recorded_at` never falls, each stream's versions are dense from 1."""
    versions: dict[str, int] = {}
    for before, after in pairwise(events):
        assert after.position > before.position
        assert after.recorded_at >= before.recorded_at
    for event in events:
        assert event.version == versions.get(event.stream, 0) + 1
        versions[event.stream] = event.version
