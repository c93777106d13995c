"""Read: a stream or `$all`, forwards or backwards, to an end or as a subscription.

Only one page is in memory for each reader: the next is read when the last one went out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NamedTuple
from uuid import uuid4

from shared.events.envelope import Stored
from shared.eventstore.protocol.codec import ReadEvent, encode_event
from shared.eventstore.protocol.filters import Filter, parse_filter
from shared.eventstore.protocol.log import ProtocolLog, is_json
from shared.eventstore.protocol.messages import base, streams, ticks, uuid_of, which

FIRST_PAGE, PAGE, PAGE_BYTES = 16, 256, 1 << 20
BEATS = 60.0  # seconds
END = 2**62


class Asked(NamedTuple):
    """What a reader asks for. stream: "" = `$all`. after, before: the versions or positions between which it reads.

    limit: None = a subscription.
    """

    stream: str
    after: int
    before: int
    backwards: bool
    limit: int | None
    filter: Filter | None
    structured_ids: bool


def parse(request: streams.ReadReq) -> Asked:
    """Raises ValueError: a request that makes no sense."""
    options = request.options
    kind, where = which(options, "stream_option")
    counting, count = which(options, "count_option")
    if not kind or not counting:
        raise ValueError("a read names a stream or $all, and a count or a subscription")
    backwards = options.read_direction == streams.ReadReqOptionsReadDirection.Backwards
    subscribes = counting == "subscription"
    if subscribes and backwards:
        raise ValueError("a subscription goes forwards")
    if kind == "stream":
        stream = where.stream_identifier.stream_name.decode()
        after, before = _between(*which(where, "revision_option"), backwards, subscribes, 1)
    else:
        stream = ""
        after, before = _between(*which(where, "all_option"), backwards, subscribes, 0)
    return Asked(
        stream,
        after,
        before,
        backwards,
        None if subscribes else min(count, END),
        parse_filter(options) if not stream else None,
        which(options.uuid_option, "content")[0] == "structured",
    )


def _between(kind: str, given: Any, backwards: bool, subscribes: bool, first: int) -> tuple[int, int]:
    """A start as a pair of exclusive bounds. A revision or position is included when reading forwards, and behind a
    subscription; backwards a revision is included, a position is not. first: 1 for versions, which count from 1.
    """
    if kind == "start" or not kind:
        return (0, first + 1) if backwards else (0, END)
    if kind == "end":
        return (0, END) if backwards else (END, END)
    number = min(given if isinstance(given, int) else given.commit_position, END - 2) + first
    if backwards:
        return 0, number + first
    return (number if subscribes else number - 1), END


class Reads:
    def __init__(self, log: ProtocolLog) -> None:
        self._log = log

    async def answer(self, asked: Asked) -> AsyncIterator[bytes | streams.ReadResp]:
        if asked.limit is None:
            yield _confirmation()
            async for response in self._subscribed(asked):
                yield response
        elif asked.stream and self._log.revision(asked.stream) < 0:
            name = base.StreamIdentifier(asked.stream.encode())
            yield streams.ReadResp(stream_not_found=streams.ReadRespStreamNotFound(name))
        else:
            async for response in self._counted(asked, asked.limit):
                yield response

    async def _counted(self, asked: Asked, count: int) -> AsyncIterator[bytes | streams.ReadResp]:
        pages = _Pages(self._log, asked)
        while count > 0 and not pages.ended:
            for event in (await pages.next(await self._end(asked)))[:count]:
                yield event_response(event, asked.structured_ids)
                count -= 1

    async def _subscribed(self, asked: Asked) -> AsyncIterator[bytes | streams.ReadResp]:
        """Everything that is there, "caught up", then what comes; checkpoints where a filter leaves things out."""
        pages = _Pages(self._log, asked._replace(after=min(asked.after, await self._end(asked))))
        checkpoint, caught_up = pages.after, False
        while True:
            for event in await pages.next(await self._end(asked)):
                yield event_response(event, asked.structured_ids)
            far = asked.filter is not None and pages.after - checkpoint >= asked.filter.window
            if asked.filter is not None and pages.after > checkpoint and (far or (pages.ended and not caught_up)):
                checkpoint = pages.after
                yield streams.ReadResp(checkpoint=streams.ReadRespCheckpoint(checkpoint, checkpoint))
            if not pages.ended:
                continue
            if not caught_up:
                caught_up = True
                yield streams.ReadResp(caught_up=streams.ReadRespCaughtUp())
            await self._wait(asked, pages)

    async def _wait(self, asked: Asked, pages: _Pages) -> None:
        """Until there is something new in the log. A stream has grown then, or not."""
        seen = pages.head if not asked.stream else await self._log.store.head()
        if asked.stream and self._log.revision(asked.stream) + 1 > pages.after:
            return
        await self._log.store.wait(seen, BEATS)

    async def _end(self, asked: Asked) -> int:
        """The version or position up to which all is visible."""
        return self._log.revision(asked.stream) + 1 if asked.stream else await self._log.store.head()


class _Pages:
    """Walks a stream or `$all`, page by page. after, before: what is left. ended: there is no more for now."""

    def __init__(self, log: ProtocolLog, asked: Asked) -> None:
        self._log, self._asked = log, asked
        self.after, self.before = asked.after, asked.before
        self.head, self.ended = 0, False
        self._size = min(FIRST_PAGE, PAGE)

    async def next(self, head: int) -> list[Stored]:
        """The next events wanted, up to a version or position."""
        self.head = head
        page = await (self._backwards(head) if self._asked.backwards else self._forwards(head))
        size = sum(len(e.data) + len(e.metadata) for e in page)
        self._size = max(1, self._size // 2) if size > PAGE_BYTES else min(PAGE, 2 * self._size)
        wanted = self._asked.filter
        return page if wanted is None else [e for e in page if wanted.wants(e)]

    async def _forwards(self, head: int) -> list[Stored]:
        if self._asked.stream:
            page = await self._log.page(self._asked.stream, self.after, min(self.after + self._size, head))
            self.after += len(page)
        else:
            wanted = self._asked.filter
            found = await self._log.store.read_all(
                self.after, self._size, categories=wanted.categories if wanted else None
            )
            page = [e for e in found if e.position <= head]
            whole = len(found) == len(page) == self._size
            self.after = page[-1].position if whole else max(self.after, head)
        self.ended = self.after >= head
        return page

    async def _backwards(self, head: int) -> list[Stored]:
        """Versions and positions of this store are dense: the page below is found by counting."""
        up_to = min(self.before - 1, head)
        after = max(0, up_to - self._size)
        if self._asked.stream:
            page = await self._log.page(self._asked.stream, after, up_to)
        else:
            page = await self._log.store.read_all(after, up_to - after)
        self.before, self.ended = after + 1, after == 0
        return page[::-1]


def event_response(event: Stored, structured_ids: bool) -> bytes:
    read = ReadEvent(
        event.event_id,
        event.stream,
        event.version - 1,
        event.position,
        event.type,
        ticks(event.recorded_at),
        "application/json" if is_json(event) else "application/octet-stream",
        event.metadata,
        event.data,
    )
    return encode_event(read, bytes(uuid_of(event.event_id, structured=True)) if structured_ids else None)


def _confirmation() -> streams.ReadResp:
    return streams.ReadResp(confirmation=streams.ReadRespSubscriptionConfirmation(subscription_id=str(uuid4())))
