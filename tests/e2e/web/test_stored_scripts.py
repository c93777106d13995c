"""Scripts that somebody stored in texts: they stand on the pages as texts, and never run."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.web.harness import Visit

pytestmark = pytest.mark.browser

CORPUS = (
    '"><img src=x onerror="window.ran=1">',
    "<svg/onload=window.ran=1>",
    "</script><script>window.ran=1</script>",
    "javascript:window.ran=1//",
    "{{constructor.constructor('window.ran=1')()}}",
    "'-window.ran=1-'",
    '<a href="javascript:window.ran=1" autofocus onfocus=window.ran=1>x</a>',
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.ran=1>",
    "data:text/html,<script>window.ran=1</script>",
)
ALL = " ".join(CORPUS)
SHORT = CORPUS[0]
MADE: dict[str, dict[str, Any]] = {
    "account": {"name": SHORT, "allow_duplicate": True},
    "contact": {"name": SHORT},
    "lead": {"name": SHORT, "company": SHORT},
    "opportunity": {"name": SHORT},
    "activity": {"kind": "note", "subject": SHORT},
    "product": {"name": SHORT, "code": "script-1"},
}


LISTED = ("account", "contact", "lead", "opportunity")


def filled(http: httpx.Client, type_: dict[str, Any]) -> tuple[str, int]:
    """A record of the type whose every plain text holds the corpus: its id, and how many texts that are."""
    path = type_["path"]
    made = http.post(path, json=MADE[type_["name"]])
    assert made.status_code == 201, made.text
    id, taken = made.json()["id"], 0
    for field in type_["fields"]:
        if field["kind"] == "text" and field.get("writable") and not field.get("options") and not field.get("ref"):
            texts = (ALL, SHORT)
            taken += any(http.patch(f"{path}/{id}", json={field["name"]: text}).status_code == 200 for text in texts)
    return id, taken


def nothing_ran(page: Page) -> None:
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    assert page.locator("img[src=x], iframe, svg[onload], a[href^='javascript:']").count() == 0


def test_no_stored_script_runs_on_lists_and_records(visit: Visit, http: httpx.Client) -> None:
    types = {t["name"]: t for t in http.get("/meta", params={"language": "en"}).raise_for_status().json()["types"]}
    records = {name: filled(http, types[name]) for name in MADE}
    assert sum(taken for _, taken in records.values()) > 12
    with visit("/o/account") as page:
        for name, (id, _) in records.items():
            if name in LISTED:
                page.goto(f"/o/{name}?q=onerror")
                nothing_ran(page)
            page.goto(f"/o/{name}/{id}?tab=history")
            expect(page.get_by_text("onerror").first).to_be_visible()
            nothing_ran(page)


def test_no_stored_script_runs_on_settings_and_search(visit: Visit, http: httpx.Client) -> None:
    http.post("/identity/teams", json={"name": SHORT}).raise_for_status()
    http.post("/identity/roles", json={"zh": CORPUS[1], "en": CORPUS[1], "grants": {}}).raise_for_status()
    field = {"resource": "account", "name": "script", "kind": "keyword", "zh": SHORT, "en": SHORT, "options": [SHORT]}
    http.post("/customer/field-definitions", json=field).raise_for_status()
    stage = {"key": "one", "zh": CORPUS[1], "en": CORPUS[1], "probability": 10}
    http.post("/sales/pipelines", json={"name": SHORT, "stages": [stage]}).raise_for_status()
    with visit("/settings/teams") as page:
        expect(page.get_by_role("cell", name=SHORT, exact=True)).to_be_visible()
        nothing_ran(page)
        for name in ("roles", "fields", "pipelines"):
            page.goto(f"/settings/{name}")
            expect(page.get_by_role("heading", level=2).first).to_be_visible()
            nothing_ran(page)
