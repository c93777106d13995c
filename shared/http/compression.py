"""Answers as gzip, for callers that take it; short ones, streams of events and what is packed already stay as they are.

Secrets are never compressed next to what a caller wrote: the length would tell them (BREACH). So a service names what
may be compressed (`ServiceApp`).
"""

from __future__ import annotations

import asyncio
import zlib
from functools import lru_cache
from typing import Any

from starlette.types import Message, Scope, Send

LEAST = 1_000  # bytes: below, the packet is sent all the same
LEVEL = 1  # four fifths of what level 6 saves, for a third of its time
LONG = 256 * 1024  # bytes that are compressed in a thread: others are answered meanwhile
_TEXTS = (b"text/", b"application/json", b"application/problem+json", b"application/vnd.apache.arrow", b"image/svg+xml")
_GZIP = 16 + zlib.MAX_WBITS


@lru_cache(maxsize=256)
def codings(accepted: bytes) -> frozenset[str]:
    """The content codings that an `Accept-Encoding` header takes (RFC 9110 §12.5.3); `*` stands for those not named."""
    taken = set()
    for one in accepted.decode("latin-1").lower().split(","):
        name, _, weight = one.partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            taken.add(name.strip())
    return frozenset(taken - {""})


def accepted(scope: Scope) -> frozenset[str]:
    return next((codings(value) for name, value in scope["headers"] if name == b"accept-encoding"), frozenset())


class Compressing:
    """Takes the messages of one answer and sends them on, compressed where that pays. Flat in memory for streams."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._stream: Any = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if _suits(message):
                self._start = message  # sent once the body tells whether it pays
                return
        elif self._stream is not None:
            message = self._part(message)
        elif self._start is not None:
            start, self._start = self._start, None
            message = await self._first(start, message)
            await self._send(start)
        await self._send(message)

    async def _first(self, start: Message, message: Message) -> Message:
        """Decide by the first part of the body; the headers in `start` follow."""
        body, more = message.get("body", b""), message.get("more_body", False)
        if not more and len(body) < LEAST:
            return message
        self._stream = zlib.compressobj(LEVEL, wbits=_GZIP)
        length = []
        if more:
            message = self._part(message)
        else:
            packed = await asyncio.to_thread(self._whole, body) if len(body) > LONG else self._whole(body)
            length, message = [(b"content-length", b"%d" % len(packed))], {**message, "body": packed}
        start["headers"] = [*map(_weak, start["headers"]), *length, (b"content-encoding", b"gzip")]
        start["headers"] = [h for h in start["headers"] if h[0] != b"content-length" or h in length]
        return message

    def _whole(self, body: bytes) -> bytes:
        packed: bytes = self._stream.compress(body) + self._stream.flush()
        return packed

    def _part(self, message: Message) -> Message:
        """A part of a stream reaches the caller when it is made: nothing waits for the next one."""
        mode = zlib.Z_SYNC_FLUSH if message.get("more_body") else zlib.Z_FINISH
        packed = self._stream.compress(message.get("body", b"")) + self._stream.flush(mode)
        return {**message, "body": packed}


def _suits(start: Message) -> bool:
    """A text whose answer is neither empty, a part of one, nor coded already."""
    if start["status"] in (204, 206, 304):
        return False
    media = b""
    for name, value in start["headers"]:
        if name in (b"content-encoding", b"content-range", b"accept-ranges"):
            return False
        if name == b"content-type":
            media = value
    return media.startswith(_TEXTS) and not media.startswith(b"text/event-stream")


def _weak(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """The bytes are others than those that a strong entity tag promises."""
    name, value = header
    return (name, b"W/" + value) if name == b"etag" and not value.startswith(b"W/") else header
