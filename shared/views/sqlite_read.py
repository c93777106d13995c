"""One question to one table through one connection: pages, counts, totals, documents by key."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from enum import IntEnum
from functools import partial
from typing import Any

import orjson

from shared.views.entries import ExactSum, digits, entry_of
from shared.views.port import By, Collection, Document, Field, Kind, Query, Scope, Total, by_fields
from shared.views.query import Checked, edges_of, group_fields, sum_field, validate
from shared.views.sqlite_board import covers, statement
from shared.views.sqlite_buckets import bucket
from shared.views.sqlite_clause import Params
from shared.views.sqlite_plan import Plan, Source
from shared.views.sqlite_readers import OverBudget
from shared.views.sqlite_share import Estimates, Shares
from shared.views.sqlite_table import Table, missing
from shared.views.values import IndexValue, decimal_text, search_words
from shared.views.wanted import Level, holds

Found = tuple[list[bytes], str | None, tuple[int, ...]]  # documents, cursor, levels

LONG = 5_000.0  # µs: what is expected to take longer does not begin in the event loop


class Effort(IntEnum):
    """How many rows are counted at most to choose a way: few when the event loop waits, many when a thread does."""

    QUICK = 20_000
    THOROUGH = 200_000


class Reader:
    def __init__(
        self,
        db: sqlite3.Connection,
        table: Table,
        numbers: Mapping[str, int],
        scope: Scope,
        estimates: Estimates,
        effort: Effort,
    ) -> None:
        self._db, self._table, self._estimates, self._effort = db, table, estimates, effort
        self._tenant = numbers.get(scope.tenant)
        self._owners = None
        if scope.owners is not None and table.owned:
            self._owners = sorted(numbers[o] for o in scope.owners if o in numbers)

    def bodies(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The stored documents of those keys that exist in scope."""
        wanted = {key for key in keys if _storable(key)}
        sql = (
            f"SELECT x.k, b.body FROM {self._table.name} AS x INDEXED BY {self._table.index('k')}"
            f" CROSS JOIN {self._table.body} AS b ON b.id = x.id WHERE x.t = ? AND x.k "
        )
        if len(wanted) == 1:
            sql, params = sql + "= ?", [self._tenant, *wanted]
        else:
            sql += "IN (SELECT value FROM json_each(?))"
            params = [self._tenant, orjson.dumps(list(wanted)).decode()]
        if self._owners is not None:
            sql += " AND x.o IN (SELECT value FROM json_each(?))"
            params.append(orjson.dumps(self._owners).decode())
        return {key: body for key, body in self._db.execute(sql, params) if key in wanted}

    def after(self, key: str, limit: int) -> list[tuple[str, bytes]]:
        """The next documents in key order."""
        return self._db.execute(
            f"SELECT x.k, b.body FROM {self._table.name} AS x INDEXED BY {self._table.index('k')}"
            f" CROSS JOIN {self._table.body} AS b ON b.id = x.id WHERE x.t = ? AND x.k > ? ORDER BY x.k LIMIT ?",
            (self._tenant, key, limit),
        ).fetchall()

    def page(self, query: Query) -> Found:
        checked = validate(self._table.declaration, query)
        plan = self._plan(checked)
        if plan is None:
            return [], None, ()
        if checked.ranked:
            return self._ranked(plan, checked)
        source = self._bearable(plan.page())
        rows = self._db.execute(source.sql, source.params).fetchall()
        following = None
        if len(rows) > checked.limit:
            rows.pop()
            _, key, *values = rows[-1]
            shown = zip(checked.orders, values, strict=True)
            following = checked.cursor([_sorted_by(order.field, value) for order, value in shown], key)
        return [row[0] for row in rows], following, ()

    def _ranked(self, plan: Plan, checked: Checked) -> Found:
        """Level by level, until there are enough. How long the full text takes is not known before: never quick."""
        if self._effort is Effort.QUICK:
            raise OverBudget
        assert checked.wanted is not None
        found: dict[int, tuple[bytes, int]] = {}
        for n, level in enumerate(checked.wanted.ranked(checked.near)):
            source = plan.ranked(level)
            for id, body in self._db.execute(source.sql, source.params):
                found.setdefault(id, (body, n))
            if len(found) >= checked.limit:
                break
        best = list(found.values())[: checked.limit]
        return [body for body, _ in best], None, tuple(n for _, n in best)

    def count(self, query: Query) -> int:
        plan = self._plan(validate(self._table.declaration, query))
        if plan is None:
            return 0
        source = self._bearable(plan.all(rows=False))
        found: int = self._db.execute(f"SELECT count(*) FROM {source.sql}", source.params).fetchone()[0]
        return found

    def totals(self, query: Query, by: tuple[By, ...], sums: tuple[str, ...]) -> list[Total]:
        checked = validate(self._table.declaration, query)
        declared = group_fields(self._table.declaration, by_fields(by), checked.entries)
        fields = tuple((field, edges_of(field, one)) for field, one in zip(declared, by, strict=True))
        asked = (sum_field(self._table.declaration, name, checked.entries) for name in sums)
        summed = [field for field in asked if field is not None]
        plan = self._plan(checked)
        if plan is None:
            return []
        source = plan.all(rows=bool(fields or summed))
        plain = not any(edges for _, edges in fields) and covers(self._table, checked, declared, summed)
        board = plan.board(source) if plain else None
        if board is not None:
            halves = [half for field in summed for half in _halves(f"x.{self._table.column(field)}")]
            sql, params = statement(self._table, board.sql, declared, halves), board.params
        else:
            sql, params = self._grouped(source, fields, summed)
        self._bearable(board or source)
        return [self._total(row, fields, summed) for row in self._db.execute(sql, params).fetchall() if row[0]]

    def _grouped(
        self, source: Source, fields: tuple[tuple[Field, tuple[IndexValue, ...]], ...], summed: Sequence[Field]
    ) -> tuple[str, Params]:
        columns = [bucket(self._table, field, edges) for field, edges in fields]
        groups = ", ".join(f"g{n}" for n in range(len(fields)))
        added = [self._sums(field) for field in summed]
        shown = "".join(f", {high}, {low}" for high, low, _ in added)
        shown += "".join(f", {sql} AS g{n}" for n, (sql, _) in enumerate(columns))
        sql = f"SELECT count(*), min(x.id){shown} FROM {source.sql}"
        if groups:
            sql += f" GROUP BY {groups} ORDER BY {groups}"
        return sql, (
            *(p for *_, some in added for p in some),
            *(p for _, some in columns for p in some),
            *source.params,
        )

    def _sums(self, summed: Field) -> tuple[str, str, Params]:
        """Two sums and their parameters: the halves of a declared number, the digits of an entry."""
        if not summed.is_entry:
            return *_halves(f"x.{self._table.column(summed)}"), ()
        self._db.create_aggregate("exact_sum", 1, ExactSum)  # type: ignore[arg-type]
        value, params = self._table.value(summed)
        return f"exact_sum({value})", "0", params

    def _total(
        self, row: Sequence[Any], fields: tuple[tuple[Field, tuple[IndexValue, ...]], ...], summed: Sequence[Field]
    ) -> Total:
        number, sample, *rest = row
        halves, values = rest[: 2 * len(summed)], rest[2 * len(summed) :]
        keys = tuple(
            value if edges else self._key(field, value, sample)
            for (field, edges), value in zip(fields, values, strict=True)
        )
        sums = [_sum(field, *halves[2 * n : 2 * n + 2]) for n, field in enumerate(summed)]
        return Total(keys, number, sums[0] if sums else "0", tuple(sums[1:]))

    def _key(self, field: Field, value: Any, sample: int) -> Any:
        """A group's value as documents show it."""
        if field.name != "id" and value == missing(field):
            return None
        if field.is_entry:
            return entry_of(self._document(sample), field)
        match field.kind:
            case Kind.BOOLEAN:
                return bool(value)
            case Kind.DECIMAL:
                return decimal_text(field, value)
            case kind if kind is Kind.TEXT or field.key is not None:
                return self._document(sample)[field.name]
        return value

    def _document(self, id: int) -> Document:
        body = self._db.execute(f"SELECT body FROM {self._table.body} WHERE id = ?", (id,)).fetchone()[0]
        found: Document = orjson.loads(body)
        return found

    def _plan(self, checked: Checked) -> Plan | None:
        """None when nothing can match."""
        if self._tenant is None:
            return None
        shares = Shares(self._db, self._table, self._tenant, self._estimates, self._effort)
        plan = Plan(self._table, checked, self._tenant, self._owners, shares)
        if checked.wanted is not None:
            level = checked.wanted.found(checked.near)
            self._db.create_function("holds", 1, partial(_holds, self._table.declaration, level))
        return None if plan.nothing else plan

    def _bearable(self, source: Source) -> Source:
        """Raises OverBudget."""
        if self._effort is Effort.QUICK and source.cost > LONG:
            raise OverBudget
        return source


def _sorted_by(field: Field, value: Any) -> IndexValue | None:
    """A column's value as a cursor holds it; an id is the cursor's key."""
    return None if field.name == "id" or value == missing(field) else value


def _holds(declaration: Collection, level: Level, body: bytes) -> bool:
    """Whether a document has what is looked for."""
    return holds(level, search_words(declaration, orjson.loads(body)))


def _sum(field: Field, high: Any, low: Any) -> str:
    exact = field.kind is Kind.DECIMAL
    if field.is_entry:
        return digits(high, 2 if exact else 0)
    total = ((high or 0) << 32) + (low or 0)
    return decimal_text(field, total) if exact else str(total)


def _halves(column: str) -> tuple[str, str]:
    """Sums of the upper and lower 32 bits: exact beyond 63 bits, where a plain sum would overflow."""
    present = f"FILTER (WHERE typeof({column}) = 'integer')"
    return f"sum({column} >> 32) {present}", f"sum({column} & 4294967295) {present}"


def _storable(key: str) -> bool:
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True
