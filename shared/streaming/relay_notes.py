"""How far the relay is, kept with the views: operators ask another process, which need not speak to Kafka at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from shared.views.port import Checkpoint, Views

CHECKPOINT = "relay"
NOTE_SECONDS = 2.0


class RelayNotes:
    """Notes the relay's position. position: what the relay says of it, 0 = it knows none yet."""

    def __init__(self, position: Callable[[], int], views: Views) -> None:
        self._position, self._views = position, views

    async def run(self) -> None:
        """Note it until cancelled, wherever the note says something else. Raises ViewsUnavailable, ViewsDamaged."""
        while True:
            if (position := self._position()) and position != await self._views.checkpoint(CHECKPOINT):
                await self._views.write([], [Checkpoint(CHECKPOINT, position)])
            await asyncio.sleep(NOTE_SECONDS)
