"""Requests about data: what is known about a person, the file they are given, and the board of what is due."""

from __future__ import annotations

from datetime import date, timedelta

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.web.harness import DESKTOP, PHONE, Language, Screen, Visit, look

pytestmark = pytest.mark.browser

SEEN: list[tuple[Screen, Language]] = [(DESKTOP, "en"), (PHONE, "zh-CN")]


@pytest.mark.parametrize(("screen", "language"), SEEN, ids=["desktop-en", "phone-zh-CN"])
def test_what_is_known_about_a_person_is_listed_and_given(
    visit: Visit, http: httpx.Client, screen: Screen, language: Language
) -> None:
    chinese = language == "zh-CN"
    made = {"family_name": "Quillfeather", "given_name": screen.name}
    person = http.post("/customer/contacts", json=made).raise_for_status().json()["id"]
    note = {"kind": "note", "subject": "About roses", "links": [{"type": "contact", "id": person}]}
    http.post("/customer/activities", json=note).raise_for_status()
    asked = {"kind": "access", "person_type": "contact", "person": person}
    request = http.post("/audit/subject-requests", json=asked).raise_for_status().json()["id"]
    at = f"/o/subject_request/{request}" + ("?tab=related" if screen.touch else "")
    with visit(at, screen=screen, language=language) as page:
        expect(
            page.get_by_role("heading", name="已掌握的本人信息" if chinese else "What is known about the person")
        ).to_be_visible()
        expect(page.get_by_role("link", name="About roses")).to_be_visible()
        look(page, "subject-request")
        with page.expect_download() as given:
            page.get_by_role("button", name="生成可阅读的文件" if chinese else "Make the file to read").click()
        content = given.value.path().read_text()
        assert "Quillfeather" in content
        assert ("我们所掌握的您的信息" if chinese else "What is known about you") in content
    done = http.get(f"/audit/subject-requests/{request}", params={"min_version": 2}).raise_for_status().json()
    assert done["exported"]["activity"] == 1


@pytest.mark.parametrize(("screen", "language"), SEEN, ids=["desktop-en", "phone-zh-CN"])
def test_requests_stand_by_the_day_they_are_due(
    visit: Visit, http: httpx.Client, screen: Screen, language: Language
) -> None:
    chinese = language == "zh-CN"
    for kind, days in (("access", 40), ("rectification", 25), ("restriction", 0), ("erasure", 28)):
        made = {"family_name": "Birchwood", "given_name": f"{kind} {screen.name}"}
        person = http.post("/customer/contacts", json=made).raise_for_status().json()["id"]
        asked = {
            "kind": kind,
            "person_type": "contact",
            "person": person,
            "received": str(date.today() - timedelta(days)),
        }
        http.post("/audit/subject-requests", json=asked).raise_for_status()
    with visit("/settings/requests", screen=screen, language=language) as page:
        groups = (
            ("已逾期", "一周内到期", "以后", "等待您批准")
            if chinese
            else ("Overdue", "Within a week", "Later", "Waiting for your approval")
        )
        for name, kind in zip(groups, ("access", "rectification", "restriction", "erasure"), strict=True):
            group = page.get_by_role("region", name=name, exact=True)
            expect(group.get_by_role("listitem").filter(has_text=f"{kind} {screen.name}")).to_be_visible()
        look(page, "settings-requests-due")
        page.get_by_role("link", name=f"erasure {screen.name}").click()
        expect(page.get_by_role("button", name="批准抹除" if chinese else "Approve the erasure")).to_be_visible()
