"""Time and identity, injected everywhere: no domain code reads a clock or makes an id by itself.

Times are integers: microseconds since 1970-01-01 UTC. RFC 3339 text exists only at the borders.
"""

from __future__ import annotations

import os
import re
import time
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Protocol

Micros = int

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999  # years 1 to 9999, UTC
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6}0*)?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)  # RFC 3339 §5.6 date-time, without leap seconds and parts of microseconds


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
    """Parse an RFC 3339 moment with its offset, exactly: the only parser of moments from outside.

    Raises:
        ValueError: the text is no such moment, it needs more than microseconds, is a leap second, or lies outside
            the years 1 to 9999 in UTC.
    """
    if not _MOMENT.fullmatch(text):
        raise ValueError("an RFC 3339 moment with its offset is needed, as in 2026-11-24T09:30:00+08:00")
    delta = datetime.fromisoformat(text.upper()) - _EPOCH
    micros = (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
    if not FIRST <= micros <= LAST:
        raise ValueError("the moment is out of the years 1 to 9999 in UTC")
    return micros


def is_day(text: str) -> bool:
    """Whether a text has the form of a day (YYYY-MM-DD), whether or not the day exists."""
    return _DAY.fullmatch(text) is not None


def day(text: str) -> date:
    """Parse YYYY-MM-DD and no other form. Raises ValueError for a day that does not exist."""
    if not is_day(text):
        raise ValueError("a day is written YYYY-MM-DD, as in 2026-11-24")
    return date.fromisoformat(text)


def start_of_day(text: str) -> Micros:
    """First instant (UTC) of a day. Raises ValueError for a day that does not exist."""
    return (day(text) - _EPOCH.date()).days * 86_400_000_000


def day_of(micros: Micros) -> str:
    """The ISO date (UTC) of a moment."""
    return datetime.fromtimestamp(micros // 1_000_000, UTC).date().isoformat()
