"""A question to the past as SQL: along a sort order, or from the rarest condition's records.

A walk looks at as many records as the rarest condition finds; where that were too few for a page, those of the
condition are gathered instead. So no page costs more than twice the better way, whichever that is. Most pages are
among the first records of an order: these are tried before it is counted what the conditions find.

Several sort keys: a walk along the first one, and within each of its values along the next ones.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

from shared.past.layout import Layout, nothing, number_of, shown, stored
from shared.past.port import At, NotCovered
from shared.past.sqlite_clause import Clause, Clauses, Params, Source
from shared.past.sqlite_write import held_number
from shared.views.port import Field
from shared.views.query import KEY, Checked, Sorted, Test

FEW = 1_000  # records that are gathered without a try to walk, and over which a first walk goes
MANY = 50_000  # records that are counted at most to choose a way, and walked over
TRIED = 1_000  # records of a condition that finds more, which are asked how often they meet the others
MOST_VALUES = 300  # of a sort key without an order of its own, whose records are walked one value after the other
NEVER_LATER = ("created_at", "updated_at")  # than the event that sets them: what is newer is passed over
Place = tuple[int, int]  # record number, version
Rarest = tuple[int, Source, Clause | None]


class Plan:
    def __init__(
        self,
        db: sqlite3.Connection,
        layout: Layout,
        checked: Checked,
        tenant: int,
        owners: Sequence[str] | None,
        at: At,
    ) -> None:
        """owners: in whose scope the records are now; None = all. Raises NotCovered."""
        if checked.wanted is not None or any(order.field.is_entry for order in checked.orders):
            raise NotCovered("text")
        self._ties = checked.descending  # whether records that are equal by all sort keys descend
        self._db, self.layout, self._tenant = db, layout, tenant
        self._checked = self._with_ties(checked)
        self.clauses = Clauses(layout, tenant, at)
        self.asked: list[Clause] = [self.clauses.of(test) for test in checked.where]
        if owners is not None:
            self.asked.append(self.clauses.scope(owners))
        self._among: tuple[Plan, Clause] | None = None  # the plan that this one is of, with one condition more
        self._rarest: Rarest | None = None

    @cached_property
    def few(self) -> Rarest:
        """The condition that finds fewest, with how many, one more than `FEW` at most."""
        return self._rarer((FEW + 1, self.clauses.everything(), None), self.asked)

    @property
    def rarest(self) -> Rarest:
        """The condition that finds fewest, with how many, `MANY` at most."""
        if self._rarest is None:
            self._rarest = self._rarest_now()
        return self._rarest

    def _rarest_now(self) -> Rarest:
        if self.few[0] <= FEW:
            return self.few
        if self._among is not None:
            plan, clause = self._among  # what the others find is known there
            return self._rarer(plan.rarest, [clause])
        return self._rarer((MANY, self.clauses.everything(), None), self.asked)

    @property
    def is_narrow(self) -> bool:
        """Whether one condition finds so few records that all of them can be asked."""
        return self.rarest[0] < MANY

    @cached_property
    def narrowest(self) -> tuple[Source, Clause | None]:
        """What to gather from: the rarest condition. Where each finds `MANY`, the one whose first records answer most
        often: as many answer by every way, so it has the fewest that do not."""
        _, source, clause = self.rarest
        found = [(one, one.source) for one in self.asked if one.source is not None]
        if self.is_narrow or len(found) < 2:
            return source, clause
        clause, source = max(found, key=lambda one: self._answering(*one))
        return source, clause

    def _answering(self, clause: Clause, source: Source) -> int:
        """How many of the first records that a condition finds meet the others, too."""
        first = replace(source, sql=f"SELECT n FROM ({source.sql} LIMIT {TRIED})")
        rows, params = self.candidates(first, clause)
        number: int = self._db.execute(f"SELECT count(*) FROM {rows}", params).fetchone()[0]
        return number

    def _rarer(self, found: Rarest, than: Sequence[Clause]) -> Rarest:
        for one in than:
            if one.source is not None:
                number = self.at_most(one.source, found[0])
                if number < found[0] or found[2] is None:
                    found = (number, one.source, one)
        return found

    def at_most(self, source: Source, limit: int) -> int:
        """How many records a source finds, so many at most."""
        sql = f"SELECT count(*) FROM ({source.sql} LIMIT ?)"
        number: int = self._db.execute(sql, (*source.params, limit)).fetchone()[0]
        return number

    def tests(self, answered: Clause | None = None) -> tuple[str, Params]:
        """All conditions on `v`, but the one that a source answers itself."""
        asked = [one for one in self.asked if one is not answered]
        return "".join(f" AND {one.where}" for one in asked), tuple(p for one in asked for p in one.params)

    def candidates(self, source: Source, answered: Clause | None) -> tuple[str, Params]:
        """The FROM and WHERE of all versions that answer, from what a source finds: rows x and v."""
        join, joined = self.clauses.version("x.n")
        tests, asked = self.tests(answered)
        rows = f"SELECT DISTINCT n FROM ({source.sql})" if source.several else source.sql
        return f"({rows}) AS x {join} WHERE 1{tests}", (*source.params, *joined, *asked)

    def _with_ties(self, checked: Checked) -> Checked:
        """With the id as a sort key of its own where a walk along the last one has it in another order, or in none."""
        last = checked.orders[-1]
        if last.field.name == "id":
            return checked
        if last.descending == self._ties and self._place(last.field) in self.layout.sorts:
            return checked
        after = None if checked.after is None else ((*checked.after[0], None), checked.after[1])
        return replace(checked, orders=(*checked.orders, Sorted(KEY, self._ties)), after=after)

    def after(self) -> tuple[list[Any], int] | None:
        """The columns' values of the sort keys and the record behind which a page begins."""
        if self._checked.after is None:
            return None
        values, key = self._checked.after
        fields = [order.field for order in self._checked.orders]
        packed = [
            None if f.name == "id" else nothing(f) if value is None else stored(f, value)
            for f, value in zip(fields, values, strict=True)
        ]
        found = held_number(self._db, self.layout, self._tenant, key)
        return packed, number_of(key) if found is None else found[0]

    def first(self, limit: int) -> list[Place]:
        """The first records that answer, from behind the cursor on."""
        rows = self.walked(limit)
        return self.gather(*self.narrowest, limit, behind=True) if rows is None else rows

    def walked(self, limit: int) -> list[Place] | None:
        """The same, found along the sort order; None: gather them."""
        if self.few[0] <= FEW:
            return None
        rows, whole = self._walk(limit, FEW)
        if not whole and not self._goes_by_values:
            rows, whole = self._walk(limit, self.rarest[0])
        return rows if whole else None

    def _walk(self, limit: int, most: int) -> tuple[list[Place], bool]:
        """The first records along the sort order that answer, and whether a walk over `most` records sufficed."""
        first, after = self._checked.orders[0], self._checked.after
        if first.field.name == "id" or len(self._checked.orders) == 1:
            return self._along(limit, most, self.after())
        rows: list[Place] = []
        begin = None
        if after is not None:
            begin, rest = self.after(), (after[0][1:], after[1])
            rows = self._equal(after[0][0], rest).first(limit)
            if len(rows) == limit:
                return rows, True
        values = None if begin is None else begin[0][0]
        if self._goes_by_values:
            return self._by_values(rows, limit, values)
        return self._by_ties(rows, limit, most, values)

    @property
    def _goes_by_values(self) -> bool:
        """Whether the first of several sort keys has no order of its own."""
        first, *others = self._checked.orders
        return bool(others) and first.field.name != "id" and self._place(first.field) not in self.layout.sorts

    def _by_ties(self, rows: list[Place], limit: int, most: int, behind: Any) -> tuple[list[Place], bool]:
        """Along the first key; where several records have one value of it, by the next keys."""
        order, left = self._checked.orders[0], limit - len(rows)
        last = -(1 << 63) if order.descending else (1 << 63) - 1
        walked, whole = self._along(left, most, None if behind is None else ([behind], last))
        if not whole:
            return rows, False
        cells = self._cells(order.field, walked)
        for cell, group in groupby(zip(cells, walked, strict=True), key=itemgetter(0)):
            found = [place for _, place in group]
            if len(found) > 1 or (len(walked) == left and cell == cells[-1]):
                found = self._equal(shown(order.field, cell)).first(limit - len(rows))
            rows += found
        return rows, True

    def _by_values(self, rows: list[Place], limit: int, behind: Any) -> tuple[list[Place], bool]:
        """One value of the first key after the other."""
        field, left = self._checked.sort, MOST_VALUES
        for cell in self._values(field, behind):
            rows += self._equal(shown(field, cell)).first(limit - len(rows))
            left -= 1
            if len(rows) == limit:
                return rows, True
        return rows, left > 0

    def _values(self, field: Field, behind: Any) -> Iterator[Any]:
        """The values that a field ever had, in the sort order; `MOST_VALUES` at most."""
        order, sign = self._direction
        name, place = self.layout.name("h"), self._place(field)
        for _ in range(MOST_VALUES):
            after, more = ("", ()) if behind is None else (f" AND v {sign} ?", (behind,))
            sql = f"SELECT v FROM {name} WHERE t = ? AND f = ?{after} ORDER BY v {order} LIMIT 1"
            found = self._db.execute(sql, (self._tenant, place, *more)).fetchone()
            if found is None:
                return
            behind = found[0]
            yield behind

    def _equal(self, value: Any, after: Any = None) -> Plan:
        """The records with a value of the first key, in the order of the others."""
        first, *others = self._checked.orders
        test = Test(first.field, "empty", True) if value is None else Test(first.field, "eq", value)
        plan, clause = copy(self), self.clauses.of(test)
        plan._checked = plan._with_ties(replace(self._checked, orders=tuple(others), after=after))
        plan.asked = [*self.asked, clause]
        plan.few = self._rarer(self.few, [clause])
        plan._among, plan._rarest = (self, clause), None
        return plan

    def _cells(self, field: Field, rows: Sequence[Place]) -> list[Any]:
        sql = f"SELECT {self.layout.column(field)} FROM {self.layout.name('v')} WHERE t = ? AND n = ? AND ver = ?"
        return [self._db.execute(sql, (self._tenant, *row)).fetchone()[0] for row in rows]

    @property
    def _direction(self) -> tuple[str, str]:
        return _way(self._checked.descending)

    def _along(self, limit: int, most: int, after: Any) -> tuple[list[Place], bool]:
        """A walk along the first sort key, whose ties go by the id."""
        order, sign = self._direction
        inner, params = self._ordered(order, sign, after)
        join, joined = self.clauses.version("x.n")
        tests, asked = self.tests()
        sql = (
            # the inner select gives its rows one by one, in its order: another ORDER BY would first collect them all
            f"SELECT x.n, v.ver FROM ({inner} LIMIT {most}) AS x {join} WHERE 1{tests} LIMIT ?"
        )
        rows: list[Place] = self._db.execute(sql, (*params, *joined, *asked, limit)).fetchall()
        if len(rows) == limit:
            return rows, True
        seen = self._db.execute(f"SELECT count(*) FROM ({inner} LIMIT {most})", params).fetchone()[0]
        return rows, seen < most

    def _ordered(self, order: str, sign: str, after: Any) -> tuple[str, Params]:
        """All records in the order of the first sort key, from behind (its value, the record) on."""
        sort = self._checked.sort
        if sort.name == "id":
            born, params = self.clauses.born()
            behind = "" if after is None else f" AND x.n {sign} ?"
            more: Params = () if after is None else (after[1],)
            rows = f"SELECT 0 AS v, x.n FROM {self.layout.name('rec')} AS x WHERE x.t = ? AND {born}{behind}"
            return f"{rows} ORDER BY x.n {order}", (self._tenant, *params, *more)
        place = self._place(sort)
        table = self.layout.name("s")
        valid, when = self.clauses.valid()
        behind = "" if after is None else f" AND (x.v, x.n) {sign} (?, ?)"
        if sort.name in NEVER_LATER:
            valid, when = f"{valid} AND x.v <= ?", (*when, self.clauses.at.occurred)
        rows = f"SELECT x.v, x.n FROM {table} AS x WHERE x.t = ? AND x.f = ? AND {valid}{behind}"
        place_of = () if after is None else (after[0][0], after[1])
        return f"{rows} ORDER BY x.v {order}, x.n {order}", (self._tenant, place, *when, *place_of)

    def gather(self, source: Source, answered: Clause | None, limit: int, *, behind: bool) -> list[Place]:
        """The first records that answer, found by a source and sorted. behind: from the cursor on."""
        rows, params = self.candidates(source, answered)
        keys = [self._key(order.field, descending=order.descending) for order in self._checked.orders]
        keys.append(("x.n", *_way(self._ties)))
        after = self.after() if behind else None
        if after is not None:
            where, more = _behind(keys, [*(after[1] if v is None else v for v in after[0]), after[1]])
            rows, params = f"{rows} AND {where}", (*params, *more)
        order = ", ".join(f"{column} {way}" for column, way, _ in keys)
        picked = f"SELECT x.n AS n, v.ver AS ver FROM {rows} ORDER BY {order} LIMIT ?"
        # one row: the interpreter would be given away and taken back for each of many
        text = self._db.execute(f"SELECT group_concat(n || ' ' || ver) FROM ({picked})", (*params, limit)).fetchone()[0]
        pairs = (one.split(" ") for one in text.split(",")) if text else ()
        return [(int(n), int(version)) for n, version in pairs]

    def _key(self, field: Field, *, descending: bool) -> tuple[str, str, str]:
        """A sort key's column, direction and the sign of what comes later."""
        return ("x.n" if field.name == "id" else f"v.c{self._place(field)}", *_way(descending))

    def _place(self, field: Field) -> int:
        place = self.layout.places.get(field.name)
        if place is None:
            raise NotCovered(field.name)
        return place


def _way(descending: bool) -> tuple[str, str]:
    """A direction, and the sign of what comes later."""
    return ("DESC", "<") if descending else ("ASC", ">")


def _behind(keys: Sequence[tuple[str, str, str]], values: Sequence[Any]) -> tuple[str, Params]:
    """Rows that come after one, in an order whose keys have directions of their own."""
    parts, params = [], list[Any]()
    for n, (column, _, sign) in enumerate(keys):
        same = "".join(f"{before} = ? AND " for before, _, _ in keys[:n])
        parts.append(f"({same}{column} {sign} ?)")
        params += [*values[:n], values[n]]
    return f"({' OR '.join(parts)})", tuple(params)
