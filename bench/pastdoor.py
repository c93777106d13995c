"""The past of another process: first page, count and board as of a moment through the door of the role `past`.

The same questions at the same moments, first of the file itself, then of a process of its own that serves it, over a
socket of the loopback interface. How the histories are made up: `bench/histories.py`.

`python -m bench.pastdoor RECORDS [FILE]` takes other sizes. FILE is filled where it is not there, and kept.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn

from bench.figures import Figure, at_most, in_milliseconds
from bench.histories import NAME, STAGES, TENANT, VERSIONS, fill, opened
from bench.timetravel import MOMENTS, as_of
from infra.kafka.broker import free_ports
from services.sales.opportunity import OPPORTUNITY
from shared.clock import SystemClock
from shared.past.door import PURPOSE, past_door
from shared.past.port import At, Differing, PastReader, PastUnavailable
from shared.past.remote import RemotePast
from shared.past.sqlite import SqlitePast
from shared.security.rootkey import RootKey
from shared.views.port import Condition, Query, Scope

SEAL = RootKey(b"\1" * 32).wrapper(PURPOSE)
TIMES = 40  # that each question is asked at each moment
GOAL_MS = 1_000.0
ALL, LIVE = Scope(TENANT), Condition("archived", "eq", False)
Ask = Callable[[PastReader, random.Random, At], Awaitable[Any]]


def _stage(g: random.Random) -> tuple[Condition, ...]:
    return Condition("stage", "eq", g.choice(STAGES)), LIVE


QUESTIONS: dict[str, Ask] = {
    "first page: one stage, by name": lambda past, g, at: past.page(
        NAME, Query(_stage(g), "", "name", limit=25), ALL, at
    ),
    "count: one stage": lambda past, g, at: past.count(NAME, Query(_stage(g)), ALL, at),
    "board: count and sum by stage": lambda past, g, at: past.totals(
        NAME, Query((LIVE,)), ALL, at, ("stage", "currency"), "amount"
    ),
}


class _Held:
    """The upkeep of a file that is not written."""

    def __init__(self, past: SqlitePast) -> None:
        self._past = past

    async def holding(self, collection: str, position: int) -> PastReader | None:
        held = collection not in self._past.unfilled() and (await self._past.position()).number >= position
        return self._past if held else None

    async def rewrite(self, category: str, tenant: str, id: str) -> None:
        raise PastUnavailable("nothing is written here")

    async def purge(self) -> None:
        raise PastUnavailable("nothing is written here")

    async def rebuild(self, category: str) -> None:
        raise PastUnavailable("nothing is written here")

    async def verify(self, category: str, tenant: str | None) -> Differing:
        raise PastUnavailable("nothing is written here")


async def _serve(path: Path, port: int) -> None:
    past = await opened(path)
    door = past_door(past, _Held(past), [OPPORTUNITY.collection], SEAL, SystemClock())
    await uvicorn.Server(uvicorn.Config(door, port=port, lifespan="off", ws="none", log_config=None)).serve()


@contextmanager
def _role(path: Path) -> Iterator[str]:
    """The door's address."""
    [port] = free_ports(1)
    process = subprocess.Popen([sys.executable, "-m", "bench.pastdoor", "serve", str(path), str(port)])
    try:
        yield f"http://127.0.0.1:{port}/past"
    finally:
        process.terminate()
        process.wait()


async def _there(address: str) -> RemotePast:
    there = RemotePast(address, SEAL, SystemClock())
    await there.declare([OPPORTUNITY.collection])
    while True:
        try:
            await there.position()
            return there
        except PastUnavailable:
            await asyncio.sleep(0.05)


async def _seconds(past: PastReader, ask: Ask) -> list[float]:
    """Of each question; one at each moment goes before the first that counts."""
    g, found = random.Random(5), []
    for share in MOMENTS.values():
        for n in range(TIMES + 1):
            at, began = as_of(g, share), time.perf_counter()
            await ask(past, g, at)
            if n:
                found.append(time.perf_counter() - began)
    return found


async def _questions(records: int, path: Path) -> list[Figure]:
    past = await opened(path)
    if not (await past.position()).number:
        await fill(past, records)
    here = {name: in_milliseconds(await _seconds(past, ask)) for name, ask in QUESTIONS.items()}
    await past.close()
    with _role(path) as address:
        there = await _there(address)
        through = {name: in_milliseconds(await _seconds(there, ask)) for name, ask in QUESTIONS.items()}
        await there.close()
    size = f"{records:,} records, {records * VERSIONS:,} versions"
    return [
        at_most(
            f"{name}, through the door",
            through[name][1],
            GOAL_MS,
            "ms",
            f"p95; {size}; p50 (p95) ms: {through[name][0]:.1f} ({through[name][1]:.1f}), "
            f"of the file itself {here[name][0]:.1f} ({here[name][1]:.1f})",
        )
        for name in QUESTIONS
    ]


def run(records: int = 20_000, kept: Path | None = None) -> list[Figure]:
    """kept: the file of the store, filled where it is not there; None = one that is dropped."""
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        return asyncio.run(_questions(records, kept or Path(folder) / "past.db"))


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(_serve(Path(sys.argv[2]), int(sys.argv[3])))
    else:
        for figure in run(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None):
            print(figure)
