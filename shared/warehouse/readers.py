"""The engines of callers' questions: one at a time, disposable, over the writer's parts.

A reader can show the published tables and nothing else, to each session the rows of its tenant. One that cannot be
ended by the engine's own limits is killed with all that runs in it; the next one starts in less than a second.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shared.errors import TooSlow, Unavailable
from shared.warehouse import grants, walls
from shared.warehouse.engine import Options
from shared.warehouse.home import READER_UID, Home, owner
from shared.warehouse.port import Answer, Parameters, QueryFailed
from shared.warehouse.selftest import Breached, check
from shared.warehouse.session import Limits, ask, first_line
from shared.warehouse.spawn import RESTART_SECONDS, START_SECONDS, Engine, NotStarted, in_time

AT_ONCE, OF_A_TENANT = 3, 2  # questions that run at the same time: one tenant's never take all slots
GRACE_SECONDS = 1  # that a question gets beyond its limit to end by itself
MEMORY = 6 << 30  # bytes of address space
LONGEST_FILE = 2 << 30  # bytes of a spilled sort or group

_TOO_SLOW = "the question took too long; ask for less at once"

log = logging.getLogger("crm.warehouse")
_at_start = logging.getLogger("crm.warehouse.walls")
_at_start.setLevel(logging.INFO)  # one line, which operators are to see
Describe = Callable[[Sequence[str]], Awaitable[list[grants.Shown]]]


class _Lost(Exception):
    """The reader ended under a question that was not the one it was ended for."""


class Reader:
    """One generation, and how many questions run in it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.running = 0
        self.idle = asyncio.Event()
        self.idle.set()

    def enter(self) -> None:
        self.running += 1
        self.idle.clear()

    def leave(self) -> None:
        self.running -= 1
        if not self.running:
            self.idle.set()


