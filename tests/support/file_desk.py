"""Accounts and contacts with files behind real HTTP handlers; the test drives projection, policies and the sweep."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from services.customer.account import ACCOUNT
from services.customer.app import create_app
from services.customer.contact import CONTACT
from services.customer.files.open_uploads import OpenUploads
from services.customer.files.policies import policies as files_policies
from services.customer.policies import POLICIES
from shared.clock import Micros, SystemClock
from shared.http.app import ServiceApp
from shared.streaming.policies import PolicyRunner
from tests.support.http_service import Service, open_service

PDF = b"%PDF-1.4\n" + b"somebody's words " * 10
OFFSET = "application/octet-stream"


@dataclass
class Desk:
    service: Service
    app: ServiceApp
    policies: PolicyRunner
    anna: httpx.AsyncClient
    folder: Path

    def of(self, user: str, role: str) -> httpx.AsyncClient:
        headers = self.service.client(user, role).headers
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://c.test", headers=headers)
        self.service.opened.append(client)
        return client

    async def settle(self) -> None:
        await self.service.catch_up()
        while await self.policies.step():
            await self.service.catch_up()

    async def account(self, **fields: Any) -> str:
        made = (await self.anna.post("/accounts", json={"name": "Acme", "allow_duplicate": True, **fields})).json()
        await self.service.catch_up()
        id: str = made["id"]
        return id

    async def upload(self, content: bytes = PDF, **wanted: Any) -> httpx.Response:
        """Begin, send, complete; the answer of the step that failed, or of the last."""
        http = self.anna
        begun = await http.post("/uploads", json={"name": "offer.pdf", "size": len(content), **wanted})
        if begun.status_code != 201:
            return begun
        sent = await send(http, begun.json()["id"], 0, content)
        if sent.status_code != 200:
            return sent
        done = await http.post(f"/uploads/{begun.json()['id']}/complete")
        await self.service.catch_up()
        return done

    async def attached(self, record: str, content: bytes = PDF, record_type: str = "account", **wanted: Any) -> str:
        done = await self.upload(content, record_type=record_type, record=record, **wanted)
        assert done.status_code == 200, done.text
        id: str = done.json()["id"]
        return id

    def objects(self, id: str) -> list[Path]:
        return sorted(p for p in (self.folder / "files").rglob("*") if p.is_file() and id in str(p))


async def send(http: httpx.AsyncClient, id: str, offset: int, content: bytes) -> httpx.Response:
    headers = {"Content-Type": OFFSET, "Upload-Offset": str(offset)}
    return await http.patch(f"/uploads/{id}", content=content, headers=headers)


async def begun(desk: Desk, content: bytes = PDF, **wanted: Any) -> str:
    """An upload with all of its bytes, neither completed nor dropped."""
    answer = await desk.anna.post("/uploads", json={"name": "offer.pdf", "size": len(content), **wanted})
    id: str = answer.json()["id"]
    assert (await send(desk.anna, id, 0, content)).status_code == 200
    return id


async def sweep(desk: Desk, ahead: Micros = 0) -> None:
    clock = SystemClock()
    kernel = desk.service.kernel
    kept = OpenUploads(kernel.file_store.blobs, kernel.keys, kernel.repository)
    for place in await kept.places():
        await kept.sweep(place, clock.now() + ahead)
    await kept.sweep_keys(clock.now() + ahead)


def stored(desk: Desk) -> list[str]:
    return sorted(str(p.relative_to(desk.folder)) for p in desk.folder.rglob("*") if p.is_file())


@asynccontextmanager
async def open_desk(folder: Path) -> AsyncIterator[Desk]:
    async with open_service(folder, (ACCOUNT, CONTACT), projecting=False) as service:
        kernel, app = service.kernel, create_app(service.kernel)
        runner = PolicyRunner((*POLICIES, *files_policies(kernel.file_store)), kernel.bus, kernel.codec)
        desk = Desk(service, app, runner, service.client(), folder / "files")
        desk.anna = desk.of("anna", "administrator")
        yield desk
