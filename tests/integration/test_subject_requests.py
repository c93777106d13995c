"""Requests of people: two approve an erasure, which then happens, unless a hold stops it; it stays after a replay."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from services.audit import inventory
from services.audit.api.privacy import _exported_by, _known
from services.audit.inventory import Inventory, inventory_of
from services.audit.person_file import as_json, as_page
from services.audit.person_words import words_for
from services.audit.policies import POLICIES as AUDIT
from services.customer.policies import POLICIES as CUSTOMER
from services.sales.policies import POLICIES as SALES
from shared.errors import Forbidden, Invalid, Rejected
from shared.http.naming import titles_of_records
from shared.messages.languages import Language
from shared.security.permissions import Access, Level, Role, system_access
from shared.streaming.rebuild import rebuild
from tests.support.world import BOSS, TENANT, World, open_world

ANN, BEN = system_access(TENANT, "ann"), system_access(TENANT, "ben")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, (*AUDIT, *CUSTOMER, *SALES)) as opened:
        await opened.do("identity.CreateOrganisation", {"name": "Acme"}, new_id=TENANT)
        for name in ("ann", "ben"):
            await joins(opened, name)
        await opened.settle()
        yield opened


async def joins(world: World, id: str, **body: object) -> None:
    invited = {"name": id, "email": f"{id}@acme.example", "roles": ["administrator"], **body}
    await world.do("identity.InviteUser", invited, new_id=id)
    await world.do("identity.IssueInvitation", {"token_hash": "x"}, id)
    await world.do("identity.ActivateUser", {"token_hash": "x", "secret": "none"}, id)


async def person(world: World, name: str = "Zephyrine") -> str:
    return await world.make("customer.CreateContact", family_name=name, email=f"{name.lower()}@acme.example")


async def asked(world: World, person: str, kind: str = "erasure", type_: str = "contact") -> str:
    return await world.make("audit.OpenSubjectRequest", kind=kind, person_type=type_, person=person)


async def page_of(world: World, found: Inventory, language: Language = "en", access: Access = BOSS) -> str:
    return as_page(found, "2026-11-24", await words_for(world.kernel, access, found, language)).decode()


async def approve(world: World, request: str, *people: Access) -> None:
    for one in people:
        await world.do("audit.ApproveErasure", {}, request, access=one)
    await world.settle()


async def test_two_approve_and_the_person_is_erased_also_after_a_replay(world: World) -> None:
    await world.do("identity.ListUser", {"name": "Boss"}, new_id="boss")  # whose conversion it is
    lead = await world.make("sales.CaptureLead", name="Zephyrine", email="zephyrine@acme.example")
    for name, body in (("StartWorking", {}), ("QualifyLead", {}), ("ConvertLead", {"account": "none"})):
        await world.do(f"sales.{name}", body, lead)
    await world.settle()
    contact = (await world.see("lead", lead))["contact"]
    request = await asked(world, contact)
    await approve(world, request, ANN)
    assert not (await world.state("contact", contact)).erased
    await approve(world, request, ANN, BEN)
    seen = await world.see("subject_request", request)
    assert (seen["status"], seen["approvals"], seen["problem"]) == ("fulfilled", ["ann", "ben"], "")
    for name, id in (("contact", contact), ("lead", lead)):
        assert (await world.see(name, id))["erased"]
        await rebuild(world.catalogue[name], world.store, world.views, world.bus.codec, lambda count: None)
        assert "Zephyrine" not in repr(await world.see(name, id))
    with pytest.raises(Invalid):
        await asked(world, contact)


async def test_a_hold_forbids_to_approve_and_stops_what_was_approved(world: World) -> None:
    id = await person(world)
    request = await asked(world, id)
    await approve(world, request, ANN)
    held = {"resource": "contact", "record": id, "cause": "Case 1"}
    hold = await world.make("audit.PlaceHold", **held)
    with pytest.raises(Rejected) as refused:
        await approve(world, request, BEN)
    assert refused.value.extra["code"] == "on-hold"
    await world.do("audit.ReleaseHold", {}, hold)
    await world.do("audit.ApproveErasure", {}, request, access=BEN)
    await world.make("audit.PlaceHold", **held)
    await world.settle()
    seen = await world.see("subject_request", request)
    assert (seen["status"], seen["approvals"], seen["problem"]) == ("in_progress", [], "on-hold")
    assert not (await world.state("contact", id)).erased


async def test_who_may_not_erase_the_person_does_not_approve(world: World) -> None:
    request = await asked(world, await person(world))
    grants = {"subject_request": {"*": Level.ALL}, "contact": {"read": Level.ALL}}
    clerk = Access(TENANT, "clerk", (Role("clerk", "员", "Clerk", grants),))
    with pytest.raises(Forbidden):
        await world.do("audit.ApproveErasure", {}, request, access=clerk)


async def test_who_approves_may_erase_every_record_of_the_person_and_no_more_is_erased(world: World) -> None:
    """Two records are one person by a merge: both rights count, and a merge in between asks for both people again."""
    await world.do("identity.ListUser", {"name": "Boss"}, new_id="boss")
    lead = await world.make("sales.CaptureLead", name="Zephyrine", email="zephyrine@acme.example")
    for name, body in (("StartWorking", {}), ("QualifyLead", {}), ("ConvertLead", {"account": "none"})):
        await world.do(f"sales.{name}", body, lead)
    await world.settle()
    contact = (await world.see("lead", lead))["contact"]
    request = await asked(world, lead, type_="lead")
    grants = {"subject_request": {"*": Level.ALL}, "lead": {"*": Level.ALL}, "contact": {"read": Level.ALL}}
    with pytest.raises(Forbidden):
        await approve(world, request, Access(TENANT, "seller", (Role("seller", "售", "Seller", grants),)))
    await approve(world, request, ANN)
    other = await person(world, "Quill")
    await world.do("customer.MergeContacts", {"absorb": [other]}, contact)
    await world.settle()
    await approve(world, request, BEN)
    assert (await world.see("subject_request", request))["approvals"] == ["ben"]
    await world.do("audit.ApproveErasure", {}, request, access=ANN)
    third = await person(world, "Third")
    await world.do("customer.MergeContacts", {"absorb": [third]}, contact)
    await world.settle()
    seen = await world.see("subject_request", request)
    assert (seen["status"], seen["approvals"], seen["problem"]) == ("in_progress", [], "other-records")
    assert not (await world.state("contact", contact)).erased
    await approve(world, request, ANN, BEN)
    assert (await world.state("contact", third)).erased


async def test_who_left_or_came_for_it_approves_nothing(world: World) -> None:
    """Nor do people with fewer rights have a user erased who had more."""
    leaver = await world.make("identity.ListUser", name="Leaver", roles=["administrator"])
    request = await asked(world, leaver, type_="user")
    grants = {"subject_request": {"*": Level.ALL}, "user": {"*": Level.ALL}}
    with pytest.raises(Forbidden):
        await approve(world, request, Access(TENANT, "hr", (Role("hr", "人", "HR", grants),)))
    await approve(world, request, ANN)
    world.clock.ahead += 1_000_000
    await joins(world, "new")
    with pytest.raises(Rejected) as refused:
        await approve(world, request, system_access(TENANT, "new"))
    assert refused.value.extra["code"] == "joined-later"
    await world.do("identity.SuspendUser", {}, "ann")
    await world.settle()
    await approve(world, request, BEN)
    assert (await world.see("subject_request", request))["approvals"] == ["ben"]
    assert not (await world.state("user", leaver)).erased


async def test_an_organisation_may_erase_by_request_alone(world: World) -> None:
    id, other = await person(world), await person(world, "Quill")
    note = await world.make("customer.CreateActivity", kind="note", subject="x", links=[{"type": "contact", "id": id}])
    await world.do("identity.ChangeOrganisation", {"erase_by_request": True, "request_days": 15}, TENANT)
    await world.settle()
    with pytest.raises(Rejected) as refused:
        await world.do("customer.EraseContact", {}, id)
    assert refused.value.extra["code"] == "needs-request"
    await approve(world, await asked(world, id), ANN, BEN)
    assert (await world.state("contact", id)).erased
    assert (await world.state("activity", note)).erased
    await world.do("identity.ChangeOrganisation", {"erase_by_request": False}, TENANT)
    await world.settle()
    await world.do("customer.EraseContact", {}, other)


async def test_a_request_is_about_a_person_whom_the_caller_sees(world: World) -> None:
    account = await world.make("customer.CreateAccount", name="Acme")
    for body in ({"person_type": "account", "person": account}, {"person_type": "lead", "person": account}):
        with pytest.raises(Invalid):
            await world.do("audit.OpenSubjectRequest", {"kind": "access", **body}, access=BOSS)


async def test_a_request_names_its_person_of_whatever_type(world: World) -> None:
    contact = await person(world)
    lead = await world.make("sales.CaptureLead", name="Lee Lane")
    asks = [await asked(world, id, "access", type_) for type_, id in (("contact", contact), ("lead", lead))]
    await world.settle()
    requests = [await world.see("subject_request", id) for id in asks]
    titles = await titles_of_records(world.kernel, world.catalogue["subject_request"], requests, BOSS)
    assert (titles[contact], titles[lead]) == ("Zephyrine", "Lee Lane")


async def test_the_inventory_finds_what_names_the_person_and_the_file_says_so(world: World) -> None:
    id = await person(world)
    account = await world.make("customer.CreateAccount", name="Acme works")
    links = [{"type": "contact", "id": id}]
    note = await world.make("customer.CreateActivity", kind="note", subject="about roses", links=links)
    await world.make(
        "customer.CreateActivity", kind="note", subject="about Acme", links=[{"type": "account", "id": account}]
    )
    field = {"resource": "account", "name": "buyer", "zh": "买", "en": "Buyer", "kind": "reference", "ref": "contact"}
    await world.make("customer.DefineField", **field)
    await world.settle()
    await world.do("customer.ChangeAccountDetails", {"custom": {"buyer": id}}, account)
    request = await asked(world, id, "access")
    await world.settle()
    found = await inventory_of(world.kernel, BOSS, "contact", id, lambda aggregate: BOSS)
    sections = {s.aggregate.name: {one.document["id"]: one.by for one in s.records} for s in found.sections}
    assert sections["contact"] == {id: ("id",)}
    assert "links" in sections["activity"].pop(note)
    assert (sections["activity"], sections["account"]) == ({}, {account: ("custom.buyer",)})
    assert sections["subject_request"] == {request: ("person",)}
    assert found.events == 1

    file = orjson.loads(as_json(found, {"type": "contact", "id": id}, "2026-11-24"))
    records = {s["resource"]: s["records"] for s in file["sections"]}
    assert records["contact"][0]["family_name"] == "Zephyrine"
    assert records["activity"][0]["subject"] == "about roses"
    assert records["account"][0].keys() == {"by", "id", "name", "created_at"}
    assert (records["account"][0]["name"], records["account"][0]["by"]) == ("Acme works", ["custom.buyer"])
    for language, title in (("en", "Contacts"), ("zh-CN", "联系人"), ("zh-TW", "聯絡人")):
        page = await page_of(world, found, language)
        assert f"<h2>{title}</h2>" in page
        assert "zephyrine@acme.example" in page
    named = await inventory_of(world.kernel, BOSS, "contact", id, lambda aggregate: None)
    assert (named.sections, "contact" in named.left_out) == ([], True)


async def test_records_of_other_people_are_not_in_the_file_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither those that a leaver owned, nor one that names the person as who referred them."""
    field = {"resource": "contact", "name": "by", "zh": "荐", "en": "By", "kind": "reference", "ref": "contact"}
    await world.make("customer.DefineField", **field)
    user, id = await world.make("identity.ListUser", name="Leaver"), await person(world)
    await world.settle()
    body = {"family_name": "Quill", "email": "quill@acme.example", "owner": user}
    other = await world.make("customer.CreateContact", **body, custom={"by": id})
    await world.make("customer.CreateContact", **{**body, "email": "other@acme.example"})
    links = [{"type": "user", "id": user}]
    note = await world.make("customer.CreateActivity", kind="note", subject="with the leaver", participants=links)
    await world.settle()
    for type_, one, others in (("user", user, {other}), ("contact", id, {other})):
        found = await inventory_of(world.kernel, BOSS, type_, one, lambda aggregate: BOSS)
        file = as_json(found, {"type": type_, "id": one}, "2026-11-24").decode()
        assert others <= {r["id"] for s in orjson.loads(file)["sections"] for r in s["records"]}
        assert "quill@acme.example" not in file + await page_of(world, found)
        assert {r.document["id"] for s in found.sections for r in s.records if r.theirs} == (
            {user, note} if type_ == "user" else {id}
        )
    monkeypatch.setattr(inventory, "MOST", 1)
    found = await inventory_of(world.kernel, BOSS, "user", user, lambda aggregate: BOSS)
    (contacts,) = [s for s in found.sections if s.aggregate.name == "contact"]
    assert (contacts.count, len(contacts.records), contacts.whole) == (2, 1, False)


