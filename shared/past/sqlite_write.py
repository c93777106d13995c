"""The changes of one collection: planned from what is held, then written table by table in the order of keys."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.past.layout import QUARTER, Layout, compact, number_of
from shared.past.port import OPEN, Change, Version
from shared.past.runs import Held, Run, Signed, runs_of, signed_between, signed_of, values_at
from shared.past.sqlite_totals import Totals

AT_ONCE = 40  # rows of a statement, between two of which the event loop may have its turn
Row = tuple[Any, ...]


@dataclass(slots=True)
class Batch:
    """Rows by the statement that writes them. events: by tenant and quarter of an hour."""

    rows: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    events: Counter[tuple[int, int]] = field(default_factory=Counter)
    signed: list[tuple[int, int, Signed, int]] = field(default_factory=list)  # tenant, record, change, +1 or -1

    def add(self, statement: str, row: Row) -> None:
        self.rows[statement].append(row)


class Writer:
    """Plans and writes the changes of one collection. Used by one task at a time."""

    def __init__(self, db: sqlite3.Connection, layout: Layout) -> None:
        self._db, self._layout = db, layout
        self.totals = Totals(db, layout)
        self._reserved: set[tuple[int, int]] = set()  # numbers that the batch gives to new records
        name, cells = layout.name, [f"c{n}" for n in range(layout.width)]
        self._sorted = frozenset(layout.sorts)
        self._taken = f"SELECT 1 FROM {name('rec')} WHERE t = ? AND n = ?"
        columns = f"a, ver, r, late, {', '.join(cells)}"
        self._newest = f"SELECT {columns} FROM {name('v')} WHERE t = ? AND n = ? ORDER BY a DESC, ver DESC"
        self._statements(len(cells))

    def _statements(self, cells: int) -> None:
        """In the order in which a batch runs them."""
        name = self._layout.name
        key, order = "t = ? AND f = ? AND v = ? AND n = ?", "t = ? AND f = ? AND v = ? AND a = ? AND n = ? AND r = ?"
        self._rec_gone = f"DELETE FROM {name('rec')} WHERE t = ? AND n = ?"
        self._v_gone = f"DELETE FROM {name('v')} WHERE t = ? AND n = ?"
        self._s_gone = f"DELETE FROM {name('s')} WHERE {key} AND a = ? AND r = ?"
        self._h_gone = f"DELETE FROM {name('h')} WHERE {order}"
        self._s_ends = f"UPDATE {name('s')} SET b = ?, s = ? WHERE {key} AND b = {OPEN}"
        self._h_ends = f"UPDATE {name('h')} SET b = ?, s = ? WHERE {order}"
        self._rec_new = f"INSERT OR REPLACE INTO {name('rec')} VALUES(?, ?, ?, ?, ?, ?)"
        self._rec_moved = f"UPDATE {name('rec')} SET o = ? WHERE t = ? AND n = ?"
        self._v_new = f"INSERT INTO {name('v')} VALUES(?, ?, ?, ?, ?, ?{', ?' * cells})"
        self._s_new = f"INSERT INTO {name('s')} VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
        self._h_new = f"INSERT INTO {name('h')} VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
        self._den = (
            f"INSERT INTO {name('den')} VALUES(?, ?, ?) ON CONFLICT(t, q) DO UPDATE SET cnt = cnt + excluded.cnt"
        )
        self._in_order = (
            *(self._rec_gone, self._v_gone, self._s_gone, self._h_gone, self._s_ends, self._h_ends),
            *(self._rec_new, self._rec_moved, self._v_new, self._s_new, self._h_new, self._den),
        )
        self._by_value = frozenset({self._s_gone, self._h_gone, self._s_new, self._h_new})

    def last(self, tenant: int, key: str) -> int:
        """The newest version that is held of a record; 0 = none."""
        found = self.number(tenant, key)
        return 0 if found is None else self._newest_of(tenant, found[0]).number

    def _newest_of(self, tenant: int, n: int) -> Held:
        return _held(self._db.execute(f"{self._newest} LIMIT 1", (tenant, n)).fetchone())

    def versions(self, tenant: int, n: int) -> list[Held]:
        """Those that are held of a record, in their order."""
        return [_held(row) for row in self._db.execute(self._newest, (tenant, n))][::-1]

    def plan(self, batch: Batch, tenant: int, change: Change) -> None:
        """Add what a change writes; each record once in a batch. Raises ValueError: a document does not fit."""
        found = self.number(tenant, change.key)
        owner = compact(change.owner or "")
        if change.whole:
            versions = [_made(self._layout, one) for one in change.versions]
            if found is not None and versions and self._newest_of(tenant, found[0]).number > versions[-1].number:
                return  # a newer version came meanwhile: who gives the record whole reads it again
            if found is not None:
                self._remove(batch, tenant, found[0])
            n = self._free(tenant, change.key) if found is None else found[0]
            self._insert(batch, tenant, n, change.key, owner, versions)
            return
        if found is None:
            self._begin(batch, tenant, change, owner)
        else:
            self._go_on(batch, tenant, found, change, owner)

    def _begin(self, batch: Batch, tenant: int, change: Change, owner: Any) -> None:
        versions = [_made(self._layout, one) for one in change.versions]
        if versions:
            self._insert(batch, tenant, self._free(tenant, change.key), change.key, owner, versions)

    def _go_on(self, batch: Batch, tenant: int, found: tuple[int, Any], change: Change, owner: Any) -> None:
        n, known = found
        if known != owner:
            batch.add(self._rec_moved, (owner, tenant, n))
        before = self._newest_of(tenant, n)
        new = [_made(self._layout, one) for one in change.versions if one.number > before.number]
        if not new:
            return
        self._run_on(batch, tenant, n, before, new)
        for one in new:
            batch.signed += [(tenant, n, signed, 1) for signed in signed_between(self._layout, before, one)]
            before = one
        self._put_versions(batch, tenant, n, new)

    def _run_on(self, batch: Batch, tenant: int, n: int, before: Held, new: Sequence[Held]) -> None:
        """End the runs whose values change, and begin others. What begins and ends here is written once."""
        begun: dict[tuple[int, Any], Run] = {}
        ends: list[Run] = []
        for one in new:
            for place in range(self._layout.width):
                if one.cells[place] == before.cells[place]:
                    continue
                was = dict.fromkeys(values_at(self._layout, place, before.cells))
                now = dict.fromkeys(values_at(self._layout, place, one.cells))
                for value in was:
                    if value in now:
                        continue
                    ended = begun.pop((place, value), None)
                    if ended is None:
                        ends.append(Run(place, value, -1, -1, one.occurred, one.position))
                    else:
                        self._put_run(batch, tenant, n, ended._replace(until=one.occurred, until_position=one.position))
                for value in now:
                    if value not in was:
                        begun[place, value] = Run(place, value, one.occurred, one.position)
            before = one
        for run in begun.values():
            self._put_run(batch, tenant, n, run)
        self._end(batch, tenant, n, ends)

    def _end(self, batch: Batch, tenant: int, n: int, ends: Sequence[Run]) -> None:
        held: list[Held] | None = None
        for run in ends:
            until = run.until, run.until_position
            if run.place in self._sorted:
                batch.add(self._s_ends, (*until, tenant, run.place, run.value, n))
                continue
            if held is None:
                held = self.versions(tenant, n)
            began = _begin_of(self._layout, held, run)
            batch.add(self._h_ends, (*until, tenant, run.place, run.value, began.occurred, n, began.position))

    def _insert(self, batch: Batch, tenant: int, n: int, key: str, owner: Any, versions: Sequence[Held]) -> None:
        """A whole record."""
        batch.add(self._rec_new, (tenant, n, compact(key), owner, versions[0].occurred, versions[0].position))
        for run in runs_of(self._layout, versions):
            self._put_run(batch, tenant, n, run)
        batch.signed += [(tenant, n, signed, 1) for signed in signed_of(self._layout, versions)]
        self._put_versions(batch, tenant, n, versions)

    def _remove(self, batch: Batch, tenant: int, n: int) -> None:
        """All that is held of a record: what its versions say is there."""
        versions = self.versions(tenant, n)
        batch.add(self._rec_gone, (tenant, n))
        batch.add(self._v_gone, (tenant, n))
        for run in runs_of(self._layout, versions):
            if run.place in self._sorted:
                batch.add(self._s_gone, (tenant, run.place, run.value, n, run.occurred, run.position))
            else:
                batch.add(self._h_gone, (tenant, run.place, run.value, run.occurred, n, run.position))
        batch.signed += [(tenant, n, signed, -1) for signed in signed_of(self._layout, versions)]
        for one in versions:
            batch.events[tenant, one.occurred // QUARTER] -= 1

    def _put_run(self, batch: Batch, tenant: int, n: int, run: Run) -> None:
        place, value, occurred, position, until, until_position = run
        if place in self._sorted:
            batch.add(self._s_new, (tenant, place, value, n, occurred, position, until, until_position))
        else:
            batch.add(self._h_new, (tenant, place, value, occurred, n, position, until, until_position))

    def _put_versions(self, batch: Batch, tenant: int, n: int, versions: Sequence[Held]) -> None:
        for one in versions:
            batch.add(self._v_new, (tenant, n, one.occurred, one.number, one.position, one.late, *one.cells))
            batch.events[tenant, one.occurred // QUARTER] += 1

    def write(self, batch: Batch, *, frames: bool = True) -> Iterator[None]:
        """Write a batch within the caller's transaction; others may do something between two steps.

        frames: of totals; without them, `totals.finish` follows.
        """
        for (tenant, quarter), count in sorted(batch.events.items()):
            if count:
                batch.add(self._den, (tenant, quarter, count))
        for statement in self._in_order:
            rows = batch.rows.get(statement, [])
            if statement in self._by_value:
                _sort(rows)
            for start in range(0, len(rows), AT_ONCE):
                self._db.executemany(statement, rows[start : start + AT_ONCE])
                yield
        yield from self.totals.write(batch.signed, frames=frames)
        self._reserved.clear()

    def number(self, tenant: int, key: str) -> tuple[int, Any] | None:
        """A record's number and owner; None = it is not held."""
        return held_number(self._db, self._layout, tenant, key)

    def _free(self, tenant: int, key: str) -> int:
        """A number for a new record: the first behind those of ids that begin alike, such as all of one import."""
        n = number_of(key)
        if self._is_taken(tenant, n):
            step = 1
            while self._is_taken(tenant, n + step):
                step *= 2
            n = self._end_of_run(tenant, n + step // 2, n + step)
        self._reserved.add((tenant, n))
        return n

    def _end_of_run(self, tenant: int, taken: int, free: int) -> int:
        """A free number that follows a taken one, between these two."""
        while free - taken > 1:
            middle = (taken + free) // 2
            taken, free = (middle, free) if self._is_taken(tenant, middle) else (taken, middle)
        return free

    def _is_taken(self, tenant: int, n: int) -> bool:
        return (tenant, n) in self._reserved or self._db.execute(self._taken, (tenant, n)).fetchone() is not None


def _sort(rows: list[Row]) -> None:
    """In the order of an index whose third column may hold values of several types; mostly it has one a field."""
    try:
        rows.sort()
    except TypeError:
        rows.sort(key=_by_value)


def _by_value(row: Row) -> Row:
    return row[0], row[1], isinstance(row[2], bytes), isinstance(row[2], str), *row[2:6]


def held_number(db: sqlite3.Connection, layout: Layout, tenant: int, key: str) -> tuple[int, Any] | None:
    """A record's number and owner; None = it is not held."""
    find = f"SELECT n, o FROM {layout.name('rec')} WHERE t = ? AND k = ?"
    found: tuple[int, Any] | None = db.execute(find, (tenant, compact(key))).fetchone()
    return found


def _made(layout: Layout, one: Version) -> Held:
    return Held(one.occurred, one.number, one.position, layout.cells(one.document), one.late)


def _held(row: Sequence[Any]) -> Held:
    occurred, number, position, late, *cells = row
    return Held(occurred, number, position, tuple(cells), bool(late))


def _begin_of(layout: Layout, held: Sequence[Held], run: Run) -> Held:
    """Where the open run of a value began."""
    began = held[-1]
    for one in reversed(held):
        if run.value not in values_at(layout, run.place, one.cells):
            break
        began = one
    return began
