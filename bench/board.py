"""A board in one call: groups with counts, sums and first cards, over many deals; and what its index costs a write.

Deals of two hundred owners in ten stages, four currencies. Asked as a screen asks, through the same code as the route:
by stage, two sums per currency, twenty cards a column.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.figures import Figure, at_most, in_milliseconds, show
from crm.roles import SERVICES, catalogue_of
from services.identity.directory import UserDirectory
from services.sales.opportunity import OPPORTUNITY
from shared.clock import SystemClock, to_rfc3339
from shared.domain.calendar import Calendar
from shared.http import params
from shared.http.board import Board
from shared.kernel.kernel import Kernel, build_kernel
from shared.security.permissions import system_access
from shared.views.port import Document, Write
from shared.views.sqlite import SqliteViews
from tests.support.ports import open_ports

TENANT, NAME = "t1", OPPORTUNITY.collection.name
STAGES = [f"stage{n}" for n in range(10)]
ASKED = {
    "by stage, two sums, twenty cards each": [("by", "stage"), ("sum", "amount,weighted_amount"), ("cards", "20")],
    "of one pipeline": [("by", "stage"), ("sum", "amount"), ("cards", "20"), ("pipeline", "p0")],
    "by owner": [("by", "owner"), ("sum", "amount"), ("cards", "0")],
}


def documents(count: int) -> list[Document]:
    g, blank = random.Random(5), OPPORTUNITY.document(OPPORTUNITY.state())
    return [
        {
            **blank,
            "id": f"01{n:06x}-0000-7000-8000-{n:012x}",
            "version": 1,
            "name": f"Deal {g.randrange(10**9):x}",
            "pipeline": f"p{g.randrange(2)}",
            "stage": g.choice(STAGES),
            "status": "open",
            "owner": f"04000000-0000-7000-8000-{g.randrange(200):012x}",
            "currency": g.choice(("EUR", "EUR", "EUR", "CNY", "USD", "GBP")),
            "amount": f"{g.lognormvariate(9, 1.2):.2f}",
            "weighted_amount": f"{g.lognormvariate(8, 1.2):.2f}",
            "created_at": to_rfc3339(1_700_000_000_000_000 + n * 1_000_000),
            "updated_at": to_rfc3339(1_700_000_000_000_000 + n * 1_000_000),
        }
        for n in range(count)
    ]


@asynccontextmanager
async def _kernel(folder: Path, deals: list[Document]) -> AsyncIterator[Kernel]:
    catalogue = catalogue_of(SERVICES)
    async with AsyncExitStack() as stack:
        ports = await open_ports(folder, catalogue.collections, SystemClock(), stack)
        target = await ports.views.begin_rebuild(OPPORTUNITY.collection)
        for first in range(0, len(deals), 1000):
            await ports.views.write([Write(target, TENANT, d["id"], d, 1) for d in deals[first : first + 1000]])
        await ports.views.swap(target)
        kernel = build_kernel(ports, catalogue, UserDirectory)
        stack.push_async_callback(kernel.close)
        yield kernel


async def _asked(kernel: Kernel, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    query, given = params.listing(OPPORTUNITY.collection, pairs, params.BOARD)
    board = Board(kernel, OPPORTUNITY, system_access(TENANT), Calendar("UTC"))
    return await board.answer(query, given)


async def _boards(count: int, rounds: int) -> list[Figure]:
    figures, deals = [], documents(count)
    with TemporaryDirectory() as folder:
        async with _kernel(Path(folder), deals) as kernel:
            for name, pairs in ASKED.items():
                walls, spent = [], []
                for n in range(4 * rounds + 1):
                    began, busy = time.perf_counter(), time.process_time()
                    groups = (await _asked(kernel, pairs))["groups"]
                    if n:
                        walls.append(time.perf_counter() - began)
                        spent.append(time.process_time() - busy)
                assert sum(group["count"] for group in groups) == sum(
                    dict(pairs).get("pipeline") in (None, d["pipeline"]) for d in deals
                )
                detail = f"{count:,} deals, {len(groups)} groups; processor time {in_milliseconds(spent)[0]:.0f} ms"
                figures.append(at_most(f"board {name}, p50", in_milliseconds(walls)[0], 100, "ms", detail))
        figures.append(await _dearer(Path(folder), deals[: min(count, 20_000)], rounds))
    return figures


async def _dearer(folder: Path, deals: list[Document], rounds: int) -> Figure:
    """What the index of boards costs the views, for a deal that goes to another stage with another amount."""
    held = OPPORTUNITY.collection
    views = {"with": SqliteViews.open(folder / "with.db"), "without": SqliteViews.open(folder / "without.db")}
    for name, one in views.items():
        await one.declare([held if name == "with" else replace(held, boards=())])
        for first in range(0, len(deals), 1000):
            await one.write([Write(NAME, TENANT, d["id"], d, 1) for d in deals[first : first + 1000]])
    costs: dict[str, list[float]] = {name: [] for name in views}
    for n in range(2 * rounds + 1):
        for name, one in views.items():
            spent = await _changed(one, deals, random.Random(n), n + 2)
            costs[name] += [spent] if n else []
    for one in views.values():
        await one.close()
    after, before = (sorted(costs[name])[len(costs[name]) // 2] for name in ("with", "without"))
    detail = f"{before * 1e6:.0f} µs of processor time a changed deal without the index, {after * 1e6:.0f} µs with it"
    return Figure("a write of the views is dearer by", (after / before - 1) * 100, "%", "stated", True, detail)


async def _changed(views: SqliteViews, deals: list[Document], g: random.Random, version: int) -> float:
    """Seconds of processor time for a deal."""
    some = g.sample(deals, 1_000)
    moved = [
        {**d, "version": version, "stage": g.choice(STAGES), "amount": f"{g.lognormvariate(9, 1.2):.2f}"} for d in some
    ]
    began = time.process_time()
    for first in range(0, len(moved), 100):
        await views.write([Write(NAME, TENANT, d["id"], d, version) for d in moved[first : first + 100]])
    return (time.process_time() - began) / len(some)


def run(rounds: int = 5, deals: int = 100_000) -> list[Figure]:
    return asyncio.run(_boards(deals, rounds))


if __name__ == "__main__":
    show("Board", run(deals=int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
