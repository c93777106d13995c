"""A suite of one organisation in this process, and the few calls that tests of imports make all the time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from crm.compose import Suite
from crm.settings import Settings
from services.identity.setup import set_up
from shared.kernel.kernel import Kernel
from shared.security.passwords import Passwords
from shared.security.permissions import Access, system_access
from tests.support.role_harness import open_any
from tests.support.suite import PASSWORD, QUICK
from tests.support.world import joined

GUEST_LIST = """\
name: Guests
steps:
  - name: guests
    file: guests.csv
    resource: contact
    fields: { given_name: First, family_name: Last, email: Mail, birthday: Born }
"""


@dataclass
class Desk:
    """What an administrator does over HTTP. client: with the administrator's token."""

    client: httpx.AsyncClient

    async def send(
        self, mapping: str, files: Mapping[str, bytes | str], path: str = "/imports", *, corrections: Any = None
    ) -> httpx.Response:
        """POST an import (or a dry run) with its files."""
        parts: list[tuple[str, Any]] = [("mapping", (None, mapping))]
        parts += [("files", (name, content)) for name, content in files.items()]
        parts += [] if corrections is None else [("corrections", (None, json.dumps(corrections)))]
        return await self.client.post(path, files=parts)

    async def run(
        self, mapping: str, files: Mapping[str, bytes | str], path: str = "/imports", *, corrections: Any = None
    ) -> dict[str, Any]:
        """An import to its end: the last of its events."""
        answer = await self.send(mapping, files, path, corrections=corrections)
        assert answer.is_success, answer.text
        return (await self.events(answer.json()["id"]))[-1]

    async def events(self, id: str) -> list[dict[str, Any]]:
        """Every server-sent event of an import, until it ends."""
        answer = (await self.client.get(f"/imports/{id}/events", timeout=300)).raise_for_status()
        return [json.loads(line[5:]) for line in answer.text.splitlines() if line.startswith("data:")]

    async def revert(self, id: str) -> dict[str, Any]:
        (await self.client.post(f"/imports/{id}/revert", json={})).raise_for_status()
        return (await self.events(id))[-1]

    async def get(self, path: str, **params: Any) -> Any:
        return (await self.client.get(path, params=params)).raise_for_status().json()

    async def create(self, path: str, **body: Any) -> str:
        id: str = (await self.client.post(path, json=body)).raise_for_status().json()["id"]
        return id

    async def until_status(self, id: str, *statuses: str) -> str:
        async with asyncio.timeout(60):
            while (status := (await self.get(f"/imports/{id}/report"))["status"]) not in statuses:
                await asyncio.sleep(0.02)
        return str(status)


@dataclass
class Office(Desk):
    """A desk at the whole suite in this process."""

    suite: Suite
    tenant: str
    user: str

    async def access(self) -> Access:
        access = await self.suite.kernel.directory.access(self.tenant, self.user)
        assert access is not None
        return access

    async def colleague(self, **role: Any) -> tuple[str, dict[str, str]]:
        """A new active user with one new role: the user's id, and the headers by which they ask."""
        made = await self.create("/identity/roles", zh="同事", en="Colleague", **role)
        body = {"name": "Col", "email": f"{made}@example.com", "roles": [made]}
        kernel = self.suite.kernel
        id = await joined(kernel.bus, system_access(self.tenant), body)
        await kernel.projector.catch_up()
        access = await kernel.directory.access(self.tenant, id)
        assert access is not None
        assert kernel.signer is not None
        return id, {"Authorization": f"Bearer {kernel.signer.issue(id, self.tenant, 'session', access.epoch)[0]}"}


async def fed(client: httpx.AsyncClient, seconds: float = 30) -> None:
    """Return when answers of the warehouse hold all that was done; two seconds are promised, more are waited."""
    wanted = (await client.get("/analytics/status")).json()["head"]
    async with asyncio.timeout(seconds):
        while (await client.get("/analytics/status")).json()["position"] < wanted:
            await asyncio.sleep(0.05)


@asynccontextmanager
async def office(folder: Path, *, working: bool = True, warehouse: bool = False) -> AsyncIterator[Office]:
    """Open a data directory; set an organisation up where there is none.

    working: its background loops run. warehouse: with analytics, which the oracle of an agreement needs as well.
    """
    suite = await open_any(Settings(folder), warehouse=warehouse)
    try:
        if working:
            await suite.start()
        if not [id async for _, id, _ in suite.kernel.views.scan("organisations")]:
            await set_up(suite.kernel, "Org", "Ada", "ada@example.com", PASSWORD, "en", Passwords(QUICK))
            await suite.kernel.projector.catch_up()
            while await suite.kernel.policies.step():  # what every organisation starts with is made
                await suite.kernel.projector.catch_up()
        async with staffed(suite) as desk:
            yield desk
    finally:
        await suite.close()


@asynccontextmanager
async def projecting(kernel: Kernel) -> AsyncIterator[None]:
    """The projector's loop runs, and nothing else: what an import waits for."""
    loop = asyncio.create_task(kernel.projector.run())
    try:
        yield
    finally:
        loop.cancel()
        await asyncio.wait([loop])


@asynccontextmanager
async def staffed(suite: Suite) -> AsyncIterator[Office]:
    """An open suite, whose views show an organisation with its administrator."""
    users = [(tenant, id) async for tenant, id, d in suite.kernel.views.scan("users") if d["status"] == "active"]
    headers = {"Authorization": f"Bearer {await suite.operator_token(None)}"}
    transport = httpx.ASGITransport(suite.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://crm.test", headers=headers) as client:
        yield Office(client, suite, *users[0])
