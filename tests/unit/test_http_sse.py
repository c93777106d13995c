"""Server-sent events: frames, heartbeats, resumption, and an end in every case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from fastapi import Request
from starlette.types import Message

from shared.http.sse import ServerEvent, event_stream, last_event_id


async def three() -> AsyncGenerator[ServerEvent, None]:
    for n in range(3):
        yield ServerEvent({"done": n, "行": "一"}, n + 1, "progress")


async def body_of(source: AsyncGenerator[ServerEvent, None], heartbeat: float = 15) -> str:
    return "".join([str(chunk, "utf-8") async for chunk in event_stream(source, heartbeat).body_iterator])  # type: ignore[arg-type]


async def test_frames_and_the_end() -> None:
    text = await body_of(three())
    assert text.startswith("retry: 2000\n\n")
    assert 'event: progress\nid: 1\ndata: {"done":0,"行":"一"}\n\n' in text
    assert text.count("data:") == 3


async def test_silence_is_filled_with_comments() -> None:
    async def slow() -> AsyncGenerator[ServerEvent, None]:
        await asyncio.sleep(0.1)
        yield ServerEvent("late")

    text = await body_of(slow(), heartbeat=0.01)
    assert text.count(": still here") >= 2
    assert text.endswith('data: "late"\n\n')


async def test_a_client_that_leaves_ends_the_source() -> None:
    ended = asyncio.Event()
    sent: list[Message] = []

    async def endless() -> AsyncGenerator[ServerEvent, None]:
        try:
            while True:
                yield ServerEvent(len(sent))
                await asyncio.sleep(0.005)
        finally:
            ended.set()

    async def receive() -> Message:
        while len(sent) < 4:
            await asyncio.sleep(0.005)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await asyncio.wait_for(event_stream(endless())({"type": "http", "asgi": {}}, receive, send), 5)
    await asyncio.wait_for(ended.wait(), 5)


def test_last_event_id() -> None:
    def asked(value: bytes) -> int:
        return last_event_id(Request({"type": "http", "headers": [(b"last-event-id", value)]}))

    assert [asked(v) for v in (b"17", b"", b"x", b"-1", "²".encode("latin-1"), b"9" * 30)] == [17, 0, 0, 0, 0, 0]
