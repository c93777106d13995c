"""The customer service over HTTP: records of every type, merges with their preview, erasure, timelines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.customer.account import ACCOUNT
from services.customer.activity import ACTIVITY
from services.customer.app import create_app
from services.customer.contact import CONTACT
from services.customer.policies import POLICIES
from shared.http.app import ServiceApp
from shared.streaming.policies import PolicyRunner
from tests.support.http_service import Service, open_service


@dataclass
class Customers:
    """The whole customer service and one administrator's client."""

    service: Service
    app: ServiceApp
    client: httpx.AsyncClient
    policies: PolicyRunner

    async def settle(self) -> None:
        await self.service.catch_up()
        while await self.policies.step():
            await self.service.catch_up()

    async def post(self, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
        answer = await self.client.post(path, json=body)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def get(self, path: str) -> dict[str, Any]:
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
async def customers(tmp_path: Path) -> AsyncIterator[Customers]:
    async with open_service(tmp_path, (ACCOUNT, CONTACT, ACTIVITY), projecting=False) as service:
        app, signed = create_app(service.kernel), service.client()
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://customer.test", headers=signed.headers
        ) as client:
            yield Customers(service, app, client, PolicyRunner(POLICIES, service.kernel.bus, service.kernel.codec))


async def test_merge_preview_unmerge_and_timeline(customers: Customers) -> None:
    survivor = (await customers.post("/accounts", {"name": "Acme", "city": "Bonn"}, 201))["id"]
    other = (await customers.post("/accounts", {"name": "Acme West", "city": "Ulm"}, 201))["id"]
    person = (await customers.post("/contacts", {"name": "Ann Lee", "account": other, "role": "buyer"}, 201))["id"]
    note = {"kind": "note", "subject": "Met", "links": [{"type": "account", "id": other}]}
    await customers.post("/activities", note, 201)
    await customers.post(f"/accounts/{survivor}/merge", {"absorb": [other], "choices": {"city": other}})
    await customers.settle()
    assert [c["id"] for c in (await customers.get(f"/contacts?account={survivor}"))["items"]] == [person]
    kinds = [i["kind"] for i in (await customers.get(f"/accounts/{survivor}/timeline"))["items"]]
    assert kinds == ["change", "activity", "change"]
    merge = (await customers.get(f"/accounts/{survivor}/merges"))["items"][0]
    assert merge["id"] == other
    assert merge["fields"] == [{"field": "city", "now": "Ulm", "back": "Bonn", "clash": False}]
    await customers.post(f"/accounts/{survivor}/unmerge", {"release": [other]})
    await customers.settle()
    assert (await customers.get(f"/accounts/{survivor}"))["city"] == "Bonn"
    assert (await customers.get(f"/accounts/{survivor}/merges"))["items"] == []
    assert (await customers.client.get("/accounts/nobody/merges")).status_code == 404
    assert (await customers.client.get(f"/accounts/{survivor}/merges?x=1")).status_code == 422


async def test_an_activity_from_plan_to_done(customers: Customers) -> None:
    task = {"kind": "task", "subject": "Offer", "due": "2030-01-01T09:00:00+08:00"}
    id = (await customers.post("/activities", task, 201))["id"]
    await customers.post(f"/activities/{id}/reschedule", {"due": "2030-01-02T09:00:00+08:00"})
    await customers.post(f"/activities/{id}/complete", {})
    refused = await customers.post(f"/activities/{id}/reschedule", {"due": None}, 409)
    assert refused["code"] == "not-open"
    await customers.settle()
    shown = await customers.get(f"/activities/{id}")
    assert (shown["status"], shown["due"]) == ("done", "2030-01-02T01:00:00.000000Z")
    late = await customers.get("/activities?due[lt]=2030-01-03&status=done&sort=-due")
    assert [a["id"] for a in late["items"]] == [id]


async def test_an_erased_person_over_http(customers: Customers) -> None:
    body = {"family_name": "Quill", "given_name": "Zoe", "email": "zoe@example.com"}
    id = (await customers.post("/contacts", body, 201))["id"]
    await customers.settle()
    assert [c["id"] for c in (await customers.get("/contacts?q=zoe"))["items"]] == [id]
    await customers.post(f"/contacts/{id}/erase", {})
    await customers.settle()
    paths = ("", "?as_of=1", "/history", "/timeline")
    for path in (*(f"/contacts/{id}{p}" for p in paths), "/contacts", "/contacts?q=zoe", "/contacts/export?format=csv"):
        answer = await customers.client.get(path)
        assert answer.status_code == 200, path
        assert not [s for s in ("Zoe", "Quill", "zoe@") if s in answer.text], path
    assert (await customers.post(f"/contacts/{id}/tags", {"add": ["x"]}, 409))["code"] == "erased"
    representative = customers.service.client("rob", "sales_representative")
    other = (await customers.post("/contacts", {"name": "Bob"}, 201))["id"]
    answer = await customers.client.post(f"/contacts/{other}/erase", json={}, headers=representative.headers)
    assert answer.status_code == 403


async def test_when_an_erasure_is_answered_no_read_shows_the_person_any_more(tmp_path: Path) -> None:
    async with open_service(tmp_path, (ACCOUNT, CONTACT, ACTIVITY)) as service:
        client, contacts = service.client(), "/customer/contacts"
        made = await client.post(contacts, json={"family_name": "Quill", "given_name": "Zoe"})
        one = f"{contacts}/{made.json()['id']}"
        shown = await client.get(f"{one}?min_version=1")  # now the projector lets events gather for a while
        assert "Quill" in shown.text
        assert (await client.post(f"{one}/erase", json={})).status_code == 200
        for path in (one, contacts, f"{contacts}?q=quill"):
            answer = await client.get(path)
            assert (answer.status_code, "Quill" in answer.text) == (200, False), path


async def test_hidden_steps_have_no_routes_and_every_command_has_one(customers: Customers) -> None:
    paths = customers.app.openapi()["paths"]
    assert {"/accounts/{id}/merge", "/contacts/{id}/erase", "/activities/{id}/respond", "/field-definitions"} <= set(
        paths
    )
    assert not [p for p in paths if p.endswith(("/absorb", "/release", "/abandon", "/erase-absorbed"))]
