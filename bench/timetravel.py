"""Time travel: lists, counts, boards and related lists as of any moment, and what keeping the past costs a command.

Opportunities with ten versions each over three years, written by the store's own writer: most events move a stage or an
amount, few an owner or an account. Questions at an early, a middle and a late moment, each with a moment of its own, as
a slider asks. The figure is the slowest p95 of the three moments.
"""

from __future__ import annotations

import asyncio
import random
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.figures import Figure, at_most, in_milliseconds
from crm.roles import SERVICES, catalogue_of
from services.identity.directory import UserDirectory
from services.sales.opportunity import OPPORTUNITY
from shared.clock import SystemClock, to_rfc3339
from shared.kernel.bus import Call
from shared.kernel.kernel import build_kernel
from shared.past.port import At, Change, Position, Version
from shared.past.sqlite import SqlitePast
from shared.security.permissions import system_access
from shared.views.port import Condition, Order, Query, Scope
from tests.support.ports import open_ports

TENANT, NAME = "t1", "opportunities"
YEARS = 3 * 365 * 86_400_000_000
BEGIN = 1_700_000_000_000_000
VERSIONS = 10
STAGES = [f"stage{n}" for n in range(10)]
SHARES = [20, 15, 12, 10, 10, 8, 8, 7, 6, 4]
MOMENTS = {"old": 0.1, "mid": 0.5, "recent": 0.95}
ALL, LIVE = Scope(TENANT), Condition("archived", "eq", False)


def _id(kind: int, n: int) -> str:
    """As a UUIDv7 of a time; numbers follow creation."""
    return f"0{kind}{n >> 16:06x}-{n & 0xFFFF:04x}-7{n % 4096:03x}-8000-{n:012x}"


def histories(records: int) -> Iterator[tuple[str, list[tuple[int, dict[str, Any]]]]]:
    """Records with (moment, document) after each of their events."""
    g = random.Random(7)
    for n in range(records):
        born = BEGIN + YEARS * n // (records + records // 50)
        times = [born, *sorted(born + 1 + int(g.random() ** 1.3 * (BEGIN + YEARS - born)) for _ in range(VERSIONS - 1))]
        document = _first(g, n, records)
        versions = []
        for version, occurred in enumerate(times, 1):
            document = {**document, "version": version, "updated_at": to_rfc3339(occurred)}
            if version == 1:
                document["created_at"] = document["updated_at"]
            else:
                _change(g, document, records)
            versions.append((occurred, document))
        yield document["id"], versions


