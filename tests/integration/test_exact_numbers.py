"""Numbers come back as they went in: HTTP → event → view → list, filter, order, sum, export, import, SQL."""

from __future__ import annotations

import asyncio
import csv
import io
import random
import re
import zipfile
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.customer.account import CreateAccount
from shared.errors import Invalid
from shared.http.body import validate
from tests.support.importing import Office, fed, office

ACCOUNTS, DEALS = "/customer/accounts", "/sales/opportunities"
EDGES = (
    "0 0.01 0.1 0.2 0.30 0.99 1.1 1054 9007199254740.93 90071992547409.93 99999999999999.99 99999999999999.98".split()
)
IMPORT = """\
name: Again
steps:
  - name: again
    file: {file}
    resource: account
    fields: {{ name: {{ concat: [{{ constant: "{mark}" }}, name] }}, annual_revenue: annual_revenue }}
"""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path, warehouse=True) as opened:
        yield opened


def amounts(n: int) -> list[str]:
    """Edges and amounts of all lengths, each once."""
    dice = random.Random(15)
    found = dict.fromkeys(EDGES)
    while len(found) < n:
        found[f"{dice.randrange(10 ** dice.randint(1, 14))}.{dice.randrange(100):02d}"] = None
    return list(found)


def as_json_number(text: str, n: int) -> str:
    """The same number in one of the ways JSON has."""
    return (text, f"{Decimal(text):.2f}0", f"{Decimal(text).scaleb(2):f}e-2", f'"{text}"')[n % 4]


async def post(desk: Office, path: str, body: str) -> str:
    answer = await desk.client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 201), (body, answer.text)
    id: str = answer.json()["id"]
    return id


