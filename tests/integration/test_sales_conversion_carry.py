"""What a conversion carries from the lead, and fills in existing records; its undo takes that back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.security.permissions import Access, Level, Role
from tests.integration.test_sales_conversion import POLICIES, converted, qualified, staff
from tests.support.world import TENANT, World, open_world

CUSTOM = {"tier": "A", "seats": 12, "rate": "2.5", "areas": ["north"]}
FILLED = {"title": "CTO", "website": "https://acme.example", "industry": "retail", "description": "met at the fair"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, POLICIES) as opened:
        await staff(opened)
        for resource in ("lead", "contact", "account", "opportunity"):
            await define(opened, resource, "tier", "keyword", options=["A", "B"])
            await define(opened, resource, "rate", "decimal")
        await define(opened, "lead", "areas", "keywords")
        await define(opened, "contact", "areas", "keywords", options=["south"])  # does not take what the lead has
        await define(opened, "lead", "seats", "integer")
        await define(opened, "account", "seats", "decimal")  # of another kind
        await define(opened, "opportunity", "seats", "integer")
        await opened.settle()
        yield opened


async def define(world: World, resource: str, name: str, kind: str, **rest: Any) -> None:
    await world.do("customer.DefineField", {"resource": resource, "name": name, "kind": kind, **rest})


async def tagged(world: World, **details: Any) -> str:
    lead = await qualified(world, custom=CUSTOM, **details)
    await world.do("sales.TagLead", {"add": ["VIP", "fair"]}, id=lead)
    await world.settle()
    return lead


async def test_new_records_take_custom_fields_of_the_same_name_and_kind_tags_and_description(world: World) -> None:
    document = await converted(world, await tagged(world, description="met at the fair"))
    account, contact, deal = [await world.see(r, document[r]) for r in ("account", "contact", "opportunity")]
    assert account["custom"] == {"tier": "A", "rate": "2.5"}
    assert contact["custom"] == {"tier": "A", "rate": "2.5"}
    assert deal["custom"] == {"tier": "A", "rate": "2.5", "seats": 12}
    assert [r["tags"] for r in (account, contact, deal)] == [["VIP", "fair"]] * 3
    assert (contact["description"], account["description"], deal["description"]) == ("met at the fair", "", "")


async def existing(world: World, **contact: Any) -> dict[str, str]:
    account = (await world.do("customer.CreateAccount", {"name": "Acme", "industry": "steel"})).id
    person = (await world.do("customer.CreateContact", {"family_name": "Li", **contact})).id
    await world.settle()
    return {"account": account, "contact": person, "opportunity": "none"}


async def test_existing_records_take_only_what_they_lack_and_the_undo_takes_it_back(world: World) -> None:
    chosen = await existing(world, custom={"tier": "B"}, department="Board")
    before = {r: await world.see(r, chosen[r]) for r in ("account", "contact")}
    lead = await tagged(world, department="Sales", **FILLED)
    await converted(world, lead, **chosen)
    account, contact = await world.see("account", chosen["account"]), await world.see("contact", chosen["contact"])
    assert (account["industry"], account["website"]) == ("steel", "https://acme.example")
    assert account["custom"] == {"tier": "A", "rate": "2.5"}
    assert (contact["title"], contact["department"], contact["description"]) == ("CTO", "Board", "met at the fair")
    assert (contact["email"], contact["phone"]) == ("li@acme.example", "+861012345678")
    assert contact["custom"] == {"tier": "B", "rate": "2.5"}
    assert account["tags"] == contact["tags"] == ["VIP", "fair"]
    await world.do("sales.UndoConversion", id=lead)
    await world.settle()
    for resource, was in before.items():
        now = await world.see(resource, chosen[resource])
        assert {f for f in was if was[f] != now[f]} <= {"version", "updated_at", "updated_by"}


async def test_what_others_changed_since_stays_when_the_conversion_is_undone(world: World) -> None:
    chosen = await existing(world)
    lead = await tagged(world, **FILLED)
    await converted(world, lead, **chosen)
    await world.do("customer.ChangeContactDetails", {"title": "CEO"}, id=chosen["contact"])
    await world.do("sales.UndoConversion", id=lead)
    await world.settle()
    contact = await world.see("contact", chosen["contact"])
    assert (contact["title"], contact["email"], contact["tags"]) == ("CEO", "", [])


async def test_an_address_that_another_contact_has_is_left_out(world: World) -> None:
    chosen = await existing(world)
    await world.do("customer.CreateContact", {"family_name": "Han", "email": "li@acme.example"})
    await world.settle()
    document = await converted(world, await tagged(world), **chosen)
    contact = await world.see("contact", chosen["contact"])
    assert (document["conversion"]["state"], contact["email"], contact["title"]) == ("done", "", "CTO")


async def test_fields_that_the_caller_may_not_set_are_left_out(world: World) -> None:
    chosen = await existing(world)
    lead = await tagged(world, **FILLED)
    locked = {"contact": frozenset({"title", "custom.tier"})}
    role = Role("r", "", "", {"*": {"*": Level.ALL}}, {}, locked)
    await world.do("sales.ConvertLead", chosen, id=lead, access=Access(TENANT, "boss", (role,)))
    await world.settle()
    contact = await world.see("contact", chosen["contact"])
    assert (contact["title"], contact["custom"], contact["email"]) == ("", {"rate": "2.5"}, "li@acme.example")
