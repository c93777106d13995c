"""Analysts' SQL over HTTP, in the whole suite: rights, formats, refusals, the views' description, the feed's status."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest

from crm.compose import Suite
from crm.settings import Settings
from services.identity.setup import set_up
from shared.security.passwords import Passwords
from tests.support.identity_suite import PASSWORD, QUICK
from tests.support.importing import fed
from tests.support.role_harness import open_any

ADMIN = "ada@acme.example"


@pytest.fixture
async def suite(tmp_path: Path) -> AsyncIterator[Suite]:
    opened = await open_any(Settings(tmp_path))
    await set_up(opened.kernel, "Acme", "Ada Bloom", ADMIN, PASSWORD, "en", Passwords(QUICK))
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def ada(suite: Suite) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(suite.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://crm.test", timeout=30) as client:
        answer = await client.post("/identity/sessions", json={"email": ADMIN, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


async def deal(client: httpx.AsyncClient, **fields: Any) -> str:
    body = {"name": "=2+5 商机", "amount": "100.00", "currency": "CNY", **fields}
    made = await client.post("/sales/opportunities", json=body)
    assert made.status_code == 201, made.text
    id: str = made.json()["id"]
    return id


async def ask(client: httpx.AsyncClient, sql: str, format: str = "json") -> httpx.Response:
    return await client.post("/analytics/sql", json={"sql": sql, "format": format})


async def test_one_question_in_four_formats(ada: httpx.AsyncClient) -> None:
    await deal(ada)
    await fed(ada)
    sql = "SELECT name, owner, amount, opened_on, created_at, account FROM opportunities"
    as_json = await ask(ada, sql)
    assert as_json.headers["content-type"] == "application/json"
    row = as_json.json()["rows"][0]
    assert (row["name"], row["owner"], row["amount"], row["account"]) == ("=2+5 商机", "Ada Bloom", "100.00", "")
    assert row["created_at"].endswith("Z")
    assert [c["name"] for c in as_json.json()["columns"]][:2] == ["name", "owner"]

    as_csv = await ask(ada, sql, "csv")
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(as_csv.text)))
    assert (lines[0]["name"], lines[0]["amount"]) == ("'=2+5 商机", "100.00")

    table = (await ask(ada, sql, "table")).text.splitlines()
    assert table[0].startswith("name")
    assert "=2+5 商机" in table[2]
    assert table[-1] == "(1 row)"

    arrow = pa.ipc.open_stream((await ask(ada, sql, "arrow")).content).read_all()
    assert arrow.schema.field("amount").type == pa.decimal128(18, 4)
    assert arrow.schema.field("opened_on").type == pa.date32()
    assert arrow.schema.field("created_at").type == pa.timestamp("us", "UTC")
    assert arrow.to_pylist()[0]["name"] == "=2+5 商机"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"sql": "SELECT * FROM system.tables"}, "not-allowed"),
    ({"sql": "SELECT nothing FROM opportunities"}, "column"),
    ({"sql": "SELECT '\x07'"}, "characters"),
    ({"sql": "SELECT name\nFROM opportunitys"}, "view"),
    ({"sql": "SELECT 1", "format": "xml"}, "literal-error"),
    ({"sql": ""}, "string-too-short"),
    ({}, "missing"),
    ({"sql": "SELECT 1", "limit": 5}, "extra-forbidden"),
]


async def test_refusals_name_the_reason_and_its_place(ada: httpx.AsyncClient) -> None:
    for body, code in REFUSED:
        answer = await ada.post("/analytics/sql", json=body)
        assert answer.status_code == 422, body
        assert answer.json()["errors"][0]["code"] == code, body
    problem = (await ask(ada, "SELECT name,\n  sleep(3) FROM opportunities")).json()
    assert (problem["line"], problem["errors"][0]["field"]) == (2, "sql")
    assert problem["detail"] == "line 2, column 7: sleep is not among the functions listed"


async def test_without_a_token_nothing_is_told(suite: Suite) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(suite.app), base_url="http://crm.test") as client:
        assert (await ask(client, "SELECT 1")).status_code == 401
        assert (await client.get("/analytics/views")).status_code == 401
        assert (await client.get("/analytics/status")).status_code == 401


async def test_the_views_describe_themselves_in_both_languages(ada: httpx.AsyncClient) -> None:
    described = (await ada.get("/analytics/views")).json()
    views = {v["name"]: v for v in described["views"]}
    first = "opportunity_id name account owner manager team product stage status amount currency opened_on closed_on"
    assert [c["name"] for c in views["opportunities"]["columns"]][:13] == first.split()
    assert views["pipeline_as_of"]["parameters"] == {"day": "Date32"}
    columns = [c["name"] for c in views["pipeline_as_of"]["columns"]]
    assert columns == ["stage", "status", "opportunities", "amount", "currency"]
    assert all(v["zh"] and v["en"] and all(c["zh"] and c["en"] for c in v["columns"]) for v in views.values())
    assert "sum" in described["functions"]["aggregates"]


async def test_every_described_column_is_answered_with_its_type(ada: httpx.AsyncClient) -> None:
    await deal(ada)
    await fed(ada)
    for view in (await ada.get("/analytics/views")).json()["views"]:
        arguments = ", ".join(f"{p} = '2100-01-01'" for p in view["parameters"])
        source = f"{view['name']}({arguments})" if arguments else view["name"]
        answer = await ask(ada, f"SELECT * FROM {source}")
        assert answer.status_code == 200, answer.text
        columns = answer.json()["columns"]
        assert [c["name"] for c in columns] == [c["name"] for c in view["columns"]]
        differing = {
            c["name"]: (c["type"], d["type"])
            for c, d in zip(columns, view["columns"], strict=True)
            if c["type"].replace("LowCardinality(String)", "String") != d["type"]
        }
        assert differing == {}, view["name"]


async def test_status_tells_how_far_the_facts_have_come(ada: httpx.AsyncClient) -> None:
    await deal(ada)
    await fed(ada)
    status = (await ada.get("/analytics/status")).json()
    assert status["position"] + status["lag"] == status["head"]
    assert (status["parked"], status["rebuilding"]) == (0, False)
