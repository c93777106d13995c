"""Returns memory to the system when the suite has been idle for a while.

Each cache bounds its own bytes. After a load, caches, engine pages and the allocator still hold memory that an idle
suite does not need.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
from collections.abc import Callable

from shared.platform import Platform

QUIET_SECONDS = 15.0
FEW = 60  # requests and events in that time that still count as idle: probes, a reader


class Relief:
    """requests: how many have been answered since the start."""

    def __init__(self, platform: Platform, requests: Callable[[], int]) -> None:
        self._platform, self._requests = platform, requests

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
        platform = self._platform
        platform.repository.forget_all()
        platform.projector.forget()
        platform.queries.release()
        if platform.feed is not None:
            platform.feed.release()
        await platform.store.release()
        await platform.views.release()
        gc.collect()
        await asyncio.to_thread(_trim)

    async def _work(self) -> int:
        return self._requests() + await self._platform.store.head()


def _trim() -> None:
    """glibc keeps freed pages between those in use; elsewhere there is nothing to do."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
