"""A client of a live stream in a test: what it has heard, and a wait for what it is to hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

SECONDS = 60  # by far: nothing here is timed


@dataclass
class Heard:
    """events: (kind, data) in the order heard. last: the newest id. ended: the stream is over."""

    events: list[tuple[str, Any]] = field(default_factory=list)
    last: int | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, frames: bytes) -> None:
        for one in frames.decode().split("\n\n"):
            lines = dict(line.split(": ", 1) for line in one.split("\n") if line and not line.startswith(":"))
            if "id" in lines:
                self.last = int(lines["id"])
            if "data" in lines:
                self.events.append((lines.get("event", ""), orjson.loads(lines["data"])))
        self._more.set()

    def of(self, kind: str) -> list[Any]:
        return [data for name, data in self.events if name == kind]

    async def until(self, there: Callable[[Heard], bool]) -> None:
        async with asyncio.timeout(SECONDS):
            while not there(self):
                self._more.clear()
                await self._more.wait()


@asynccontextmanager
async def listening(frames: AsyncGenerator[bytes, None]) -> AsyncIterator[Heard]:
    """Listen in the background to a stream that has begun; it is closed at the end."""
    heard = Heard()

    async def listen() -> None:
        async with aclosing(frames):
            async for one in frames:
                heard.take(one)
        heard.ended.set()

    task = asyncio.create_task(listen())
    try:
        await heard.until(lambda h: bool(h.events) or h.ended.is_set())
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
