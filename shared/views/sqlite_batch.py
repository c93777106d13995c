"""Changes of many documents in few statements: one statement of many rows costs a third less than many of one row.

`OR FAIL` spares half of an insert: so that a statement of many rows can be undone by itself, the engine would else copy
every page it touches. Here the whole transaction is undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.views.sqlite_table import Cell, Table

Statement = tuple[str, list[Any]]
Row = tuple[Any, ...]

ROWS = 64  # of one statement at most: about a millisecond


@dataclass(slots=True)
class Batch:
    """What is to be done to one table. Each document comes once.

    rows: (id, t, k, v, cells …) of new documents. updates: changed columns → (id, v, their values …).
    list_gone, list_added: (t, field, value, id). words_gone, words_added: (id, words). removed: ids.
    entries_gone: (id, name). entries_added: (id, name, place, raw, low, num, t, k).
    buried: (t, k, v) tombstones. unburied: (t, k).
    """

    table: Table
    rows: list[Row] = field(default_factory=list)
    updates: dict[tuple[str, ...], list[Row]] = field(default_factory=dict)
    bodies: list[Row] = field(default_factory=list)
    list_gone: list[Row] = field(default_factory=list)
    list_added: list[Row] = field(default_factory=list)
    words_gone: list[Row] = field(default_factory=list)
    words_added: list[Row] = field(default_factory=list)
    entries_gone: list[Row] = field(default_factory=list)
    entries_added: list[Row] = field(default_factory=list)
    removed: list[Row] = field(default_factory=list)
    buried: list[Row] = field(default_factory=list)
    unburied: list[Row] = field(default_factory=list)

    def statements(self) -> Iterator[Statement]:
        """In the order in which they must run, within one transaction."""
        t = self.table
        yield from _many(f"INSERT OR FAIL INTO {t.name}(id, t, k, v, {', '.join(t.cells)}) VALUES ", self.rows)
        for columns, rows in self.updates.items():
            sets = "".join(f", {name} = x.column{n}" for n, name in enumerate(columns, 3))
            begin = f"UPDATE OR FAIL {t.name} SET v = x.column2{sets} FROM (VALUES "
            yield from _many(begin, rows, f") AS x WHERE {t.name}.id = x.column1")
        yield from _many(f"INSERT OR REPLACE INTO {t.body} VALUES ", self.bodies)
        for name in (t.name, t.body):
            yield from _many(f"DELETE FROM {name} WHERE id IN (VALUES ", self.removed, ")")
        yield from _each(f"DELETE FROM {t.lists} WHERE t = ? AND field = ? AND value = ? AND id = ?", self.list_gone)
        yield from _many(f"INSERT OR FAIL INTO {t.lists} VALUES ", self.list_added)
        yield from _each(f"DELETE FROM {t.entries} WHERE id = ? AND name = ?", self.entries_gone)
        yield from _many(f"INSERT OR FAIL INTO {t.entries} VALUES ", self.entries_added)
        gone = [("delete", *row) for row in self.words_gone]
        yield from _many(f"INSERT INTO {t.words}({t.words}, rowid, words) VALUES ", gone)
        yield from _many(f"INSERT INTO {t.words}(rowid, words) VALUES ", self.words_added)
        yield from _many(f"INSERT OR REPLACE INTO {t.gone} VALUES ", self.buried)
        yield from _each(f"DELETE FROM {t.gone} WHERE t = ? AND k = ?", self.unburied)

    def update(self, id: int, version: int, columns: Sequence[str], old: Sequence[Cell], new: Sequence[Cell]) -> None:
        """Set the cells that differ, so that only their indexes are touched."""
        changed = [(name, b) for name, a, b in zip(columns, old, new, strict=True) if a != b]
        row = (id, version, *(value for _, value in changed))
        self.updates.setdefault(tuple(name for name, _ in changed), []).append(row)


def _many(begin: str, rows: Sequence[Row], end: str = "") -> Iterator[Statement]:
    """The rows in statements of 64, 32, … 1: few texts, which stay prepared."""
    done, size = 0, ROWS
    while done < len(rows):
        while size > len(rows) - done:
            size //= 2
        some = rows[done : done + size]
        marks = ",".join([f"({','.join('?' * len(some[0]))})"] * size)
        yield f"{begin}{marks}{end}", _flat(some)
        done += size


def _each(statement: str, rows: Iterable[Row]) -> Iterator[Statement]:
    """What is rare, and what the engine cannot seek many of at once."""
    yield from ((statement, list(row)) for row in rows)


def _flat(rows: Iterable[Row]) -> list[Any]:
    return [value for row in rows for value in row]
