"""`GET /meta` over HTTP: one language, kept by its ETag, small on the wire, and whole for a record type that is new."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import brotli
import pytest

from services.customer.account import ACCOUNT
from services.customer.field_definition import FIELD_DEFINITION
from shared.domain.codes import COUNTRIES, CURRENCIES
from shared.messages.languages import Language
from tests.support.http_service import Service, open_service


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_service(tmp_path, (ACCOUNT, FIELD_DEFINITION)) as opened:
        yield opened


MOST = {"br": 15_000, "gzip": 17_700}  # bytes on the wire: the whole suite, for who may do all; browsers take br


@pytest.mark.parametrize("language", ["en", "zh-CN", "zh-TW"])
async def test_the_description_of_the_whole_suite_is_small(service: Service, language: Language) -> None:
    client, asked = service.client(), f"/meta?language={language}"
    plain = await client.get(asked, headers={"Accept-Encoding": "identity"})
    types = plain.json()["types"]
    assert len(types) > 15
    assert not any(value in (False, None, "", []) for t in types for f in t["fields"] for value in f.values())
    as_browsers_ask = await client.get(asked, headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert as_browsers_ask.headers["Content-Encoding"] == "br"
    for coding, packed in (("br", brotli.compress), ("gzip", lambda b: gzip.compress(b, 9))):
        got = await client.get(asked, headers={"Accept-Encoding": coding})
        assert got.headers["Content-Encoding"] == coding
        assert got.json() == plain.json()
        sent = int(got.headers["Content-Length"])
        assert sent <= MOST[coding], f"{sent} bytes"
        assert sent <= len(packed(plain.content)) * 1.06


async def test_it_is_asked_for_again_by_its_etag(service: Service) -> None:
    client = service.client()
    first = await client.get("/meta?language=en")
    assert "Accept-Language" in first.headers["Vary"]
    again = await client.get("/meta?language=en", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await client.get("/meta?language=zh-TW", headers={"If-None-Match": first.headers["ETag"]})
    assert (other.status_code, other.headers["Content-Language"]) == (200, "zh-TW")


async def test_a_new_custom_field_and_another_role_are_seen_at_once(service: Service) -> None:
    client = service.client()
    first = await client.get("/meta?language=en")
    body = {"resource": "account", "name": "size", "kind": "text"}
    assert (await client.post("/customer/field-definitions", json=body)).status_code == 201
    await service.catch_up()
    second = await client.get("/meta?language=en", headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    account = next(t for t in second.json()["types"] if t["name"] == "account")
    assert [d["name"] for d in account["custom"]] == ["size"]
    reader = await service.client("reader", "read_only").get("/meta?language=en")
    assert not any(c["allowed"] for t in reader.json()["types"] if t["name"] == "account" for c in t["commands"])


@pytest.mark.parametrize(
    ("query", "accepted", "language", "label"),
    [
        ("", "zh-TW,zh;q=0.8", "zh-TW", "聯絡人"),
        ("", "zh", "zh-CN", "联系人"),
        ("", "fr", "en", "Contacts"),
        ("?language=zh-CN", "en", "zh-CN", "联系人"),
        ("", "", "en", "Contacts"),
    ],
)
async def test_labels_are_in_the_language_asked_for(
    service: Service, query: str, accepted: str, language: str, label: str
) -> None:
    got = (await service.client().get(f"/meta{query}", headers={"Accept-Language": accepted})).json()
    contact = next(t for t in got["types"] if t["name"] == "contact")
    assert (got["language"], contact["plural"]) == (language, label)
    assert ("zh" in contact["fields"][0]) is not bool(query or accepted)


@pytest.mark.parametrize(
    ("language", "country", "currency"),
    [("en", "Taiwan", "US Dollar"), ("zh-CN", "台湾", "美元"), ("zh-TW", "台灣", "美元")],
)
async def test_countries_and_currencies_have_names(
    service: Service, language: str, country: str, currency: str
) -> None:
    got = await service.client().get("/meta/codes", headers={"Accept-Language": language})
    found = {key: {o["value"]: o["label"] for o in got.json()[key]} for key in ("countries", "currencies")}
    assert (found["countries"]["TW"], found["currencies"]["USD"]) == (country, currency)
    assert found["countries"].keys() == COUNTRIES
    assert found["currencies"].keys() == CURRENCIES
    again = await service.client().get(
        f"/meta/codes?language={language}", headers={"If-None-Match": got.headers["ETag"]}
    )
    assert again.status_code == 304


async def test_types_stand_in_the_order_of_their_groups(service: Service) -> None:
    """What has no title is kept for programs, and is not drawn."""
    got = (await service.client().get("/meta?language=en")).json()
    groups, used = [g["name"] for g in got["groups"]], [t["group"] for t in got["types"]]
    assert list(dict.fromkeys(used)) == groups
    assert all(t["title"] in {f["name"] for f in t["fields"]} for t in got["types"])
    assert {"preferences", "recents"}.isdisjoint(t["name"] for t in got["types"])


async def test_a_language_that_is_none_is_refused(service: Service) -> None:
    refused = await service.client().get("/meta?language=fr")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "not-an-option")
