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


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with office_at(tmp_path) as opened:
        yield opened


async def until(office: Office, state: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while (found := await office.get(PATH))["state"] != state:
            assert found["state"] not in ("failed", "paused"), found
            await asyncio.sleep(0.05)
    return dict(found)


async def counts(office: Office) -> list[int]:
    paths = ("/sales/opportunities", "/customer/accounts", "/sales/products", "/identity/users", "/sales/pipelines")
    return [(await office.get(f"{path}/count"))["count"] for path in paths]


async def test_it_goes_in_and_comes_out_and_leaves_what_people_changed(office: Office) -> None:
    before = await counts(office)
    assert await office.get(PATH) == {"state": "off"}
    begun = await office.client.post(PATH, json={"language": "zh-TW", "size": 20})
    assert begun.status_code == 202, begun.text
    assert begun.json()["state"] in ("loading", "on")
    found = await until(office, "on")
    report = await office.get(f"/imports/{found['import']}/report")
    assert report["rejected"] == [], report
    deals = (await office.get("/sales/opportunities", source="範例資料"))["items"]
    assert len(deals) == 20
    again = await office.client.post(PATH, json={"language": "en"})
    assert (again.status_code, again.json()["code"]) == (409, "sample-data-present")

    edited = await office.client.patch(f"/sales/opportunities/{deals[0]['id']}", json={"next_step": "Call"})
    assert edited.status_code == 200, edited.text
    assert (await office.client.delete(PATH)).status_code == 202
    done = await until(office, "off")
    assert done["left"] == 1
    left = (await office.client.get(f"/imports/{found['import']}/left.csv")).text
    assert deals[0]["id"] in left
    assert await counts(office) == [1, *before[1:]]
    assert (await office.client.delete(PATH)).json()["state"] == "off"

    assert (await office.client.post(PATH, json={"language": "en", "size": 10})).status_code == 202
    found = await until(office, "on")
    assert (await office.get(f"/imports/{found['import']}/report"))["rejected"] == []


@pytest.mark.parametrize(
    "body", [{}, {"language": "fr"}, {"language": "en", "size": 2_001}, {"language": "en", "x": 1}]
)
async def test_bad_wishes_are_refused(office: Office, body: dict[str, Any]) -> None:
    assert (await office.client.post(PATH, json=body)).status_code == 422
