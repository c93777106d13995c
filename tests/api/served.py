"""The whole suite behind a real HTTP server on a free port, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.api.documents import VALUES
from tests.support.suite import Whole, open_whole


class Served:
    """seen: how often each (method, path, status) was answered."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, str, int]] = Counter()
        self.whole: Whole
        self.url = ""
        self._ready, self._ended = threading.Event(), threading.Event()
        self._failure: BaseException | None = None

    def run(self, folder: Path) -> None:
        try:
            asyncio.run(self._run(folder))
        except BaseException as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _run(self, folder: Path) -> None:
        async with open_whole(folder) as self.whole:
            await self._sign()
            config = uvicorn.Config(self._counted(self.whole.suite.app), port=0, log_level="error", lifespan="off")
            server = uvicorn.Server(config)
            serving = asyncio.ensure_future(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            self.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
            self._ready.set()
            await asyncio.to_thread(self._ended.wait)
            assert not any(task.done() for task in self.whole.suite.tasks), "a background loop has ended"
            server.should_exit = True
            await serving

    async def _sign(self) -> None:
        """A checkpoint covers what is there, so that an event can be proven."""
        kernel, tenant = self.whole.suite.kernel, self.whole.ours.tenant
        assert kernel.ledger is not None
        assert kernel.notary is not None
        await kernel.ledger.catch_up()
        await kernel.notary.sign()
        await kernel.ledger.catch_up()
        account = f"account-{self.whole.ours.one('account')}"
        made = (await kernel.store.read(tenant, account))[0]
        VALUES["record"], VALUES["act"] = account, orjson.loads(made.metadata)["command"]
        VALUES["event"] = (await kernel.store.read_all(0, 1, tenant=tenant))[0].event_id

    def _counted(self, app: ASGIApp) -> ASGIApp:
        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self.seen[scope["method"], scope["path"], message["status"]] += 1
                await send(message)

            await app(scope, receive, noted)

        return counted

    def wait(self) -> None:
        self._ready.wait()
        if self._failure is not None:
            raise self._failure

    def end(self) -> None:
        self._ended.set()


@contextmanager
def serve(folder: Path) -> Iterator[Served]:
    served = Served()
    thread = threading.Thread(target=served.run, args=(folder,), daemon=True)
    thread.start()
    served.wait()
    try:
        yield served
    finally:
        served.end()
        thread.join(60)
        served.wait()
