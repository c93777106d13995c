"""Carrying out the jobs that take back: each in one process at a time, begun again by another one if that is killed.

A job lasts until the log says that it has ended. What it did before a kill is known by the keys of its commands.
"""

from __future__ import annotations

import asyncio
import logging

from services.audit.taking_back_job import TAKING_BACK, UNFINISHED
from services.audit.taking_back_run import TakingBackRun
from shared.errors import redacted
from shared.events.audit_taking_back import TakingBackStarted
from shared.events.envelope import Stored
from shared.events.registry import names_of
from shared.kernel.kernel import Kernel
from shared.streaming.leases import LeaseHolder
from shared.streaming.unfinished import UnfinishedWork

LOOK_SECONDS = 1.0  # between two tries to begin a job that another process has
SWEEP_SECONDS = 60.0  # between two looks at the views for jobs that are not known
AT_ONCE = 2
_BEGUN = names_of(TakingBackStarted)
Key = tuple[str, str]  # tenant, id
log = logging.getLogger("crm.audit")


class TakingBackLook(UnfinishedWork[Key]):
    """It needs the index of the log: it runs where the routes are."""

    def __init__(self, kernel: Kernel) -> None:
        failed = "jobs that take back were not looked for"
        super().__init__(kernel.projection, LOOK_SECONDS, SWEEP_SECONDS, log, failed)
        self._kernel, self._slots = kernel, asyncio.Semaphore(AT_ONCE)

    def _begun_by(self, one: Stored) -> Key | None:
        return (one.tenant, one.id) if one.type in _BEGUN else None

    async def _sweep(self) -> None:
        async for tenant, id, document in self._kernel.views.scan(TAKING_BACK.collection.name):
            if document["status"] in UNFINISHED:
                self._unfinished.add((tenant, id))

    async def _carry_out(self, key: Key) -> None:
        tenant, id = key
        turn = LeaseHolder(self._kernel.views, f"taking-back:{id}", self._kernel.clock)
        async with self._slots:
            if not await turn.take():
                return  # another process has it
            try:
                async with turn.kept():  # should it be lost, the keys keep two processes from doing anything twice
                    if await TakingBackRun(self._kernel, tenant, id).run():
                        self._unfinished.discard(key)
            finally:
                await turn.give_back()

    async def _end(self, key: Key, error: Exception) -> None:
        await TakingBackRun(self._kernel, *key).fail(error)

    def _stopped(self, key: Key, error: Exception) -> None:
        log.warning("taking back %s waits: %s", key[1], redacted(error))
