"""What is written in one turn of the event loop goes out together, and nothing stays behind."""

from __future__ import annotations

import asyncio
from typing import cast

from crm.transport import Gathering


class Wire:
    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed_after: int | None = None

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def close(self) -> None:
        self.closed_after = len(self.sent)

    def is_closing(self) -> bool:
        return self.closed_after is not None


def gathering() -> tuple[Gathering, Wire]:
    wire = Wire()
    return Gathering(cast(asyncio.Transport, wire), asyncio.get_running_loop()), wire


async def test_a_head_and_its_body_are_one_packet() -> None:
    transport, wire = gathering()
    transport.write(b"head ")
    transport.write(b"body")
    assert wire.sent == []
    await asyncio.sleep(0)
    assert wire.sent == [b"head body"]


async def test_a_stream_is_not_held_back_until_its_end() -> None:
    transport, wire = gathering()
    for piece in (b"head", b"first", b"second"):
        transport.write(piece)
        await asyncio.sleep(0)
    assert wire.sent == [b"head", b"first", b"second"]


async def test_what_was_written_is_sent_before_hanging_up() -> None:
    transport, wire = gathering()
    transport.write(b"head ")
    transport.write(b"body")
    transport.close()
    assert (wire.sent, wire.closed_after, transport.is_closing()) == ([b"head body"], 1, True)
    await asyncio.sleep(0)
    assert wire.sent == [b"head body"]
