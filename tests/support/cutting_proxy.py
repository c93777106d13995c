"""A TCP proxy that cuts connections, holds them silent, or refuses them, when a test says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class CuttingProxy:
    """silent: bytes are taken and go nowhere, connections stay open; `mute` does it to those that there are.

    cut_after: every connection is cut after so many bytes of answers.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.silent = self.refusing = False
        self.cut_after: int | None = None
        self.accepted = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._muted: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Break every connection that there is."""
        for writer in self._writers:
            writer.transport.abort()

    def mute(self) -> None:
        """Every connection that there is stays open and brings nothing any more, as where the other end lost power."""
        self._muted |= self._writers

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self.refusing:
            writer.transport.abort()
            return
        with suppress(OSError):
            back, forth = await asyncio.open_connection("127.0.0.1", self.target)
            self._writers |= {writer, forth}
            await asyncio.gather(self._pump(reader, forth, None), self._pump(back, writer, self.cut_after))
        writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: int | None) -> None:
        passed = 0
        try:
            while data := await reader.read(65536):
                passed += len(data)
                if limit is not None and passed > limit:
                    break
                if not self.silent and writer not in self._muted:
                    writer.write(data)
                    await writer.drain()
        except OSError:
            pass
        finally:
            writer.transport.abort()
            self._writers.discard(writer)


@asynccontextmanager
async def proxied(target: int) -> AsyncIterator[CuttingProxy]:
    proxy = CuttingProxy(target)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
