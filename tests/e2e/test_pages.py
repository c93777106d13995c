"""The pages the suite serves by itself, driven in a real Chromium: desktop and phone, light and dark, both languages.

No console error, no breach of the content security policy, nothing wider than the screen.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.support.processes import EMAIL, PASSWORD, Served, served

pytestmark = pytest.mark.browser

SCREENS = {"desktop": (1280, 860), "phone": (390, 844)}
SCHEMES = ("light", "dark")
ANYWHERE = [(screen, scheme) for screen in SCREENS for scheme in SCHEMES]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WATCH = "addEventListener('securitypolicyviolation', (e) => console.error('policy: ' + e.violatedDirective))"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing = "no chromium on PATH; install it with: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Running:
    served: Served
    link: str  # of the set-up page
    invitation: str = ""
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A suite at its first start."""
    with served(tmp_path_factory.mktemp("pages") / "data") as suite:
        link = re.search(r"http\S+/setup\S+", suite.greeting)
        assert link
        yield Running(suite, link[0])


@contextmanager
def page_at(
    chromium: Browser, running: Running, screen: str = "desktop", scheme: str = "light", locale: str = "zh-CN",
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
    page.on("request", lambda r: None if r.url.startswith(running.served.url) else said.append(f"elsewhere: {r.url}"))
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


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"#{name}", value)
    page.click("button[type=submit]")


@pytest.mark.parametrize(("screen", "scheme"), ANYWHERE)
def test_the_first_page_says_what_to_do(chromium: Browser, running: Running, screen: str, scheme: str) -> None:
    with page_at(chromium, running, screen, scheme) as page:
        page.goto(running.served.url)
        expect(page.locator("h1")).to_have_text("每一位客户，每一次变化，任意时刻。")
        expect(page.get_by_text("已就绪")).to_be_visible()
        expect(page.get_by_text("尚未设置：请打开启动时打印的一次性链接")).to_be_visible()
        page.click("#language")
        expect(page.locator("h1")).to_have_text("Every customer, every change, any moment.")
        assert page.locator("a.card").count() == 7


@pytest.mark.parametrize(("screen", "scheme"), ANYWHERE)
def test_a_wrong_set_up_is_told_by_field(chromium: Browser, running: Running, screen: str, scheme: str) -> None:
    with page_at(chromium, running, screen, scheme, expected=1) as page:
        page.goto(running.link)
        assert page.url == f"{running.served.url}/setup"  # the token does not stay in the address
        fill(page, organisation="示例公司", name="李雷", email="nobody", password="short")
        expect(page.locator("#email-wrong")).to_have_text("请填写有效邮箱，如 name@example.com。")
        expect(page.locator("#password-wrong")).to_have_text("至少需要 12 个字符。")
        expect(page.locator("#email")).to_be_focused()
        expect(page.locator("#organisation")).to_have_value("示例公司")


def test_a_set_up_link_without_its_token_says_so(chromium: Browser, running: Running) -> None:
    with page_at(chromium, running, "phone") as page:
        page.goto(f"{running.served.url}/setup")
        expect(page.get_by_role("alert")).to_have_text("链接不完整，请重新打开完整链接。")
        expect(page.locator("button[type=submit]")).to_be_disabled()


def test_the_organisation_is_created_in_chinese(chromium: Browser, running: Running) -> None:
    with page_at(chromium, running, "phone") as page:
        page.goto(running.link)
        fill(page, organisation="示例公司", name="李雷", email=EMAIL, password=PASSWORD)
        expect(page.locator(".done h1")).to_have_text("设置完成")
        expect(page.locator(".done")).to_contain_text(EMAIL)
    with running.served.client() as http:
        me = http.get("/identity/me").raise_for_status().json()
        assert (me["organisation"]["name"], me["user"]["name"]) == ("示例公司", "李雷")
        assert (me["organisation"]["currency"], me["user"]["language"]) == ("CNY", "zh")


@pytest.fixture(scope="module")
def organised(running: Running) -> Running:
    """The suite with an organisation, by the test above or without it, and an invited user."""
    token = running.link.partition("token=")[2]
    body = {"token": token, "organisation": "示例公司", "name": "李雷", "email": EMAIL, "password": PASSWORD}
    assert httpx.post(f"{running.served.url}/identity/setup", json=body).status_code in (201, 409)
    with running.served.client() as http:
        invited = {"name": "韩梅梅", "email": "han@example.com", "roles": ["sales_representative"]}
        user = http.post("/identity/users", json=invited).raise_for_status().json()["id"]
        path = http.post(f"/identity/users/{user}/invitation").raise_for_status().json()["path"]
        running.invitation = running.served.url + path
    return running


def test_the_link_works_once(chromium: Browser, organised: Running) -> None:
    with page_at(chromium, organised, expected=1) as page:
        page.goto(organised.link)
        fill(page, organisation="另一个", name="甲", email="other@example.com", password=PASSWORD)
        expect(page.get_by_role("alert")).to_have_text("已完成设置，请直接登录。")
    with page_at(chromium, organised) as page:
        page.goto(organised.served.url)
        expect(page.get_by_text("已完成初始设置")).to_be_visible()


@pytest.mark.parametrize(("screen", "scheme"), ANYWHERE)
def test_an_invitation_asks_for_a_good_password(
    chromium: Browser, organised: Running, screen: str, scheme: str
) -> None:
    with page_at(chromium, organised, screen, scheme, "en-US", expected=1) as page:
        page.goto(organised.invitation)
        expect(page.locator("h1")).to_have_text("Welcome aboard")
        fill(page, password="password1234")
        expect(page.locator("#password-wrong")).to_be_visible()


def test_an_invitation_is_accepted(chromium: Browser, organised: Running) -> None:
    with page_at(chromium, organised) as page:
        page.goto(organised.invitation)
        fill(page, password=PASSWORD)
        expect(page.locator(".done")).to_contain_text("han@example.com")
    with organised.served.client("han@example.com") as http:
        assert http.get("/identity/me").raise_for_status().json()["user"]["name"] == "韩梅梅"


@pytest.mark.parametrize(("screen", "scheme"), ANYWHERE)
def test_the_reference_is_searched_and_tried(chromium: Browser, organised: Running, screen: str, scheme: str) -> None:
    with page_at(chromium, organised, screen, scheme, "en-US") as page:
        page.goto(f"{organised.served.url}/docs")
        for tab in ("Identity", "Sales", "Analytics", "Audit", "Integration", "Across services", "Customer"):
            page.get_by_role("tab", name=tab).click()
            expect(page.locator("main h1, main .operation").first).to_be_visible()
        page.fill("#search", "create account")
        shown = page.locator("details.operation:visible")
        expect(shown).to_have_count(1)
        shown.locator("summary").first.click()
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


def test_a_refusal_is_shown_and_the_theme_is_kept(chromium: Browser, organised: Running) -> None:
    with page_at(chromium, organised, expected=1) as page:
        page.goto(f"{organised.served.url}/docs#customer/list_accounts")
        operation = page.locator("details.operation[open]")
        expect(operation.locator("select[aria-label=names] option")).not_to_have_count(0)
        operation.get_by_role("button", name="发送").click()
        expect(operation.locator(".try .status")).to_contain_text("401")
        page.click("#theme")
        page.reload()
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        page.click("#theme")
        assert page.evaluate("document.documentElement.dataset.theme") == "light"
