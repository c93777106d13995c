"""From the versions of one record to its rows in every table: pure, and the same however the versions arrived.

A run is a stretch of versions with an equal value: it begins with the event (a, r) and ends before the event (b, s).
It holds at (T, R) if a <= T and r <= R and (b > T or s > R): times do not fall within a record, so what was known by
R of what had happened by T is always a beginning of its stream.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from shared.past.layout import Layout
from shared.past.port import OPEN

Cells = tuple[Any, ...]


class Held(NamedTuple):
    """A row of `v`: the columns after one event."""

    occurred: int
    number: int
    position: int
    cells: Cells
    late: bool = False


class Run(NamedTuple):
    """A row of `s` or `h`."""

    place: int
    value: Any
    occurred: int
    position: int
    until: int = OPEN
    until_position: int = OPEN


class Signed(NamedTuple):
    """A change of what boards count: -1 the state before an event, +1 the one after it."""

    occurred: int
    position: int
    sign: int
    dims: Cells
    measures: Cells
    late: bool = False


def values_at(layout: Layout, place: int, cells: Cells) -> list[Any]:
    """The values that runs of a field hold: one of a scalar, each entry of a list."""
    cell = cells[place]
    return [cell] if place < len(layout.fields) else layout.entries(place, cell)


def runs_of(layout: Layout, versions: Sequence[Held]) -> Iterator[Run]:
    """The runs of a whole record."""
    return _runs_of_one(layout, versions[0]) if len(versions) == 1 else _runs_of_many(layout, versions)


def _runs_of_one(layout: Layout, one: Held) -> Iterator[Run]:
    """The same in a third of the time: after an import most records have one version."""
    occurred, position, scalars = one.occurred, one.position, len(layout.fields)
    for place, cell in enumerate(one.cells):
        if place < scalars:
            yield Run(place, cell, occurred, position)
        elif cell:
            for value in dict.fromkeys(layout.entries(place, cell)):
                yield Run(place, value, occurred, position)


def _runs_of_many(layout: Layout, versions: Sequence[Held]) -> Iterator[Run]:
    for place in range(layout.width):
        opened: dict[Any, tuple[int, int]] = {}
        before: Any = None
        for one in versions:
            if one.cells[place] == before:
                continue
            before = one.cells[place]
            now = dict.fromkeys(values_at(layout, place, one.cells))
            for value in [v for v in opened if v not in now]:
                yield Run(place, value, *opened.pop(value), one.occurred, one.position)
            for value in now:
                opened.setdefault(value, (one.occurred, one.position))
        for value, began in opened.items():
            yield Run(place, value, *began)


def signed_of(layout: Layout, versions: Sequence[Held]) -> Iterator[Signed]:
    """The changes of a whole record."""
    before: Held | None = None
    for one in versions:
        yield from signed_between(layout, before, one)
        before = one


def signed_between(layout: Layout, before: Held | None, after: Held) -> list[Signed]:
    """The changes of one event; none where boards do not see it."""
    new = counted(layout, after.cells)
    if before is None:
        return [Signed(after.occurred, after.position, 1, *new, after.late)]
    old = counted(layout, before.cells)
    if old == new:
        return []
    when = after.occurred, after.position
    return [Signed(*when, -1, *old, after.late), Signed(*when, 1, *new, after.late)]


def counted(layout: Layout, cells: Cells) -> tuple[Cells, Cells]:
    """What boards group by, and the numbers that they add up; a missing one adds nothing."""
    numbers = tuple(cells[n] if isinstance(cells[n], int) else 0 for n in layout.measures)
    return tuple(cells[n] for n in layout.dims), numbers