async def test_the_inventory_counts_only_what_the_caller_reads(world: World) -> None:
    for user in ("boss", "ann"):
        await world.do("identity.ListUser", {"name": user}, new_id=user)
        access = BOSS if user == "boss" else ANN
        await world.do("identity.KeepPreferences", {"values": {}}, new_id=f"{user}-p", access=access)
    await world.settle()
    for user, counts in (("boss", True), ("ann", False)):
        found = await inventory_of(world.kernel, BOSS, "user", user, lambda aggregate: BOSS)
        assert (found.counts.get("preferences"), "preferences" in found.left_out) == (1 if counts else None, not counts)
        assert found.events
    id = await person(world)
    await world.settle()
    clerk = Access(TENANT, "clerk", (Role("clerk", "员", "Clerk", {"contact": {"read": Level.OWN}}),))
    found = await inventory_of(world.kernel, clerk, "contact", id, lambda aggregate: clerk)
    assert (found.events, found.counts) == (0, {})


async def test_a_page_shows_markup_as_text(world: World) -> None:
    id = await world.make("customer.CreateContact", family_name="<script>x</script>")
    await world.settle()
    found = await inventory_of(world.kernel, BOSS, "contact", id, lambda aggregate: BOSS)
    page = await page_of(world, found)
    assert "<script>" not in page
    assert "&lt;script&gt;x" in page


