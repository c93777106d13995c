"""Which field takes which column, so that the sum of what speaks for it is greatest: none of them twice."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf


def assign(weights: Sequence[Sequence[float]]) -> list[int]:
    """For each row the column that it takes, -1 = none. weights: 0 or less = they may not be brought together.

    The Hungarian method with potentials (Kuhn 1955, Munkres 1957), rows² · columns steps. A row may stay without.
    """
    if not weights or not weights[0]:
        return [-1] * len(weights)
    rows, real = len(weights), len(weights[0])
    columns = real + rows  # one more for each row: to stay without
    costs = [[-max(0.0, w) for w in row] + [0.0] * rows for row in weights]
    by_row, by_column = [0.0] * (rows + 1), [0.0] * (columns + 1)
    taken, way = [0] * (columns + 1), [0] * (columns + 1)  # counted from 1; 0 = free
    for row in range(1, rows + 1):
        taken[0] = row
        _augment(costs, by_row, by_column, taken, way)
    found = [-1] * rows
    for column in range(1, real + 1):
        if (row := taken[column]) and weights[row - 1][column - 1] > 0:
            found[row - 1] = column - 1
    return found


def _augment(
    costs: list[list[float]], by_row: list[float], by_column: list[float], taken: list[int], way: list[int]
) -> None:
    """Give the row that waits at column 0 its column, moving others along the cheapest way."""
    least, seen = [inf] * len(taken), [False] * len(taken)
    here = 0
    while taken[here]:
        seen[here], row, step, there = True, taken[here], inf, 0
        for column in range(1, len(taken)):
            if seen[column]:
                continue
            cost = costs[row - 1][column - 1] - by_row[row] - by_column[column]
            if cost < least[column]:
                least[column], way[column] = cost, here
            if least[column] < step:
                step, there = least[column], column
        for column in range(len(taken)):
            if seen[column]:
                by_row[taken[column]] += step
                by_column[column] -= step
            else:
                least[column] -= step
        here = there
    while here:
        taken[here] = taken[way[here]]
        here = way[here]
