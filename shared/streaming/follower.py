"""Followers read what other processes write, and notify the listeners of this process within 2 s.

`ProjectionFollower` goes as far as the record views have come, `LogFollower` to the end of the log.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from contextlib import suppress

from shared.clock import Micros
from shared.events.envelope import Stored
from shared.eventstore.heard import next_events
from shared.eventstore.port import EventStore
from shared.streaming.feed import StoreFeed
from shared.streaming.parked import OPERATORS, PARKED, PROJECTOR, Entries
from shared.streaming.projection import Listener, Subscribers, Waiter
from shared.streaming.shares import reached
from shared.views.paging import every
from shared.views.port import Condition, Query, Scope, Views

POLL_SECONDS = 0.25  # between two looks at how far the views or the log have come
WAITING_POLL_SECONDS = 0.02  # while somebody waits to read what was written
LOG_PAUSE_SECONDS = 0.2  # between two looks at a log that grows: in a cluster each process asks its server
STEP_SECONDS = 1.0  # a step that takes longer has failed
RETRY_SECONDS = 0.25
AWAY_SECONDS = 0.75  # without a whole step: the next one might end later than the promised 2 s
MOST_EVENTS = 10_000  # to catch up on: reading again what listeners keep costs less than more of them
BATCH = 1000

log = logging.getLogger("crm.follower")


class _Follower(ABC):
    """The loop of both forms. When store or views do not answer, listeners drop what may be too old."""

    def __init__(self) -> None:
        self.position = 0
        self._subscribers = Subscribers()
        self._failing = False
        self._fresh_at = 0.0  # when the last whole step began, or what listeners keep was dropped

    def subscribe(self, listener: Listener) -> None:
        """Notify a listener of all events to come."""
        self._subscribers.subscribe(listener)

    async def run(self) -> None:
        """Follow until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                async with asyncio.timeout(STEP_SECONDS):
                    await self.step()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                await self._failed(error)
                continue
            self._failing, self._fresh_at = False, began
            await self._pause()

    async def _failed(self, error: Exception) -> None:
        now = asyncio.get_running_loop().time()
        if not self._failing:
            log.warning("%s stopped at %s; trying again: %r", type(self).__name__, self.position, error)
        self._failing = True
        if now - self._fresh_at > AWAY_SECONDS:
            self._fresh_at = now
            self._subscribers.forget_all()
        await asyncio.sleep(RETRY_SECONDS)

    @abstractmethod
    async def step(self) -> int:
        """Notify of what came since the last step; returns how many events. Raises what store and views raise."""

    @abstractmethod
    async def _pause(self) -> None:
        """Wait until another step may bring something."""


class ProjectionFollower(_Follower):
    """The projection port where another process writes the views: it reads their checkpoint and the events up to it."""

    def __init__(self, store: EventStore, views: Views) -> None:
        super().__init__()
        self._store, self._views = store, views
        self._entries = Entries(views, PROJECTOR)

    async def start(self) -> None:
        """See Projection.start."""
        await self._entries.load()
        self.position = (await reached(self._views)).position

    def watch(self, tenant: str, stream: str) -> Waiter:
        """See Projection.watch."""
        return self._subscribers.watch(tenant, stream)

    async def step(self) -> int:
        if await self._entries.stored() != self._entries.version:
            await self._entries.load()
            self._subscribers.forget_all()  # a healed record changes without an event
        checkpoint = (await reached(self._views)).position
        if not 0 <= checkpoint - self.position <= MOST_EVENTS:  # they are far ahead, or were filled again from the log
            self.position = checkpoint
            self._subscribers.forget_all()
        count = 0
        while self.position < checkpoint:
            page = await next_events(self._store, self.position, BATCH)
            if not page:
                break  # this reader of the log is behind the views: the next step goes on
            count += await self._notify([one for one in page if one.position <= checkpoint], checkpoint, page[-1])
        return count

    async def _notify(self, events: Sequence[Stored], checkpoint: int, last: Stored) -> int:
        asked, parked = set[str](), set[str]()
        while new := self._subscribers.watched(events) - asked:  # somebody may begin to wait meanwhile
            parked |= await self._parked(new)
            asked |= new
        self.position = min(last.position, checkpoint)
        self._subscribers.notify(events, parked)  # nobody sees the position before the listeners know
        return len(events)

    async def _parked(self, streams: Collection[str]) -> set[str]:
        """Those of the streams that are in quarantine: the views do not show their newest events."""
        query = Query((Condition("stream", "in", sorted(streams)),))
        return {document["stream"] async for document in every(self._views, PARKED.name, query, Scope(OPERATORS))}

    async def _pause(self) -> None:
        """Wait for the next look, for less long when somebody waits for events."""
        self._subscribers.requested.clear()
        if self._subscribers.waiting:
            await asyncio.sleep(WAITING_POLL_SECONDS)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._subscribers.requested.wait()


class LogFollower(_Follower):
    """Notifies of the events of some categories, however far the views are behind. For what ends access."""

    def __init__(self, store: EventStore, categories: Collection[str]) -> None:
        super().__init__()
        self._store, self._feed = store, StoreFeed(store, frozenset(categories))

    async def start(self, since: Micros) -> None:
        """Notify of all events recorded after a moment; call once before `run`, after all `subscribe`."""
        self.position = await self._store.position_at(since)
        await self.step()

    async def step(self) -> int:
        head = await self._store.head()
        count = 0
        while self.position < head:
            batch = await self._feed.read(self.position, BATCH)
            self.position = batch.position
            self._subscribers.notify(batch.events)
            count += len(batch.events)
        return count

    async def _pause(self) -> None:
        await asyncio.sleep(LOG_PAUSE_SECONDS)
        await self._store.wait(self.position, POLL_SECONDS)
