"""A server that stops ends its streams after the grace, closes their sources, and leaves later servers alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn
from starlette.types import Receive, Scope, Send

from crm.process import _Quiet, bind
from shared.http.sse import ServerEvent, event_stream


async def always() -> None:
    """Nothing ends what the caller may do."""


class Source:
    """An app with one stream without end."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    async def events(self) -> AsyncGenerator[ServerEvent, None]:
        try:
            yield ServerEvent("begun", 1)
            await asyncio.Event().wait()
        finally:
            self.closed.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await event_stream(self.events(), always)(scope, receive, send)


@asynccontextmanager
async def served(app: Source) -> AsyncIterator[tuple[uvicorn.Server, asyncio.Task[None], str]]:
    listening = bind("127.0.0.1", 0)
    config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None, timeout_graceful_shutdown=1)
    server = _Quiet(config)
    serving = asyncio.create_task(server.serve([listening]))
    try:
        yield server, serving, f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


async def test_a_stop_ends_the_stream_closes_its_source_and_spares_the_next_server() -> None:
    for _ in range(2):
        app = Source()
        async with served(app) as (server, serving, address), httpx.AsyncClient(base_url=address) as client:
            async with client.stream("GET", "/") as answer:
                lines = answer.aiter_lines()
                assert [await anext(lines) for _ in range(4)] == ["retry: 2000", "", "id: 1", 'data: "begun"']
                assert not app.closed.is_set()
                server.should_exit = True
                await asyncio.wait_for(serving, 10)
            assert app.closed.is_set()
