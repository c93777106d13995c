"""What it takes to add a service: its folder, its file of the contract, and one line in the composition root."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

import crm.roles
from crm.roles import Roles, build_app, catalogue_of
from services.identity.directory import UserDirectory
from services.identity.setup import set_up
from shared.clock import SystemClock
from shared.kernel.kernel import Kernel, build_kernel
from shared.security.passwords import Passwords
from shared.security.permissions import system_access
from tests.support import answered
from tests.support.ports import open_ports
from tests.support.suite import PASSWORD, QUICK
from tests.support.workshop.app import SERVICE as WORKSHOP
from tests.support.world import joined

ROOT = Path(__file__).parents[2]
COMPOSITION = ROOT / "crm" / "roles.py"
ADDED = (*crm.roles.SERVICES, WORKSHOP)  # the one line


@pytest.fixture(autouse=True, scope="module")
def _documents_of_its_own() -> Iterator[None]:
    """The services' documents tell of one more record type here."""
    answered.forget()
    yield
    answered.forget()


class Shop:
    """The suite with the new service. as_role: a client of a user with this built-in role."""

    def __init__(self, kernel: Kernel, tenant: str, users: dict[str, str]) -> None:
        self.kernel, self._tenant, self._users = kernel, tenant, users
        self._app = build_app(kernel, Roles(frozenset({"identity", "customer", WORKSHOP.name})))

    def as_role(self, role: str = "administrator") -> httpx.AsyncClient:
        assert self.kernel.signer is not None
        token, _ = self.kernel.signer.issue(self._users[role], self._tenant, "session", 9)
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url="http://crm.test", headers=headers)

    async def made(self, path: str, role: str = "administrator", /, **body: Any) -> str:
        """The id of a new record, which the views show."""
        answer = await self.as_role(role).post(path, json=body)
        assert answer.status_code == 201, answer.text
        await self.kernel.projector.catch_up()
        id: str = answer.json()["id"]
        return id

    async def get(self, path: str, role: str = "administrator", /, **query: Any) -> Any:
        """The answer, which is a good one."""
        answer = await self.as_role(role).get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    monkeypatch.setattr(crm.roles, "SERVICES", ADDED)
    async with AsyncExitStack() as stack:
        catalogue = catalogue_of(ADDED)
        ports = await open_ports(tmp_path, catalogue.collections, SystemClock(), stack)
        kernel = build_kernel(ports, catalogue, UserDirectory)
        stack.push_async_callback(kernel.close)
        await kernel.start()
        done = await set_up(kernel, "Acme", "Ada Bloom", "ada@acme.example", PASSWORD, "en", Passwords(QUICK))
        await kernel.projector.catch_up()
        users = {"administrator": done.user}
        for role in ("sales_representative", "service_agent", "read_only"):
            body = {"name": role, "email": f"{role}@acme.example", "roles": [role]}
            users[role] = await joined(kernel.bus, system_access(done.tenant), body)
        await kernel.projector.catch_up()
        yield Shop(kernel, done.tenant, users)


async def test_its_records_are_found_by_the_search_of_the_suite(shop: Shop) -> None:
    await shop.made("/customer/accounts", name="Pump works")
    repair = await shop.made("/workshop/repairs", name="Pump")
    found = (await shop.get("/search", q="pump"))["items"]
    assert [(item["type"], item["title"]) for item in found] == [("repair", "Pump"), ("account", "Pump works")]
    assert [item["id"] for item in (await shop.get("/search", q="pump", types="repair"))["items"]] == [repair]


async def test_they_show_on_the_timelines_of_what_they_are_linked_to(shop: Shop) -> None:
    account = await shop.made("/customer/accounts", name="Pump works")
    repair = await shop.made("/workshop/repairs", name="Pump", account=account, depth="overhaul")
    path = f"/customer/accounts/{account}/timeline"
    assert [item["kind"] for item in (await shop.get(path))["items"]] == ["repair", "change"]
    (item,) = (await shop.get(path, kinds="overhaul"))["items"]
    assert (item["kind"], item["record"]["id"], item["at"]) == ("repair", repair, item["record"]["at"])
    assert (await shop.get(path, kinds="inspection"))["items"] == []
    assert (await shop.get(path, "service_agent", kinds="repair"))["items"] == []


