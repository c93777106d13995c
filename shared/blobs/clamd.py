"""A virus scanner behind clamd's INSTREAM command: https://docs.clamav.net/manual/Usage/Scanning.html#clamd.

The stream goes in parts, each after its length (4 bytes, big-endian); a length of 0 ends it. Commands and answers end
with NUL. A stream longer than its `StreamMaxLength` is answered before its end, and the connection closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from shared.blobs.store import TOO_LARGE, Verdict
from shared.errors import Unavailable

CONNECT_SECONDS = 5.0
SEND_SECONDS = 30.0  # of one part of the stream
VERDICT_SECONDS = 300.0  # from its end on
PING_SECONDS = 2.0
_LONGEST = 4096  # bytes of an answer


class ScannerFailed(Unavailable):
    """It ended, fell silent, or said something else than a verdict: ask again."""


class ScannerUnreachable(ScannerFailed):
    """Nobody answers there: no other file has better luck now."""


class Clamd:
    """Is Scanner. A connection for each question."""

    def __init__(
        self, host: str, port: int, *, send_seconds: float = SEND_SECONDS, verdict_seconds: float = VERDICT_SECONDS
    ) -> None:
        self._host, self._port = host, port
        self._send_seconds, self._verdict_seconds = send_seconds, verdict_seconds

    @classmethod
    def at(cls, url: str) -> Clamd:
        """url: `clamd://host:port`. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme != "clamd" or not parts.hostname or not parts.port or parts.path or parts.username:
            raise ValueError(f"a virus scanner is named clamd://host:port, not {url}")
        return cls(parts.hostname, parts.port)

    async def scan(self, content: AsyncIterator[bytes]) -> Verdict:
        """See Scanner."""
        async with self._connection() as (reader, writer):
            answer = asyncio.ensure_future(reader.readuntil(b"\0"))  # it may come before the stream's end
            try:
                with suppress(ConnectionError):  # what it said before it hung up counts
                    await self._send(content, writer, answer)
                async with asyncio.timeout(self._verdict_seconds):
                    return _verdict(await answer)
            finally:
                answer.cancel()

    async def answers(self) -> bool:
        """See Scanner."""
        try:
            async with asyncio.timeout(PING_SECONDS), self._connection() as (reader, writer):
                writer.write(b"zPING\0")
                return await reader.readuntil(b"\0") == b"PONG\0"
        except (ScannerFailed, TimeoutError):
            return False

    async def _send(
        self, content: AsyncIterator[bytes], writer: asyncio.StreamWriter, answer: asyncio.Future[bytes]
    ) -> None:
        writer.write(b"zINSTREAM\0")
        async for part in content:
            if answer.done():
                return
            if part:
                writer.write(len(part).to_bytes(4, "big") + part)
                async with asyncio.timeout(self._send_seconds):
                    await writer.drain()
        writer.write(bytes(4))

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Raises ScannerFailed for whatever the connection ends with."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, writer = await asyncio.open_connection(self._host, self._port, limit=_LONGEST)
        except (OSError, TimeoutError) as error:
            raise ScannerUnreachable(f"the virus scanner is not reached: {type(error).__name__}") from None
        try:
            yield reader, writer
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise ScannerFailed(f"the virus scanner gives no verdict: {type(error).__name__}") from None
        finally:
            writer.transport.abort()


def _verdict(answer: bytes) -> Verdict:
    """Raises ScannerFailed for what is none: nothing but `OK` is clean."""
    said = answer.rstrip(b"\0\n").decode("utf-8", "replace").removeprefix("stream: ")
    if said == "OK":
        return Verdict()
    if said.endswith(" FOUND"):
        return Verdict(infected=said.removesuffix(" FOUND")[:200] or "unnamed")
    if "size limit exceeded" in said:
        return Verdict(refused=TOO_LARGE)
    raise ScannerFailed(f"the virus scanner gives no verdict: {said[:80]!r}")
