"""`GET /search`: what people type finds what they mean, and only what they may see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.http_service import Service, open_service

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
    async with open_service(tmp_path, projecting=False) as opened:
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
