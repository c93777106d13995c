"""The import wizard: from a file to the records, and back."""

from __future__ import annotations

import json
import time

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.web.harness import DESKTOP, PHONE, Language, Screen, Visit, look

pytestmark = pytest.mark.browser

FAIR = (
    "Company name,E-mail\n{0} Alpha,a@alpha-{1}.example\n{0} Beta,b@beta-{1}.example\n{0} Gamma,a@alpha-{1}.example\n"
)


def choose(page: Page, name: str, text: str, encoding: str = "utf-8") -> None:
    file = {"name": name, "mimeType": "text/csv", "buffer": text.encode(encoding)}
    page.locator("input[type=file]").set_input_files(files=[file])  # type: ignore[list-item]


def found(http: httpx.Client, asked: dict[str, str], count: int) -> list[str]:
    """The names of such accounts, once there are so many: views follow within moments."""
    names: list[str] = []
    for _ in range(50):
        items = http.get("/customer/accounts", params={**asked, "sort": "name"}).raise_for_status().json()["items"]
        names = [one["name"] for one in items]
        if len(names) == count:
            break
        time.sleep(0.1)
    return names


@pytest.mark.parametrize(("screen", "language"), [(DESKTOP, "en"), (PHONE, "zh-CN")], ids=["desktop-en", "phone-zh-CN"])
def test_a_file_is_tried_imported_and_taken_back(
    visit: Visit, http: httpx.Client, screen: Screen, language: Language
) -> None:
    chinese = language == "zh-CN"
    mark = f"Fair {screen.name}"
    asked = {"name[prefix]": mark, "archived": "false"}
    with visit("/import", screen=screen, language=language) as page:
        look(page, "import-file")
        choose(page, f"{screen.name}.csv", FAIR.format(mark, screen.name))
        expect(
            page.get_by_role("heading", name="每一列对应什么" if chinese else "Which column goes where?")
        ).to_be_visible()
        look(page, "import-mapping")
        page.get_by_role("button", name="试运行" if chinese else "Dry run").click()
        expect(page.get_by_role("heading", name="将会发生" if chinese else "This would happen")).to_be_visible()
        wrong = page.get_by_role("textbox", name="第 4 行，E-mail" if chinese else "Line 4, E-mail")
        expect(wrong).to_have_attribute("aria-invalid", "true")
        look(page, "import-tried")
        assert found(http, asked, 0) == []
        page.get_by_role("button", name="立即导入" if chinese else "Import now").click()
        expect(page.get_by_role("heading", name="导入完成" if chinese else "The import is done")).to_be_visible()
        look(page, "import-done")
        assert found(http, asked, 2) == [f"{mark} Alpha", f"{mark} Beta"]
        page.get_by_role("button", name="收回导入" if chinese else "Take it back").click()
        expect(
            page.get_by_role("heading", name="导入已收回" if chinese else "The import is taken back")
        ).to_be_visible()
        expect(page.get_by_role("progressbar")).to_have_count(0)
    assert found(http, asked, 0) == []


def test_a_column_goes_elsewhere_and_an_encoding_is_named(visit: Visit, http: httpx.Client) -> None:
    text = "公司,备忘\n远航电子,重要客户\n海川传媒,展会认识\n"
    with visit("/import", language="zh-CN") as page:
        choose(page, "公司.csv", text, "gb18030")
        page.get_by_role("combobox", name="编码").click()
        page.get_by_role("option", name="gb18030").click()
        expect(page.get_by_text("重要客户")).to_be_visible()
        page.get_by_role("combobox", name="备忘 对应的字段").click()
        page.get_by_role("option", name="备注").click()
        page.get_by_role("button", name="试运行").click()
        page.get_by_role("button", name="立即导入").click()
        expect(page.get_by_role("heading", name="导入完成")).to_be_visible()
    assert found(http, {"name[in]": "远航电子"}, 1) == ["远航电子"]
    kept = http.get("/customer/accounts", params={"name[in]": "远航电子"}).raise_for_status().json()["items"]
    assert [one["description"] for one in kept] == ["重要客户"]


