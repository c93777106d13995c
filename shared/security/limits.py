"""The port for throttles and quotas: windows and counters that all processes of the suite share."""

from __future__ import annotations

import math
from abc import abstractmethod

from limits import RateLimitItem
from limits.aio.storage import MovingWindowSupport, Storage


class Limits(Storage, MovingWindowSupport):
    """An asynchronous storage of the `limits` library that can also take an entry back.

    `acquire_entry` adds an entry to a moving window: False when the window is full. `get_moving_window` gives the
    moment of its oldest entry and how many it has. `incr` adds to a counter, which expires so many seconds after its
    first. `get_expiry` gives when, `clear` removes window and counter of a key. Moments are seconds since 1970 UTC.
    Each call is atomic between processes.
    """

    @abstractmethod
    def now(self) -> float:
        """The clock by which entries expire."""

    @abstractmethod
    async def release_entry(self, key: str) -> None:
        """Remove the newest entry of a window, if it has one."""


async def seconds_to_wait(limits: Limits, item: RateLimitItem, *identifiers: str) -> int:
    """Whole seconds until a moving window has room again; 0 when it has room now."""
    start, count = await limits.get_moving_window(item.key_for(*identifiers), item.amount, item.get_expiry())
    return seconds_until(limits, start + item.get_expiry()) if count >= item.amount else 0


def seconds_until(limits: Limits, moment: float) -> int:
    """Rounded up, so that a caller who waits this long is not refused again; 0 for a moment in the past."""
    return max(0, math.ceil(round(moment - limits.now(), 3)))
