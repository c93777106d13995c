"""Views: a page of a list at two sizes, one record by its id, and a rebuild against bare SQLite.

The page: filtered, sorted, visible to a team of five among two hundred owners. The rebuild: ten events a record, spread
over the log as edits are. Bare: read the events, parse them, upsert each page's newest documents into a table with the
two indexes that the pages above need, and no more: no codec, no rights, no full text, no other sort orders.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from bench.figures import Figure, at_least, interleaved, show
from services.customer.account import ACCOUNT
from shared.clock import SystemClock, SystemIds, to_rfc3339
from shared.events.codec import Codec
from shared.events.customer import AccountCreated, AccountDetailsChanged
from shared.events.envelope import Metadata
from shared.eventstore.sqlite import SqliteEventStore
from shared.kernel.catalogue import Catalogue
from shared.kernel.repository import Repository
from shared.security.keycache import KeyCache
from shared.security.keyring_sqlite import SqliteKeyRing
from shared.streaming.parked import PARKED
from shared.streaming.projector import CHECKPOINT, Projector
from shared.streaming.rebuild import rebuild
from shared.views.port import Checkpoint, Condition, Document, Query, Scope, Write
from shared.views.sqlite import SqliteViews

TENANT, NAME = "bench", ACCOUNT.collection.name
OWNERS = [f"0190aaaa-0000-7000-8000-{n:012x}" for n in range(200)]
TEAM = Scope(TENANT, frozenset(OWNERS[10:15]))
EVENTS_A_RECORD = 10
PAGES = 40  # asked in one round
IDS = SystemIds()


def run(rounds: int = 5, small: int = 10_000, large: int = 1_000_000, records: int = 5_000) -> list[Figure]:
    """small, large: the lists' documents. records: those of the rebuild, ten events each."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "yard").mkdir()
        return [*_lists(Path(folder), rounds, small, large), _rebuild(Path(folder), rounds, records)]


def _lists(folder: Path, rounds: int, small: int, large: int) -> list[Figure]:
    with asyncio.Runner() as runner:
        views = {size: runner.run(_filled(folder / f"{size}.db", size)) for size in (small, large)}
        times: dict[int, list[float]] = {small: [], large: []}
        ids = {size: runner.run(_some_ids(v)) for size, v in views.items()}

        def page(size: int) -> Callable[[], float]:
            def case() -> float:
                taken = runner.run(_pages(views[size]))
                times[size] += taken
                return median(taken)

            return case

        def record() -> float:
            return runner.run(_records(views[large], ids[large]))

        figures = interleaved({"small": page(small), "large": page(large), "record": record}, rounds)
        for v in views.values():
            runner.run(v.close())
    p95 = quantiles(times[large], n=20)[-1] * 1e3
    ratio = figures["large"] / figures["small"]
    detail = f"{figures['small'] * 1e3:.2f} ms at {small:,}, {figures['large'] * 1e3:.2f} ms at {large:,} (medians)"
    return [
        Figure("page of 25: large list / small list", ratio, "×", "≤ 1.5 ×", ratio <= 1.5, detail),
        Figure(f"page of 25 out of {large:,}, p95", p95, "ms", "≤ 20 ms", p95 <= 20, f"{len(times[large])} pages"),
        at_least("records by id", figures["record"], 0, "per s", f"out of {large:,}, as stored bytes"),
    ]


async def _filled(path: Path, size: int) -> SqliteViews:
    views = SqliteViews.open(path)
    await views.declare([ACCOUNT.collection])
    target = await views.begin_rebuild(ACCOUNT.collection)
    rng = random.Random(7)
    for first in range(0, size, 1000):
        documents = (_document(n, rng) for n in range(first, min(size, first + 1000)))
        await views.write([Write(target, TENANT, d["id"], d, 1) for d in documents])
    await views.swap(target)
    return views


def _document(n: int, rng: random.Random) -> Document:
    name = f"{rng.choice(_WORDS)} {rng.choice(_WORDS)} {n:x}"
    return {
        "id": IDS.new(),
        "version": 1,
        "owner": rng.choice(OWNERS),
        "tags": ["vip"] if rng.random() < 0.1 else [],
        "archived": False,
        "created_at": to_rfc3339(1_600_000_000_000_000 + n * 1_000_000),
        "updated_at": to_rfc3339(1_600_000_000_000_000 + rng.randrange(10**9) * 1000),
        "name": name,
        "type": rng.choice(["prospect", "customer", "partner"]),
        "industry": f"industry {rng.randrange(10)}",
        "email": f"info@{n:x}.example",
        "country": rng.choice(["CN", "DE", "US", "FR"]),
        "city": f"City {rng.randrange(500)}",
        "employees": rng.randrange(10_000),
        "annual_revenue": f"{rng.randrange(10**8)}.00",
        "currency": "EUR",
        "description": "A customer of long standing with several sites",
        "match_key": name.replace(" ", ""),
    }


_WORDS = [
    f"{a}{b}{c}" for a in ("bar", "kel", "min", "tor", "zan") for b in ("do", "li", "ma", "re") for c in "klmnrst"
]


async def _pages(views: SqliteViews) -> list[float]:
    """Seconds of each page: live accounts of one country, by revenue and by name, visible to a team."""
    taken = []
    for n in range(PAGES):
        where = (Condition("archived", "eq", False), Condition("country", "eq", ("CN", "DE", "US", "FR")[n % 4]))
        query = Query(where, sort=("annual_revenue", "name")[n % 2], descending=n % 3 == 0, limit=25)
        started = time.perf_counter()
        found, _ = await views.find_raw(NAME, query, TEAM)
        taken.append(time.perf_counter() - started)
        assert found
    return taken