class Readers:
    """describe: the published tables as the writer declared them. unconfined: answer although no walls hold."""

    def __init__(self, home: Home, database: str, limits: Limits, describe: Describe, *, unconfined: bool) -> None:
        self._home, self._database, self.limits = home, database, limits
        self._describe, self._unconfined = describe, unconfined
        self._names: tuple[str, ...] = ()
        self._tables: list[grants.Shown] | None = []  # None = the writer could not describe them yet
        self._reader: Reader | None = None
        self._starting = asyncio.Lock()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._of_tenants = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(OF_A_TENANT))
        self._threads = ThreadPoolExecutor(AT_ONCE + 1, "warehouse-reader")
        self._asked: set[asyncio.Task[Any]] = set()
        self._refusal = ""
        self._announced = False
        self._closed = False

    @property
    def published(self) -> tuple[str, ...]:
        return self._names

    @property
    def running(self) -> Engine | None:
        """The engine of the present generation."""
        return reader.engine if (reader := self._living) else None

    @property
    def busy(self) -> int:
        """How many questions run in it."""
        return reader.running if (reader := self._living) else 0

    @property
    def _living(self) -> Reader | None:
        return self._reader if self._reader is not None and self._reader.engine.alive else None

    async def publish(self, names: Sequence[str]) -> None:
        """Show these tables as they are now, and no others. Returns when no question runs on the earlier tables.

        Without a reader to take the place of the old one, the next question starts one.
        """
        try:
            tables = await self._describe(names)  # outside the lock: a writer that is slow keeps nobody waiting
        except (QueryFailed, Unavailable):
            tables = None
        async with self._starting:
            self._names, self._tables = tuple(names), tables
            old = self._reader
            if old is None:
                return
            try:
                self._reader = await self._start()
            except Unavailable as error:
                log.warning("no reader for the new tables yet: %s", error.detail)
                self._reader = None
        await old.idle.wait()
        await old.engine.kill()

    async def ask(self, sql: str, parameters: Parameters | None, tenant: str, columns: int, zone: str) -> Answer:
        """Raises QueryFailed, TooSlow, Unavailable. A caller who no longer waits does not end the question."""
        return await self._shielded(
            self._in_turn(sql, parameters, self.limits.settings(tenant, columns, zone), self._of_tenants[tenant])
        )

    async def look(self, sql: str, parameters: Parameters, tenant: str) -> Answer:
        """A question of the suite's own, of a few milliseconds: it waits for no turn. Raises as ask does."""
        try:
            return await self._shielded(self._on(await self._current(), sql, parameters, self.limits.settings(tenant)))
        except _Lost:
            raise Unavailable("the reader ended under a question of ours") from None

    async def warm(self) -> None:
        """Start a reader before the first question. A failure is logged, once."""
        try:
            await self._current()
        except Unavailable as error:
            log.debug("no reader: %s", error.detail)

    async def close(self) -> None:
        """End the questions that run, with their engine."""
        self._closed = True
        async with self._starting:
            if self._reader is not None:
                await self._reader.engine.kill()
        await asyncio.gather(*self._asked, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _shielded(self, question: Coroutine[Any, Any, Answer]) -> Answer:
        task = asyncio.ensure_future(question)
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)
        return await asyncio.shield(task)

    async def _in_turn(
        self, sql: str, parameters: Parameters | None, settings: Mapping[str, str], of_tenant: asyncio.Semaphore
    ) -> Answer:
        async with of_tenant, self._slots:
            try:
                return await self._on(await self._current(), sql, parameters, settings)
            except _Lost:
                pass
            try:
                return await self._on(await self._current(), sql, parameters, settings)
            except _Lost:
                raise Unavailable("the warehouse cannot answer now: another question ended its engine") from None

    async def _on(self, reader: Reader, sql: str, parameters: Parameters | None, settings: Mapping[str, str]) -> Answer:
        """Raises _Lost where the reader ends for another reason than this question's time."""
        client, loop = reader.engine.client, asyncio.get_running_loop()
        started = loop.time()
        reader.enter()
        try:
            answer = loop.run_in_executor(self._threads, ask, client, sql, parameters, settings)
            done, _ = await asyncio.wait({answer}, timeout=self.limits.seconds + GRACE_SECONDS)
            if not done:
                log.warning("a question outlived its limit of %s s: its engine is replaced", self.limits.seconds)
                await reader.engine.kill()
                await asyncio.wait({answer})
                answer.exception()
                raise TooSlow(_TOO_SLOW)
            return answer.result()
        except QueryFailed as error:
            if error.code or not await reader.engine.ended(1.0):
                raise
            if loop.time() - started > self.limits.seconds:  # it would have been the next to be ended
                raise TooSlow(_TOO_SLOW) from None
            raise _Lost from None
        finally:
            reader.leave()

    async def _current(self) -> Reader:
        """The present generation, while the next one may be on its way; a new one where there is none that lives."""
        if reader := self._living:
            return reader
        async with self._starting:
            if reader := self._living:  # another question has started it
                return reader
            if self._reader is not None:
                await self._reader.engine.kill()
                self._reader = None
            self._reader = await self._start()
            return self._reader

    async def _start(self) -> Reader:
        if self._closed:
            raise Unavailable("the warehouse is closed")
        if self._refusal:
            raise Unavailable(self._refusal)
        try:
            if self._tables is None:
                self._tables = await self._describe(self._names)
        except QueryFailed as error:
            raise Unavailable(f"the warehouse cannot answer now: {error}") from None
        try:
            try:
                return await self._generation(self._tables)
            except NotStarted as error:
                log.warning("a reader did not start, the next one is tried: %s", error.detail)
                return await self._generation(self._tables)
        except Breached as error:
            self._refusal = f"SQL is switched off: no walls hold around its engine ({error})"
            log.warning("%s", self._refusal)
            raise Unavailable(self._refusal) from None

    async def _generation(self, tables: list[grants.Shown]) -> Reader:
        """A reader behind walls that were tried. Raises NotStarted, Breached."""
        engine = None
        try:
            async with in_time(RESTART_SECONDS if self._announced else START_SECONDS):
                engine = await self._spawn(tables)
                report = await asyncio.get_running_loop().run_in_executor(self._threads, self._tested, engine)
        except BaseException as error:
            if engine is not None:
                await engine.kill()
            if isinstance(error, (QueryFailed, OSError)):
                raise NotStarted(f"the engine's start or self-test failed: {first_line(error)}") from None
            raise
        if not self._announced:
            (_at_start.warning if self._unconfined else _at_start.info)(report)
            self._announced = True
        return Reader(engine)

    def _tested(self, engine: Engine) -> str:
        """Run the self-test; returns the log line about the walls. Blocking. Raises Breached, QueryFailed."""
        try:
            if not walls.holds(engine.walls):
                raise Breached("this system has neither Landlock nor a right to chroot, or no seccomp")
            check(engine, self._home.root)
        except Breached as error:
            if not self._unconfined:
                raise
            return f"callers' SQL runs WITHOUT walls, as CRM_SQL_UNCONFINED asks: {error}"
        return f"callers' SQL runs behind these walls: {', '.join(engine.walls)}"

    async def _spawn(self, tables: list[grants.Shown]) -> Engine:
        own, scratch = owner(READER_UID), self._home.scratch(READER_UID)
        options = Options(
            root=str(self._home.root),
            data=f"{scratch}/data",
            scratch=scratch,
            read=[t.folder for t in tables],
            config=grants.reader_config(tables),
            users=grants.reader_users(self._database, tables),
            schema=[f"CREATE DATABASE `{self._database}`", *(t.ddl(self._database) for t in tables)],
            without_system_tables=True,
            memory=MEMORY,
            longest_file=LONGEST_FILE,
            uid=own.uid,
            gid=own.gid,
            parent=os.getpid(),
        )
        return await Engine.start(options, self._database)
