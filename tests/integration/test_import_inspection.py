"""What the suite finds out about a file before it is imported: record type, columns, a mapping, a template."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.fair import FAIR, MAPPING
from tests.support.importing import Office, office


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(form: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with office(tmp_path_factory.mktemp("imports")) as opened:
        yield opened


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_saved_mapping_is_proposed_for_the_next_file(desk: Office) -> None:
    named_encoding = MAPPING.replace("file: fair.csv", "file: fair.csv\n    encoding: cp1252")
    id = await desk.create("/imports/mappings", name="Kept", mapping=named_encoding)
    await desk.get(f"/imports/mappings/{id}", min_version=1)
    answer = await desk.client.post("/imports/inspect", data={"mapping_id": id}, files={"file": ("next.csv", FAIR)})
    found = answer.raise_for_status().json()
    assert found["resource"] == "account"
    [step] = found["suggestion"]["steps"]
    assert (step["file"], step["mode"], step["fields"]) == (
        "next.csv",
        "upsert",
        {"name": "Company", "city": "City", "founded": "Since"},
    )
    assert "encoding" not in step


async def test_the_record_type_is_found_and_reasons_come_in_the_language_of_the_caller(desk: Office) -> None:
    part = {"file": ("export.csv", "商机名称,阶段,预计成交日期\n甲,赢单,2026/3/1\n乙,谈判,2027/3/1\n")}
    headers = {"Accept-Language": "zh-CN"}
    found = (await desk.client.post("/imports/inspect", files=part, headers=headers)).json()
    assert found["resource"] == "opportunity"
    assert found["matches"][0]["reason"] == "列名即为此意"
    running, ended = found["suggestion"]["steps"]
    assert running["fields"]["stage"]["replace"] == {"赢单": "negotiation", "谈判": "negotiation"}
    assert [command["command"] for command in ended["then"]] == ["sales.WinOpportunity"]
    nothing = {"file": ("x.csv", "foo,bar\n1,2\n")}
    found = (await desk.client.post("/imports/inspect", files=nothing)).json()
    assert (found["resource"], found["suggestion"], found["matches"][0]["field"]) == ("", {}, "")


async def test_days_that_not_every_row_has_are_left_out_and_said_so(desk: Office) -> None:
    for cell, field in (("soon", ""), ("2026-01-03", "at")):
        part = {"file": ("leads.csv", f"Name,Company,Created\nAnn,Acme,2026-01-02\nBob,Acme,{cell}\n")}
        found = (await desk.client.post("/imports/inspect", data={"resource": "lead"}, files=part)).json()
        assert found["matches"][2]["field"] == field
        assert ("at" in found["suggestion"]["steps"][-1]) == bool(field)
        assert (found["matches"][2]["reason"] == "left out: not every cell says a day that has been") != bool(field)


async def test_inspection_and_template(desk: Office) -> None:
    part = {"file": ("客户.csv", "公司名称;行业;Since\n甲;零售;1999\n".encode("gbk"))}
    found = (await desk.client.post("/imports/inspect", data={"resource": "account"}, files=part)).json()
    assert (found["encoding"], found["delimiter"], found["rows"]) == ("gb18030", ";", 1)
    assert found["samples"] == [{"公司名称": "甲", "行业": "零售", "Since": "1999"}]
    step = found["suggestion"]["steps"][0]
    assert (step["fields"]["name"], step["fields"]["industry"]) == ("公司名称", "行业")
    assert [(m["column"], m["field"]) for m in found["matches"]] == [
        ("公司名称", "name"),
        ("行业", "industry"),
        ("Since", "founded"),
    ]
    assert found["matches"][0] == {
        "column": "公司名称",
        "samples": ["甲"],
        "field": "name",
        "confidence": 1.0,
        "reason": "the heading says so",
    }
    header = (await desk.client.get("/imports/template", params={"resource": "account"})).text
    assert {"name", "industry", "owner"} <= set(header.strip("\ufeff\r\n").split(","))
    assert (await desk.client.get("/imports/template", params={"resource": "shoe"})).status_code == 404
    assert (await desk.client.get("/imports/template")).status_code == 422
