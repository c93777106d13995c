"""Carrying out the jobs that take back: each in one process at a time, begun again by another one if that is killed.

A job lasts until the log says that it has ended. What it did before a kill is known by the keys of its commands.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from services.audit.taking_back_job import TAKING_BACK, UNFINISHED
from services.audit.taking_back_run import TakingBackRun
from shared.errors import redacted
from shared.events.audit_taking_back import TakingBackStarted
from shared.events.envelope import Stored
from shared.events.registry import names_of
from shared.kernel.kernel import Kernel
from shared.streaming.leases import LeaseHolder

LOOK_SECONDS = 1.0  # between two tries to begin a job that another process has
SWEEP_SECONDS = 60.0  # between two looks at the views for jobs that are not known
AT_ONCE = 2
_BEGUN = names_of(TakingBackStarted)
Key = tuple[str, str]  # tenant, id
log = logging.getLogger("crm.audit")


class TakingBackLook:
    """Is Watch, and a listener of the projection. It needs the index of the log: it runs where the routes are."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._unfinished: set[Key] = set()  # as far as this process knows: the log decides
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._wake, self._sweep_at, self._slots = asyncio.Event(), 0.0, asyncio.Semaphore(AT_ONCE)

    def on_events(self, events: Sequence[Stored]) -> None:
        """See Listener.on_events."""
        if begun := {(one.tenant, one.id) for one in events if one.type in _BEGUN}:
            self._unfinished |= begun
            self._wake.set()

    def forget_all(self) -> None:
        """See Listener.forget_all."""
        self._sweep_at = 0.0
        self._wake.set()

    async def run(self) -> None:
        """Carry out what is unfinished, until cancelled."""
        self._kernel.projection.subscribe(self)
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._wake.clear()
                if loop.time() >= self._sweep_at:
                    self._sweep_at = loop.time() + SWEEP_SECONDS
                    await self._sweep()
                for key in self._unfinished - self._tasks.keys():
                    self._tasks[key] = asyncio.create_task(self._guarded(*key))
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._wake.wait()
        finally:
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _sweep(self) -> None:
        try:
            async for tenant, id, document in self._kernel.views.scan(TAKING_BACK.collection.name):
                if document["status"] in UNFINISHED:
                    self._unfinished.add((tenant, id))
        except Exception as error:
            log.warning("jobs that take back were not looked for: %s", redacted(error))

    async def _guarded(self, tenant: str, id: str) -> None:
        try:
            async with self._slots:
                await self._job(tenant, id)
        except Exception as error:
            log.warning("taking back %s waits: %s", id, redacted(error))
        finally:
            del self._tasks[tenant, id]

    async def _job(self, tenant: str, id: str) -> None:
        turn = LeaseHolder(self._kernel.views, f"taking-back:{id}", self._kernel.clock)
        if not await turn.take():
            return  # another process has it
        try:
            async with (
                turn.kept()
            ):  # should it be lost, two processes do it, and the keys keep them from doing it twice
                if await TakingBackRun(self._kernel, tenant, id).run():
                    self._unfinished.discard((tenant, id))
        finally:
            await turn.give_back()
