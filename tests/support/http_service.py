"""One record type behind real HTTP handlers over the real embedded adapters, with users whose rights a test sets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from crm.roles import SERVICES, catalogue_of
from services.customer.account import ACCOUNT
from services.customer.field_definition import FIELD_DEFINITION
from services.identity.directory import UserDirectory
from shared.clock import SystemClock
from shared.domain.calendar import UTC_CALENDAR, Calendar
from shared.http.app import ServiceApp
from shared.http.docs import docs_router
from shared.http.gateway import Gateway
from shared.http.health import health_router
from shared.http.meta import meta_router
from shared.http.records import record_router
from shared.http.search import search_router
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel, build_kernel
from shared.messages.languages import Language
from shared.security.permissions import Access, Role
from shared.security.tokens import Claims
from shared.views.port import Kind, Write
from tests.support.ports import open_ports
from tests.support.role_harness import background, follow, is_split
from tests.support.roles import BUILT_IN, CATALOGUE

TENANT = "t1"


class Callers(UserDirectory):
    """A directory of callers that the test names; no identity service is needed."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Access] = {}
        self.calendars: dict[str, Calendar] = {}  # of users; "": the organisation's

    async def caller(self, claims: Claims) -> Access | None:
        return self.known.get((claims.tenant, claims.user))

    async def calendar(self, tenant: str, user: str = "") -> Calendar:
        return self.calendars.get(user, self.calendars.get("", UTC_CALENDAR))

    async def language(self, tenant: str, user: str = "") -> Language | None:
        return None

    async def country(self, tenant: str) -> str:
        return ""

    async def erases_by_request(self, tenant: str) -> bool:
        return False


@dataclass
class Service:
    kernel: Kernel
    app: ServiceApp
    root: ServiceApp
    callers: Callers
    gateway: Gateway
    opened: list[httpx.AsyncClient] = field(default_factory=list)

    def client(
        self, user: str = "anna", role: str | Role = "administrator", *, tenant: str = TENANT, team: Iterable[str] = ()
    ) -> httpx.AsyncClient:
        """A signed-in user's client of the gateway; its rights hold from now on."""
        roles = (BUILT_IN[role] if isinstance(role, str) else role,)
        self.callers.known[tenant, user] = Access(tenant, user, roles, frozenset(team), frozenset(team), user)
        assert self.kernel.signer is not None
        token, _ = self.kernel.signer.issue(user, tenant, "session", 0)
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.gateway),
            base_url="http://crm.test",
            headers={"Authorization": f"Bearer {token}"},
        )
        self.opened.append(client)
        return client

    async def define_custom(self, name: str, kind: Kind) -> None:
        document: dict[str, Any] = {"id": name, "version": 1, "resource": "account", "name": name, "kind": kind.value}
        document |= {"zh": name, "en": name, "options": [], "required": False, "archived": False}
        await self.kernel.views.write([Write(FIELD_DEFINITION.collection.name, TENANT, name, document, 1)])

    async def close_clients(self) -> None:
        for client in self.opened:
            await client.aclose()

    async def catch_up(self) -> None:
        await self.kernel.projector.catch_up()


@asynccontextmanager
async def open_service(
    folder: Path, aggregates: tuple[AnyAggregate, ...] = (ACCOUNT,), *, projecting: bool = True
) -> AsyncIterator[Service]:
    """Everything open; the projector runs in the background unless the test drives it itself."""
    async with AsyncExitStack() as stack:
        ports = await open_ports(folder, CATALOGUE.collections, SystemClock(), stack)
        callers = Callers()
        projector = replace(build_kernel(ports, CATALOGUE, UserDirectory), directory=callers)
        kernels = [projector]
        if is_split():
            kernels.append(
                replace(build_kernel(ports, catalogue_of(SERVICES), UserDirectory, projects=False), directory=callers)
            )
            follow(projector, kernels)
        for kernel in kernels:
            stack.push_async_callback(kernel.close)
            await kernel.start()
        service = _service(kernels[-1], aggregates, callers, projector)
        if projecting or is_split():
            await stack.enter_async_context(background(*kernels))
        stack.push_async_callback(service.close_clients)
        yield service


def _service(kernel: Kernel, aggregates: tuple[AnyAggregate, ...], callers: Callers, projector: Kernel) -> Service:
    """kernel: of the process that serves. projector: of the process that projects, the same one or another."""
    app = ServiceApp("Customers", "Accounts.", [record_router(kernel, a) for a in aggregates])
    suite = ServiceApp(
        "CRM",
        "Across services.",
        [
            meta_router(kernel),
            search_router(kernel),
            health_router(kernel),
            docs_router(["customer"]),
        ],
    )
    return Service(projector, app, suite, callers, Gateway(suite, {"customer": app}))
