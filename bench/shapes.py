"""What a page of the past would cost in MongoDB, against the fold of the events that answers it in the cluster profile.

The runs of ADR 19 with the indexes that they want, two versions of each record: the shapes of a question, no adapter.
`python -m bench.shapes`; with CRM_TEST_MONGODB on the server that it names, without on SecantusDB.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient

from bench.figures import Figure, show
from bench.mongo import MEMORY
from infra.kafka.broker import free_ports
from infra.mongo.server import SECANTUS, Server
from shared.clock import SystemIds
from shared.events.customer import AccountCreated, AccountDetailsChanged
from shared.events.envelope import Event, Metadata
from shared.kernel.queries import Moment
from shared.past.port import OPEN
from shared.views.port import Query
from tests.support.world import BOSS, TENANT, World, open_world

PAGE, STAGES, TIMES = 51, "abcdefgh", 3
Ask = Callable[[], Awaitable[Any]]
IDS = SystemIds()


def run(sizes: tuple[int, ...] = (1_000, 10_000)) -> list[Figure]:
    found = list[Figure]()
    for records in sizes:
        folded = asyncio.run(_folded(records))
        with _server() as url:
            took = asyncio.run(_asked(url, records))
        first = folded[0]
        found.append(Figure(f"fold, first page of {records:,} records", 1e3 * first, "ms", "", True, ""))
        found.append(Figure(f"fold, the next page of {records:,}", 1e3 * folded[1], "ms", "", True, "the fold is kept"))
        written = 1e6 * took.pop("written")
        found.append(Figure(f"MongoDB, a row written, {records:,} records", written, "µs", "", True, ""))
        for name, seconds in took.items():
            detail = f"{seconds / first:.2f} of the fold's first page, each time"
            found.append(Figure(f"MongoDB, {name}, {records:,} records", 1e3 * seconds, "ms", "", True, detail))
    return found


@contextmanager
def _server() -> Iterator[str]:
    if (named := os.environ.get("CRM_TEST_MONGODB")) is not None:
        yield named
        return
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        server = Server(SECANTUS, Path(folder), free_ports(1)[0])
        server.start()
        try:
            yield server.url
        finally:
            server.stop()


async def _folded(records: int) -> tuple[float, float]:
    """Seconds of a first page as of a moment from the events, and of the same page once more."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        async with open_world(Path(folder)) as world:
            await world.projector.stop()
            await asyncio.gather(*(_account(world, n) for n in range(records)))
            world.queries._past = None  # as in the cluster profile
            moment, query = Moment(occurred=world.clock.now()), Query(sort="name", limit=PAGE - 1)
            took = list[float]()
            for _ in range(2):
                began = time.perf_counter()
                await world.queries.find(world.aggregate("account"), query, BOSS, moment)
                took.append(time.perf_counter() - began)
            return took[0], took[1]


async def _account(world: World, n: int) -> None:
    stream = f"account-{IDS.new()}"
    changed = AccountDetailsChanged({"description": {"from": "", "to": "seen"}})
    made: list[Event] = [AccountCreated({"name": f"Account {n}"}, "boss"), changed]
    new = await world.bus.codec.encode(TENANT, stream, made, [IDS.new() for _ in made], world.clock.now())
    await world.store.append(TENANT, stream, 0, new, Metadata(actor="boss"))


async def _asked(url: str, records: int) -> dict[str, float]:
    """Seconds of each part of a question about the middle of the time, the median of some."""
    db, dice = AsyncIOMotorClient[dict[str, Any]](url)[f"shapes_{IDS.new()[:8]}"], random.Random(1)
    await db.sorted.create_index([("f", 1), ("v", 1), ("n", 1)])
    await db.held.create_index([("f", 1), ("v", 1), ("a", 1)])
    sorts, holds = list[dict[str, Any]](), list[dict[str, Any]]()
    for n in range(records):
        begins, changes = dice.randrange(1_000), dice.randrange(1_000, 2_000)
        for a, b in ((begins, changes), (changes, OPEN)):
            sorts.append({"f": "t1.amount", "v": dice.randrange(10**6), "n": n, "a": a, "r": a, "b": b, "s": b})
            holds.append({"f": "t1.stage", "v": dice.choice(STAGES), "n": n, "a": a, "r": a, "b": b, "s": b})
    began = time.perf_counter()
    await db.sorted.insert_many(sorts)
    await db.held.insert_many(holds)
    found = {"written": (time.perf_counter() - began) / (4 * records)}
    then: dict[str, Any] = {"a": {"$lte": 1_500}, "b": {"$gt": 1_500}}
    ordered = db.sorted.find({"f": "t1.amount", **then}).sort([("v", 1), ("n", 1)]).limit(PAGE)
    held = db.held.find({"f": "t1.stage", "v": "c", **then}, {"n": 1, "_id": 0})
    group = [{"$match": {"f": "t1.stage", **then}}, {"$group": {"_id": "$v", "count": {"$sum": 1}}}]
    shapes: dict[str, Ask] = {
        "a page along a sort key": lambda: ordered.clone().to_list(None),
        "records of one value": lambda: held.clone().to_list(None),
        "a board of eight columns": lambda: db.held.aggregate(group).to_list(None),
    }
    for name, ask in shapes.items():
        took = list[float]()
        for _ in range(TIMES):
            began = time.perf_counter()
            await ask()
            took.append(time.perf_counter() - began)
        found[name] = median(took)
    await db.client.drop_database(db.name)
    return found


if __name__ == "__main__":
    show("the past in MongoDB", run())
