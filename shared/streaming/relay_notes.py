"""How far the relay is, kept with the views: operators ask another process, which need not speak to Kafka at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from shared.views.port import Checkpoint, Views

CHECKPOINT = "relay"
NOTE_SECONDS = 2.0


class RelayNotes:
    """Notes the relay's position whenever it has moved. position: what the relay says of it, 0 = it knows none yet."""

    def __init__(self, position: Callable[[], int], views: Views) -> None:
        self._position, self._views = position, views

    async def run(self) -> None:
        """Note until cancelled. Raises ViewsUnavailable, ViewsDamaged."""
        noted = 0
        while True:
            if (position := self._position()) not in (0, noted):
                await self._views.write([], [Checkpoint(CHECKPOINT, position)])
                noted = position
            await asyncio.sleep(NOTE_SECONDS)
