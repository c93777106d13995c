"""Custom fields are asked as declared ones are, over HTTP: filters, orders, counts, boards, saved views, titles.

Tables of cases are wider than code.
"""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.customer.account import ACCOUNT
from services.customer.field_definition import FIELD_DEFINITION
from services.customer.saved_view import SAVED_VIEW
from shared.security.permissions import Level, Role
from tests.support.http_service import Service, open_service

ACCOUNTS = "/customer/accounts"
KINDS: dict[str, dict[str, Any]] = {
    "tier": {"kind": "keyword", "options": ["A", "B", "C"]}, "note": {"kind": "text"}, "areas": {"kind": "keywords"},
    "seats": {"kind": "integer"}, "rate": {"kind": "decimal"}, "fee": {"kind": "money"}, "since": {"kind": "date"},
    "seen": {"kind": "datetime"}, "vip": {"kind": "boolean"}, "partner": {"kind": "reference", "ref": "account"},
}  # fmt: skip


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_service(tmp_path, (ACCOUNT, FIELD_DEFINITION, SAVED_VIEW), projecting=False) as opened:
        client = opened.client()
        for name, rest in KINDS.items():
            answer = await client.post(
                "/customer/field-definitions", json={"resource": "account", "name": name, **rest}
            )
            assert answer.status_code == 201, answer.text
        await opened.catch_up()
        yield opened


async def create(service: Service, name: str, **custom: object) -> str:
    body = {"name": name, "custom": custom, "allow_duplicate": True}
    answer = await service.client().post(ACCOUNTS, json=body)
    assert answer.status_code == 201, answer.text
    await service.catch_up()
    id: str = answer.json()["id"]
    return id


async def names(client: httpx.AsyncClient, query: str) -> str:
    answer = await client.get(f"{ACCOUNTS}?{query}")
    assert answer.status_code == 200, answer.text
    return "".join(d["name"] for d in answer.json()["items"])


async def three(service: Service) -> list[str]:
    a = await create(
        service, "a", tier="A", note="Übung", areas=["north", "south"], seats=9, rate="1e3", since="2026-01-31",
        fee={"amount": "10", "currency": "USD"}, seen="2026-01-31T10:00:00+02:00", vip=True,
    )  # fmt: skip
    b = await create(
        service, "b", tier="B", note="zebra", areas=["south"], seats=10, rate="-5.5", since="2025-12-31",
        fee={"amount": "2.50", "currency": "CNY"}, vip=False, partner=a,
    )  # fmt: skip
    return [a, b, await create(service, "c")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("custom.tier=A", "a"), ("custom.tier[in]=A,B", "ab"), ("custom.tier[ne]=A", "bc"), ("custom.tier[empty]=true", "c"),
        ("custom.note[prefix]=ü", "a"), ("custom.note[gt]=v", "b"), ("custom.areas=south", "ab"), ("custom.areas[contains]=north", "a"),
        ("custom.seats[gt]=9", "b"), ("custom.seats[le]=9", "a"), ("custom.rate=1000.0", "a"), ("custom.rate=1e3", "a"),
        ("custom.rate[lt]=0", "b"), ("custom.fee.amount[ge]=10", "a"), ("custom.fee.currency=CNY", "b"),
        ("custom.since[ge]=2026-01-01", "a"), ("custom.seen[lt]=2026-01-31T08:00:01Z", "a"), ("custom.vip=false", "b"),
        ("custom.seen=2026-01-31", "a"), ("custom.seen[ne]=2026-01-31", "bc"), ("custom.since[lt]=today", "ab"), ("custom.since[in]=2025-12-31,2026-03-01", "b"),
        ("custom.seats[gt]=8&custom.seats[lt]=10&sort=name", "a"), ("sort=custom.seats", "cab"), ("sort=-custom.rate", "abc"),
        ("sort=-custom.note", "bac"), ("sort=custom.since&custom.vip[empty]=false", "ba"),
    ],
)  # fmt: skip
async def test_lists_counts_and_exports_ask_custom_fields(service: Service, query: str, expected: str) -> None:
    await three(service)
    client = service.client()
    assert await names(client, query) == expected
    filters = "&".join(part for part in query.split("&") if not part.startswith("sort"))
    assert (await client.get(f"{ACCOUNTS}/count?{filters}")).json() == {"count": len(expected)}
    assert len((await client.get(f"{ACCOUNTS}/export?{query}")).text.splitlines()) == len(expected) + 1


async def test_pages_go_on_by_a_custom_order_and_lists_of_the_past_know_it(service: Service) -> None:
    await three(service)
    client = service.client()
    found, cursor = "", ""
    while cursor is not None:
        page = (
            await client.get(f"{ACCOUNTS}?sort=-custom.seats&limit=1" + (f"&cursor={cursor}" if cursor else ""))
        ).json()
        found, cursor = found + page["items"][0]["name"], page["next"]
    assert found == "bac"
    now = (await client.get(ACCOUNTS)).json()["items"][-1]["created_at"]
    assert await names(client, f"custom.seats[ge]=9&sort=-custom.seats&as_of={now}") == "ba"


