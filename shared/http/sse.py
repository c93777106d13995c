"""Server-sent events: progress of jobs, with heartbeats; a client that comes back resumes behind what it has seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import StreamingResponse

from shared.errors import CrmError
from shared.http.headers import header

HEARTBEAT_SECONDS = 15.0
LOOK_SECONDS = 1.0  # between two looks at whether the caller may still listen: a stream ends within two
RETRY_MS = 2000


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """data: any JSON value. id: a number that grows, so that a client can resume behind it. event: its kind."""

    data: Any
    id: int | None = None
    event: str = ""

    def encode(self) -> bytes:
        head = f"event: {self.event}\n" if self.event else ""
        mark = f"id: {self.id}\n" if self.id is not None else ""
        return f"{head}{mark}data: ".encode() + orjson.dumps(self.data) + b"\n\n"


def last_event_id(request: Request) -> int:
    """What a returning client has seen (`Last-Event-ID`); 0 for a new one or a mark that is not ours."""
    text = header(request, b"last-event-id")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def event_stream(
    events: AsyncIterator[ServerEvent],
    allowed: Callable[[], Awaitable[None]],
    heartbeat: float = HEARTBEAT_SECONDS,
    look: float = LOOK_SECONDS,
) -> StreamingResponse:
    """Send events until they end, the client leaves or may not listen any more; a generator is closed in each case.

    allowed: raises once the caller's session or right has ended (`Authenticator.while_allowed`). look: seconds between
    two such checks. heartbeat: seconds of silence after which a comment is sent, so that no proxy takes the connection
    for dead.
    """
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(_frames(events, allowed, heartbeat, look), headers=headers, media_type="text/event-stream")


async def _frames(
    events: AsyncIterator[ServerEvent], allowed: Callable[[], Awaitable[None]], heartbeat: float, look: float
) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY_MS}\n\n".encode()
    pause, quiet = min(look, heartbeat), 0.0
    async with _closed_after(events) as source:
        while True:
            waiting = asyncio.ensure_future(anext(source, None))
            try:
                while not (await asyncio.wait({waiting}, timeout=pause))[0]:
                    if not await _holds(allowed):
                        return
                    quiet += pause
                    if quiet >= heartbeat:
                        quiet = 0.0
                        yield b": still here\n\n"
                event = await waiting
            finally:
                if not waiting.done():
                    waiting.cancel()
                    with suppress(asyncio.CancelledError):
                        await waiting
            if event is None or not await _holds(allowed):
                return
            quiet = 0.0
            yield event.encode()


async def _holds(allowed: Callable[[], Awaitable[None]]) -> bool:
    try:
        await allowed()
    except CrmError:
        return False
    return True


@asynccontextmanager
async def _closed_after(events: AsyncIterator[ServerEvent]) -> AsyncIterator[AsyncIterator[ServerEvent]]:
    try:
        yield events
    finally:
        if isinstance(events, AsyncGenerator):
            await events.aclose()
