"""Record page, board and dashboard as people use them: edited in place, taken back, moved, looked at in the past."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.web.harness import DESKTOP, PHONE, Language, Screen, Visit, look
from tests.support.processes import PASSWORD

pytestmark = pytest.mark.browser

DEALS = "/sales/opportunities"
BUSY_MS = 30_000  # refused under load, a read is asked again for up to 7 s; one of the past answers within 10 s
DAY = (date.today() - timedelta(days=90)).isoformat()  # sample data reach further back
TWICE = [pytest.param(DESKTOP, "en", id="desktop-en"), pytest.param(PHONE, "zh-CN", id="phone-zh-CN")]


def deal(http: httpx.Client, **where: str) -> dict[str, Any]:
    asked = {"status": "open", "sort": "-updated_at", "limit": 1, **where}
    found: dict[str, Any] = http.get(DEALS, params=asked).raise_for_status().json()["items"][0]
    return found


def edit(page: Page, label: str, text: str) -> None:
    page.get_by_role("button", name=f"Edit {label}").click()
    page.get_by_role("textbox", name=label).fill(text)


def test_a_fact_is_edited_in_its_place_and_taken_back(visit: Visit, http: httpx.Client) -> None:
    found = deal(http)
    with visit(f"/o/opportunity/{found['id']}") as page:
        edit(page, "Next step", "Send the offer")
        page.keyboard.press("Enter")
        fact = page.locator("div[data-field=next_step]")
        expect(fact).to_contain_text("Send the offer")
        expect(page.get_by_role("status")).to_contain_text("Send the offer")
        page.locator("h1").click()
        page.keyboard.press("Control+z")
        expect(fact).not_to_contain_text("Send the offer")
    assert http.get(f"{DEALS}/{found['id']}").json()["next_step"] == found["next_step"]


def test_who_was_slower_chooses_whose_value_stays(visit: Visit, http: httpx.Client) -> None:
    found = deal(http)
    with visit(f"/o/opportunity/{found['id']}", refusals=[412]) as page:
        edit(page, "Next step", "Mine")
        body = {"next_step": "Theirs"}
        http.patch(f"{DEALS}/{found['id']}", json=body).raise_for_status()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Theirs")
        dialog.get_by_role("radio", name="Theirs").check()
        dialog.get_by_role("button", name="Save the choice").click()
        expect(page.locator("div[data-field=next_step]")).to_contain_text("Theirs")


def test_what_a_role_may_not_change_says_so(visit: Visit, http: httpx.Client) -> None:
    grants = {name: {"read": "all"} for name in ("pipeline", "saved_view")}
    grants["opportunity"] = {"read": "all", "create": "all", "edit": "own"}
    locked = {"opportunity": ["next_step", "source"]}
    role = {"zh": "助理", "en": "Assistant", "grants": grants, "read_only": locked}
    made = http.post("/identity/roles", json=role).raise_for_status().json()["id"]
    invited = {"name": "Assistant", "email": "assistant@example.com", "roles": [made]}
    user = http.post("/identity/users", json=invited).raise_for_status().json()["id"]
    path = http.post(f"/identity/users/{user}/invitation").raise_for_status().json()["path"]
    accepted = {"token": path.partition("token=")[2], "password": PASSWORD}
    http.post("/identity/invitations/accept", json=accepted).raise_for_status()
    others = deal(http)
    own = http.post(DEALS, json={"name": "Of the assistant", "next_step": "Fixed", "owner": user}).raise_for_status()
    with visit(f"/o/opportunity/{own.json()['id']}", who=invited["email"]) as page:
        role_says, record_says = (
            page.get_by_role("button", name=f"Your role may not change this {n}") for n in ("field", "record")
        )
        fact = page.locator("div[data-field=next_step]").filter(has=role_says)
        fact.get_by_role("button").press("Enter")
        expect(fact.get_by_text("Your role may not change this field")).to_be_visible()
        expect(page.get_by_role("button", name="Edit Name")).to_have_count(1)
        expect(page.get_by_role("button", name="Edit Next step")).to_have_count(0)
        page.goto(f"/o/opportunity/{others['id']}")
        expect(page.locator("div[data-field=name]").filter(has=record_says)).to_have_count(1)
        page.goto("/o/opportunity?create=true")
        form = page.get_by_role("dialog")
        form.get_by_role("button", name="All fields").click()
        expect(form.get_by_role("textbox", name="Name")).to_have_count(1)
        expect(form.locator("[data-field=next_step], [data-field=source]")).to_have_count(0)


@pytest.mark.parametrize(("screen", "language"), TWICE)
def test_a_board_shows_the_deals_of_now_and_then(visit: Visit, screen: Screen, language: Language) -> None:
    with visit("/o/opportunity?as=board", screen=screen, language=language) as page:
        card = page.locator("[data-lane] li").first
        expect(card).to_be_visible(timeout=BUSY_MS)
        page.goto("/o/opportunity?as=board&at=2026-06-30")
        compare = page.locator("button[aria-pressed=false]", has_text="now" if language == "en" else "现在")
        compare.click(timeout=BUSY_MS)
        expect(card).to_be_visible(timeout=BUSY_MS)
        look(page, "board-compared")


def test_a_card_goes_by_the_keyboard_and_a_gate_asks_for_what_is_missing(visit: Visit, http: httpx.Client) -> None:
    pipelines = http.get("/sales/pipelines").json()["items"]  # other tests of the worker may have made some
    pipeline = next(one["id"] for one in pipelines if "proposal" in [stage["key"] for stage in one["stages"]])
    point = {"key": "budget", "zh": "预算", "en": "Budget known"}
    gate = {"key": "proposal", "gate": {"fields": ["source"], "checklist": [point]}}
    http.post(f"/sales/pipelines/{pipeline}/gate", json=gate).raise_for_status()
    body = {"name": "Gated", "stage": "qualification", "amount": "9999999", "currency": "CNY"}
    http.post(DEALS, json=body).raise_for_status()
    with visit("/o/opportunity?as=board&sort=-amount", refusals=[409]) as page:
        card = page.locator("[data-lane=qualification] li", has_text="Gated").get_by_role("button").first
        card.focus()
        said = page.locator("[id^=DndLiveRegion]")
        page.keyboard.press("Space")
        expect(said).to_contain_text("Gated is over Qualification")
        page.keyboard.press("ArrowRight")
        expect(said).to_contain_text("Gated is over Proposal")
        page.keyboard.press("Space")
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("textbox", name="Source").fill("Fair")
        dialog.get_by_role("checkbox", name="Budget known").check()
        dialog.get_by_role("button", name="Move").click()
        expect(page.locator("[data-lane=proposal] li", has_text="Gated")).to_be_visible()
    http.post(f"/sales/pipelines/{pipeline}/gate", json={"key": "proposal", "gate": None}).raise_for_status()


def fed(http: httpx.Client) -> None:
    """Figures hold all that was done: none of them changes between two looks."""
    wanted = http.get("/analytics/status").raise_for_status().json()["head"]
    deadline = time.monotonic() + 60
    while http.get("/analytics/status").raise_for_status().json()["position"] < wanted:
        assert time.monotonic() < deadline, "the warehouse does not follow"
        time.sleep(0.1)


def _first_table(page: Page) -> Locator:
    """The first figure as a table; the figures of a whole page wait for one confined engine."""
    page.locator("section header button").first.click()
    table = page.get_by_role("table").first
    expect(table).to_be_visible(timeout=30_000)
    return table


@pytest.mark.parametrize(("screen", "language"), TWICE)
def test_the_dashboard_tells_the_figures_as_of_any_day(
    visit: Visit, http: httpx.Client, screen: Screen, language: Language
) -> None:
    fed(http)
    with visit("/dashboard", screen=screen, language=language) as page:
        expect(page.locator("section svg path").first).to_be_visible()
        table = _first_table(page)
        look(page, "dashboard-table")
        total = table.get_by_role("row").last.get_by_role("cell")
        here = total.first.inner_text()
        page.goto(f"/dashboard?at={DAY}")
        _first_table(page)
        expect(total.first).not_to_have_text(here)
        then = total.first.inner_text()
        page.goto(f"/dashboard?compare={DAY}")
        _first_table(page)
        expect(table.locator("thead tr")).to_have_count(2)  # figures, and the two days below them
        for figure in (here, then):
            expect(total.filter(has_text=re.compile(rf"^{re.escape(figure)}$")).first).to_be_visible()


def test_on_a_telephone_the_stage_that_a_deal_stands_in_is_in_sight(visit: Visit, http: httpx.Client) -> None:
    body = {"name": "Far along", "stage": "negotiation", "amount": "5", "currency": "EUR", "close_date": "2030-01-01"}
    id = http.post("/sales/opportunities", json=body).raise_for_status().json()["id"]
    with visit(f"/o/opportunity/{id}", screen=PHONE) as page:
        expect(page.get_by_role("list", name="Stages").locator("[aria-current]")).to_be_in_viewport(ratio=0.9)


def test_on_a_telephone_a_page_that_is_on_its_way_begins_at_the_top(visit: Visit) -> None:
    with visit("/o/account", screen=PHONE) as page:
        held: list[Route] = []
        page.route(re.compile(r"/meta\?language="), lambda route: held.append(route))
        page.reload(wait_until="commit")
        bones = page.get_by_role("status", name="Loading…")
        expect(bones).to_be_visible()
        box = bones.bounding_box()
        assert box is not None
        assert box["y"] < 100
        for route in held:
            route.continue_()
        page.unroute_all()
        expect(page.get_by_role("grid", name="Accounts")).to_be_visible()
