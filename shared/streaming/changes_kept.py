"""The newest changes of one organisation, kept in memory for all of its streams."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from shared.streaming.change import Change, Filter, Reach, reset

MOST_KEPT = 4_000
MOST_AT_ONCE = 250  # changes that one stream is sent together: a client reloads at less cost than it takes in more
MOST_FRAMES = 64  # of streams that differ in place, rights or filter


class Kept:
    """Every change behind `start` up to `end`, both positions of the log."""

    def __init__(self, start: int) -> None:
        self.start = self.end = start
        self._changes: list[Change] = []
        self._frames: dict[tuple[int, Reach, Filter], bytes] = {}  # since the last addition: streams alike share them

    def add(self, changes: Sequence[Change], end: int) -> None:
        """Add what happened up to a position. What comes twice is left out."""
        self._frames = {}
        self._changes += [one for one in changes if one.position > self.end]
        self.end = max(self.end, end)
        if (surplus := len(self._changes) - MOST_KEPT) > 0:
            self.start = self._changes[surplus - 1].position
            del self._changes[:surplus]

    def restart(self, position: int) -> None:
        """Keep only what happens behind a position: something before it was lost."""
        self.start = self.end = position
        self._changes, self._frames = [], {}

    def frames(self, after: int, reach: Reach, wanted: Filter) -> bytes:
        """The frames of what happened behind a position, which is not before `start`; a reset in place of very many."""
        key = after, reach, wanted
        if key not in self._frames:
            first = bisect_right(self._changes, after, key=lambda one: one.position)
            found = [*reach.tells(self._changes[first:], wanted)]
            many = len(found) > MOST_AT_ONCE
            if len(self._frames) >= MOST_FRAMES:
                self._frames.pop(next(iter(self._frames)))
            self._frames[key] = reset("many-changes", reach, self.end) if many else b"".join(found)
        return self._frames[key]
