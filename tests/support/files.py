"""A desk whose files are looked at: by a virus scanner where there is one, and by the reader of words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from services.customer.account import ACCOUNT
from services.customer.app import create_app
from services.customer.contact import CONTACT
from services.customer.files.policies import policies as files_policies
from services.customer.files.work import FileWork
from services.customer.policies import POLICIES
from shared.blobs.store import Scanner
from shared.http.app import ServiceApp
from shared.http.health import health_router
from shared.http.search import search_router
from shared.kernel.kernel import Kernel
from shared.security.permissions import Role
from shared.streaming.policies import PolicyRunner
from shared.views.port import Write
from tests.support.file_desk import Desk
from tests.support.http_service import TENANT, open_service


@dataclass
class Watched(Desk):
    kernel: Kernel
    work: FileWork
    root: ServiceApp

    async def looked_at(self) -> None:
        """Let the watch do what is due, and the views show it."""
        await self.service.catch_up()
        await self.work.step()
        await self.service.catch_up()

    async def start_again(self) -> None:
        """As another process that takes over."""
        await self.work.give_back()
        self.work = FileWork(self.kernel)

    async def file(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.anna.get(f"/attachments/{id}")).json()
        return found

    def at_root(self, user: str, role: str | Role) -> httpx.AsyncClient:
        """A client of what spans the services."""
        headers = self.service.client(user, role).headers
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.root), base_url="http://c.test", headers=headers)
        self.service.opened.append(client)
        return client


@asynccontextmanager
async def watched_desk(folder: Path, scanner: Scanner | None = None) -> AsyncIterator[Watched]:
    async with open_service(folder, (ACCOUNT, CONTACT), projecting=False) as service:
        kernel = replace(service.kernel, file_store=replace(service.kernel.file_store, scanner=scanner))
        await kernel.views.write([Write("organisations", TENANT, TENANT, {"id": TENANT, "version": 1}, 1)])
        runner = PolicyRunner((*POLICIES, *files_policies(kernel.file_store)), kernel.bus, kernel.codec)
        root = ServiceApp("Root", "", [health_router(kernel), search_router(kernel)])
        app = create_app(kernel)
        desk = Watched(service, app, runner, service.client(), folder / "files", kernel, FileWork(kernel), root)
        desk.anna = desk.of("anna", "administrator")
        yield desk
