"""Main screens in traditional Chinese: each word of the suite in its script, and nothing that axe finds."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.web.harness import DESKTOP, Visit, quiet, raw_words, violations
from tests.e2e.web.samples import biggest_deal
from tests.e2e.web.test_screens import screens

pytestmark = pytest.mark.browser
# stand in simplified script alone, and are common in the words of the suite
SIMPLIFIED = re.compile("[们这个时间记录设导页应为来过还发现实际线选择开关闭统计图标题说认证权务额员负责单]")
# the five screens that are used most: axe looks at each of them
USED_MOST = ("list", "record", "board", "dashboard")
# without what people wrote themselves: names of the sample data are in simplified script
_SHOWN = """() => [...document.querySelectorAll('nav, header button, th, dt, main h2, label, [role=columnheader]')]
  .map((one) => one.innerText).join('\\n')"""


def simplified(page: Page) -> list[str]:
    """The words of the suite on the page that are not in the reader's script."""
    shown: str = page.evaluate(_SHOWN)
    return [line for line in shown.splitlines() if SIMPLIFIED.search(line)]


def test_main_screens_in_traditional_chinese(visit: Visit, http: httpx.Client) -> None:
    with visit("/", screen=DESKTOP, language="zh-TW") as page:
        every = screens(biggest_deal(http))
        for name in USED_MOST:
            path, there = every[name]
            page.goto(path)
            there(page)
            quiet(page)
            assert violations(page) == [], name
            assert raw_words(page) == [], name
            assert simplified(page) == [], name
        for name in ("organisation", "users", "imports", "bulk", "audit"):
            page.goto(f"/settings/{name}")
            expect(page.get_by_role("heading", level=2).first).to_be_visible()
            assert simplified(page) == [], name
        quiet(page)
        assert violations(page) == []
