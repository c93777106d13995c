"""A question to the past as SQL: along a sort order, or from the rarest condition's records.

A walk looks at as many records as the rarest condition finds; where that were too few for a page, those of the
condition are gathered instead. So no page costs more than twice the better way, whichever that is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from shared.past.layout import Layout, nothing, number_of, stored
from shared.past.port import At, NotCovered
from shared.past.sqlite_clause import Clause, Clauses, Params, Source
from shared.past.sqlite_write import held_number
from shared.views.port import Field
from shared.views.query import Checked

FEW = 1_000  # records that are gathered without a try to walk
MANY = 50_000  # records that are counted at most to choose a way, and walked over
NEVER_LATER = ("created_at", "updated_at")  # than the event that sets them: what is newer is passed over
Place = tuple[int, int]  # record number, version


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
        self._db, self.layout, self._checked, self._tenant = db, layout, checked, tenant
        self.clauses = Clauses(layout, tenant, at)
        self.asked: list[Clause] = [self.clauses.of(test) for test in checked.where]
        if owners is not None:
            self.asked.append(self.clauses.scope(owners))

    @cached_property
    def rarest(self) -> tuple[int, Source, Clause | None]:
        """The condition that finds fewest, with how many, `MANY` at most."""
        found: tuple[int, Source, Clause | None] = (MANY, self.clauses.everything(), None)
        for one in self.asked:
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

    @property
    def _direction(self) -> tuple[str, str]:
        return ("DESC", "<") if self._checked.descending else ("ASC", ">")

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

    def walk(self, limit: int, most: int) -> tuple[list[Place], bool]:
        """The first records along the sort order that answer, and whether a walk over `most` records sufficed."""
        order, sign = self._direction
        inner, params = self._ordered(order, sign)
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

    def _ordered(self, order: str, sign: str) -> tuple[str, Params]:
        """All records in the sort order, from behind the cursor on."""
        sort, after = self._checked.sort, self.after()
        if sort.name == "id":
            born, params = self.clauses.born()
            behind = "" if after is None else f" AND x.n {sign} ?"
            more: Params = () if after is None else (after[1],)
            rows = f"SELECT 0 AS v, x.n FROM {self.layout.name('rec')} AS x WHERE x.t = ? AND {born}{behind}"
            return f"{rows} ORDER BY x.n {order}", (self._tenant, *params, *more)
        place = self._place(sort)
        table = self.layout.name("s" if place in self.layout.sorts else "h")
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
        keys.append(("x.n", *self._direction))
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
        column = "x.n" if field.name == "id" else f"v.c{self._place(field)}"
        return (column, "DESC", "<") if descending else (column, "ASC", ">")

    def _place(self, field: Field) -> int:
        place = self.layout.places.get(field.name)
        if place is None:
            raise NotCovered(field.name)
        return place


def _behind(keys: Sequence[tuple[str, str, str]], values: Sequence[Any]) -> tuple[str, Params]:
    """Rows that come after one, in an order whose keys have directions of their own."""
    parts, params = [], list[Any]()
    for n, (column, _, sign) in enumerate(keys):
        same = "".join(f"{before} = ? AND " for before, _, _ in keys[:n])
        parts.append(f"({same}{column} {sign} ?)")
        params += [*values[:n], values[n]]
    return f"({' OR '.join(parts)})", tuple(params)