async def test_the_built_in_roles_may_do_what_it_grants_them(shop: Shop) -> None:
    mine = await shop.made("/workshop/repairs", "sales_representative", name="Mine")
    theirs = await shop.made("/workshop/repairs", name="Theirs")
    seller, reader, agent = (shop.as_role(r) for r in ("sales_representative", "read_only", "service_agent"))
    assert [d["id"] for d in (await shop.get("/workshop/repairs", "sales_representative"))["items"]] == [mine]
    assert (await seller.patch(f"/workshop/repairs/{mine}", json={"name": "Still mine"})).status_code == 200
    assert (await seller.patch(f"/workshop/repairs/{theirs}", json={"name": "Mine?"})).status_code == 404
    assert (await reader.get(f"/workshop/repairs/{theirs}")).status_code == 200
    assert (await reader.post("/workshop/repairs", json={"name": "No"})).status_code == 403
    assert (await agent.get("/workshop/repairs")).status_code == 403
    choices = (await shop.get("/identity/access/roles"))["items"]
    granted = {role["id"]: role["grants"].get("repair") for role in choices}
    assert granted["sales_representative"] == {"read": "own", "create": "own", "edit": "own"}
    assert granted["service_agent"] is None


async def test_they_take_custom_fields_and_are_described(shop: Shop) -> None:
    field = {"resource": "repair", "name": "bench", "kind": "integer"}
    await shop.made("/customer/field-definitions", **field)
    await shop.made("/workshop/repairs", name="Pump", custom={"bench": 4})
    wrong = await shop.as_role().post("/workshop/repairs", json={"name": "Fan", "custom": {"bench": "left"}})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "custom.bench")
    (described,) = [t for t in (await shop.get("/meta"))["types"] if t["name"] == "repair"]
    assert (described["path"], [c["name"] for c in described["custom"]]) == ("/workshop/repairs", ["bench"])
    assert {"BookRepair", "UndoRepairChange"} <= {c["name"].partition(".")[2] for c in described["commands"]}
    assert [d["name"] for d in (await shop.get("/workshop/repairs", **{"custom.bench": 4}))["items"]] == ["Pump"]
    assert "/repairs" in (await shop.get("/workshop/openapi.json"))["paths"]


async def test_a_filter_by_a_merged_record_finds_what_points_to_those_it_absorbed(shop: Shop) -> None:
    first, second = [await shop.made("/workshop/repairs", name=name) for name in ("First", "Second")]
    third = await shop.made("/workshop/repairs", name="Third", follows=second)
    assert (await shop.get("/workshop/repairs", follows=first))["items"] == []
    merged = await shop.as_role().post(f"/workshop/repairs/{first}/merge", json={"absorb": second})
    assert merged.status_code == 200
    await shop.kernel.projector.catch_up()
    assert [d["id"] for d in (await shop.get("/workshop/repairs", follows=first))["items"]] == [third]


def lines_naming(service: str, text: str) -> list[str]:
    """The lines of a source file that name a service or one of its modules."""
    return [line for line in text.splitlines() if re.search(rf'"{service}"|\bservices\.{service}\b', line)]


@pytest.mark.parametrize("service", ["customer", "sales"])
def test_a_service_has_one_line_in_the_composition_root(service: str) -> None:
    named = {p.name: lines_naming(service, p.read_text()) for p in (ROOT / "crm").glob("*.py")}
    assert {name: lines for name, lines in named.items() if lines} == {COMPOSITION.name: [f'    "{service}",']}


def test_a_second_line_would_be_counted() -> None:
    assert len(lines_naming("sales", 'import services.sales.app\nx = ["sales"]\ny = "presales"')) == 2


def test_no_code_of_the_suite_knows_the_new_service() -> None:
    known = [p for folder in ("crm", "services", "shared") for p in (ROOT / folder).rglob("*.py")]
    assert len(known) > 200
    assert [p for p in known if "workshop" in p.read_text().lower()] == []
