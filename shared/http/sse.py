"""Server-sent events, with heartbeats; a client that comes back resumes behind what it has seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

import orjson
from anyio import CancelScope
from fastapi import Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from shared.errors import CrmError
from shared.http.headers import header

HEARTBEAT_SECONDS = 15.0
LOOK_SECONDS = 1.0  # between two looks at whether the caller may still listen: a stream ends within two
RETRY_MS = 2000
STUCK_SECONDS = 60.0  # after which a client that takes nothing is given up
_LINE = "\n"


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """data: any JSON value. id: a number that grows, so that a client can resume behind it. event: its kind."""

    data: Any
    id: int | None = None
    event: str = ""

    def message(self) -> ServerSentEvent:
        id = None if self.id is None else str(self.id)
        return ServerSentEvent(orjson.dumps(self.data).decode(), event=self.event or None, id=id, sep=_LINE)


def last_event_id(request: Request) -> int:
    """What a returning client has seen (`Last-Event-ID`); 0 for a new one or a mark that is not ours."""
    return number_of(header(request, b"last-event-id")) or 0


def number_of(text: str) -> int | None:
    """A mark as a stream gave it; None for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def event_stream(
    events: AsyncGenerator[ServerEvent, None] | AsyncGenerator[bytes, None],
    allowed: Callable[[], Awaitable[None]],
    heartbeat: float = HEARTBEAT_SECONDS,
    look: float = LOOK_SECONDS,
) -> EventSourceResponse:
    """Send events (or bytes of whole ones) until they end, the client leaves or may not listen any more.

    Then the generator is closed. A client that takes nothing for a minute is given up.

    allowed: raises once the caller's session or right has ended (`Authenticator.while_allowed`). look: seconds between
    two such checks. heartbeat: seconds between two comments, so that no proxy takes the connection for dead.
    """
    return EventSourceResponse(
        _messages(events, allowed, look),
        headers={"Cache-Control": "no-cache"},
        ping=heartbeat,
        ping_message_factory=lambda: ServerSentEvent(comment="still here", sep=_LINE),
        sep=_LINE,
        send_timeout=STUCK_SECONDS,
    )


async def _messages(
    events: AsyncGenerator[Any, None], allowed: Callable[[], Awaitable[None]], look: float
) -> AsyncIterator[ServerSentEvent | bytes]:
    yield ServerSentEvent(retry=RETRY_MS, sep=_LINE)
    async with aclosing(events):
        while (event := await _next(events, allowed, look)) is not None:
            yield event if isinstance(event, bytes) else event.message()


async def _next(
    events: AsyncGenerator[Any, None], allowed: Callable[[], Awaitable[None]], look: float
) -> ServerEvent | bytes | None:
    """The next event; None when there is none or the caller may not have it."""
    waiting = asyncio.ensure_future(anext(events, None))
    try:
        while not waiting.done():
            await asyncio.wait({waiting}, timeout=look)
            await allowed()
        return await waiting
    except CrmError:
        return None
    finally:
        if not waiting.done():
            waiting.cancel()
            with CancelScope(shield=True), suppress(asyncio.CancelledError):  # a generator that runs cannot be closed
                await waiting
        elif not waiting.cancelled():
            waiting.exception()  # it is known: the caller may not listen any more
