"""Checked conditions as SQL over the past: how a version in hand is asked, and how records that answer are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.past.layout import Layout, compact, nothing, stored
from shared.past.port import OPEN, At, NotCovered
from shared.views.port import Kind
from shared.views.query import Checkable, Test, Tests
from shared.views.sqlite_clause import between, text_begins, text_holds

MOST_PARAMETERS = 30_000
_SIGNS = {"eq": "=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_RANGES = frozenset({"gt", "ge", "lt", "le"})
Params = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A select of record numbers `n`, those that hold a condition at the moment. several: it may name one twice."""

    sql: str
    params: Params
    several: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition: asked of the row `v` of a version, and the source that finds what meets it, where there is one."""

    where: str
    params: Params
    source: Source | None = None


class Clauses:
    """Makes the conditions on one collection of one tenant at a moment."""

    def __init__(self, layout: Layout, tenant: int, at: At) -> None:
        self._layout, self._tenant, self.at = layout, tenant, at

    def of(self, test: Checkable) -> Clause:
        """Raises NotCovered."""
        if isinstance(test, Tests):
            return self._group(test)
        if test.field.is_entry:
            raise NotCovered(test.field.name)
        if test.field.name == "id":
            return self._id(test)
        if test.field.kind is Kind.KEYWORDS:
            return self._list(test)
        column, place = f"v.{self._layout.column(test.field)}", self._layout.places[test.field.name]
        where, params = compared(test, column)
        found = self._finding(test)
        return Clause(where, params, None if found is None else self._runs(place, *found))

    def _group(self, group: Tests) -> Clause:
        """Asked of a version in hand: its parts find nothing by themselves."""
        parts = [self.of(part) for part in group.parts]
        word = " AND " if group.combine == "all" else " OR "
        where = f"({word.join(f'({one.where})' for one in parts) or ('1' if group.combine == 'all' else '0')})"
        return Clause(
            f"NOT {where}" if group.combine == "none" else where, tuple(p for one in parts for p in one.params)
        )

    def valid(self, x: str = "x") -> tuple[str, Params]:
        """Whether a run holds at the moment."""
        at = self.at
        if at.position >= OPEN - 1:
            return f"{x}.a <= ? AND {x}.b > ?", (at.occurred, at.occurred)
        return (
            f"{x}.a <= ? AND {x}.r <= ? AND ({x}.b > ? OR {x}.s > ?)",
            (at.occurred, at.position, at.occurred, at.position),
        )

    def version(self, n: str) -> tuple[str, Params]:
        """Joins `v`, the version of record `n` at the moment."""
        name = self._layout.name("v")
        known, more = ("", ()) if self.at.position >= OPEN - 1 else (" AND w.r <= ?", (self.at.position,))
        newest = (
            f"SELECT w.a, w.ver FROM {name} AS w WHERE w.t = ? AND w.n = {n} AND w.a <= ?{known}"
            " ORDER BY w.a DESC, w.ver DESC LIMIT 1"
        )
        params = (self._tenant, self._tenant, self.at.occurred, *more)
        return f"CROSS JOIN {name} AS v ON v.t = ? AND v.n = {n} AND (v.a, v.ver) = ({newest})", params

    def everything(self) -> Source:
        """All records that existed."""
        where, params = self.born()
        return Source(
            f"SELECT x.n FROM {self._layout.name('rec')} AS x WHERE x.t = ? AND {where}", (self._tenant, *params)
        )

    def born(self, x: str = "x") -> tuple[str, Params]:
        """Whether a record existed at the moment."""
        return f"{x}.a <= ? AND {x}.r <= ?", (self.at.occurred, self.at.position)

    def scope(self, owners: Sequence[str]) -> Clause:
        """Records in the scope of those owners now."""
        if len(owners) > MOST_PARAMETERS:
            raise NotCovered("owners")
        name, values = self._layout.name("rec"), tuple(compact(o) for o in owners)
        among = f"IN ({', '.join('?' * len(values))})"
        held = f"(SELECT o.o FROM {name} AS o WHERE o.t = ? AND o.n = v.n) {among}"
        born, params = self.born()
        rows = f"SELECT x.n FROM {name} AS x WHERE x.t = ? AND x.o {among} AND {born}"
        return Clause(held, (self._tenant, *values), Source(rows, (self._tenant, *values, *params)))

    def _runs(self, place: int, condition: str, params: Params, several: bool = False) -> Source:
        table = "s" if place in self._layout.sorts else "h"
        valid, when = self.valid()
        sql = f"SELECT x.n FROM {self._layout.name(table)} AS x WHERE x.t = ? AND x.f = ? AND {condition} AND {valid}"
        return Source(sql, (self._tenant, place, *params, *when), several)

    def _finding(self, test: Test) -> tuple[str, Params] | None:
        """The condition on runs that finds what meets a test; None where too much would be looked at."""
        match test.op:
            case "eq" | "in" | "one_of" | "gt" | "ge" | "lt" | "le":
                return compared(test, "x.v")
            case "empty" if test.value:
                return compared(test, "x.v")
            case "within" if test.value:
                return compared(test, "x.v")
            case "prefix":
                return compared(test, "x.v")
        return None

    def _list(self, test: Test) -> Clause:
        place = self._layout.list_places[test.field.name]
        column = f"v.c{place}"
        if test.op == "empty":
            return Clause(f"{column} {'=' if test.value else '<>'} ''", ())
        values = (test.value,) if isinstance(test.value, str) else tuple(test.value)
        if len(values) > MOST_PARAMETERS:
            raise NotCovered(test.field.name)
        among = ", ".join("?" * len(values))
        there = f"({column} <> '' AND EXISTS (SELECT 1 FROM json_each({column}) AS j WHERE j.value IN ({among})))"
        if test.op in ("ne", "none_of"):
            return Clause(f"NOT {there}", values)
        packed = tuple(stored(test.field, one) for one in values)
        return Clause(there, values, self._runs(place, f"x.v IN ({among})", packed, len(values) > 1))

    def _id(self, test: Test) -> Clause:
        values = (test.value,) if test.op in ("eq", "ne") else test.value
        if test.op not in ("eq", "in", "ne") or len(values) > MOST_PARAMETERS:
            raise NotCovered("id")
        name, among = self._layout.name("rec"), ", ".join("?" * len(values))
        keys = tuple(compact(one) for one in values)
        held = f"(SELECT o.k FROM {name} AS o WHERE o.t = ? AND o.n = v.n)"
        if test.op == "ne":
            return Clause(f"{held} <> ?", (self._tenant, *keys))
        born, when = self.born()
        sql = f"SELECT x.n FROM {name} AS x WHERE x.t = ? AND x.k IN ({among}) AND {born}"
        return Clause(f"{held} IN ({among})", (self._tenant, *keys), Source(sql, (self._tenant, *keys, *when)))


def compared(test: Test, name: str) -> tuple[str, Params]:
    """A condition on a scalar's column. Raises NotCovered."""
    field, missing = test.field, nothing(test.field)
    packed = field.kind is Kind.KEYWORD and field.key is None
    if packed and test.op in (*_RANGES, "prefix", "contains"):
        raise NotCovered(field.name)  # ids are packed: other texts have another place among them
    match test.op:
        case "empty":
            return f"{name} {'=' if test.value else '<>'} ?", (missing,)
        case "in" | "one_of" | "none_of":
            values = tuple(stored(field, one) for one in test.value)
            if len(values) > MOST_PARAMETERS:
                raise NotCovered(field.name)
            return f"{name} {'NOT ' if test.op == 'none_of' else ''}IN ({', '.join('?' * len(values))})", values
        case "ne":
            return f"{name} <> ?", (stored(field, test.value),)
        case "within" | "outside":
            ranges = " OR ".join(f"{name} BETWEEN ? AND ?" for _ in test.value) or "0"
            ends = tuple(stored(field, end) for pair in test.value for end in pair)
            return f"{'NOT ' if test.op == 'outside' else ''}({ranges})", ends
        case "prefix":
            return text_begins(name, test.value) if field.kind is Kind.TEXT else between(name, test.value)
        case "contains":
            return text_holds(name, test.value) if field.kind is Kind.TEXT else (f"instr({name}, ?) > 0", (test.value,))
        case "lt" | "le":
            return f"({name} > ? AND {name} {_SIGNS[test.op]} ?)", (missing, stored(field, test.value))
    return f"{name} {_SIGNS[test.op]} ?", (stored(field, test.value),)
