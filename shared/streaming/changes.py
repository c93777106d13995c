"""Live changes: what the views show now, sent to every open stream of a process as server-sent events.

One listener of the projection serves all streams. It keeps the newest changes of each organisation that has a stream;
a stream keeps its place among them and nothing else, so a slow reader holds no memory. Who falls behind what is kept is
served from the log, or has to reload.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from shared.errors import TooManyRequests, Unavailable
from shared.events.envelope import Stored
from shared.eventstore.port import EventStore
from shared.kernel.catalogue import Catalogue
from shared.messages import say
from shared.security.permissions import Access
from shared.streaming.change import Change, Filter, Place, Reach, changes_of, frame, reset
from shared.streaming.changes_kept import Kept
from shared.streaming.projection import Projection
from shared.views.port import Views

GATHER_SECONDS = 0.05  # from the first change to its delivery, so that others come along
SECONDS_PER_STREAM = 0.005  # between two deliveries: what streams cost a busy process stays below a bound
MOST_PAUSE_SECONDS = 1.0
MOST_WAITING = 20_000  # events between two deliveries; with more of them the streams reload
MOST_MISSED = 2_000  # events of the organisation since a stream was last here; behind more of them it reloads
PAGE = 500
MOST_PER_USER = 20  # streams of one user in one process
MOST_STREAMS = 1_000  # of one process
QUIET = 500  # positions without anything for a stream, after which its client learns how far it has come
RETRY_SECONDS = 1.0

log = logging.getLogger("crm.changes")


class Stream:
    """One open stream. reach: what its caller sees now. reset: why the client must reload, if it must."""

    def __init__(self, access: Access, wanted: Filter, catalogue: Catalogue) -> None:
        self.tenant, self.user, self.wanted = access.tenant, access.user, wanted
        self.reset, self.woken = "", asyncio.Event()
        self._access, self._catalogue = access, catalogue
        self.reach = Reach.of(access, catalogue)

    async def see(self, access: Access) -> None:
        """Note the caller's rights of now. Where they show other records than before, the client must reload."""
        if access is self._access:
            return
        before, self.reach, self._access = self.reach, Reach.of(access, self._catalogue), access
        if before != self.reach:
            self.lose("rights-changed")

    def lose(self, reason: str) -> None:
        self.reset = self.reset or reason
        self.woken.set()


