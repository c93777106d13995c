"""Time travel: lists, counts, boards and related lists as of any moment, and what keeping the past costs a command.

Opportunities with ten versions each over three years, written by the store's own writer: most events move a stage or an
amount, few an owner or an account; three in a hundred are recorded weeks after they happened. Questions at an early, a
middle and a late moment, each with a moment of its own, as a slider asks: first with all that is known now (`as_of`),
then as it was known within two weeks of the moment (`known_at`). The figure is the slowest p95 of the three moments.

`python -m bench.timetravel RECORDS [FILE]` takes other sizes. FILE is filled where it is not there, and kept.
"""

from __future__ import annotations

import asyncio
import random
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.figures import Figure, at_most, in_milliseconds
from bench.histories import BEGIN, DAY, NAME, STAGES, TENANT, VERSIONS, YEARS, fill, id_of, opened, position_of
from crm.roles import SERVICES, catalogue_of
from services.identity.directory import UserDirectory
from shared.clock import SystemClock
from shared.kernel.bus import Call
from shared.kernel.kernel import build_kernel
from shared.past.port import At
from shared.past.sqlite import SqlitePast
from shared.security.permissions import system_access
from shared.views.port import Condition, Order, Query, Scope
from tests.support.ports import open_ports

MOMENTS = {"old": 0.1, "mid": 0.5, "recent": 0.95}
TIMES = 20  # that each question is asked at each moment
ALL, LIVE = Scope(TENANT), Condition("archived", "eq", False)
Ask = Callable[[SqlitePast, random.Random, At], Awaitable[Any]]
When = Callable[[random.Random, float], At]


