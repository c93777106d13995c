"""From a checked query to SQL: which index to walk, and what to filter by.

There are three ways to a sorted page. Walk the sort index and skip what does not match: best when much matches. Gather
what one condition finds and sort it: best when that is little. Merge the visible owners' parts of the order: best
when the owners are few. How much the conditions find chooses between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from shared.views.entries import entry_name, form
from shared.views.query import Checked
from shared.views.sqlite_clause import Clause, Clauses, Params, matching
from shared.views.sqlite_cost import ENTRY, Costs
from shared.views.sqlite_share import Shares
from shared.views.sqlite_table import Table, cell, whose
from shared.views.wanted import Level

MERGED_OWNERS = 32

Way = tuple[float, Clause | None]  # its cost, and the condition whose rows are gathered (None: follow an order)


@dataclass(frozen=True, slots=True)
class Source:
    """What comes after FROM: tables, index, conditions. cost: about how many microseconds it takes."""

    sql: str
    params: Params
    cost: float = 0.0


class Plan:
    """The ways to answer one query over one table for a tenant and its visible owners (None = all)."""

    def __init__(self, table: Table, checked: Checked, tenant: int, owners: list[int] | None, shares: Shares) -> None:
        self._table, self._checked, self._tenant, self._shares = table, checked, tenant, shares
        self._owners = owners if table.owned else None
        clauses = Clauses(table, tenant, shares.of)
        self._scope = None if self._owners is None else clauses.scope(self._owners)
        every = [*([] if self._scope is None else [self._scope]), *clauses.of(checked)]
        self._clauses = sorted(every, key=lambda c: (not c.covered, c.slow))  # what is cheap to ask comes first

    @property
    def nothing(self) -> bool:
        """Whether no document can match."""
        wanted = self._checked.wanted
        return self._owners == [] or (wanted is not None and not wanted.words)

    def page(self) -> Source:
        """A select of (document, key, values of the sort keys), one more than the page."""
        direction = _direction(self._checked.descending)
        entry = self._checked.sort.is_entry
        sort = self._checked.sort.name if entry else self._table.column(self._checked.sort)
        bounds = (self._checked.limit + 1, self._checked.skip)
        several = len(self._checked.orders) > 1
        owners = [] if entry or several else self._merged_owners(sort)
        cost, driver = 0.0, None
        if self._table.ready:
            key = (tuple(self._clauses), sort, sum(bounds))
            cost, driver = self._shares.remembered(key, lambda: self._best(sort, sum(bounds), owners))
        if several:
            inner = self._by_several(driver, None if entry else sort)
        elif entry:
            inner = self._by_entry(driver, direction, sum(bounds))
        elif driver is None and owners:
            merged = self._merged(sort, owners)
            inner = Source(f"SELECT * FROM ({merged.sql}) ORDER BY s {direction}, k {direction}", merged.params)
        else:
            source = self._source(driver, sort)
            after, params = self._after(sort)
            inner = Source(
                f"SELECT x.{sort} AS s, x.k AS k, x.id AS id FROM {source.sql}{after}"
                f" ORDER BY x.{sort} {direction}, x.k {direction}",
                (*source.params, *params),
            )
        names = ["s", *(f"s{n}" for n in range(1, len(self._checked.orders)))]
        return Source(
            f"SELECT b.body, p.k, {', '.join(f'p.{n}' for n in names)} FROM ({inner.sql} LIMIT ? OFFSET ?) AS p"
            f" CROSS JOIN {self._table.body} AS b ON b.id = p.id ORDER BY {self._ordered([f'p.{n}' for n in names])}"
            f", p.k {direction}",
            (*inner.params, *bounds),
            cost,
        )

    def _ordered(self, columns: Sequence[str]) -> str:
        orders = zip(columns, self._checked.orders, strict=True)
        return ", ".join(f"{column} {_direction(order.descending)}" for column, order in orders)

    def ranked(self, level: Level) -> Source:
        """A select of (id, document) of what is found at a level, the newest first, as many as the page has."""
        table, words = self._table, self._table.words
        owners = self._owners if self._owners is not None and len(self._owners) <= MERGED_OWNERS else [None]
        scope = " OR ".join(f'"{whose(self._tenant, owner)}"' for owner in owners)
        clauses = [c for c in self._clauses if not c.slow]
        return Source(
            f"SELECT x.id, b.body FROM {words} CROSS JOIN {table.name} AS x ON x.id = {words}.rowid"
            f" CROSS JOIN {table.body} AS b ON b.id = x.id WHERE {words} MATCH ? AND x.t = ?"
            f"{''.join(f' AND {c.where}' for c in clauses)} ORDER BY {words}.rowid DESC LIMIT ?",
            (
                f"{matching(level)} AND ({scope})",
                self._tenant,
                *(p for c in clauses for p in c.params),
                self._checked.limit,
            ),
        )

    def all(self, *, rows: bool) -> Source:
        """All that matches, in any order: for counts and totals. rows: more is asked of them than their number."""
        if not self._table.ready:
            return self._source(None, None)
        costs = self._costs()
        every = costs.walk(self._shares.size, self._table.index("k"))
        ways: list[Way] = [(every + (costs.fetch() if rows else 0.0), None)]
        ways += [(costs.gather(c, fetched=rows), c) for c in self._clauses if c.finds]
        cost, driver = min(ways, key=_cost)
        read = costs.scan(self._shares.rows)
        if read < cost:
            return replace(self._source(None, None), cost=read)
        return replace(self._source(driver, "k"), cost=cost)

    def board(self, other: Source) -> Source | None:
        """All that matches, by the index of boards; None where the other way is quicker."""
        cost = self._shares.size * ENTRY
        if other.cost <= cost:
            return None
        sql = "".join(f" AND {clause.where}" for clause in self._clauses)
        return Source(
            f"{self._table.name} AS x INDEXED BY {self._table.index('board')} WHERE x.t = ?{sql}",
            (self._tenant, *(p for clause in self._clauses for p in clause.params)),
            cost,
        )

    def _best(self, sort: str, wanted: int, owners: list[int]) -> Way:
        costs, index = self._costs(), self._table.index(sort)
        if owners and self._scope is not None:
            follow = costs.merge(wanted, self._scope, len(owners))
        else:
            follow = costs.walk(wanted, index)
        ways: list[Way] = [(costs.gather(c, fetched=True), c) for c in self._clauses if c.finds and c.index != index]
        return min([(follow, None), *ways], key=_cost)

    def _costs(self) -> Costs:
        return Costs({c: self._shares.of(c) for c in self._clauses}, self._shares.size)

    def _source(self, driver: Clause | None, sort: str | None) -> Source:
        """All conditions, found by way of the driver, else by walking the sort's index (None = the bare table)."""
        if (driver is not None and driver.rows is not None) or (not self._table.ready and sort != "k"):
            hint = "NOT INDEXED"
        elif driver is not None:
            hint = f"INDEXED BY {driver.index}"
        else:
            hint = f"INDEXED BY {self._table.index(sort)}" if sort else "NOT INDEXED"
        sql, params = f"{self._table.name} AS x {hint} WHERE x.t = ?", [self._tenant]
        for clause in self._clauses:
            if clause == driver and clause.rows is not None:
                sql += f" AND x.id IN ({clause.rows})"
                params += clause.row_params
            else:
                sql += f" AND {clause.where}"
                params += clause.params
        return Source(sql, tuple(params))

    def _merged_owners(self, sort: str) -> list[int]:
        """Those whose parts of the order are worth merging; none where they are many or have no such order."""
        owners = self._owners if self._table.ready and self._table.owner_index(sort) is not None else None
        return owners if owners is not None and len(owners) <= MERGED_OWNERS else []

    def _merged(self, sort: str, owners: list[int]) -> Source:
        """Each owner's documents in the sort's order, as one select that the engine merges lazily."""
        clauses = [c for c in self._clauses if c is not self._scope]
        conditions = "".join(f" AND {c.where}" for c in clauses)
        after, after_params = self._after(sort)
        params = [p for c in clauses for p in c.params]
        one = (
            f"SELECT x.{sort} AS s, x.k AS k, x.id AS id FROM {self._table.name} AS x"
            f" INDEXED BY {self._table.owner_index(sort)} WHERE x.t = ? AND x.o = ?{conditions}{after}"
        )
        every = [p for o in owners for p in (self._tenant, o, *params, *after_params)]
        return Source(" UNION ALL ".join([one] * len(owners)), tuple(every))

    def _by_entry(self, driver: Clause | None, direction: str, limit: int) -> Source:
        """Sorted by an entry. To follow its order is to read on in its index, and before that (ascending) or after it
        (descending) those without a value."""
        if driver is None and self._table.ready:
            both = [self._without_entry(direction, limit), self._with_entry(direction, limit)]
            parts = [p for p in (both if direction == "ASC" else both[::-1]) if p is not None]
            sql = " UNION ALL ".join(f"SELECT * FROM ({p.sql})" for p in parts)
            return Source(sql, tuple(v for p in parts for v in p.params))
        value, params = self._table.value(self._checked.sort)
        source = self._source(driver, None)
        after: str = ""
        after_params: Params = ()
        if self._checked.after is not None:
            sign = _beyond(self._checked.descending)
            after, after_params = f" AND ({value}, x.k) {sign} (?, ?)", (*params, *self._last)
        return Source(
            f"SELECT {value} AS s, x.k AS k, x.id AS id FROM {source.sql}{after}"
            f" ORDER BY s {direction}, x.k {direction}",
            (*params, *source.params, *after_params),
        )

    def _by_several(self, driver: Clause | None, walked: str | None) -> Source:
        """Sorted by several fields. The index of the first one is walked, and what is equal there is sorted."""
        values = [self._table.value(order.field) for order in self._checked.orders]
        source = self._source(driver, walked)
        after, after_params = self._after_several(values)
        shown = "".join(f", {sql} AS s{n or ''}" for n, (sql, _) in enumerate(values))
        orders = self._ordered([sql if sql.startswith("x.") else f"s{n or ''}" for n, (sql, _) in enumerate(values)])
        return Source(
            f"SELECT x.k AS k, x.id AS id{shown} FROM {source.sql}{after}"
            f" ORDER BY {orders}, x.k {_direction(self._checked.descending)}",
            (*(p for _, some in values for p in some), *source.params, *after_params),
        )

    def _after_several(self, values: Sequence[tuple[str, Params]]) -> tuple[str, Params]:
        """Beyond the last document: by the first key, or equal there and beyond by the next one, and so on."""
        if self._checked.after is None:
            return "", ()
        last, key = self._checked.after
        sql, params, first = f"x.k {_beyond(self._checked.descending)} ?", list[Any]([key]), ""
        first_params: Params = ()
        orders = list(zip(self._checked.orders, values, last, strict=True))
        for order, (column, some), value in reversed(orders):
            there = key if order.field.name == "id" else cell(order.field, value)
            sign = _beyond(order.descending)
            sql, params = f"({column} {sign} ? OR ({column} = ? AND {sql}))", [*some, there, *some, there, *params]
            first, first_params = f"{column} {sign}= ?", (*some, there)  # what an index is entered by
        return f" AND {first} AND {sql}", (*first_params, *params)

    @property
    def _last(self) -> Params:
        assert self._checked.after is not None
        (value,), key = self._checked.after
        return value or "", key

    def _with_entry(self, direction: str, limit: int) -> Source | None:
        """The documents that have the value, in its order; None where the cursor is beyond them all."""
        sort, entries = self._checked.sort, self._table.entries
        after, params = "", list[Any]()
        if self._checked.after is not None:
            (value,), key = self._checked.after
            if value is None and self._checked.descending:
                return None
            if value is not None:
                sign = _beyond(self._checked.descending)
                after, params = f" AND (e.{form(sort)}, e.k) {sign} (?, ?)", [value, key]
        column = f"e.{form(sort)}"
        conditions = "".join(f" AND {c.where}" for c in self._clauses)
        return Source(
            f"SELECT {column} AS s, e.k AS k, e.id AS id FROM {entries} AS e INDEXED BY {entries}_{form(sort)}"
            f" CROSS JOIN {self._table.name} AS x ON x.id = e.id"
            f" WHERE e.t = ? AND e.name = ? AND {column} <> ''{after}{conditions}"
            f" ORDER BY {column} {direction}, e.k {direction} LIMIT ?",
            (self._tenant, entry_name(sort), *params, *(p for c in self._clauses for p in c.params), limit),
        )

    def _without_entry(self, direction: str, limit: int) -> Source | None:
        """The documents that have no value, in the order of their keys; None where the cursor is beyond them all."""
        sort, table = self._checked.sort, self._table
        after, params = "", list[Any]()
        if self._checked.after is not None:
            (value,), key = self._checked.after
            if value is not None and not self._checked.descending:
                return None
            if value is None:
                after, params = f" AND x.k {_beyond(self._checked.descending)} ?", [key]
        conditions = "".join(f" AND {c.where}" for c in self._clauses)
        held = f"SELECT 1 FROM {table.entries} AS e WHERE e.id = x.id AND e.name = ? AND e.{form(sort)} <> ''"
        return Source(
            f"SELECT '' AS s, x.k AS k, x.id AS id FROM {table.name} AS x INDEXED BY {table.index('k')}"
            f" WHERE x.t = ?{after}{conditions} AND NOT EXISTS ({held}) ORDER BY x.k {direction} LIMIT ?",
            (self._tenant, *params, *(p for c in self._clauses for p in c.params), entry_name(sort), limit),
        )

    def _after(self, sort: str) -> tuple[str, Params]:
        if self._checked.after is None:
            return "", ()
        (value,), key = self._checked.after
        sign = _beyond(self._checked.descending)
        if sort == "k":
            return f" AND x.k {sign} ?", (key,)
        return f" AND (x.{sort}, x.k) {sign} (?, ?)", (cell(self._checked.sort, value), key)


def _direction(descending: bool) -> str:
    return "DESC" if descending else "ASC"


def _beyond(descending: bool) -> str:
    """How what comes later compares."""
    return "<" if descending else ">"


def _cost(way: Way) -> float:
    return way[0]
