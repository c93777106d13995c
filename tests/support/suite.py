"""The whole suite in this process: all services over real SQLite and chDB in a folder, its background loops running.

Two organisations with the same records of every type; each has a user of every built-in role.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from argon2 import PasswordHasher

from crm.compose import Suite
from crm.settings import Settings
from services.identity.authentication import Authentication
from services.identity.setup import set_up
from shared.kernel.bus import Call
from shared.security.passwords import Passwords
from shared.security.permissions import system_access
from tests.support.attaching import attach, begin, looked_at
from tests.support.role_harness import open_any
from tests.support.roles import BUILT_IN

PASSWORD = "seven kinds of boxes"
NOBODY = "00000000-0000-7000-8000-000000000000"  # an id that no record has
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PATHS = {
    "account": "/customer/accounts",
    "contact": "/customer/contacts",
    "activity": "/customer/activities",
    "field_definition": "/customer/field-definitions",
    "saved_view": "/customer/saved-views",
    "lead": "/sales/leads",
    "opportunity": "/sales/opportunities",
    "product": "/sales/products",
    "price_book": "/sales/price-books",
    "pipeline": "/sales/pipelines",
    "organisation": "/identity/organisations",
    "exchange_rate": "/identity/exchange-rates",
    "team": "/identity/teams",
    "role": "/identity/roles",
    "user": "/identity/users",
    "import_mapping": "/imports/mappings",
    "import": "/imports",
    "bulk": "/bulk",
    "legal_hold": "/audit/legal-holds",
    "subject_request": "/audit/subject-requests",
    "retention_rule": "/audit/retention-rules",
}
OWN_PATHS = {  # not read as records are, or made by nobody's request
    "attachment": "/customer/attachments",
    "upload": "/customer/uploads",
    "retention_run": "/audit/retention-runs",
    "retention_notice": "/audit/retention-notices",
    "taking_back": "/audit/taking-back",
}
MAPPING = "name: Fair\nsteps:\n- name: accounts\n  file: fair.csv\n  resource: account\n  fields: {name: Company}\n"


@dataclass
class Organisation:
    """users: built-in role → user. records: record type → ids, the first one being linked with the others' first."""

    tenant: str
    users: dict[str, str] = field(default_factory=dict)
    records: dict[str, list[str]] = field(default_factory=dict)

    def one(self, type_: str) -> str:
        return self.records[type_][0]


