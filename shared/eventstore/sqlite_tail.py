"""The newest events, kept in memory: a reader of the feed finds them there, and only a late one reads the file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import islice
from operator import attrgetter

from shared.events.envelope import Stored, category_of

EVENTS = 4096  # kept at most: two seconds of writing at full rate, so that the slowest follower finds its own here
BYTES = 8 * 1024 * 1024  # of their data and metadata


class Tail:
    """All committed events behind a position, in their order, without a hole."""

    def __init__(self, after: int) -> None:
        self._begin(after)

    def _begin(self, after: int) -> None:
        self._after = after
        self._events: list[Stored] = []
        self._bytes = 0

    @property
    def _last(self) -> int:
        return self._events[-1].position if self._events else self._after

    def add(self, events: Sequence[Stored], head: int) -> None:
        """Take in what a group wrote, and the store's head after it; the older half goes when there is too much.

        What does not join on to what is here (a group of which it was not known whether it was written) begins again.
        """
        before = events[0].position - 1 if events else head
        if before != self._last:
            self._begin(before)
        self._events += events
        self._bytes += _size(events)
        while len(self._events) > EVENTS or self._bytes > BYTES:
            self._drop((len(self._events) + 1) // 2)

    def read(self, after: int, limit: int, categories: Collection[str] | None) -> list[Stored] | None:
        """As the store's `read_all`; None where older ones are asked for."""
        if after < self._after:
            return None
        start = bisect_right(self._events, after, key=attrgetter("position"))
        if categories is None:
            return self._events[start : start + max(limit, 0)]
        wanted = (e for e in islice(self._events, start, None) if category_of(e.stream) in categories)
        return list(islice(wanted, max(limit, 0)))

    def _drop(self, count: int) -> None:
        self._after = self._events[count - 1].position
        self._bytes -= _size(self._events[:count])
        del self._events[:count]


def _size(events: Sequence[Stored]) -> int:
    return sum(len(e.data) + len(e.metadata) for e in events)
