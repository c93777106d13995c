"""Reads of EventStoreDB, page by page, each within the deadline of its address and repeated if a connection breaks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import NamedTuple

from grpclib.client import Channel

from shared.events.envelope import Stored
from shared.eventstore.eventstoredb_link import Link, collected
from shared.eventstore.eventstoredb_wire import log_request, stored_event, stream_request
from shared.eventstore.protocol.codec import ReadEvent, Response
from shared.eventstore.protocol.messages import streams

PAGE = 500
_ALL = 2**31


class Reads:
    def __init__(self, link: Link) -> None:
        self._link = link

    async def responses(self, request: streams.ReadReq) -> list[Response]:
        """Raises StoreUnavailable."""

        async def read(channel: Channel) -> list[Response]:
            return await collected(responses(channel, request, self._link.address.deadline))

        return await self._link.call(read)

    async def stream(self, stream: str, after: int = 0, up_to: int = _ALL) -> list[Stored]:
        """Events with after < version <= up_to."""
        found: list[Stored] = []
        while after < up_to:
            count = min(PAGE, up_to - after)
            page = _stored(await self.responses(stream_request(stream, after=after, count=count)))
            found += page
            if len(page) < count:
                break
            after += count
        return found

    async def last(self, stream: str) -> Stored | None:
        """The newest event of a stream."""
        found = _stored(await self.responses(stream_request(stream, last=True)))
        return found[0] if found else None

    async def newest(self, count: int) -> list[Stored]:
        """The newest events of the log, newest first."""
        return _stored(await self.responses(log_request(last=True, count=count)))

    async def log(self, after: int, count: int, categories: Collection[str] | None = None) -> Page:
        """The events behind a position. The server gives the one at it as well, if the filter lets it pass."""
        responses = await self.responses(log_request(at=after, count=count + 1, categories=categories))
        there = [r for r in responses if isinstance(r, ReadEvent) and r.position > after][:count]
        position = there[-1].position if there else after
        return Page(_stored(there), position, len(responses) <= count)

    async def pages(self, after: int = 0, categories: Collection[str] | None = None) -> AsyncIterator[list[Stored]]:
        """The log behind a position to its end."""
        ended = False
        while not ended:
            events, after, ended = await self.log(after, PAGE, categories)
            yield events


class Page(NamedTuple):
    """Events of the log up to a position. ended: there are no more."""

    events: list[Stored]
    position: int
    ended: bool


def _stored(responses: Sequence[Response]) -> list[Stored]:
    return [event for response in responses if (event := stored_event(response)) is not None]


async def responses(
    channel: Channel, request: streams.ReadReq, timeout: float | None = None
) -> AsyncIterator[Response]:
    """The answers to a read; events as the channel's codec gives them."""
    stub = streams.StreamsStub(channel)
    async for response in stub.read(request, timeout=timeout):
        yield response
