"""Quotas: how often each user may do what costs much."""

from __future__ import annotations

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.strategies import MovingWindowRateLimiter

from shared.errors import TooManyRequests
from shared.messages import say
from shared.security.limits import Limits, seconds_to_wait


async def admit(limits: Limits, item: RateLimitItem, refusal: str, *identifiers: str) -> None:
    """Count one more in a moving window. Raises TooManyRequests with the refusal and the seconds to wait."""
    if not await MovingWindowRateLimiter(limits).hit(item, *identifiers):
        raise TooManyRequests(refusal, retry_after=max(1, await seconds_to_wait(limits, item, *identifiers)))


class Quota:
    """At most `item.amount` uses by one user within any time of the item's length, counted over all services."""

    def __init__(self, what: str, item: RateLimitItem) -> None:
        """what: in the caller's words, as in "too many exports"."""
        self._what, self._item = what, item

    async def take(self, limits: Limits, user: str) -> None:
        """Count one. Raises TooManyRequests with the seconds to wait."""
        await admit(limits, self._item, say("too many {what}: wait a little", what=self._what), self._what, user)


LONG_BODIES = Quota("long bodies", RateLimitItemPerSecond(10, 20))
LONG_EXPORTS = Quota("long exports", RateLimitItemPerMinute(30, 3))
