"""The embedded process: all services, one port, one data directory."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from crm.compose import Suite
from crm.connection import BoundedProtocol
from crm.relief import Relief
from crm.roles import ALL, Roles
from crm.settings import Settings, WrongSetting, proxies
from crm.sockets import bind
from shared.addresses import WrongAddress
from shared.eventstore.sqlite_writer import SWITCH_SECONDS
from shared.streaming.keeping import keep_going
from shared.telemetry import setup as telemetry

WARM_AFTER_SECONDS = 1.0
GRACE_SECONDS = 10  # for requests in flight when the process is asked to end
LISTENERS = 16  # the event loop lets one connection in per turn and listener: a crowd would wait for as many turns
GC_THRESHOLD = (50_000, 20, 100)  # full collections are what a request's p99 is made of


class Server:
    """start → (serving) → stop. `suite` is there from start on; `settings` then name the real port."""

    suite: Suite

    def __init__(self, settings: Settings, roles: Roles = ALL) -> None:
        self.settings, self._roles = settings, roles
        self._uvicorn: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._warming: asyncio.Task[None] | None = None
        self._stop_telemetry: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Open everything and listen; returns when requests are answered.

        Raises WrongSetting: the port is in use, or the data directory is (by a second process, or a newer program).
        """
        trusted = proxies()
        listening = bind(self.settings.host, self.settings.port)
        try:
            self.settings = replace(self.settings, port=listening.getsockname()[1])
            self._stop_telemetry = self._measuring()
            self.suite = await Suite.open(self.settings, self._roles)
        except BaseException:
            listening.close()
            raise
        self._uvicorn = http_server(reached(self.suite.app, self.settings.address), trusted)
        listeners = [listening, *(listening.dup() for _ in range(LISTENERS - 1))]
        self._serving = asyncio.create_task(self._uvicorn.serve(listeners))
        while not self._uvicorn.started and not self._serving.done():
            await asyncio.sleep(0.005)
        await self.suite.start()
        relief = Relief(self.suite.kernel, partial(_answered, self._uvicorn))
        self.suite.tasks.append(asyncio.create_task(keep_going(relief.run)))
        self._warming = asyncio.create_task(_warm(self.suite))
        _tune_interpreter()

    def _measuring(self) -> Callable[[], None]:
        try:
            return telemetry.start("crm", self._identity())
        except WrongAddress as error:
            raise WrongSetting(str(error)) from error

    def _identity(self) -> dict[str, str]:
        """What tells this process from the others, the same after a restart."""
        instance = f"{socket.gethostname()}:{self.settings.port}"
        return {"service.instance.id": instance, "crm.roles": str(self._roles)}

    async def stop(self) -> None:
        """Finish the requests in flight, then close everything in order."""
        if self._uvicorn is not None and self._serving is not None:
            self._uvicorn.should_exit = True
            self.suite.kernel.changes.close()
            await self._serving
        if self._warming is not None:
            self._warming.cancel()
        if hasattr(self, "suite"):
            await self.suite.close()
        self._stop_telemetry()

    async def run(self) -> None:
        """Serve until SIGINT or SIGTERM, or until a background task fails. Raises what it failed with."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, ended.set)
        waiting = asyncio.create_task(ended.wait())
        try:
            await asyncio.wait([waiting, *self.suite.tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        failed = [t.exception() for t in self.suite.tasks if t.done() and not t.cancelled()]
        await self.stop()
        for error in failed:
            if error is not None:
                raise error


class _Quiet(uvicorn.Server):
    """uvicorn without signal handlers of its own: the process decides when to end."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield


def _answered(server: uvicorn.Server) -> int:
    return server.server_state.total_requests


def reached(app: ASGIApp, address: str) -> ASGIApp:
    """The routes as people reach them: where that is by https, every answer is for https, whatever the proxy says."""
    if not address.startswith("https:"):
        return app

    async def secure(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "scheme": "https"}, receive, send)

    return secure


def http_server(app: ASGIApp, trusted: list[str]) -> uvicorn.Server:
    """trusted: the proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` count."""
    config = uvicorn.Config(
        app,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted,
        loop="none",
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=75,
    )
    return _Quiet(config)


async def _warm(suite: Suite) -> None:
    """The engine of callers' questions, once the first pages are served: it costs half a second of processor time."""
    await asyncio.sleep(WARM_AFTER_SECONDS)
    if suite.kernel.warehouse is not None:
        await suite.kernel.warehouse.warm()


def _tune_interpreter() -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLD)
