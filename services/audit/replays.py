"""Replays and verifications as sequences of progress reports; the last report is the result."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Any

from shared.blobs.sealed import FILES
from shared.errors import Invalid, Unavailable
from shared.eventstore.log_report import ADVICE, Finding, Known, LogReport, described
from shared.eventstore.port import StoreBroken
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.ledger.check import check_ledger
from shared.messages import say, shown
from shared.streaming.erased_meanwhile import purged_after_erasures
from shared.streaming.files_check import verify_files
from shared.streaming.filling import TURN
from shared.streaming.leases import in_turn
from shared.streaming.multistream import MultiStreamProjection, rebuild_projection
from shared.streaming.multistream_check import verify_projection
from shared.streaming.parked import OPERATORS, PARKED
from shared.streaming.rebuild import heal, rebuild
from shared.streaming.settling import broken_rules
from shared.streaming.shares import reached
from shared.streaming.verify import SHOWN, Verdict, verify_view
from shared.views.paging import every
from shared.views.port import Query, Scope, Views
from shared.warehouse import refill as warehouse

Report = dict[str, Any]
Note = Callable[[Report], None]
View = AnyAggregate | MultiStreamProjection
EVERY = 0.2  # seconds between two reports of a job

WAREHOUSE, LOG, RULES, LEDGER = "warehouse", "events", "rules", "ledger"


def views_named(kernel: Kernel, names: list[str] | None) -> tuple[list[View], bool]:
    """What fills the named collections, and whether the warehouse is meant; None = all that is here.

    Raises Invalid; Unavailable for the warehouse where another process has it.
    """
    if names is None:
        return [*kernel.catalogue, *kernel.catalogue.projections], kernel.feed is not None
    known: dict[str, View] = {a.collection.name: a for a in kernel.catalogue}
    known |= {p.collection.name: p for p in kernel.catalogue.projections}
    if unknown := [n for n in names if n not in known and n != WAREHOUSE]:
        listed = ", ".join([*sorted(known), WAREHOUSE])
        raise Invalid.field(
            "views",
            "unknown-view",
            say("there is no view {unknown}; there are {listed}", unknown=shown(unknown[0]), listed=listed),
        )
    if WAREHOUSE in names and kernel.feed is None:
        raise Unavailable("this process has no warehouse; ask one that has the role warehouse")
    return [known[n] for n in names if n in known], WAREHOUSE in names


async def replay(kernel: Kernel, views: Sequence[View], with_warehouse: bool, note: Note) -> Report:
    """Rebuild views next to the live ones and swap them in; heal parked records, and what is projected from them.

    Raises StoreBroken when the log is not as it was written: no view may be built from it.
    """
    checked = await check_log(kernel, None, note)
    if not checked["ok"]:
        raise StoreBroken(f"{checked['findings'][0]['problem']}: nothing was replayed. {ADVICE}")
    async with purged_after_erasures(kernel.views, kernel.keys):
        return await _replay(kernel, views, with_warehouse, note)


async def _replay(kernel: Kernel, views: Sequence[View], with_warehouse: bool, note: Note) -> Report:
    done: list[Report] = []
    healed_types: set[str] = set()
    for aggregate in (one for one in views if not isinstance(one, MultiStreamProjection)):
        name = aggregate.collection.name
        seen = _Counter(name, note)
        async with in_turn(kernel.views, TURN):  # a process that starts may fill it
            rows = await rebuild(aggregate, kernel.store, kernel.views, kernel.codec, seen)
        healed = await heal(aggregate, kernel.store, kernel.views, kernel.codec)
        if kernel.past_upkeep is not None:
            await kernel.past_upkeep.rebuild(aggregate.name)
        healed_types |= {aggregate.name} if healed else set()
        done.append({"view": name, "rows": rows, "events": seen.count, "healed": healed})
    for one in kernel.catalogue.projections:
        if one in views or one.source in healed_types:
            done.append(await _replay_projection(kernel, one, note))
    if with_warehouse and kernel.feed is not None:
        seen = _Counter(WAREHOUSE, note)
        events = await warehouse.refill(kernel.feed, kernel.feed.tables, seen)
        done.append({"view": WAREHOUSE, "rows": events, "events": events, "healed": 0})
    return {"views": done, **_left_out(kernel)}


async def heal_parked(kernel: Kernel, note: Note) -> Report:
    """Fold parked records again, rebuild what is made from them, and try parked reactions again.

    Reactions only where this process reacts: elsewhere they are tried again at its next start.
    """
    parked = [one["stream"] async for one in every(kernel.views, PARKED.name, Query(), Scope(OPERATORS))]
    healed: dict[str, int] = {}
    for aggregate in kernel.catalogue:
        note({"doing": aggregate.collection.name, "done": sum(healed.values())})
        healed[aggregate.name] = await heal(aggregate, kernel.store, kernel.views, kernel.codec)
    for one in kernel.catalogue.projections:
        if healed[one.source] or any(stream.startswith(one.prefix) for stream in parked):
            await _replay_projection(kernel, one, note)
    reactions = await kernel.policies.retry_parked() if kernel.policies.holder.held else 0
    return {"healed": sum(healed.values()), "reactions": reactions}


async def _replay_projection(kernel: Kernel, one: MultiStreamProjection, note: Note) -> Report:
    seen, source = _Counter(one.collection.name, note), kernel.catalogue[one.source]
    async with in_turn(kernel.views, TURN):
        rows = await rebuild_projection(one, source, kernel.repository, kernel.views, kernel.codec, seen)
    return {"view": one.collection.name, "rows": rows, "events": seen.count, "healed": 0}


async def verify(
    kernel: Kernel, tenant: str | None, open_scratch: Callable[[], Awaitable[Views]], note: Note
) -> Report:
    """Check the log, every view of an organisation (None = of all) against its events, the warehouse and the rules."""
    log = await check_log(kernel, tenant, note)
    views = await verify_views(kernel, tenant, open_scratch, note)
    return {**views, "ok": log["ok"] and views["ok"], "log": log}


async def check_rules(kernel: Kernel, tenant: str | None, note: Note) -> Report:
    """The records that break a rule over several records, such as those written before the rule existed."""
    seen = _Counter(RULES, note)
    found: list[Report] = []
    count = 0
    async for broken in broken_rules(kernel.bus, tenant):
        count += 1
        seen(count)
        if count <= SHOWN:
            found.append(broken._asdict())
    return {"ok": not count, "count": count, "findings": found}


async def check_log(kernel: Kernel, tenant: str | None, note: Note) -> Report:
    """Check that every event is as it was written, also against the hashes of views and keys. tenant: of the reader."""
    store, views = kernel.store, kernel.views
    report = await store.check(await store.head(), _Counter(LOG, note))
    seen, shown = await kernel.keys.log_head(), await reached(views)
    known = [
        Known("views.db", shown.position, shown.chain_hash),
        Known("keys/keys.db", seen.position, bytes.fromhex(seen.chain_hash)),
    ]
    for one in known:
        if one.chain_hash and one.chain_hash != await store.chain_hash(one.position):
            report.note(one.finding)
    return log_line(report, tenant)


async def verify_views(
    kernel: Kernel, tenant: str | None, open_scratch: Callable[[], Awaitable[Views]], note: Note
) -> Report:
    found: list[Report] = []
    for aggregate in kernel.catalogue:
        scratch = await open_scratch()
        try:
            verdict = await verify_view(
                aggregate,
                kernel.store,
                kernel.views,
                kernel.codec,
                scratch,
                position=kernel.projection.position,
                tenant=tenant,
                progress=_Counter(aggregate.collection.name, note),
            )
        finally:
            await scratch.close()
        if kernel.past_upkeep is not None:
            verdict.add(await kernel.past_upkeep.verify(aggregate.name, tenant))
        found.append(_line(verdict))
    for aggregate in (a for a in kernel.catalogue if a.contents is not None):
        seen, blobs = _Counter(FILES, note), kernel.file_store.blobs
        files = verify_files(aggregate, kernel.store, kernel.codec, blobs, kernel.keys, tenant=tenant, progress=seen)
        found.append(_line(await files))
    for one in kernel.catalogue.projections:
        seen, source = _Counter(one.collection.name, note), kernel.catalogue[one.source]
        checked = verify_projection(one, source, kernel.repository, kernel.views, kernel.codec, seen, tenant=tenant)
        found.append(_line(await checked))
    if kernel.feed is not None:
        await kernel.feed.catch_up()
        differing = await warehouse.verify(kernel.feed, _Counter(WAREHOUSE, note))
        found.append(_line(_of_tables(differing)))
    rules = await check_rules(kernel, tenant, note)
    ledger = await verify_ledger(kernel, note)
    ok = rules["ok"] and ledger["ok"] and all(line["ok"] for line in found)
    return {"ok": ok, "views": found, "rules": rules, "ledger": ledger, **_left_out(kernel)}


async def verify_ledger(kernel: Kernel, note: Note, after: int = 0, up_to: int | None = None) -> Report:
    """Check log, tree, checkpoints and places outside against each other; of the events those in a range.

    Raises Unavailable where this process keeps no ledger.
    """
    if kernel.ledger is None:
        raise Unavailable("this process keeps no ledger")
    seen = _Counter(LEDGER, note)
    report = await check_ledger(kernel.ledger, kernel.outside, seen, after=after, up_to=up_to)
    return {"ok": report.ok, **asdict(report)}


def _left_out(kernel: Kernel) -> Report:
    """What a report does not speak of, as another process has it."""
    return {} if kernel.feed is not None else {"left_out": [WAREHOUSE]}


def log_line(report: LogReport, tenant: str | None) -> Report:
    """The result of a check of the log. Findings in other tenants than `tenant` (None = all) show a position only."""
    mine = ("", tenant)
    shown = [f if tenant is None or f.tenant in mine else Finding(f.position, f.problem) for f in report.findings]
    findings = [{**f._asdict(), "problem": described(f)} for f in shown]
    counts = {"events": report.events, "chained_later": report.chained_later, "count": report.count}
    checked = "contents" if report.contents else "order"
    return {"ok": report.ok, "checked": checked, **counts, "findings": findings}


def _line(verdict: Verdict) -> Report:
    return {"ok": verdict.ok, **asdict(verdict)}


def _of_tables(differing: dict[str, Any]) -> Verdict:
    verdict = Verdict(WAREHOUSE)
    for table in differing:
        verdict.note("different", table)
    return verdict


class _Counter:
    """A progress callback that reports at most every EVERY seconds."""

    def __init__(self, doing: str, note: Note) -> None:
        self._doing, self._note, self.count = doing, note, 0
        self._next = 0.0

    def __call__(self, count: int) -> None:
        self.count = count
        now = asyncio.get_running_loop().time()
        if now >= self._next:
            self._next = now + EVERY
            self._note({"doing": self._doing, "done": count})


async def reports(job: Callable[[Note], Awaitable[Report]]) -> AsyncIterator[Report]:
    """Run a job and yield what it notes, then its result. Cancelled with its reader; failures are raised."""
    queue: asyncio.Queue[Report | None] = asyncio.Queue()
    task = asyncio.ensure_future(job(queue.put_nowait))
    task.add_done_callback(lambda _: queue.put_nowait(None))
    try:
        while (noted := await queue.get()) is not None:
            yield noted
        yield task.result()
    finally:
        task.cancel()
