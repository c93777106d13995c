"""The operators' page: what is late, a verification, a replay, and what they found."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.web.harness import DESKTOP, PHONE, Language, Screen, Visit, look

pytestmark = pytest.mark.browser

SEEN: list[tuple[Screen, Language]] = [(DESKTOP, "en"), (PHONE, "zh-CN")]
LONG = 60_000  # ms that a verification of all views may take on a busy machine


@pytest.mark.parametrize(("screen", "language"), SEEN, ids=["desktop-en", "phone-zh-CN"])
def test_operators_see_the_state_verify_and_replay(visit: Visit, screen: Screen, language: Language) -> None:
    chinese = language == "zh-CN"
    with visit("/settings/health", screen=screen, language=language) as page:
        expect(page.get_by_text("一切正常" if chinese else "All is well")).to_be_visible()
        expect(page.get_by_role("row", name="记录与列表" if chinese else "Records and lists")).to_contain_text(
            "已跟上" if chinese else "up to date"
        )
        look(page, "settings-health")
        page.get_by_role("button", name="立即校验" if chinese else "Verify now").click()
        well = "全部一致：日志" if chinese else "All agrees: log, views"
        expect(page.get_by_text(well)).to_be_visible(timeout=LONG)
        page.reload()
        expect(page.get_by_text("：全部一致" if chinese else ": all agrees.")).to_be_visible()
        page.get_by_role("combobox", name="视图" if chinese else "View").click()
        page.get_by_role("option", name="客户" if chinese else "Accounts", exact=True).click()
        page.get_by_role("button", name="重放" if chinese else "Replay").click()
        expect(page.get_by_text("生成了 1 个视图" if chinese else "1 views were built")).to_be_visible(timeout=LONG)
