"""Settings, as an administrator uses them: each page seen, and the acts that change how others work."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.durability.scale import PROVE
from tests.e2e.web.harness import DESKTOP, PHONE, Language, Screen, Visit, look
from tests.support.processes import PASSWORD

pytestmark = pytest.mark.browser

PAGES = (
    "organisation", "users", "teams", "roles", "pipelines", "fields", "rates", "imports", "exports", "sample-data",
    "api-keys", "retention", "audit", "requests", "backup", "health",
)  # fmt: skip
SEEN: list[tuple[Screen, Language, int]] = [(DESKTOP, "en", 0), (PHONE, "zh-CN", 1)]


@pytest.mark.parametrize(("screen", "language", "first"), SEEN, ids=["desktop-en", "phone-zh-CN"])
def test_every_page_is_seen(visit: Visit, screen: Screen, language: Language, first: int) -> None:
    """Every second one on either screen, in `make prove` all on both."""
    with visit("/settings", screen=screen, language=language) as page:
        for name in PAGES if PROVE else PAGES[first::2]:
            if screen is PHONE:
                page.goto("/settings")
            page.locator(f'a[href="/settings/{name}"]').click()
            expect(page.get_by_role("heading", level=2).first).to_be_visible()
            look(page, f"settings-{name}")


def dialog(page: Page) -> Any:
    return page.get_by_role("dialog")


def test_a_colleague_is_invited_and_deactivated(visit: Visit, http: httpx.Client) -> None:
    with visit("/settings/users", refusals={422}) as page:
        page.get_by_role("button", name="Invite").click()
        dialog(page).get_by_label("Name").fill("Tom Hall")
        dialog(page).get_by_label("E-mail").fill("not an address")
        look(page, "settings-invite")
        dialog(page).get_by_role("button", name="Create the link").click()
        expect(dialog(page)).to_contain_text("is no e-mail address")
        dialog(page).get_by_label("E-mail").fill("tom.hall@example.com")
        dialog(page).get_by_role("button", name="Create the link").click()
        expect(dialog(page).get_by_label("Sign-in link")).to_have_value(re.compile(r"^http.+/invitation#token=\S+$"))
        dialog(page).get_by_role("button", name="Done").click()
        page.get_by_role("button", name="More for Tom Hall").click()
        page.get_by_role("menuitem", name="Deactivate").click()
        look(page, "settings-leave")
        dialog(page).get_by_role("button", name="Deactivate").click()
        expect(page.get_by_text("Tom Hall deactivated")).to_be_visible()
    found = http.get("/identity/users", params={"email": "tom.hall@example.com"}).raise_for_status().json()
    [id] = [user["id"] for user in found["items"]]
    known = {"min_version": 3}  # invited, given a link, deactivated
    assert http.get(f"/identity/users/{id}", params=known).raise_for_status().json()["status"] == "deactivated"


def test_options_stand_at_their_input_in_a_dialog_of_a_phone(visit: Visit) -> None:
    with visit("/settings/users", screen=PHONE) as page:
        page.get_by_role("button", name="Invite").click()
        roles = dialog(page).get_by_role("combobox", name="Roles")
        for name in ("Sales manager", "Marketing"):
            roles.click()
            expect(page.get_by_role("option", name=name, exact=True)).to_be_visible()
            look(page, f"settings-invite-{name.split()[0].lower()}")
            field = dialog(page).locator(".mantine-MultiSelect-input").first.bounding_box()
            options = page.locator(".mantine-MultiSelect-dropdown:visible").bounding_box()
            assert field
            assert options
            assert abs(options["x"] - field["x"]) < 2, (field, options)
            assert abs(options["width"] - field["width"]) < 2, (field, options)
            page.get_by_role("option", name=name, exact=True).click()


def test_a_role_says_what_would_change_before_it_is_saved(visit: Visit, http: httpx.Client) -> None:
    role = {"zh": "渠道经理", "en": "Channel manager", "grants": {"account": {"read": "all"}, "lead": {"read": "team"}}}
    id = http.post("/identity/roles", json=role).raise_for_status().json()["id"]
    bo = {"name": "Bo Chen", "email": "bo.chen@example.com", "roles": [id]}
    http.post("/identity/users", json=bo).raise_for_status()
    with visit("/settings/roles") as page:
        page.get_by_role("combobox", name="Role", exact=True).click()
        page.get_by_role("option", name="Channel manager").click()
        page.get_by_label("Accounts, Read").focus()
        page.keyboard.press("2")
        page.keyboard.press("ArrowRight")
        expect(page.get_by_label("Accounts, Create")).to_be_focused()
        preview = page.get_by_role("region", name="What would change")
        expect(preview).to_contain_text("Accounts, Read: all → team")
        expect(preview).to_contain_text("1 person loses: Bo Chen")
        look(page, "settings-role-change")
        page.get_by_role("combobox", name="Role", exact=True).click()
        page.get_by_role("option", name="Sales manager").click()
        expect(preview).to_be_hidden()  # what is not saved waits, and the page says where
        look(page, "settings-role-kept")
        page.get_by_role("button", name="Channel manager").click()
        expect(preview).to_contain_text("Accounts, Read: all → team")
        preview.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Role saved")).to_be_visible()
        expect(preview).to_have_count(0)
    grants = http.get(f"/identity/roles/{id}", params={"min_version": 2}).raise_for_status().json()["grants"]
    assert grants == {"account": {"read": "team"}, "lead": {"read": "team"}}


def test_two_who_change_a_role_see_what_the_other_did(visit: Visit, http: httpx.Client) -> None:
    role = {"zh": "前台", "en": "Front desk", "grants": {"account": {"read": "all"}, "lead": {"read": "all"}}}
    id = http.post("/identity/roles", json=role).raise_for_status().json()["id"]
    with visit("/settings/roles", refusals={412}) as page:
        page.get_by_role("combobox", name="Role", exact=True).click()
        page.get_by_role("option", name="Front desk").click()
        page.get_by_label("Accounts, Read").select_option("team")
        theirs = {"account": {"read": "all"}, "lead": {"read": "own"}}
        http.patch(f"/identity/roles/{id}", json={"grants": theirs}).raise_for_status()
        preview = page.get_by_role("region", name="What would change")
        preview.get_by_role("button", name="Save").click()
        note = page.get_by_role("status").filter(has_text="Somebody else has saved meanwhile")
        expect(note).to_contain_text("Leads, Read: all → own")
        expect(preview).to_contain_text("Accounts, Read: all → team")
        expect(preview).not_to_contain_text("Leads, Read")
        look(page, "settings-role-clash")
        preview.get_by_role("button", name="Save").click()
        expect(preview).to_have_count(0)
        expect(note).to_have_count(0)
    grants = http.get(f"/identity/roles/{id}", params={"min_version": 3}).raise_for_status().json()["grants"]
    assert grants == {"account": {"read": "team"}, "lead": {"read": "own"}}


def test_a_team_and_a_person_say_who_gains_and_loses_before_they_are_saved(visit: Visit, http: httpx.Client) -> None:
    team = http.post("/identity/teams", json={"name": "Harbour"}).raise_for_status().json()["id"]
    names = (("Ines Roth", "ines.roth", [team]), ("Jo Lund", "jo.lund", []))
    for name, email, teams in names:
        user = {"name": name, "email": f"{email}@example.com", "roles": ["sales_representative"], "teams": teams}
        made = http.post("/identity/users", json=user).raise_for_status().json()
        shown = {"min_version": made["version"]}  # a page that is opened before lists them later than a test waits
        http.get(f"/identity/users/{made['id']}", params=shown).raise_for_status()
    preview = "What would change"
    with visit("/settings/users") as page:
        page.get_by_role("button", name="More for Jo Lund").click()
        page.get_by_role("menuitem", name="Roles and teams").click()
        dialog(page).get_by_role("combobox", name="Roles").click()
        page.get_by_role("option", name="Sales manager").click()
        page.keyboard.press("Escape")
        expect(dialog(page).get_by_role("region", name=preview)).to_contain_text("1 person gains:")
        expect(dialog(page).get_by_role("region", name=preview)).to_contain_text("Jo Lund")
        look(page, "settings-user-change")
        dialog(page).get_by_role("button", name="Save").click()
        expect(dialog(page)).to_have_count(0)
    with visit("/settings/teams", language="zh-CN") as page:
        page.get_by_role("button", name="Harbour 的更多操作").click()
        page.get_by_role("menuitem", name="编辑").click()
        dialog(page).get_by_role("combobox", name="负责人").fill("Jo Lund")
        page.get_by_role("option", name="Jo Lund").click()
        page.keyboard.press("Escape")
        expect(dialog(page).get_by_role("region", name="将会改变")).to_be_visible()
        look(page, "settings-team-change")
        dialog(page).get_by_role("button", name="取消").click()
        page.get_by_role("button", name="离开").click()
        page.get_by_role("button", name="Harbour 的更多操作").click()
        page.get_by_role("menuitem", name="归档").click()
        expect(dialog(page).get_by_role("region", name="将会改变")).to_be_visible()
        look(page, "settings-team-archive")
        dialog(page).get_by_role("button", name="归档").click()
        expect(page.get_by_role("cell", name="Harbour")).to_have_count(0)


def person(http: httpx.Client, name: str, grants: dict[str, dict[str, str]]) -> tuple[str, str]:
    """Somebody with a role of their own: the role's id and the address they sign in with."""
    email = f"{name.lower()}@example.com"
    role = http.post("/identity/roles", json={"zh": name, "en": name, "grants": grants}).raise_for_status().json()["id"]
    user = {"name": name, "email": email, "roles": [role]}
    id = http.post("/identity/users", json=user).raise_for_status().json()["id"]
    path = http.post(f"/identity/users/{id}/invitation").raise_for_status().json()["path"]
    accepted = {"token": path.partition("token=")[2], "password": PASSWORD}
    http.post("/identity/invitations/accept", json=accepted).raise_for_status()
    return role, email


