"""Boards with more cards than a column shows at first, and two moments of them side by side."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.web.harness import PHONE, Visit, look, quiet

pytestmark = pytest.mark.browser
DEALS = "/sales/opportunities"
LAST = 22  # the cards from 1 on stand in the order of their amounts; twenty are shown at first


def _deal(http: httpx.Client, place: int) -> str:
    body = {"name": f"Deep {place:02}", "stage": "prospecting", "amount": str(9000 - place), "currency": "EUR"}
    id: str = http.post(DEALS, json=body).raise_for_status().json()["id"]
    return id


def test_a_column_goes_on_below_and_two_moments_of_it_are_compared(visit: Visit, http: httpx.Client) -> None:
    ids = [_deal(http, place) for place in range(1, LAST + 1)]
    then = http.get(f"{DEALS}/{ids[-1]}", params={"min_version": 1}).raise_for_status().json()["updated_at"]
    board = "/o/opportunity?view=all&as=board&sort=-amount&q=Deep"
    with visit(board) as page:
        lane = page.locator("[data-lane=prospecting]")
        expect(lane.locator("h2")).to_contain_text(f"{LAST}")
        expect(_cards(page, "prospecting")).to_have_count(20)
        lane.get_by_role("button", name="Show more").click()
        expect(_cards(page, "prospecting")).to_have_count(LAST)
        expect(lane.get_by_role("button", name="Show more")).to_have_count(0)
        last = _cards(page, "prospecting").filter(has_text=f"Deep {LAST}")
        last.get_by_role("button", name="Move Deep").click()  # what stands below moves as the rest does
        page.get_by_role("menuitem", name="Qualification").click()
        expect(_cards(page, "qualification").filter(has_text=f"Deep {LAST}")).to_be_visible()
        expect(_cards(page, "prospecting")).to_have_count(LAST - 1)
        expect(lane.locator("h2")).to_contain_text(f"{LAST - 1}")
    http.post(f"{DEALS}/{ids[-2]}/lose", json={"reason": "price"}).raise_for_status()
    with visit(f"{board}&at={then}&to=now") as page:
        page.locator("[data-lane=prospecting]").get_by_role("button", name="Show more").click()
        cards = _cards(page, "prospecting")
        expect(cards.filter(has_text=f"Deep {LAST}")).to_contain_text("Now: Qualification")
        expect(cards.filter(has_text=f"Deep {LAST - 1}")).to_contain_text("Now: Lost")
        expect(cards.filter(has_text="Now: ")).to_have_count(2)
        expect(page.locator("[data-lane=qualification]")).to_contain_text("Now 1")
        hand = page.get_by_role("slider", name="Later")
        hand.press("ArrowLeft")
        page.wait_for_url("**to=20*")
        expect(cards.filter(has_text="Now: ")).to_have_count(0)
        page.reload()  # both moments stand in the address
        expect(page.get_by_role("slider")).to_have_count(2)


def test_a_view_opens_along_its_pipeline_and_its_tab_is_in_sight(visit: Visit, http: httpx.Client) -> None:
    stages = [{"key": "talk", "zh": "初谈", "en": "First talk", "probability": 20}]
    path = http.post("/sales/pipelines", json={"name": "Partners", "stages": stages}).raise_for_status().json()["id"]
    body = {"name": "By partners", "pipeline": path, "amount": "5", "currency": "EUR"}
    http.post(DEALS, json=body).raise_for_status()
    view = {"name": "All partners", "resource": "opportunity", "kind": "board", "path": path}
    id = http.post("/customer/saved-views", json=view).raise_for_status().json()["id"]
    with visit(f"/o/opportunity?view={id}", screen=PHONE) as page:
        expect(_cards(page, "talk").filter(has_text="By partners")).to_be_visible()
        expect(page.get_by_role("button", name="All partners")).to_be_in_viewport(ratio=0.9)
        expect(page.get_by_role("button", name="Save view")).to_have_count(0)  # it is shown as it was saved


def test_columns_go_by_a_field_of_ones_own(visit: Visit, http: httpx.Client) -> None:
    field = {"resource": "opportunity", "name": "heat", "zh": "热度", "en": "Heat", "kind": "keyword"}
    defined = (
        http.post("/customer/field-definitions", json={**field, "options": ["hot", "cold"]}).raise_for_status().json()
    )
    at = f"/customer/field-definitions/{defined['id']}"
    http.get(at, params={"min_version": defined["version"]}).raise_for_status()
    bodies = [
        {"name": "Columned one", "custom": {"heat": "hot"}, "amount": "70", "currency": "EUR"},
        {"name": "Columned two", "amount": "30", "currency": "EUR"},
    ]
    ids = [http.post(DEALS, json=body).raise_for_status().json()["id"] for body in bodies]
    board = "/o/opportunity?view=all&as=board&q=Columned"

    def heats() -> list[str | None]:
        records = [http.get(f"{DEALS}/{id}").raise_for_status().json() for id in ids]
        return [record["custom"].get("heat") for record in records]

    with visit(board) as page:
        page.get_by_role("button", name="Columns: Stage").click()
        page.get_by_role("menuitem", name="Heat").click()
        expect(page.locator("[data-lane] h2")).to_contain_text(["Without: Heat", "hot", "cold"])
        expect(_cards(page, "hot")).to_contain_text(["Columned one"])
        expect(_cards(page, " ")).to_contain_text(["Columned two"])
        quiet(page)
        card, target = (page.locator(at).bounding_box() for at in ("[data-lane=' '] li", "[data-lane=cold]"))
        assert card
        assert target
        page.mouse.move(card["x"] + 40, card["y"] + 20)
        page.mouse.down()
        page.mouse.move(target["x"] + 100, card["y"] + 30, steps=8)
        page.mouse.up()
        expect(_cards(page, "cold")).to_contain_text(["Columned two"])
        expect(page.get_by_text("Columned two → cold")).to_be_visible()
        assert heats() == ["hot", "cold"]
        page.get_by_role("button", name="Undo").last.click()
        expect(_cards(page, " ")).to_contain_text(["Columned two"])
        assert heats() == ["hot", None]
        look(page, "board-by-own-field")
        page.get_by_role("button", name="Move Columned one").click()
        page.get_by_role("menuitem", name="Without: Heat").click()
        expect(page.get_by_text("Columned one → Without: Heat")).to_be_visible()
        assert heats() == [None, None]
    with visit(f"{board}&group=custom.heat", screen=PHONE, language="zh-CN") as page:
        expect(page.get_by_role("button", name="列：热度")).to_be_visible()
        expect(_cards(page, " ")).to_have_count(2)
        look(page, "board-by-own-field")
    http.post(f"{at}/archive", json={}).raise_for_status()


def _cards(page: Page, lane: str) -> Locator:
    return page.locator(f"[data-lane='{lane}'] li[data-id]")
