"""How the cluster profile grows on this machine: each engine and each role is a process, as `make cluster` has it.

First what a command costs each part. Then commands at steady rates, and how long after its 201 a record can be read.
Then backlogs in 1, 4 and 12 partitions, worked off by 1, 2 and 4 processes of the role `projector`. `python -m
bench.scaling` takes about six minutes; the machine should do nothing else.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import uvloop

from bench.figures import Figure, at_most, in_milliseconds, show
from infra.cluster import Cluster
from shared.clock import SystemClock, SystemIds
from shared.events.codec import Codec
from shared.events.customer import AccountCreated, AccountDetailsChanged
from shared.events.envelope import Event, Metadata
from shared.eventstore.eventstoredb import EventStoreDB
from shared.eventstore.port import NO_STREAM
from shared.security.keycache import KeyCache
from shared.security.keyring_mongo import MongoKeyRing
from shared.streaming.kafka.records import partition_of
from shared.streaming.shares import SHARES, reached
from shared.views.mongo import MongoViews
from tests.durability.history import sign_in
from tests.support.processes import EMAIL, PASSWORD
from tests.support.wire import Wire

RATES = (10, 20, 30, 50, 200)  # commands a second
CALM = 20  # commands a second at which nothing waits
SETTLE_SECONDS = 3.0
GOAL_MS = 500.0
SECONDS = 15.0  # of each rate
LATE_SECONDS = 20.0  # after which a command that was not sent yet is given up
READ = 5  # of so many new records one is read
CONNECTIONS = 32
PROJECTORS, BACKLOGS = (1, 2, 4), (1, 4, 12)
PER_STREAM = 4
IDS = SystemIds()


def run(events: int = 2_000, seconds: float = SECONDS) -> list[Figure]:
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        cluster = Cluster(Path(folder))
        try:
            cluster.up()
            _found(cluster)
            parts = _parts(cluster, seconds)
            steady = [_steady(uvloop.run(_commands(cluster, rate, seconds)), rate) for rate in RATES]
            return [*parts, *steady, *_grown(cluster, events)]
        finally:
            cluster.down()


def _found(cluster: Cluster) -> None:
    """Make an organisation."""
    link = re.search(r"/setup#token=(\S+)", cluster.greeting())
    assert link is not None
    body = {"token": link.group(1), "organisation": "Acme", "name": "Ada", "email": EMAIL, "password": PASSWORD}
    httpx.post(f"{cluster.addresses()['api']}/identity/setup", json=body, timeout=30).raise_for_status()


@dataclass
class Seen:
    """Seconds: from a command's moment to its 201, and from there until its record was read. refused: the others."""

    done: list[float]
    visible: list[float]
    refused: int = 0
    took: float = 0.0


async def _commands(cluster: Cluster, rate: int, seconds: float) -> Seen:
    """Create accounts at a steady rate, each at its moment whatever became of the one before."""
    api = cluster.addresses()["api"]
    token, _, _ = await sign_in(api)
    seen, queue, began = Seen([], []), asyncio.Queue[tuple[int, float]](), time.perf_counter()
    for n in range(int(rate * seconds)):
        queue.put_nowait((n, began + n / rate))

    async def work() -> None:
        writing, reading = Wire(api, token), Wire(api, token)
        with suppress(asyncio.QueueEmpty):
            while True:
                n, at = queue.get_nowait()
                await asyncio.sleep(at - time.perf_counter())
                if time.perf_counter() - at > LATE_SECONDS:
                    seen.refused += 1
                    continue
                made = await writing.ask("POST", "/customer/accounts", {"name": f"A {n}", "allow_duplicate": True})
                answered = time.perf_counter()
                if made.status != 201:
                    seen.refused += 1
                    continue
                seen.done.append(answered - at)
                if n % READ == 0:
                    path = f"/customer/accounts/{made.json()['id']}?min_version=1"
                    while (await reading.ask("GET", path)).status != 200:
                        await asyncio.sleep(0.01)
                    seen.visible.append(time.perf_counter() - answered)
        writing.close()
        reading.close()

    async with asyncio.TaskGroup() as workers:
        for _ in range(CONNECTIONS):
            workers.create_task(work())
    seen.took = time.perf_counter() - began
    return seen


