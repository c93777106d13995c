"""`GET /changes` over a real server: headers, frames, refusals, and the end of a session, a role and the process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest
from argon2 import PasswordHasher

from crm.process import GRACE_SECONDS, Server
from crm.settings import Settings
from services.identity.setup import set_up
from services.identity.user import USER
from shared.kernel.bus import Call
from shared.security.passwords import Passwords
from shared.security.permissions import system_access
from tests.support.listening_to import Heard, listening
from tests.support.world import joined

PASSWORD = "seven kinds of boxes"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Office:
    """A server with one organisation; `http` is its administrator's."""

    def __init__(self, server: Server, tenant: str, user: str) -> None:
        self.server, self.tenant, self.user = server, tenant, user
        self.kernel = server.suite.kernel
        self.http: httpx.AsyncClient

    async def client(self, user: str, session: str = "s1") -> httpx.AsyncClient:
        assert self.kernel.signer is not None
        epoch = (await self.kernel.repository.load(USER, self.tenant, user)).epoch
        token, _ = self.kernel.signer.issue(user, self.tenant, session, epoch)
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(base_url=self.server.settings.address, headers=headers, timeout=20)

    async def do(self, name: str, body: dict[str, object], id: str) -> None:
        await self.kernel.bus.send(name, body, Call(system_access(self.tenant), id))


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    server = Server(Settings(tmp_path / "data", port=0))
    with patch.object(Passwords.__init__, "__defaults__", (QUICK,)):
        await server.start()
    try:
        kernel = server.suite.kernel
        done = await set_up(kernel, "Acme", "Ada", "ada@acme.example", PASSWORD, "en", Passwords(QUICK))
        await kernel.projector.catch_up()
        found = Office(server, done.tenant, done.user)
        found.http = await found.client(done.user)
        yield found
        await found.http.aclose()
    finally:
        await server.stop()


@asynccontextmanager
async def following(client: httpx.AsyncClient, query: str = "", **headers: str) -> AsyncIterator[Heard]:
    async with client.stream("GET", f"/changes{query}", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-cache"

        async def frames() -> AsyncGenerator[bytes, None]:
            async for one in answer.aiter_bytes():
                yield one

        async with listening(frames()) as heard:
            await heard.until(lambda h: bool(h.of("ready")))
            yield heard


async def test_a_client_hears_a_change_and_reads_that_version_at_once(office: Office) -> None:
    async with following(office.http, "?types=account") as heard:
        made = (await office.http.post("/customer/accounts", json={"name": "Acme"})).json()
        await heard.until(lambda h: bool(h.of("change")))
        [change] = heard.of("change")
        assert (change["id"], change["version"], change["actor"]) == (made["id"], 1, office.user)
        read = await office.http.get(f"/customer/accounts/{made['id']}?min_version={change['version']}")
        assert read.status_code == 200
    other = (await office.http.post("/customer/accounts", json={"name": "Away"})).json()
    async with following(office.http, "?after=0", **{"Last-Event-ID": str(heard.last)}) as back:
        await back.until(lambda h: bool(h.of("change")))
        assert [c["id"] for c in back.of("change") if c["type"] == "account"] == [other["id"]]


WRONG = {
    "?after=x": "unknown-position",
    "?after=-1": "unknown-position",
    "?types=account,unicorn": "not-an-option",
    "?id=../x": "bad-id",
    "?since=1": "unknown-parameter",
}


async def test_what_is_wrong_or_not_allowed_is_refused_before_the_stream(office: Office) -> None:
    refused = {query: (await office.http.get(f"/changes{query}")).json()["errors"][0]["code"] for query in WRONG}
    assert refused == WRONG
    bus = office.kernel.bus
    ben = await joined(bus, system_access(office.tenant), {"name": "Ben", "email": "b@acme.example", "roles": []})
    await office.kernel.projector.catch_up()
    async with httpx.AsyncClient(base_url=office.server.settings.address) as nobody, await office.client(ben) as bens:
        assert (await nobody.get("/changes")).status_code == 401
        assert (await bens.get("/changes?types=account")).status_code == 403


async def test_a_stream_ends_with_its_session_and_narrows_with_the_role(office: Office) -> None:
    bus, access = office.kernel.bus, system_access(office.tenant)
    role = {"zh": "r", "en": "r", "grants": {"account": {"read": "all"}, "contact": {"read": "all"}}}
    reader = (await bus.send("identity.DefineRole", role, Call(access))).id
    await office.kernel.projector.catch_up()
    body = {"name": "Ben", "email": "b@acme.example", "roles": [reader]}
    ben = await joined(bus, access, body)
    signed_in = {"user": ben, "token_hash": "h", "credential": 1, "device": {"agent": "x", "ip": "y"}}
    session = (await bus.send("identity.SignIn", signed_in, Call(access))).id
    await office.kernel.projector.catch_up()
    async with await office.client(ben, session) as client, following(client) as heard:
        await office.http.post("/customer/accounts", json={"name": "Seen"})
        await heard.until(lambda h: any(c["type"] == "account" for c in h.of("change")))
        await office.do("identity.ChangeRole", {"grants": {"contact": {"read": "all"}}}, reader)
        await heard.until(lambda h: bool(h.of("reset")))
        assert heard.of("reset")[0]["reason"] == "rights-changed"
        assert heard.of("reset")[0]["rights"] != heard.of("ready")[0]["rights"]
        seen = len([c for c in heard.of("change") if c["type"] == "account"])
        await office.http.post("/customer/accounts", json={"name": "Unseen"})
        await office.do("identity.RevokeSession", {}, session)
        await asyncio.wait_for(heard.ended.wait(), 10)
        assert len([c for c in heard.of("change") if c["type"] == "account"]) == seen


async def test_a_stream_ends_when_its_user_has_to_set_up_a_second_factor_first(office: Office) -> None:
    async with following(office.http) as heard:
        await heard.until(lambda h: bool(h.of("ready")))
        await office.do("identity.ChangeOrganisation", {"second_factor": "everybody"}, office.tenant)
        await asyncio.wait_for(heard.ended.wait(), 10)
    assert (await office.http.get("/changes")).json()["type"] == "/problems/second-factor-needed"


async def test_a_process_that_stops_waits_for_no_stream(office: Office) -> None:
    async with following(office.http) as heard:
        began = time.monotonic()
        await office.server.stop()
        await asyncio.wait_for(heard.ended.wait(), 10)
        assert time.monotonic() - began < GRACE_SECONDS