def test_a_refused_page_says_why_and_is_asked_for_again(visit: Visit, http: httpx.Client) -> None:
    writes = {"user": {"create": "all"}, "team": {"create": "all"}}
    role, email = person(http, "Registrar", writes)
    with visit("/settings/users", language="zh-CN", screen=PHONE, who=email, refusals={403}) as page:
        refused = page.get_by_role("alert").filter(has=page.get_by_role("button", name="重试"))
        expect(refused).to_be_visible()
        expect(page.get_by_role("status", name="加载中…")).to_have_count(0)
        look(page, "settings-refused")
        refused.get_by_role("button").click()
        expect(refused).to_be_visible()
        reads = {name: {**rights, "read": "all"} for name, rights in writes.items()}
        http.patch(f"/identity/roles/{role}", json={"grants": reads}).raise_for_status()
        for _ in range(40):  # rights are known within two seconds; the page may ask before a person does
            page.evaluate("document.querySelector('[role=alert] button')?.click()")
            if page.get_by_role("cell", name="Registrar").count():
                break
            page.wait_for_timeout(250)
        expect(page.get_by_role("cell", name="Registrar").first).to_be_visible()
        expect(refused).to_have_count(0)


def test_a_list_asks_for_nothing_that_its_reader_may_not_read(visit: Visit, http: httpx.Client) -> None:
    """Each refusal would be a line of the read log. A visit fails by any that it does not expect."""
    _, email = person(http, "Counter", {"account": {"read": "all"}})
    with visit("/o/account", who=email) as page:
        expect(page.get_by_role("grid").get_by_role("row").nth(2)).to_be_visible()
        look(page, "list-reader")


