"""What the planner of the embedded views gives beyond SQLite's own after ANALYZE (ADR 10).

Both answer the same questions over one file of accounts: 14 filters × 5 scopes × 3 orders. The plain form has no hints
about indexes; words and list entries are found by subselects. `python -m bench.planner [documents]`
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from bench.views import NAME, OWNERS, TENANT, _filled
from services.customer.account import ACCOUNT
from shared.views.port import Condition, Query, Scope
from shared.views.query import validate
from shared.views.sqlite import SqliteViews
from shared.views.sqlite_clause import Clauses
from shared.views.sqlite_read import Effort, Reader
from shared.views.sqlite_share import Estimates
from shared.views.sqlite_table import Table

LIVE = Condition("archived", "eq", False)
CITY, VIP = Condition("city", "eq", "City 77"), Condition("tags", "contains", "vip")
FILTERS: dict[str, tuple[tuple[Condition, ...], str]] = {
    "live": ((LIVE,), ""),
    "country (1/4)": ((LIVE, Condition("country", "eq", "CN")), ""),
    "industry (1/10)": ((LIVE, Condition("industry", "eq", "industry 3")), ""),
    "city (1/500)": ((LIVE, CITY), ""),
    "tag (1/10)": ((LIVE, VIP), ""),
    "city and tag": ((LIVE, CITY, VIP), ""),
    "range (1/1,000)": (
        (LIVE, Condition("annual_revenue", "ge", "5000000"), Condition("annual_revenue", "lt", "5100000")),
        "",
    ),
    "range (1/2)": ((LIVE, Condition("annual_revenue", "ge", "50000000")), ""),
    "e-mail (1 document)": ((LIVE, Condition("email", "eq", "info@77.example")), ""),
    "prefix (1/140)": ((LIVE, Condition("name", "prefix", "bardok")), ""),
    "word (all)": ((LIVE,), "standing"),
    "word (1/70)": ((LIVE,), "bardok"),
    "word (1 document)": ((LIVE,), "2f1a7"),
    "word and country": ((LIVE, Condition("country", "eq", "CN")), "bardok"),
}
SCOPES = {"all": None, **{f"{n} owners": frozenset(OWNERS[:n]) for n in (2, 5, 40, 150)}}
ORDERS = (("name", False), ("annual_revenue", True), ("updated_at", True))


class Asked(NamedTuple):
    question: str
    planned: float  # ms
    plain: float  # ms


def plain(reader: Reader, table: Table, query: Query) -> tuple[str, list[Any], str]:
    """The page's statement and its parameters (the limit last), and the count's."""
    checked, clauses = validate(table.declaration, query), Clauses(table, reader._tenant or 0, lambda _: 0.0)
    conditions = [] if reader._owners is None else [clauses.scope(reader._owners)]
    where, params = "x.t = ?", [reader._tenant]
    for one in [*conditions, *clauses.of(checked)]:
        where += f" AND x.id IN ({one.rows})" if one.rows else f" AND {one.where}"
        params += one.row_params if one.rows else one.params
    source, column = f"{table.name} AS x WHERE {where}", table.column(checked.sort)
    way = "DESC" if checked.descending else "ASC"
    page = (
        f"SELECT p.s, p.k, b.body FROM (SELECT x.{column} AS s, x.k AS k, x.id AS id FROM {source}"
        f" ORDER BY x.{column} {way}, x.k {way} LIMIT ?) AS p CROSS JOIN {table.body} AS b ON b.id = p.id"
        f" ORDER BY p.s {way}, p.k {way}"
    )
    return page, [*params, checked.limit + 1], f"SELECT count(*) FROM {source}"


def rows_of(db: sqlite3.Connection, statement: str, params: Sequence[Any]) -> list[Any]:
    return db.execute(statement, params).fetchall()


def milliseconds(ask: Callable[[], Any]) -> tuple[float, Any]:
    """The median of up to five times, three seconds at most, and the answer."""
    taken: list[float] = []
    while len(taken) < 5 and sum(taken) < 3:
        started = time.perf_counter()
        answer = ask()
        taken.append(time.perf_counter() - started)
    return median(taken) * 1e3, answer


def asked(views: SqliteViews, own: sqlite3.Connection, other: sqlite3.Connection) -> Iterator[tuple[str, Asked]]:
    """(page or count, its times). Each answer is compared."""
    table, numbers = views._catalogue.tables[NAME], views._catalogue.numbers
    for (name, (where, text)), (whose, owners) in product(FILTERS.items(), SCOPES.items()):
        reader = Reader(own, table, numbers, Scope(TENANT, owners), Estimates(), Effort.THOROUGH)
        for sort, descending in ORDERS:
            query = Query(where, text, sort, descending, 25)
            page, params, count = plain(reader, table, query)
            ours, (documents, *_) = milliseconds(partial(reader.page, query))
            theirs, rows = milliseconds(partial(rows_of, other, page, params))
            assert [row[2] for row in rows[:25]] == documents
            yield "page", Asked(f"{name}, {whose}, by {sort}", ours, theirs)
        ours, number = milliseconds(partial(reader.count, query))
        theirs, rows = milliseconds(partial(rows_of, other, count, params[:-1]))
        assert rows[0][0] == number
        yield "count", Asked(f"{name}, {whose}", ours, theirs)


async def main(size: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "views.db"
        await (await _filled(path, size)).close()
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("ANALYZE")
        views = SqliteViews.open(path)
        await views.declare([ACCOUNT.collection])
        own = sqlite3.connect(path, isolation_level=None)
        found = list(asked(views, own, other))
        await views.close()
    for kind in ("page", "count"):
        times = [one for of, one in found if of == kind]
        print(f"{len(times)} questions for a {kind} of {size:,} documents, ms")
        for who in ("planned", "plain"):
            taken = [getattr(one, who) for one in times]
            print(f"  {who:8} median {median(taken):.2f}, p95 {quantiles(taken, n=20)[-1]:.1f}, max {max(taken):.1f}")
        for one in sorted(times, key=lambda one: one.planned - one.plain)[:8]:
            print(f"    {one.question:50} {one.planned:8.2f} {one.plain:8.2f}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000))
