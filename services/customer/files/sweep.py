"""Removes uploads that nobody ended. Time makes no event, so one process looks every quarter of an hour."""

from __future__ import annotations

import logging

from services.customer.files.open_uploads import OpenUploads
from shared.errors import redacted
from shared.kernel.kernel import Kernel
from shared.streaming.leases import LeaseHolder
from shared.streaming.looks import PeriodicLook

LOOK_SECONDS = 900.0
log = logging.getLogger("crm.files")


class FileSweep(PeriodicLook):
    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._uploads = OpenUploads(kernel.file_store.blobs, kernel.keys, kernel.repository)
        holder = LeaseHolder(kernel.views, "sweep:uploads", kernel.clock)
        super().__init__(holder, LOOK_SECONDS, log, "uploads were not swept")

    async def _look(self) -> None:
        """Sweep all organisations once. What cannot be swept, such as by a record that is unreadable, stops nothing."""
        for place in await self._uploads.places():
            try:
                await self._uploads.sweep(place, self._kernel.clock.now())
            except Exception as error:
                log.warning("upload %s was not swept: %s", place.id, redacted(error))
        await self._uploads.sweep_keys(self._kernel.clock.now())
