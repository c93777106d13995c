"""What rows are grouped by, as SQL: a value, or the place of a value among rising edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.views.port import Field
from shared.views.sqlite_table import Table, missing
from shared.views.values import IndexValue


def bucket(table: Table, field: Field, edges: Sequence[IndexValue]) -> tuple[str, tuple[Any, ...]]:
    """The value that row x has of a field; with edges, how many of them are not above it, NULL for no value."""
    value, params = table.value(field)
    if not edges:
        return value, params
    halving, compared = _halving("v", edges, 0, len(edges))
    sql = f"(SELECT CASE WHEN v = ? THEN NULL ELSE {halving} END FROM (SELECT {value} AS v))"
    return sql, (missing(field), *compared, *params)


def _halving(value: str, edges: Sequence[IndexValue], low: int, high: int) -> tuple[str, tuple[Any, ...]]:
    """A search by halves: a thousand edges take ten comparisons."""
    if low == high:
        return str(low), ()
    middle = (low + high) // 2
    below, some = _halving(value, edges, low, middle)
    above, others = _halving(value, edges, middle + 1, high)
    return f"CASE WHEN {value} < ? THEN {below} ELSE {above} END", (edges[middle], *some, *others)
