"""Who waits to read what was written: told by the batch that brings it, instead of looking again and again."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Watch:
    """What the views get of one stream from now on. wanted: set when somebody waits for it."""

    def __init__(self, wanted: asyncio.Event) -> None:
        self._wanted, self._told = wanted, asyncio.Event()
        self._version = 0

    def tell(self, version: int) -> None:
        """A batch that holds the version was written."""
        self._version = version
        told, self._told = self._told, asyncio.Event()
        told.set()

    async def reaches(self, version: int, timeout: float) -> bool:
        """Whether the version came within `timeout` seconds. The next batch comes soon now."""
        self._wanted.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self._version < version:
                    await self._told.wait()
        return self._version >= version
