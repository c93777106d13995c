"""What is wrong with a row comes with its column, its value and what to do, in the language of who reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.integration.imports.row_errors import entries, sentence, spoken
from shared.errors import FieldError
from shared.messages import say
from tests.support.importing import Office, office
from tests.unit.test_import_plan import step_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
MAPPING = """\
name: Guests
steps:
  - name: guests
    file: guests.csv
    resource: contact
    mode: create
    key: email
    at: { column: Met on }
    fields:
      given_name: { column: First, required: true }
      family_name: Last
      email: Mail
      birthday: { column: Born, on_error: warn }
      owner: { column: Agent, lookup: user.name, on_error: reject }
"""
HEAD = "First,Last,Mail,Born,Agent,Met on\n"
ROWS = (
    (",Lee,a@x.example,,,", "given_name", "required", "First", "", "fill the cell"),
    ("Ann,Lee,no address,,,", "email", "email", "Mail", "no address", "name@example.com"),
    ("Ann,Lee,b@x.example,,Nobody,", "owner", "unknown-reference", "Agent", "Nobody", "import that record first"),
    ("Ann,Lee,c@x.example,,,soon", "at", "bad-date", "Met on", "soon", "soon"),
    ("Ann,Lee,d@x.example,,,2999-01-01", "occurred_at", "in-the-future", "Met on", "2999-01-01", "future"),
    ("Bob,Ray,e@x.example,,,", "", "", "", "", ""),
    ("Bob,Ray,E@x.example,,,", "email", "duplicate", "Mail", "E@x.example", "use the mode upsert"),
    (f"{'x' * 300},Ray,f@x.example,,,", "given_name", "string-too-long", "First", "x" * 79 + "…", "300 characters"),
    ("Eve,Ray,g@x.example", "", "too-few-columns", "", "", "add what is missing"),
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with office(tmp_path_factory.mktemp("errors")) as opened:
        yield opened


async def report_in(desk: Office, id: str, language: str) -> dict[str, Any]:
    answer = await desk.client.get(f"/imports/{id}/report", headers={"Accept-Language": language})
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def test_each_error_names_row_column_value_and_remedy(desk: Office) -> None:
    file = HEAD + "\n".join(row for row, *_ in ROWS) + "\n"
    wanted = [(n, *row[1:5]) for n, row in enumerate(ROWS, 1) if row[2]]
    for path in ("/imports/dry-run", "/imports"):
        report = await desk.run(MAPPING, {"guests.csv": file}, path)
        found = [
            (r["row"], e["field"], e["code"], e["column"], e["value"]) for r in report["rejected"] for e in r["errors"]
        ]
        assert found == wanted
        for entry in report["rejected"]:
            assert ROWS[entry["row"] - 1][5] in entry["errors"][0]["message"]
            assert (entry["step"], entry["file"], entry["line"]) == ("guests", "guests.csv", entry["row"] + 1)


async def test_every_reader_gets_their_own_language(desk: Office) -> None:
    file = HEAD + "Ann,Lee,nobody,,Zoe,\n"
    for path in ("/imports/dry-run", "/imports"):
        id = (await desk.run(MAPPING, {"guests.csv": file}, path))["id"]
        for language, word, column in (
            ("en", "there is no user", "column"),
            ("zh-CN", "请更正", "列"),
            ("zh-TW", "請更正", "欄"),
        ):
            [row] = (await report_in(desk, id, language))["rejected"]
            assert word in row["errors"][0]["message"]
            headers = {"Accept-Language": language}
            text = (await desk.client.get(f"/imports/{id}/rejected.csv", headers=headers)).text
            assert word in text
            assert f"{column} Agent" in text
            events = (await desk.client.get(f"/imports/{id}/events", headers=headers)).text
            assert word in events


async def test_warnings_are_counted_and_the_first_rows_named(desk: Office) -> None:
    file = HEAD + "".join(f"Guest,Nr {n},w{n}@x.example,31.2.,,\n" for n in range(30)) + "Guest,Nr 31,w@x.example,,,\n"
    report = await desk.run(MAPPING, {"guests.csv": file})
    assert (report["totals"]["created"], report["totals"]["warnings"]) == (31, 30)
    assert report["warnings"] == {"guests.birthday: date": 30}
    assert len(report["warned"]) == 20
    [error] = report["warned"][0]["errors"]
    assert (error["column"], error["value"], error["code"]) == ("Born", "31.2.", "date")
    [warned] = (await report_in(desk, report["id"], "zh-CN"))["warned"][:1]
    assert error["message"] != warned["errors"][0]["message"]


async def test_messages_within_messages_are_translated() -> None:
    step = step_of("- { name: a, file: f, resource: account, fields: { name: { concat: [n, m] }, phone: p } }\n")
    inner = say("there is no value")
    errors = [FieldError("name.0.x", "c", say("line {line}: {why}", line=3, why=inner)), FieldError("x", "d", "plain")]
    [first, second] = entries(step, {"n": " A ", "m": "B", "p": ""}, errors)
    assert spoken(first) == {
        "column": "n, m",
        "value": "A B",
        "field": "name.0.x",
        "code": "c",
        "message": "line 3: there is no value",
    }
    assert sentence(first, "zh-CN") == '列 n, m，"A B"：第 3 行：没有值'
    assert sentence(second) == "x: plain"
    [again] = entries(step, {"p": "12"}, [FieldError("phone", "e", 'no "12"')])
    assert sentence(again) == 'column p: no "12"'
    assert sentence({"field": "f", "code": "c", "message": "of an older program"}) == "f: of an older program"
