"""Two-step sign-in: set up, used, turned off; asked of everybody; reset by an administrator.

The suite takes each code of an app once, also those of the step before and after now: an `App` never shows one twice.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pyotp
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.web.conftest import organisation_in_china
from tests.e2e.web.harness import DESKTOP, PHONE, SHOTS, Visit, look, stored_by
from tests.support.processes import EMAIL, PASSWORD, Served

pytestmark = pytest.mark.browser

STEP = 30  # seconds
FACTOR = "/identity/me/second-factor"


@dataclass
class App:
    """An authenticator app by the clock of the machine."""

    secret: str
    used: int = 0

    def code(self) -> str:
        """One that was not shown before: of now, of the step before or after; it waits where those are used up."""
        while (step := max(self.used + 1, self._now() - 1)) > self._now() + 1:
            time.sleep(1)
        self.used = step
        return self.last()

    def last(self) -> str:
        """The code that was shown last."""
        return pyotp.TOTP(self.secret).generate_otp(self.used)

    def _now(self) -> int:
        return int(time.time()) // STEP


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An organisation of its own: what it asks of everybody would stop the other tests."""
    data: Path = tmp_path_factory.mktemp("factor") / "data"
    with organisation_in_china(data) as running:
        yield running


def person(http: httpx.Client, name: str, role: str) -> str:
    """Somebody with a built-in role; the address that they sign in with."""
    email = f"{name.split()[0].lower()}@example.com"
    user = {"name": name, "email": email, "roles": [role]}
    id = http.post("/identity/users", json=user).raise_for_status().json()["id"]
    path = http.post(f"/identity/users/{id}/invitation").raise_for_status().json()["path"]
    accepted = {"token": path.partition("token=")[2], "password": PASSWORD}
    http.post("/identity/invitations/accept", json=accepted).raise_for_status()
    return email


def with_factor(client: httpx.Client) -> App:
    """Sets one up as this client, which goes on with its new token."""
    app = App(client.post(FACTOR, json={"password": PASSWORD}).raise_for_status().json()["secret"])
    done = client.post(f"{FACTOR}/confirm", json={"code": app.code()}).raise_for_status().json()
    client.headers["Authorization"] = f"Bearer {done['access_token']}"
    return app


def app_shown(page: Page) -> App:
    """What the app of a telephone would read from the page."""
    expect(page.get_by_role("img", name=re.compile("QR|二维码"))).to_be_visible()
    secret = page.locator("code").inner_text().replace(" ", "")
    assert re.fullmatch("[A-Z2-7]{32}", secret)
    return App(secret)


def codes_shown(page: Page) -> list[str]:
    codes = page.get_by_role("listitem").locator("code")
    expect(codes).to_have_count(10)
    return codes.all_inner_texts()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Nora Vance").last.click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def password(page: Page, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def card(page: Page) -> Locator:
    return page.locator("section").filter(has=page.get_by_role("heading", name="Two-step sign-in", exact=True))


def test_a_person_sets_it_up_signs_in_by_it_and_turns_it_off(visit: Visit, http: httpx.Client) -> None:
    email = person(http, "Nora Vance", "sales_representative")
    with visit("/me", who=email, refusals={401, 422}) as page:
        card(page).get_by_role("button", name="Set up").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Password", exact=True).fill("not the password")
        dialog.get_by_role("button", name="Next").click()
        expect(dialog.get_by_role("alert").first).to_be_visible()
        dialog.get_by_label("Password", exact=True).fill(PASSWORD)
        look(page, "factor-password")
        dialog.get_by_role("button", name="Next").click()
        app = app_shown(page)
        look(page, "factor-app")
        dialog.get_by_label("Code from the app").fill(app.code())  # six digits are sent by themselves
        codes = codes_shown(page)
        look(page, "factor-codes")
        with page.expect_download() as download:
            dialog.get_by_role("button", name="Download").click()
        assert [code for code in codes if code not in download.value.path().read_text()] == []
        done = dialog.get_by_role("button", name="Done")
        expect(done).to_be_disabled()
        page.emulate_media(media="print")  # whose they are, the codes, and nothing else of the page
        expect(page.get_by_text(f"as {email}")).to_be_visible()
        expect(page.get_by_text(codes[9])).to_be_visible()
        expect(done).to_be_hidden()
        page.screenshot(path=SHOTS / "factor-paper.png")
        page.emulate_media(media="screen")
        dialog.get_by_label("I have kept these codes").check()
        done.click()
        expect(card(page)).to_contain_text("10 recovery codes left")
        look(page, "factor-on")
        assert [secret for secret in (app.secret, *codes) if secret in stored_by(page)] == []

        sign_out(page)
        password(page, email)
        code = page.get_by_label("Code", exact=True)
        expect(code).to_be_focused()
        look(page, "factor-step")
        code.fill(app.code())
        expect(page).to_have_url(re.compile("/o/|/$"))

        page.goto("/me")
        expect(page.get_by_role("listitem").filter(has_text="password and code").first).to_be_visible()
        sign_out(page)
        password(page, email)
        code.fill(app.last())  # it was used just now
        expect(page.get_by_role("alert").filter(has_text="This code is not right")).to_be_visible()
        page.get_by_role("button", name="Use a recovery code").click()
        look(page, "factor-recovery")
        page.get_by_label("Recovery code").fill(codes[0].upper().replace("-", " "))
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(re.compile("/o/|/$"))

        page.goto("/me")
        expect(card(page)).to_contain_text("9 recovery codes left")
        card(page).get_by_role("button", name="Turn off").click()
        dialog.get_by_label("Password", exact=True).fill(PASSWORD)
        dialog.get_by_label("Code from the app").fill(codes[0])
        dialog.get_by_role("button", name="Turn off").click()
        expect(dialog.get_by_role("alert").filter(has_text="used already")).to_be_visible()
        dialog.get_by_label("Code from the app").fill(codes[1])
        look(page, "factor-off")
        dialog.get_by_role("button", name="Turn off").click()
        expect(card(page).get_by_role("button", name="Set up")).to_be_visible()
        sign_out(page)
        password(page, email)
        expect(page).to_have_url(re.compile("/o/|/$"))


