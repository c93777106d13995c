"""The audit page, a record between two moments, and who could see it then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.web.harness import DESKTOP, PHONE, Language, Screen, Visit, live, look

pytestmark = pytest.mark.browser

SEEN: list[tuple[Screen, Language]] = [(DESKTOP, "en"), (PHONE, "zh-CN")]


@pytest.mark.parametrize(("screen", "language"), SEEN, ids=["desktop-en", "phone-zh-CN"])
def test_auditors_find_an_event_and_what_hangs_together_with_it(
    visit: Visit, screen: Screen, language: Language
) -> None:
    chinese = language == "zh-CN"
    with visit("/settings/audit", screen=screen, language=language) as page:
        events = page.get_by_role("region", name="事件" if chinese else "Events", exact=True)
        expect(events.get_by_role("listitem").first).to_be_visible()
        look(page, "settings-audit")
        page.get_by_role("combobox", name="记录类型" if chinese else "Record type").click()
        page.get_by_role("option", name="客户" if chinese else "Account", exact=True).click()
        row = events.get_by_role("button").filter(has_text="客户" if chinese else "Account").first
        row.click()
        event = page.get_by_role("dialog", name="事件" if chinese else "Event")
        expect(event.get_by_text("customer.Account")).to_be_visible()
        expect(event.locator("[aria-current]")).to_be_visible()  # the event itself, in its tree
        person = event.get_by_role("combobox", name="人员" if chinese else "Person")
        person.click()
        page.get_by_role("option").first.click()
        expect(event.get_by_role("status")).to_be_visible()
        look(page, "settings-audit-event")
        event.get_by_role("button", name="与现在比较" if chinese else "Compare with now").click()
        different = event.get_by_role("region", name="有何不同" if chinese else "What is different")
        expect(
            different.get_by_text("对您隐藏的字段" if chinese else "Fields that are hidden from you")
        ).to_be_visible()
        look(page, "settings-audit-since")


def test_a_search_is_an_address_and_a_command_is_taken_back(visit: Visit, http: httpx.Client) -> None:
    at = "/customer/accounts"
    id = http.post(at, json={"name": "Logged Lake", "city": "Ulm"}).raise_for_status().json()["id"]
    role = http.get("/identity/me").raise_for_status().json()["roles"][0]["id"]
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    asked = {"name": "Till robot", "role": role, "expires_at": until}
    key = http.post("/identity/api-keys", json=asked).raise_for_status().json()["key"]
    bearer = {"Authorization": f"Bearer {key}"}
    http.patch(f"{at}/{id}", json={"city": "Trier"}, headers=bearer).raise_for_status()
    with visit(f"/o/account/{id}?tab=history") as page:
        page.get_by_role("button", name="Show in audit log").first.click()
        event = page.get_by_role("dialog", name="Event")
        expect(event).to_contain_text("API key Till robot")
        page.go_back()
        page.get_by_role("button", name="More actions").first.click()
        page.get_by_role("menuitem", name="Show in audit log").click()
        events = page.get_by_role("region", name="Events", exact=True)
        expect(events.get_by_role("listitem")).to_have_count(2)
        expect(page.get_by_role("combobox", name="Person or record")).to_have_value("Logged Lake")
        page.get_by_role("combobox", name="Act", exact=True).click()
        page.get_by_role("option", name="Account: Edit the account", exact=True).click()
        expect(events.get_by_role("listitem")).to_have_count(1)
        page.reload()
        expect(events.get_by_role("listitem")).to_have_count(1)
        events.get_by_role("button").first.click()
        whole = event.get_by_role("region", name="All that was done with it")
        whole.get_by_role("button", name="Take all of it back…").click()
        asking = page.get_by_role("dialog", name="Take all of it back")
        expect(asking).to_contain_text("1 change of 1 record was found; 1 would go back.")
        asking.get_by_role("button", name="Take 1 change back").click()
        expect(asking).to_contain_text("1 change was taken back.")
        asking.get_by_role("button", name="Close").last.click()
        page.go_back()
        expect(event).to_have_count(0)
        page.go_back()
        expect(events.get_by_role("listitem")).to_have_count(3)
    assert http.get(f"{at}/{id}").raise_for_status().json()["city"] == "Ulm"


@pytest.mark.parametrize(("screen", "language"), SEEN, ids=["desktop-en", "phone-zh-CN"])
def test_two_moments_of_a_record_are_compared_and_who_could_see_it(
    visit: Visit, http: httpx.Client, screen: Screen, language: Language
) -> None:
    chinese = language == "zh-CN"
    at = "/customer/accounts"
    made = {"name": f"Blue Lagoon {language}", "industry": "Boats"}
    id = http.post(at, json=made).raise_for_status().json()["id"]
    after = http.patch(f"{at}/{id}", json={"industry": "Yachts"}).raise_for_status().json()["version"]
    reason = {"X-Reason": "They moved"}
    changed = {"name": f"Blue Lagoon & Sons {language}", "website": f"https://lagoon-{screen.name}.example"}
    http.patch(f"{at}/{id}", json=changed, headers=reason).raise_for_status()
    with visit(f"/o/account/{id}?tab=history", screen=screen, language=language) as page:
        page.get_by_role("button", name="比较两个时刻" if chinese else "Compare two moments").click()
        different = page.get_by_role("region", name="有何不同" if chinese else "What is different")
        expect(different.get_by_role("row").filter(has_text="Boats")).to_contain_text("Yachts")
        expect(different.get_by_role("row").filter(has_text="& Sons")).to_contain_text("They moved")
        look(page, "difference")
        later = different.get_by_role("slider", name="之后" if chinese else "Later")
        later.press("ArrowLeft")  # now, then the second of three versions
        expect(different.get_by_role("row").filter(has_text="& Sons")).to_have_count(0)
        expect(different.get_by_role("row").filter(has_text="Boats")).to_contain_text("Yachts")
        later.press("ArrowRight")
        live(page)
        http.patch(f"{at}/{id}", json={"description": "Rented out"}).raise_for_status()
        expect(different.get_by_role("row").filter(has_text="Rented out")).to_be_visible()
        page.goto(f"/o/account/{id}?tab=history&from={after}")
        expect(different.get_by_role("row").filter(has_text="& Sons")).to_be_visible()
        version = f"{'版本' if chinese else 'Version'} {after}"
        expect(different.get_by_role("columnheader", name=version)).to_be_visible()
        expect(different.get_by_role("row").filter(has_text="Yachts")).to_have_count(0)
        page.goto(f"/o/account/{id}?tab=history&from=2020-01-01&to=2020-01-02")
        expect(different.get_by_text("没有不同" if chinese else "Nothing is different")).to_be_visible()
        look(page, "difference-none")
        page.get_by_role("button", name="更多操作" if chinese else "More actions").first.click()
        page.get_by_role("menuitem", name="谁能看到此记录" if chinese else "Who could see this").click()
        who = page.get_by_role("dialog", name="谁能看到此记录" if chinese else "Who could see this")
        who.get_by_role("combobox", name="人员" if chinese else "Person").fill("陈晓")  # found among all there are
        page.get_by_role("option", name="陈晓", exact=True).click()
        expect(who.get_by_role("status")).to_contain_text("能看到并更改" if chinese else "Could see and change")
        look(page, "who-could")