def test_rejected_rows_are_corrected_before_and_after_an_import(visit: Visit, http: httpx.Client) -> None:
    asked = {"name[prefix]": "Mend", "archived": "false"}
    with visit("/import") as page:
        choose(page, "mend.csv", FAIR.format("Mend", "mend"))
        page.get_by_role("button", name="Keep this mapping").click()
        page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("Fairs")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("combobox", name="Kept mapping")).to_have_value("Fairs")
        page.get_by_role("button", name="Dry run").click()
        cell = page.get_by_role("textbox", name="Line 4, E-mail")
        again = page.get_by_role("button", name="Try again")
        expect(again).to_be_disabled()
        cell.fill("b@beta-mend.example")
        expect(page.get_by_role("button", name="Import now")).to_be_disabled()
        again.click()
        expect(cell).to_have_attribute("aria-invalid", "true")  # still: another row has that address
        page.get_by_role("button", name="Import now").click()
        expect(page.get_by_role("heading", name="The import is done")).to_be_visible()
        assert len(found(http, asked, 2)) == 2
        cell.fill("g@gamma-mend.example")
        page.get_by_role("button", name="Try the corrected rows").click()
        expect(page.get_by_role("heading", name="This would happen")).to_be_visible()
        page.get_by_role("button", name="Back to the report").click()
        expect(page.get_by_role("button", name="Take it back")).to_be_visible()
        expect(cell).to_have_value("g@gamma-mend.example")
        page.get_by_role("button", name="Try the corrected rows").click()
        expect(page.get_by_role("heading", name="This would happen")).to_be_visible()
        expect(page.get_by_role("region", name="Rejected rows")).to_have_count(0)
        page.get_by_role("button", name="Import now").click()
        expect(page.get_by_role("heading", name="The import is done")).to_be_visible()
    assert found(http, asked, 3) == ["Mend Alpha", "Mend Beta", "Mend Gamma"]


def test_a_kept_mapping_takes_the_next_file(visit: Visit, http: httpx.Client) -> None:
    step = {"name": "firms", "resource": "account", "file": "old.csv", "fields": {"name": "Wer", "description": "Was"}}
    mapping = json.dumps({"name": "Firms", "steps": [step]})
    http.post("/imports/mappings", json={"name": "Old words", "mapping": mapping}).raise_for_status()
    with visit("/import") as page:
        choose(page, "new.csv", "Was,Wer\nwichtig,Kept Alpha\n")
        page.get_by_role("combobox", name="Kept mapping").click()
        page.get_by_role("option", name="Old words").click()
        expect(page.get_by_role("combobox", name="Wer goes to")).to_have_value("Name")
        expect(page.get_by_role("combobox", name="Was goes to")).not_to_have_value("")
        page.get_by_role("button", name="Dry run").click()
        page.get_by_role("button", name="Import now").click()
        expect(page.get_by_role("heading", name="The import is done")).to_be_visible()
    assert found(http, {"name[in]": "Kept Alpha"}, 1) == ["Kept Alpha"]


def test_what_may_exist_already_is_imported_all_the_same(visit: Visit, http: httpx.Client) -> None:
    http.post("/customer/accounts", json={"name": "Twice there GmbH"}).raise_for_status()
    with visit("/import", language="zh-CN") as page:
        choose(page, "twice.csv", "公司,备注\nTwice there Ltd,第二家\n")
        page.get_by_role("button", name="试运行").click()
        expect(page.get_by_text("已有客户使用此名称")).to_be_visible()
        page.get_by_role("button", name="可能已存在的也一并导入").click()
        expect(page.get_by_text("已有客户使用此名称")).to_have_count(0)
        page.get_by_role("button", name="立即导入").click()
        expect(page.get_by_role("heading", name="导入完成")).to_be_visible()
    assert found(http, {"name[prefix]": "Twice there"}, 2) == ["Twice there GmbH", "Twice there Ltd"]
