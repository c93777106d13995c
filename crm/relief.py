"""Returns memory to the system when the suite has been idle for a while.

Each cache bounds its own bytes. After a load, caches, engine pages and the allocator still hold memory that an idle
suite does not need.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
from collections.abc import Callable
from contextlib import suppress

from shared.eventstore.port import StoreUnavailable
from shared.kernel.kernel import Kernel
from shared.streaming.projector import Projector

QUIET_SECONDS = 15.0
FEW = 60  # requests and events in that time that still count as idle: probes, a reader


class Relief:
    """requests: how many have been answered since the start."""

    def __init__(self, kernel: Kernel, requests: Callable[[], int]) -> None:
        self._platform, self._requests = kernel, requests
        self._head = 0

    async def run(self) -> None:
        """Release once after each busy time."""
        before, worked = await self._work(), True
        while True:
            await asyncio.sleep(QUIET_SECONDS)
            now = await self._work()
            busy, before = now - before > FEW, now
            if worked and not busy:
                await self.release()
            worked = busy

    async def release(self) -> None:
        """Empty the caches, collect reference cycles, and return free pages to the system."""
        kernel = self._platform
        kernel.repository.forget_all()
        if isinstance(kernel.projection, Projector):
            kernel.projection.release()
        if kernel.shares is not None:
            kernel.shares.release()
        kernel.queries.release()
        if kernel.feed is not None:
            kernel.feed.release()
        await kernel.store.release()
        await kernel.views.release()
        if kernel.past is not None:
            await kernel.past.release()
        gc.collect()
        await asyncio.to_thread(_trim)

    async def _work(self) -> int:
        with suppress(StoreUnavailable):  # a server that is away: nothing is done meanwhile
            self._head = await self._platform.store.head()
        return self._requests() + self._head


def _trim() -> None:
    """glibc keeps freed pages between those in use; elsewhere there is nothing to do."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
