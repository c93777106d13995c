"""Limits in the memory of one process, for the embedded profile."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

from shared.clock import Clock
from shared.security.limits import Limits

Row = TypeVar("Row")
KEPT = 200_000  # windows, and as many counters


class MemoryLimits(Limits):
    """Bounded: the key that was written longest ago makes room for a new one.

    The library's storage in memory has no bound, and looks through all its keys again and again to find expired ones.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._windows: OrderedDict[str, list[float]] = OrderedDict()  # moments, oldest first
        self._counters: OrderedDict[str, tuple[int, float]] = OrderedDict()  # count, when it expires

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def now(self) -> float:
        return self._clock.now() / 1e6

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        count, expires = self._counter(key)
        _keep(self._counters, key, (count + amount, expires if count else self.now() + expiry))
        return count + amount

    async def get(self, key: str) -> int:
        return self._counter(key)[0]

    async def get_expiry(self, key: str) -> float:
        return self._counter(key)[1]

    async def clear(self, key: str) -> None:
        self._counters.pop(key, None)
        self._windows.pop(key, None)

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        moments = self._live(key, expiry)
        if len(moments) + amount > limit:
            return False
        _keep(self._windows, key, [*moments, *[self.now()] * amount])
        return True

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        moments = self._live(key, expiry)
        return (moments[0] if moments else self.now()), len(moments)

    async def release_entry(self, key: str) -> None:
        if moments := self._windows.get(key):
            moments.pop()

    async def check(self) -> bool:
        return True

    async def reset(self) -> int:
        removed = len(self)
        self._windows.clear()
        self._counters.clear()
        return removed

    def __len__(self) -> int:
        return len(self._windows) + len(self._counters)

    def _counter(self, key: str) -> tuple[int, float]:
        count, expires = self._counters.get(key, (0, 0.0))
        return (count, expires) if expires > (now := self.now()) else (0, now)

    def _live(self, key: str, expiry: int) -> list[float]:
        since = self.now() - expiry
        return [moment for moment in self._windows.get(key, ()) if moment > since]


def _keep(rows: OrderedDict[str, Row], key: str, row: Row) -> None:
    rows[key] = row
    rows.move_to_end(key)
    if len(rows) > KEPT:
        rows.popitem(last=False)
