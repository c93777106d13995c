"""Exports: every row, only what may leave, safe to open, and the same when read back."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import openpyxl
import pytest

from shared.http.export import MAX_SHEET_ROWS
from shared.security.permissions import Level, Role
from shared.tabular.cells import restore
from shared.views.port import Kind
from tests.support.http_service import Service, open_service

EXPORT = "/customer/accounts/export"
NAMES = ["=cmd|' /C calc'!A0", "＝1+1", "@SUM(A1)", "+86 10", "-1", "plain", "'=quoted", '中文, "公司"\n二', "a;b"]


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_service(tmp_path, projecting=False) as opened:
        yield opened


async def fill(service: Service, client: httpx.AsyncClient, names: list[str], **fields: object) -> None:
    """In the order of names where there are few; together, for one commit, where there are many."""
    bodies = [{"name": name, "allow_duplicate": True, **fields} for name in names]
    if len(bodies) < 20:
        answers = [await client.post("/customer/accounts", json=body) for body in bodies]
    else:
        answers = await asyncio.gather(*(client.post("/customer/accounts", json=body) for body in bodies))
    assert {a.status_code for a in answers} == {201}
    await service.catch_up()


def rows_of_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def rows_of_xlsx(content: bytes) -> list[dict[str, str]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    header, *rows = ([c.value or "" for c in row] for row in book.worksheets[0].iter_rows())
    assert all(c.data_type != "f" for row in book.worksheets[0].iter_rows() for c in row)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
async def test_a_round_trip_is_lossless_and_no_cell_is_a_formula(service: Service, format: str) -> None:
    client = service.client()
    await fill(service, client, NAMES, annual_revenue="5.00", description="= evil")
    answer = await client.get(EXPORT, params={"format": format})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith(f'.{format}"')
    rows = (rows_of_csv if format == "csv" else rows_of_xlsx)(answer.content)
    assert [restore(r["name"]) for r in rows] == [n.strip() for n in NAMES]
    assert {r["annual_revenue"] for r in rows} == {"5.00" if format == "csv" else 5}
    if format == "csv":
        values = [v for row in rows for v in row.values()]
        assert all(not v.lstrip()[:1] or v.lstrip()[0] not in "=+-@＝＋－＠\t\r" for v in values)


async def test_a_sheet_has_real_values_and_no_visible_marks(service: Service) -> None:
    client = service.client()
    await fill(service, client, ["=1+1"], annual_revenue="1234567.50", employees=7)
    asked = {"format": "xlsx", "fields": "employees,name,annual_revenue,archived,created_at", "labels": "zh"}
    book = openpyxl.load_workbook(io.BytesIO((await client.get(EXPORT, params=asked)).content))
    sheet = book.worksheets[0]
    head, row = sheet.iter_rows()
    assert [c.value for c in head] == ["id", "version", "员工数", "名称", "年营收", "已归档", "创建时间（UTC）"]
    assert (sheet.title, sheet.freeze_panes, head[0].font.bold) == ("accounts", "A2", True)
    asked |= {"labels": "zh-TW"}
    book = openpyxl.load_workbook(io.BytesIO((await client.get(EXPORT, params=asked)).content))
    assert [c.value for c in book.worksheets[0][1]][2:] == ["員工人數", "名稱", "年營收", "已封存", "建立時間（UTC）"]
    _, version, employees, name, revenue, archived, created = row
    assert [version.value, employees.value, revenue.value, archived.value] == [1, 7, 1234567.5, False]
    assert (revenue.number_format, created.is_date, created.number_format) == ("0.00", True, "yyyy-mm-dd hh:mm:ss")
    assert (name.value, name.data_type, name.quotePrefix) == ("=1+1", "s", True)


async def test_custom_columns_are_asked_for_one_by_one(service: Service) -> None:
    client = service.client()
    await service.define_custom("size", Kind.TEXT)
    await service.define_custom("tier", Kind.TEXT)
    await fill(service, client, ["A"], custom={"size": "L", "tier": "gold"})
    (row,) = rows_of_csv((await client.get(EXPORT, params={"fields": "custom.tier,name"})).content)
    assert list(row) == ["id", "version", "custom.tier", "name"]
    refused = await client.get(EXPORT, params={"fields": "custom.tier,custom.nothing"})
    assert [e["field"] for e in refused.json()["errors"]] == ["fields.custom.nothing"]


async def test_pages_are_joined_without_a_limit_and_filters_hold(service: Service) -> None:
    client = service.client()
    await fill(service, client, [f"Acme {n}" for n in range(450)], country="CN")
    await fill(service, client, ["Other"], country="DE")
    rows = rows_of_csv((await client.get(EXPORT, params={"country": "CN", "sort": "-name"})).content)
    assert len(rows) == len({r["id"] for r in rows}) == 450
    assert rows[0]["name"] == "Acme 99"


async def test_custom_fields_are_columns_and_references_have_titles(service: Service) -> None:
    client = service.client()
    await service.define_custom("size", Kind.TEXT)
    await fill(service, client, ["Holding"], custom={"size": "=L"})
    parent = (await client.get("/customer/accounts")).json()["items"][0]["id"]
    await fill(service, client, ["Daughter"], parent=parent)
    content = (await client.get(EXPORT, params={"names": "true", "fields": "name,parent,custom"})).content
    first, second = rows_of_csv(content)
    assert list(first) == ["id", "version", "name", "parent", "parent.title", "custom.size"]
    assert (first["custom.size"], second["parent.title"]) == ("'=L", "Holding")


async def test_only_what_may_be_exported_leaves(service: Service) -> None:
    anna, bert = service.client("anna"), service.client("bert")
    await fill(service, anna, ["Annas"])
    await fill(service, bert, ["Berts"])
    grants = {"account": {"read": Level.ALL, "export": Level.OWN}}
    hidden = {"account": frozenset({"owner"})}
    own = service.client("anna", Role("own", "", "", grants, hidden))
    rows = rows_of_csv((await own.get(EXPORT)).content)
    assert [r["name"] for r in rows] == ["Annas"]
    assert "owner" not in rows[0]
    narrow = {"account": {"read": Level.OWN, "export": Level.ALL}}
    rows = rows_of_csv((await service.client("bert", Role("n", "", "", narrow)).get(EXPORT)).content)
    assert [r["name"] for r in rows] == ["Berts"]


async def test_a_list_as_it_was(service: Service) -> None:
    client = service.client()
    await fill(service, client, ["Before"])
    moment = (await client.get("/customer/accounts")).json()["items"][0]["created_at"]
    await fill(service, client, ["After"])
    rows = rows_of_csv((await client.get(EXPORT, params={"as_of": moment})).content)
    assert [r["name"] for r in rows] == ["Before"]


@pytest.mark.parametrize("query", ["format=pdf", "labels=fr", "limit=3", "nonsense=1", "fields=nothing", "names=maybe"])
async def test_mistakes_are_told_before_the_file_begins(service: Service, query: str) -> None:
    answer = await service.client().get(f"{EXPORT}?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_a_sheet_that_is_full_is_followed_by_another(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_SHEET_ROWS == 1_048_576
    monkeypatch.setattr("shared.http.export.MAX_SHEET_ROWS", 300)
    client = service.client()
    await fill(service, client, [f"Acme {n}" for n in range(410)])
    book = openpyxl.load_workbook(io.BytesIO((await client.get(EXPORT, params={"format": "xlsx"})).content))
    sheets = [[row[2].value for row in sheet.iter_rows()] for sheet in book.worksheets]
    assert [s[0] for s in sheets] == ["name", "name"]
    assert sum(len(s) - 1 for s in sheets) == 410
