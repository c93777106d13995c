"""Retention: a rule previewed before it is saved, activated, and what it announced kept or called off."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.web.harness import DESKTOP, PHONE, Language, Screen, Visit, look

pytestmark = pytest.mark.browser

SEEN: list[tuple[Screen, Language]] = [(DESKTOP, "en"), (PHONE, "zh-CN")]
CHINESE = {
    "New rule": "新建规则",
    "Name": "名称",
    "What it would erase now": "现在会抹除什么",
    "Save": "保存",
    "Activate": "启用",
    "Deactivate": "停用",
    "{name}: deactivated": "{name}：已停用",
    "No retention rules yet": "还没有保留规则",
    "Nothing matches now.": "现在没有符合的记录。",
    "Remove": "移除",
}


@pytest.mark.parametrize(("screen", "language"), SEEN, ids=["desktop-en", "phone-zh-CN"])
def test_a_rule_is_looked_at_before_it_erases_anything(
    visit: Visit, http: httpx.Client, screen: Screen, language: Language
) -> None:
    def word(english: str) -> str:
        return CHINESE[english] if language == "zh-CN" else english

    name = f"Old leads {screen.name}"
    with visit("/settings/retention", screen=screen, language=language) as page:
        expect(page.get_by_role("heading", name=word("No retention rules yet"))).to_be_visible()
        look(page, "settings-retention-empty")
        page.get_by_role("button", name=word("New rule")).click()
        form = page.get_by_role("dialog")
        form.get_by_label(word("Name")).fill(name)
        form.get_by_role("button", name=word("What it would erase now")).click()
        expect(form.get_by_role("region", name=word("What it would erase now"))).to_contain_text(
            word("Nothing matches now.")
        )
        look(page, "settings-retention-form")
        form.get_by_role("button", name=word("Save")).click()
        choose(page, name, word("Activate"), language)
        look(page, "settings-retention-activate")
        page.get_by_role("dialog").get_by_role("button", name=word("Activate")).click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        look(page, "settings-retention")
        (rule,) = http.get("/audit/retention-rules", params={"status": "active"}).raise_for_status().json()["items"]
        assert (rule["name"], rule["basis"], rule["days"], rule["notice_days"]) == (name, "used", 730, 14)
        choose(page, name, word("Deactivate"), language)
        expect(page.get_by_text(word("{name}: deactivated").format(name=name))).to_be_visible()
        visit.shown()
        page.reload()
        choose(page, name, word("Remove"), language)
        expect(page.get_by_role("heading", name=word("No retention rules yet"))).to_be_visible()


def choose(page: Page, name: str, act: str, language: Language) -> None:
    more = f"{name} 的更多操作" if language == "zh-CN" else f"More for {name}"
    page.get_by_role("button", name=more).click()
    page.get_by_role("menuitem", name=act, exact=True).click()


def test_what_is_announced_is_kept_or_called_off(visit: Visit, http: httpx.Client) -> None:
    """The run and its record are made up: a real one needs a day to pass (tests/integration/test_retention.py)."""
    lead = http.get("/sales/leads", params={"limit": 1}).raise_for_status().json()["items"][0]["id"]
    run = {"id": "r1", "name": "Old leads", "status": "announced", "due": "2027-01-02", "count": 1, "erased_count": 0}
    notice = {"id": "n1", "resource": "lead", "record": lead, "status": "announced", "cause": ""}
    sent: list[tuple[str, object]] = []

    def acted(route: Route) -> None:
        sent.append((route.request.url.rpartition("/audit/")[2], route.request.post_data_json))
        route.fulfill(json={"id": "x", "version": 2, "undo": None})

    with visit("/settings/organisation") as page:
        names = {lead: "Ada Quill"}
        page.route("**/audit/retention-runs?**", lambda route: route.fulfill(json={"items": [run], "next": None}))
        page.route(
            "**/audit/retention-notices?**",
            lambda route: route.fulfill(json={"items": [notice], "next": None, "names": names}),
        )
        page.route("**/audit/retention-notices/n1/keep", acted)
        page.route("**/audit/retention-runs/r1/cancel", acted)
        page.locator('a[href="/settings/retention"]').click()
        announced = page.get_by_role("region", name="Announced")
        expect(announced).to_contain_text("1 to be erased on Jan 2, 2027")
        look(page, "settings-retention-announced")
        announced.get_by_role("button", name="Records").click()
        page.get_by_role("button", name="Keep Ada Quill").click()
        page.get_by_role("dialog").get_by_label("Reason").fill("a customer again")
        look(page, "settings-retention-keep")
        page.get_by_role("dialog").get_by_role("button", name="Keep").click()
        expect(page.get_by_label("Reason")).to_have_count(0)
        expect(page.get_by_role("button", name="Keep Ada Quill")).to_be_visible()
        page.keyboard.press("Escape")
        announced.get_by_role("button", name="Cancel the erasure").click()
        page.get_by_role("dialog").get_by_role("button", name="Cancel the erasure").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
    keep, cancel = (
        ("retention-notices/n1/keep", {"cause": "a customer again"}),
        ("retention-runs/r1/cancel", {"cause": ""}),
    )
    assert sent == [keep, cancel]
