"""Boards from the one index that holds all that they ask for: counts and sums by its first columns, then by fewer.

What lies in the order of the index is added up as it is read, without a sort; only these few rows are grouped again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shared.views.port import Field
from shared.views.query import Checkable, Checked, Test
from shared.views.sqlite_table import Table

_PARTS = ("prefix", "contains")  # of texts: another column may hold the folded form


def covers(table: Table, checked: Checked, fields: Iterable[Field], summed: Iterable[Field]) -> bool:
    """Whether the index of boards knows all that is asked for."""
    if checked.wanted is not None or not (table.ready and table.boards):
        return False
    tests = [*_tests(checked.where)]
    named = (*(test.field for test in tests), *fields, *summed)
    return all(field.name in table.boards for field in named) and all(test.op not in _PARTS for test in tests)


def _tests(parts: Iterable[Checkable]) -> Iterator[Test]:
    for part in parts:
        if isinstance(part, Test):
            yield part
        else:
            yield from _tests(part.parts)


def statement(table: Table, source: str, fields: Sequence[Field], sums: Sequence[str]) -> str:
    """A select of (count, 0, sums …, group …). source: the index with its conditions. sums: over its rows."""
    columns = [table.boards[field.name] for field in fields]
    order = [*table.boards.values()]
    first = order[: max((order.index(column) for column in columns), default=-1) + 1]
    halves = "".join(f", {sum} AS h{n}" for n, sum in enumerate(sums))
    inner = f"SELECT count(*) AS c{halves}{''.join(f', x.{column}' for column in first)} FROM {source}"
    if first:
        inner += f" GROUP BY {', '.join(f'x.{column}' for column in first)}"
    again = "".join(f", sum(h{n})" for n in range(len(sums)))
    groups = ", ".join(columns)
    if not groups:
        return f"SELECT sum(c), 0{again} FROM ({inner})"
    return f"SELECT sum(c), 0{again}, {groups} FROM ({inner}) GROUP BY {groups} ORDER BY {groups}"