def _parts(cluster: Cluster, seconds: float) -> list[Figure]:
    """What rest costs each part, and what a command adds to it until all have taken notice, at a calm rate."""
    idle = _spent(cluster, lambda: time.sleep(seconds))
    done = list[float]()

    def work() -> None:
        done.extend(uvloop.run(_commands(cluster, CALM, seconds)).done)
        time.sleep(SETTLE_SECONDS)

    rest = {name: each / seconds for name, each in idle.items()}
    busy = _spent(cluster, work)
    took = seconds + SETTLE_SECONDS
    added = {name: 1e3 * (each - rest[name] * took) / len(done) for name, each in busy.items()}
    return [
        Figure("a command in all parts", sum(added.values()), "ms of a core", "", True, _in_order(added)),
        Figure("rest in all parts", 1e2 * sum(rest.values()), "% of a core", "", True, _in_order(rest, 1e2)),
    ]


def _spent(cluster: Cluster, work: Callable[[], None]) -> dict[str, float]:
    """Seconds of a core that each part takes meanwhile."""
    pids = {name: pid for name in cluster.parts() if (pid := cluster.pid(name)) is not None}
    before = {name: _cpu_of_all(pid) for name, pid in pids.items()}
    work()
    return {name: _cpu_of_all(pid) - before[name] for name, pid in pids.items()}


def _in_order(parts: dict[str, float], by: float = 1.0) -> str:
    return ", ".join(f"{name} {by * each:.1f}" for name, each in sorted(parts.items(), key=lambda one: -one[1]))


def _steady(seen: Seen, rate: int) -> Figure:
    p50, p95, p99 = in_milliseconds(seen.visible)
    _, late, _ = in_milliseconds(seen.done)
    detail = (
        f"p50 {p50:.0f}, p99 {p99:.0f} ms; 201 within {late:.0f} ms at p95; {len(seen.done) / seen.took:.0f} commands/s"
        f" held, {seen.refused} refused or given up"
    )
    return at_most(f"201 → visible at {rate} commands/s, p95", p95, GOAL_MS, "ms", detail)


def _grown(cluster: Cluster, events: int) -> list[Figure]:
    """Each backlog by each number of projectors; those that are there go on while others join."""
    found, names = list[Figure](), ["projector"]
    for count in PROJECTORS:
        while len(names) < count:
            names.append(f"projector-{len(names) + 1}")
            cluster.add(names[-1], "projector")
        pids = [pid for name in names if (pid := cluster.pid(name)) is not None]
        for partitions in BACKLOGS:
            wall, cpu = uvloop.run(_backlog(cluster, pids, partitions, events))
            name = f"{count} projector{'s' * (count > 1)}, {partitions} partition{'s' * (partitions > 1)}"
            detail = f"{1e3 * cpu / events:.2f} ms of a core for an event, all projectors together"
            found.append(Figure(name, events / wall, "events/s", "", True, detail))
    return found


async def _backlog(cluster: Cluster, pids: Sequence[int], partitions: int, events: int) -> tuple[float, float]:
    """Append accounts of so many partitions, faster than they are projected: seconds until the views have them all,
    and seconds of a core that the projectors took."""
    settings = cluster.environment()
    _, tenant, user = await sign_in(cluster.addresses()["api"])
    store = await EventStoreDB.open(settings["CRM_EVENTSTORE"])
    ring = await MongoKeyRing.open(settings["CRM_KEYS"], Path(settings["CRM_ROOT_KEY"]))
    views = await MongoViews.open(settings["CRM_VIEWS"])
    codec = Codec(KeyCache(ring))
    changes: list[Event] = [
        AccountDetailsChanged({"description": {"from": "", "to": f"seen {n} " + "x" * 200}})
        for n in range(PER_STREAM - 1)
    ]
    ids = [id for id in (IDS.new() for _ in range(events * SHARES)) if partition_of(f"account-{id}") < partitions]
    waiting = iter(ids[: events // PER_STREAM])

    async def fill() -> None:
        for id in waiting:
            made: list[Event] = [AccountCreated({"name": f"B {id}"}, user), *changes]
            stream = f"account-{id}"
            new = await codec.encode(tenant, stream, made, [IDS.new() for _ in made], SystemClock().now())
            await store.append(tenant, stream, NO_STREAM, new, Metadata(actor=user))

    try:
        before = await store.head()
        while (await reached(views)).position < before:
            await asyncio.sleep(0.05)
        began, spent = time.perf_counter(), sum(map(_cpu, pids))
        await asyncio.gather(*(fill() for _ in range(8)))
        head = await store.head()
        while (await reached(views)).position < head:
            await asyncio.sleep(0.05)
        return time.perf_counter() - began, sum(map(_cpu, pids)) - spent
    finally:
        await store.close()
        await ring.close()
        await views.close()


def _cpu_of_all(pid: int) -> float:
    """Seconds of a core that a process and those it started have taken: engines run behind a process that waits."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return _cpu(pid) + sum(_cpu_of_all(int(child)) for child in children)


def _cpu(pid: int) -> float:
    """Seconds of a core that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    show("scaling", run())
