"""How often a sign-in may be tried: the same for names that exist and names that do not. Kept in memory, bounded."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from shared.clock import Clock, Micros
from shared.errors import TooManyRequests

_SECOND: Micros = 1_000_000
MINUTE, HOUR = 60 * _SECOND, 3600 * _SECOND
PER_ACCOUNT_AND_IP = 5  # failures a minute
PER_ACCOUNT = 100  # failures an hour
PER_IP = 60  # failures a minute, over all accounts
LOCK_AFTER = 5  # failures in a row
LOCKED_FOR = 15 * 60 * _SECOND
KEPT = 100_000  # accounts and addresses remembered


@dataclass(slots=True)
class _Row:
    """Failures of one account: the moments of the last hour, and how many came in a row."""

    moments: deque[Micros] = field(default_factory=deque)
    in_a_row: int = 0
    locked_until: Micros = 0


class Throttle:
    """`begin` counts an attempt as failed until `succeeded` takes it back, so that parallel ones count too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._accounts: OrderedDict[str, _Row] = OrderedDict()
        self._sources: OrderedDict[str, deque[Micros]] = OrderedDict()

    def begin(self, account: str, ip: str) -> int:
        """Admit one attempt; returns how many now failed in a row. Raises TooManyRequests with the seconds to wait."""
        now = self._clock.now()
        row = self._account(account)
        pair, source = self._source(f"{account}|{ip}"), self._source(ip)
        _drop(row.moments, now - HOUR)
        _drop(pair, now - MINUTE)
        _drop(source, now - MINUTE)
        waits = [
            row.locked_until - now,
            _wait(row.moments, PER_ACCOUNT, HOUR, now),
            _wait(pair, PER_ACCOUNT_AND_IP, MINUTE, now),
            _wait(source, PER_IP, MINUTE, now),
        ]
        if (wait := max(waits)) > 0:
            raise TooManyRequests("too many attempts to sign in; wait a while", retry_after=-(-wait // _SECOND))
        for moments in (row.moments, pair, source):
            moments.append(now)
        row.in_a_row += 1
        if row.in_a_row >= LOCK_AFTER:
            row.locked_until, row.in_a_row = now + LOCKED_FOR, 0
            return LOCK_AFTER
        return row.in_a_row

    def succeeded(self, account: str, ip: str) -> None:
        """The attempt was right after all: it is no failure, and the row of failures ends."""
        row = self._account(account)
        row.in_a_row, row.locked_until = 0, 0
        for moments in (row.moments, self._source(f"{account}|{ip}"), self._source(ip)):
            if moments:
                moments.pop()

    def _account(self, account: str) -> _Row:
        row = self._accounts.setdefault(account, _Row())
        self._accounts.move_to_end(account)
        if len(self._accounts) > KEPT:
            self._accounts.popitem(last=False)
        return row

    def _source(self, key: str) -> deque[Micros]:
        moments = self._sources.setdefault(key, deque())
        self._sources.move_to_end(key)
        if len(self._sources) > 2 * KEPT:
            self._sources.popitem(last=False)
        return moments


def _drop(moments: deque[Micros], before: Micros) -> None:
    while moments and moments[0] <= before:
        moments.popleft()


def _wait(moments: deque[Micros], limit: int, window: Micros, now: Micros) -> Micros:
    return moments[0] + window - now if len(moments) >= limit else 0
