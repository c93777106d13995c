"""The one address of a cluster on this machine: paths find their process, bodies pass as they come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from infra.front import Front
from infra.kafka.broker import free_ports

SIZE = 3_000_000
SAID = {"x-forwarded-proto": "https", "connection": "keep-alive, X-Mine", "x-mine": "of this connection"}


class Role:
    """A process behind the address: it tells what it was asked, or streams until its caller has gone."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.more, self.left = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].endswith("/stream"):
            await self._stream(receive, send)
            return
        size, more = 0, True
        while more:
            message = await receive()
            size, more = size + len(message.get("body", b"")), message.get("more_body", False)
        said: dict[str, Any] = {"name": self.name, "method": scope["method"], "size": size}
        said |= {"target": (scope["raw_path"] + b"?" + scope["query_string"]).decode()}
        said |= {"headers": {name.decode(): value.decode() for name, value in scope["headers"]}}
        headers = [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"content-encoding", b"identity")]
        await send({"type": "http.response.start", "status": 207, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(said).encode()})

    async def _stream(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
        await self.more.wait()
        await send({"type": "http.response.body", "body": b"data: 2\n\n", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        self.left.set()


@asynccontextmanager
async def serving(app: ASGIApp, port: int) -> AsyncIterator[str]:
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, lifespan="off", log_level="error", proxy_headers=False)
    )
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running


@pytest.fixture
async def parts() -> AsyncIterator[tuple[httpx.AsyncClient, Role]]:
    """A caller of the address, and the role behind it that has a service of its own. A third one is away."""
    ports = free_ports(4)
    async with AsyncExitStack() as stack:
        other = Role("analytics")
        api = await stack.enter_async_context(serving(Role("api"), ports[0]))
        analytics = await stack.enter_async_context(serving(other, ports[1]))
        routes = {"analytics": analytics, "audit": f"http://127.0.0.1:{ports[2]}"}
        url = await stack.enter_async_context(serving(Front(api, routes), ports[3]))
        yield await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=20)), other


async def test_each_path_finds_its_process_with_all_that_was_said(parts: tuple[httpx.AsyncClient, Role]) -> None:
    http, _ = parts
    asked = await http.patch(
        "/customer/accounts/%E5%BC%A0?q=a%26b", json={"x": 1}, headers={"x-forwarded-for": "6.6.6.6", **SAID}
    )
    assert asked.status_code == 207
    assert asked.headers.get_list("set-cookie") == ["a=1", "b=2"]
    said = asked.json()
    assert (said["name"], said["method"]) == ("api", "PATCH")
    assert said["target"] == "/customer/accounts/%E5%BC%A0?q=a%26b"
    assert said["headers"]["x-forwarded-for"] == "127.0.0.1"
    assert said["headers"]["x-forwarded-proto"] == "http"
    assert "x-mine" not in said["headers"]
    assert said["headers"]["host"] == http.base_url.netloc.decode()
    assert [(await http.get(path)).json()["name"] for path in ("/", "/analytics/sql", "/analytics", "/analyticsx")] == [
        "api", "analytics", "analytics", "api",
    ]  # fmt: skip
    assert (await http.get("/analytics/")).json()["size"] == 0


@pytest.mark.parametrize(
    "target", ["/analytics/../warehouse/rows?", "/analytics/./a//b[c]|?q=\"'"], ids=["dots", "signs"]
)
async def test_a_path_leads_nowhere_else_in_its_process(parts: tuple[httpx.AsyncClient, Role], target: str) -> None:
    """Written to the socket: a client of HTTP would resolve the dots by itself."""
    url = parts[0].base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: {url.host}\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    said = json.loads(answer[answer.index(b"{") : answer.rindex(b"}") + 1])
    assert (said["name"], said["target"]) == ("analytics", target)


async def test_uploads_pass_with_and_without_a_length(parts: tuple[httpx.AsyncClient, Role]) -> None:
    http, _ = parts

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield bytes(SIZE // 30)

    for body in (bytes(SIZE), pieces()):
        assert (await http.post("/analytics/files", content=body)).json()["size"] == SIZE


async def test_a_stream_arrives_as_it_is_made_and_ends_with_its_caller(parts: tuple[httpx.AsyncClient, Role]) -> None:
    http, role = parts
    async with asyncio.timeout(30):
        async with http.stream("GET", "/analytics/stream") as answer:
            lines = answer.aiter_lines()
            assert await anext(lines) == "data: 1"
            role.more.set()
            assert [await anext(lines), await anext(lines)] == ["", "data: 2"]
            assert not role.left.is_set()
        await role.left.wait()


async def test_a_process_that_is_away_is_named(parts: tuple[httpx.AsyncClient, Role]) -> None:
    http, _ = parts
    answer = await http.post("/audit/replays", content=bytes(SIZE))
    assert answer.status_code == 502
    assert "does not answer" in answer.text
    assert (await http.get("/")).status_code == 207
