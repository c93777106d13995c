"""Imports in several processes: every process has its own kernel over the same ports, so its own memory and caches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from crm.roles import SERVICES, Roles, build_app, loops_of, parse_roles, policies_of
from services.identity.directory import UserDirectory
from services.identity.setup import SetUp, set_up
from services.integration.jobs.job_store import JobFile
from shared.clock import SystemClock
from shared.kernel.kernel import Kernel, build_kernel
from shared.kernel.ports import Ports
from shared.security.passwords import Passwords
from tests.support.importing import Desk
from tests.support.ports import open_ports
from tests.support.roles import CATALOGUE
from tests.support.suite import PASSWORD, QUICK

API = "api:customer,integration"


@dataclass
class Process(Desk):
    """A desk at one process, and the loops of its roles."""

    kernel: Kernel
    loops: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self, roles: Roles) -> None:
        self.loops = [asyncio.create_task(loop) for loop in loops_of(self.kernel, roles)]

    async def stop(self) -> None:
        for loop in self.loops:
            loop.cancel()
        await asyncio.gather(*self.loops, return_exceptions=True)

    async def kill(self) -> None:
        """Stop without cleaning up: what it claimed stays claimed until the claim expires."""
        with patch.object(JobFile, "release"):
            await self.stop()


class Installation:
    """One organisation; a process with the roles projector and policies runs, others are added."""

    def __init__(self, ports: Ports, stack: AsyncExitStack) -> None:
        self.ports, self._stack = ports, stack
        self.founded: SetUp

    async def found(self) -> None:
        """Set the organisation up and start the first process."""
        first = await self._open(roles := parse_roles(("projector", "policies")))
        kernel = first.kernel
        self.founded = await set_up(kernel, "Org", "Ada", "ada@example.com", PASSWORD, "en", Passwords(QUICK))
        await kernel.projector.catch_up()
        while await kernel.policies.step():
            await kernel.projector.catch_up()
        first.start(roles)

    async def process(self, *roles: str) -> Process:
        """Start a process; its client is the administrator's."""
        process = await self._open(parsed := parse_roles(roles))
        signer = process.kernel.signer
        assert signer is not None
        token = signer.issue(self.founded.user, self.founded.tenant, "session", 9)[0]
        process.client.headers["Authorization"] = f"Bearer {token}"
        process.start(parsed)
        return process

    async def _open(self, roles: Roles) -> Process:
        policies, projects = policies_of(SERVICES, self.ports), "projector" in roles.loops
        kernel = build_kernel(self.ports, CATALOGUE, UserDirectory, policies, projects=projects)
        self._stack.push_async_callback(kernel.close)
        await kernel.start()
        transport = httpx.ASGITransport(build_app(kernel, roles))
        client = httpx.AsyncClient(transport=transport, base_url="http://crm.test")
        process = Process(await self._stack.enter_async_context(client), kernel)
        self._stack.push_async_callback(process.stop)
        return process

    async def accounts(self) -> dict[str, dict[str, Any]]:
        """All accounts by name, as the views show them."""
        scan = self.ports.views.scan("accounts", self.founded.tenant)
        return {document["name"]: document async for _, _, document in scan}


@asynccontextmanager
async def installation(folder: Path) -> AsyncIterator[Installation]:
    async with AsyncExitStack() as stack:
        ports = await open_ports(folder, CATALOGUE.collections, SystemClock(), stack)
        opened = Installation(ports, stack)
        await opened.found()
        yield opened
