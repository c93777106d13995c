"""Lists, the palette and the day's activities, as a person uses them."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.durability.scale import PROVE
from tests.e2e.web.harness import DESKTOP, EVERYWHERE, Language, Screen, Visit, live, quiet
from tests.e2e.web.samples import biggest_deal

pytestmark = pytest.mark.browser
LIST = "/o/opportunity?view=all"


def rows(page: Page) -> int:
    expect(page.locator("[role=row][id]").first).to_be_visible()
    return int(page.get_by_role("grid").get_attribute("aria-rowcount") or 0) - 1


def there_are(page: Page, count: int) -> None:
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", f"{count + 1}")


def test_a_list_is_narrowed_saved_and_found_again(visit: Visit, http: httpx.Client) -> None:
    asked = {"filter": json.dumps({"field": "name", "op": "contains", "value": "企业"})}
    narrowed = http.get("/sales/opportunities/count", params=asked).raise_for_status().json()["count"]
    with visit(LIST) as page:
        assert 0 < narrowed < rows(page)
        page.get_by_role("button", name="Filter", exact=True).click()
        editor = page.get_by_role("dialog", name="Filter")
        editor.get_by_role("textbox", name="Name").last.fill("企业")
        editor.get_by_role("button", name="Apply").click()
        expect(page.get_by_role("button", name="Name contains 企业", exact=True)).to_be_visible()
        page.get_by_role("columnheader", name="Amount").get_by_role("button").click()
        expect(page.get_by_role("columnheader", name="Amount")).to_have_attribute("aria-sort", "ascending")
        there_are(page, narrowed)
        page.get_by_role("button", name="Save view").click()
        page.get_by_role("textbox", name="Name").fill("Enterprise")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("link", name="Enterprise").click()
        expect(page.get_by_role("button", name="Enterprise")).to_have_attribute("aria-pressed", "true")
        there_are(page, narrowed)
        page.get_by_role("button", name="Board", exact=True).click()
        page.get_by_role("button", name="Save view", exact=True).click()
        expect(page.get_by_text("View saved")).to_be_visible()
        expect(page.get_by_role("button", name="Save view", exact=True)).to_have_count(0)
        page.get_by_role("button", name="Enterprise").click()
        page.get_by_role("menuitem", name="Rename view").click()
        page.get_by_role("textbox", name="Name").fill("Big fish")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("button", name="All", exact=True).click()
        page.get_by_role("link", name="Big fish").click()
        expect(page.locator("[data-lane]").first).to_be_visible()
        visit.shown()
        page.reload()
        expect(page.locator("[data-lane]").first).to_be_visible()


def test_many_records_are_changed_and_changed_back(visit: Visit, http: httpx.Client) -> None:
    with visit("/o/opportunity?view=open") as page:
        count = rows(page)
        page.get_by_role("checkbox", name="Pick this row").first.check(force=True)
        page.get_by_role("button", name=f"Pick all {count} results").click()
        page.get_by_role("button", name="Tags", exact=True).click()
        page.get_by_role("combobox", name="Add tags").fill("autumn")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Preview").click()
        page.get_by_role("button", name=f"Change {count} records").click()
        page.get_by_role("button", name="Done", exact=True).click()
        expect(page.get_by_text(f"{count} records changed")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
        tagged = {"tags[in]": "autumn"}
        assert http.get("/sales/opportunities/count", params=tagged).json()["count"] == count
        page.keyboard.press("Control+z")
        expect(page.get_by_text(f"Taken back: {count} records")).to_be_visible()
        assert http.get("/sales/opportunities/count", params=tagged).json()["count"] == 0
        act = {"type": "opportunity", "command": "tag", "body": {"add": ["autumn"]}, "ids": [biggest_deal(http)["id"]]}
        http.post("/bulk", json=act).raise_for_status()
        page.goto("/settings/bulk")
        first, before = page.locator("tbody tr").nth(0), page.locator("tbody tr").nth(1)
        expect(first).to_contain_text("Tags · Deals")
        expect(first).to_contain_text("Completed")
        expect(first).to_contain_text("1 changed")
        expect(before).to_contain_text(f"Taken back: {count} records")
        first.get_by_role("button", name="More for").click()
        page.get_by_role("menuitem", name="Take it back").click()
        expect(first).to_contain_text("Taken back: 1 record")
        assert http.get("/sales/opportunities/count", params=tagged).json()["count"] == 0


def test_an_address_says_whom_it_asks_for_and_what_it_cannot_ask(visit: Visit, http: httpx.Client) -> None:
    deal = biggest_deal(http)
    own = http.get("/identity/me").raise_for_status().json()["user"]
    leaves = [
        {"field": "owner", "op": "in", "value": own["id"]},
        {"field": "account", "op": "in", "value": deal["account"]},
    ]
    days = [
        {"field": "closed_on", "op": "ge", "value": "2020-01-01"},
        {"field": "closed_on", "op": "le", "value": "2099-12-31"},
    ]
    account = http.get(f"/customer/accounts/{deal['account']}").raise_for_status().json()["name"]
    with visit(f"/o/opportunity?{urlencode({'view': 'all', 'f': json.dumps({'all': [*leaves, *days]})})}") as page:
        expect(page.get_by_role("button", name=f"Owner is {own['name']}", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name=f"Account is {account}", exact=True)).to_be_visible()
        board = page.get_by_role("button", name="Board", exact=True)
        expect(board).to_be_in_viewport(ratio=1)  # however many chips there are
    gone = json.dumps({"field": "custom.gone", "value": "1"})
    with visit(f"/o/opportunity?{urlencode({'view': 'all', 'f': gone, 'sort': '-gone'})}", refusals={422}) as page:
        expect(page.get_by_role("heading", name="This list asks for a field that is not here")).to_be_visible()
        expect(page.get_by_text("There is no custom.gone")).to_be_visible()
        page.get_by_role("button", name="Clear all").click()
        assert rows(page) > 1


MANY = 100_000 if PROVE else 1_000
_SEEN = """(box) => {
  const { top, bottom } = box.getBoundingClientRect()
  const rows = [...box.querySelectorAll('[role=row][aria-rowindex]:not([aria-rowindex="1"])')].filter((row) => {
    const at = row.getBoundingClientRect()
    return at.bottom > top + 40 && at.top < bottom })
  return rows.every((row) => row.id) ? rows.map((row) => row.querySelector('a').textContent).sort() : []
}"""


def seen(page: Page) -> list[str]:
    """The names of the rows in sight, once all of them are read."""
    grid = page.get_by_role("grid")
    for _ in range(200):
        if names := grid.evaluate(_SEEN):
            return list(names)
        page.wait_for_timeout(50)
    raise AssertionError("rows are never read")


def test_a_column_of_a_custom_field_and_an_order_that_no_column_shows(visit: Visit, http: httpx.Client) -> None:
    field = {"resource": "account", "name": "dock", "kind": "text", "en": "Dock"}
    defined = http.post("/customer/field-definitions", json=field).raise_for_status().json()
    known = {"min_version": defined["version"]}
    http.get(f"/customer/field-definitions/{defined['id']}", params=known).raise_for_status()
    body = {"name": "Docked", "custom": {"dock": "C7"}}
    made = http.post("/customer/accounts", json=body).raise_for_status().json()["id"]
    named = urlencode({"f": json.dumps({"field": "name", "op": "prefix", "value": "Docked"})})
    with visit(f"/o/account?view=all&cols=name,custom.dock&sort=created_at&{named}") as page:
        row = page.locator("[role=row][id]")
        expect(row).to_contain_text("C7")
        live(page)
        http.patch(f"/customer/accounts/{made}", json={"name": "Docked well"}).raise_for_status()
        expect(row).to_contain_text("Docked well")
        expect(page.locator("[role=row][data-mark]")).to_have_count(0)  # it stands where it stood


def test_a_long_list_is_scrolled_to_its_end_and_jumped_into(visit: Visit, http: httpx.Client) -> None:
    text = "Part\n" + "".join(f"Part {n:06}\n" for n in range(1, MANY + 1))
    mapping = "name: Parts\nsteps:\n- {name: parts, resource: product, file: parts.csv, fields: {name: Part}}\n"
    sent = http.post("/imports", data={"mapping": mapping}, files={"files": ("parts.csv", text)})
    id = sent.raise_for_status().json()["id"]
    http.get(f"/imports/{id}/events", timeout=600).raise_for_status()
    tree = json.dumps({"field": "name", "op": "prefix", "value": "Part "})
    with visit(f"/o/product?{urlencode({'view': 'all', 'sort': 'name', 'f': tree})}") as page:
        assert rows(page) == MANY
        grid = page.get_by_role("grid")
        assert seen(page)[0] == "Part 000001"
        for share in (0.5, 0.9, 0.25):
            grid.evaluate("(box, share) => { box.scrollTop = (box.scrollHeight - box.clientHeight) * share }", share)
            names = seen(page)
            first, last = int(names[0][5:]), int(names[-1][5:])
            assert names == [f"Part {n:06}" for n in range(first, last + 1)]
            assert first - 20 <= MANY * share <= last + 20
        grid.evaluate("(box) => { box.scrollTop = 0 }")
        grid.hover()
        for _ in range(60):  # by the wheel, to the end
            page.mouse.wheel(0, MANY * 40 / 50)
            seen(page)
            assert grid.locator("[role=row]").count() < 100
        assert seen(page)[-1] == f"Part {MANY:06}"
        grid.focus()
        page.keyboard.press("Home")
        expect(page.get_by_role("link", name="Part 000001")).to_be_in_viewport()
        page.keyboard.press("End")
        expect(page.get_by_role("link", name=f"Part {MANY:06}")).to_be_in_viewport()
    http.post(f"/imports/{id}/revert", json={}).raise_for_status()


def test_the_keyboard_alone_will_do(visit: Visit) -> None:
    with visit(LIST) as page:
        rows(page)
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page.locator("[role=row][aria-selected=true]")).to_have_count(1)
        page.keyboard.press("x")
        page.keyboard.press("o")
        expect(page.get_by_role("complementary", name="Record at the side")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("complementary", name="Record at the side")).to_have_count(0)
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog", name="Search and commands").get_by_role("combobox")).to_be_focused()
        page.keyboard.type("import")
        expect(page.get_by_role("option", name="Import data")).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)  # while it closes, its input takes what is typed
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("Control+Backslash")
        panel = page.get_by_role("complementary", name="Record at the side")
        expect(panel).to_be_visible()
        page.keyboard.press("Control+Backslash")
        expect(panel).to_have_count(0)
        links = page.locator("[role=row] a[href^='/o/opportunity/']")
        first, second = (links.nth(n).get_attribute("href") or "-" for n in range(2))
        name = links.nth(1).inner_text()
        page.keyboard.press("e")
        page.wait_for_url(f"**{first}*")
        expect(page.get_by_role("button", name="Edit Next step")).to_be_visible()
        page.keyboard.press("Control+ArrowRight")
        page.wait_for_url(f"**{second}*")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)  # the address is there before its page
        page.get_by_role("button", name="Edit Next step").click()
        step = page.get_by_role("textbox", name="Next step")
        step.fill("Saved by its key")
        page.keyboard.press("Control+ArrowLeft")  # to the word before
        page.keyboard.press("Control+s")
        expect(page.locator("div[data-field=next_step]")).to_contain_text("Saved by its key")
        expect(step).to_have_count(0)
        page.keyboard.press("Control+ArrowLeft")
        page.wait_for_url(f"**{first}*")
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog", name="Search and commands").get_by_role("combobox")).to_be_focused()
        page.keyboard.type("api keys")
        page.get_by_role("option", name="API keys").click()
        page.wait_for_url("**/settings/api-keys")


@pytest.mark.parametrize(("screen", "language"), EVERYWHERE)
def test_a_call_is_logged_by_two_taps(visit: Visit, screen: Screen, language: Language) -> None:
    log = {"en": "Log a call", "zh-CN": "记录通话"}[language]
    with visit("/calendar", screen=screen, language=language) as page:
        button = page.get_by_role("button", name=log)
        expect(button).to_be_visible()
        button.click()
        page.get_by_role("dialog", name=log).get_by_role("listitem").get_by_role("button").first.click()
        expect(page.get_by_role("status").get_by_role("button").first).to_be_visible()


def test_an_activity_is_done_and_undone(visit: Visit) -> None:
    with visit("/calendar", screen=DESKTOP) as page:
        open_ones = page.get_by_role("button", name="Done: ")
        expect(open_ones.first).to_be_visible()
        quiet(page)
        count = open_ones.count()
        open_ones.first.click()
        expect(open_ones).to_have_count(count - 1)
        expect(page.get_by_role("button", name="Undo")).to_be_visible()
        page.keyboard.press("Control+z")
        expect(open_ones).to_have_count(count)
