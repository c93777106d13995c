"""Pictures of all main screens with sample data, for people to look at; axe, policy and words are checked on each.

They go to `build/screenshots/<screen>-<desktop|phone>-<language>-<light|dark>.png`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.durability.scale import PROVE
from tests.e2e.web.harness import EVERYWHERE, Language, Screen, Visit, look
from tests.e2e.web.samples import biggest_deal

pytestmark = pytest.mark.browser


def rows(page: Page) -> None:
    expect(page.locator("[role=row] a").first).to_be_visible()


def cards(page: Page) -> None:
    expect(page.locator("[data-lane] li").first).to_be_visible()


def timeline(page: Page) -> None:
    expect(page.locator("section ol li").first).to_be_visible()


def charts(page: Page) -> None:
    expect(page.locator("section svg path").first).to_be_visible()


def heading(page: Page) -> None:
    expect(page.get_by_role("heading").first).to_be_visible()


def dialog(page: Page) -> None:
    expect(page.get_by_role("dialog").first).to_be_visible()


def screens(deal: dict[str, Any]) -> dict[str, tuple[str, Callable[[Page], None]]]:
    """By name: where it stands, and when it is there."""
    return {
        "home": ("/", heading),
        "list": ("/o/opportunity?view=all", rows),
        "list-grouped": ("/o/opportunity?view=all&group=stage", rows),
        "list-past": ("/o/opportunity?view=all&at=2026-08-31", heading),
        "accounts": ("/o/account", rows),
        "contacts": ("/o/contact", rows),
        "leads": ("/o/lead", rows),
        "panel": (f"/o/opportunity?view=all&open={deal['id']}", rows),
        "create": ("/o/opportunity?view=all&create=true", dialog),
        "record": (f"/o/opportunity/{deal['id']}", timeline),
        "history": (f"/o/opportunity/{deal['id']}?tab=history", timeline),
        "account": (f"/o/account/{deal['account']}", timeline),
        "board": ("/o/opportunity?as=board", cards),
        "board-past": ("/o/opportunity?as=board&at=2026-08-31", cards),
        "dashboard": ("/dashboard", charts),
        "calendar": ("/calendar", heading),
        "notifications": ("/notifications", heading),
        "me": ("/me", heading),
    }


@pytest.mark.skipif(not PROVE, reason="in make prove: other modules look at each of these screens as they use it")
@pytest.mark.parametrize(("screen", "language"), EVERYWHERE)
def test_main_screens(visit: Visit, http: httpx.Client, screen: Screen, language: Language) -> None:
    with visit("/", screen=screen, language=language) as page:
        for name, (path, there) in screens(biggest_deal(http)).items():
            page.goto(path)
            there(page)
            look(page, name)


@pytest.mark.parametrize(("screen", "language"), EVERYWHERE)
def test_sign_in(visit: Visit, screen: Screen, language: Language) -> None:
    with visit("/sign-in", screen=screen, language=language, who=None) as page:
        heading(page)
        look(page, "sign-in")
