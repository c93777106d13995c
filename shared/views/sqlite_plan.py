"""From a checked query to SQL: which index to walk, and what to filter by.

There are three ways to a sorted page. Walk the sort index and skip what does not match: best when much matches. Gather
what the rarest condition finds and sort it: best when little does. Merge the visible owners' parts of the order: best
when the owners are few. Counts of what conditions find, taken with a bound, choose between them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from shared.views.port import Kind
from shared.views.query import Checked, Test
from shared.views.sqlite_table import Table, cell, missing
from shared.views.text import Term

MERGED_OWNERS = 32
UNKNOWN = 0.1  # the share assumed of a condition that finds more than the bound
ENTRY, ROW, GATHERED, TEXT = 0.15, 1.5, 0.8, 40.0  # µs: to look at an index entry, look up a row while walking, gather
# one, and split a document into its words

Params = tuple[Any, ...]
Count = Callable[[str, Params, int], int]  # (select of rows, its parameters, bound) → how many, the bound at most


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition. index: finds its rows. rows: a select that finds their ids instead. covered: every index
    knows the answer. common: a cheaper select that finds some of its rows, enough to tell that they are many."""

    where: str
    params: Params
    index: str | None = None
    rows: str | None = None
    row_params: Params = ()
    covered: bool = False
    cost: float = ROW
    common: Params | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What comes after FROM: tables, index, conditions."""

    sql: str
    params: Params


class Plan:
    """The ways to answer one query over one table for a tenant and its visible owners (None = all)."""

    def __init__(self, table: Table, checked: Checked, tenant: int, owners: list[int] | None) -> None:
        self._table, self._checked, self._tenant = table, checked, tenant
        self._owners = owners if table.owned else None
        self._clauses = [self._clause(test) for test in checked.where]
        if checked.terms is not None:
            self._clauses.append(self._text(checked.terms))
        self._scope = None if self._owners is None else self._scope_clause(self._owners)

    @property
    def _every(self) -> list[Clause]:
        """All conditions, the cheap ones first."""
        scope = [] if self._scope is None else [self._scope]
        return sorted([*scope, *self._clauses], key=lambda c: (not c.covered, c.cost))

    @property
    def nothing(self) -> bool:
        """Whether no document can match."""
        return self._owners == [] or self._checked.terms == ()

    def page(self, count: Count, size: int, bound: int) -> Source:
        """A select of (sort value, key, document), one more than the page. size: rows of the table."""
        direction = "DESC" if self._checked.descending else "ASC"
        sort = self._table.column(self._checked.sort)
        order = f"s {direction}, k {direction}"
        limit = self._checked.limit + 1
        driver = self._driver(count, size, bound, limit) if self._table.ready else None
        merged = self._merged(sort) if driver in (None, self._scope) and self._table.ready else None
        if merged is not None:
            inner = Source(f"SELECT * FROM ({merged.sql}) ORDER BY {order} LIMIT ?", (*merged.params, limit))
        else:
            source = self._source(driver, sort)
            after, params = self._after(sort)
            inner = Source(
                f"SELECT x.{sort} AS s, x.k AS k, x.id AS id FROM {source.sql}{after}"
                f" ORDER BY x.{sort} {direction}, x.k {direction} LIMIT ?",
                (*source.params, *params, limit),
            )
        body = self._table.body
        return Source(
            f"SELECT p.s, p.k, b.body FROM ({inner.sql}) AS p CROSS JOIN {body} AS b ON b.id = p.id"
            f" ORDER BY p.s {direction}, p.k {direction}",
            inner.params,
        )

    def all(self, count: Count, size: int, bound: int) -> Source:
        """Everything that matches, in any order: for counts and totals."""
        if not self._table.ready:
            return self._source(None, None)
        driver = self._driver(count, size, bound, size or 1)
        return self._source(driver or self._scope, "k")

    def _driver(self, count: Count, size: int, bound: int, wanted: int) -> Clause | None:
        """The condition whose rows are worth gathering; None = walk."""
        share = covered_share = 1.0
        best: tuple[float, Clause] | None = None
        for clause in self._every:
            found = self._found(clause, count, bound)
            known = found is not None and found < bound
            part = min(1.0, found / max(size, 1)) if known and found is not None else UNKNOWN
            if known and found is not None and (best is None or found < best[0]):
                best = (found, clause)
            if clause.covered:
                covered_share *= part
            share *= part
        if best is None:
            return None
        passing = min(float(size), wanted / max(share, 1e-9))
        walk = passing * ENTRY + passing * covered_share * max(
            (c.cost for c in self._every if not c.covered), default=0
        )
        gather = best[0] * max([GATHERED, *(c.cost for c in self._every if c.cost > ROW and c is not best[1])])
        return best[1] if gather <= walk else None

    def _found(self, clause: Clause, count: Count, bound: int) -> int | None:
        """How many rows a condition finds by itself, `bound` at most; None where no index tells."""
        if clause.rows is not None:
            if clause.common is not None and count(clause.rows, clause.common, bound) >= bound:
                return bound
            return count(clause.rows, clause.row_params, bound)
        if clause.index is None:
            return None
        rows = f"SELECT 1 FROM {self._table.name} AS x INDEXED BY {clause.index} WHERE x.t = ? AND {clause.where}"
        return count(rows, (self._tenant, *clause.params), bound)

    def _source(self, driver: Clause | None, sort: str | None) -> Source:
        """All conditions, found by way of the driver, else by walking the sort's index (None = the bare table)."""
        if (driver is not None and driver.rows is not None) or (not self._table.ready and sort != "k"):
            hint = "NOT INDEXED"
        elif driver is not None:
            hint = f"INDEXED BY {driver.index}"
        else:
            hint = f"INDEXED BY {self._table.index(sort)}" if sort else "NOT INDEXED"
        sql, params = f"{self._table.name} AS x {hint} WHERE x.t = ?", [self._tenant]
        for clause in self._every:
            if clause is driver and clause.rows is not None:
                sql += f" AND x.id IN ({clause.rows})"
                params += clause.row_params
            else:
                sql += f" AND {clause.where}"
                params += clause.params
        return Source(sql, tuple(params))

    def _merged(self, sort: str) -> Source | None:
        """Each visible owner's documents in the sort's order, as one select that the engine merges lazily."""
        index = self._table.owner_index(sort)
        if index is None or self._owners is None or len(self._owners) > MERGED_OWNERS:
            return None
        clauses = [c for c in self._every if c is not self._scope]
        conditions = "".join(f" AND {c.where}" for c in clauses)
        after, after_params = self._after(sort)
        params = [p for c in clauses for p in c.params]
        one = (
            f"SELECT x.{sort} AS s, x.k AS k, x.id AS id FROM {self._table.name} AS x INDEXED BY {index}"
            f" WHERE x.t = ? AND x.o = ?{conditions}{after}"
        )
        every = [p for o in self._owners for p in (self._tenant, o, *params, *after_params)]
        return Source(" UNION ALL ".join([one] * len(self._owners)), tuple(every))

    def _after(self, sort: str) -> tuple[str, Params]:
        if self._checked.after is None:
            return "", ()
        value, key = self._checked.after
        sign = "<" if self._checked.descending else ">"
        if sort == "k":
            return f" AND x.k {sign} ?", (key,)
        return f" AND (x.{sort}, x.k) {sign} (?, ?)", (cell(self._checked.sort, value), key)

    def _scope_clause(self, owners: list[int]) -> Clause:
        where = "x.o IN (SELECT value FROM json_each(?))"
        return Clause(where, (orjson.dumps(owners).decode(),), self._table.owner_index("k"), covered=True)

    def _text(self, terms: tuple[Term, ...]) -> Clause:
        """Full text. The index tells quickly what it finds, but slowly whether it would find a given row: a row in hand
        is asked itself, by the function `holds`."""
        words, body = self._table.words, self._table.body
        exact = " AND ".join(f'"{t.token}"' for t in terms)
        match = " AND ".join(f'"{t.token}"*' if t.prefix else f'"{t.token}"' for t in terms)
        rows = f"SELECT rowid FROM {words} WHERE {words} MATCH ?"
        if not self._table.ready:
            return Clause(f"x.id IN ({rows})", (match,))
        holds = f"holds((SELECT body FROM {body} WHERE id = x.id))"
        return Clause(holds, (), rows=rows, row_params=(match,), cost=TEXT, common=(exact,))

    def _clause(self, test: Test) -> Clause:
        if test.field.kind is Kind.KEYWORDS:
            return self._list_clause(test)
        column = self._table.column(test.field)
        index = self._table.index(column)
        if test.op == "prefix":
            return self._prefix(test, column)
        where, params, finds = _comparison(test, column)
        covered = test.field.kind is Kind.BOOLEAN or column == "k"
        return Clause(where, params, index if finds and (self._table.ready or column == "k") else None, covered=covered)

    def _list_clause(self, test: Test) -> Clause:
        number, lists = self._table.list_fields[test.field.name], self._table.lists
        if test.op == "empty":
            return Clause(f"x.n{number} {'=' if test.value else '>'} 0", ())
        where = "t = ? AND field = ? AND value = ?"
        params = (self._tenant, number, test.value)
        return Clause(
            f"EXISTS (SELECT 1 FROM {lists} WHERE {where} AND id = x.id)",
            params,
            rows=f"SELECT id FROM {lists} WHERE {where}",
            row_params=params,
        )

    def _prefix(self, test: Test, column: str) -> Clause:
        """Compared case-folded: TEXT is kept so; a KEYWORD has its folded form beside it where that differs."""
        within, params = _between(f"x.{column}", test.value)
        if test.field.kind is Kind.TEXT:
            return Clause(within, params, self._table.index(column) if self._table.ready else None)
        low = self._table.columns[test.field.name].folded
        folded, _ = _between(f"x.{low}", test.value)
        where = f"(x.{low} = '' AND {within} OR {folded})"
        if not self._table.ready:
            return Clause(where, (*params, *params))
        name, index = self._table.name, self._table.index
        plain = f"SELECT x.id FROM {name} AS x INDEXED BY {index(column)} WHERE x.t = ? AND {within} AND x.{low} = ''"
        other = (
            f"SELECT x.id FROM {name} AS x INDEXED BY {index(str(low))} WHERE x.t = ? AND x.{low} <> '' AND {folded}"
        )
        found = (self._tenant, *params)
        return Clause(where, (*params, *params), rows=f"{plain} UNION ALL {other}", row_params=(*found, *found))


