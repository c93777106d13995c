"""The audit page: the log searched, an event in full with its causes, and who could see the record then."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.web.harness import DESKTOP, PHONE, Language, Screen, Visit, look

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