def _first(g: random.Random, n: int, records: int) -> dict[str, Any]:
    document: dict[str, Any] = {"id": _id(1, n), "archived": False, "currency": "EUR", "status": "open"}
    document |= {"name": f"{g.choice('abcdefghijklmnop')}{g.randrange(5 * records)} gmbh", "pipeline": _id(2, 0)}
    document |= {"stage": g.choices(STAGES, SHARES)[0], "account": _id(3, g.randrange(max(records // 5, 1)))}
    return document | {"owner": _id(4, g.randrange(200)), "amount": f"{g.lognormvariate(9, 1.2):.2f}"}


def _change(g: random.Random, document: dict[str, Any], records: int) -> None:
    if g.random() < 0.40:
        document["stage"] = g.choices(STAGES, SHARES)[0]
        document["status"] = {"stage8": "won", "stage9": "lost"}.get(document["stage"], "open")
    if g.random() < 0.40:
        document["amount"] = f"{g.lognormvariate(9, 1.2):.2f}"
    if g.random() < 0.05:
        document["owner"] = _id(4, g.randrange(200))
    if g.random() < 0.03:
        document["name"] = f"{g.choice('abcdefghijklmnop')}{g.randrange(5 * records)} gmbh"
    if g.random() < 0.01:
        document["archived"] = not document["archived"]


async def filled(path: Path, records: int) -> SqlitePast:
    """A store that holds the histories. Positions follow the records, not the time: nothing asks for a known_at."""
    past = SqlitePast(path)
    await past.declare([OPPORTUNITY.collection])
    target, position = await past.begin_rebuild(OPPORTUNITY.collection), 0
    changes: list[Change] = []
    for key, versions in histories(records):
        made = []
        for number, (occurred, document) in enumerate(versions, 1):
            position += 1
            made.append(Version(number, occurred, position, document))
        changes.append(Change(NAME, TENANT, key, made[-1].document["owner"], made, whole=True))
        if len(changes) >= 200:
            await past.fill(target, changes)
            changes = []
    await past.fill(target, changes)
    await past.prepare(target)
    await past.swap(target)
    await past.write([], Position(position))
    return past


Ask = Callable[[SqlitePast, random.Random, At], Awaitable[Any]]


def questions(records: int) -> dict[str, Ask]:
    """By name; each asks with values of its own."""

    def stage(g: random.Random) -> Condition:
        return Condition("stage", "eq", g.choice(STAGES))

    def owners(g: random.Random) -> Condition:
        return Condition("owner", "in", [_id(4, n) for n in g.sample(range(200), 5)])

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
        return Scope(TENANT, frozenset(_id(4, n) for n in g.sample(range(200), 5)))

    middling = Condition("amount", "gt", "8000.00")
    return {
        "page: all, by change": page(lambda g: (), "updated_at", descending=True),
        "page: one stage, by name": page(lambda g: (stage(g),), "name"),
        "page: five owners and a stage, by amount": page(lambda g: (owners(g), stage(g)), "amount", descending=True),
        "page: related, of one account": page(
            lambda g: (Condition("account", "eq", _id(3, g.randrange(records // 5))),), "name"
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


async def _asked(past: SqlitePast, ask: Ask, times: int) -> dict[str, tuple[float, float]]:
    """p50 and p95 in milliseconds at each of the three moments."""
    found, g = {}, random.Random(3)
    for name, share in MOMENTS.items():
        seconds = []
        for n in range(times + 1):
            at = At(int(BEGIN + YEARS * share + g.random() * 20 * 86_400_000_000))
            began = time.perf_counter()
            await ask(past, g, at)
            if n:
                seconds.append(time.perf_counter() - began)
        found[name] = in_milliseconds(seconds)[:2]
    return found


async def _following(past: SqlitePast, asked: Query, times: int) -> float:
    """p95 of following pages, ms."""
    seconds, g = [], random.Random(4)
    for share in MOMENTS.values():
        at = At(int(BEGIN + YEARS * share + g.random() * 20 * 86_400_000_000))
        _, cursor = await past.page(NAME, asked, ALL, at)
        for _ in range(times):
            if cursor is None:
                break
            began = time.perf_counter()
            _, cursor = await past.page(NAME, replace(asked, cursor=cursor), ALL, at)
            seconds.append(time.perf_counter() - began)
    return in_milliseconds(seconds)[1]


async def _questions(records: int, times: int) -> list[Figure]:
    with TemporaryDirectory() as folder:
        path, began = Path(folder) / "past.db", time.perf_counter()
        past = await filled(path, records)
        built, size = time.perf_counter() - began, path.stat().st_size
        figures = []
        asked = f"{records:,} records, {records * VERSIONS:,} versions; old / mid / recent, p50 (p95) ms: "
        for name, ask in questions(records).items():
            found = await _asked(past, ask, times)
            detail = " / ".join(f"{p50:.1f} ({p95:.1f})" for p50, p95 in found.values())
            figures.append(at_most(name, max(p95 for _, p95 in found.values()), 1000, "ms", asked + detail))
            print(f"{name}: {detail}", file=sys.stderr, flush=True)
        owners = Condition("owner", "in", [_id(4, n) for n in range(5)])
        by_name = Query((Condition("stage", "eq", "stage2"), LIVE), "", "name", limit=25)
        more = {
            "by stage": by_name,
            "of five owners": replace(by_name, where=(owners, LIVE)),
            "by stage and amount": Query((LIVE,), "", "stage", limit=25, then=(Order("amount", True),)),
        }
        for name, query in more.items():
            following = await _following(past, query, times)
            figures.append(at_most(f"following pages {name}", following, 50, "ms", "p95"))
        held = size / (records * VERSIONS)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        figures.append(
            Figure(
                "disk", held, "B per version", "stated", True, f"{size >> 20} MB; {built:.0f} s to fill; {memory} MB"
            )
        )
        await past.close()
    return figures


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


def run(rounds: int = 5, records: int = 20_000) -> list[Figure]:
    return [*asyncio.run(_questions(records, 20)), asyncio.run(_dearer(rounds))]


if __name__ == "__main__":
    for figure in run(records=int(sys.argv[1])):
        print(figure)