def _comparison(test: Test, column: str) -> tuple[str, Params, bool]:
    """The condition, its parameters, and whether an index on the column finds what it wants."""
    nothing, name = missing(test.field), f"x.{column}"
    match test.op:
        case "empty":
            return f"{name} {'=' if test.value else '<>'} ?", (nothing,), test.value
        case "in":
            return f"{name} IN ({', '.join('?' * len(test.value))})", tuple(test.value), True
        case "ne":
            return f"{name} <> ?", (test.value,), False
        case "lt" | "le":
            sign = "<" if test.op == "lt" else "<="
            return f"({name} > ? AND {name} {sign} ?)", (nothing, test.value), True
        case _:
            sign = {"eq": "=", "gt": ">", "ge": ">="}[test.op]
            return f"{name} {sign} ?", (test.value,), True


def _between(name: str, prefix: str) -> tuple[str, Params]:
    """Every text that begins so: a range of the index."""
    end = _successor(prefix)
    return (f"({name} >= ? AND {name} < ?)", (prefix, end)) if end else (f"{name} >= ?", (prefix,))


def _successor(prefix: str) -> str:
    """The least text beyond all that begin with the prefix; "" when there is none."""
    stem = prefix.rstrip("\U0010ffff")
    if not stem:
        return ""
    last = ord(stem[-1]) + 1
    return stem[:-1] + chr(0xE000 if last == 0xD800 else last)
