"""How much of a table conditions find: judged by a sample of its rows, counted where that has next to nothing of it.

What was found out is remembered for half a minute: it only chooses the way, never the answer.
"""

from __future__ import annotations

import sqlite3
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import cached_property
from math import sqrt
from typing import Any, TypeVar

from shared.views.sqlite_clause import Clause, Params
from shared.views.sqlite_table import Table

T = TypeVar("T")

KEPT_SECONDS = 30.0
KEPT = 2000
SAMPLE = 256  # rows
ENOUGH = 10  # of them, to judge by
RARE = 50  # what may find less than such a part of the table is counted
COUNTED = 2_000  # rows, in any table


class Estimates:
    """The memory that all questions share."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()

    def get(self, key: Hashable, estimate: Callable[[], T]) -> T:
        """What was estimated under the key, again when that was long ago."""
        now = time.monotonic()
        found = self._kept.get(key)
        if found is not None and found[0] > now:
            known: T = found[1]
            return known
        value = estimate()
        self._kept[key] = (now + KEPT_SECONDS, value)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return value


class Shares:
    """Of the documents that one tenant has in a table."""

    def __init__(self, db: sqlite3.Connection, table: Table, tenant: int, estimates: Estimates, most: int) -> None:
        """most: rows that are counted for one condition. rows: about those of all tenants."""
        self._db, self._table, self._tenant, self._estimates = db, table, tenant, estimates
        self.rows: int = db.execute(f"SELECT max(id) FROM {table.name}").fetchone()[0] or 0
        self._step = 1 << (self.rows // SAMPLE).bit_length()  # stays the same while a table grows to double
        self._bound = min(max(self._step * SAMPLE // RARE, COUNTED), most)
        self._key = (table.number, tenant, self._step, self._bound)

    @cached_property
    def size(self) -> float:
        """About how many documents there are, 1 at least."""
        return max(1.0, self._estimates.get(self._key, self._documents))

    def of(self, clause: Clause) -> float:
        """About the share that a condition finds."""
        return self.remembered(clause, lambda: self._share(clause))

    def remembered(self, key: Hashable, estimate: Callable[[], T]) -> T:
        """What follows from shares, and is as good as long as they are."""
        return self._estimates.get((self._key, key), estimate)

    def _documents(self) -> float:
        if self._sampled >= ENOUGH:
            return min(self.rows, self._sampled * self._step)
        name, index = self._table.name, self._table.index("k")
        return self._count(f"SELECT 1 FROM {name} AS x INDEXED BY {index} WHERE x.t = ?", (self._tenant,))

    def _share(self, clause: Clause) -> float:
        passing = 0 if clause.slow else self._sample(f" AND {clause.where}", clause.params)
        found = self._found(clause) if passing < ENOUGH else None
        if found is not None and found < self._bound:
            return min(1.0, found / self.size)
        return min(1.0, sqrt(self._bound / self.size)) if clause.slow else (passing + 0.5) / (self._sampled + 1)

    @cached_property
    def _sampled(self) -> int:
        return self._sample("", ())

    def _sample(self, condition: str, params: Params) -> int:
        """How many of the sample the tenant has, of those that pass."""
        rows = (
            f"WITH RECURSIVE n(id) AS (SELECT ? UNION ALL SELECT id + ? FROM n LIMIT {SAMPLE})"
            f" SELECT 1 FROM n CROSS JOIN {self._table.name} AS x ON x.id = n.id WHERE x.t = ?{condition}"
        )
        return self._count(rows, (self._step, self._step, self._tenant, *params))

    def _found(self, clause: Clause) -> int | None:
        """How many rows a condition finds by itself, the bound at most; None where no index tells quickly."""
        if clause.scans:
            return None
        if clause.rows is not None:
            if clause.common is not None and self._count(clause.rows, clause.common) >= self._bound:
                return self._bound
            return self._count(clause.rows, clause.row_params)
        if clause.index is None:
            return None
        rows = f"SELECT 1 FROM {self._table.name} AS x INDEXED BY {clause.index} WHERE x.t = ? AND {clause.where}"
        return self._count(rows, (self._tenant, *clause.params))

    def _count(self, rows: str, params: Params) -> int:
        """Rows of the select, the bound at most."""
        number: int = self._db.execute(f"SELECT count(*) FROM ({rows} LIMIT ?)", (*params, self._bound)).fetchone()[0]
        return number
