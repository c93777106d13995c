"""Whether the rows of a record are those that its versions ask for, and no others are there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

from shared.past.layout import Layout, compact, spelled
from shared.past.port import Version
from shared.past.runs import Held, Run, Signed, runs_of, signed_of
from shared.past.sqlite_write import Writer

FIRST = -(1 << 63)
AT_ONCE = 200  # records


class Check:
    """Of one collection. What is expected is counted on the way, so that `surplus` finds what is too much."""

    def __init__(self, db: sqlite3.Connection, layout: Layout) -> None:
        self._db, self._layout = db, layout
        self._counted = {"rec": 0, "v": 0, "s": 0, "h": 0, "ch": 0}

    def some(self, writer: Writer, tenant: int, begin: int) -> tuple[list[tuple[str, bytes]], int | None]:
        """The digests of some records by id, and where the next begin; None = there are none."""
        rows = f"SELECT n, k, o FROM {self._layout.name('rec')} WHERE t = ? AND n >= ? ORDER BY n LIMIT ?"
        records = self._db.execute(rows, (tenant, begin, AT_ONCE)).fetchall()
        found = [(spelled(k), self._digest(writer, tenant, n, o)) for n, k, o in records]
        return found, records[-1][0] + 1 if records else None

    def _digest(self, writer: Writer, tenant: int, n: int, owner: Any) -> bytes:
        held = writer.versions(tenant, n)
        runs = [run for asked in runs_of(self._layout, held) if (run := self._run(tenant, n, asked)) is not None]
        signed = [one for asked in signed_of(self._layout, held) if (one := self._change(tenant, n, asked)) is not None]
        self._counted["rec"] += 1
        self._counted["v"] += len(held)
        self._counted["ch"] += len(signed)
        for run in runs:
            self._counted["s" if run.place in self._layout.sorts else "h"] += 1
        return _digest(owner, held, runs, signed)

    def surplus(self) -> bool:
        """Whether there are rows that no version explains."""
        name = self._layout.name
        there = {t: self._db.execute(f"SELECT count(*) FROM {name(t)}").fetchone()[0] for t in self._counted}
        return there != self._counted

    def _run(self, tenant: int, n: int, asked: Run) -> Run | None:
        table = self._layout.name("s" if asked.place in self._layout.sorts else "h")
        key = (tenant, asked.place, asked.value, n, asked.occurred, asked.position)
        row = self._db.execute(
            f"SELECT b, s FROM {table} WHERE t = ? AND f = ? AND v = ? AND n = ? AND a = ? AND r = ?", key
        ).fetchone()
        return None if row is None else asked._replace(until=row[0], until_position=row[1])

    def _change(self, tenant: int, n: int, asked: Signed) -> Signed | None:
        name, dims, numbers = self._layout.name, len(self._layout.dims), len(self._layout.measures)
        columns = "".join(f", h.d{i}" for i in range(dims)) + "".join(f", x.m{i}" for i in range(numbers))
        row = self._db.execute(
            f"SELECT x.late{columns} FROM {name('ch')} AS x CROSS JOIN {name('sh')} AS h ON h.g = x.g"
            " WHERE x.t = ? AND x.at = ? AND x.n = ? AND x.r = ? AND x.sign = ?",
            (tenant, asked.occurred, n, asked.position, asked.sign),
        ).fetchone()
        if row is None:
            return None
        return asked._replace(dims=tuple(row[1 : 1 + dims]), measures=tuple(row[1 + dims :]), late=bool(row[0]))


def expected(layout: Layout, owner: str | None, versions: Sequence[Version]) -> bytes:
    """The digest of a record that has these versions."""
    held = [Held(v.occurred, v.number, v.position, layout.cells(v.document), v.late) for v in versions]
    return _digest(compact(owner or ""), held, runs_of(layout, held), signed_of(layout, held))


def _digest(owner: Any, held: Sequence[Held], runs: Iterable[Run], signed: Iterable[Signed]) -> bytes:
    parts = (owner, [tuple(one) for one in held], sorted(repr(tuple(r)) for r in runs), [tuple(s) for s in signed])
    return blake2b(repr(parts).encode(errors="surrogatepass"), digest_size=16).digest()
