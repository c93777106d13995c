"""What each way to an answer would cost, judged by the shares its conditions find, taken to be independent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod

from shared.views.sqlite_clause import Clause

ENTRY, ROW, WORDS = 0.1, 1.0, 40.0  # µs: look at an entry of an index, at its row, split its document into words
NEXT = 0.3  # µs: go on to the next row
PART = 0.4  # µs: look for a part of a text in an entry


class Costs:
    """Microseconds. parts: the share of the tenant's `size` documents that each condition finds."""

    def __init__(self, parts: Mapping[Clause, float], size: float) -> None:
        self._part, self._size = parts, size

    def walk(self, wanted: float, index: str) -> float:
        """Follow an index until so many match. What it finds itself only narrows it."""
        own = [c for c in self._part if c.index == index]
        rest = [c for c in self._part if c.index != index]
        return self._follow(wanted, own, rest)

    def scan(self, rows: int) -> float:
        """Read the whole table, other tenants' rows as well, in the order in which they lie."""
        return rows * NEXT + self._size * self._words([*self._part])

    def fetch(self) -> float:
        """Look up every row."""
        return self._size * ROW

    def merge(self, wanted: float, scope: Clause, owners: int) -> float:
        """Follow each owner's part of an order, a document of each in hand, until so many match."""
        return self._follow(wanted + owners, [scope], [c for c in self._part if c is not scope])

    def _follow(self, wanted: float, own: Iterable[Clause], rest: list[Clause]) -> float:
        entries = min(self._parts(own) * self._size, wanted / max(self._parts(rest), 1e-9))
        return entries * self._each(rest, fetched=False)

    def gather(self, driver: Clause, *, fetched: bool) -> float:
        """All that one condition finds. fetched: rows are wanted even where the index answers every other one."""
        rest = [c for c in self._part if c is not driver]
        entries = self._part[driver] * self._size
        if driver.rows is not None:  # only ids: each row is looked up before anything is asked
            read = self._size * PART if driver.scans else 0.0
            return read + entries * (ENTRY + ROW + self._words(rest))
        return entries * self._each(rest, fetched=fetched)

    def _each(self, rest: list[Clause], *, fetched: bool) -> float:
        """An entry; its row if the entry passes what every index knows; its words if the row passes, too."""
        passing = self._parts(c for c in rest if c.covered)
        row = ROW if fetched or not all(c.covered for c in rest) else 0.0
        return ENTRY + passing * row + self._words(rest)

    def _words(self, rest: list[Clause]) -> float:
        return self._parts(c for c in rest if not c.slow) * WORDS if any(c.slow for c in rest) else 0.0

    def _parts(self, clauses: Iterable[Clause]) -> float:
        return prod(self._part[c] for c in clauses)
