"""The sales service over HTTP: boards, stage histories and prices, now and at any moment, within everyone's rights."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.customer.catalogue import AGGREGATES as CUSTOMER
from services.sales.app import create_app
from services.sales.catalogue import AGGREGATES as SALES
from shared.security.permissions import Role
from tests.support.http_service import Service, open_service
from tests.support.roles import BUILT_IN

STAGES = [
    {"key": "prospecting", "zh": "接洽", "en": "Prospecting", "probability": 10},
    {"key": "engaging", "zh": "洽谈", "en": "Engaging", "probability": 50},
]


class Http:
    """The sales service as a signed-in user meets it."""

    def __init__(self, service: Service, client: httpx.AsyncClient) -> None:
        self.service, self.client = service, client

    async def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        answer = await self.client.post(path, json=body or {}, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def get(self, path: str, **params: str) -> dict[str, Any]:
        await self.service.catch_up()
        answer = await self.client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def signed_in(service: Service, user: str, role: str | Role = "administrator") -> Http:
    token = service.client(user, role).headers["authorization"]
    transport = httpx.ASGITransport(create_app(service.kernel))
    client = httpx.AsyncClient(transport=transport, base_url="http://crm.test", headers={"Authorization": token})
    service.opened.append(client)
    return Http(service, client)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_service(tmp_path, (*CUSTOMER, *SALES)) as opened:
        yield opened


async def pipeline_with_deals(http: Http) -> tuple[str, list[str]]:
    """Two deals in the first stage, one in the second, one won; opened in 2026-01, moved and won in February."""
    pipeline = (await http.post("/pipelines", {"name": "P", "stages": STAGES, "default": True}))["id"]
    january, february = {"X-Occurred-At": "2026-01-10T00:00:00Z"}, {"X-Occurred-At": "2026-02-10T00:00:00Z"}
    amounts = (("100", "CNY"), ("200.50", "CNY"), ("300", "EUR"), ("400", "CNY"))
    ids = []
    for number, (amount, currency) in enumerate(amounts):
        body = {"name": f"D{number}", "amount": amount, "currency": currency, "pipeline": pipeline}
        ids.append((await http.post("/opportunities", body, **january))["id"])
    await http.post(f"/opportunities/{ids[2]}/stage", {"stage": "engaging"}, **february)
    await http.post(f"/opportunities/{ids[3]}/win", {}, **february)
    return pipeline, ids


class TestHttp:
    async def test_the_board_now_and_then(self, service: Service) -> None:
        http = signed_in(service, "anna")
        pipeline, ids = await pipeline_with_deals(http)
        board = await http.get(f"/pipelines/{pipeline}/board", limit="1", sort="-amount")
        first, second = board["columns"]
        assert (first["stage"], first["en"], first["count"]) == ("prospecting", "Prospecting", 2)
        assert first["sums"] == [{"currency": "CNY", "count": 2, "amount": "300.50", "weighted_amount": "30.05"}]
        assert [c["name"] for c in first["cards"]] == ["D1"]
        assert second["sums"] == [{"currency": "EUR", "count": 1, "amount": "300.00", "weighted_amount": "150.00"}]
        assert [(c["status"], c["count"]) for c in board["closed"]] == [("won", 1), ("lost", 0)]
        assert board["closed"][0]["sums"][0]["amount"] == "400.00"

        then = await http.get(f"/pipelines/{pipeline}/board", as_of="2026-01-31")
        assert [c["count"] for c in then["columns"]] == [4, 0]
        assert [s["amount"] for s in then["columns"][0]["sums"]] == ["700.50", "300.00"]
        before = await http.get(f"/pipelines/{pipeline}/board", as_of="2025-12-31")
        assert [c["count"] for c in before["columns"]] == [0, 0]
        unknown_then = await http.get(f"/pipelines/{pipeline}/board", known_at="2026-01-31")
        assert [c["count"] for c in unknown_then["columns"]] == [0, 0]
        only = await http.get(f"/pipelines/{pipeline}/board", owner="nobody")
        assert [c["count"] for c in only["columns"]] == [0, 0]
        assert ids

    async def test_everyone_sees_their_own_board(self, service: Service) -> None:
        pipeline, _ = await pipeline_with_deals(signed_in(service, "anna"))
        bert = signed_in(service, "bert", "sales_representative")
        board = await bert.get(f"/pipelines/{pipeline}/board")
        assert [c["count"] for c in board["columns"]] == [0, 0]
        assert board["closed"][0]["count"] == 0
        blind = BUILT_IN["sales_representative"]
        blind = Role("blind", "", "", blind.grants, {"opportunity": frozenset({"amount"})})
        answer = await signed_in(service, "carl", blind).client.get(f"/pipelines/{pipeline}/board")
        assert answer.status_code == 403

    async def test_the_board_by_forecast_category(self, service: Service) -> None:
        http = signed_in(service, "anna")
        _, ids = await pipeline_with_deals(http)
        for id, category in ((ids[0], "commit"), (ids[1], "best_case")):
            await http.post(f"/opportunities/{id}/forecast-category", {"category": category})
        board = await http.get("/opportunities/board", by="forecast_category", sum="amount", status="open")
        assert board["groups"] == [
            {"key": key, "count": 1, "sum": total, "sums": [{"currency": currency, "count": 1, "sum": total}]}
            for key, total, currency in (
                ("best_case", "200.50", "CNY"),
                ("commit", "100.00", "CNY"),
                ("pipeline", "300.00", "EUR"),
            )
        ]
        listed = await http.get("/opportunities", forecast_category="commit")
        assert [d["id"] for d in listed["items"]] == [ids[0]]
        wrong = await http.client.get("/opportunities", params={"forecast_category": "sure"})
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "forecast_category")

    async def test_a_retired_stage_stays_while_deals_are_in_it(self, service: Service) -> None:
        http = signed_in(service, "anna")
        pipeline, ids = await pipeline_with_deals(http)
        await http.post(f"/opportunities/{ids[2]}/win")
        await service.catch_up()
        await http.post(f"/pipelines/{pipeline}/retire-stage", {"key": "engaging"})
        now = await http.get(f"/pipelines/{pipeline}/board")
        assert [c["stage"] for c in now["columns"]] == ["prospecting"]
        then = await http.get(f"/pipelines/{pipeline}/board", as_of="2026-03-01")
        assert [(c["stage"], c["count"]) for c in then["columns"]] == [("prospecting", 2), ("engaging", 1)]

    async def test_the_stage_history(self, service: Service) -> None:
        http = signed_in(service, "anna")
        _, ids = await pipeline_with_deals(http)
        stays = (await http.get(f"/opportunities/{ids[2]}/stages"))["items"]
        assert [(s["stage"], s["status"]) for s in stays] == [("prospecting", "open"), ("engaging", "open")]
        assert (stays[0]["seconds"], stays[0]["to"]) == (31 * 86_400, "2026-02-10T00:00:00.000000Z")
        assert (stays[1]["to"], stays[1]["zh"], stays[1]["actor"]) == (None, "洽谈", "anna")
        assert stays[1]["seconds"] > 0
        won = (await http.get(f"/opportunities/{ids[3]}/stages"))["items"]
        assert [(s["stage"], s["status"], s["seconds"]) for s in won] == [
            ("prospecting", "open", 31 * 86_400),
            ("prospecting", "won", None),
        ]
        then = (await http.get(f"/opportunities/{ids[2]}/stages", as_of="2026-01-10"))["items"]
        assert [(s["stage"], s["seconds"]) for s in then] == [("prospecting", 86_399)]
        undone = await http.post(f"/opportunities/{ids[2]}/undo", {"version": 2})
        assert undone["version"] == 3
        stays = (await http.get(f"/opportunities/{ids[2]}/stages"))["items"]
        assert [s["stage"] for s in stays] == ["prospecting", "engaging", "prospecting"]

    async def test_the_price_of_a_day(self, service: Service) -> None:
        http = signed_in(service, "anna")
        product = (await http.post("/products", {"name": "GTX"}))["id"]
        book = (await http.post("/price-books", {"name": "B", "currency": "CNY"}))["id"]
        for price, day in (("10", "2026-01-01"), ("12", "2026-07-01")):
            await http.post(f"/price-books/{book}/prices", {"product": product, "price": price, "valid_from": day})
        path = f"/price-books/{book}/price"
        assert await http.get(path, product=product, on="2026-06-30") == {
            "product": product,
            "on": "2026-06-30",
            "price": "10.00",
            "currency": "CNY",
            "valid_from": "2026-01-01",
        }
        assert (await http.get(path, product=product))["price"] == "12.00"
        for status, params in (
            (404, {"product": product, "on": "2025-12-31"}),
            (422, {"product": product, "on": "2026-02-30"}),
            (422, {"on": "2026-06-30"}),
            (422, {"product": product, "day": "2026-06-30"}),
        ):
            assert (await http.client.get(path, params=params)).status_code == status

    async def test_errors_name_their_fields(self, service: Service) -> None:
        http = signed_in(service, "anna")
        _, ids = await pipeline_with_deals(http)
        gone = await http.client.post(f"/opportunities/{ids[0]}/stage", json={"stage": "nowhere"})
        assert (gone.status_code, gone.json()["errors"][0]["field"]) == (422, "stage")
        lost = await http.client.post(f"/opportunities/{ids[0]}/lose", json={})
        assert (lost.status_code, lost.json()["errors"][0]["field"]) == (422, "reason")
        won = await http.client.post(f"/opportunities/{ids[3]}/lose", json={"reason": "x"})
        assert (won.status_code, won.json()["code"]) == (409, "closed")
        for path in (
            "/pipelines/nowhere/board",
            "/opportunities/nowhere/stages",
            "/price-books/nowhere/price?product=x",
        ):
            assert (await http.client.get(path)).status_code == 404

    async def test_its_description_names_every_route(self, service: Service) -> None:
        paths = (await signed_in(service, "anna").get("/openapi.json"))["paths"]
        assert {"/pipelines/{id}/board", "/opportunities/{id}/stages", "/price-books/{id}/price"} <= paths.keys()
        assert "/leads/{id}/convert" in paths
        assert not [p for p in paths if "complete" in p or "clear" in p]
