"""The first steps: the checklist, sample data by one switch, the tour, help at the page where somebody is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import organisation_in_china
from tests.e2e.web.harness import DESKTOP, PHONE, Language, Screen, Visit, look
from tests.support.processes import Served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An organisation of its own: in that of the other tests all steps may be done, and the checklist gone."""
    data: Path = tmp_path_factory.mktemp("first") / "data"
    with organisation_in_china(data) as running:
        yield running


def test_the_checklist_leads_to_the_places_of_its_steps(visit: Visit) -> None:
    with visit("/o/account", language="zh-CN") as page:
        page.get_by_role("button", name="第一步").click()
        drawer = page.get_by_role("dialog", name="第一步")
        expect(drawer.get_by_role("listitem").first).to_be_visible()
        samples = drawer.get_by_role("switch", name="示例数据")
        expect(samples).not_to_be_checked()
        drawer.get_by_text("示例数据", exact=True).click()  # the words are the switch's label
        expect(samples).to_be_checked(timeout=30_000)
        look(page, "first-steps")
        drawer.get_by_role("link", name=re.compile("邀请")).click()
        expect(page).to_have_url(re.compile("/settings/users$"))


def test_the_tour_stops_at_what_is_there(visit: Visit) -> None:
    with visit("/o/account") as page:
        page.get_by_role("button", name="First steps").click()
        page.get_by_role("button", name="Show me around").click()
        tour = page.get_by_role("dialog", name=re.compile("^Tour"))
        for title in ("Find anything", "Everything in its place", "Look at any day", "Begin here"):
            expect(tour.get_by_role("heading", name=title)).to_be_visible()
            look(page, f"tour-{title.split()[0].lower()}")
            tour.get_by_role("button", name=re.compile("^(Next|Done)$")).click()
        expect(tour).to_have_count(0)


@pytest.mark.parametrize(("screen", "language"), [(DESKTOP, "zh-CN"), (PHONE, "en")], ids=["desktop-zh-CN", "phone-en"])
def test_help_is_found_by_words(visit: Visit, screen: Screen, language: Language) -> None:
    chinese = language == "zh-CN"
    with visit("/help", screen=screen, language=language) as page:
        page.get_by_role("searchbox").fill("汇率" if chinese else "exchange rate")
        page.get_by_role("button", name="币种与汇率" if chinese else "Currencies and rates").click()
        expect(page.get_by_role("heading", name="币种与汇率" if chinese else "Currencies and rates")).to_be_visible()
        look(page, "help")
