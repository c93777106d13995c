"""Work that no event asks for, because time makes none: one process looks for it every so often.

It has the lease until its next look is due. When it was killed, another one looks 10 s after that, or after its last
sign of life if it was looking.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod

from shared.errors import redacted
from shared.streaming.leases import SECONDS, LeaseHolder


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
                pause = self._seconds
                try:
                    if not await self.step():
                        pause = min(pause, SECONDS)
                except Exception as error:
                    self._log.warning("%s: %s", self._failed, redacted(error))
                await asyncio.sleep(pause)
        finally:
            await self._holder.give_back()

    async def step(self) -> bool:
        """Look once. False: another process does."""
        if not await self._holder.take():
            return False
        async with self._holder.kept():
            await self._look()
        await self._holder.take(rest=self._seconds)
        return True

    @abstractmethod
    async def _look(self) -> None:
        """Do what is due. The lease is kept meanwhile; whether another process has it all the same, a write tells."""
