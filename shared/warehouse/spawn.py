"""Start an engine, speak with it, end it. A start is a generation of its own: a dead one is never spoken to again."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import clickhouse_connect
import urllib3
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import NewConnectionError

from shared.errors import Unavailable
from shared.warehouse.engine import Options
from shared.warehouse.protocol import BUFFER
from shared.warehouse.session import CLIENT_ERRORS, first_line

PROGRAM = ("-I", "-B", "-m", "shared.warehouse.engine")
START_SECONDS = 60.0  # of a first start, and of every start that loads all data
RESTART_SECONDS = 15.0  # of a reader, when its library has been read once
CONNECTIONS = 8
_NO_TIMEOUT = 86_400  # seconds; the caller watches the time


class NotStarted(Unavailable):
    """An engine said why it does not start, ended, or took too long."""


@asynccontextmanager
async def in_time(seconds: float) -> AsyncIterator[None]:
    """The limit of an engine's start with all that belongs to it. Raises NotStarted."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise NotStarted(f"the engine did not start within {seconds:.0f} s") from None


class Engine:
    """One generation of an engine. walls: its active walls."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket, scratch: Path) -> None:
        self._process, self._control, self._scratch = process, control, scratch
        self.walls: list[str] = []
        self.client: Any = None

    @property
    def scratch(self) -> Path:
        """Its own folder, as seen from outside."""
        return self._scratch

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    @classmethod
    async def start(cls, options: Options, database: str | None = None, inherited: tuple[int, ...] = ()) -> Engine:
        """inherited: descriptors that are to stay open as long as it lives. Raises NotStarted, OSError.

        It waits for the engine without a limit: see in_time.
        The kernel ends an engine with the thread that started it, so this starts it on the event loop's own thread.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: ASYNC220, S603  a fork; the program is this one
                [sys.executable, *PROGRAM, str(theirs.fileno())],
                env={"TZ": "UTC", "LANG": "C.UTF-8"},
                pass_fds=(theirs.fileno(), *inherited),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # the library quotes statements when it fails
                cwd="/",
            )
        engine = cls(process, ours, Path(options.root, options.scratch))
        try:
            await asyncio.to_thread(engine._greet, options, database)
        except BaseException:
            await engine.kill()
            raise
        return engine

    def _greet(self, options: Options, database: str | None) -> None:
        try:
            self._control.sendall(json.dumps(asdict(options)).encode() + b"\n")
            started = json.loads(self._control.makefile("rb").readline() or b'{"failed": "it ended while it started"}')
            if "failed" in started:
                raise NotStarted(started["failed"])
            self.walls = started["walls"]
            self.client = clickhouse_connect.get_client(
                host="engine",
                pool_mgr=_pool(self._control),
                compress=False,
                autogenerate_session_id=False,
                send_receive_timeout=_NO_TIMEOUT,
                database=database or "__default__",
            )
        except CLIENT_ERRORS as error:
            raise NotStarted(f"the engine does not start: {first_line(error)}") from error

    def connect(self) -> socket.socket:
        """A new connection, which speaks ClickHouse's HTTP interface. Raises OSError: the engine has ended."""
        return _connected(self._control)

    async def ended(self, seconds: float) -> bool:
        """Whether it has ended, or does within this time: its connections break a moment before."""
        until = time.monotonic() + seconds
        while self.alive and time.monotonic() < until:
            await asyncio.sleep(0.01)
        return not self.alive

    async def kill(self) -> None:
        """SIGKILL; returns when it is gone and its scratch folder is too."""
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        self._control.close()
        await asyncio.to_thread(shutil.rmtree, self._scratch, True)


def _pool(control: socket.socket) -> urllib3.PoolManager:
    """Connections to the engine behind this control socket: once it is dead, none can be made.

    The client repeats a read on a new connection when the old one breaks. That must never reach the next engine.
    """

    class Connection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            try:
                return _connected(control)
            except OSError as error:  # urllib3 takes a broken pipe for an answer on its way
                raise NewConnectionError(self, "the engine has ended") from error

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    manager = urllib3.PoolManager(num_pools=1, maxsize=CONNECTIONS)
    manager.pool_classes_by_scheme = {"http": Pool}
    return manager


def _connected(control: socket.socket) -> socket.socket:
    """One end of a new connection; the engine gets the other."""
    ours, theirs = socket.socketpair()
    with theirs:
        for buffer in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            ours.setsockopt(socket.SOL_SOCKET, buffer, BUFFER)
        try:
            socket.send_fds(control, [b"c"], [theirs.fileno()])
        except OSError:
            ours.close()
            raise
    return ours