async def test_the_page_is_written_for_people(world: World) -> None:
    """No JSON, no bare ids, no names of programs: titles, labels, days and moments in the language and zone."""
    await world.do("identity.ChangeOrganisation", {"time_zone": "Asia/Shanghai"}, TENANT)
    field = {"resource": "contact", "name": "met", "zh": "初见", "en": "First met", "kind": "date"}
    await world.make("customer.DefineField", **field)
    account = await world.make("customer.CreateAccount", name="Acme works")
    await world.settle()
    id = await world.make(
        "customer.CreateContact",
        family_name="Zephyrine",
        email="zephyrine@acme.example",
        do_not_call=True,
        custom={"met": "2026-03-02"},
        account=account,
        role="<img src=x onerror=alert(1)>",
    )
    await world.settle()
    found = await inventory_of(world.kernel, BOSS, "contact", id, lambda aggregate: BOSS)
    found.left_out.append("legal_hold")
    page = await page_of(world, found)
    for text in (
        "<th>Do not call<td>Yes",
        "<th>First met<td>2 March 2026",
        "E-mail: zephyrine@acme.example",
        "Asia/Shanghai",
    ):
        assert text in page
    assert "Account: Acme works" in page
    assert "Legal holds" in page
    for text in ("{", "[", account, "<img", "legal_hold", "+00:00", "000Z"):
        assert text not in page.partition("</style>")[2]
    chinese = await page_of(world, found, "zh-CN")
    assert "<th>初见<td>2026年3月2日" in chinese
    assert "<th>请勿致电<td>是" in chinese
    clerk = Access(TENANT, "clerk", (Role("clerk", "员", "Clerk", {"contact": {"read": Level.ALL}}),))
    hidden = await page_of(world, found, access=clerk)
    assert "Acme works" not in hidden
    assert account not in hidden


async def test_what_the_file_will_lack_is_said_by_the_rights_to_export(world: World) -> None:
    id = await person(world)
    await world.settle()
    reads = {"contact": {"read": Level.ALL}, "activity": {"read": Level.ALL, "export": Level.ALL}}
    clerk = Access(TENANT, "clerk", (Role("clerk", "员", "Clerk", reads),))
    found = await inventory_of(world.kernel, clerk, "contact", id, lambda aggregate: clerk)
    filed = await inventory_of(world.kernel, clerk, "contact", id, _exported_by(clerk))
    known = _known(found, filed)
    assert [(one["resource"], one["whole"]) for one in known["sections"]] == [("contact", False)]
    assert "contact" in known["left_out"]
    assert "activity" not in known["left_out"]
    exporting = Access(
        TENANT, "clerk", (Role("clerk", "员", "Clerk", {"contact": dict.fromkeys(("read", "export"), Level.ALL)}),)
    )
    filed = await inventory_of(world.kernel, exporting, "contact", id, _exported_by(exporting))
    known = _known(filed, filed)
    assert ("contact" in known["left_out"], known["sections"][0]["whole"]) == (False, True)
    assert "1 record<" in await page_of(world, filed)
