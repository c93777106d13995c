"""Custom fields, activities, timelines, duplicates and archiving over real files."""

from __future__ import annotations

import base64
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.customer.account import ACCOUNT
from services.customer.contact import CONTACT
from shared.clock import from_rfc3339, to_rfc3339
from shared.errors import Invalid, NotFound, Rejected
from shared.kernel.queries import NOW, Moment
from shared.kernel.timeline import Entries, timeline
from shared.kernel.uniqueness import Duplicate
from shared.security.permissions import Access
from shared.views.port import Condition, Query
from tests.support.roles import BUILT_IN
from tests.support.world import BOSS, TENANT, World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


async def account(world: World, name: str = "Acme", **fields: Any) -> str:
    return (await world.do("customer.CreateAccount", {"name": name, **fields})).id


async def define(world: World, name: str, kind: str, **fields: Any) -> str:
    body = {"resource": "account", "name": name, "kind": kind, **fields}
    id = (await world.do("customer.DefineField", body)).id
    await world.settle()
    return id


# --- custom fields ----------------------------------------------------------------------------------------------------


async def test_custom_values_are_checked_by_kind_filtered_and_found(world: World) -> None:
    await define(world, "tier", "keyword", options=["A", "B"])
    await define(world, "seats", "integer")
    await define(world, "price", "decimal")
    await define(world, "since", "date")
    await define(world, "vip", "boolean")
    await define(world, "note", "text")
    good = {"tier": "A", "seats": 5, "price": "9.50", "since": "2026-02-28", "vip": True, "note": "重要客户"}
    id = await account(world, custom=good)
    for name, value, code in (
        ("tier", "C", "not-an-option"),
        ("seats", "5", "wrong-type"),
        ("seats", True, "wrong-type"),
        ("price", "NaN", "wrong-type"),
        ("since", "2026-02-29", "wrong-type"),
        ("vip", 1, "wrong-type"),
        ("note", ["x"], "wrong-type"),
        ("colour", "red", "unknown-field"),
    ):
        with pytest.raises(Invalid) as refused:
            await world.do("customer.ChangeAccountDetails", {"custom": {name: value}}, id)
        assert [(e.field, e.code) for e in refused.value.errors] == [(f"custom.{name}", code)]
    await world.settle()
    for query in (
        Query(where=(Condition("custom.tier", "eq", "A"),)),
        Query(text="重要"),
    ):
        assert [d["id"] for d in (await world.queries.find(ACCOUNT, query, BOSS)).items] == [id]


async def test_needed_fields_are_asked_for_and_definitions_take_effect_at_once(world: World) -> None:
    await account(world, "before")
    id = await define(world, "tier", "keyword", required=True)
    with pytest.raises(Invalid) as refused:
        await account(world, "after")
    assert [(e.field, e.code) for e in refused.value.errors] == [("custom.tier", "required")]
    kept = await account(world, "after", custom={"tier": "A"})
    with pytest.raises(Invalid):
        await world.do("customer.ChangeAccountDetails", {"custom": {"tier": None}}, kept)
    await world.do("customer.ChangeFieldDefinition", {"required": False}, id)
    await world.settle()
    await account(world, "later")
    await world.do("customer.ArchiveFieldDefinition", {}, id)
    await world.settle()
    with pytest.raises(Invalid):
        await account(world, "last", custom={"tier": "A"})


async def test_a_name_is_defined_once_per_record_type(world: World) -> None:
    id = await define(world, "tier", "keyword")
    with pytest.raises(Duplicate):
        await define(world, "tier", "text")
    await world.do("customer.DefineField", {"resource": "contact", "name": "tier", "kind": "text"})
    await world.do("customer.ArchiveFieldDefinition", {}, id)
    await define(world, "tier", "keyword")
    for body in ({"resource": "session", "name": "x", "kind": "text"}, {"resource": "no", "name": "x", "kind": "text"}):
        with pytest.raises(Invalid):
            await world.do("customer.DefineField", body)


