"""Who may convert a lead, and take it back: a caller who may do each of its steps by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.customer.policies import POLICIES as CUSTOMER_POLICIES
from services.sales.policies import POLICIES as SALES_POLICIES
from shared.errors import CrmError, Forbidden, Invalid
from shared.security.permissions import Access, Level, Role
from tests.support.roles import BUILT_IN
from tests.support.world import TENANT, World, open_world

OWN = {name: {"*": Level.OWN} for name in ("account", "contact", "opportunity", "lead")} | {
    "pipeline": {"read": Level.ALL}
}
ALL_NEW = {"opportunity": "new", "amount": "4800", "currency": "CNY"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, (*SALES_POLICIES, *CUSTOMER_POLICIES)) as opened:
        for user in ("boss", "ann"):
            await opened.do("identity.ListUser", {"name": user}, new_id=user)
        await opened.settle()
        yield opened


def ann(role: Role) -> Access:
    return Access(TENANT, "ann", (role,), below=frozenset({"ann"}))


def holding(grants: dict[str, dict[str, Level]], **read_only: set[str]) -> Access:
    return ann(Role("r", "", "", grants, read_only={k: frozenset(v) for k, v in read_only.items()}))


ANN = holding(OWN)


async def qualified(world: World, access: Access, **details: Any) -> str:
    lead = {"name": "李雷", "company": "Acme", "email": "li@acme.example", "website": "acme.example"}
    id = (await world.do("sales.CaptureLead", {**lead, **details}, access=access)).id
    await world.do("sales.StartWorking", id=id, access=access)
    await world.do("sales.QualifyLead", id=id, access=access)
    return id


async def refusal(world: World, name: str, body: dict[str, Any], id: str | None, access: Access) -> tuple[Any, ...]:
    """What refuses a command: its type, code and fields."""
    with pytest.raises(CrmError) as refused:
        await world.do(name, body, id=id, access=access)
    error = refused.value
    fields = [(e.field, e.code) for e in getattr(error, "errors", ())]
    return type(error), error.extra.get("code"), error.extra.get("resource"), fields


async def nothing_began(world: World, lead: str) -> bool:
    await world.settle()
    return (await world.types("lead", lead))[-1] == "LeadQualified"


# --- records that are there -------------------------------------------------------------------------------------------


async def test_what_marketing_may_not_do_by_hand_it_may_not_do_by_converting(world: World) -> None:
    marketing = ann(BUILT_IN["marketing"])
    account = (await world.do("customer.CreateAccount", {"name": "Victim AG"})).id
    contact = (await world.do("customer.CreateContact", {"family_name": "Tim"})).id
    deal = (await world.do("sales.OpenOpportunity", {"name": "Big", "account": account})).id
    await world.settle()
    lead = await qualified(world, marketing)
    for choices, command, body, id in (
        ({"account": "none", "contact": contact, "opportunity": deal}, "sales.SetContactRole",
         {"contact": contact, "role": "evaluator"}, deal),
        ({"account": account, "contact": contact}, "customer.LinkToAccount", {"account": account}, contact),
        ({"account": "none", "contact": "new"}, "customer.CreateContact", {"name": "x"}, None),
    ):  # fmt: skip
        direct = await refusal(world, command, body, id, marketing)
        assert direct[0] is Forbidden
        assert await refusal(world, "sales.ConvertLead", choices, lead, marketing) == direct
    assert await nothing_began(world, lead)
    assert (await world.see("opportunity", deal))["contact_roles"] == []
    assert (await world.see("contact", contact))["account_ids"] == []
    await world.do("sales.ConvertLead", {"account": account, "contact": "none"}, id=lead, access=marketing)
    await world.settle()
    assert (await world.see("lead", lead))["status"] == "converted"


async def test_a_colleagues_deal_that_one_may_only_see_is_left_alone(world: World) -> None:
    deal = (await world.do("sales.OpenOpportunity", {"name": "Big"})).id
    await world.settle()
    seeing = holding({**OWN, "opportunity": {"*": Level.OWN, "read": Level.ALL}})
    lead = await qualified(world, seeing)
    with pytest.raises(Forbidden):
        await world.do("sales.ConvertLead", {"opportunity": deal}, id=lead, access=seeing)
    assert await nothing_began(world, lead)


# --- records that come into being -------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["sales_representative", "sales_manager", "administrator"])
async def test_who_sells_converts_and_takes_it_back(world: World, role: str) -> None:
    seller = ann(BUILT_IN[role])
    lead = await qualified(world, seller)
    await world.do("sales.ConvertLead", ALL_NEW, id=lead, access=seller)
    await world.settle()
    document = await world.see("lead", lead)
    assert document["conversion"]["state"] == "done"
    assert (await world.see("opportunity", document["opportunity"]))["owner"] == "ann"
    await world.do("sales.UndoConversion", id=lead, access=seller)
    await world.settle()
    assert (await world.see("opportunity", document["opportunity"]))["archived"]


@pytest.mark.parametrize(
    ("resource", "field", "named"),
    [
        ("opportunity", "amount", "amount"),
        ("opportunity", "contact_roles", "contact_roles"),
        ("contact", "email", "email"),
        ("account", "website", "website"),
    ],
)
async def test_a_locked_field_is_not_written(world: World, resource: str, field: str, named: str) -> None:
    bound = holding(OWN, **{resource: {field}})
    lead = await qualified(world, bound)
    refused = await refusal(world, "sales.ConvertLead", ALL_NEW, lead, bound)
    assert (refused[0], refused[3]) == (Invalid, [(named, "read-only")])
    assert await nothing_began(world, lead)


async def test_a_locked_owner_or_account_that_is_not_chosen_hinders_nobody(world: World) -> None:
    locks = {"account": {"owner"}, "contact": {"owner", "account"}, "opportunity": {"owner", "account"}}
    bound = holding(OWN, **locks)
    lead = await qualified(world, bound)
    await world.do("sales.ConvertLead", {**ALL_NEW, "account": "none"}, id=lead, access=bound)
    await world.settle()
    assert (await world.see("lead", lead))["conversion"]["state"] == "done"


@pytest.mark.parametrize("lacking", ["account", "contact", "opportunity"])
async def test_each_kind_needs_the_right_to_create_it(world: World, lacking: str) -> None:
    less = holding({**OWN, lacking: {"read": Level.ALL, "edit": Level.ALL}})
    lead = await qualified(world, less)
    refused = await refusal(world, "sales.ConvertLead", ALL_NEW, lead, less)
    assert (refused[0], refused[2]) == (Forbidden, lacking)
    assert await nothing_began(world, lead)


async def test_for_a_colleague_only_with_the_right_to_assign(world: World) -> None:
    lead = await qualified(world, ANN)
    others = {name: {"read": Level.ALL, "create": Level.ALL, "edit": Level.ALL} for name in OWN}
    other = Access(TENANT, "bob", (Role("r", "", "", others),))
    refused = await refusal(world, "sales.ConvertLead", ALL_NEW, lead, other)
    assert (refused[0], refused[3]) == (Invalid, [("owner", "forbidden-owner")])
    assert await nothing_began(world, lead)


async def test_a_gate_before_the_first_stage_asks_the_caller(world: World) -> None:
    stage = {"key": "a", "zh": "a", "en": "a", "probability": 10, "gate": {"roles": ["administrator"]}}
    gated = (await world.do("sales.DefinePipeline", {"name": "P", "stages": [stage]})).id
    await world.settle()
    lead = await qualified(world, ANN)
    refused = await refusal(world, "sales.ConvertLead", {**ALL_NEW, "pipeline": gated}, lead, ANN)
    assert refused[:2] == (Forbidden, "stage-role")
    assert await nothing_began(world, lead)


# --- taking it back ---------------------------------------------------------------------------------------------------


async def test_taking_it_back_ends_no_link_that_one_may_not_end(world: World) -> None:
    contact = (await world.do("customer.CreateContact", {"family_name": "Tim"}, access=ANN)).id
    await world.settle()
    lead = await qualified(world, ANN)
    await world.do("sales.ConvertLead", {"contact": contact}, id=lead, access=ANN)
    await world.settle()
    locked = holding(OWN, contact={"account"})
    unlink = {"account": (await world.see("lead", lead))["account"]}
    direct = await refusal(world, "customer.EndAccountLink", unlink, contact, locked)
    assert await refusal(world, "sales.UndoConversion", {}, lead, locked) == direct
    await world.settle()
    assert (await world.see("lead", lead))["status"] == "converted"
    await world.do("sales.UndoConversion", id=lead, access=ANN)
    await world.settle()
    assert (await world.see("contact", contact))["account_ids"] == []
