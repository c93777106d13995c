"""How the cost of each kind of work grows with the number of accounts: asked in the process, medians, one curve each.

A page of 25 by name of one country; the search is for two words; the start is a new process; the warehouse's question
goes over as many facts. Lists of the past: see `timetravel`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from math import log10
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import data, plot
from bench.figures import Figure, show
from bench.start import start
from bench.warehouse import ADMINISTRATOR, DASHBOARD, Names
from bench.warehouse import filled as filled
from crm.compose import Suite
from crm.settings import Settings
from services.analytics.sql.gateway import SqlGateway
from services.customer.account import ACCOUNT
from shared.kernel.bus import Call
from shared.security.permissions import Access
from shared.streaming.rebuild import rebuild
from shared.views.port import RELEVANCE, Condition, Query, Scope
from shared.warehouse.confined import ConfinedWarehouse

SIZES = (10_000, 100_000, 1_000_000)
SVG = Path(__file__).parents[1] / "docs" / "benchmarks.svg"
COUNTRY = (Condition("archived", "eq", False), Condition("country", "eq", "CN"))
PAGE = Query(COUNTRY, sort="name", limit=25)
WHAT_IS_READ = {
    "command": "the new record alone and the index entries of what must be unique",
    "record by id": "one document by its key",
    "page of a list": "25 entries of one index",
    "search": "the newest of the records in which the words occur, level by level",
    "rebuild": "every event of the record type",
    "dashboard": "a roll-up by month, or the facts themselves where they are few",
    "start to ready": "the tail of the log; the process and its libraries are most of it",
}


def run(rounds: int = 5, largest: int = SIZES[-1]) -> list[Figure]:
    """largest: the number of accounts to go up to."""
    sizes = [size for size in SIZES if size <= largest]
    costs = {size: _costs(size, rounds) for size in sizes}
    curves = {name: {size: costs[size][name] for size in sizes} for name in WHAT_IS_READ}
    if largest == SIZES[-1]:
        SVG.write_text(plot.log_log(curves, "records", "milliseconds"))
    return [_figure(name, curve) for name, curve in curves.items()]


def exponent(curve: Mapping[int, float]) -> float:
    """The slope between the two largest sizes on logarithmic axes: 0 = does not grow, 1 = grows as the records do."""
    small, large = sorted(curve)[-2:]
    return log10(curve[large] / curve[small]) / log10(large / small)


def _figure(name: str, curve: Mapping[int, float]) -> Figure:
    detail = ", ".join(f"{cost:,.3g} ms at {size:,}" for size, cost in sorted(curve.items()))
    if len(curve) < 2:
        return Figure(name, curve[max(curve)], "ms", "stated", True, detail)
    return Figure(
        name, exponent(curve), "power of the records", "stated", True, f"{detail}; reads {WHAT_IS_READ[name]}"
    )


def _costs(size: int, rounds: int) -> dict[str, float]:
    """Milliseconds of each kind of work."""
    folder = data.accounts(size)
    found = {"start to ready": 1000 * median(start(folder)[0] for _ in range(min(rounds, 3)))}
    return found | asyncio.run(_inside(folder)) | {"dashboard": asyncio.run(_dashboard(size, rounds))}


async def _inside(folder: Path) -> dict[str, float]:
    suite = await Suite.open(Settings(folder))
    try:
        return await _asked(suite)
    finally:
        await suite.close()


async def _asked(suite: Suite) -> dict[str, float]:
    p = suite.kernel
    access = await _administrator(suite)
    ids = [d["id"] for d in (await p.queries.find(ACCOUNT, Query(sort="name", limit=100), access)).items]
    titles = [d["name"] for d in (await p.queries.find(ACCOUNT, Query(sort="name", limit=20), access)).items]

    async def command(n: int) -> object:
        body = {"name": f"Grown {n}", "city": "Shanghai", "country": "CN", "allow_duplicate": True}
        return await p.bus.send("customer.CreateAccount", body, Call(access))

    async def search(n: int) -> object:
        words = " ".join(titles[n % len(titles)].split()[:2])
        return await p.queries.find(ACCOUNT, Query(COUNTRY[:1], words, RELEVANCE, limit=20), access)

    found = {
        "record by id": await _cost(200, lambda n: p.queries.raw(ACCOUNT, ids[n % len(ids)], access)),
        "page of a list": await _cost(50, lambda n: p.queries.find_raw(ACCOUNT, PAGE, access)),
        "search": await _cost(20, search),
        "command": await _cost(200, command),
    }
    await p.projector.catch_up()
    found["rebuild"] = await _cost(1, lambda n: rebuild(ACCOUNT, p.store, p.views, p.codec, lambda _: None))
    return found


async def _administrator(suite: Suite) -> Access:
    first = (await suite.kernel.store.read_all(0, 1))[0]
    where = (Condition("status", "eq", "active"), Condition("roles", "contains", "administrator"))
    users = await suite.kernel.views.find("users", Query(where, limit=1), Scope(first.tenant))
    access = await suite.kernel.directory.access(first.tenant, users.items[0]["id"])
    assert access is not None
    return access


async def _cost(times: int, work: Callable[[int], Awaitable[object]]) -> float:
    """The median milliseconds; of several runs the first is left out."""
    taken = []
    for n in range(times + (times > 1)):
        begun = time.perf_counter()
        await work(n)
        taken.append(time.perf_counter() - begun)
    return 1000 * median(taken[1:] if times > 1 else taken)


async def _dashboard(size: int, rounds: int) -> float:
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        warehouse = await ConfinedWarehouse.open(f"chdb:{folder}")
        try:
            rollups = await filled(warehouse, size)
            await warehouse.warm()
            gateway = SqlGateway(warehouse, Names(), rollups.generation)
            return await _cost(rounds, lambda _: gateway.ask(f"SELECT * FROM {DASHBOARD[0]}", ADMINISTRATOR))
        finally:
            await warehouse.close()


if __name__ == "__main__":
    show("Growth", run(largest=SIZES[0]))
