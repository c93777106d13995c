"""What is dear, so often for each user and no more: a burst, then a steady rate. Kept in memory, bounded."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from shared.errors import TooManyRequests

KEPT = 100_000  # users remembered


class Quota:
    """Generic cell rate algorithm (ITU-T I.371): one moment is all that is kept of a user."""

    def __init__(self, what: str, at_once: int, a_minute: float, now: Callable[[], float] = time.monotonic) -> None:
        """what: in the caller's words, as in "too many exports". now: seconds, never set back."""
        self._what, self._now = what, now
        self._each = 60 / a_minute
        self._most = at_once * self._each
        self._paid_until: OrderedDict[str, float] = OrderedDict()

    def take(self, user: str) -> None:
        """Count one. Raises TooManyRequests with the seconds to wait."""
        now = self._now()
        paid = max(now, self._paid_until.get(user, now)) + self._each
        if (wait := paid - now - self._most) > 0:
            raise TooManyRequests(f"too many {self._what}: wait a little", retry_after=math.ceil(wait))
        self._paid_until[user] = paid
        self._paid_until.move_to_end(user)
        if len(self._paid_until) > KEPT:
            self._paid_until.popitem(last=False)


class Quotas:
    """Those of the suite, counted over all services."""

    def __init__(self) -> None:
        self.long_bodies = Quota("long bodies", at_once=10, a_minute=30)
        self.long_exports = Quota("long exports", at_once=30, a_minute=10)
