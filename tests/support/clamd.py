"""A clamd over a real socket: `zPING` and `zINSTREAM`, as its manual says, with what goes wrong on request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from shared.blobs.clamd import Clamd

# The EICAR test string, in two parts so that no scanner finds this file: https://www.eicar.org
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class FakeClamd:
    """longest: its StreamMaxLength. cuts: connections that it ends in the stream. silent: it gives no verdict."""

    port: int = 0
    longest: int = 100 << 20
    cuts: int = 0
    silent: bool = False
    seen: list[bytes] = field(default_factory=list)

    @property
    def client(self) -> Clamd:
        return Clamd("127.0.0.1", self.port, verdict_seconds=0.3)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            command = await reader.readuntil(b"\0")
            writer.write(b"PONG\0" if command == b"zPING\0" else await self._verdict(reader))
            await writer.drain()
        writer.close()

    async def _verdict(self, reader: asyncio.StreamReader) -> bytes:
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            if self.cuts:
                self.cuts -= 1
                raise ConnectionResetError
            if len(content) + length > self.longest:
                return b"INSTREAM size limit exceeded. ERROR\0"
            content += await reader.readexactly(length)
        self.seen.append(content)
        if self.silent:
            await asyncio.sleep(60)
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


@asynccontextmanager
async def fake_clamd(port: int = 0) -> AsyncIterator[FakeClamd]:
    fake = FakeClamd()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", port)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
