"""The identity service, whole, over the real embedded adapters, and accounts; time can be moved forward."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from argon2 import PasswordHasher
from starlette.types import ASGIApp, Receive, Scope, Send

from crm.roles import SERVICES, catalogue_of
from services.customer.account import ACCOUNT
from services.identity.app import create_app
from services.identity.authentication import Authentication
from services.identity.directory import UserDirectory
from services.identity.policies import POLICIES
from services.identity.setup import SetUp, set_up
from shared.clock import Micros, SystemClock
from shared.http.app import ServiceApp
from shared.http.gateway import Gateway
from shared.http.records import record_router
from shared.kernel.kernel import Kernel, build_kernel
from shared.security.passwords import Passwords
from tests.support.ports import open_ports
from tests.support.role_harness import background, follow, is_split

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "eleven quiet harbours"
ADMIN = "ada@acme.example"


class MovableClock(SystemClock):
    ahead: Micros = 0

    def now(self) -> Micros:
        return super().now() + self.ahead

    def forward(self, seconds: float) -> None:
        self.ahead += int(seconds * 1_000_000)


@dataclass
class Suite:
    kernel: Kernel
    identity: ServiceApp
    gateway: ASGIApp
    clock: MovableClock
    folder: Path
    kernels: list[Kernel]
    opened: list[httpx.AsyncClient] = field(default_factory=list)

    def client(
        self, token: str = "", *, base: str = "http://crm.test", ip: str = "192.0.2.1", **headers: str
    ) -> httpx.AsyncClient:
        """A client with a cookie jar of its own."""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.gateway, client=(ip, 50_000)), base_url=base, headers=headers
        )
        self.opened.append(client)
        return client

    async def set_up(self, organisation: str = "Acme", email: str = ADMIN) -> SetUp:
        done = await set_up(self.kernel, organisation, "Ada Bloom", email, PASSWORD, "en", Passwords(QUICK))
        await self.settle()
        return done

    async def sign_in(self, email: str = ADMIN, password: str = PASSWORD) -> httpx.AsyncClient:
        """A client that bears a fresh access token; its jar holds the cookie."""
        client = self.client()
        answer = await client.post("/identity/sessions", json={"email": email, "password": password})
        assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    async def join(self, admin: httpx.AsyncClient, email: str, *roles: str, **more: Any) -> str:
        """Invite somebody and accept for them; returns their id."""
        body = {"name": email.partition("@")[0], "email": email, "roles": list(roles), **more}
        made = await admin.post("/identity/users", json=body)
        assert made.status_code == 201, made.text
        id: str = made.json()["id"]
        link = await admin.post(f"/identity/users/{id}/invitation")
        assert link.status_code == 201, link.text
        accept = {"token": link.json()["token"], "password": PASSWORD}
        answer = await self.client().post("/identity/invitations/accept", json=accept)
        assert answer.status_code == 200, answer.text
        return id

    async def read_log(self) -> None:
        """Every process has read what the log says of access."""
        for kernel in self.kernels:
            await kernel.log.step()

    async def close_clients(self) -> None:
        for client in self.opened:
            await client.aclose()

    async def settle(self) -> None:
        """Views have caught up, and the policies after them."""
        await self.kernel.log.step()
        await self.kernel.projector.catch_up()
        while await self.kernel.policies.step():
            await self.kernel.projector.catch_up()

    def stored_bytes(self) -> bytes:
        """Everything that lies in the data directory."""
        return b"".join(p.read_bytes() for p in self.folder.rglob("*") if p.is_file())


async def start(suite: Suite, **how: Any) -> tuple[httpx.AsyncClient, dict[str, Any]]:
    """A client without cookies and the answer to its sign-in."""
    client = suite.client(**how)
    answer = await client.post("/identity/sessions", json={"email": ADMIN, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    client.cookies.clear()
    return client, answer.json()


async def bearer(suite: Suite, token: str) -> int:
    return (await suite.client(token).get("/identity/me")).status_code


async def post(client: httpx.AsyncClient, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
    """The answer, which has this status."""
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _with_pages(gateway: ASGIApp, identity: ASGIApp) -> ASGIApp:
    """The identity service's pages stand at the root."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["path"].split("/")[1] in ("setup", "invitation")
        await (identity if is_page else gateway)(scope, receive, send)

    return app


@asynccontextmanager
async def open_suite(folder: Path, *, projecting: bool = True) -> AsyncIterator[Suite]:
    clock, catalogue = MovableClock(), catalogue_of(SERVICES)
    async with AsyncExitStack() as stack:
        ports = await open_ports(folder, catalogue.collections, clock, stack)
        projector = build_kernel(ports, catalogue, UserDirectory, POLICIES)
        kernels = [projector]
        if is_split():
            kernels += [build_kernel(ports, catalogue_of(SERVICES), UserDirectory, projects=False) for _ in range(2)]
            follow(projector, kernels)
        for kernel in kernels:
            stack.push_async_callback(kernel.close)
            await kernel.start()
        suite = _suite(kernels, clock, folder)
        if projecting or is_split():
            await stack.enter_async_context(background(*kernels))
        stack.push_async_callback(suite.close_clients)
        yield suite


def _suite(kernels: list[Kernel], clock: MovableClock, folder: Path) -> Suite:
    """The kernels of the processes that project and serve identity and customer: one, or one for each."""
    projector, own, others = kernels[0], kernels[-1], kernels[len(kernels) // 2]
    with patch("services.identity.app.Authentication", partial(Authentication, passwords=Passwords(QUICK))):
        identity = create_app(own)
    customer = ServiceApp("Customers", "Accounts.", [record_router(others, ACCOUNT)])
    services = {"identity": identity, "customer": customer}
    root = ServiceApp("CRM", "Across services.", [])
    return Suite(projector, identity, _with_pages(Gateway(root, services), identity), clock, folder, kernels)
