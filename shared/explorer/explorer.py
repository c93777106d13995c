"""The explorer: finds events by who, what, which record, which cause and when, without reading the log through.

Its subscription fills the index in the order of the feed, in every process that serves the audit service, over
whichever store: what it finds is read from the log by stream and version.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from shared.clock import Clock, Micros
from shared.events.envelope import Stored
from shared.eventstore.port import EventStore
from shared.explorer.file import ExplorerFile, Place
from shared.explorer.terms import COUNTED, FEW, Kind, named, term
from shared.streaming.feed import Batch, StoreFeed
from shared.streaming.leases import LeaseHolder
from shared.streaming.subscription import Pace, Subscription

BATCH = 200  # events: 10 ms in a thread
PAUSE = 0.1  # seconds between two batches that are not full
RETRY_SECONDS = 1.0
MOST_STEPS = 20  # of a page: 100,000 events that have one term and lack another
MOST_READ = 2_000  # events that a page reads from the log
MOST_BEHIND, FRESH_SECONDS = 2_000, 2.0  # positions that a search waits for, and how long
LATEST = 2**62
Judge = Callable[[Stored], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Search:
    """What events must have, by kind of term; and when they were recorded, both ends included."""

    terms: tuple[tuple[Kind, str], ...] = ()
    since: Micros | None = None
    until: Micros | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """events: the newest first. next: ask on below this position; None = there are no more."""

    events: list[Stored]
    next: int | None


class Explorer(Subscription):
    """Fills the index, and answers from it."""

    def __init__(self, store: EventStore, file: ExplorerFile, clock: Clock) -> None:
        holder = LeaseHolder(file, "explorer", clock)
        handler = _Indexing(store, file, holder)
        super().__init__(StoreFeed(store), handler, holder, Pace(BATCH, lambda _: PAUSE, RETRY_SECONDS))
        self._store, self._file = store, file

    async def find(
        self, tenant: str, search: Search, limit: int, below: int = LATEST, judge: Judge | None = None
    ) -> Found:
        """A page of an organisation's events. judge: what else must hold of each, and is not in the index.

        A page may be short, or empty, with a `next`: as far as one request looks, no more were found. Nothing is shown
        for its hash alone: that an event is the organisation's and has what was asked is read from the event.
        """
        bounds = await asyncio.to_thread(self._file.between, search.since, search.until)
        if bounds is None:
            return Found([], None)
        terms = await asyncio.to_thread(self._ordered, tenant, search.terms)
        found, looked, next_ = list[Stored](), 0, min(below, bounds[1] + 1)
        for _ in range(MOST_STEPS):
            places, rest = await asyncio.to_thread(self._file.step, tenant, terms, bounds[0], next_)
            for one in places:
                event, looked = await self.event(one), looked + 1
                if event is not None and _fits(event, tenant, search) and (judge is None or await judge(event)):
                    found.append(event)
                if len(found) == limit or looked == MOST_READ:
                    more = rest is not None or one is not places[-1]
                    return Found(found, one.position if more else None)
            if rest is None:
                return Found(found, None)
            next_ = rest
        return Found(found, next_)

    async def total(self, tenant: str, kind: Kind, value: str) -> int:
        """How many events have a term."""
        return await asyncio.to_thread(self._file.total, tenant, term(tenant, kind, value))

    async def freshen(self) -> bool:
        """Take in what was written last. False: too much of the log is left, or another process does it."""
        head = await self.feed.head()
        if head - self.position > MOST_BEHIND:
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(FRESH_SECONDS):
                await self.reach(head)
        return self.position >= head

    async def event(self, place: Place) -> Stored | None:
        """The event at a place; None: the log has another one there, and the index follows it."""
        found = await self._store.read(place.tenant, place.stream, after=place.version - 1, up_to=place.version)
        return found[0] if found and found[0].event_id == place.event_id else None

    def _ordered(self, tenant: str, terms: Sequence[tuple[Kind, str]]) -> list[int]:
        """The terms, the rarest first."""
        few = sorted((one for one in terms if one[0] in FEW), key=lambda one: FEW.index(one[0]))
        counted = [term(tenant, kind, value) for kind, value in terms if kind in COUNTED]
        first = [term(tenant, kind, value) for kind, value in few]
        return [*first, *sorted(counted, key=self._file.count)] or [term(tenant, "all")]


def _fits(event: Stored, tenant: str, search: Search) -> bool:
    """Whether an event is the organisation's, has the terms, and was recorded then: positions follow the times, but
    where the store's clock was set back."""
    since, until = search.since, search.until
    if event.tenant != tenant or not set(search.terms) <= set().union(*named(event)):
        return False
    return (since is None or event.recorded_at >= since) and (until is None or event.recorded_at <= until)


class _Indexing:
    """The handler."""

    def __init__(self, store: EventStore, file: ExplorerFile, holder: LeaseHolder) -> None:
        self._store, self._file, self._holder = store, file, holder

    async def position(self) -> int:
        """See Handler.position."""
        return await asyncio.to_thread(self._file.position)

    async def load(self) -> int:
        """See Handler.load. An index of another log, of one that went back to an earlier day too, is made again."""
        last = await asyncio.to_thread(self._file.last)
        if last is not None:
            read = partial(self._store.read, last.tenant, last.stream, after=last.version - 1, up_to=last.version)
            if [one.event_id for one in await read()] != [last.event_id]:
                await asyncio.to_thread(self._file.clear)
        return await self.position()

    def forget(self) -> None:
        """See Handler.forget."""

    async def handle(self, batch: Batch) -> int:
        """See Handler.handle."""
        await asyncio.to_thread(self._file.add, batch.events, batch.position, self._holder.lease())
        return batch.position