async def test_custom_fields_of_another_tenant_are_none_of_ours(world: World) -> None:
    await define(world, "tier", "keyword", required=True)
    foreign = Access("t2", "eve", BOSS.roles)
    await world.do("customer.CreateAccount", {"name": "Theirs"}, access=foreign)
    with pytest.raises(Invalid):
        await world.do("customer.CreateAccount", {"name": "Theirs 2", "custom": {"tier": "A"}}, access=foreign)


# --- duplicates and archiving -----------------------------------------------------------------------------------------


async def test_duplicates_are_told_on_entry(world: World) -> None:
    acme = await account(world, "Acme Corp.", website="https://www.acme.com/x")
    await world.settle()
    for body, field in (
        ({"name": "ACME"}, "name"),
        ({"name": "Other", "website": "acme.com"}, "website"),
        ({"name": "Other", "email": "ann@acme.com"}, "email"),
    ):
        with pytest.raises(Duplicate) as refused:
            await world.do("customer.CreateAccount", body)
        assert (refused.value.errors[0].field, refused.value.extra["candidates"]) == (field, [acme])
        await world.do("customer.CreateAccount", {**body, "name": f"{body['name']} {field}", "allow_duplicate": True})
    await account(world, "Third", email="someone@gmail.com")
    await world.settle()
    await account(world, "Fourth", email="other@gmail.com")


async def test_invisible_duplicates_are_told_without_their_ids(world: World) -> None:
    await account(world, "Acme")
    await world.settle()
    rep = Access(TENANT, "ann", (BUILT_IN["sales_representative"],))
    with pytest.raises(Duplicate) as refused:
        await world.do("customer.CreateAccount", {"name": "Acme"}, access=rep)
    assert refused.value.extra["candidates"] == []


async def test_contacts_alike_are_told_on_entry(world: World) -> None:
    acme, other = await account(world), await account(world, "Other")
    body = {"name": "王 小明", "account": acme, "phone": "+86 10 1234 5678", "email": "w@example.com"}
    first = (await world.do("customer.CreateContact", body)).id
    await world.settle()
    for twin, field in (
        ({"name": "王小明", "account": acme}, "name"),
        ({"name": "Li", "phone": "+861012345678"}, "phone"),
    ):
        with pytest.raises(Duplicate) as refused:
            await world.do("customer.CreateContact", twin)
        assert (refused.value.errors[0].field, refused.value.extra["candidates"]) == (field, [first])
    await world.do("customer.CreateContact", {"name": "王小明", "account": other})
    with pytest.raises(Duplicate):
        await world.do("customer.CreateContact", {"name": "Li", "email": "W@Example.com"})


async def test_an_account_with_open_opportunities_is_archived_only_by_force_and_reason(world: World) -> None:
    id = await account(world)
    stages = [{"key": "offer", "zh": "报价", "en": "Offer", "probability": 50}]
    await world.do("sales.DefinePipeline", {"name": "Sales", "stages": stages, "default": True})
    await world.settle()
    deal = await world.do("sales.OpenOpportunity", {"name": "Big", "account": id, "amount": "10.00", "currency": "EUR"})
    await world.settle()
    with pytest.raises(Rejected) as refused:
        await world.do("customer.ArchiveAccount", {}, id)
    assert (refused.value.extra["code"], refused.value.extra["count"]) == ("open-opportunities", 1)
    with pytest.raises(Invalid):
        await world.do("customer.ArchiveAccount", {"force": True}, id)
    await world.do("customer.ArchiveAccount", {"force": True}, id, reason="it is bankrupt")
    await world.do("customer.RestoreAccount", {}, id)
    await world.do("sales.ArchiveOpportunity", {}, deal.id)
    await world.settle()
    await world.do("customer.ArchiveAccount", {}, id)


# --- activities and timelines -----------------------------------------------------------------------------------------


async def test_links_are_to_records_the_caller_sees(world: World) -> None:
    id = await account(world)
    task = {"kind": "task", "subject": "Call back"}
    made = await world.do("customer.CreateActivity", {**task, "links": [{"type": "account", "id": id}]})
    for link in ({"type": "contact", "id": id}, {"type": "account", "id": "nobody"}):
        with pytest.raises(Invalid) as refused:
            await world.do("customer.CreateActivity", {**task, "links": [link]})
        assert refused.value.errors[0].field == "links.0.id"
        with pytest.raises(Invalid):
            await world.do("customer.LinkActivity", link, made.id)
    rep = Access(TENANT, "ann", (BUILT_IN["sales_representative"],))
    with pytest.raises(Invalid):
        await world.do("customer.CreateActivity", {**task, "links": [{"type": "account", "id": id}]}, access=rep)


