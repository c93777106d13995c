"""The whole suite in one process with two organisations, and every route that its OpenAPI documents name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import yaml
from argon2 import PasswordHasher

import crm.roles
from crm.compose import Suite
from crm.settings import Settings
from services.identity.setup import SetUp, set_up
from services.identity.user import USER
from shared.kernel.bus import Call
from shared.security.passwords import Passwords
from shared.security.permissions import Access, system_access
from tests.security.places import Place, Schema, strings
from tests.support.attaching import attach, looked_at
from tests.support.world import joined

SERVICES = tuple(service.name for service in crm.roles.SERVICES)
MATRIX: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "matrix.yaml").read_text())
FIELDS: dict[str, dict[str, str]] = MATRIX.pop("fields")  # resource → field → which commands may set it
PASSWORD = "seven kinds of boxes"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NEEDED = {"by": "archived", "resource": "lead", "currency": "CNY", "day": "2026-11-24"}  # needed query parameters
UNKNOWN = "01936f00-0000-7000-8000-000000000001"

NAMED = {  # record type → the fields of a new one that name type and id of another record, and that one's type
    "legal_hold": ("resource", "record", "product"),
    "subject_request": ("person_type", "person", "contact"),
}

NAMED_BY_NONE = "01936f00-0000-7000-8000-0000000000dd"  # what only such records name
MADE_BY_THE_SUITE: dict[str, tuple[str, dict[str, Any]]] = {  # record types that nobody makes by a request of their own
    "import": ("integration.StartImport", {"name": "canary-import", "mapping": "steps: []", "files": [], "total": 0}),
    "retention_run": (
        "audit.BeginRetentionRun",
        {"rule": NAMED_BY_NONE, "name": "r", "resource": "lead", "activation": 1, "day": "2026-11-24", "notice": 14},
    ),
    "taking_back": (
        "audit.StartTakingBack",
        {
            "by": NAMED_BY_NONE,
            "conditions": {"correlation": NAMED_BY_NONE},
            "since": None,
            "until": None,
            "up_to": 1,
            "total": 0,
            "records": 0,
            "why": "",
        },
    ),
    "retention_notice": (
        "audit.AnnounceErasure",
        {"rule": NAMED_BY_NONE, "run": NAMED_BY_NONE, "resource": "lead", "record": NAMED_BY_NONE},
    ),
}


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of one service. example: a valid body, if it takes one; query: parameters that are needed.

    ids, texts: the places of its body that take an id, or another text. filters: its query's parameters that take any
    text. parameters: all of them. body: the schema; schemas: those it refers to.
    """

    method: str
    path: str
    example: Any
    public: bool
    query: tuple[str, ...]
    ids: tuple[Place, ...]
    texts: tuple[Place, ...]
    filters: tuple[str, ...]
    parameters: tuple[str, ...]
    body: Schema
    schemas: dict[str, Schema]
    media: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def row(self) -> str:
        return str(MATRIX.get(self.name, ""))

    def to(self, id: str) -> str:
        """The path with every parameter filled."""
        return self.path.replace("{id}", id).replace("{stream}", f"account-{id}")


@dataclass
class Stage:
    """ids, theirs: resource → a record of the first or second organisation, made from the documents' own examples."""

    suite: Suite
    acme: SetUp
    umbrella: SetUp
    routes: list[Route] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)
    clients: dict[tuple[str, str], httpx.AsyncClient] = field(default_factory=dict)

    def anybody(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.suite.app), base_url="http://crm.test")

    async def client(self, tenant: str, user: str) -> httpx.AsyncClient:
        """Signed in, without a cookie, with what the identity service would sign."""
        kernel = self.suite.kernel
        if (tenant, user) not in self.clients:
            state = await kernel.repository.load(USER, tenant, user)
            assert kernel.signer is not None
            token, _ = kernel.signer.issue(user, tenant, "test", state.epoch)
            self.clients[tenant, user] = client = self.anybody()
            client.headers["Authorization"] = f"Bearer {token}"
        return self.clients[tenant, user]

    async def user(self, *roles: str) -> str:
        """A new active user of the first organisation."""
        tenant, kernel = self.acme.tenant, self.suite.kernel
        access = system_access(tenant)
        number = len(self.clients)
        person = {"name": f"User {number}", "email": f"user{number}@acme.example", "roles": list(roles)}
        id = await joined(kernel.bus, access, person)
        await kernel.projector.catch_up()
        await self.client(tenant, id)
        return id

    @contextmanager
    def acting(self, access: Access) -> Iterator[httpx.AsyncClient]:
        """The administrator's client, with these rights in place of the administrator's."""

        async def caller(*_: object) -> Access:
            return access

        with patch.object(self.suite.kernel.directory, "caller", caller):
            yield self.clients[self.acme.tenant, self.acme.user]

    def named(self, resource: str, ids: dict[str, str] | None = None) -> dict[str, str]:
        """What the example of a new record has to name, among the first organisation's records unless said."""
        if resource not in NAMED:
            return {}
        type_field, field, type_ = NAMED[resource]
        return {type_field: type_, field: (ids or self.ids)[type_]}

    async def call(
        self, client: httpx.AsyncClient, route: Route, id: str, named: dict[str, str] | None = None, **headers: str
    ) -> httpx.Response:
        """named: what the body has in place of the example's."""
        body = {**(route.example or {}), **(named or {})} if route.method in ("POST", "PATCH") else None
        params = {name: NEEDED.get(name, id) for name in route.query}
        return await client.request(route.method, route.to(id), params=params, json=body, headers=headers)


