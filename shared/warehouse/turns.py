"""Turns: a limit on work at once, and a lower one per tenant, so that one tenant cannot block the others."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    def __init__(self, at_once: int, of_a_tenant: int) -> None:
        self._free, self._each = at_once, of_a_tenant
        self._taken: Counter[str] = Counter()
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def of(self, tenant: str) -> AsyncIterator[None]:
        async with self._changed:
            await self._changed.wait_for(lambda: self._free > 0 and self._taken[tenant] < self._each)
            self._free -= 1
            self._taken[tenant] += 1
        try:
            yield
        finally:
            async with self._changed:
                self._free += 1
                self._taken -= Counter({tenant: 1})
                self._changed.notify_all()
