"""The pages the suite serves by itself, in a real browser: drawn under the strict policy, in both languages, usable."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.support.http_service import open_service
from tests.support.servers import served as serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield opened
        await opened.close()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """The address of a real server and an access token."""
    async with open_service(tmp_path) as service, serving(service.gateway) as address:
        yield address, service.client().headers["authorization"].removeprefix("Bearer ")


async def opened(browser: Browser, url: str, **options: object) -> tuple[Page, list[str]]:
    """A page, and everything that went wrong in it: refused by the policy, thrown, not found."""
    context = await browser.new_context(**options)  # type: ignore[arg-type]
    page, wrong = await context.new_page(), list[str]()
    page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: wrong.append(str(e)))
    await page.goto(url)
    return page, wrong


async def test_the_reference_finds_describes_and_tries_operations(browser: Browser, served: tuple[str, str]) -> None:
    url, token = served
    page, wrong = await opened(browser, f"{url}/docs", locale="en-US")
    await page.get_by_placeholder("Search operations").fill("create account")
    await page.locator("main details.operation:not(.hidden) > summary").click()
    operation = page.locator("details#CreateAccount")
    await expect(operation.get_by_text("annual_revenue", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Sign in").click()
    await page.locator("dialog input").last.fill(token)
    await page.get_by_role("button", name="Use").click()
    await operation.locator("textarea").fill('{"name": "北京纺织"}')
    await operation.get_by_role("button", name="Send").click()
    await expect(operation.locator(".try .status.good")).to_contain_text("201")
    await page.get_by_placeholder("Search operations").fill("search")
    await page.get_by_role("tab", name="Across services").click()
    await expect(page.get_by_role("heading", name="search", exact=True).last).to_be_visible()
    assert wrong == []


async def test_the_reference_switches_language_and_colours(browser: Browser, served: tuple[str, str]) -> None:
    url, _ = served
    phone = {"viewport": {"width": 390, "height": 844}, "locale": "zh-CN", "color_scheme": "light"}
    page, wrong = await opened(browser, f"{url}/docs", **phone)
    await expect(page.get_by_text("客户", exact=True).first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    paper = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(paper)
    await page.locator("#theme").click()
    assert await page.evaluate(paper) != light
    await page.locator("#language").click()
    await expect(page.get_by_text("Customer", exact=True).first).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("Customer", exact=True).first).to_be_visible()
    assert wrong == []
    await page.context.close()