async def test_a_timeline_holds_activities_and_changes_newest_first(world: World) -> None:
    day = from_rfc3339("2026-01-10T00:00:00Z")
    id = (await world.do("customer.CreateAccount", {"name": "Acme"}, occurred_at=day)).id
    link = [{"type": "account", "id": id}]
    note = {"kind": "note", "subject": "n", "body": "b", "links": link}
    await world.do("customer.CreateActivity", note, occurred_at=day + 10)
    await world.do("customer.ChangeAccountDetails", {"city": "Bonn"}, id, occurred_at=day + 20)
    call = {"kind": "call", "subject": "c", "start": "2026-01-10T00:00:00.000030Z", "links": link}
    await world.do("customer.CreateActivity", call, occurred_at=day + 30)
    await world.do("customer.CreateActivity", {"kind": "note", "subject": "elsewhere"})
    await world.settle()

    async def seen(moment: Moment = NOW, **kinds: Any) -> list[tuple[str, str]]:
        items = (await timeline(world.queries, world.catalogue, ACCOUNT, id, BOSS, moment, **kinds)).items
        return [
            (i["kind"], i["record"]["kind"] if i["kind"] == "activity" else i["change"]["type"].partition(".")[2])
            for i in items
        ]

    changed, created = ("change", "AccountDetailsChanged"), ("change", "AccountCreated")
    call_item, note_item = ("activity", "call"), ("activity", "note")
    assert await seen() == [call_item, changed, note_item, created]
    assert await seen(limit=2) == [call_item, changed]
    assert await seen(kinds={"change"}) == [changed, created]
    assert await seen(kinds={"note"}) == [note_item]
    assert await seen(Moment(occurred=day + 15)) == [note_item, created]
    assert await seen(Moment(version=2)) == [changed, note_item, created]
    with pytest.raises(Invalid):
        await seen(kinds={"party"})
    with pytest.raises(NotFound):
        await seen(Moment(occurred=day - 1))


async def test_pages_of_a_timeline_hold_every_entry_once_while_new_ones_come(world: World) -> None:
    day = from_rfc3339("2026-01-10T00:00:00Z")
    id = (await world.do("customer.CreateAccount", {"name": "Acme"}, occurred_at=day)).id
    about = {"subject": "s", "links": [{"type": "account", "id": id}]}
    call = {"kind": "call", "start": to_rfc3339(day + 1), **about}
    await world.do("customer.CreateActivity", call, occurred_at=day + 1)
    for n in range(4):  # what an import brings: much at one moment
        await world.do("customer.CreateActivity", {"kind": "note", "body": "b", **about}, occurred_at=day + 5)
        await world.do("customer.ChangeAccountDetails", {"city": f"City {n}"}, id, occurred_at=day + 5)
    await world.settle()

    async def page(limit: int, cursor: str | None = None, **more: Any) -> Entries:
        return await timeline(world.queries, world.catalogue, ACCOUNT, id, BOSS, limit=limit, cursor=cursor, **more)

    whole = await page(50)
    assert (whole.next, len(whole.items)) == (None, 10)
    for limit, moment in itertools.product((1, 3, 5), (NOW, Moment(occurred=day + 9))):
        found = await page(limit, moment=moment)
        walked = found.items
        assert found.contact == whole.items[-2]  # a call that the first page does not show
        while found.next is not None:
            note = {"kind": "note", "body": "b", **about}
            await world.do("customer.CreateActivity", note, occurred_at=day + 10)
            await world.settle()
            found = await page(limit, found.next, moment=moment)
            assert found.items
            walked = walked + found.items
        assert [_named(one) for one in walked][-10:] == [_named(one) for one in whole.items]
        assert len({_named(one) for one in walked}) == len(walked)
    for broken in ("x", "W10", base64.urlsafe_b64encode(b'["2026-01-10T00:00:00Z","change","x"]').decode()):
        with pytest.raises(Invalid) as refused:
            await page(1, broken)
        assert refused.value.errors[0].field == "cursor"