@asynccontextmanager
async def open_stage(folder: Path, both: bool = False) -> AsyncIterator[Stage]:
    """both: the second organisation has records as well."""
    with patch.object(Passwords.__init__, "__defaults__", (QUICK,)):
        suite = await Suite.open(Settings(folder))
    await suite.start()
    stage = None
    try:
        quick = Passwords(QUICK)
        acme = await set_up(suite.kernel, "Acme", "Ada Bloom", "ada@acme.example", PASSWORD, "en", quick)
        umbrella = await set_up(suite.kernel, "Umbrella", "Uma Reed", "uma@umbrella.example", PASSWORD, "en", quick)
        await suite.kernel.projector.catch_up()
        stage = Stage(suite, acme, umbrella)
        await _find_routes(stage)
        stage.ids = await _make_records(stage, acme)
        if both:
            stage.theirs = await _make_records(stage, umbrella)
        yield stage
    finally:
        for client in stage.clients.values() if stage else ():
            await client.aclose()
        await suite.close()


@asynccontextmanager
async def open_copy(folder: Path) -> AsyncIterator[tuple[Suite, httpx.AsyncClient]]:
    """What a restore or a fork made, running; its client has signed in as nobody."""
    with patch.object(Passwords.__init__, "__defaults__", (QUICK,)):
        suite = await Suite.open(Settings(folder))
    try:
        await suite.start()
        await suite.kernel.projector.catch_up()
        transport = httpx.ASGITransport(suite.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://crm.test", timeout=30) as http:
            yield suite, http
    finally:
        await suite.close()


async def all_opened(suite: Suite) -> str:
    """All that the keys which lie there open: every event, every document."""
    kernel = suite.kernel
    log = await kernel.codec.decode_each(await kernel.store.read_all(0, 100_000))
    documents = [d for a in kernel.catalogue async for d in kernel.views.scan(a.collection.name)]
    assert len(documents) > 100
    return repr([log, documents])


async def _find_routes(stage: Stage) -> None:
    async with stage.anybody() as client:
        for service in ("", *SERVICES):
            base = f"/{service}" if service else ""
            document = (await client.get(f"{base}/openapi.json")).json()
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    stage.routes.append(_route(document, method, f"{base}{path}", operation))


def _route(document: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> Route:
    content: dict[str, Schema] = operation.get("requestBody", {}).get("content", {})
    media, body = next(iter(content.items()), ("", {}))
    example, schema, schemas = body.get("example"), body.get("schema", {}), document["components"]["schemas"]
    if example is None:
        named = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
        example = (named.get("examples") or [{}])[0]
    shared = document["components"].get("parameters", {})
    parameters = [shared.get(p.get("$ref", "").rpartition("/")[2], p) for p in operation.get("parameters", ())]
    needed = tuple(p["name"] for p in parameters if p.get("required") and p["in"] == "query")
    found = sorted(set(strings(schema, schemas)))
    ids, texts = (tuple(place for place, is_id in found if is_id is wanted) for wanted in (True, False))
    filters = tuple(p["name"] for p in parameters if p["in"] == "query" and _is_text(p["schema"]))
    named = tuple(p["name"] for p in parameters if p["in"] == "query")
    public = operation.get("security") == []
    return Route(method.upper(), path, example, public, needed, ids, texts, filters, named, schema, schemas, media)


def _is_text(schema: Schema) -> bool:
    return schema.get("type") == "string" and "enum" not in schema and "format" not in schema


async def _make_records(stage: Stage, owner: SetUp) -> dict[str, str]:
    kernel, tenant = stage.suite.kernel, owner.tenant
    admin = await stage.client(tenant, owner.user)
    ids = {"user": owner.user, "organisation": tenant}
    for aggregate in kernel.catalogue:
        created = f"POST /{aggregate.service}/{aggregate.noun}"
        route = next((r for r in stage.routes if r.name == created), None)
        if aggregate.name in (*ids, *MADE_BY_THE_SUITE, "session") or route is None:
            continue
        answer = await stage.call(admin, route, "", stage.named(aggregate.name, ids))
        assert answer.status_code == 201, (created, answer.text)
        ids[aggregate.name] = answer.json()["id"]
    call = Call(system_access(tenant, owner.user))
    for name, (command, body) in MADE_BY_THE_SUITE.items():
        ids[name] = (await kernel.bus.send(command, body, call)).id
    await kernel.projector.catch_up()
    ids["attachment"] = await looked_at(admin, await attach(admin, "account", ids["account"]))
    session = {"user": owner.user, "token_hash": "h", "credential": 1, "device": {"agent": "x", "ip": "y"}}
    ids["session"] = (await kernel.bus.send("identity.SignIn", session, call)).id
    await kernel.projector.catch_up()
    return ids


async def written(stage: Stage) -> list[str]:
    """What was done to the first organisation's records; its import and bulk act run by themselves, and the read log
    changes nothing."""
    found = await stage.suite.kernel.store.read_all(0, 10_000, tenant=stage.acme.tenant)
    return [e.event_id for e in found if not e.stream.startswith(("import-", "bulk-", "reads-"))]
