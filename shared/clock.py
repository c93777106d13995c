"""Time and identity, injected everywhere: no domain code reads a clock or makes an id by itself.

Times are integers: microseconds since 1970-01-01 UTC. RFC 3339 text exists only at the borders.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Protocol

Micros = int


class Clock(Protocol):
    def now(self) -> Micros:
        """Microseconds since the epoch, UTC."""
        ...


class SystemClock:
    def now(self) -> Micros:
        return time.time_ns() // 1000


class Ids(Protocol):
    def new(self) -> str:
        """A fresh UUIDv7 in its 36-character form: sorts by time (RFC 9562 §5.7)."""
        ...


class SystemIds:
    """UUIDv7, monotonic within the process: a 12-bit counter fills rand_a within one millisecond."""

    def __init__(self) -> None:
        self._last_ms = 0
        self._counter = 0
        self._random = b""  # drawn 512 ids at a time: a system call each would cost more than the rest of a command

    def new(self) -> str:
        ms = max(time.time_ns() // 1_000_000, self._last_ms)
        if ms == self._last_ms:
            self._counter += 1
            if self._counter > 0xFFF:
                ms, self._counter = ms + 1, 0
        else:
            self._counter = 0
        self._last_ms = ms
        if not self._random:
            self._random = os.urandom(8 * 512)
        random, self._random = int.from_bytes(self._random[:8]) & ((1 << 62) - 1), self._random[8:]
        digits = f"{(ms << 80) | (7 << 76) | (self._counter << 64) | (2 << 62) | random:032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def to_rfc3339(micros: Micros) -> str:
    """`2026-11-24T05:00:00.000001Z`: UTC, always six fraction digits, so that text order is time order."""
    return f"{_second(micros // 1_000_000)}.{micros % 1_000_000:06d}Z"


@lru_cache(maxsize=1024)  # much of what is written at once happened within a few seconds
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()


def from_rfc3339(text: str) -> Micros:
    """Parse an RFC 3339 moment; one without an offset is UTC; a bare date is its first instant.

    Raises:
        ValueError: the text is no such moment.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def start_of_day(day: str) -> Micros:
    """First instant (UTC) of an ISO date. Raises ValueError for a day that does not exist."""
    return from_rfc3339(date.fromisoformat(day).isoformat())


def day_of(micros: Micros) -> str:
    """The ISO date (UTC) of a moment."""
    return datetime.fromtimestamp(micros // 1_000_000, UTC).date().isoformat()
