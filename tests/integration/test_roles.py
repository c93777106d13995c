"""Roles as processes of their own: what one does holds and acts in the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from crm.roles import SERVICES, catalogue_of
from crm.settings import Settings
from services.identity.authentication import Authentication
from services.identity.directory import UserDirectory
from services.identity.setup import set_up, setup_token
from shared.clock import SystemClock
from shared.kernel.catalogue import Catalogue
from shared.kernel.kernel import build_kernel
from shared.security.passwords import Passwords
from tests.support.ports import open_ports
from tests.support.role_harness import PROCESSES, Installation, Process, open_installation
from tests.support.suite import PASSWORD, QUICK

DEADLINE = 60.0  # seconds; two are promised, more are waited on a machine that is busy
WITHOUT_WAREHOUSE = tuple(named for named in PROCESSES if named not in ("api:analytics", "warehouse"))

LISTS = {"customer": "/customer/accounts", "sales": "/sales/leads"}  # service → a path that its readers may call


class Desk:
    """An installation with an organisation; a client per process."""

    def __init__(self, installation: Installation) -> None:
        self.installation, self.opened = installation, list[httpx.AsyncClient]()
        self.tenant = self.admin = ""

    def client(self, process: Process, token: str = "") -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(process.app)
        client = httpx.AsyncClient(transport=transport, base_url="http://crm.test", headers=headers)
        self.opened.append(client)
        return client

    def to(self, service: str, token: str = "") -> httpx.AsyncClient:
        """The administrator's client of the process that serves it, unless a token is given."""
        process = self.installation.serving(service)
        signer = process.kernel.signer
        assert signer is not None
        return self.client(process, token or signer.issue(self.admin, self.tenant, "session", 9)[0])

    async def sign_in(self, email: str) -> str:
        body = {"email": email, "password": PASSWORD}
        answer = await self.client(self.installation.serving("identity")).post("/identity/sessions", json=body)
        token: str = answer.raise_for_status().json()["access_token"]
        return token

    async def join(self, email: str, *roles: str) -> tuple[str, str]:
        """A new user's id and access token."""
        identity = self.to("identity")
        id = (await made(identity, "/identity/users", name=email, email=email, roles=roles))["id"]
        link = await made(identity, f"/identity/users/{id}/invitation")
        accept = {"token": link["token"], "password": PASSWORD}
        (await identity.post("/identity/invitations/accept", json=accept)).raise_for_status()
        return id, await self.sign_in(email)

    async def stop_the_projector(self) -> None:
        tasks = self.installation.running("projector").tasks
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def made(client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def becomes(what: Callable[[], Awaitable[Any]], wanted: Any) -> None:
    """Poll until it is so."""
    async with asyncio.timeout(DEADLINE):
        while await what() != wanted:
            await asyncio.sleep(0.02)


async def status(client: httpx.AsyncClient, path: str) -> int:
    return (await client.get(path)).status_code


@asynccontextmanager
async def a_desk(folder: Path, processes: tuple[str, ...] = WITHOUT_WAREHOUSE) -> AsyncIterator[Desk]:
    quick = partial(Authentication, passwords=Passwords(QUICK))
    with patch("services.identity.app.Authentication", quick):
        installation = await open_installation(Settings(folder / "data"), processes)
    desk = Desk(installation)
    try:
        await installation.start()
        kernel = installation.serving("identity").kernel
        done = await set_up(kernel, "Acme", "Ada", "ada@acme.example", PASSWORD, "en", Passwords(QUICK))
        desk.tenant, desk.admin = done.tenant, done.user
        for service in ("identity", "customer", "sales"):
            await becomes(partial(status, desk.to(service), "/meta"), 200)
        yield desk
    finally:
        for client in desk.opened:
            await client.aclose()
        await installation.close()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_desk(tmp_path) as opened:
        yield opened


async def test_no_two_processes_share_an_object_but_the_ports(desk: Desk) -> None:
    kernels = [process.kernel for process in desk.installation.processes]
    for name in ("codec", "catalogue", "repository", "bus", "queries", "snapshots", "projection", "log", "directory"):
        assert len({id(getattr(kernel, name)) for kernel in kernels}) == len(kernels), name
    assert len({id(kernel.bus.custom) for kernel in kernels}) == len(kernels)
    assert {type(k.projection).__name__ for k in kernels if k is not desk.installation.running("projector").kernel} == {
        "ProjectionFollower"
    }


async def test_an_account_with_an_open_deal_is_not_archived_by_the_customer_service_alone(desk: Desk) -> None:
    customer, sales = desk.to("customer"), desk.to("sales")
    account = (await made(customer, "/customer/accounts", name="Acme"))["id"]
    deal = await made(sales, "/sales/opportunities", name="Seats", account=account, amount="10.00", currency="EUR")
    await sales.get(f"/sales/opportunities/{deal['id']}", params={"min_version": 1})
    refused = await customer.post(f"/customer/accounts/{account}/archive", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "open-opportunities")
    await made(sales, f"/sales/opportunities/{deal['id']}/lose", reason="price")
    await becomes(partial(_archived, customer, account), 200)


async def _archived(customer: httpx.AsyncClient, account: str) -> int:
    return (await customer.post(f"/customer/accounts/{account}/archive", json={})).status_code


async def test_a_deal_is_opened_for_an_account_of_another_process_at_once(desk: Desk) -> None:
    account = (await made(desk.to("customer"), "/customer/accounts", name="Acme", currency="CHF"))["id"]
    deal = await made(desk.to("sales"), "/sales/opportunities", name="Seats", account=account, amount="10.00")
    seen = await desk.to("sales").get(f"/sales/opportunities/{deal['id']}", params={"min_version": 1})
    assert seen.json()["currency"] == "CHF"
    unknown = await desk.to("sales").post("/sales/opportunities", json={"name": "x", "account": desk.tenant})
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "unknown-reference")


