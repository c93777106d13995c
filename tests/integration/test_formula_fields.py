"""Formulas over HTTP: computed in lists, as of a moment and in exports, again when a definition changes, and hidden
with what they are made of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.customer.account import ACCOUNT
from services.customer.field_definition import FIELD_DEFINITION
from services.identity.directory import UserDirectory
from shared.domain.formula.formulas import sources_of
from shared.security.permissions import Level, Role
from shared.streaming.rebuild import rebuild
from shared.streaming.verify import verify_view
from shared.views.port import Checkpoint, Query, Scope, Write
from tests.support.http_service import TENANT, Service, open_service

ACCOUNTS, DEFINITIONS = "/customer/accounts", "/customer/field-definitions"
FORMULAS = {
    "total": "custom.seats * custom.rate",
    "size": "if(custom.total > 20, 'large', 'small')",
    "fee": "money(annual_revenue, currency) / 3",
    "per_seat": "annual_revenue / custom.seats",
    "ends": "custom.since + 30",
}


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_service(tmp_path, (ACCOUNT, FIELD_DEFINITION), projecting=False) as opened:
        for name, kind in {"seats": "integer", "rate": "decimal", "since": "date"}.items():
            await define(opened, name, kind=kind)
        yield opened


async def define(service: Service, name: str, **rest: Any) -> str:
    body = {"resource": "account", "name": name, **rest}
    answer = await service.client().post(DEFINITIONS, json=body)
    assert answer.status_code == 201, answer.text
    await service.catch_up()
    id: str = answer.json()["id"]
    return id


async def define_all(service: Service) -> None:
    for name, formula in FORMULAS.items():
        await define(service, name, kind="formula", formula=formula)


async def create(service: Service, name: str, custom: dict[str, Any], **rest: Any) -> str:
    answer = await service.client().post(ACCOUNTS, json={"name": name, "custom": custom, **rest})
    assert answer.status_code == 201, answer.text
    await service.catch_up()
    id: str = answer.json()["id"]
    return id


async def three(service: Service) -> list[str]:
    money = {"annual_revenue": "100", "currency": "USD"}
    a = await create(service, "a", {"seats": 10, "rate": "1e1", "since": "2026-01-31"}, **money)
    b = await create(service, "b", {"seats": 0, "rate": "2"}, annual_revenue="1000", currency="JPY")
    return [a, b, await create(service, "c", {})]


async def names(client: httpx.AsyncClient, query: str) -> str:
    answer = await client.get(f"{ACCOUNTS}?{query}")
    assert answer.status_code == 200, answer.text
    return "".join(d["name"] for d in answer.json()["items"])


ASKED = [
    ("custom.total[gt]=5", "a"), ("custom.total=100.0", "a"), ("custom.total[in]=0,1e2", "ab"),
    ("sort=-custom.total", "abc"), ("custom.size=large", "a"), ("custom.size[empty]=false", "abc"),
    ("custom.fee.amount[lt]=34", "a"), ("custom.fee.currency=JPY", "b"), ("custom.ends=2026-03-02", "a"),
    ("custom.ends[empty]=true", "bc"), ("custom.per_seat[ge]=10", "a"),
]  # fmt: skip


@pytest.mark.parametrize("before", [True, False], ids=["defined-first", "records-first"])
async def test_values_are_listed_filtered_sorted_summed_and_exported(service: Service, before: bool) -> None:
    if before:
        await define_all(service)
    ids = await three(service)
    if not before:
        await define_all(service)
    client = service.client()
    a, b, c = [(await client.get(f"{ACCOUNTS}/{id}")).json() for id in ids]
    assert a["custom"] == {
        "seats": 10,
        "rate": "10",
        "since": "2026-01-31",
        "total": "100",
        "size": "large",
        "fee": {"amount": "33.33", "currency": "USD"},
        "per_seat": "10",
        "ends": "2026-03-02",
    }
    assert b["custom"]["fee"] == {"amount": "333", "currency": "JPY"}
    assert (b["formulas"]["per_seat"], "per_seat" in b["custom"]) == ("division-by-zero", False)
    assert c["custom"] == {"size": "small"}
    for query, expected in ASKED:
        assert await names(client, query) == expected, query
    board = (await client.get(f"{ACCOUNTS}/board?by=custom.fee.currency&sum=custom.total")).json()["groups"]
    assert [(g["key"], g["sum"]) for g in board] == [(None, "0.00"), ("JPY", "0.00"), ("USD", "100.00")]
    rows = (await client.get(f"{ACCOUNTS}/export?fields=name,custom.total,custom.fee&sort=name")).text.splitlines()
    assert rows[1].partition(",1,")[2] == 'a,100,"{""amount"":""33.33"",""currency"":""USD""}"'


async def test_lists_and_records_of_the_past_show_values_of_then(service: Service) -> None:
    a, *_ = await three(service)
    client = service.client()
    then = (await client.get(f"{ACCOUNTS}/{a}")).json()["updated_at"]
    await client.patch(f"{ACCOUNTS}/{a}", json={"custom": {"seats": 1}})
    await service.catch_up()
    await define_all(service)
    assert (await client.get(f"{ACCOUNTS}/{a}")).json()["custom"]["total"] == "10"
    assert (await client.get(f"{ACCOUNTS}/{a}?as_of={then}")).json()["custom"]["total"] == "100"
    assert await names(client, f"custom.total=100&as_of={then}") == "a"
    assert await names(client, "custom.total=100") == ""


async def test_a_changed_or_retired_definition_is_computed_again(service: Service) -> None:
    a, *_ = await three(service)
    id = await define(service, "total", kind="formula", formula="custom.seats * 2")
    client = service.client()
    assert (await client.get(f"{ACCOUNTS}/{a}")).json()["custom"]["total"] == "20"
    await client.patch(f"{DEFINITIONS}/{id}", json={"formula": "custom.seats * 3"})
    await service.catch_up()
    assert await names(client, "custom.total=30") == "a"
    wrong = await client.patch(f"{DEFINITIONS}/{id}", json={"formula": "'x'"})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "other-kind")
    await client.post(f"{DEFINITIONS}/{id}/archive", json={})
    await service.catch_up()
    left = (await client.get(f"{ACCOUNTS}/{a}")).json()
    assert ("total" in left["custom"], "formulas" in left) == (False, False)


async def test_what_an_earlier_process_left_undone_is_found_at_the_next_start(service: Service) -> None:
    a, *_ = await three(service)
    await define_all(service)
    views, client = service.kernel.views, service.client()
    stale = (await client.get(f"{ACCOUNTS}/{a}")).json()
    stale["custom"]["total"] = "7"
    adapter = views._views  # type: ignore[attr-defined]
    undone = Write("accounts", TENANT, a, stale, stale["version"], overwrite=True)
    await adapter.write([undone], [Checkpoint(f"formulas:{TENANT}:account", 0)])
    await service.catch_up()
    assert await names(client, "custom.total=7") == "a"
    views.look_again()  # type: ignore[attr-defined]
    await service.catch_up()
    assert await names(client, "custom.total=100") == "a"
    assert await views.checkpoint(f"formulas:{TENANT}:account") != 0


async def test_rebuilt_views_bear_the_same_values_and_verify(service: Service) -> None:
    ids = await three(service)
    await define_all(service)
    kernel, client = service.kernel, service.client()
    live = [(await client.get(f"{ACCOUNTS}/{id}")).json() for id in ids]
    await rebuild(ACCOUNT, kernel.store, kernel.views, kernel.codec, lambda _: None)
    await service.catch_up()
    assert [(await client.get(f"{ACCOUNTS}/{id}")).json() for id in ids] == live
    scratch = await kernel.open_scratch()
    position = await kernel.store.head()
    assert (await verify_view(ACCOUNT, kernel.store, kernel.views, kernel.codec, scratch, position=position)).ok
    await scratch.close()


async def test_a_formula_is_not_typed(service: Service) -> None:
    a, *_ = await three(service)
    await define_all(service)
    for value in (1, None):
        answer = await service.client().patch(f"{ACCOUNTS}/{a}", json={"custom": {"total": value}})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "computed")


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"kind": "formula", "formula": "custom.nothing + 1"}, "formula", "unknown-field"),
        ({"kind": "formula", "formula": "1 +"}, "formula", "bad-formula"),
        ({"kind": "formula", "formula": ""}, "formula", "bad-formula"),
        ({"kind": "formula", "formula": "custom.other"}, "formula", "circle"),
        ({"kind": "formula", "formula": "1", "required": True}, "required", "not-for-this-kind"),
        ({"kind": "formula", "formula": "name", "options": ["a"]}, "options", "not-for-this-kind"),
        ({"kind": "text", "formula": "1"}, "formula", "not-for-this-kind"),
    ],
)
async def test_bad_definitions_are_refused(service: Service, body: dict[str, Any], field: str, code: str) -> None:
    answer = await service.client().post(DEFINITIONS, json={"resource": "account", "name": "other", **body})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert answer.json()["errors"][0]["code"] == code


@pytest.mark.parametrize("hidden", ["custom.seats", "annual_revenue", "currency", "custom"])
async def test_a_formula_is_hidden_with_any_of_its_sources_at_any_remove(service: Service, hidden: str) -> None:
    a, *_ = await three(service)
    await define_all(service)
    role = Role("clerk", "", "", {"account": {"*": Level.ALL}}, {"account": frozenset({hidden})})
    clerk = service.client("clerk", role)
    page = await service.kernel.views.find("field_definitions", Query(), Scope(TENANT))
    known = service.callers.known
    unaware = (await clerk.get(f"{ACCOUNTS}/{a}")).json()
    assert not {*unaware.get("custom", {})} & {*FORMULAS}  # rights that do not know of them yet
    known[TENANT, "clerk"] = replace(known[TENANT, "clerk"], derived=sources_of(page.items))
    gone = {
        "custom.seats": {"total", "size", "per_seat"},
        "annual_revenue": {"fee", "per_seat"},
        "currency": {"fee"},
        "custom": {*FORMULAS},
    }[hidden]
    shown = (await clerk.get(f"{ACCOUNTS}/{a}")).json()
    assert {*FORMULAS} - {*shown.get("custom", {})} == gone
    assert not {*(shown.get("formulas") or {})} & gone
    for name in gone:
        field = f"custom.{name}.amount" if name == "fee" else f"custom.{name}"
        for query in (f"{field}[empty]=false", f"sort={field}"):
            assert (await clerk.get(f"{ACCOUNTS}?{query}")).status_code == 422, query
        assert (await clerk.get(f"{ACCOUNTS}/export?fields=custom.{name}")).status_code == 422
        assert name not in (await clerk.get(f"{ACCOUNTS}/export")).text.splitlines()[0]


async def test_rights_know_the_formulas_of_their_organisation_alone(service: Service) -> None:
    await define_all(service)
    definitions = service.kernel.catalogue.field_definition
    assert definitions is not None
    directory = UserDirectory(service.kernel.views, {}, None, {definitions.name: definitions.collection.name})
    mine, other = [await directory._snapshot(t) for t in (TENANT, "t2")]
    assert mine.derived["account"]["custom.size"] == ("custom.total",)
    assert other.derived == {}
