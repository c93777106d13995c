"""MongoDB: a page of a list against the bare driver on the same server, in the same run.

Both ask SecantusDB for the 25 newest live records of a team. Bare: motor, a collection with the one index that the page
needs, whole documents as the driver decodes them. Ours: conditions checked, rights, a cursor, stored bytes.
"""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient

from bench.figures import Figure, at_least, show
from bench.views import NAME, TEAM, TENANT, _document
from infra.kafka.broker import free_ports
from infra.mongo.server import SECANTUS, Server
from services.customer.account import ACCOUNT
from shared.views.mongo import MongoViews
from shared.views.port import Condition, Query, Write

MEMORY = Path("/dev/shm")  # the server flushes each write
PAGES = 30  # asked in one round
QUERY = Query((Condition("archived", "eq", False),), sort="created_at", descending=True, limit=25)


def run(rounds: int = 5, records: int = 4_000) -> list[Figure]:
    """records: in each of the two collections."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder, asyncio.Runner() as runner:
        server = Server(SECANTUS, Path(folder), free_ports(1)[0])
        server.start()
        try:
            return runner.run(_measured(server.url, rounds, records))
        finally:
            server.stop()


async def _measured(url: str, rounds: int, records: int) -> list[Figure]:
    ours = await MongoViews.open(url.replace("/?", "/crm?"))
    bare = AsyncIOMotorClient[dict[str, Any]](url).bare.accounts
    await _fill(ours, bare, records)
    took = {"ours": list[float](), "bare": list[float]()}
    for _ in range(rounds + 1):
        for name, seconds in (("ours", await _ours(ours)), ("bare", await _bare(bare))):
            took[name].append(seconds)
    await ours.close()
    per_second = {name: 1 / median(seconds[1:]) for name, seconds in took.items()}
    share = 100 * per_second["ours"] / per_second["bare"]
    detail = f"{per_second['ours']:.0f} and {per_second['bare']:.0f} pages a second of {records:,} records"
    return [at_least("list page of 25 / bare motor, same server", share, 60, "%", detail)]


async def _fill(ours: MongoViews, bare: Any, records: int) -> None:
    rng = random.Random(7)
    documents = [_document(n, rng) for n in range(records)]
    await ours.declare([ACCOUNT.collection])
    target = await ours.begin_rebuild(ACCOUNT.collection)
    await ours.write([Write(target, TENANT, d["id"], d, 1) for d in documents])
    await ours.swap(target)
    await bare.create_index([("tenant", 1), ("created_at", 1)])
    await bare.insert_many([{"_id": d["id"], "tenant": TENANT, **d} for d in documents])


async def _ours(views: MongoViews) -> float:
    """Seconds of a page."""
    began = time.perf_counter()
    for _ in range(PAGES):
        bodies, _next = await views.find_raw(NAME, QUERY, TEAM)
        assert len(bodies) == QUERY.limit
    return (time.perf_counter() - began) / PAGES


async def _bare(collection: Any) -> float:
    where = {"tenant": TENANT, "owner": {"$in": sorted(TEAM.owners or ())}, "archived": False}
    began = time.perf_counter()
    for _ in range(PAGES):
        found = await collection.find(where).sort("created_at", -1).limit(QUERY.limit).to_list(None)
        assert len(found) == QUERY.limit
    return (time.perf_counter() - began) / PAGES


if __name__ == "__main__":
    show("MongoDB", run())
