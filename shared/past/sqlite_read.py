"""One question to one collection's past through one connection: pages, counts, totals, density."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from shared.clock import Micros
from shared.past.kept import Answers
from shared.past.layout import QUARTER, Layout, compact, shown, spelled
from shared.past.port import EXACT, At, Counted, Hit, NotCovered
from shared.past.sqlite_cube import Cube, value_of
from shared.past.sqlite_plan import Place, Plan
from shared.past.sqlite_totals import LOW
from shared.views.port import Field, Kind, Query, Scope, Total
from shared.views.query import Checked, group_fields, sum_field, validate
from shared.views.values import decimal_text

KEPT = 50_000  # records of an answer that is kept for its following pages


class Reader:
    def __init__(
        self,
        db: sqlite3.Connection,
        layout: Layout,
        numbers: Mapping[str, int],
        scope: Scope,
        at: At,
        answers: Answers,
    ) -> None:
        self._db, self._layout, self._at, self._answers = db, layout, at, answers
        self._tenant = numbers.get(scope.tenant)
        owned = layout.declaration.owner is not None
        self._owners = sorted(scope.owners) if scope.owners is not None and owned else None

    def page(self, query: Query) -> tuple[list[Hit], str | None]:
        checked = validate(self._layout.declaration, query)
        if self._tenant is None:
            return [], None
        plan = Plan(self._db, self._layout, checked, self._tenant, self._owners, self._at)
        rows = self._found(plan, checked)
        following = None
        if len(rows) > checked.limit:
            rows.pop()
            following = self._cursor(checked, rows[-1])
        return self._hits(rows), following

    def _found(self, plan: Plan, checked: Checked) -> list[Place]:
        """One record more than the page has, where there are more."""
        limit, after = checked.skip + checked.limit + 1, plan.after()
        place = (self._layout.number, self._tenant, checked.digest, tuple(self._owners or ()), self._at)
        if after is None:
            self._answers.drop(place)  # who begins again sees what is there now
        elif (rows := self._answers.after(place, after[1], limit)) is not None and self._all_in_scope(rows):
            return rows
        if after is not None:
            return plan.first(limit)
        if (walked := plan.walked(limit)) is not None:
            return walked[checked.skip :]
        rows = plan.gather(*plan.narrowest, max(KEPT, limit), behind=False)
        if limit < len(rows) < KEPT:
            self._answers.keep(place, rows)
        return rows[checked.skip : limit]

    def _all_in_scope(self, rows: list[Place]) -> bool:
        """Whether the caller still sees all of a kept answer."""
        if self._owners is None:
            return True
        among = ", ".join("?" * len(self._owners))
        sql = f"SELECT 1 FROM {self._layout.name('rec')} WHERE t = ? AND n = ? AND o IN ({among})"
        owners = [compact(o) for o in self._owners]
        return all(self._db.execute(sql, (self._tenant, n, *owners)).fetchone() for n, _ in rows)

    def _cursor(self, checked: Checked, last: Place) -> str:
        [hit] = self._hits([last])
        fields = [order.field for order in checked.orders]
        columns = ", ".join("NULL" if f.name == "id" else self._layout.column(f) for f in fields)
        sql = f"SELECT {columns} FROM {self._layout.name('v')} WHERE t = ? AND n = ? AND ver = ?"
        row = self._db.execute(sql, (self._tenant, *last)).fetchone()
        values = [None if f.name == "id" else shown(f, cell) for f, cell in zip(fields, row, strict=True)]
        return checked.cursor(values, hit.key)

    def _hits(self, rows: Sequence[Place]) -> list[Hit]:
        sql = f"SELECT k FROM {self._layout.name('rec')} WHERE t = ? AND n = ?"
        keys = [self._db.execute(sql, (self._tenant, n)).fetchone() for n, _ in rows]
        return [Hit(spelled(key[0]), version) for key, (_, version) in zip(keys, rows, strict=True) if key]

    def count(self, query: Query) -> Counted:
        checked = validate(self._layout.declaration, query)
        if self._tenant is None:
            return Counted(0)
        plan = Plan(self._db, self._layout, checked, self._tenant, self._owners, self._at)
        if self._owners is None:
            try:
                return Counted(sum(group[1] for group in self._cube().groups(checked.where, (), None)))
            except NotCovered:
                pass
        source, clause = plan.narrowest
        if clause is not None and plan.asked == [clause] and not source.several:
            return Counted(plan.at_most(source, 1 << 62))
        rows, params = plan.candidates(source, clause)
        most = -1 if plan.is_narrow else EXACT + 1
        number = self._db.execute(f"SELECT count(*) FROM (SELECT 1 FROM {rows} LIMIT ?)", (*params, most)).fetchone()[0]
        return Counted(EXACT, True) if 0 < most <= number else Counted(number)

    def totals(self, query: Query, by: tuple[str, ...], sum: str | None) -> list[Total]:
        checked = validate(self._layout.declaration, query)
        fields = group_fields(self._layout.declaration, by, checked.entries)
        summed = sum_field(self._layout.declaration, sum, checked.entries)
        if self._tenant is None:
            return []
        if any(f.name == "id" or f.is_entry for f in fields) or (summed is not None and summed.is_entry):
            raise NotCovered("totals")
        groups = self._groups(checked, fields, summed)
        found = [
            Total(tuple(value_of(f, k) for f, k in zip(fields, keys, strict=True)), count, _written(summed, total))
            for keys, count, total in groups
        ]
        return sorted(found, key=lambda one: [(key is not None, key) for key in one.keys])

    def _groups(
        self, checked: Checked, fields: tuple[Field, ...], summed: Field | None
    ) -> list[tuple[tuple[Any, ...], int, int]]:
        plan = Plan(self._db, self._layout, checked, self._tenant or 0, self._owners, self._at)
        if self._owners is None:
            try:
                return self._cube().groups(checked.where, fields, summed)
            except NotCovered:
                pass
        source, clause = plan.narrowest
        rows, params = plan.candidates(source, clause)
        column = None if summed is None else f"v.{self._layout.column(summed)}"
        some = f"FILTER (WHERE typeof({column}) = 'integer')"
        sums = "0, 0" if column is None else f"sum({column} >> 32) {some}, sum({column} & {LOW}) {some}"
        keys = "".join(f", v.{self._layout.column(f)} AS k{n}" for n, f in enumerate(fields))
        names = ", ".join(f"k{n}" for n in range(len(fields)))
        sql = f"SELECT count(*), {sums}{keys} FROM {rows}" + (f" GROUP BY {names}" if names else "")
        found = self._db.execute(sql, params).fetchall()
        return [(tuple(keys), count, ((high or 0) << 32) + (low or 0)) for count, high, low, *keys in found if count]

    def density(self, bounds: Sequence[Micros]) -> list[int]:
        """See Past.density."""
        counts = [0] * (len(bounds) - 1)
        if self._tenant is None or not counts:
            return counts
        name, edges = self._layout.name, [bound // QUARTER for bound in bounds]
        if self._owners is None:
            sql = f"SELECT sum(cnt) FROM {name('den')} WHERE t = ? AND q >= ? AND q < ?"
            asked = [(self._tenant, a, b) for a, b in pairwise(edges)]
            return [int(self._db.execute(sql, one).fetchone()[0] or 0) for one in asked]
        among = ", ".join("?" * len(self._owners))
        sql = (
            f"SELECT v.a / {QUARTER}, count(*) FROM {name('rec')} AS x CROSS JOIN {name('v')} AS v"
            f" ON v.t = x.t AND v.n = x.n WHERE x.t = ? AND x.o IN ({among}) AND v.a >= ? AND v.a < ? GROUP BY 1"
        )
        params = (self._tenant, *(compact(o) for o in self._owners), bounds[0], bounds[-1])
        for quarter, count in self._db.execute(sql, params):
            place = next(n for n, edge in enumerate(edges[1:]) if quarter < edge)
            counts[place] += count
        return counts

    def _cube(self) -> Cube:
        return Cube(self._db, self._layout, self._tenant or 0, self._at)


def _written(summed: Field | None, total: int) -> str:
    return decimal_text(summed, total) if summed is not None and summed.kind is Kind.DECIMAL else str(total)
