"""Set-up and invitation: the pages behind one-time links, and the way from there into the client."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.web.harness import DESKTOP, EVERYWHERE, PHONE, Language, Screen, Visit, look
from tests.support.processes import EMAIL, PASSWORD, Served, served

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Fresh:
    """A suite at its first start."""

    served: Served
    visit: Visit
    link: str
    token: str

    def set_up(self) -> None:
        """By the test below or without it."""
        body = {"token": self.token, "organisation": "示例公司", "name": "李雷", "email": EMAIL, "password": PASSWORD}
        assert httpx.post(f"{self.served.url}/identity/setup", json=body).status_code in (201, 409)
        self.served.shown()

    def invitation(self, email: str) -> str:
        self.set_up()
        with self.served.reader() as http:
            invited = {"name": "韩梅梅", "email": email, "roles": ["sales_representative"]}
            user = http.post("/identity/users", json=invited).raise_for_status().json()["id"]
            path: str = http.post(f"/identity/users/{user}/invitation").raise_for_status().json()["path"]
            return path


@pytest.fixture(scope="module")
def fresh(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fresh]:
    with served(tmp_path_factory.mktemp("fresh") / "data") as suite:
        found = re.search(r"http\S+(/setup\S+=(\S+))", suite.greeting)
        assert found
        yield Fresh(suite, Visit(chromium, suite), found[1], found[2])


WORDS = {
    "zh-CN": ("设置您的 CRM", "创建组织", "欢迎加入", "设置密码并继续", "组织名称", "请至少使用 12 个字符"),
    "en": (
        "Set up your CRM",
        "Create the organisation",
        "Welcome aboard",
        "Set the password and go on",
        "Organisation",
        "se at least 12 characters",
    ),
}


@pytest.mark.parametrize(("screen", "language"), EVERYWHERE)
def test_a_wrong_set_up_is_shown_by_field(fresh: Fresh, screen: Screen, language: Language) -> None:
    title, send, _, _, organisation, short = WORDS[language]
    options = {"screen": screen, "language": language, "who": None, "refusals": {422}}
    with fresh.visit(fresh.link, **options) as page:
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        expect(page).to_have_url(f"{fresh.served.url}/setup")  # the token does not stay in the address
        look(page, "set-up")
        page.get_by_label(organisation).fill("示例公司")
        page.locator("[name=name]").fill("李雷")
        page.locator("[name=email]").fill("nobody")
        page.locator("[name=password]").fill("short")
        page.get_by_role("button", name=send).click()
        expect(page.locator("[name=email]")).to_be_focused()
        expect(page.locator("form")).to_contain_text(short)
        expect(page.get_by_label(organisation)).to_have_value("示例公司")
        look(page, "set-up-wrong")


def test_a_link_without_its_token_says_so(fresh: Fresh) -> None:
    with fresh.visit("/setup", screen=PHONE, language="zh-CN", who=None) as page:
        expect(page.get_by_role("alert")).to_have_text("链接不完整，请重新打开完整链接。")
        expect(page.get_by_role("button", name="创建组织")).to_be_disabled()


def test_an_organisation_is_created_and_its_administrator_is_in(fresh: Fresh) -> None:
    with fresh.visit(fresh.link, screen=PHONE, language="zh-CN", who=None) as page:
        page.get_by_label("组织名称").fill("示例公司")
        page.locator("[name=name]").fill("李雷")
        page.locator("[name=email]").fill(EMAIL)
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="创建组织").click()
        expect(page.locator("#content")).to_be_visible()
        assert "/setup" not in page.url
    with fresh.served.reader() as http:
        me = http.get("/identity/me").raise_for_status().json()
        assert (me["organisation"]["name"], me["user"]["name"]) == ("示例公司", "李雷")
        assert (me["organisation"]["currency"], me["user"]["language"]) == ("CNY", "zh")


def test_the_link_works_once(fresh: Fresh) -> None:
    fresh.set_up()
    with fresh.visit(fresh.link, screen=DESKTOP, language="en", who=None, refusals={409}) as page:
        page.locator("[name=organisation]").fill("Another")
        page.locator("[name=name]").fill("Eve")
        page.locator("[name=email]").fill("eve@example.com")
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Create the organisation").click()
        expect(page.get_by_role("heading", name="This is set up already")).to_be_visible()
        look(page, "set-up-done")
        page.get_by_role("link", name="Sign in").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize(("screen", "language"), EVERYWHERE)
def test_an_invitation_is_accepted(fresh: Fresh, screen: Screen, language: Language) -> None:
    _, _, title, go_on, _, short = WORDS[language]
    email = f"han.{screen.name}.{language.lower()}@example.com"
    options = {"screen": screen, "language": language, "who": None, "refusals": {422}}
    with fresh.visit(fresh.invitation(email), **options) as page:
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        look(page, "invitation")
        page.locator("[name=password]").fill("short")
        page.get_by_role("button", name=go_on).click()
        expect(page.locator("form")).to_contain_text(short)
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name=go_on).click()
        expect(page.locator("#content")).to_be_visible()
    with fresh.served.reader(email) as http:
        assert http.get("/identity/me").raise_for_status().json()["user"]["name"] == "韩梅梅"


def test_a_spent_invitation_says_so(fresh: Fresh) -> None:
    fresh.set_up()
    with fresh.visit("/invitation#token=a.b.c", language="zh-CN", who=None, refusals={403}) as page:
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="设置密码并继续").click()
        expect(page.get_by_role("alert")).to_contain_text("链接已失效")
