"""Removes uploads that nobody ended. Time makes no event, so one process looks every quarter of an hour."""

from __future__ import annotations

import asyncio
import logging

from services.customer.files.open_uploads import OpenUploads
from shared.errors import redacted
from shared.kernel.kernel import Kernel
from shared.streaming.leases import LeaseHolder

LOOK_SECONDS = 900.0
LEASE_SECONDS = 3600.0
log = logging.getLogger("crm.files")


class FileSweep:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._uploads = OpenUploads(kernel.file_store.blobs, kernel.keys, kernel.repository)
        self._holder = LeaseHolder(kernel.views, "sweep:uploads", kernel.clock, LEASE_SECONDS)

    async def run(self) -> None:
        """Sweep until cancelled. A failure is logged, and the rest swept the next time."""
        try:
            while True:
                try:
                    await self.step()
                except Exception as error:
                    log.warning("uploads were not swept: %s", redacted(error))
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await self._holder.give_back()

    async def step(self) -> None:
        """Sweep all organisations once, unless another process does."""
        if not await self._holder.take():
            return
        for place in await self._uploads.places():
            await self._uploads.sweep(place, self._kernel.clock.now())
