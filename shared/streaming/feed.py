"""The feed port: where a subscription gets its events from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.events.envelope import Stored, category_of
from shared.eventstore.heard import Hears, next_events
from shared.eventstore.port import EventStore


class StreamEnded(Exception):
    """What brings events to or from a stream cannot go on: this process must end. The message says why."""


@dataclass(frozen=True, slots=True)
class Batch:
    """events: the next of a partition. position: of the log; the next batch begins after it."""

    events: Sequence[Stored]
    position: int


class Feed(Protocol):
    """One partition of the log. All events of a stream are in the same partition.

    Delivery is at least once. The events of a stream come in order, those of two streams in any order. An event may be
    missing: a handler notices that by the stream's version and reads the gap from the event store.
    """

    async def read(self, after: int, limit: int) -> Batch:
        """About `limit` events at most, of those after a position of the log. No events and the same position: there
        are none now. Raises StoreUnavailable."""
        ...

    async def head(self) -> int:
        """The position of the partition's last event, or a later one."""
        ...

    async def wait(self, after: int, timeout: float) -> None:
        """Return as soon as there may be events after a position, or after `timeout` seconds."""
        ...


class StoreFeed:
    """The event store's own ordered feed, in one partition. categories: of the streams; None = all."""

    def __init__(self, store: EventStore, categories: Collection[str] | None = None) -> None:
        self._store, self._categories = store, categories
        self.head, self.wait = store.head, store.wait

    async def read(self, after: int, limit: int) -> Batch:
        """See Feed.read."""
        if self._categories is None:
            events = await next_events(self._store, after, limit)
            return Batch(events, events[-1].position if events else after)
        if isinstance(self._store, Hears) and (heard := self._store.heard(after, limit)):
            return Batch([one for one in heard if category_of(one.stream) in self._categories], heard[-1].position)
        head = await self._store.head()
        if head <= after:
            return Batch((), after)
        events = await self._store.read_all(after, limit, categories=self._categories)
        last = events[-1].position if events else after
        return Batch(events, last if len(events) >= limit else max(head, last))
