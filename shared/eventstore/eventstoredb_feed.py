"""What follows EventStoreDB's log: who waits for its next event, and where a moment lies in it."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from contextlib import suppress

from grpclib.exceptions import StreamTerminatedError

from shared.clock import Micros
from shared.eventstore.eventstoredb_link import PASSING, Link, Pauses
from shared.eventstore.eventstoredb_reads import PAGE, Reads, responses
from shared.eventstore.eventstoredb_wire import log_request, stored_event
from shared.eventstore.heard import Recent
from shared.eventstore.port import StoreUnavailable
from shared.eventstore.protocol.codec import ReadEvent, Response
from shared.eventstore.protocol.messages import which


class Follower:
    """One live subscription for all who wait. It begins with the first of them; when the connection breaks it resumes
    behind the last event or checkpoint that it saw.

    head: the position of the newest event that it knows of. recent: what it brought last.
    """

    def __init__(self, link: Link, reads: Reads) -> None:
        self._link, self._reads = link, reads
        self.head, self._resume = 0, 0
        self.recent = Recent()
        self._news = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._closed = False

    async def wait(self, after: int, timeout: float) -> None:
        """Until there is an event behind a position, or for so many seconds, or until it is closed."""
        if self._running is None and not self._closed:
            self._running = asyncio.create_task(self._run())
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self.head <= after and not self._closed:
                    await self._news.wait()

    def note(self, position: int) -> None:
        if position > self.head:
            self.head = position
            self._wake()

    async def close(self) -> None:
        self._closed = True
        self._wake()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def _run(self) -> None:
        pauses = Pauses()
        while not self._closed:
            channel = None
            try:
                if not self._resume:
                    newest = await self._reads.newest(1)
                    self._resume = newest[0].position if newest else 0
                    self.recent.begin(self._resume)
                    self.note(self._resume)
                channel = await self._link.channel()
                async for response in responses(channel, log_request(at=self._resume, count=None)):
                    pauses = Pauses()
                    self._take(response)
                raise StreamTerminatedError("the server ended the subscription")
            except PASSING as error:
                self._link.lost(error, channel)
            except StoreUnavailable:
                pass
            await pauses.next()

    def _take(self, response: Response) -> None:
        if isinstance(response, ReadEvent):
            event = stored_event(response)
            if event is not None and response.position > self._resume:  # the first one may be there already
                self.recent.add(event)
            self._resume = response.position
            self.note(response.position)
        elif which(response, "content")[0] == "checkpoint":
            self._resume = response.checkpoint.commit_position


class Moments:
    """Where moments lie in the log. A mark is kept every PAGE events: the first question reads up to its moment,
    later ones what is new.
    """

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._latest: list[Micros] = []  # of all events up to a mark
        self._positions: list[int] = []

    async def position_at(self, moment: Micros) -> int:
        """See EventStore.position_at."""
        while not self._latest or self._latest[-1] <= moment:
            if not await self._mark():
                break
        mark = bisect_right(self._latest, moment)
        found = self._positions[mark - 1] if mark else 0
        async for page in self._reads.pages(found):
            for event in page:
                if event.recorded_at > moment:
                    return found
                found = event.position
        return found

    async def _mark(self) -> bool:
        """Set the next mark. False: fewer events than that follow the last one."""
        after = self._positions[-1] if self._positions else 0
        page = await self._reads.log(after, PAGE)
        if page.ended:
            return False
        latest = max(e.recorded_at for e in page.events) if page.events else 0
        if self._positions and self._positions[-1] != after:
            return True  # another question set it meanwhile
        self._latest.append(max(latest, self._latest[-1] if self._latest else 0))
        self._positions.append(page.position)
        return True
