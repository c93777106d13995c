"""Metrics over HTTP: the catalogue in the caller's language, figures as JSON and as CSV, refusals."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.analytics.metrics.catalogue import METRICS
from tests.support.importing import Office, fed
from tests.support.importing import office as office_at


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with office_at(tmp_path, warehouse=True) as opened:
        yield opened


async def test_figures_by_name(office: Office) -> None:
    client = office.client
    listed = (await client.get("/analytics/metrics", headers={"Accept-Language": "zh-CN"})).json()["items"]
    assert [m["name"] for m in listed] == list(METRICS)
    revenue = next(m for m in listed if m["name"] == "revenue")
    assert (revenue["label"], revenue["unit"], revenue["period"]) == ("赢单收入", "money", True)
    assert revenue["chart"] == {"kind": "line", "by": None, "bucket": "month"}
    assert {"name": "owner", "label": "负责人"} in revenue["dimensions"]

    for source, amount in (("=1+1", "10.00"), ("fair", "5.00")):
        body = {"name": "d", "source": source, "amount": amount, "currency": "CNY"}
        id = await office.create("/sales/opportunities", **body)
        (await client.post(f"/sales/opportunities/{id}/win", json={})).raise_for_status()
    await fed(client)
    found = await office.get("/analytics/metrics/revenue", by="source", **{"from": "today"})
    assert [(r["source"], r["amount"]) for r in found["rows"]] == [("=1+1", "10.00"), ("fair", "5.00")]
    assert found["total"] == [{"currency": "CNY", "amount": "15.00", "won": 2, "average": "7.50"}]

    asked = {"by": "source"}
    answer = await client.get("/analytics/metrics/revenue", params=asked, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert rows[0] == {"source": "'=1+1", "currency": "CNY", "amount": "10.00", "won": "1", "average": "10.00"}
    as_asked = await client.get("/analytics/metrics/revenue", params={**asked, "format": "csv"})
    assert as_asked.content == answer.content

    for_people = {**asked, "format": "csv", "labels": "zh-TW", "currency": "base"}
    answer = await client.get("/analytics/metrics/revenue", params=for_people)
    assert answer.text.startswith("\ufeff")
    assert answer.text.splitlines()[0][1:] == "來源,幣別,金額,贏單,平均金額,無匯率的金額"

    unknown = await client.get("/analytics/metrics/happiness")
    assert (unknown.status_code, unknown.json()["type"].rpartition("/")[2]) == (404, "not-found")
    wrong = await client.get("/analytics/metrics/revenue?by=colour")
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "not-an-option")


async def test_a_caller_who_hangs_up_waits_for_no_turn(office: Office) -> None:
    """A page that is reloaded leaves its questions; those that wait must not fill the queue of its user."""
    answered: list[int] = []

    async def hung_up() -> None:
        messages = [{"type": "http.disconnect"}, {"type": "http.request", "body": b""}]

        async def receive() -> dict[str, Any]:
            return messages.pop() if len(messages) > 1 else messages[0]

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answered.append(message["status"])

        sent = office.client.build_request("GET", "/analytics/metrics/pipeline")
        scope = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "query_string": b""}
        headers = [(name.lower(), value) for name, value in sent.headers.raw]
        scope |= {"path": sent.url.path, "raw_path": sent.url.raw_path, "headers": headers, "root_path": ""}
        scope |= {"client": ("127.0.0.1", 1), "server": ("testserver", 80), "state": {}}
        transport = office.client._transport
        assert isinstance(transport, httpx.ASGITransport)
        await transport.app(scope, receive, send)

    await asyncio.gather(*(hung_up() for _ in range(10)))
    assert answered == [200]  # the one whose turn came at once; its question ran to the end
