"""Looks at files that wait for the virus scanner or for being read. What waits is in the views, so nothing is lost.

An event wakes it; what fails is tried again, later each time. One process does it at a time.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from services.customer.attachment import ATTACHMENT, READ_TEXT, SCAN
from services.customer.files.inspecting import FileInspector
from shared.blobs.clamd import ScannerUnreachable
from shared.blobs.store import TOO_LARGE
from shared.errors import redacted
from shared.events.envelope import Stored
from shared.kernel.kernel import Kernel
from shared.streaming.leases import SECONDS, LeaseHolder
from shared.views.paging import every
from shared.views.port import Condition, LeaseLost, Query, Scope

CHECKPOINT = "files:inspected"  # the name of the lease
LOOK_SECONDS = 600.0  # between two looks at all organisations
RETRY_SECONDS, LONGEST_RETRY_SECONDS = 5.0, 600.0
log = logging.getLogger("crm.files")


@dataclass(slots=True)
class _Later:
    """What failed so often is tried again then (time.monotonic)."""

    failures: int = 0
    at: float = 0.0

    def fail(self, longest: float = LONGEST_RETRY_SECONDS) -> float:
        self.at = time.monotonic() + min(RETRY_SECONDS * 2**self.failures, longest)
        self.failures += 1
        return self.at


class FileWork:
    """Is Watch and Listener."""

    def __init__(self, kernel: Kernel) -> None:
        self._views, self._files = kernel.views, FileInspector(kernel)
        self._scans = kernel.file_store.scanner is not None
        self._holder = LeaseHolder(kernel.views, CHECKPOINT, kernel.clock)
        self._due: dict[str, float] = {}  # organisation → when to look (time.monotonic)
        self._all_at = 0.0
        self._later: dict[tuple[str, str], _Later] = {}
        self._scanner = _Later()
        self._looked_again: set[str] = set()
        self._woken = asyncio.Event()
        kernel.projection.subscribe(self)

    def on_events(self, events: Sequence[Stored]) -> None:
        """See Listener."""
        for tenant in {one.tenant for one in events if one.category == ATTACHMENT.name}:
            self._due[tenant] = 0.0
            self._woken.set()

    def forget_all(self) -> None:
        """See Listener."""
        self._all_at = 0.0
        self._woken.set()

    async def run(self) -> None:
        """See Watch. A failure is logged, and the same work looked for again."""
        try:
            while True:
                pause = RETRY_SECONDS
                try:
                    pause = await self.step()
                except Exception as error:
                    self._all_at = 0.0  # what was due is known no longer
                    log.warning("files were not looked at: %s", redacted(error))
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._woken.wait()
                self._woken.clear()
        finally:
            await self.give_back()

    async def give_back(self) -> None:
        """Let another process do the work at once."""
        await self._holder.give_back()

    async def step(self) -> float:
        """Do what is due; returns the seconds until something is. Another process may do it."""
        if not await self._holder.take():
            return SECONDS / 2  # what is due stays so: the other one may be killed
        now = time.monotonic()
        if now >= self._all_at:
            self._all_at = now + LOOK_SECONDS
            self._due |= {tenant: 0.0 async for tenant, _, _ in self._views.scan("organisations")}
        for tenant in [tenant for tenant, at in self._due.items() if at <= now]:
            del self._due[tenant]
            async with self._holder.kept():
                await self._look(tenant)
        return max(0.0, min([self._all_at, *self._due.values()]) - time.monotonic())

    async def _look(self, tenant: str) -> None:
        again: list[float] = []
        async for id in self._waiting(tenant):
            later = self._later.get((tenant, id), _Later())
            if later.at > time.monotonic():
                again.append(later.at)
                continue
            if not await self._holder.take():  # this one stood still for long
                raise LeaseLost
            try:
                await self._files.inspect(tenant, id)
                self._scanner = _Later()
                self._later.pop((tenant, id), None)
            except ScannerUnreachable as error:
                log.warning("files wait for the virus scanner: %s", error.detail)
                again.append(self._scanner.fail(LONGEST_RETRY_SECONDS / 10))
                break
            except Exception as error:
                again.append(later.fail())
                self._later[tenant, id] = later
                log.warning("file %s is looked at again: %s", id, redacted(error))
        if again:
            self._due[tenant] = min(again)

    async def _waiting(self, tenant: str) -> AsyncIterator[str]:
        """The files that wait, and once in a process those that the scanner found too large: it may take more now."""
        where = [Condition("waits", "contains", READ_TEXT)]
        if self._scans:
            where.insert(0, Condition("waits", "contains", SCAN))
            if tenant not in self._looked_again:
                self._looked_again.add(tenant)
                where.append(Condition("scan", "eq", TOO_LARGE))
        looked_at: set[str] = set()
        for one in where:
            async for document in every(self._views, ATTACHMENT.collection.name, Query((one,)), Scope(tenant)):
                if document["id"] not in looked_at:
                    looked_at.add(document["id"])
                    yield document["id"]