async def everything(desk: Office, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    params = {"limit": 200, **params}
    while True:
        page = await desk.get(ACCOUNTS, **params)
        items += page["items"]
        if page["next"] is None:
            return items
        params["cursor"] = page["next"]


async def test_amounts_are_exact_all_the_way(desk: Office) -> None:
    given_ = amounts(120)
    bodies = [f'{{"name":"n{n}","annual_revenue":{as_json_number(a, n)}}}' for n, a in enumerate(given_)]
    ids = await asyncio.gather(*(post(desk, ACCOUNTS, body) for body in bodies))
    exact = {id: f"{Decimal(a):.2f}" for id, a in zip(ids, given_, strict=True)}
    await desk.suite.kernel.projector.catch_up()

    for id in ids[:20]:
        event = (await desk.get(f"/audit/streams/account-{id}"))["items"][0]
        assert event["data"]["details"]["annual_revenue"] == exact[id]
    shown = await everything(desk, sort="annual_revenue")
    assert {a["id"]: a["annual_revenue"] for a in shown} == exact
    assert [Decimal(a["annual_revenue"]) for a in shown] == sorted(Decimal(a) for a in given_)
    for id in ids[:20]:
        assert [a["id"] for a in await everything(desk, annual_revenue=exact[id])] == [id]
        more = await everything(desk, **{"annual_revenue[gt]": exact[id]})
        assert len(more) == sum(Decimal(a) > Decimal(exact[id]) for a in given_)
    board = await desk.get(f"{ACCOUNTS}/board", by="type", sum="annual_revenue")
    assert [Decimal(g["sum"]) for g in board["groups"]] == [sum(map(Decimal, given_))]
    before = await desk.get(f"{ACCOUNTS}/board", by="type", sum="annual_revenue", as_of=shown[0]["updated_at"])
    assert sum(Decimal(g["sum"]) for g in before["groups"]) <= sum(map(Decimal, given_))
    await _and_back(desk, given_)


async def _and_back(desk: Office, given_: Sequence[str]) -> None:
    """What was exported is imported again, as CSV and as a workbook's numbers."""
    content = (await desk.client.get(f"{ACCOUNTS}/export", params={"format": "csv"})).content
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert sorted(r["annual_revenue"] for r in rows) == sorted(f"{Decimal(a):.2f}" for a in given_)
    for name, mark, file in (("back.csv", "c-", content), ("back.xlsx", "x-", workbook(rows))):
        done = await desk.run(IMPORT.format(file=name, mark=mark), {name: file})
        assert (done["totals"]["created"], done["totals"]["rejected"]) == (len(given_), 0), done
    await desk.suite.kernel.projector.catch_up()
    found = {a["name"]: a["annual_revenue"] for a in await everything(desk)}
    for row in rows:
        assert found[f"c-{row['name']}"] == found[f"x-{row['name']}"] == row["annual_revenue"]


def workbook(rows: Sequence[dict[str, str]]) -> bytes:
    """A sheet whose second column holds numbers, written digit by digit (openpyxl itself would make floats of them)."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["name", "annual_revenue"])
    for row in rows:
        sheet.append([row["name"], f"number {row['annual_revenue']}"])
    whole, out = io.BytesIO(), io.BytesIO()
    book.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            text = re.sub(rb't="inlineStr"><is><t>number ([0-9.]+)</t></is>', rb't="n"><v>\1</v>', source.read(name))
            target.writestr(name, text)
    return out.getvalue()


async def test_deals_lines_and_sql_are_exact(desk: Office) -> None:
    product = await post(desk, "/sales/products", '{"name":"P","code":"P","list_price":90071992547409.93}')
    deals = [
        f'{{"name":"{n}","amount":{a},"currency":"CNY"}}' for n, a in enumerate(("90071992547409.93", "0.1", "0.2"))
    ]
    for body in deals:
        await post(desk, DEALS, body)
    lined = await post(desk, DEALS, '{"name":"lines","currency":"CNY"}')
    await post(desk, f"{DEALS}/{lined}/lines", f'{{"product":"{product}"}}')
    line = f'{{"product":"{product}","quantity":123456.7891,"unit_price":1000000.01,"discount_percent":33.33}}'
    await post(desk, f"{DEALS}/{lined}/lines", line)
    await desk.suite.kernel.projector.catch_up()
    exact = (Decimal("123456.7891") * Decimal("1000000.01") * Decimal("0.6667")).quantize(Decimal("0.01"))
    assert (await desk.get(f"{DEALS}/{lined}"))["amount"] == str(exact + Decimal("90071992547409.93"))
    too_much = f'{{"product":"{product}","quantity":1000000000,"unit_price":99999999999999.99}}'
    answer = await desk.client.post(f"{DEALS}/{lined}/lines", content=too_much)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "amount")

    await desk.client.post("/analytics/sql", json={"sql": "SELECT 1 AS one"})
    await fed(desk.client)
    asked = {"sql": "SELECT name, amount FROM opportunities ORDER BY amount DESC LIMIT 3"}
    rows = (await desk.client.post("/analytics/sql", json=asked)).raise_for_status().json()["rows"]
    assert [r["amount"] for r in rows] == [str(exact + Decimal("90071992547409.93")), "90071992547409.93", "0.20"]
    asked = {"sql": "SELECT sum(amount) AS total FROM opportunities WHERE amount < 1"}
    rows = (await desk.client.post("/analytics/sql", json=asked)).raise_for_status().json()["rows"]
    assert rows[0]["total"] == "0.30"


async def test_custom_numbers_are_exact_or_refused(desk: Office) -> None:
    for name, kind in (("size", "decimal"), ("count", "integer"), ("note", "text")):
        await desk.create("/customer/field-definitions", resource="account", name=name, kind=kind)
    await desk.suite.kernel.projector.catch_up()
    kept = {
        "90071992547409.93": "90071992547409.93",
        "1E-7": "0.0000001",
        "-0.0": "0",
        "12345678901234567890.123456789012345678": "12345678901234567890.123456789012345678",
        "9007199254740993": "9007199254740993",
        "7": 7,
    }
    for n, (number, shown) in enumerate(kept.items()):
        id = await post(desk, ACCOUNTS, f'{{"name":"c{n}","custom":{{"size":{number}}}}}')
        await desk.suite.kernel.projector.catch_up()
        assert (await desk.get(f"{ACCOUNTS}/{id}"))["custom"] == {"size": shown}
        assert [a["id"] for a in await everything(desk, **{"custom.size": str(shown)})] == [id]
    for field, number, code in (
        ("size", "1e400", "out-of-range"),
        ("size", "1e-19", "out-of-range"),
        ("size", "1" * 39, "out-of-range"),
        ("size", '"1e400"', "out-of-range"),
        ("size", "1e999999999", "out-of-range"),
        ("count", "9007199254740993", "out-of-range"),
        ("count", "1" * 400, "out-of-range"),
        ("count", "1.0", "wrong-type"),
        ("note", "1.5", "wrong-type"),
        ("note", "9007199254740993", "wrong-type"),
    ):
        for headers in ({}, {"Idempotency-Key": f"k{field}{number[:20]}"}):
            body = f'{{"name":"refused","custom":{{"{field}":{number}}}}}'
            answer = await desk.client.post(ACCOUNTS, content=body, headers=headers)
            assert answer.status_code == 422, (number, answer.text)
            [error] = answer.json()["errors"]
            assert (error["field"], error["code"]) == (f"custom.{field}", code), number


SPELT = ("12.50", "+12.5", "12.5", "1.25e1", "012.500")


async def test_a_custom_decimal_is_one_number_however_it_is_written(desk: Office) -> None:
    for name, kind in (("size", "decimal"), ("version", "keyword")):
        await desk.create("/customer/field-definitions", resource="account", name=name, kind=kind)
    await desk.suite.kernel.projector.catch_up()
    with patch("shared.domain.custom_values.decimal_key", lambda text: text):  # as values were kept before
        old = await desk.create(ACCOUNTS, name="Old", custom={"size": "12.50", "version": "1.10"})
    ids = {old} | {await desk.create(ACCOUNTS, name=f"c {n}", custom={"size": text}) for n, text in enumerate(SPELT)}
    whole = await desk.create(ACCOUNTS, name="Whole", custom={"size": 12})
    await desk.suite.kernel.projector.catch_up()
    assert (await desk.get(f"{ACCOUNTS}/{old}"))["custom"]["size"] == "12.50"
    for text in SPELT:
        assert {a["id"] for a in await everything(desk, **{"custom.size": text})} == ids, text
    for id in ids - {old}:
        assert (await desk.get(f"{ACCOUNTS}/{id}"))["custom"] == {"size": "12.5"}
    assert [a["id"] for a in await everything(desk, **{"custom.size": "12.0"})] == [whole]
    assert [a["id"] for a in await everything(desk, **{"custom.version": "1.10"})] == [old]
    assert await everything(desk, **{"custom.version": "1.1"}) == []  # no number, though it reads as one


MOST = 10**16 - 1  # cents below 10^14
ADAPTER = TypeAdapter(CreateAccount)


@given(st.integers(0, MOST), st.integers(-6, 6), st.booleans())
def test_every_amount_in_every_notation_is_exact(cents: int, exponent: int, upper: bool) -> None:
    number = f"{Decimal(cents).scaleb(-2 - exponent):f}{'E' if upper else 'e'}{exponent}"
    read = validate(f'{{"name":"A","annual_revenue":{number}}}'.encode(), ADAPTER)
    assert read.annual_revenue == f"{Decimal(cents).scaleb(-2):.2f}"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=None))
def test_any_number_is_exact_or_refused(number: Decimal) -> None:
    try:
        read = validate(f'{{"name":"A","annual_revenue":{number}}}'.encode(), ADAPTER)
    except Invalid as error:
        refused: set[str] = {e.code for e in error.errors}
    else:
        refused = set()
        assert Decimal(read.annual_revenue) == number
    fits = 0 <= number < 10**14 and number == number.quantize(Decimal("0.0001"))
    assert refused == (set() if fits else {"amount"})