class ChangeFeed:
    """The streams of a process. A listener of the projection."""

    def __init__(self, catalogue: Catalogue, views: Views, store: EventStore, projection: Projection) -> None:
        self._catalogue, self._views, self._store, self._projection = catalogue, views, store, projection
        self._streams: set[Stream] = set()
        self._kept: dict[str, Kept] = {}  # by tenant
        self._waiting: list[Stored] = []
        self._arrived = asyncio.Event()
        self._reading = asyncio.Lock()  # of the log, by one stream at a time
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        projection.subscribe(self)

    # --- a listener of the projection -------------------------------------------------------------------------------

    def on_events(self, events: Sequence[Stored]) -> None:
        """See Listener. Without streams nothing is done."""
        if self._kept:
            self._waiting += [one for one in events if one.tenant in self._kept]
            if len(self._waiting) > MOST_WAITING:
                self.forget_all()
            elif self._waiting:
                self._arrived.set()

    def forget_all(self) -> None:
        """See Listener. Streams tell their clients to reload; who comes back later reads the log."""
        ends = {one.tenant: one.position for one in self._waiting}
        self._waiting = []
        for tenant, kept in self._kept.items():
            kept.restart(max(kept.end, self._projection.position, ends.get(tenant, 0)))
        for stream in self._streams:
            stream.lose("events-missed")

    # --- streams ----------------------------------------------------------------------------------------------------

    def check_room(self, caller: Access | Stream) -> None:
        """Raises TooManyRequests, or Unavailable once the process ends."""
        if self._closed:
            raise Unavailable("this process ends; another one answers")
        if len(self._streams) >= MOST_STREAMS:
            raise TooManyRequests("too many open streams", retry_after=30)
        if Counter((one.tenant, one.user) for one in self._streams)[caller.tenant, caller.user] >= MOST_PER_USER:
            raise TooManyRequests(say("you have {most} open streams already", most=MOST_PER_USER), retry_after=30)

    async def follow(
        self, stream: Stream, after: int | None, allowed: Callable[[], Awaitable[None]]
    ) -> AsyncGenerator[bytes, None]:
        """The frames of a stream until it is closed. after: the position behind which a client resumes, None = now.

        allowed: shows the stream its caller's rights of now, and raises once they have ended.
        Raises TooManyRequests, Unavailable.
        """
        with self._opened(stream) as kept:
            place = Place(kept.end if after is None else after)
            if place.position > max(kept.end, await self._store.head()):
                stream.lose("unknown-position")
            yield frame("ready", {"position": place.position, "rights": stream.reach.mark}, place.position)
            while not self._closed:
                stream.woken.clear()
                await allowed()
                async for frames in self._news(stream, place, kept):
                    yield frames
                await stream.woken.wait()

    async def _news(self, stream: Stream, place: Place, kept: Kept) -> AsyncGenerator[bytes, None]:
        """What a stream has not seen yet."""
        while not stream.reset and place.position < kept.start:
            if frames := await self._missed(stream, place, kept.start):
                yield place.sent(frames)
        if stream.reset:
            reason, stream.reset = stream.reset, ""
            place.position = kept.end
            yield place.sent(reset(reason, stream.reach, kept.end))
        frames = kept.frames(place.position, stream.reach, stream.wanted)
        place.position = max(place.position, kept.end)
        if frames or place.position - place.named >= QUIET:
            yield place.sent(frames or b"id: %d\n\n" % place.position)

    async def _missed(self, stream: Stream, place: Place, end: int) -> bytes:
        """A page of what happened up to a position, read from the log."""
        async with self._reading:
            found = await self._store.read_all(place.position, PAGE, tenant=stream.tenant)
            page = [one for one in found if one.position <= end]
            place.missed += len(page)
            if place.missed > MOST_MISSED:
                stream.lose("too-far-behind")
                return b""
            place.position = page[-1].position if page and len(page) == PAGE else end
            changes = await changes_of(page, self._catalogue, self._views)
        return b"".join(stream.reach.tells(changes, stream.wanted))

    @contextmanager
    def _opened(self, stream: Stream) -> Iterator[Kept]:
        self.check_room(stream)
        kept = self._kept.setdefault(stream.tenant, Kept(self._projection.position))
        self._streams.add(stream)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._deliver())
        try:
            yield kept
        finally:
            self._streams.discard(stream)
            if all(other.tenant != stream.tenant for other in self._streams):
                self._kept.pop(stream.tenant, None)
            if not self._streams:
                self._arrived.set()  # its task ends

    def close(self) -> None:
        """End every stream: the process ends."""
        self._closed = True
        for stream in self._streams:
            stream.woken.set()
        self._arrived.set()

    # --- delivery ---------------------------------------------------------------------------------------------------

    async def _deliver(self) -> None:
        while self._streams and not self._closed:
            await self._arrived.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._arrived.clear()
            try:
                await self._publish()
            except Exception:
                log.exception("changes could not be sent; the streams reload")
                self.forget_all()
                await asyncio.sleep(RETRY_SECONDS)
            await asyncio.sleep(min(MOST_PAUSE_SECONDS, SECONDS_PER_STREAM * len(self._streams)))

    async def _publish(self) -> None:
        taken, self._waiting = self._waiting, []
        changed: Collection[str] = dict.fromkeys(one.tenant for one in taken)
        for tenant in changed:
            events = [one for one in taken if one.tenant == tenant]
            changes: list[Change] = await changes_of(events, self._catalogue, self._views)
            if (kept := self._kept.get(tenant)) is not None:
                kept.add(changes, events[-1].position)
        for stream in self._streams:
            if stream.tenant in changed:
                stream.woken.set()
