"""Sample data goes in as an import and comes out as its revert; what people changed stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.importing import Office
from tests.support.importing import office as office_at

PATH = "/integration/sample-data"
TYPES = (
    "/sales/opportunities", "/customer/accounts", "/customer/contacts", "/sales/leads", "/customer/activities",
    "/sales/products", "/identity/users", "/identity/teams", "/sales/pipelines",
)  # fmt: skip
GATED = {"stages": [{"key": "offer", "zh": "报价", "en": "Offer", "probability": 50}], "default": True}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with office_at(tmp_path) as opened:
        yield opened


async def until(office: Office, state: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while (found := await office.get(PATH))["state"] != state:
            assert found["state"] not in ("failed", "paused"), found
            await asyncio.sleep(0.05)
    await office.suite.kernel.projector.catch_up()
    return dict(found)


async def put_in(office: Office, language: str, size: int) -> dict[str, Any]:
    """Its report, with no row refused."""
    begun = await office.client.post(PATH, json={"language": language, "size": size})
    assert begun.status_code == 202, begun.text
    assert begun.json()["state"] in ("loading", "on")
    found = await until(office, "on")
    report = await office.get(f"/imports/{found['import']}/report")
    assert (report["rejected"], report["warnings"]) == ([], {})
    return {**found, "report": report}


async def take_out(office: Office) -> dict[str, Any]:
    assert (await office.client.delete(PATH)).status_code == 202
    return await until(office, "off")


async def counts(office: Office) -> list[int]:
    return [(await office.get(f"{path}/count"))["count"] for path in TYPES]


async def test_it_goes_in_and_comes_out_and_leaves_what_people_changed(office: Office) -> None:
    own = await office.create("/customer/contacts", family_name="Own", given_name="Ina")
    await office.create("/sales/leads", name="Own lead")
    await office.suite.kernel.projector.catch_up()
    before = await counts(office)
    assert await office.get(PATH) == {"state": "off"}
    at = f"/identity/organisations/{office.tenant}"
    (await office.client.patch(at, json={"currency": "TWD"})).raise_for_status()  # no view knows it yet
    found = await put_in(office, "zh-TW", 20)
    deals = (await office.get("/sales/opportunities", source="範例資料"))["items"]
    assert (len(deals), {deal["currency"] for deal in deals}) == (20, {"TWD"})
    assert all(now > then for now, then in zip((await counts(office))[:8], before, strict=False))
    again = await office.client.post(PATH, json={"language": "en"})
    assert (again.status_code, again.json()["code"]) == (409, "sample-data-present")

    leads = (await office.get("/sales/leads", source="範例資料"))["items"]
    edited = await office.client.patch(f"/sales/leads/{leads[0]['id']}", json={"title": "Buyer"})
    assert edited.status_code == 200, edited.text
    done = await take_out(office)
    assert done["left"] == 1
    left = (await office.client.get(f"/imports/{found['import']}/left.csv")).text
    assert leads[0]["id"] in left
    assert await counts(office) == [*before[:3], before[3] + 1, *before[4:]]
    assert (await office.get(f"/customer/contacts/{own}"))["archived"] is False
    assert (await office.client.delete(PATH)).json()["state"] == "off"

    await put_in(office, "zh-TW", 20)
    assert (await take_out(office))["left"] == 0


@pytest.mark.parametrize(("language", "mark"), [("zh-CN", "示例数据"), ("en", "Sample data")])
async def test_it_is_a_company_with_a_year_behind_it(office: Office, language: str, mark: str) -> None:
    await put_in(office, language, 120)
    deals = "/sales/opportunities"
    by_status = {g["key"]: g for g in (await office.get(f"{deals}/board", by="status", sum="amount"))["groups"]}
    assert by_status.keys() == {"open", "won", "lost"}
    assert all(group["count"] >= 10 and float(group["sum"]) > 0 for group in by_status.values())
    assert (await office.get(f"{deals}/count", **{"amount[empty]": "true"}))["count"] == 0
    months = (await office.get(f"{deals}/board", by="closed_on:month"))["groups"]
    assert len([m for m in months if m["key"]]) >= 9
    stages = (await office.get(f"{deals}/board", by="stage", status="open"))["groups"]
    assert len(stages) >= 3
    standard = (await office.get("/sales/pipelines"))["items"]
    assert {deal["pipeline"] for deal in (await office.get(deals))["items"]} == {standard[0]["id"]}
    reasons = (await office.get(f"{deals}/board", by="status", status="lost"))["groups"]
    assert reasons

    tasks = {"kind": "task", "status": "open", "tags": mark}
    due = [(await office.get("/customer/activities/count", **tasks, **more))["count"] for more in (
        {"due_on[lt]": "@today"}, {"due_on[ge]": "@today"}
    )]  # fmt: skip
    assert min(due) >= 2
    assert (await office.get("/customer/activities/count", status="done"))["count"] >= 100
    leads = {g["key"] for g in (await office.get("/sales/leads/board", by="status"))["groups"]}
    assert {"new", "working"} < leads | {"assigned"}
    contact = await office.get("/customer/contacts", names="true", limit=1)
    assert contact["names"][contact["items"][0]["account"]]
    mine = (await office.get(f"{deals}/count", owner="@me"))["count"]
    assert 10 < mine < 60


async def test_it_brings_a_pipeline_where_its_deals_do_not_fit(office: Office) -> None:
    await office.create("/sales/pipelines", name="Short", **GATED)
    await office.suite.kernel.projector.catch_up()
    await put_in(office, "en", 20)
    names = [p["name"] for p in (await office.get("/sales/pipelines"))["items"]]
    assert "Sample sales" in names
    assert (await take_out(office))["left"] == 0


@pytest.mark.parametrize(
    "body", [{}, {"language": "fr"}, {"language": "en", "size": 2_001}, {"language": "en", "x": 1}]
)
async def test_bad_wishes_are_refused(office: Office, body: dict[str, Any]) -> None:
    assert (await office.client.post(PATH, json=body)).status_code == 422
