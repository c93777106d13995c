"""Questions to lists over HTTP: groups of conditions, parts of texts, values of who asks, several orders, jumps."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.sales.opportunity import OPPORTUNITY
from shared.security.permissions import Access
from shared.views.port import Condition, Conditions, Query
from tests.support.importing import Office, office

ACCOUNTS, DEALS = "/customer/accounts", "/sales/opportunities"
ROWS = {  # name → city, revenue, employees
    "Acme": ("Köln", "10.00", 5),
    "Acme Köln": ("Köln", "10.00", 9),
    "上海贸易": ("上海", "30.00", None),
    "Globex": ("Paris", None, 1),
    "Initech": (None, "20.00", 7),
}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as opened:
        for name, (city, revenue, employees) in ROWS.items():
            values = {"city": city, "currency": revenue and "EUR", "annual_revenue": revenue, "employees": employees}
            await opened.create(ACCOUNTS, name=name, **{k: v for k, v in values.items() if v})
        await opened.suite.kernel.projector.catch_up()
        yield opened


async def names(desk: Office, tree: Any = None, **params: Any) -> list[str]:
    asked = params if tree is None else {**params, "filter": json.dumps(tree)}
    return [item["name"] for item in (await desk.get(ACCOUNTS, sort="name", **asked))["items"]]


async def test_a_tree_is_one_question_for_lists_counts_boards_and_exports(desk: Office) -> None:
    tree = {
        "any": [
            {"field": "annual_revenue", "op": "gt", "value": 10},
            {"field": "name", "op": "contains", "value": "köln"},
        ]
    }
    assert await names(desk, tree) == ["Acme Köln", "Initech", "上海贸易"]
    assert await names(desk, tree, **{"name[prefix]": "a"}) == ["Acme Köln"]
    assert await names(desk, {"none": [tree]}) == ["Acme", "Globex"]
    text = json.dumps(tree)
    assert (await desk.get(f"{ACCOUNTS}/count", filter=text))["count"] == 3
    assert [g["count"] for g in (await desk.get(f"{ACCOUNTS}/board", filter=text, by="archived"))["groups"]] == [3]
    answer = await desk.client.get(f"{ACCOUNTS}/export", params={"filter": text, "sort": "name"})
    assert [row["name"] for row in csv.DictReader(answer.text.splitlines())] == ["Acme Köln", "Initech", "上海贸易"]
    past = (await desk.get(f"{ACCOUNTS}/count", filter=text, as_of="2001-01-01"))["count"]
    assert past == 0


async def test_archived_records_stay_hidden_unless_a_tree_names_them(desk: Office) -> None:
    (found,) = (await desk.get(ACCOUNTS, name="Globex"))["items"]
    await desk.client.post(f"{ACCOUNTS}/{found['id']}/archive", json={})
    await desk.suite.kernel.projector.catch_up()
    small = {"field": "employees", "op": "lt", "value": 6}
    assert await names(desk, small) == ["Acme"]
    assert await names(desk, {"all": [small, {"field": "archived", "op": "in", "value": [True, False]}]}) == [
        "Acme",
        "Globex",
    ]


async def test_parts_of_chinese_texts_are_found(desk: Office) -> None:
    for part in ("上海", "海贸", "易"):
        assert await names(desk, **{"name[contains]": part}) == ["上海贸易"]


async def test_days_and_people_are_those_of_the_caller(desk: Office) -> None:
    assert len(await names(desk, created_at="@today")) == len(ROWS)
    assert await names(desk, {"none": [{"field": "created_at", "value": "@this_year"}]}) == []
    assert len(
        await names(desk, {"any": [{"field": "owner", "value": "@me"}, {"field": "name", "value": "x"}]})
    ) == len(ROWS)
    assert await names(desk, **{"owner[ne]": "@my_team"}) == []
    answer = await desk.client.get(ACCOUNTS, params={"owner[gt]": "@me"})
    assert answer.json()["errors"][0]["field"] == "owner"


async def test_a_team_is_all_who_share_one_with_the_caller(desk: Office) -> None:
    access = Access(desk.tenant, "u1", team=frozenset({"u1", "u2"}))
    query = Query((Conditions("any", (Condition("owner", "eq", "@my_team"), Condition("owner", "in", ["u9", "@me"]))),))
    meant = await desk.suite.kernel.queries.dated(OPPORTUNITY, query, access)
    assert meant.where == (
        Conditions("any", (Condition("owner", "one_of", ["u1", "u2"]), Condition("owner", "one_of", ["u1", "u9"]))),
    )


async def test_several_orders_and_a_jump_go_on_page_by_page(desk: Office) -> None:
    whole = [i["name"] for i in (await desk.get(ACCOUNTS, sort="annual_revenue,-employees"))["items"]]
    assert whole == ["Globex", "Acme Köln", "Acme", "Initech", "上海贸易"]
    for limit in (1, 2, 4):
        found, page = [], await desk.get(ACCOUNTS, sort="annual_revenue,-employees", limit=limit, skip=1)
        while True:
            found += [item["name"] for item in page["items"]]
            if page["next"] is None:
                break
            page = await desk.get(ACCOUNTS, sort="annual_revenue,-employees", limit=limit, cursor=page["next"])
        assert found == whole[1:]


REFUSED: list[tuple[dict[str, str], str, str]] = [
    ({"filter": "{"}, "filter", "bad-json"),
    (
        {"filter": '{"any": [{"field": "name", "value": "x"}, {"field": "nope", "value": 1}]}'},
        "filter.any.1",
        "bad-filter",
    ),
    ({"filter": '{"field": "custom.nope", "value": "x"}'}, "custom.nope", "bad-query"),
    ({"sort": "name,-name"}, "sort", "bad-query"),
    ({"sort": "name,id,city,employees"}, "sort", "bad-query"),
    ({"sort": "name,nope"}, "nope", "bad-query"),
    ({"skip": "200001"}, "skip", "out-of-range"),
    ({"skip": "1", "cursor": "x"}, "skip", "bad-query"),
    ({"cursor": "x", "sort": "name,city"}, "cursor", "bad-query"),
    ({"name[contains]": ""}, "name", "bad-query"),
]


async def test_a_question_that_cannot_be_put_is_refused(desk: Office) -> None:
    for params, field, code in REFUSED:
        answer = await desk.client.get(ACCOUNTS, params=params)
        assert answer.status_code == 422, answer.text
        assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(field, code)]