async def test_min_version_waits_for_the_projector_of_another_process(desk: Desk) -> None:
    customer = desk.to("customer")
    for n in range(5):
        account = await made(customer, "/customer/accounts", name=f"Acme {n}")
        for service in ("customer", "sales"):  # the root of every process answers searches
            assert await status(desk.to(service), "/search?q=acme") == 200
        seen = await customer.get(f"/customer/accounts/{account['id']}", params={"min_version": account["version"]})
        assert (seen.status_code, seen.json().get("name")) == (200, f"Acme {n}")


async def test_a_policy_in_a_process_of_its_own_carries_a_conversion_through(desk: Desk) -> None:
    sales = desk.to("sales")
    lead = (await made(sales, "/sales/leads", name="Li Lei", company="Globe", email="li@globe.example"))["id"]
    await becomes(partial(_pipelines, sales), True)  # an organisation's first one comes from a policy, too
    await made(sales, f"/sales/leads/{lead}/start")
    await made(sales, f"/sales/leads/{lead}/qualify")
    body = {"account": "new", "contact": "new", "opportunity": "new", "opportunity_name": "First order"}
    await made(sales, f"/sales/leads/{lead}/convert", **body)
    await becomes(partial(_field, sales, f"/sales/leads/{lead}", "status"), "converted")


async def _pipelines(sales: httpx.AsyncClient) -> bool:
    return bool((await sales.get("/sales/pipelines")).json()["items"])


async def _field(client: httpx.AsyncClient, path: str, name: str) -> Any:
    return (await client.get(path)).json().get(name)


async def test_a_changed_permission_acts_in_every_other_process(tmp_path: Path) -> None:
    async with a_desk(tmp_path, PROCESSES) as desk:
        await _change_a_permission(desk)


async def _change_a_permission(desk: Desk) -> None:
    identity = desk.to("identity")
    reads = {"account": {"read": "all"}, "lead": {"read": "all"}, "analytics": {"read": "all"}}
    role = (await made(identity, "/identity/roles", zh="读", en="Reader", grants=reads))["id"]
    _, token = await desk.join("rep@acme.example", role)
    paths = {"customer": "/customer/accounts", "sales": "/sales/leads", "analytics": "/analytics/status"}
    asked = {service: partial(status, desk.to(service, token), path) for service, path in paths.items()}
    for one in asked.values():
        await becomes(one, 200)
    (await identity.patch(f"/identity/roles/{role}", json={"grants": {}})).raise_for_status()
    for one in asked.values():
        await becomes(one, 403)


async def test_a_suspended_user_is_refused_by_every_process_even_where_the_views_are_behind(desk: Desk) -> None:
    user, token = await desk.join("rep@acme.example", "read_only")
    asked = [partial(status, desk.to(service, token), path) for service, path in LISTS.items()]
    for one in asked:
        await becomes(one, 200)
    await desk.stop_the_projector()
    await made(desk.to("identity"), f"/identity/users/{user}/suspend")
    for one in asked:
        await becomes(one, 401)


