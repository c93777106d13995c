"""The deals summary of accounts over HTTP: deals that move and end, merges, rights, rebuilds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from crm.compose import prepare
from services.audit.replays import replay, verify_views, views_named
from services.customer.catalogue import AGGREGATES as CUSTOMER
from services.sales.catalogue import AGGREGATES as SALES
from services.sales.deal_summary import DEAL_SUMMARIES
from shared.security.permissions import Level, Role
from shared.views.port import Scope, Write
from tests.integration.test_sales_http import STAGES, Http, signed_in
from tests.support.http_service import TENANT, Service, open_service

EMPTY = {"open_deals": 0, "open_amount": {}, "won_deals": 0, "last_won_on": None}


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_service(tmp_path, (*CUSTOMER, *SALES)) as opened:
        yield opened


async def caught_up(service: Service) -> None:
    await service.catch_up()
    for one in service.kernel.projections:
        await one.catch_up()


async def summary(http: Http, account: str) -> dict[str, Any]:
    await caught_up(http.service)
    return await http.get(f"/accounts/{account}/deals-summary")


async def account(service: Service, name: str) -> str:
    answer = await service.client("anna").post("/customer/accounts", json={"name": name})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def deal(http: Http, account: str, amount: str = "10", currency: str = "CNY") -> str:
    body = {"name": "D", "account": account, "amount": amount, "currency": currency}
    return str((await http.post("/opportunities", body))["id"])


async def opened(service: Service) -> tuple[Http, str]:
    http = signed_in(service, "anna")
    await http.post("/pipelines", {"name": "P", "stages": STAGES, "default": True})
    return http, await account(service, "Acme")


async def verified(service: Service) -> dict[str, Any]:
    report = await verify_views(service.kernel, TENANT, service.kernel.open_scratch, lambda _: None)
    return next(line for line in report["views"] if line["view"] == "deal_summaries")


async def rebuilt(service: Service) -> None:
    views, _ = views_named(service.kernel, ["deal_summaries"])
    report = await replay(service.kernel, views, False, lambda _: None)
    assert [line["view"] for line in report["views"]] == ["deal_summaries"]


async def test_it_follows_deals_through_their_lives(service: Service) -> None:
    http, acme = await opened(service)
    other = await account(service, "Globex")
    assert await summary(http, acme) == EMPTY
    won, lost, moved, gone = [await deal(http, acme) for _ in range(4)]
    await deal(http, acme, "7", "EUR")
    assert await summary(http, acme) == {**EMPTY, "open_deals": 5, "open_amount": {"CNY": "40.00", "EUR": "7.00"}}
    await http.post(f"/opportunities/{won}/win", {"close_date": "2026-01-02"})
    await http.post(f"/opportunities/{lost}/lose", {"reason": "price"})
    await http.client.patch(f"/opportunities/{moved}", json={"account": other})
    await http.post(f"/opportunities/{gone}/archive")
    now = await summary(http, acme)
    assert (now["open_deals"], now["open_amount"], now["won_deals"]) == (1, {"EUR": "7.00"}, 1)
    assert now["last_won_on"] is not None
    assert await summary(http, other) == {**EMPTY, "open_deals": 1, "open_amount": {"CNY": "10.00"}}
    await http.post(f"/opportunities/{gone}/restore")
    await http.client.patch(f"/opportunities/{moved}", json={"account": acme})
    assert (await summary(http, acme))["open_amount"] == {"CNY": "20.00", "EUR": "7.00"}
    assert await summary(http, other) == EMPTY
    before = [one async for one in service.kernel.views.scan("deal_summaries")]
    assert (await verified(service))["ok"]
    await rebuilt(service)
    assert [one async for one in service.kernel.views.scan("deal_summaries")] == before
    await deal(http, acme)
    assert (await summary(http, acme))["open_amount"] == {"CNY": "30.00", "EUR": "7.00"}


async def test_deals_of_a_merged_account_count_for_the_survivor(service: Service) -> None:
    http, acme = await opened(service)
    other = await account(service, "Globex")
    await deal(http, acme)
    await deal(http, other, "5")
    answer = await service.client("anna").post(f"/customer/accounts/{acme}/merge", json={"absorb": [other]})
    assert answer.status_code == 200, answer.text
    assert (await summary(http, acme))["open_amount"] == {"CNY": "15.00"}


async def test_verification_names_a_document_that_is_wrong_and_a_rebuild_mends_it(service: Service) -> None:
    http, acme = await opened(service)
    await deal(http, acme)
    await caught_up(service)
    name = DEAL_SUMMARIES.collection.name
    good = await service.kernel.views.get(name, acme, Scope(TENANT))
    assert good is not None
    await service.kernel.views.write([Write(name, TENANT, acme, {**good, "open_deals": 9}, 10**6)])
    assert (await verified(service))["different"] == [acme]
    await rebuilt(service)
    assert (await verified(service))["ok"]


async def test_a_start_fills_the_documents_of_a_new_version(service: Service) -> None:
    http, acme = await opened(service)
    await deal(http, acme)
    await caught_up(service)
    await service.kernel.views.write([Write(DEAL_SUMMARIES.collection.name, TENANT, acme, None, 10**6)])
    assert (await verified(service))["missing"] == [acme]
    await prepare(service.kernel, [DEAL_SUMMARIES.collection.name])
    assert (await verified(service))["ok"]


async def test_who_reads_less_than_all_deals_is_refused_and_hidden_amounts_are_left_out(service: Service) -> None:
    http, acme = await opened(service)
    await deal(http, acme)
    await caught_up(service)
    path = f"/accounts/{acme}/deals-summary"
    everything = {"account": {"*": Level.ALL}, "opportunity": {"read": Level.ALL}}
    own = Role("own", "o", "o", {**everything, "opportunity": {"read": Level.OWN}})
    assert (await signed_in(service, "otto", own).client.get(path)).status_code == 403
    none = Role("none", "n", "n", {"account": {"*": Level.ALL}})
    assert (await signed_in(service, "nora", none).client.get(path)).status_code == 403
    blind = Role("blind", "b", "b", everything, hidden={"opportunity": frozenset({"amount"})})
    found = await signed_in(service, "bo", blind).get(path)
    assert found == {"open_deals": 1, "won_deals": 0, "last_won_on": None}
    unknown = "01936f00-0000-7000-8000-000000000001"
    assert (await http.client.get(f"/accounts/{unknown}/deals-summary")).status_code == 404
