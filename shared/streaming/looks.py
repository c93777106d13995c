"""Work that no event asks for, because time makes none: one process looks for it every so often."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod

from shared.errors import redacted
from shared.streaming.leases import LeaseHolder


class PeriodicLook(ABC):
    """Is Watch. holder: of the lease that says which process looks. seconds: between two looks.

    failed: what the log says of a look that failed, as in "uploads were not swept".
    """

    def __init__(self, holder: LeaseHolder, seconds: float, log: logging.Logger, failed: str) -> None:
        self._holder, self._seconds, self._log, self._failed = holder, seconds, log, failed

    async def run(self) -> None:
        """Look until cancelled. A failure is logged, and the next look finds the same work."""
        try:
            while True:
                try:
                    await self.step()
                except Exception as error:
                    self._log.warning("%s: %s", self._failed, redacted(error))
                await asyncio.sleep(self._seconds)
        finally:
            await self._holder.give_back()

    async def step(self) -> None:
        """Look once, unless another process does."""
        if await self._holder.take():
            await self._look()

    @abstractmethod
    async def _look(self) -> None:
        """Do what is due. The lease is held."""