async def test_boards_group_by_and_add_up_custom_fields(service: Service) -> None:
    await three(service)
    client = service.client()
    tiers = (await client.get(f"{ACCOUNTS}/board?by=custom.tier&sum=custom.rate")).json()["groups"]
    assert [(g["key"], g["count"], g["sum"]) for g in tiers] == [
        (None, 1, "0.00"),
        ("A", 1, "1000.00"),
        ("B", 1, "-5.50"),
    ]
    fees = (await client.get(f"{ACCOUNTS}/board?by=custom.fee.currency&sum=custom.fee.amount")).json()["groups"]
    assert [(g["key"], g["sum"]) for g in fees] == [(None, "0.00"), ("CNY", "2.50"), ("USD", "10.00")]
    for bad in ("by=custom.note", "by=custom.areas", "by=custom.nothing", "by=custom.tier&sum=custom.tier"):
        assert (await client.get(f"{ACCOUNTS}/board?{bad}")).status_code == 422, bad


@pytest.mark.parametrize(
    "query",
    [
        "custom.nothing=1", "sort=custom.nothing", "custom.seats=many", "custom.seats[gt]=1.5", "custom.since=2026-02-30", "custom.tier=Z",
        "custom.fee=10", "sort=custom.areas", "custom.vip=perhaps", "custom.tier[like]=A", "custom.Tier=A", "custom.tier.amount=1",
        "custom.x%27%20OR%201=1", "sort=custom.tier;--", "custom.rate[gt]=1e999", "custom_keys=tier%3DA",
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_is_refused(service: Service, query: str) -> None:
    for path in ("", "/count"):
        answer = await service.client().get(f"{ACCOUNTS}{path}?{query}")
        assert answer.status_code == 422, answer.text


async def test_a_reference_must_exist_shows_its_title_and_follows_merges(service: Service) -> None:
    a, b, c = await three(service)
    client = service.client()
    wrong = await client.post(
        ACCOUNTS, json={"name": "d", "custom": {"partner": "01a20d19-d502-7000-b3fc-24eddf297000"}}
    )
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "unknown-reference")
    page = (await client.get(f"{ACCOUNTS}?names=true&custom.partner={a}")).json()
    assert ([d["id"] for d in page["items"]], page["names"][a]) == ([b], "a")
    rows = (await client.get(f"{ACCOUNTS}/export?names=true&fields=name,custom.partner&custom.partner={a}")).text
    assert [line.split(",")[2:] for line in rows.splitlines()] == [
        ["name", "custom.partner", "custom.partner.title"],
        ["b", a, "a"],
    ]
    merged = await client.post(f"{ACCOUNTS}/{c}/merge", json={"absorb": [a]})
    assert merged.status_code == 200, merged.text
    await service.catch_up()
    assert await names(client, f"custom.partner={c}") == "b"


async def test_a_hidden_custom_field_cannot_be_asked_by_any_operator_or_order(service: Service) -> None:
    await three(service)
    clerk = service.client(
        "clerk",
        Role("clerk", "", "", {"account": {"*": Level.ALL}}, {"account": frozenset({"custom.fee", "custom.seats"})}),
    )
    asked = (
        "custom.seats[gt]=1",
        "custom.fee.amount[gt]=1",
        "custom.fee.currency[empty]=true",
        "sort=custom.seats",
        "sort=-custom.fee.amount",
    )
    for query in asked:
        assert (await clerk.get(f"{ACCOUNTS}?{query}")).status_code == 422, query
    for query in ("by=custom.fee.currency", "by=custom.tier&sum=custom.seats"):
        assert (await clerk.get(f"{ACCOUNTS}/board?{query}")).status_code == 422, query
    assert await names(clerk, "custom.tier=A") == "a"


async def test_saved_views_keep_custom_filters_and_orders(service: Service) -> None:
    client = service.client()
    body = {"name": "Large", "resource": "account", "order": "-custom.seats", "columns": ["name", "custom.fee"]}
    good = {**body, "filters": [{"field": "custom.seats", "op": "ge", "value": "10"}]}
    answer = await client.post("/customer/saved-views", json=good)
    assert answer.status_code == 201, answer.text
    for bad in (
        {"field": "custom.seats", "op": "ge", "value": "ten"},
        {"field": "custom.nothing", "op": "eq", "value": "1"},
    ):
        assert (await client.post("/customer/saved-views", json={**body, "filters": [bad]})).status_code == 422


@pytest.mark.parametrize("ref", [{"ref": "nothing"}, {}, {"kind": "text", "ref": "account"}])
async def test_a_reference_names_a_record_type(service: Service, ref: dict[str, str]) -> None:
    body = {"resource": "account", "name": "other", "kind": "reference", **ref}
    answer = await service.client().post("/customer/field-definitions", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "ref")