class Whole:
    def __init__(self, suite: Suite) -> None:
        self.suite, self.kernel = suite, suite.kernel
        self.opened: list[httpx.AsyncClient] = []
        self.ours: Organisation
        self.theirs: Organisation

    def token(self, role: str = "administrator", of: Organisation | None = None) -> str:
        """An access token of an organisation's user with this role (`ours` unless said)."""
        organisation = of or self.ours
        assert self.kernel.signer is not None
        return self.kernel.signer.issue(organisation.users[role], organisation.tenant, "session", 9)[0]

    def client(self, role: str = "administrator", of: Organisation | None = None) -> httpx.AsyncClient:
        """A client of this user; closed with the suite."""
        return self._client(Authorization=f"Bearer {self.token(role, of)}")

    def stranger(self) -> httpx.AsyncClient:
        """A client without a token."""
        return self._client()

    def _client(self, **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.suite.app)
        client = httpx.AsyncClient(transport=transport, base_url="http://crm.test", headers=headers, timeout=30)
        self.opened.append(client)
        return client

    async def settle(self) -> None:
        """Views have caught up, and the policies after them."""
        await self.kernel.projector.catch_up()
        while await self.kernel.policies.step():
            await self.kernel.projector.catch_up()

    async def found(self, name: str, domain: str) -> Organisation:
        """A new organisation with its users and records."""
        done = await set_up(self.kernel, name, "Ada Bloom", f"ada@{domain}", PASSWORD, "en", Passwords(QUICK))
        organisation = Organisation(done.tenant, {"administrator": done.user}, {"organisation": [done.tenant]})
        await self.settle()
        http = self.client(of=organisation)
        await self._people(organisation, http, domain)
        await self._records(organisation, http)
        return organisation

    async def _people(self, organisation: Organisation, http: httpx.AsyncClient, domain: str) -> None:
        organisation.records["team"] = [
            await create(http, "team", name=name) for name in ("East 华东", "West 华西", "North")
        ]
        for role in BUILT_IN:
            if role != "administrator":
                body = {"name": role, "email": f"{role}@{domain}", "roles": [role]}
                id = await create(http, "user", **body, teams=[organisation.one("team")])
                link = (await http.post(f"/identity/users/{id}/invitation")).raise_for_status().json()
                accepted = {"token": link["token"], "password": PASSWORD}
                (await http.post("/identity/invitations/accept", json=accepted)).raise_for_status()
                organisation.users[role] = id
        organisation.records["user"] = [*organisation.users.values()]

    async def _records(self, organisation: Organisation, http: httpx.AsyncClient) -> None:
        made = organisation.records

        async def add(type_: str, **body: Any) -> str:
            made.setdefault(type_, []).append(await create(http, type_, **body))
            return made[type_][-1]

        stages = [{"key": "offer", "zh": "报价", "en": "Offer", "probability": 50}]
        for n, role in enumerate(("sales_representative", "sales_manager", "administrator")):
            owner = organisation.users[role]
            rate = {"currency": ("EUR", "JPY", "GBP")[n], "day": "2026-01-01", "rate": "1.1"}
            await add("exchange_rate", **rate)
            await add("role", zh=f"渠道{n}", en=f"Channel {n}", grants={"account": {"read": "all"}})
            await add("field_definition", resource="account", name=f"class_{n}", kind="keyword")
            await add("saved_view", resource="opportunity", name=f"Mine {n}")
            product = await add("product", name=f"GTX {n}", code=f"GTX-{n}", list_price="4821.00", currency="CNY")
            book = await add("price_book", name=f"Partners {n}", currency="CNY")
            price = {"product": product, "price": "4500.00", "valid_from": "2020-01-01"}
            (await http.post(f"{PATHS['price_book']}/{book}/prices", json=price)).raise_for_status()
            pipeline = await add("pipeline", name=f"Renewals {n}", stages=stages)
            account = await add("account", name=f"Acme {n} 有限公司", owner=owner, custom={"class_0": "A"})
            contact = await add("contact", family_name="王", given_name=f"小明{n}", owner=owner)
            await add("lead", name=f"李雷{n}", company=f"Globe {n}", owner=owner)
            deal = {"name": f"Seats {n}", "account": account, "amount": "4800.00", "currency": "CNY", "owner": owner}
            await add("opportunity", **deal, pipeline=pipeline, product=product, price_book=book)
            links = [{"type": "account", "id": account}, {"type": "contact", "id": contact}]
            await add("activity", kind="task", subject=f"Call {n} 回电", owner=owner, links=links)
            await add("import_mapping", name=f"Fair {n}", mapping=MAPPING)
            await add("legal_hold", resource="price_book", record=book, cause=f"Case {n}")
            await add("subject_request", kind="erasure" if n else "access", person_type="contact", person=contact)
            await add("retention_rule", name=f"Old {n}", resource="lead", days=700 + n)
            await self._announced(organisation)
            await self._taken_back(organisation)
            made.setdefault("import", []).append(await self._import(http, n))
            made.setdefault("bulk", []).append(await self._bulk_act(http, account))
            made.setdefault("attachment", []).append(await looked_at(http, await attach(http, "account", account)))
            made.setdefault("upload", []).append(await begin(http, "account", account))
        await self.settle()

    async def _announced(self, organisation: Organisation) -> None:
        """What a retention rule that is no more announced."""
        bus, call, made = self.kernel.bus, Call(system_access(organisation.tenant)), organisation.records
        run = {"rule": NOBODY, "name": "Old", "resource": "lead", "activation": 1, "day": "2026-11-24", "notice": 14}
        run_id = (await bus.send("audit.BeginRetentionRun", run, call)).id
        made.setdefault("retention_run", []).append(run_id)
        notice = {"rule": NOBODY, "run": run_id, "resource": "lead", "record": made["lead"][-1]}
        made.setdefault("retention_notice", []).append((await bus.send("audit.AnnounceErasure", notice, call)).id)

    async def _taken_back(self, organisation: Organisation) -> None:
        """A job that finds nothing to take back."""
        wanted = {"by": organisation.users["administrator"], "conditions": {"correlation": NOBODY}, "why": "Fair"}
        job = {**wanted, "since": None, "until": None, "up_to": 1, "total": 0, "records": 0}
        begun = await self.kernel.bus.send("audit.StartTakingBack", job, Call(system_access(organisation.tenant)))
        organisation.records.setdefault("taking_back", []).append(begun.id)

    async def _import(self, http: httpx.AsyncClient, number: int) -> str:
        """A finished import."""
        files = {"files": ("fair.csv", f"Company\nTrade Fair {number}\n".encode(), "text/csv")}
        return await self._ended(http, await http.post("/imports", data={"mapping": MAPPING}, files=files))

    async def _bulk_act(self, http: httpx.AsyncClient, account: str) -> str:
        """A finished one on one account."""
        asked = {"type": "account", "command": "tag", "body": {"add": ["fair"]}, "ids": [account], "expected_count": 1}
        return await self._ended(http, await http.post("/bulk", json=asked))

    async def _ended(self, http: httpx.AsyncClient, started: httpx.Response) -> str:
        """The id of a job, once it has ended."""
        path = started.request.url.path
        id: str = started.raise_for_status().json()["id"]
        async with asyncio.timeout(90):
            while (await http.get(f"{path}/{id}/report")).json().get("status") not in ("completed", "failed"):
                await asyncio.sleep(0.02)
        return id


async def create(http: httpx.AsyncClient, type_: str, **body: Any) -> str:
    """Create a record; returns its id once the views show it."""
    answer = await http.post(PATHS[type_], json=body)
    assert answer.status_code == 201, answer.text
    id: str = answer.json()["id"]
    (await http.get(f"{PATHS[type_]}/{id}", params={"min_version": 1})).raise_for_status()
    return id


@asynccontextmanager
async def open_whole(folder: Path) -> AsyncIterator[Whole]:
    """Everything open, with both organisations in it."""
    with patch("services.identity.app.Authentication", partial(Authentication, passwords=Passwords(QUICK))):
        suite = await open_any(Settings(folder / "data"))
    whole = Whole(suite)
    await suite.start()
    try:
        whole.ours = await whole.found("Acme", "acme.example")
        whole.theirs = await whole.found("Globex", "globex.example")
        yield whole
    finally:
        for client in whole.opened:
            await client.aclose()
        await suite.close()
