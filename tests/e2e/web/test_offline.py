"""Without a network: what was opened is read, what is written waits and is sent once. New versions show."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.web.harness import DESKTOP, PHONE, Language, Screen, Visit, look, stored_by

pytestmark = pytest.mark.browser

SEEN: list[tuple[Screen, Language]] = [(DESKTOP, "en"), (PHONE, "zh-CN")]
_SHELL_IS_KEPT = """async () => {
  const { active } = await navigator.serviceWorker.ready
  const loaded = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)
  const parts = loaded.filter((path) => path.startsWith('/assets/'))
  const kept = await Promise.all(parts.map((path) => caches.match(path, { ignoreVary: true })))
  return active.state === 'activated' && parts.length > 0 && kept.every(Boolean)
}"""


def contact(http: httpx.Client, name: str) -> str:
    id: str = (
        http.post("/customer/contacts", json={"name": name, "allow_duplicate": True}).raise_for_status().json()["id"]
    )
    return id


def installed(page: Page) -> None:
    """The worker keeps the shell and what this page was made of."""
    for _ in range(200):
        if page.evaluate(_SHELL_IS_KEPT):
            return
        page.wait_for_timeout(100)
    raise AssertionError("no service worker")


def kept(page: Page, id: str) -> None:
    """The answers about a record are on the device: a page that is left at once takes what it still writes with it."""
    for _ in range(200):
        if f"/customer/contacts/{id}?" in stored_by(page):
            return
        page.wait_for_timeout(50)
    raise AssertionError("the record was not kept")


def forgotten(page: Page, name: str) -> None:
    """Nothing on the device holds the name: it is cleared once the pages are gone."""
    for _ in range(200):
        if name not in stored_by(page):
            return
        page.wait_for_timeout(50)
    raise AssertionError("the name is still on the device")


def write(page: Page, text: str, chinese: bool) -> None:
    page.get_by_role("textbox", name="写备注" if chinese else "Write a note").fill(text)
    page.get_by_role("button", name="保存" if chinese else "Save").first.click()


def noted(http: httpx.Client, subject: str, about: str) -> int:
    """How many such activities are about a contact, once there is one."""
    for _ in range(100):
        items = http.get("/customer/activities", params={"subject": subject}).raise_for_status().json()["items"]
        if found := [one for one in items if one["links"] == [about]]:
            return len(found)
        time.sleep(0.1)
    return 0


@pytest.mark.parametrize(("screen", "language"), SEEN, ids=["desktop-en", "phone-zh-CN"])
def test_what_was_opened_is_read_and_what_was_written_is_sent_once(
    visit: Visit, http: httpx.Client, screen: Screen, language: Language
) -> None:
    chinese = language == "zh-CN"
    name, unread = f"Offline {screen.name}", contact(http, f"Unread {screen.name}")
    id, gone = contact(http, name), contact(http, f"Leaves {screen.name}")
    offline = "离线，内容截至" if chinese else "Offline, as of"
    with visit(
        "/o/contact", screen=screen, language=language, service_workers="allow", refusals={401, 404, 422}
    ) as page:
        for one in (gone, id):
            page.goto(f"/o/contact/{one}")
            expect(page.get_by_role("textbox", name="写备注" if chinese else "Write a note")).to_be_visible()
            kept(page, one)
        installed(page)
        page.context.set_offline(True)
        page.reload()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        expect(page.get_by_text(re.compile(rf"{offline} \d\d:\d\d"))).to_be_visible()
        write(page, f"Called from the train {screen.name}", chinese)
        expect(page.get_by_text("恢复联网后发送" if chinese else "Will be sent when").last).to_be_visible()
        look(page, "offline-record")
        page.goto(f"/o/contact/{gone}")
        write(page, f"To somebody who left {screen.name}", chinese)
        page.get_by_role("button", name="2 项待发送" if chinese else "2 waiting").click()
        look(page, "offline-outbox")
        page.get_by_role("dialog").get_by_role("button", name="关闭" if chinese else "Close").click()
        page.goto(f"/o/contact/{unread}")
        expect(page.get_by_text("本设备上没有这项内容" if chinese else "This is not on this device")).to_be_visible()
        look(page, "offline-unread")
        http.post(f"/customer/contacts/{gone}/erase", json={}).raise_for_status()
        page.context.set_offline(False)
        expect(page.get_by_text("未被接受" if chinese else "was not taken")).to_be_visible(timeout=20_000)
        expect(page.get_by_text(offline)).to_have_count(0)
        page.get_by_role("button", name="查看" if chinese else "Show", exact=True).click()
        look(page, "offline-refused")
        page.get_by_role("button", name="放弃" if chinese else "Discard").click()
        page.get_by_role("dialog").get_by_role("button", name="关闭" if chinese else "Close").click()
        assert noted(http, f"Called from the train {screen.name}", id) == 1
        assert name in stored_by(page)
        sign_out(page, screen, chinese)
        expect(page).to_have_url(re.compile("/sign-in"))
        forgotten(page, name)


def sign_out(page: Page, screen: Screen, chinese: bool) -> None:
    page.get_by_role("button", name="更多" if chinese else "陈晓").last.click()
    out = "退出登录" if chinese else "Sign out"
    (page.get_by_role("button", name=out) if screen is PHONE else page.get_by_role("menuitem", name=out)).click()


def test_a_new_version_announces_itself(visit: Visit) -> None:
    with visit("/") as page:
        expect(page.get_by_role("navigation").first).to_be_visible()
        page.route("**/version.json", lambda route: route.fulfill(json={"version": "another"}))
        page.goto("/o/account")
        expect(page.get_by_text("There is a new version.")).to_be_visible()
        look(page, "new-version")
        page.unroute("**/version.json")
        page.get_by_role("button", name="Reload").click()
        expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
        expect(page.get_by_text("There is a new version.")).to_have_count(0)
