"""Every role as a process of its own would be: a kernel, caches and loops for each, over ports that they share.

Files of SQLite open in one process, so the roles share one event loop. They share no other object.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from crm.compose import Suite, open_kernel, prepare
from crm.ports import open_ports
from crm.roles import ALL, SERVICES, Roles, build_app, catalogue_of, loops_of, parse_roles
from crm.settings import Settings, clickhouse_address, prepare_folder
from services.identity.directory import UserDirectory
from services.integration.jobs.cleanup import tidy
from shared.kernel.kernel import Kernel, build_kernel
from shared.ledger import ledger
from shared.past import door as past
from shared.past.remote import RemotePast
from shared.readlog import readlog as reads
from shared.streaming.parked import PARKED
from shared.warehouse.door import PURPOSE
from shared.warehouse.port import WarehouseReader
from shared.warehouse.remote import RemoteWarehouse
from tests.support.servers import served

PROCESSES = (
    "api:identity",
    "api:customer",
    "api:sales",
    "api:integration,audit",
    "api:analytics",
    "past",
    "warehouse",
    "projector",
    "policies",
    "imports",
    "notary",
)
WITHOUT_WAREHOUSE = Roles(ALL.apis - {"analytics"}, ALL.loops - {"warehouse"})  # its engine takes a second to start
_split = False


@contextmanager
def in_roles(split: bool = True) -> Iterator[None]:
    """What tests open in this block is split into roles."""
    global _split
    before, _split = _split, split
    try:
        yield
    finally:
        _split = before


def is_split() -> bool:
    return _split


@dataclass
class Process:
    roles: Roles
    kernel: Kernel
    app: ASGIApp
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        self.tasks = [asyncio.create_task(loop) for loop in loops_of(self.kernel, self.roles)]


class Installation(Suite):
    """A suite of several processes. kernel: the projector's, with the policies and the warehouse of the others."""

    def __init__(self, settings: Settings, processes: Sequence[Process], stack: AsyncExitStack) -> None:
        self.settings, self.roles, self.processes, self._stack = settings, ALL, processes, stack
        projecting, reacting = self.running("projector").kernel, self.running("policies").kernel
        self.kernel = replace(projecting, policies=reacting.policies)
        for writing in (p.kernel for p in processes if p.kernel.past_door is not None):
            self.kernel = replace(self.kernel, history=writing.history)
        for fed in (p.kernel for p in processes if p.kernel.feed is not None):
            self.kernel = replace(self.kernel, warehouse=fed.warehouse, facts=fed.facts, feed=fed.feed)
        follow(projecting, [p.kernel for p in processes])
        self.app = _front([(p.roles, p.app) for p in processes])

    def running(self, loop: str) -> Process:
        return next(p for p in self.processes if loop in p.roles.loops)

    def serving(self, service: str) -> Process:
        return next(p for p in self.processes if service in p.roles.apis)

    @property
    def tasks(self) -> list[asyncio.Task[None]]:  # type: ignore[override]  # the processes have them, and may start again
        return [task for process in self.processes for task in process.tasks]

    async def start(self) -> None:
        for process in self.processes:
            process.start()

    async def close(self) -> None:
        for process in self.processes:
            await process.kernel.reads.finish()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self._stack.aclose()


async def open_installation(settings: Settings, processes: Sequence[str] = PROCESSES) -> Installation:
    """As `Suite.open`, for several processes. processes: the roles of each, separated by spaces."""
    prepare_folder(settings.data)
    async with AsyncExitStack() as stack:
        catalogue = catalogue_of(SERVICES)
        ports = await open_ports(settings, [*catalogue.collections, PARKED], stack)
        await prepare(build_kernel(ports, catalogue, UserDirectory), ports.stale)
        opened: list[Process] = []
        warehouse: WarehouseReader | None = None  # opened by the process that feeds it; the others go through its door
        for roles in sorted((parse_roles(p.split()) for p in processes), key=_asked_by_others, reverse=True):
            kernel = await open_kernel(settings, ports, catalogue_of(SERVICES), roles, stack, warehouse)
            opened.append(Process(roles, kernel, build_app(kernel, roles)))
            if kernel.past_door is not None:
                address = await stack.enter_async_context(served(opened[-1].app))
                there = RemotePast(f"{address}/past", await ports.keys.wrapper(past.PURPOSE), ports.clock)
                stack.push_async_callback(there.close)
                ports = replace(ports, past=None, past_elsewhere=there)
            if kernel.door is not None:
                address = await stack.enter_async_context(served(opened[-1].app))
                seal = await ports.keys.wrapper(PURPOSE)
                warehouse = RemoteWarehouse(f"{address}/warehouse", seal, ports.clock)
                stack.push_async_callback(warehouse.close)
            if clickhouse_address() is None:  # else each process asks the server itself
                warehouse = warehouse or kernel.warehouse
        await tidy(opened[0].kernel)
        return Installation(settings, opened, stack.pop_all())
    raise AssertionError("unreachable")


def _asked_by_others(roles: Roles) -> tuple[bool, bool]:
    return "past" in roles.loops, "warehouse" in roles.loops


async def open_any(settings: Settings, *, warehouse: bool = True) -> Any:
    """A `Suite`, or an `Installation` inside `in_roles`, which has its warehouse always."""
    if _split:
        return await open_installation(settings)
    return await Suite.open(settings, ALL if warehouse else WITHOUT_WAREHOUSE)


async def acts_since(suite: Suite, position: int) -> list[str]:
    """The streams that got events since then, without what the suite writes by itself: read log and ledger."""
    events = await suite.kernel.store.read_all(position, 1_000)
    return [one.stream for one in events if one.stream.partition("-")[0] not in (reads.CATEGORY, ledger.CATEGORY)]


async def flush_reads(suite: Suite) -> None:
    """Have every process write what it keeps for the read log."""
    processes = suite.processes if isinstance(suite, Installation) else [suite]
    for process in processes:
        await process.kernel.reads.flush()


def follow(projecting: Kernel, kernels: Sequence[Kernel]) -> None:
    """Have `catch_up` of the projector return when every process has seen what it wrote."""
    projector, others = projecting.projector, [k for k in kernels if k is not projecting]
    project = projector.catch_up

    async def catch_up() -> None:
        await project()
        for kernel in (projecting, *others):
            await kernel.log.step()
        for kernel in others:
            await kernel.projection.step()  # type: ignore[attr-defined]

    projector.catch_up = catch_up  # type: ignore[method-assign]


def _front(processes: Sequence[tuple[Roles, ASGIApp]]) -> ASGIApp:
    """What a proxy in front of the processes does: a request goes to the process that serves its service."""
    apps: Mapping[str, ASGIApp] = {name: app for roles, app in processes for name in roles.apis}
    segments = {segment: apps[s.name] for s in SERVICES if s.name in apps for segment in (s.name, *s.at_root)}

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        segment = scope["path"][1:].partition("/")[0] if scope["type"] == "http" else ""
        await segments.get(segment, apps["customer"])(scope, receive, send)

    return front


@asynccontextmanager
async def background(*kernels: Kernel) -> AsyncIterator[None]:
    """The projections and logs of these kernels run."""
    loops = [loop for kernel in kernels for loop in (kernel.projection.run(), kernel.log.run())]
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
