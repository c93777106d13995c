"""HTTP/1.1 by hand over one connection: cheap, and it can be cut where a test wants it cut."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

SECONDS = 150.0  # a first question may wait for two starts of an engine, of 60 s each


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        return orjson.loads(self.content)


class Wire:
    """One client with one keep-alive connection; what fails on the way raises OSError, and the outcome is unknown."""

    def __init__(self, url: str, token: str = "") -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or 80)
        self.token = token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One request and its answer. Raises OSError."""
        try:
            async with asyncio.timeout(SECONDS):
                reader, writer = await self._connected()
                writer.write(self._request(method, path, body, headers or {}))
                return await self._answer(reader)
        except (OSError, EOFError, ValueError) as error:
            self.close()
            raise ConnectionError(f"{method} {path}: {type(error).__name__} {error}") from error
        except BaseException:
            self.close()
            raise

    async def cut(self, method: str, path: str, body: Any, headers: Mapping[str, str], after: float = 0.0) -> None:
        """Send the whole request and close the connection without reading the answer."""
        _, writer = await self._connected()
        writer.write(self._request(method, path, body, headers))
        await writer.drain()
        await asyncio.sleep(after)
        writer.transport.abort()
        self._streams = None

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._address, limit=1 << 24)
        return self._streams

    def _request(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> bytes:
        content = b"" if body is None else orjson.dumps(body)
        lines = [f"{method} {path} HTTP/1.1", "Host: crm.test", f"Content-Length: {len(content)}"]
        if body is not None:
            lines.append("Content-Type: application/json")
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + content

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        if "content-length" in headers:
            content = await reader.readexactly(int(headers["content-length"]))
        else:
            content = b"".join([chunk async for chunk in _chunks(reader)])
        if headers.get("connection") == "close":
            self.close()
        return Answer(int(head[0].split()[1]), headers, content)


async def _chunks(reader: asyncio.StreamReader) -> Any:
    while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
        yield (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)