def _named(entry: dict[str, Any]) -> str:
    return str(entry["record"]["id"] if "record" in entry else entry["change"]["event_id"])


async def test_a_contact_is_one_that_took_place(world: World) -> None:
    id = await account(world)
    about = {"subject": "s", "links": [{"type": "account", "id": id}]}
    await world.do("customer.CreateActivity", {"kind": "task", **about})
    call = (await world.do("customer.CreateActivity", {"kind": "call", "due": "2026-01-10T09:00:00Z", **about})).id
    await world.settle()
    blind = replace(BUILT_IN["read_only"], hidden={"activity": frozenset({"status"})})
    asked = [BOSS, Access(TENANT, "ann", (blind,))]

    async def last(access: Access) -> tuple[bool, str | None]:
        found = await timeline(world.queries, world.catalogue, ACCOUNT, id, access, kinds={"change"})
        return found.judged, found.contact and found.contact["record"]["id"]

    assert [await last(one) for one in asked] == [(True, None), (False, None)]
    await world.do("customer.CompleteActivity", {}, call)
    await world.settle()
    assert [await last(one) for one in asked] == [(True, call), (False, None)]


async def test_a_timeline_is_within_the_readers_rights(world: World) -> None:
    id = await account(world)
    link = [{"type": "account", "id": id}]
    await world.do("customer.CreateActivity", {"kind": "note", "subject": "boss's", "links": link})
    rep = Access(TENANT, "ann", (BUILT_IN["sales_representative"],), frozenset({"boss"}))
    await world.do("customer.CreateActivity", {"kind": "note", "subject": "ann's", "links": link}, access=rep)
    await world.settle()
    found = await timeline(world.queries, world.catalogue, ACCOUNT, id, rep, kinds={"activity"})
    assert [i["record"]["subject"] for i in found.items] == ["ann's"]
    with pytest.raises(NotFound):
        await timeline(world.queries, world.catalogue, ACCOUNT, id, Access(TENANT, "eve", rep.roles))


async def test_moments_in_a_history_are_text(world: World) -> None:
    body = {"kind": "task", "subject": "t", "due": "2026-12-01T09:00:00+08:00"}
    id = (await world.do("customer.CreateActivity", body)).id
    await world.do("customer.RescheduleActivity", {"due": None, "start": "2026-12-02T00:00:00Z"}, id)
    await world.settle()
    changes = (await world.queries.history(world.aggregate("activity"), id, BOSS))[0]["changes"]
    assert changes["due"] == {"from": "2026-12-01T01:00:00.000000Z", "to": None}
    assert changes["start"] == {"from": None, "to": "2026-12-02T00:00:00.000000Z"}


async def test_words_of_activities_are_encrypted_at_rest(world: World) -> None:
    body = {"kind": "email", "subject": "Angebot", "body": "hochvertraulich", "recipients": ["ann@example.com"]}
    id = (await world.do("customer.CreateActivity", body)).id
    stored = repr(await world.store.read(TENANT, f"activity-{id}"))
    assert not [s for s in ("Angebot", "hochvertraulich", "ann@example.com") if s in stored]
    await world.settle()
    found = await world.queries.find(world.aggregate("activity"), Query(text="hochvertraulich"), BOSS)
    assert [d["id"] for d in found.items] == [id]


async def test_a_contact_is_undone_in_its_encrypted_fields(world: World) -> None:
    body = {"given_name": "Ann", "family_name": "Lee", "email": "a@example.com"}
    id = (await world.do("customer.CreateContact", body)).id
    await world.do("customer.AddContactEmail", {"email": "b@example.com", "primary": True}, id)
    await world.do("customer.UndoContactChange", {"version": 2}, id)
    await world.settle()
    assert (await world.see("contact", id))["email_keys"] == ["a@example.com"]
    assert (await world.do("customer.CreateContact", {"name": "Bob", "email": "b@example.com"})).changed
    with pytest.raises(Duplicate):
        await world.do("customer.UndoContactChange", {"version": 3}, id)
    assert "b@example.com" not in repr(await world.store.read(TENANT, CONTACT.stream(id)))
