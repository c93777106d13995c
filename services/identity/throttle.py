"""How often a sign-in may be tried: the same for names that exist and names that do not, for passwords and codes."""

from __future__ import annotations

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.strategies import MovingWindowRateLimiter

from shared.errors import TooManyRequests
from shared.security.limits import Limits, seconds_to_wait, seconds_until

PER_ACCOUNT_AND_IP = RateLimitItemPerMinute(5, namespace="sign-in")
PER_ACCOUNT = RateLimitItemPerHour(100, namespace="sign-in")
PER_IP = RateLimitItemPerMinute(60, namespace="sign-in")  # over all accounts
LOCK_AFTER = 5  # failures in a row
LOCKED_FOR = 15 * 60  # seconds
ROW_KEPT = 24 * 3600  # seconds; a row that began earlier starts again


class Throttle:
    """`begin` counts an attempt as failed until `succeeded` takes it back, so that parallel ones count too."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._limiter = MovingWindowRateLimiter(limits)

    async def begin(self, account: str, ip: str) -> int:
        """Admit one attempt; returns how many now failed in a row. Raises TooManyRequests with the seconds to wait."""
        windows = _windows(account, ip)
        waits = [await seconds_to_wait(self._limits, item, key) for item, key in windows]
        waits.append(await self._locked_for(account))
        if (wait := max(waits)) > 0:
            raise _refused(wait)
        for item, key in windows:
            if not await self._limiter.hit(item, key):  # an attempt at the same moment took the last place
                raise _refused(await seconds_to_wait(self._limits, item, key))
        return await self._count(account)

    async def _count(self, account: str) -> int:
        in_a_row = await self._limits.incr(_row(account), ROW_KEPT)
        # The lock is set before the row is cleared, so that a parallel attempt meets one of them.
        wait = await self._locked_for(account)
        if in_a_row >= LOCK_AFTER and not wait:
            await self._limits.incr(_lock(account), LOCKED_FOR)
            await self._limits.clear(_row(account))
        if wait or in_a_row > LOCK_AFTER:
            raise _refused(wait or LOCKED_FOR)
        return in_a_row

    async def _locked_for(self, account: str) -> int:
        return seconds_until(self._limits, await self._limits.get_expiry(_lock(account)))

    async def taken_back(self, account: str, ip: str, in_a_row: int) -> None:
        """The attempt was no failure, and not yet all that is asked for: the failures before it count on.

        in_a_row: what `begin` returned. A lock that this attempt set is lifted, with the row as it was before.
        """
        if in_a_row == LOCK_AFTER:
            await self._limits.clear(_row(account))
            await self._limits.incr(_row(account), ROW_KEPT, LOCK_AFTER - 1)
            await self._limits.clear(_lock(account))
        elif not await self._locked_for(account) and await self._limits.incr(_row(account), ROW_KEPT, -1) < 0:
            await self._limits.clear(_row(account))
        await self._release(account, ip)

    async def succeeded(self, account: str, ip: str) -> None:
        """The attempt was right: it is no failure, and the row of failures ends."""
        await self._limits.clear(_row(account))
        await self._limits.clear(_lock(account))
        await self._release(account, ip)

    async def _release(self, account: str, ip: str) -> None:
        for item, key in _windows(account, ip):
            await self._limits.release_entry(item.key_for(key))


def _windows(account: str, ip: str) -> list[tuple[RateLimitItem, str]]:
    return [(PER_ACCOUNT, account), (PER_ACCOUNT_AND_IP, f"{account}|{ip}"), (PER_IP, ip)]


def _row(account: str) -> str:
    return f"sign-in/row/{account}"


def _lock(account: str) -> str:
    return f"sign-in/lock/{account}"


def _refused(wait: int) -> TooManyRequests:
    return TooManyRequests("too many attempts to sign in; wait a while", retry_after=max(1, wait))