async def _some_ids(views: SqliteViews) -> list[str]:
    page = await views.find(NAME, Query(sort="name", limit=200), Scope(TENANT))
    return [d["id"] for d in page.items]


async def _records(views: SqliteViews, ids: list[str]) -> float:
    started = time.perf_counter()
    for _ in range(10):
        for id in ids:
            await views.get_raw(NAME, id, Scope(TENANT))
    return 10 * len(ids) / (time.perf_counter() - started)


def _rebuild(folder: Path, rounds: int, records: int) -> Figure:
    with asyncio.Runner() as runner:
        yard = runner.run(_Yard.open(folder / "yard", records))
        cases: dict[str, Callable[[], float]] = {
            "rebuild": lambda: runner.run(_rate(yard.rebuild(), yard.events)),
            "bare": lambda: yard.events / yard.bare(),
        }
        figures = interleaved(cases, rounds)
        runner.run(yard.close())
    share = 100 * figures["rebuild"] / figures["bare"]
    detail = f"{figures['rebuild']:,.0f} of {figures['bare']:,.0f} events/s"
    return at_least("rebuild of a view, of bare read + parse + upsert", share, 60, "%", detail)


async def _rate(job: Coroutine[Any, Any, None], events: int) -> float:
    started = time.perf_counter()
    await job
    return events / (time.perf_counter() - started)


class _Yard:
    """A store of accounts with ten events each, and a view to be rebuilt from it."""

    def __init__(self, folder: Path, keys: KeyCache, store: SqliteEventStore, views: SqliteViews) -> None:
        self.folder, self.keys, self.store, self.views = folder, keys, store, views
        self.codec = Codec(keys)
        self.projector = Projector(Catalogue([ACCOUNT]), Repository(store, self.codec), views, self.codec)
        self.events = 0

    @classmethod
    async def open(cls, folder: Path, records: int) -> _Yard:
        keys = KeyCache(SqliteKeyRing.open(folder / "keys", clock=SystemClock()))
        views = SqliteViews.open(folder / "views.db")
        yard = cls(folder, keys, SqliteEventStore.open(folder / "events.db", SystemClock()), views)
        await views.declare([ACCOUNT.collection, PARKED])
        rng = random.Random(3)
        ids = [IDS.new() for _ in range(records)]
        for version in range(EVENTS_A_RECORD):
            for n in range(0, records, 500):
                await asyncio.gather(*(yard._append(id, version, rng) for id in ids[n : n + 500]))
        await views.write([], [Checkpoint(CHECKPOINT, await yard.store.head())])
        await yard.projector.start()
        return yard

    async def _append(self, id: str, version: int, rng: random.Random) -> None:
        document = _document(rng.randrange(10**6), rng)
        event: Any = AccountDetailsChanged({"employees": {"from": version - 1, "to": version}})
        if version == 0:
            event = AccountCreated({k: v for k, v in document.items() if k in _DETAILS}, document["owner"])
        stream = ACCOUNT.stream(id)
        encoded = await self.codec.encode(TENANT, stream, [event], [IDS.new()], SystemClock().now())
        await self.store.append(TENANT, stream, version, encoded, Metadata(actor="u", command="c", command_name="n"))
        self.events += 1

    async def rebuild(self) -> None:
        await rebuild(ACCOUNT, self.store, self.views, self.codec, lambda _: None)

    def bare(self) -> float:
        """Seconds: pages of 5,000 events, each parsed and applied in memory, the touched documents upserted."""
        path = self.folder / "bare.db"
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        target = sqlite3.connect(path, isolation_level=None)
        target.execute("PRAGMA journal_mode=WAL")
        target.execute("PRAGMA synchronous=NORMAL")
        target.execute("CREATE TABLE d(k TEXT PRIMARY KEY, v INTEGER, owner TEXT, name TEXT, revenue REAL, body BLOB)")
        target.execute("CREATE INDEX by_name ON d(owner, name, k)")
        target.execute("CREATE INDEX by_revenue ON d(owner, revenue, k)")
        source = sqlite3.connect(self.folder / "events.db")
        started = time.perf_counter()
        documents: dict[str, dict[str, Any]] = {}
        after, read = 0, "SELECT position, stream, version, data FROM events WHERE position > ? ORDER BY 1 LIMIT 5000"
        while rows := source.execute(read, (after,)).fetchall():
            after = rows[-1][0]
            touched: dict[str, dict[str, Any]] = {}
            for _, stream, version, data in rows:
                payload = orjson.loads(data)
                document = touched[stream] = documents.setdefault(stream, {})
                document.update(payload.get("details") or {k: c["to"] for k, c in payload["changes"].items()})
                document.update(version=version, owner=payload.get("owner", document.get("owner")))
            target.execute("BEGIN")
            target.executemany(_UPSERT, (_row(stream, document) for stream, document in touched.items()))
            target.execute("COMMIT")
        taken = time.perf_counter() - started
        source.close()
        target.close()
        return taken

    async def close(self) -> None:
        await self.views.close()
        await self.store.close()
        await self.keys.close()


_UPSERT = """
INSERT INTO d VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(k) DO UPDATE SET
    v = excluded.v, owner = excluded.owner, name = excluded.name, revenue = excluded.revenue, body = excluded.body
"""


def _row(stream: str, d: dict[str, Any]) -> tuple[Any, ...]:
    return stream, d["version"], d["owner"], d["name"], float(d["annual_revenue"]), orjson.dumps(d)


_DETAILS = (
    "name",
    "type",
    "industry",
    "email",
    "country",
    "city",
    "employees",
    "annual_revenue",
    "currency",
    "description",
)

if __name__ == "__main__":
    show("Views", run())
