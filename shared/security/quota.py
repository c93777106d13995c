"""Quotas: how often each user may do what costs much."""

from __future__ import annotations

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.strategies import MovingWindowRateLimiter

from shared.errors import TooManyRequests
from shared.messages import say
from shared.security.limits import Limits, seconds_to_wait


class Quota:
    """At most `item.amount` uses by one user within any time of the item's length, counted over all services."""

    def __init__(self, what: str, item: RateLimitItem) -> None:
        """what: in the caller's words, as in "too many exports"."""
        self._what, self._item = what, item

    async def take(self, limits: Limits, user: str) -> None:
        """Count one. Raises TooManyRequests with the seconds to wait."""
        if not await MovingWindowRateLimiter(limits).hit(self._item, self._what, user):
            wait = await seconds_to_wait(limits, self._item, self._what, user)
            raise TooManyRequests(say("too many {what}: wait a little", what=self._what), retry_after=max(1, wait))


LONG_BODIES = Quota("long bodies", RateLimitItemPerSecond(10, 20))
LONG_EXPORTS = Quota("long exports", RateLimitItemPerMinute(30, 3))
