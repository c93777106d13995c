"""People at work: two of them at once, by the keyboard alone, and with a card in the hand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.web.harness import PHONE, Visit, live, quiet
from tests.support.processes import EMAIL, PASSWORD

pytestmark = pytest.mark.browser
DEALS = "/sales/opportunities"
HOLD_MS = 300


def test_rows_that_others_change_stay_where_they_are(visit: Visit, http: httpx.Client) -> None:
    def make(name: str) -> str:
        id: str = http.post(DEALS, json={"name": name}).raise_for_status().json()["id"]
        return id

    ids = [make(f"Live {n}") for n in (1, 2, 3)]
    named = quote(json.dumps({"field": "name", "op": "prefix", "value": "Live "}))
    with visit(f"/o/opportunity?view=all&sort=name&f={named}") as mine:
        rows = mine.locator("[role=row] a")
        expect(rows).to_have_text(["Live 1", "Live 2", "Live 3"])
        live(mine)
        with visit(f"/o/opportunity/{ids[0]}") as theirs:
            theirs.get_by_role("button", name="Edit Name").click()
            theirs.get_by_role("textbox", name="Name").fill("Live 9")
            theirs.keyboard.press("Enter")
            expect(rows).to_have_text(["Live 9", "Live 2", "Live 3"])
        marked = mine.locator("[role=row][data-mark]")
        expect(marked).to_have_count(1)
        expect(marked).to_contain_text("Moved")
        http.patch(f"{DEALS}/{ids[1]}", json={"name": "Gone 2"}).raise_for_status()
        expect(rows).to_have_text(["Live 9", "Gone 2", "Live 3"])
        expect(mine.locator("[role=row][data-mark=left]")).to_contain_text("Gone 2")
        make("Elsewhere")
        newest = make("Live 0")
        chip = mine.get_by_role("button", name="1 new", exact=True)
        expect(chip).to_be_visible()
        http.patch(f"{DEALS}/{newest}", json={"next_step": "Call"}).raise_for_status()
        mine.wait_for_timeout(2500)  # one pace of the client: the same record is counted once
        expect(chip).to_be_visible()
        expect(rows).to_have_text(["Live 9", "Gone 2", "Live 3"])
        chip.click()
        expect(rows).to_have_text(["Live 0", "Live 3", "Live 9"])
        expect(mine.locator("[role=row][data-mark]")).to_have_count(0)


def test_what_changes_between_the_reading_of_a_page_and_its_stream_is_shown(visit: Visit, http: httpx.Client) -> None:
    id = http.post(DEALS, json={"name": "Early one"}).raise_for_status().json()["id"]
    held: list[Route] = []
    with visit("/") as page:
        page.route("**/changes", lambda route: held.append(route))
        page.goto("/o/opportunity?view=all&q=%22Early+%22")
        row = page.locator("[role=row] a")
        expect(row).to_have_text(["Early one"])
        while not held:
            page.wait_for_timeout(50)
        http.patch(f"{DEALS}/{id}", json={"name": "Early two"}).raise_for_status()
        visit.shown()
        for request in held:
            request.continue_()
        expect(row).to_have_text(["Early two"])


def test_cards_that_others_move_stay_where_they_are_and_a_drag_is_not_lost(visit: Visit, http: httpx.Client) -> None:
    def make(name: str, amount: str) -> str:
        body = {"name": name, "stage": "prospecting", "amount": amount, "currency": "CNY"}
        id: str = http.post(DEALS, json=body).raise_for_status().json()["id"]
        return id

    def move(id: str, stage: str) -> None:
        http.post(f"{DEALS}/{id}/stage", json={"stage": stage}).raise_for_status()

    moved, lost, held = make("Still one", "300"), make("Still two", "200"), make("Still three", "100")
    with visit("/o/opportunity?view=all&as=board&sort=-amount&q=%22Still+%22", refusals=[412]) as page:
        first, second = (page.locator(f"[data-lane={lane}]") for lane in ("prospecting", "qualification"))
        cards = first.locator("li[data-id]")
        expect(cards).to_have_count(3)
        live(page)
        x, y = middle(page, "Still three")
        target = second.bounding_box()
        assert target
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 40, y, steps=4)
        move(moved, "qualification")
        http.post(f"{DEALS}/{lost}/lose", json={"reason": "price"}).raise_for_status()
        http.patch(f"{DEALS}/{held}", json={"next_step": "Call"}).raise_for_status()
        expect(cards.nth(0)).to_contain_text("陈晓 moved it to Qualification")
        expect(cards.nth(1)).to_contain_text("陈晓 moved it to Lost")
        expect(first.locator("h2 span")).to_have_text("1")
        expect(second.locator("h2 span")).to_have_text("1")
        expect(second.locator("li[data-id]")).to_have_count(0)
        page.mouse.move(target["x"] + 100, y, steps=8)
        page.mouse.up()
        expect(second.locator("li[data-id]")).to_have_count(2)  # what one does oneself brings the board up to date
        expect(page.locator("li[data-mark]")).to_have_count(0)
        move(held, "prospecting")
        expect(second.locator("li[data-mark]", has_text="Still three")).to_have_count(1)
        page.get_by_role("button", name="1 would stand elsewhere").click()
        expect(first.locator("li[data-id]")).to_have_text([re.compile("Still three")])


def edited(page: Page, label: str, text: str) -> None:
    """As far as the key that sends it."""
    page.get_by_role("button", name=f"Edit {label}").click()
    page.get_by_role("textbox", name=label).fill(text)


def test_two_browsers_edit_one_field_and_then_different_ones(visit: Visit, http: httpx.Client) -> None:
    body = {"name": "Two at once", "next_step": "Before"}
    id = http.post(DEALS, json=body).raise_for_status().json()["id"]
    path = f"/o/opportunity/{id}"
    with visit(path, refusals=[412]) as mine, visit(path, refusals=[412]) as theirs:
        facts = [page.locator("div[data-field=next_step]") for page in (mine, theirs)]
        live(theirs)
        edited(mine, "Next step", "Mine")
        edited(theirs, "Next step", "Theirs")
        theirs.keyboard.press("Enter")
        expect(theirs.get_by_role("status").filter(has_text="Theirs")).to_be_visible()  # it is saved
        mine.keyboard.press("Enter")
        dialog = mine.get_by_role("dialog", name=re.compile("was faster"))
        row = dialog.get_by_role("row", name="Next step")
        expect(row.get_by_role("cell").first).to_have_text("Before")
        expect(row.get_by_role("radio", name="Mine")).to_be_checked()
        expect(row.get_by_role("radio", name="Theirs")).not_to_be_checked()
        dialog.get_by_role("button", name="Save the choice").click()
        for fact in facts:
            expect(fact).to_contain_text("Mine")
        edited(mine, "Next step", "Both")
        edited(theirs, "Name", "Two in peace")
        mine.keyboard.press("Enter")
        expect(facts[0]).to_contain_text("Both")
        theirs.keyboard.press("Enter")
        for page, fact in zip((mine, theirs), facts, strict=True):
            expect(fact).to_contain_text("Both")
            expect(page.get_by_role("heading", level=1)).to_have_text("Two in peace")
            expect(page.get_by_role("dialog")).to_have_count(0)
    kept = http.get(f"{DEALS}/{id}").raise_for_status().json()
    assert (kept["name"], kept["next_step"]) == ("Two in peace", "Both")


def test_what_is_half_written_is_not_lost(visit: Visit) -> None:
    with visit("/o/opportunity?view=all") as page:
        page.get_by_role("button", name="New", exact=True).click()
        form = page.get_by_role("dialog", name="New deal")
        form.get_by_role("textbox", name="Name").fill("Half written")
        for leave in (
            lambda: page.keyboard.press("Escape"),
            form.get_by_role("button", name="Cancel").click,
            lambda: page.evaluate("history.back()"),
        ):
            leave()
            page.get_by_role("button", name="Stay here").click()
            expect(page.get_by_role("button", name="Stay here")).to_have_count(0)
            expect(form.get_by_role("textbox", name="Name")).to_have_value("Half written")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Leave").click()
        expect(form).to_have_count(0)


def test_a_call_an_import_and_settings_are_not_lost_either(visit: Visit) -> None:
    def asked(leave: Callable[[], None]) -> None:
        leave()
        asking = page.get_by_role("dialog", name="Leave without saving?")
        asking.get_by_role("button", name="Stay here").click()
        expect(asking).to_have_count(0)

    def gone() -> None:
        page.get_by_role("link", name="Deals", exact=True).first.click()

    with visit("/dashboard") as page:
        page.get_by_role("link", name="My day").first.click()
        page.get_by_role("button", name="Log a call").click()
        said = page.get_by_role("textbox", name="What was said")
        said.fill("They want a second offer")
        for leave in (lambda: page.keyboard.press("Escape"), lambda: page.evaluate("history.back()")):
            asked(leave)
            expect(said).to_have_value("They want a second offer")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Leave").click()
        page.goto("/import")
        file = {"name": "half.csv", "mimeType": "text/csv", "buffer": b"Company name\nHalf way\n"}
        page.locator("input[type=file]").set_input_files(files=[file])  # type: ignore[list-item]
        expect(page.get_by_role("heading", name="Which column goes where?")).to_be_visible()
        asked(gone)
        expect(page.get_by_text("Half way")).to_be_visible()
        gone()
        page.get_by_role("button", name="Leave").click()
        page.goto("/settings/teams")
        page.get_by_role("button", name="New team").click()
        page.get_by_role("textbox", name="Name").fill("Half a team")
        asked(lambda: page.get_by_role("button", name="Cancel").click())
        expect(page.get_by_role("textbox", name="Name")).to_have_value("Half a team")


def test_a_deal_is_made_and_edited_without_a_pointer(visit: Visit) -> None:
    with visit("/sign-in", who=None) as page:
        expect(page.get_by_label("E-mail")).to_be_focused()
        page.keyboard.type(EMAIL)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("[role=row][id]").first).to_be_visible()
        page.keyboard.press("Control+k")
        expect(page.get_by_role("combobox", expanded=True)).to_be_focused()
        page.keyboard.type("new: deal")
        expect(page.get_by_role("option", name="New: Deal")).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Enter")
        expect(page.get_by_role("textbox", name="Name")).to_be_focused()
        page.keyboard.type("Made by keys")
        page.keyboard.press("Enter")
        panel = page.get_by_role("complementary", name="Record at the side")
        expect(panel).to_contain_text("Made by keys")
        to(page, "Edit Name")
        page.keyboard.press("Enter")
        expect(panel.get_by_role("textbox", name="Name")).to_be_focused()
        page.keyboard.press("Control+a")
        page.keyboard.type("Edited by keys")
        page.keyboard.press("Enter")
        expect(panel.locator("div[data-field=name]")).to_contain_text("Edited by keys")
        expect(page.get_by_role("status").filter(has_text="Edited by keys")).to_be_visible()  # what Ctrl-Z takes back
        page.keyboard.press("Escape")
        page.keyboard.press("Control+z")
        expect(page.get_by_text("Undone")).to_be_visible()


def to(page: Page, name: str) -> None:
    """By Tab, as far as it takes."""
    wanted = page.get_by_role("button", name=name)
    for _ in range(80):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {name}")


def made(http: httpx.Client, name: str) -> None:
    body = {"name": name, "stage": "prospecting", "amount": "9999999", "currency": "CNY"}
    http.post(DEALS, json=body).raise_for_status()


def test_a_card_goes_by_the_mouse(visit: Visit, http: httpx.Client) -> None:
    made(http, "By mouse")
    with visit("/o/opportunity?as=board&sort=-amount") as page:
        x, y = middle(page, "By mouse")
        target = page.locator("[data-lane=qualification]").bounding_box()
        assert target
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(target["x"] + 100, y + 20, steps=8)
        page.mouse.up()
        expect(page.locator("[data-lane=qualification] li", has_text="By mouse")).to_be_visible()


def test_a_card_goes_by_a_finger_no_further_than_it_is_drawn(visit: Visit, http: httpx.Client) -> None:
    made(http, "By finger")
    with visit("/o/opportunity?as=board&sort=-amount", screen=PHONE) as page:
        x, y = middle(page, "By finger")
        touch = page.context.new_cdp_session(page)

        def finger(kind: str, *at: float) -> None:
            points = [{"x": at[0], "y": at[1]}] if at else []
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        said = page.locator("[id^=DndLiveRegion]")
        finger("touchStart", x, y)
        expect(said).to_contain_text("By finger")  # it is held long enough
        edge = PHONE.width - 40  # the next column begins to show there
        for n in range(1, 9):
            finger("touchMove", x + (edge - x) * n / 8, y + 10)
            page.wait_for_timeout(30)
        expect(said).to_contain_text("By finger is over Qualification")
        page.wait_for_timeout(HOLD_MS)
        finger("touchEnd")
        expect(page.locator("[data-lane=qualification] li", has_text="By finger")).to_have_count(1)


def test_a_phone_shows_the_first_column_with_a_card_and_keeps_its_place(visit: Visit, http: httpx.Client) -> None:
    for stage in ("proposal", "negotiation"):
        http.post(DEALS, json={"name": f"On the way {stage}", "stage": stage}).raise_for_status()
    with visit("/o/opportunity?as=board&q=%22On+the+way%22", screen=PHONE) as page:
        cards = {stage: page.locator(f"[data-lane={stage}] li") for stage in ("proposal", "negotiation")}
        expect(cards["proposal"]).to_be_in_viewport(ratio=0.9)
        page.get_by_role("button", name=re.compile("^Negotiation")).click()
        expect(cards["negotiation"]).to_be_in_viewport(ratio=0.9)
        cards["negotiation"].click()
        expect(page.get_by_role("heading", name="On the way negotiation")).to_be_visible()
        page.go_back()
        expect(cards["negotiation"]).to_be_in_viewport(ratio=0.9)
        expect(cards["proposal"]).not_to_be_in_viewport(ratio=0.5)


def middle(page: Page, name: str) -> tuple[float, float]:
    card = page.locator("[data-lane=prospecting] li", has_text=name)
    card.scroll_into_view_if_needed()
    quiet(page)
    box = card.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
