"""Counts and sums from totals and the changes since: for questions that name only what boards group by."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from shared.past.layout import Layout, nothing, shown
from shared.past.port import LATE, OPEN, At, NotCovered
from shared.past.sqlite_clause import Params, compared
from shared.past.sqlite_totals import LOW
from shared.views.port import Field, Kind
from shared.views.query import Checkable, Test, Tests

Group = tuple[tuple[Any, ...], int, int]  # values, count, sum


class Cube:
    """Raises NotCovered where a question names something else."""

    def __init__(self, db: sqlite3.Connection, layout: Layout, tenant: int, at: At) -> None:
        self._db, self._layout, self._tenant, self._at = db, layout, tenant, at
        self._dims = {layout.fields[place].name: n for n, place in enumerate(layout.dims)}
        self._measures = {layout.fields[place].name: n for n, place in enumerate(layout.measures)}

    def groups(self, tests: Sequence[Checkable], by: Sequence[Field], summed: Field | None) -> list[Group]:
        """What answers the tests, by the values of fields."""
        columns = [f"h.d{self._dim(field)}" for field in by]
        where, asked = self._tests(Tests("all", tuple(tests)))
        rows, held = self._rows(summed)
        keys = "".join(f", {c} AS k{n}" for n, c in enumerate(columns))
        names = ", ".join(f"k{n}" for n in range(len(columns)))
        sql = (
            f"SELECT sum(x.cnt), sum(x.hi), sum(x.lo){keys} FROM ("
            f"SELECT g, sum(cnt) AS cnt, sum(hi) AS hi, sum(lo) AS lo FROM ({rows}) GROUP BY g) AS x"
            f" CROSS JOIN {self._layout.name('sh')} AS h ON h.g = x.g WHERE {where}"
        )
        sql += f" GROUP BY {names}" if names else ""
        found = self._db.execute(sql, (*held, *asked)).fetchall()
        return [(tuple(keys), count, ((high or 0) << 32) + (low or 0)) for count, high, low, *keys in found if count]

    def _tests(self, asked: Checkable) -> tuple[str, Params]:
        if isinstance(asked, Test):
            if asked.field.kind is Kind.KEYWORDS:
                raise NotCovered(asked.field.name)
            return compared(asked, f"h.d{self._dim(asked.field)}")
        parts = [self._tests(part) for part in asked.parts]
        word = " AND " if asked.combine == "all" else " OR "
        where = word.join(f"({sql})" for sql, _ in parts) or ("1" if asked.combine == "all" else "0")
        return f"{'NOT ' if asked.combine == 'none' else ''}({where})", tuple(p for _, some in parts for p in some)

    def _dim(self, field: Field) -> int:
        if field.name not in self._dims:
            raise NotCovered(field.name)
        return self._dims[field.name]

    def _rows(self, summed: Field | None) -> tuple[str, Params]:
        """Rows (g, cnt, hi, lo) whose sums are the state at the moment."""
        if summed is not None and summed.name not in self._measures:
            raise NotCovered(summed.name)
        n = None if summed is None else self._measures[summed.name]
        held = "0 AS hi, 0 AS lo" if n is None else f"x{n} AS hi, y{n} AS lo"
        signed = "0 AS hi, 0 AS lo" if n is None else f"sign * (m{n} >> 32) AS hi, sign * (m{n} & {LOW}) AS lo"
        undone = "0, 0" if n is None else f"-c.sign * (c.m{n} >> 32), -c.sign * (c.m{n} & {LOW})"
        name, tenant, when = self._layout.name, self._tenant, self._at.occurred
        frame, since = self._frame()
        rows = (
            f"SELECT g, cnt, {held} FROM {name('tot')} WHERE t = ? AND fr = ?"
            f" UNION ALL SELECT g, sign AS cnt, {signed} FROM {name('ch')} WHERE t = ? AND at >= ? AND at <= ?"
        )
        params: Params = (tenant, frame, tenant, since, when)
        if self._at.position >= OPEN - 1:
            return rows, params
        # what the log says after the position: late ones by their own index, others happened shortly before
        recent = -OPEN if self._at.recorded is None else self._at.recorded - LATE
        late = (  # from the index alone: most of them happened after the moment, too
            f"SELECT at, n, r, sign FROM {name('ch')} INDEXED BY {name('ch_late')}"
            " WHERE t = ? AND r > ? AND late AND at <= ?"
        )
        same = "c.t = ? AND (c.at, c.n, c.r, c.sign) = (k.at, k.n, k.r, k.sign)"
        rows += (
            f" UNION ALL SELECT c.g, -c.sign, {undone} FROM ({late}) AS k CROSS JOIN {name('ch')} AS c ON {same}"
            f" UNION ALL SELECT c.g, -c.sign, {undone} FROM {name('ch')} AS c"
            " WHERE c.t = ? AND c.at >= ? AND c.at <= ? AND NOT c.late AND c.r > ?"
        )
        position = self._at.position
        return rows, (*params, tenant, position, when, tenant, tenant, recent, when, position)

    def _frame(self) -> tuple[int, int]:
        """The last frame that holds nothing of after the moment, and its own moment."""
        sql = f"SELECT fr, at FROM {self._layout.name('fr')} WHERE t = ? AND at <= ? ORDER BY at DESC LIMIT 1"
        found = self._db.execute(sql, (self._tenant, self._at.occurred + 1)).fetchone()
        return (found[0], found[1]) if found else (-1, -OPEN)


def value_of(field: Field, cell: Any) -> Any:
    """A group's value as documents show it. Raises NotCovered: several spellings may stand for it."""
    if field.key is not None or field.kind in (Kind.TEXT, Kind.DECIMAL, Kind.KEYWORDS):
        raise NotCovered(field.name)
    if cell == nothing(field):
        return None
    return bool(cell) if field.kind is Kind.BOOLEAN else shown(field, cell)
