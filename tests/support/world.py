"""The write side, projections and policies of several services over real files, without HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from crm.roles import SERVICES, catalogue_of
from services.customer.policies import POLICIES
from services.identity.directory import UserDirectory
from shared.clock import Micros, SystemClock
from shared.domain.aggregate import Aggregate
from shared.kernel.bus import Call, CommandBus, Done
from shared.kernel.kernel import Kernel, build_kernel
from shared.kernel.queries import NOW, Moment
from shared.security.permissions import Access, system_access
from shared.streaming.projector import Projector
from shared.streaming.reaction import Policy
from shared.streaming.verify import Verdict, verify_view
from shared.views.port import Document
from tests.support.ports import open_ports
from tests.support.role_harness import background, follow, is_split

TENANT = "t1"
BOSS = system_access(TENANT, "boss")


class ShiftedClock:
    """The real time, moved by `ahead` microseconds."""

    def __init__(self, ahead: Micros = 0) -> None:
        self.ahead = ahead

    def now(self) -> Micros:
        return SystemClock().now() + self.ahead


class World:
    """kernels: of the processes that carry out the commands of a service; without one, `kernel` does."""

    def __init__(
        self, folder: Path, clock: ShiftedClock, kernel: Kernel, kernels: Mapping[str, Kernel] | None = None
    ) -> None:
        self.folder, self.clock, self.kernel, self.kernels = folder, clock, kernel, kernels or {}
        self.store, self.views, self.keys = kernel.store, kernel.views, kernel.keys
        self.catalogue, self.repository, self.bus = kernel.catalogue, kernel.repository, kernel.bus
        self.policies, self.queries = kernel.policies, kernel.queries

    @property
    def projector(self) -> Projector:
        return self.kernel.projector

    async def do(
        self, name: str, body: dict[str, Any] | None = None, id: str | None = None, access: Access = BOSS, **call: Any
    ) -> Done:
        """Send a command; `call` as in Call."""
        bus = self.kernels.get(name.partition(".")[0], self.kernel).bus
        return await bus.send(name, body or {}, Call(access=access, id=id, **call))

    async def make(self, command: str, /, **body: Any) -> str:
        """The id of the record that a command has made."""
        return (await self.do(command, body)).id

    async def settle(self) -> None:
        """Project and react until nothing moves any more."""
        await self.projector.catch_up()
        while await self.policies.step():
            await self.projector.catch_up()
        if self.kernel.past_projector is not None:
            await self.kernel.past_projector.catch_up()

    def aggregate(self, name: str) -> Aggregate[Any]:
        return self.catalogue[name]

    async def see(self, name: str, id: str, access: Access = BOSS, moment: Moment = NOW) -> Document:
        return await self.queries.get(self.catalogue[name], id, access, moment=moment)

    async def state(self, name: str, id: str) -> Any:
        return await self.repository.load(self.catalogue[name], TENANT, id)

    async def verdict(self, aggregate: Aggregate[Any], position: int) -> Verdict:
        """What a verification of its live view finds, if the view has come to the position."""
        scratch = await self.kernel.open_scratch()
        try:
            return await verify_view(aggregate, self.store, self.views, self.bus.codec, scratch, position=position)
        finally:
            await scratch.close()

    async def types(self, name: str, id: str) -> list[str]:
        """The event types of a record, without their domain."""
        events = await self.repository.events(self.catalogue[name], TENANT, id)
        return [e.type.partition(".")[2] for e in events]


async def joined(bus: CommandBus, access: Access, body: dict[str, Any], inviter: Access | None = None) -> str:
    """A new active user, invited by the inviter (`access` unless said). body: of the invitation."""
    id = (await bus.send("identity.InviteUser", body, Call(inviter or access))).id
    await bus.send("identity.IssueInvitation", {"token_hash": "x"}, Call(access, id))
    await bus.send("identity.ActivateUser", {"token_hash": "x", "secret": "none"}, Call(access, id))
    return id


def line_above(states: Mapping[str, Any], id: str, over: Callable[[Any], str | None]) -> list[str]:
    """The ids above a record, up to the top; asserts that no id comes twice. over: the id above a state."""
    line, above = [id], over(states[id])
    while above is not None:
        assert above not in line, f"a cycle: {line}"
        line.append(above)
        above = over(states[above])
    return line[1:]


@asynccontextmanager
async def open_world(folder: Path, policies: Sequence[Policy] = POLICIES) -> AsyncIterator[World]:
    """Open a world in a folder, new or with a past."""
    clock, catalogue = ShiftedClock(), catalogue_of(SERVICES)
    async with AsyncExitStack() as stack:
        ports = await open_ports(folder, catalogue.collections, clock, stack)
        kernel = build_kernel(ports, catalogue, UserDirectory, policies)
        others: dict[str, Kernel] = {}
        if is_split():
            names = ("customer", "sales", "identity")
            others = {
                name: build_kernel(ports, catalogue_of(SERVICES), UserDirectory, projects=False) for name in names
            }
            follow(kernel, [kernel, *others.values()])
        for one in (kernel, *others.values()):
            stack.push_async_callback(one.close)
            await one.start()
        if others:
            await stack.enter_async_context(background(kernel, *others.values()))
        yield World(folder, clock, kernel, others)
