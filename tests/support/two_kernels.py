"""Two kernels over the same ports, as two processes have them: one writes the views, the other follows it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from services.customer.catalogue import AGGREGATES as CUSTOMER
from services.customer.policies import POLICIES
from services.identity.built_in import BUILT_IN_ROLES
from services.identity.catalogue import AGGREGATES as IDENTITY
from services.identity.directory import UserDirectory
from services.sales.catalogue import AGGREGATES as SALES
from shared.kernel.catalogue import Catalogue
from shared.kernel.kernel import build_kernel
from shared.streaming.follower import ProjectionFollower
from shared.streaming.reaction import Policy
from tests.support.ports import open_ports
from tests.support.world import ShiftedClock, World


@dataclass(frozen=True)
class TwoKernels:
    """writer: the one with the projector and the policies. reader: as a process that serves requests only."""

    writer: World
    reader: World

    async def follow(self) -> None:
        """The reader looks once, at the views and at the log."""
        assert isinstance(self.reader.kernel.projection, ProjectionFollower)
        await self.reader.kernel.log.step()
        await self.reader.kernel.projection.step()

    async def settle(self) -> None:
        """The writer projects and reacts until nothing moves any more, then the reader looks."""
        await self.writer.settle()
        await self.follow()


@asynccontextmanager
async def open_two_kernels(folder: Path, policies: Sequence[Policy] = POLICIES) -> AsyncIterator[TwoKernels]:
    """Open both in a folder, new or with a past. No loop runs: a test steps."""
    clock, catalogue = ShiftedClock(), Catalogue((*CUSTOMER, *SALES, *IDENTITY), BUILT_IN_ROLES)
    async with AsyncExitStack() as stack:
        ports = await open_ports(folder, catalogue.collections, clock, stack)
        worlds = []
        for projects in (True, False):
            kernel = build_kernel(ports, catalogue, UserDirectory, policies, projects=projects)
            stack.push_async_callback(kernel.close)
            await kernel.start()
            worlds.append(World(folder, clock, kernel))
        yield TwoKernels(*worlds)
