"""Connections that never end what they began, or send without end: each is cut, and nobody else waits for it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import uvicorn
from fastapi import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from crm import connection
from crm.connection import MAX_HEAD, MAX_HEADERS, BoundedProtocol
from shared.errors import TooLarge
from shared.http.body import MAX_BYTES, read_body
from shared.http.problems import problem

QUICK = {"HEAD_SECONDS": 0.7, "BODY_SECONDS": 0.3, "LINGER_SECONDS": 0.3}
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
PIECE = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
ENDLESS = 1 << 20  # bytes
PATIENCE = 60  # seconds after which a test gives a connection up as never answered


@dataclass
class Server:
    """A served application that reads bodies as all services do. lengths: of the bodies it got whole."""

    port: int = 0
    lengths: list[int] = field(default_factory=list)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            self.lengths.append(len(await read_body(request)))
        except TooLarge as error:
            await problem(error)(scope, receive, send)
            return
        if scope["path"] == "/slow":
            await asyncio.sleep(1)
        await Response(b"hello")(scope, receive, send)

    async def open(self) -> Line:
        return Line(*await asyncio.open_connection("127.0.0.1", self.port))


@dataclass
class Line:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def rest(self) -> bytes:
        """Everything until the server hangs up; fails when it does not."""
        found = b""
        async with asyncio.timeout(PATIENCE):
            try:
                while piece := await self.reader.read(65_536):
                    found += piece
            except ConnectionError:
                pass
        self.writer.close()
        return found

    async def answer(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            return await self.reader.readuntil(b"hello")


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    server = Server()
    config = uvicorn.Config(
        server.app, http=BoundedProtocol, interface="asgi3", ws="none", lifespan="off", log_config=None, port=0
    )
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve())
    while not running.started:
        await asyncio.sleep(0.01)
    server.port = running.servers[0].sockets[0].getsockname()[1]
    yield server
    running.should_exit = running.force_exit = True
    await task


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    for name, seconds in QUICK.items():
        monkeypatch.setattr(connection, name, seconds)
    async with serving() as server:
        yield server


async def test_whole_requests_are_answered_one_after_another(server: Server) -> None:
    line = await server.open()
    for _ in range(3):
        await line.send(GET)
        assert (await line.answer()).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(0.2)
    await line.send(GET + GET + GET)
    for _ in range(3):
        await line.answer()
    await line.send(CHUNKED, b"5\r\nabcde\r\n", b"0\r\n\r\n")
    await line.answer()
    assert server.lengths[-1] == 5
    line.writer.close()


@pytest.mark.parametrize("begun", [b"", b"\r\n", b"GET / HT", GET[:-2], b"GET / HTTP/1.1\r\nHost: x\r\nX: "])
async def test_a_head_that_never_ends_is_cut(server: Server, begun: bytes) -> None:
    line = await server.open()
    await line.send(begun)
    assert (await line.rest()).startswith(b"HTTP/1.1 408" if begun else b"")


async def test_a_head_is_not_prolonged_by_dripping(server: Server) -> None:
    line = await server.open()

    async def drip() -> None:
        while True:
            await line.send(b"X-A: b\r\n")
            await asyncio.sleep(0.05)

    await line.send(GET[:-2])
    task = asyncio.create_task(drip())
    assert (await line.rest()).startswith(b"HTTP/1.1 408")
    task.cancel()


async def test_an_idle_connection_that_sends_line_ends_is_cut(server: Server) -> None:
    line = await server.open()
    await line.send(GET)
    await line.answer()
    await line.send(b"\r\n")
    assert (await line.rest()).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * MAX_HEAD,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * (MAX_HEADERS + 2),
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10_000,
        b"GET / HTTP/1.1\r\nX: " + b"a" * ENDLESS,
        b"GET / HTTP/1.1\r\n" + b"a" * ENDLESS,
        CHUNKED + b"0\r\n" + b"X: y\r\n" * (MAX_HEADERS + 2),  # after the body
        CHUNKED + b"0\r\nX: " + b"a" * ENDLESS,
    ],
)
async def test_a_head_without_end_is_refused(server: Server, head: bytes) -> None:
    line = await server.open()
    await line.send(head)
    answer = await line.rest()
    assert answer.startswith(b"HTTP/1.1 431"), answer
    assert b"content-security-policy: default-src 'none'" in answer
    assert server.lengths == []


@pytest.mark.parametrize(
    "junk",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nA : b\r\n\r\n",
        b"GET http:// HTTP/1.1\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_told_so_under_the_same_headers(server: Server, junk: bytes) -> None:
    line = await server.open()
    await line.send(junk)
    answer = await line.rest()
    assert answer.startswith(b"HTTP/1.1 400"), answer
    assert b"x-content-type-options: nosniff" in answer
    assert b'"type":"/problems/bad-request"' in answer
    assert server.lengths == []


async def test_a_body_that_stands_still_is_cut(server: Server) -> None:
    for head in (b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n{", CHUNKED + b"5\r\nab"):
        line = await server.open()
        await line.send(head)
        assert (await line.rest()).startswith(b"HTTP/1.1 408")
    assert server.lengths == []


async def test_a_body_that_keeps_coming_has_its_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SLOWEST", 1)
    line = await server.open()
    await line.send(CHUNKED)
    for _ in range(8):
        await line.send(b"5\r\nabcde\r\n")
        await asyncio.sleep(0.1)
    await line.send(b"0\r\n\r\n")
    await line.answer()
    assert server.lengths == [40]


async def test_a_body_without_end_is_answered_and_cut(server: Server) -> None:
    """Ten gigabytes, declared or not: a megabyte is read, one thrown away, no more taken, and then the line is cut."""
    for head in (b"POST / HTTP/1.1\r\nContent-Length: 10000000000\r\n\r\n", CHUNKED):
        line, sent = await server.open(), 0
        await line.send(head)
        answer = asyncio.create_task(line.rest())
        try:
            while sent < 10_000_000_000:
                await line.send(PIECE)
                sent += len(PIECE)
        except ConnectionError:
            pass
        assert (await answer).startswith(b"HTTP/1.1 413")
        assert sent < 20 * MAX_BYTES  # what the two sides' buffers hold comes on top
    assert server.lengths == []


@pytest.mark.parametrize("head", [b"POST / HTTP/1.1\r\nContent-Length: 10000000000\r\n\r\n", CHUNKED])
async def test_who_sends_without_looking_still_finds_the_answer(
    server: Server, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    """Cut at once, the line would be reset under the sender, and many clients give the answer up with it."""
    monkeypatch.setattr(connection, "LINGER_SECONDS", 5.0)
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.setblocking(False)
        line.send(head)
        refused = 0
        while refused < 10:  # the buffers are full, and nobody makes room any more
            try:
                line.send(PIECE)
                refused = 0
            except BlockingIOError:
                refused += 1
                await asyncio.sleep(0.05)
        assert line.recv(65_536).startswith(b"HTTP/1.1 413")


async def test_a_refused_body_that_ends_soon_keeps_its_connection(server: Server) -> None:
    line = await server.open()
    await line.send(b"POST / HTTP/1.1\r\nContent-Length: 1000001\r\n\r\n")
    assert (await line.reader.readuntil(b"}")).startswith(b"HTTP/1.1 413")
    await line.send(b"x" * 1_000_001)
    await line.send(GET)
    await line.answer()
    line.writer.close()


async def test_a_slow_answer_is_no_slow_request(server: Server) -> None:
    line = await server.open()
    await line.send(GET.replace(b"/ ", b"/slow "), b"GET / HT")
    await line.answer()
    line.writer.close()


async def test_many_slow_connections_hold_nobody_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 4.0)
    slow = [await server.open() for _ in range(400)]
    for line in slow:
        await line.send(b"GET / HTTP/1.1\r\nX: ")
    other = await server.open()
    for _ in range(20):
        await other.send(GET)
        await other.answer()
    assert not any(line.reader.at_eof() for line in slow)  # they were there all the time
    answers = await asyncio.gather(*(line.rest() for line in slow))
    assert all(answer.startswith(b"HTTP/1.1 408") for answer in answers)
    other.writer.close()