def questions(records: int) -> dict[str, Ask]:
    """By name; each asks with values of its own."""

    def stage(g: random.Random) -> Condition:
        return Condition("stage", "eq", g.choice(STAGES))

    def owners(g: random.Random) -> Condition:
        return Condition("owner", "in", [id_of(4, n) for n in g.sample(range(200), 5)])

    def page(
        where: Callable[[random.Random], tuple[Condition, ...]], sort: str, descending: bool = False, *then: Order
    ) -> Ask:
        return lambda past, g, at: past.page(
            NAME, Query((*where(g), LIVE), "", sort, descending, 25, then=then), ALL, at
        )

    def count(where: Callable[[random.Random], tuple[Condition, ...]]) -> Ask:
        return lambda past, g, at: past.count(NAME, Query((*where(g), LIVE)), ALL, at)

    def board(where: Callable[[random.Random], tuple[Condition, ...]], scope: Callable[[random.Random], Scope]) -> Ask:
        return lambda past, g, at: past.totals(
            NAME, Query((*where(g), LIVE)), scope(g), at, ("stage", "currency"), "amount"
        )

    def team(g: random.Random) -> Scope:
        return Scope(TENANT, frozenset(id_of(4, n) for n in g.sample(range(200), 5)))

    middling = Condition("amount", "gt", "8000.00")
    return {
        "page: all, by change": page(lambda g: (), "updated_at", descending=True),
        "page: one stage, by name": page(lambda g: (stage(g),), "name"),
        "page: five owners and a stage, by amount": page(lambda g: (owners(g), stage(g)), "amount", descending=True),
        "page: related, of one account": page(
            lambda g: (Condition("account", "eq", id_of(3, g.randrange(records // 5))),), "name"
        ),
        "page: a range of amounts and a stage, by name": page(lambda g: (middling, stage(g)), "name"),
        "page: all, by stage and amount": page(lambda g: (), "stage", False, Order("amount", True)),
        "page: all, by amount and name": page(lambda g: (), "amount", True, Order("name")),
        "count: one stage": count(lambda g: (stage(g),)),
        "count: two conditions of a half each": count(
            lambda g: (middling, Condition("name", "prefix", g.choice("abcd")))
        ),
        "board: count and sum by stage": board(lambda g: (), lambda g: ALL),
        "board: of five owners": board(lambda g: (owners(g),), lambda g: ALL),
        "board: seen by a team of five": board(lambda g: (), team),
    }


def _moment(g: random.Random, share: float) -> int:
    return int(BEGIN + YEARS * share + g.random() * 20 * DAY)


def as_of(g: random.Random, share: float) -> At:
    """A moment, with all that is known now."""
    return At(_moment(g, share))


def known_then(g: random.Random, share: float) -> At:
    """A moment, as it was known within two weeks."""
    occurred = _moment(g, share)
    recorded = occurred + g.randrange(14 * DAY)
    return At(occurred, position_of(recorded), recorded)


async def _asked(past: SqlitePast, ask: Ask, when: When) -> dict[str, tuple[float, float]]:
    """p50 and p95 in milliseconds at each of the three moments."""
    found, g = {}, random.Random(3)
    for name, share in MOMENTS.items():
        seconds = []
        for n in range(TIMES + 1):
            at = when(g, share)
            began = time.perf_counter()
            await ask(past, g, at)
            if n:
                seconds.append(time.perf_counter() - began)
        found[name] = in_milliseconds(seconds)[:2]
    return found


async def _following(past: SqlitePast, asked: Query) -> float:
    """p95 of following pages, ms."""
    seconds, g = [], random.Random(4)
    for share in MOMENTS.values():
        at = as_of(g, share)
        _, cursor = await past.page(NAME, asked, ALL, at)
        for _ in range(TIMES):
            if cursor is None:
                break
            began = time.perf_counter()
            _, cursor = await past.page(NAME, replace(asked, cursor=cursor), ALL, at)
            seconds.append(time.perf_counter() - began)
    return in_milliseconds(seconds)[1]


async def _questions(records: int, kept: Path | None) -> list[Figure]:
    with TemporaryDirectory() as folder:
        path, began = kept or Path(folder) / "past.db", time.perf_counter()
        full = path.exists()
        past = await opened(path)
        if not full:
            await fill(past, records)
        built = "" if full else f"; {time.perf_counter() - began:.0f} s to fill"
        figures = [
            *[await _row(past, records, *one, as_of) for one in questions(records).items()],
            *[
                await _row(past, records, f"{name}, as known then", ask, known_then)
                for name, ask in questions(records).items()
            ],
            *[
                at_most(f"following pages {name}", await _following(past, query), 50, "ms", "p95")
                for name, query in _MORE.items()
            ],
            _size(path, records, built),
        ]
        await past.close()
    return figures


async def _row(past: SqlitePast, records: int, name: str, ask: Ask, when: When) -> Figure:
    found = await _asked(past, ask, when)
    detail = " / ".join(f"{p50:.1f} ({p95:.1f})" for p50, p95 in found.values())
    print(f"{name}: {detail}", file=sys.stderr, flush=True)
    asked = f"{records:,} records, {records * VERSIONS:,} versions; old / mid / recent, p50 (p95) ms: "
    return at_most(name, max(p95 for _, p95 in found.values()), 1000, "ms", asked + detail)


_BY_NAME = Query((Condition("stage", "eq", "stage2"), LIVE), "", "name", limit=25)
_MORE = {
    "by stage": _BY_NAME,
    "of five owners": replace(_BY_NAME, where=(Condition("owner", "in", [id_of(4, n) for n in range(5)]), LIVE)),
    "by stage and amount": Query((LIVE,), "", "stage", limit=25, then=(Order("amount", True),)),
}


def _size(path: Path, records: int, built: str) -> Figure:
    size, memory = path.stat().st_size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    detail = f"{size >> 20} MB{built}; {memory} MB of memory"
    return Figure("disk", size / (records * VERSIONS), "B per version", "stated", True, detail)


@asynccontextmanager
async def _kernel(folder: Path, *, past: bool) -> AsyncIterator[Any]:
    catalogue = catalogue_of(SERVICES)
    async with AsyncExitStack() as stack:
        ports = await open_ports(folder, catalogue.collections, SystemClock(), stack)
        kernel = build_kernel(ports if past else replace(ports, past=None), catalogue, UserDirectory)
        stack.push_async_callback(kernel.close)
        await kernel.start()
        yield kernel


async def _commands(kernel: Any, rounds: int, made: list[str]) -> float:
    """Seconds of processor time for commands and everything that follows from them, per command."""
    access, before = system_access(TENANT), time.process_time()
    for n in range(rounds):
        if n % 3 == 0 or not made:
            body = {"name": f"Deal {n}", "amount": f"{n}.50", "close_date": "2026-12-24"}
            made.append((await kernel.bus.send("sales.OpenOpportunity", body, Call(access))).id)
        else:
            call = Call(access, made[n * 7 % len(made)])
            await kernel.bus.send("sales.ChangeAmount", {"amount": f"{n}.75"}, call)
        if n % 100 == 99:
            await kernel.projector.catch_up()
            if kernel.past_projector is not None:
                await kernel.past_projector.catch_up()
    return (time.process_time() - before) / rounds


async def _dearer(rounds: int) -> Figure:
    with TemporaryDirectory() as folder:
        with_past, without = Path(folder) / "with", Path(folder) / "without"
        for one in (with_past, without):
            one.mkdir()
        async with _kernel(with_past, past=True) as held, _kernel(without, past=False) as plain:
            mine: list[str] = []
            others: list[str] = []
            costs: list[tuple[float, float]] = []
            for n in range(rounds + 1):
                pair = await _commands(plain, 300, others), await _commands(held, 300, mine)
                costs += [pair] if n else []
    before, after = (sorted(side)[len(costs) // 2] for side in zip(*costs, strict=True))
    detail = (
        f"{before * 1e6:.0f} µs of processor time a command with its projection, {after * 1e6:.0f} µs with its past"
    )
    return at_most("a command is dearer by", (after / before - 1) * 100, 25, "%", detail)


def run(rounds: int = 5, records: int = 20_000, kept: Path | None = None) -> list[Figure]:
    """kept: the file of the store, filled where it is not there; None = one that is dropped."""
    return [*asyncio.run(_questions(records, kept)), asyncio.run(_dearer(rounds))]


if __name__ == "__main__":
    for figure in run(records=int(sys.argv[1]), kept=Path(sys.argv[2]) if len(sys.argv) > 2 else None):
        print(figure)
