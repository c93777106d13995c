"""Boards in one answer: groups by values, days and ranges, sums per currency, first cards and their cursors."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.http import board
from tests.support.importing import Office, office

ACCOUNTS = "/customer/accounts"
BOARD = f"{ACCOUNTS}/board"
ROWS = [  # type, revenue, currency, employees
    ("customer", "10.00", "EUR", 5),
    ("customer", "20.00", "EUR", 50),
    ("customer", "30.00", "USD", None),
    ("prospect", "40.00", "EUR", 500),
    ("prospect", None, "EUR", 10),
]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as opened:
        for n, (type, revenue, currency, employees) in enumerate(ROWS):
            values = {"annual_revenue": revenue, "currency": currency, "employees": employees}
            filled = {name: value for name, value in values.items() if value is not None}
            await opened.create(ACCOUNTS, name=f"a{n}", type=type, **filled)
        await opened.suite.kernel.projector.catch_up()
        yield opened


async def test_what_cards_name_has_its_title(desk: Office) -> None:
    asked = {"by": "type", "cards": 1, "fields": "name,owner"}
    found = await desk.get(BOARD, **asked, names="true")
    owners = {card["owner"] for group in found["groups"] for card in group["cards"]}
    assert set(found["names"]) == owners
    assert "" not in found["names"].values()
    assert "names" not in await desk.get(BOARD, **asked)


async def test_columns_have_counts_sums_cards_and_a_cursor(desk: Office) -> None:
    params = {"by": "type", "sum": "annual_revenue,employees", "cards": 2, "fields": "name", "sort": "-name"}
    groups = {g["key"]: g for g in (await desk.get(BOARD, **params))["groups"]}
    customer, prospect = groups["customer"], groups["prospect"]
    assert (customer["count"], prospect["count"]) == (3, 2)
    assert customer["sum"] is None
    assert customer["totals"]["annual_revenue"]["sums"] == [
        {"currency": "EUR", "count": 2, "sum": "30.00"},
        {"currency": "USD", "count": 1, "sum": "30.00"},
    ]
    assert prospect["totals"] == {
        "annual_revenue": {"sum": "40.00", "sums": [{"currency": "EUR", "count": 2, "sum": "40.00"}]},
        "employees": {"sum": "510"},
    }
    assert [card["name"] for card in customer["cards"]] == ["a2", "a1"]
    assert prospect["next"] is None
    rest = {"filter": json.dumps({"all": customer["where"]}), "sort": "-name", "cursor": customer["next"]}
    assert [item["name"] for item in (await desk.get(ACCOUNTS, **rest))["items"]] == ["a0"]
    assert [
        item["name"]
        for item in (await desk.get(ACCOUNTS, type="customer", sort="-name", cursor=customer["next"]))["items"]
    ] == ["a0"]


async def test_records_are_grouped_by_ranges_by_days_and_by_two_fields(desk: Office) -> None:
    ranges = (await desk.get(BOARD, by="employees", ranges="10,100", cards=0))["groups"]
    assert [(g["key"], g["count"]) for g in ranges] == [
        (None, 1),
        ({"from": None, "to": "10"}, 1),
        ({"from": "10", "to": "100"}, 2),
        ({"from": "100", "to": None}, 1),
    ]
    for group in ranges:
        assert (await desk.get(f"{ACCOUNTS}/count", filter=json.dumps({"all": group["where"]})))["count"] == group[
            "count"
        ]
    for unit in ("day", "week", "month", "quarter", "year"):
        (today,) = (await desk.get(BOARD, by=f"created_at:{unit}", cards=5))["groups"]
        assert (today["count"], len(today["cards"])) == (5, 5)
        assert (await desk.get(f"{ACCOUNTS}/count", filter=json.dumps({"all": today["where"]})))["count"] == 5
    both = (await desk.get(BOARD, by="type,currency", sum="employees"))["groups"]
    assert [(g["key"], g["count"], g["sum"]) for g in both] == [
        (["customer", "EUR"], 2, "55"),
        (["customer", "USD"], 1, "0"),
        (["prospect", "EUR"], 2, "510"),
    ]
    assert (await desk.get(BOARD, by="created_at:day", type="competitor"))["groups"] == []


async def test_lists_boards_and_counts_wait_for_what_was_written(desk: Office) -> None:
    done = (await desk.client.post(ACCOUNTS, json={"name": "new"})).raise_for_status().json()
    written = f"{done['id']}:{done['version']}"
    for path, params in ((ACCOUNTS, {}), (f"{ACCOUNTS}/count", {}), (BOARD, {"by": "type"})):
        await desk.get(path, min_version=written, **params)
        await desk.get(path, min_version=f"account:{written},{written}", **params)
    assert (await desk.get(f"{ACCOUNTS}/count", min_version=written))["count"] == len(ROWS) + 1
    late = await desk.client.get(ACCOUNTS, params={"min_version": f"{done['id']}:9"})
    assert (late.status_code, late.json()["type"].rpartition("/")[2]) == (503, "projection-behind")
    for wrong in ("x", "nope:x:1", "unknown:1", f"{done['id']}:x", ",".join([written] * 11)):
        answer = await desk.client.get(ACCOUNTS, params={"min_version": wrong})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "min_version")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "by"),
    ({"by": "type,type"}, "by"),
    ({"by": "type,currency,archived"}, "by"),
    ({"by": "type:month"}, "by"),
    ({"by": "created_at"}, "by"),
    ({"by": "created_at:hour"}, "by"),
    ({"by": "employees"}, "by"),
    ({"by": "employees", "ranges": "10,5"}, "ranges"),
    ({"by": "employees", "ranges": "x"}, "ranges"),
    ({"by": "employees", "ranges": "1.5"}, "ranges"),
    ({"by": "type", "sum": "name"}, "sum"),
    ({"by": "type", "sum": "employees,employees"}, "sum"),
    ({"by": "type", "cards": "51"}, "cards"),
]


async def test_a_board_that_cannot_be_made_is_refused(desk: Office) -> None:
    for params, field in REFUSED:
        answer = await desk.client.get(BOARD, params=params)
        assert answer.status_code == 422, (params, answer.text)
        assert [e["field"] for e in answer.json()["errors"]] == [field], params


async def test_a_board_of_too_many_groups_is_refused(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "MAX_GROUPS", 2)
    assert len((await desk.get(BOARD, by="type"))["groups"]) == 2
    answer = await desk.client.get(BOARD, params={"by": "type,currency", "sum": "annual_revenue"})
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["field"], error["code"]) == (422, "by", "too-many-groups")
    assert "3 groups, 2 at most" in error["message"]
