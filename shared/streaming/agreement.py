"""Between starts: what the reconciler would find at the next start is noted as soon as it is so.

Without it, a process that was killed after an erasure would fill all views again at its next start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from shared.errors import redacted
from shared.streaming.reconcile import Reconciler

EVERY_SECONDS = 15.0
POLL_SECONDS = 0.25
log = logging.getLogger("crm.erasure")


class Agreement:
    """reached: the position that views and policies have handled. For the process with the policies."""

    def __init__(self, reconciler: Reconciler, reached: Callable[[], int]) -> None:
        self._reconciler, self._reached = reconciler, reached

    async def run(self) -> None:
        """Note it every 15 seconds. Failures are logged and tried again."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.step()
            except Exception as error:
                log.warning("it cannot be noted how far log, keys and views agree: %s", redacted(error))

    async def step(self) -> None:
        """Note what is so now, once views and policies have come to it."""
        checked = await self._reconciler.now()
        while self._reached() < checked.position:
            await asyncio.sleep(POLL_SECONDS)
        await self._reconciler.note(checked)
