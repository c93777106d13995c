"""Answers that were gathered and sorted whole, kept for the pages that follow the first: numbers and versions alone."""

from __future__ import annotations

import time
from array import array
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from contextlib import suppress
from threading import Lock

MOST = 16
SECONDS = 120.0  # since it was read last


class Answers:
    """Bounded in number and age; safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[float, array[int], array[int]]] = OrderedDict()
        self._lock = Lock()

    def keep(self, place: Hashable, rows: Sequence[tuple[int, int]]) -> None:
        """Keep an answer in its order; the oldest goes."""
        numbers, versions = array("q", (n for n, _ in rows)), array("q", (v for _, v in rows))
        with self._lock:
            self._kept[place] = (time.monotonic() + SECONDS, numbers, versions)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)

    def after(self, place: Hashable, number: int, limit: int) -> list[tuple[int, int]] | None:
        """What follows a record in a kept answer; None where there is none."""
        with self._lock:
            found = self._kept.get(place)
            if found is None or found[0] < time.monotonic():
                self._kept.pop(place, None)
                return None
            _, numbers, versions = found
            self._kept[place] = (time.monotonic() + SECONDS, numbers, versions)
        with suppress(ValueError):
            begin = numbers.index(number) + 1
            return list(zip(numbers[begin : begin + limit], versions[begin : begin + limit], strict=True))
        return None

    def drop(self, place: Hashable) -> None:
        with self._lock:
            self._kept.pop(place, None)

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()
