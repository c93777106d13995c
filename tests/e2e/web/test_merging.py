"""A lead is converted; two accounts become one and two again; who archives an account with open deals says why."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.web.harness import Visit

pytestmark = pytest.mark.browser
ACCOUNTS = "/customer/accounts"


def act(page: Page, name: str) -> None:
    page.get_by_role("button", name="More actions").first.click()
    page.get_by_role("menuitem", name=name).click()


def test_a_lead_is_converted_and_accounts_merge_and_part_again(visit: Visit, http: httpx.Client) -> None:
    def made(path: str, **body: object) -> str:
        return str(http.post(path, json=body).raise_for_status().json()["id"])

    lead = made(
        "/sales/leads",
        name="Ada Convert",
        company="Convert Works",
        email="ada@convert.example",
        amount="5000.00",
        currency="CNY",
    )
    stays = made(ACCOUNTS, name="Merge East", city="Ulm")
    goes = made(ACCOUNTS, name="Merge West", city="Trier", industry="Boats")
    for verb in ("start", "qualify"):
        http.post(f"/sales/leads/{lead}/{verb}", json={}).raise_for_status()
    with visit(f"/o/lead/{lead}") as page:
        page.get_by_role("button", name="Convert").first.click()
        dialog = page.get_by_role("dialog", name="Convert")
        expect(dialog).to_contain_text("Convert Works")
        dialog.get_by_role("button", name="Convert").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Convert Works")
        assert page.url.split("/")[-2] == "opportunity"
        page.goto(f"/o/account/{stays}")
        act(page, "Merge accounts")
        dialog = page.get_by_role("dialog", name="Merge accounts")
        dialog.get_by_role("combobox").fill("Merge West")
        page.get_by_role("option", name="Merge West").click()
        dialog.get_by_role("radio", name="Trier").check()
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Stay here").click()
        dialog.get_by_role("button", name="Merge", exact=True).click()
        expect(page.get_by_text("Account merged")).to_be_visible()
        assert http.get(f"{ACCOUNTS}/{stays}").raise_for_status().json()["city"] == "Trier"
        act(page, "Undo the merge")
        dialog = page.get_by_role("dialog", name="Undo the merge")
        dialog.get_by_role("checkbox", name="Merge West").check()
        expect(dialog.get_by_role("row").filter(has_text="Trier")).to_contain_text("Ulm")
        dialog.get_by_role("button", name="Undo the merge").click()
        expect(page.get_by_text("Account: merge undone")).to_be_visible()
    cities = [http.get(f"{ACCOUNTS}/{id}").raise_for_status().json()["city"] for id in (stays, goes)]
    assert cities == ["Ulm", "Trier"]


def test_an_account_with_open_deals_is_archived_with_a_reason(visit: Visit, http: httpx.Client) -> None:
    id = http.post(ACCOUNTS, json={"name": "Busy Bakery"}).raise_for_status().json()["id"]
    http.post("/sales/opportunities", json={"name": "Bread", "account": id}).raise_for_status()
    with visit(f"/o/account/{id}", language="zh-CN", refusals=(409, 422)) as page:
        page.get_by_role("button", name="更多操作").first.click()
        page.get_by_role("menuitem", name="归档").click()
        dialog = page.get_by_role("dialog")
        send = dialog.get_by_role("button", name="归档")
        send.click()
        expect(dialog.get_by_role("alert")).to_contain_text("还有进行中的商机")
        dialog.get_by_role("switch", name="仍然执行").or_(dialog.get_by_role("checkbox", name="仍然执行")).check()
        send.click()
        expect(dialog).to_contain_text("请说明理由")
        dialog.get_by_role("textbox", name="理由").fill("停业")
        send.click()
        expect(dialog).to_have_count(0)
    assert http.get(f"{ACCOUNTS}/{id}").raise_for_status().json()["archived"] is True
