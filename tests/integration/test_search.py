"""`GET /search`: what people type finds what they mean, and only what they may see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.customer.account import ACCOUNT
from services.customer.activity import ACTIVITY
from services.customer.contact import CONTACT
from shared.security.permissions import Role
from tests.support.http_service import Service, open_service
from tests.support.roles import BUILT_IN

WAYS = [
    ("Muller", ["Mueller & Soehne", "Müller und Söhne", "Jan Müller"]),
    ("müller jan", ["Jan Müller"]),
    ("Lukasiewicz", ["Łukasiewicz"]),
    ("lukasievicz", ["Łukasiewicz"]),
    ("lukasjevicz", []),
    ("hong", ["Hồng Anh"]),
    ("obrien", ["O’Brien"]),
    ("o'brien", ["O’Brien"]),
    ("brien", ["O’Brien"]),
    ("shmy", ["上海贸易"]),
    ("shanghai", ["上海贸易"]),
    ("+49 (0)221 123-4567", ["Łukasiewicz"]),
    ("4567", ["Łukasiewicz"]),
    ("567", []),
    ("Gold Club", ["Hồng Anh"]),
]


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_service(tmp_path, (ACCOUNT, CONTACT, ACTIVITY), projecting=False) as opened:
        yield opened


async def found(client: httpx.AsyncClient, text: str) -> list[str]:
    answer = await client.get("/search", params={"q": text})
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


async def test_what_people_type_finds_what_they_mean(service: Service) -> None:
    client = service.client()
    for name in (
        "Jan Müller",
        "Müller und Söhne",
        "Mueller & Soehne",
        "Łukasiewicz",
        "Hồng Anh",
        "O’Brien",
        "上海贸易",
    ):
        body = {"name": name, "phone": "+492211234567" if name[0] == "Ł" else "", "allow_duplicate": True}
        id = (await client.post("/customer/accounts", json=body)).json()["id"]
        if name[0] == "H":
            await client.post(f"/customer/accounts/{id}/tags", json={"add": ["Gold-Club"]})
    await service.catch_up()
    assert [(text, await found(client, text)) for text, _ in WAYS] == WAYS


async def test_what_is_archived_or_of_others_is_not_found_by_any_way(service: Service) -> None:
    admin, stranger = service.client(), service.client("rep", "sales_representative")
    for name in ("Müllermann", "Archivmann"):
        id = (await admin.post("/customer/accounts", json={"name": name, "phone": "+492211234567"})).json()["id"]
    await admin.post(f"/customer/accounts/{id}/archive", json={})
    await service.catch_up()
    ways = ("mullermann", "müller", "müllernann", "4567", "archivmann")
    assert [await found(admin, text) for text in ways] == [["Müllermann"]] * 4 + [[]]
    assert [await found(stranger, text) for text in ways] == [[]] * 5


async def test_a_result_says_what_it_is_and_where_the_words_stand(service: Service) -> None:
    client = service.client()
    account = {"name": "Acme <b>", "industry": "retail", "city": "Hangzhou", "description": "😀 buys from acme"}
    id = (await client.post("/customer/accounts", json=account)).json()["id"]
    person = {"family_name": "Acmeson", "title": "Buyer", "account": id}
    (await client.post("/customer/contacts", json=person)).raise_for_status()
    await client.post(
        "/customer/activities", json={"kind": "task", "subject": "Ask acme", "due": "2026-12-24T09:00:00Z"}
    )
    await service.catch_up()
    answer = (await client.get("/search", params={"q": "acme"}, headers={"Accept-Language": "zh-CN"})).json()
    assert (answer["as_of"], answer["exact"]) == (None, True)
    found = {item["type"]: item for item in answer["items"]}
    assert found["account"]["subtitle"] == "retail · Hangzhou"
    assert found["account"]["matches"] == [
        {"field": "name", "text": "Acme <b>", "ranges": [[0, 4]]},
        {"field": "description", "text": "😀 buys from acme", "ranges": [[13, 17]]},
    ]
    assert found["account"]["record"]["id"] == id
    assert found["contact"]["subtitle"] == "Buyer · Acme <b>"
    assert found["contact"]["matches"][0] == {"field": "name", "text": "Acmeson", "ranges": [[0, 4]]}
    assert found["activity"]["subtitle"] == "任务 · 2026-12-24"

    less = (await client.get("/search", params={"q": "acme", "fields": "title,matches", "types": "account"})).json()
    assert [sorted(item) for item in less["items"]] == [["matches", "title"]]
    wrong = await client.get("/search", params={"q": "acme", "fields": "colour"})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "unknown-field")


async def test_a_hidden_field_finds_nothing_and_the_others_still_do(service: Service) -> None:
    admin = service.client()
    role = Role("blind", "", "", BUILT_IN["administrator"].grants, {"account": frozenset({"description"})})
    blind = service.client("blind", role)
    for name, description in (("Needleworks", "plain"), ("Plain", "needle in a haystack")):
        await admin.post("/customer/accounts", json={"name": name, "description": description})
    await service.catch_up()
    assert await found(admin, "needle") == ["Needleworks", "Plain"]
    assert await found(blind, "needle") == ["Needleworks"]
    assert await found(blind, "haystack") == []
    assert await found(blind, "needlewurks") == ["Needleworks"]
    items = (await blind.get("/search", params={"q": "needle"})).json()["items"]
    assert [m["field"] for item in items for m in item["matches"]] == ["name"]
    assert all("description" not in item["record"] for item in items)


async def test_a_search_of_the_past_finds_what_was_there(service: Service) -> None:
    client = service.client()
    early, late = {"X-Occurred-At": "2020-01-01T00:00:00Z"}, {"X-Occurred-At": "2021-01-01T00:00:00Z"}
    body = {"name": "Oldname Needle", "description": "first"}
    id = (await client.post("/customer/accounts", json=body, headers=early)).json()["id"]
    changed = await client.patch(f"/customer/accounts/{id}", json={"description": "second"}, headers=late)
    assert changed.status_code == 200, changed.text
    await client.post("/customer/accounts", json={"name": "New Needle"}, headers=late)
    await client.post(f"/customer/accounts/{id}/archive", json={})
    await service.catch_up()

    async def then(text: str, as_of: str) -> list[str]:
        answer = (await client.get("/search", params={"q": text, "as_of": as_of})).json()
        assert answer["exact"] is False
        assert answer["as_of"].startswith(as_of)
        return [item["title"] for item in answer["items"]]

    assert await found(client, "needle") == ["New Needle"]
    assert await then("needle", "2020-06-01") == ["Oldname Needle"]
    assert await then("needle second", "2020-06-01") == []
    assert await then("needle second", "2021-06-01") == ["Oldname Needle"]
    assert await then("needle", "2019-06-01") == []
    since = (await client.get("/search", params={"q": "needle", "as_of": "2100-01-01", "types": "account"})).json()
    assert ([item["title"] for item in since["items"]], since["exact"]) == (
        ["New Needle"],
        True,
    )  # nothing has changed since
    wrong = await client.get("/search", params={"q": "needle", "as_of": "3"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "as_of")
