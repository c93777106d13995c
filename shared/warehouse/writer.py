"""The engine of the suite's own statements: one at a time, in order, restarted when it has died."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from shared.errors import Unavailable
from shared.warehouse import grants
from shared.warehouse.engine import Options
from shared.warehouse.home import WRITER_UID, Home, owner
from shared.warehouse.port import Answer, Parameters
from shared.warehouse.session import WRITER_SETTINGS, ask, failures
from shared.warehouse.spawn import START_SECONDS, Engine, in_time
from shared.warehouse.tables import Row, Table

T = TypeVar("T")

DRAIN_SECONDS = 10.0  # for the running statement, when the suite ends
BEAT_SECONDS = 3.0  # between two looks whether the engine of a running statement still answers
SILENCE_SECONDS = 15.0  # without an answer, until it is ended

log = logging.getLogger("crm.warehouse")


class Writer:
    def __init__(self, home: Home, database: str) -> None:
        self._home, self._database = home, database
        self._engine: Engine | None = None
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "warehouse-writer")
        self._beat = ThreadPoolExecutor(1, "warehouse-beat")
        self._closed = False

    @property
    def engine(self) -> Engine | None:
        return self._engine

    async def start(self) -> None:
        """Raises Unavailable, QueryFailed, OSError."""
        async with self._turn:
            await self._living()

    async def command(self, sql: str, parameters: Parameters | None = None) -> None:
        """Raises QueryFailed, Unavailable."""
        await self._run(lambda c: c.command(sql, parameters=parameters, settings=WRITER_SETTINGS))

    async def insert(self, table: Table, rows: Sequence[Row], name: str) -> None:
        """One block; durable on return. Raises QueryFailed, Unavailable."""
        await self._run(lambda c: c.insert_arrow(name, table.arrow(rows), settings=WRITER_SETTINGS))

    async def ask(self, sql: str, parameters: Parameters | None = None) -> Answer:
        """Raises QueryFailed, Unavailable."""
        return await self._run(lambda c: ask(c, sql, parameters, WRITER_SETTINGS))

    async def close(self) -> None:
        """Let the running statement end, then end the engine: answered writes are on disk."""
        self._closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS), self._turn:
                pass
        if self._engine is not None:
            await self._engine.kill()
        self._beat.shutdown(wait=False, cancel_futures=True)

    async def _run(self, act: Callable[[Any], T]) -> T:
        async with self._turn:
            if self._closed:
                raise Unavailable("the warehouse is closed")
            engine = await self._living()
            statement = asyncio.get_running_loop().run_in_executor(self._thread, _called, act, engine.client)
            try:
                while not (await asyncio.wait({statement}, timeout=BEAT_SECONDS))[0]:
                    await self._end_if_silent(engine)
                return statement.result()
            finally:
                statement.cancel()  # one that has not begun must not outlive its caller

    async def _end_if_silent(self, engine: Engine) -> None:
        """A statement may run for hours; a stopped or hung engine answers no second statement either."""
        beat = asyncio.get_running_loop().run_in_executor(self._beat, _called, _pulse, engine.client)
        answered, _ = await asyncio.wait({beat}, timeout=SILENCE_SECONDS)
        if not answered:
            log.warning("the writer's engine has not answered for %.0f s: it is replaced", SILENCE_SECONDS)
            await engine.kill()
            await asyncio.wait({beat})
        beat.exception()  # of an engine that has ended: its statement fails too

    async def _living(self) -> Engine:
        if self._engine is not None and self._engine.alive:
            return self._engine
        if self._engine is not None:
            await self._engine.kill()
        created = f"CREATE DATABASE IF NOT EXISTS `{self._database}`"
        loop = asyncio.get_running_loop()
        async with in_time(START_SECONDS):
            self._engine = engine = await self._spawn()
            try:
                await loop.run_in_executor(self._thread, _called, lambda c: c.command(created), engine.client)
            except BaseException:
                await engine.kill()
                raise
        engine.client.database = self._database
        return engine

    async def _spawn(self) -> Engine:
        own, scratch = owner(WRITER_UID), self._home.scratch(WRITER_UID)
        options = Options(
            root=str(self._home.root),
            data=self._home.store,
            scratch=scratch,
            read=[],
            config=grants.writer_config(),
            users=grants.writer_users(self._database),
            schema=[],
            without_system_tables=False,
            memory=0,
            longest_file=0,
            uid=own.uid,
            gid=own.gid,
            parent=os.getpid(),
        )
        return await Engine.start(options, inherited=(self._home.lock_descriptor,))


def _pulse(client: Any) -> None:
    client.command("SELECT 1", settings=WRITER_SETTINGS)


def _called(act: Callable[[Any], T], client: Any) -> T:
    with failures():
        return act(client)