async def test_an_ended_session_ends_in_every_other_process_even_where_the_views_are_behind(desk: Desk) -> None:
    _, token = await desk.join("rep@acme.example", "read_only")
    customer, sales = desk.to("customer", token), desk.to("sales", token)
    await becomes(partial(status, customer, "/customer/accounts"), 200)
    await becomes(partial(status, sales, "/sales/leads"), 200)
    await desk.stop_the_projector()
    identity = desk.to("identity", token)
    answer = await identity.delete("/identity/sessions/current")
    assert answer.is_success, answer.text
    await becomes(partial(status, customer, "/customer/accounts"), 401)
    await becomes(partial(status, sales, "/sales/leads"), 401)


async def test_a_destroyed_key_is_gone_in_every_other_process(desk: Desk) -> None:
    customer = desk.to("customer")
    contact = (await made(customer, "/customer/contacts", family_name="Bloom", given_name="Leopold"))["id"]
    kernels = [process.kernel for process in desk.installation.processes]

    async def readers() -> int:
        """How many processes can still read the name."""
        histories = [await k.repository.events(k.catalogue["contact"], desk.tenant, contact) for k in kernels]
        return sum("Bloom" in str(history) for history in histories)

    assert await readers() == len(kernels)
    await desk.stop_the_projector()  # it does not depend on the views
    await made(customer, f"/customer/contacts/{contact}/erase")
    await becomes(readers, 0)


async def test_custom_fields_defined_in_one_process_are_checked_in_another(desk: Desk) -> None:
    async def code() -> str:
        answer = await desk.to("sales").post("/sales/leads", json={"name": "Li", "custom": {"size": "9"}})
        return "made" if answer.is_success else str(answer.json()["errors"][0]["code"])

    assert await code() == "unknown-field"
    await made(desk.to("customer"), "/customer/field-definitions", resource="lead", name="size", kind="keyword")
    await becomes(code, "made")


async def test_one_of_two_identity_processes_sets_the_suite_up(tmp_path: Path) -> None:
    processes = ("api:identity,customer", "api:identity", "projector", "policies")
    quick = partial(Authentication, passwords=Passwords(QUICK))
    with patch("services.identity.app.Authentication", quick):
        installation = await open_installation(Settings(tmp_path / "data"), processes)
    try:
        await installation.start()
        token = await setup_token(installation.processes[0].kernel)
        body = {"token": token, "organisation": "Acme", "name": "Ada", "password": PASSWORD, "language": "en"}

        async def attempt(process: Process, n: int) -> int:
            client = httpx.AsyncClient(transport=httpx.ASGITransport(process.app), base_url="http://crm.test")
            async with client:
                return (await client.post("/identity/setup", json={**body, "email": f"a{n}@acme.example"})).status_code

        answers = await asyncio.gather(*(attempt(installation.processes[n % 2], n) for n in range(6)))
        assert sorted(answers)[0] == 201
        assert answers.count(201) == 1, answers
        store = installation.kernel.store
        assert len(await store.read_all(0, 10, categories=["organisation"])) == 1
    finally:
        await installation.close()


async def test_a_catalogue_without_a_record_type_looked_up_is_refused_at_the_start(tmp_path: Path) -> None:
    for name in ("customer", "sales", "identity"):
        alone = Catalogue(a for service in SERVICES if service.name == name for a in service.aggregates)
        async with AsyncExitStack() as stack:
            ports = await open_ports(tmp_path / name, [a.collection for a in alone], SystemClock(), stack)
            if name == "identity":
                assert build_kernel(ports, alone, UserDirectory).catalogue is alone
            else:
                with pytest.raises(ValueError, match=r"\w+ looks up .*which the catalogue lacks"):
                    build_kernel(ports, alone, UserDirectory)


def test_what_is_looked_up_is_there() -> None:
    catalogue_of(SERVICES).check_lookups()


async def test_a_projection_of_many_streams_shows_in_a_process_that_does_not_project(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        customer, sales = desk.to("customer"), desk.to("sales")
        account = (await made(customer, "/customer/accounts", name="Acme"))["id"]

        async def pipelines() -> int:
            return len((await sales.get("/sales/pipelines")).json()["items"])

        async def open_deals() -> int:
            return int((await sales.get(f"/sales/accounts/{account}/deals-summary")).json().get("open_deals", -1))

        await becomes(pipelines, 1)
        await made(sales, "/sales/opportunities", name="Deal", account=account)
        await becomes(open_deals, 1)
