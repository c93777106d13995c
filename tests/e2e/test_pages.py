"""The API reference, driven in a real Chromium: desktop and phone, light and dark, both languages.

No console error, no breach of the content security policy, nothing wider than the screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.support.processes import EMAIL, PASSWORD, Served, served, set_up

pytestmark = pytest.mark.browser

SCREENS = {"desktop": (1280, 860), "phone": (390, 844)}
SCHEMES = ("light", "dark")
ANYWHERE = [(screen, scheme) for screen in SCREENS for scheme in SCHEMES]
WATCH = "addEventListener('securitypolicyviolation', (e) => console.error('policy: ' + e.violatedDirective))"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("pages") / "data"
    set_up(data)
    with served(data) as suite:
        yield suite


@contextmanager
def page_at(
    chromium: Browser, running: Served, screen: str = "desktop", scheme: str = "light", locale: str = "zh-CN",
    expected: int = 0,
) -> Iterator[Page]:  # fmt: skip
    """A fresh page; when it is left, it must have been quiet and fit its screen.

    expected: refusals by the server, which the browser reports itself.
    """
    width, height = SCREENS[screen]
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        locale=locale,
    )
    context.add_init_script(WATCH)
    page, said = context.new_page(), list[str]()

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
    page.on("request", lambda r: None if r.url.startswith(running.url) else said.append(f"elsewhere: {r.url}"))
    try:
        yield page
        refusals = [text for text in said if "the server responded with a status of 4" in text]
        assert len(refusals) == expected, said
        assert [text for text in said if text not in refusals] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert dark == (scheme == "dark")
        assert (sum(map(int, re.findall(r"\d+", paper)[:3])) < 384) == dark
    finally:
        context.close()


@pytest.mark.parametrize(("screen", "scheme"), ANYWHERE)
def test_the_reference_is_searched_and_tried(chromium: Browser, running: Served, screen: str, scheme: str) -> None:
    with page_at(chromium, running, screen, scheme, "en-US") as page:
        page.goto(f"{running.url}/docs")
        for tab in ("Identity", "Sales", "Analytics", "Audit", "Integration", "Across services", "Customer"):
            page.get_by_role("tab", name=tab).click()
            expect(page.locator("main h1, main .operation").first).to_be_visible()
        page.fill("#search", "create account")
        shown = page.locator("details.operation:visible")
        expect(shown).to_have_count(1)
        shown.locator("summary").first.click()
        expect(shown.get_by_text("annual_revenue", exact=True)).to_be_visible()
        page.click("#sign-in")
        page.locator("dialog input[type=email]").fill(EMAIL)
        page.locator("dialog input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name="Use").click()
        expect(page.locator("#sign-in")).to_have_text("Forget token")
        body = shown.locator("textarea")
        assert '"name"' in body.input_value()
        body.fill(f'{{"name": "{screen} {scheme}"}}')
        shown.get_by_role("button", name="Send").click()
        expect(shown.locator(".try .status")).to_contain_text("201")


def test_a_refusal_is_shown_and_the_theme_is_kept(chromium: Browser, running: Served) -> None:
    with page_at(chromium, running, expected=1) as page:
        page.goto(f"{running.url}/docs#customer/list_accounts")
        operation = page.locator("details.operation[open]")
        expect(operation.locator("select[aria-label=names] option")).not_to_have_count(0)
        operation.get_by_role("button", name="发送").click()
        expect(operation.locator(".try .status")).to_contain_text("401")
        page.click("#theme")
        page.reload()
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        page.click("#theme")
        assert page.evaluate("document.documentElement.dataset.theme") == "light"


def test_the_language_is_switched_and_kept(chromium: Browser, running: Served) -> None:
    with page_at(chromium, running, "phone") as page:
        page.goto(f"{running.url}/docs")
        expect(page.get_by_text("客户", exact=True).first).to_be_visible()
        page.locator("#language").click()
        expect(page.get_by_text("Customer", exact=True).first).to_be_visible()
        page.reload()
        expect(page.get_by_text("Customer", exact=True).first).to_be_visible()