def test_who_must_have_it_sets_it_up_first_and_goes_on_where_they_were(
    visit: Visit, http: httpx.Client, suite: Served
) -> None:
    email, keeper = person(http, "Omar Reyes", "sales_representative"), person(http, "Kim Keeper", "administrator")
    with suite.client(keeper) as administrator:
        with visit("/settings/organisation", who=keeper, language="zh-CN") as page:
            expect(page.get_by_text("请先设置您自己的两步验证")).to_be_visible()
            look(page, "factor-policy-first")
        app = with_factor(administrator)
        with visit("/", who=None, language="zh-CN", refusals={401}) as page:
            page.get_by_label("邮箱").fill(keeper)
            page.get_by_label("密码", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="登录").click()
            page.get_by_label("验证码", exact=True).fill(app.code())
            page.wait_for_url(re.compile("/o/|/$"))
            page.goto("/settings/organisation")
            page.get_by_role("combobox", name="两步验证").click()
            page.get_by_role("option", name="所有人必须使用").click()
            look(page, "factor-policy")
            page.get_by_role("button", name="保存").click()
            expect(page.get_by_text("已保存").first).to_be_visible()
            page.goto("/me")
            expect(page.get_by_text("您的组织要求使用")).to_be_visible()
        with visit("/o/account?sort=name", who=email, screen=PHONE, language="zh-CN", refusals={403, 422}) as page:
            expect(page.get_by_role("heading", name="设置两步验证")).to_be_visible()
            expect(page.get_by_role("navigation")).to_have_count(0)
            look(page, "factor-gate")
            page.get_by_label("密码", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="下一步").click()
            theirs = app_shown(page)
            look(page, "factor-gate-app")
            page.get_by_label("应用显示的验证码").fill("12")
            page.get_by_role("button", name="开启").click()
            expect(page.get_by_role("alert").filter(has_text=re.compile("\\S"))).to_be_visible()
            page.get_by_label("应用显示的验证码").fill(theirs.code())
            codes_shown(page)
            look(page, "factor-gate-codes")
            page.get_by_label("我已保存这些代码").check()
            page.get_by_role("button", name="完成").click()
            expect(page.get_by_role("heading", name=re.compile("客户|公司")).first).to_be_visible()
            expect(page).to_have_url(re.compile("/o/account"))
        organisation = administrator.get("/identity/me").raise_for_status().json()["tenant"]
        at = f"/identity/organisations/{organisation}"
        administrator.patch(at, json={"second_factor": "optional"}).raise_for_status()


def test_an_administrator_resets_it_for_somebody_who_lost_it(visit: Visit, http: httpx.Client, suite: Served) -> None:
    email = person(http, "Vera Lost", "sales_representative")
    with suite.client(email) as own:
        with_factor(own)
    with visit("/settings/users", who=EMAIL, screen=DESKTOP) as page:
        row = page.get_by_role("row").filter(has_text="Vera Lost")
        expect(row.get_by_role("cell", name="On", exact=True)).to_be_visible()
        look(page, "factor-users")
        page.get_by_label("Only without two-step sign-in").check()
        expect(row).to_have_count(0)
        page.get_by_label("Only without two-step sign-in").uncheck()
        page.get_by_role("button", name="More for Vera Lost").click()
        page.get_by_role("menuitem", name="Reset two-step sign-in").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Reason").fill("lost the phone, called back")
        look(page, "factor-reset")
        dialog.get_by_role("button", name="Reset").click()
        expect(page.get_by_text("Vera Lost: two-step sign-in reset")).to_be_visible()
        expect(row.get_by_role("cell", name="On", exact=True)).to_have_count(0)
    with visit("/", who=None, refusals={401}) as page:
        password(page, email)
        expect(page).to_have_url(re.compile("/o/|/$"))