def test_a_custom_field_has_a_label_in_each_language(visit: Visit) -> None:
    with visit("/settings/fields") as page:
        page.get_by_role("button", name="New field").click()
        dialog(page).get_by_label("Simplified Chinese", exact=True).fill("等级")
        dialog(page).get_by_label("Traditional Chinese", exact=True).fill("等級")
        dialog(page).get_by_label("English", exact=True).fill("Partner tier")
        expect(dialog(page).get_by_label("Name for programs")).to_have_value("partner_tier")
        dialog(page).get_by_role("button", name="Add an option").click()
        dialog(page).get_by_label("Option 1").fill("A")
        dialog(page).get_by_label("A Traditional Chinese").fill("最佳")
        look(page, "settings-field")
        dialog(page).get_by_role("button", name="Save").click()
        expect(page.get_by_role("cell", name="Partner tier", exact=True)).to_be_visible()
    with visit("/settings/fields", language="zh-TW") as page:
        expect(page.get_by_role("cell", name="等級", exact=True)).to_be_visible()


def test_a_pipeline_gets_a_stage_with_a_gate_and_another_order(visit: Visit, http: httpx.Client) -> None:
    first = {"key": "offer", "zh": "报价", "en": "Offer", "probability": 40}
    made = http.post("/sales/pipelines", json={"name": "Renewals", "stages": [first]}).raise_for_status().json()["id"]
    with visit("/settings/pipelines") as page:
        page.get_by_role("combobox", name="Pipeline").click()
        page.get_by_role("option", name="Renewals").click()
        page.get_by_role("button", name="Add a stage").click()
        dialog(page).get_by_label("English", exact=True).fill("Check in")
        dialog(page).get_by_label("How likely").fill("20")
        dialog(page).get_by_role("combobox", name="Fields to be filled in").click()
        page.get_by_role("option", name="Amount").click()
        page.keyboard.press("Tab")
        look(page, "settings-stage")
        dialog(page).get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Check in: one earlier").click()
        expect(page.get_by_role("list", name="Stages").get_by_role("listitem").first).to_contain_text("Check in")
        look(page, "settings-pipeline-designed")
    stages = http.get(f"/sales/pipelines/{made}", params={"min_version": 3}).raise_for_status().json()["stages"]
    assert [(s["key"], s["gate"] and s["gate"]["fields"]) for s in stages] == [
        ("check_in", ["amount"]),
        ("offer", None),
    ]


def test_an_api_key_is_shown_once(visit: Visit) -> None:
    with visit("/settings/api-keys") as page:
        page.get_by_role("button", name="New key").click()
        dialog(page).get_by_label("Name").fill("Nightly export")
        look(page, "settings-key")
        dialog(page).get_by_role("button", name="Create the key").click()
        expect(dialog(page).get_by_label("Your key")).not_to_have_value("")
        dialog(page).get_by_role("button", name="Done").click()
        page.get_by_role("button", name="More for Nightly export").click()
        page.get_by_role("menuitem", name="Revoke").click()
        expect(page.get_by_role("cell", name="Nightly export")).to_have_count(0)
