"""Server-sent events: frames, heartbeats, resumption, and an end in every case."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable

from fastapi import Request
from starlette.types import Message, Scope

from shared.errors import Unauthenticated
from shared.http.sse import LOOK_SECONDS, ServerEvent, event_stream, last_event_id

SCOPE: Scope = {"type": "http", "method": "GET", "asgi": {}}


async def three() -> AsyncGenerator[ServerEvent, None]:
    for n in range(3):
        yield ServerEvent({"done": n, "行": "一"}, n + 1, "progress")


async def always() -> None:
    """Nothing ends what the caller may do."""


async def body_of(
    source: AsyncGenerator[ServerEvent, None],
    heartbeat: float = 15,
    allowed: Callable[[], Awaitable[None]] = always,
    look: float = 1,
    sent: list[bytes] | None = None,
) -> str:
    """All that a client is sent. sent: gets each piece of it at once."""
    sent = [] if sent is None else sent

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message.get("body", b""))

    await event_stream(source, allowed, heartbeat, look)(SCOPE, receive, send)
    return b"".join(sent).decode()


async def test_frames_and_the_end() -> None:
    text = await body_of(three())
    assert text.startswith("retry: 2000\n\n")
    assert 'id: 1\nevent: progress\ndata: {"done":0,"行":"一"}\n\n' in text
    assert text.count("data:") == 3


async def test_silence_is_filled_with_comments() -> None:
    sent: list[bytes] = []

    async def slow() -> AsyncGenerator[ServerEvent, None]:
        async with asyncio.timeout(60):
            while b"".join(sent).count(b": still here") < 2:
                await asyncio.sleep(0.001)
        yield ServerEvent("late")

    text = await body_of(slow(), heartbeat=0.01, sent=sent)
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

    await asyncio.wait_for(event_stream(endless(), always)(SCOPE, receive, send), 5)
    await asyncio.wait_for(ended.wait(), 5)


def test_last_event_id() -> None:
    def asked(value: bytes) -> int:
        return last_event_id(Request({"type": "http", "headers": [(b"last-event-id", value)]}))

    assert [asked(v) for v in (b"17", b"", b"x", b"-1", "²".encode("latin-1"), b"9" * 30)] == [17, 0, 0, 0, 0, 0]


async def test_a_caller_who_may_not_listen_any_more_hears_nothing_more() -> None:
    """Neither in a silence without end nor before the next event; the source is closed."""
    ended, looks = asyncio.Event(), 0

    async def allowed() -> None:
        nonlocal looks
        looks += 1
        if looks > 2:
            raise Unauthenticated()

    async def silent() -> AsyncGenerator[ServerEvent, None]:
        try:
            yield ServerEvent("seen")
            await asyncio.Event().wait()
        finally:
            ended.set()

    text = await asyncio.wait_for(body_of(silent(), allowed=allowed, look=0.01), 5)
    assert text.count("data:") == 1
    assert ended.is_set()
    looks = 1
    assert (await asyncio.wait_for(body_of(three(), allowed=allowed), 5)).count("data:") == 1


def test_a_stream_looks_often_enough_to_end_within_two_seconds() -> None:
    assert LOOK_SECONDS <= 1


async def test_a_client_that_leaves_in_a_silence_lets_the_source_finish_its_cleanup() -> None:
    cleaned = asyncio.Event()

    async def silent() -> AsyncGenerator[ServerEvent, None]:
        try:
            yield ServerEvent("seen")
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            cleaned.set()

    async def receive() -> Message:
        await asyncio.sleep(0.05)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        """The client reads nothing more."""

    await asyncio.wait_for(event_stream(silent(), always)(SCOPE, receive, send), 5)
    assert cleaned.is_set()


async def test_no_event_is_lost_or_sent_twice_between_looks_and_heartbeats() -> None:
    async def many() -> AsyncGenerator[ServerEvent, None]:
        for n in range(200):
            await asyncio.sleep(0.0005 * (n % 5))
            yield ServerEvent(n, n)

    text = await body_of(many(), heartbeat=0.003, look=0.001)
    assert [int(n) for n in re.findall(r"^data: (\d+)$", text, re.MULTILINE)] == list(range(200))
