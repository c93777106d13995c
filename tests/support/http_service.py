"""One record type behind real HTTP handlers over the real embedded adapters, with users whose rights a test sets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from services.customer.account import ACCOUNT
from shared.clock import SystemClock, SystemIds
from shared.events.codec import Codec
from shared.eventstore.sqlite import SqliteEventStore
from shared.http.app import ServiceApp, service_app
from shared.http.docs import docs_router
from shared.http.gateway import Gateway
from shared.http.health import health_router
from shared.http.meta import meta_router
from shared.http.records import record_router
from shared.http.search import search_router
from shared.kernel.bus import CommandBus
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.custom_fields import DEFINITIONS
from shared.kernel.kernel import Kernel
from shared.kernel.queries import Queries
from shared.kernel.repository import Repository
from shared.kernel.snapshots import Snapshots
from shared.kernel.uniqueness import Reservations
from shared.security.directory import Directory
from shared.security.keyring_sqlite import SqliteKeyRing
from shared.security.permissions import Access, Role
from shared.security.roles import BUILT_IN
from shared.security.rootkey import load_root_key
from shared.security.signingkeys import SigningKeys
from shared.security.tokens import Claims, TokenSigner, TokenVerifier
from shared.streaming.parked import PARKED
from shared.streaming.policies import PolicyRunner
from shared.streaming.projector import Projector
from shared.views.port import Collection, Field, Kind, Write
from shared.views.sqlite import SqliteViews

TENANT = "t1"
FIELD_DEFINITIONS = Collection(
    DEFINITIONS,
    1,
    (
        Field("resource", Kind.KEYWORD, "类型", "Type", indexed=True),
        Field("name", Kind.KEYWORD, "名称", "Name", indexed=True),
        Field("kind", Kind.KEYWORD, "种类", "Kind"),
        Field("archived", Kind.BOOLEAN, "已归档", "Archived", indexed=True),
    ),
    owner=None,
)


class Callers(Directory):
    """A directory of callers that the test names; no identity service is needed."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Access] = {}

    async def caller(self, claims: Claims) -> Access | None:
        return self.known.get((claims.tenant, claims.user))


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
        document |= {"options": [], "required": False, "archived": False}
        await self.kernel.views.write([Write(DEFINITIONS, TENANT, name, document, 1)])

    async def catch_up(self) -> None:
        await self.kernel.projector.catch_up()


async def _views_in_memory() -> SqliteViews:
    return SqliteViews.open(None)


@asynccontextmanager
async def open_service(
    folder: Path, aggregates: tuple[AnyAggregate, ...] = (ACCOUNT,), *, projecting: bool = True
) -> AsyncIterator[Service]:
    """Everything open; the projector runs in the background unless the test drives it itself."""
    clock, ids = SystemClock(), SystemIds()
    keys = SqliteKeyRing.open(folder / "keys", clock=clock)
    store = SqliteEventStore.open(folder / "events.db", clock)
    views = SqliteViews.open(folder / "views.db")
    codec, catalogue = Codec(keys), Catalogue(aggregates)
    repository = Repository(store, codec)
    bus = CommandBus(catalogue, repository, views, codec, Reservations(repository, codec, keys, clock, ids), clock, ids)
    projector = Projector(catalogue, repository, views, codec)
    snapshots = Snapshots(store, codec, _views_in_memory, views)
    root = load_root_key(folder / "keys" / "root.key", create=False)
    signer = TokenSigner(SigningKeys.open(folder / "signing.keys", root, clock), "crm", clock, ids)
    callers = Callers()
    await views.declare([*(a.collection for a in aggregates), PARKED, FIELD_DEFINITIONS])
    await projector.start()
    kernel = Kernel(
        store=store,
        views=views,
        codec=codec,
        keys=keys,
        clock=clock,
        ids=ids,
        catalogue=catalogue,
        repository=repository,
        bus=bus,
        queries=Queries(views, repository, projector, snapshots),
        projection=projector,
        projector=projector,
        policies=PolicyRunner((), bus, codec),
        directory=callers,
        verifier=TokenVerifier(signer.jwks, "crm", clock),
        open_scratch=_views_in_memory,
        signer=signer,
    )
    app = service_app(kernel, "Customers", "Accounts.", [record_router(kernel, a) for a in aggregates])
    suite = service_app(
        kernel,
        "CRM",
        "Across services.",
        [meta_router(kernel), search_router(kernel), health_router(kernel), docs_router(kernel, ["customer"])],
    )
    service = Service(kernel, app, suite, callers, Gateway(suite, {"customer": app}))
    task = asyncio.ensure_future(projector.run()) if projecting else None
    try:
        yield service
    finally:
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for client in service.opened:
            await client.aclose()
        await snapshots.close()
        await views.close()
        await store.close()
        await keys.close()
