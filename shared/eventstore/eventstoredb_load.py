"""Filling an EventStoreDB with events of another store, as they were recorded there, in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from shared.events.envelope import Stored
from shared.eventstore.eventstoredb_appends import Appender, Clash
from shared.eventstore.eventstoredb_reads import Reads
from shared.eventstore.eventstoredb_wire import MAX_APPEND, batch_request, put_back
from shared.eventstore.port import StoreUnavailable
from shared.ledger.leaf import leaf_of


class Loader:
    """Goes on where an interrupted one stopped: events that are there already must be the same."""

    def __init__(self, reads: Reads, appender: Appender) -> None:
        self._reads, self._appender = reads, appender
        self._after, self._known = 0, True  # how far what is there was compared; whether there may be more of it

    async def add(self, events: Sequence[Stored]) -> None:
        """Append events in the order of their feed. Raises StoreUnavailable: others are there."""
        there = await self._there(len(events)) if self._known else []
        for found, event in zip(there, events, strict=False):
            if leaf_of(found) != leaf_of(event):
                raise StoreUnavailable("the event store has other events than the backup: restore into an empty one")
        for some in _appends(events[len(there) :]):
            first = some[0]
            outcome = await self._appender.append(
                batch_request(first.stream, first.version - 1, [*map(put_back, some)])
            )
            if isinstance(outcome, Clash) and not await self._is_there(some):
                raise StoreUnavailable(f"the event store has events in {first.stream}: restore into an empty one")

    async def finish(self) -> None:
        """Raises StoreUnavailable: the store has more events than were added, from another backup or a live suite."""
        if self._known and (await self._reads.log(self._after, 1)).events:
            raise StoreUnavailable("the event store has more events than the backup: restore into an empty one")

    async def _is_there(self, events: Sequence[Stored]) -> bool:
        """Whether the append was done, and its answer lost."""
        found = await self._reads.stream(events[0].stream, events[0].version - 1, events[-1].version)
        return [one.event_id for one in found] == [one.event_id for one in events]

    async def _there(self, count: int) -> list[Stored]:
        found: list[Stored] = []
        ended = False
        while len(found) < count and not ended:
            page, self._after, ended = await self._reads.log(self._after, count - len(found))
            found += page
        self._known = len(found) == count
        return found


def _appends(events: Sequence[Stored]) -> Iterator[list[Stored]]:
    """Neighbours of one stream, as many as one append takes."""
    for _, run in groupby(events, attrgetter("stream")):
        some, size = list[Stored](), 0
        for event in run:
            size += len(event.data) + len(event.metadata) + 500
            if some and size > MAX_APPEND:
                yield some
                some, size = [], len(event.data) + len(event.metadata) + 500
            some.append(event)
        yield some
