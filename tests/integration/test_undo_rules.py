"""Undo over real files: what the command itself is refused, its undo is refused too, with the same code."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.sales.policies import POLICIES
from shared.errors import CrmError, Forbidden, Invalid
from shared.security.permissions import Access, Level, Role
from tests.support.world import TENANT, World, open_world

STAGES = [{"key": key, "zh": key, "en": key, "probability": 10 * n, "gate": None} for n, key in enumerate("abc", 1)]


def someone(**locked: frozenset[str]) -> Access:
    """May do everything but write the locked fields, and has no role that a gate asks for."""
    return Access(TENANT, "ann", (Role("clerk", "", "", {"*": {"*": Level.ALL}}, read_only=locked),))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


async def deal(world: World) -> tuple[str, str]:
    """A deal that was moved from stage a to b, and its pipeline."""
    pipeline = (await world.do("sales.DefinePipeline", {"name": "P", "stages": STAGES})).id
    id = (await world.do("sales.OpenOpportunity", {"name": "D", "pipeline": pipeline})).id
    await world.do("sales.ChangeStage", {"stage": "b"}, id)
    return id, pipeline


async def refused(world: World, name: str, body: dict[str, Any], id: str, access: Access | None = None) -> set[str]:
    """The codes with which a command is refused."""
    with pytest.raises(CrmError) as error:
        await world.do(name, body, id, **({"access": access} if access else {}))
    extra = error.value.extra.get("code")
    return {e.code for e in error.value.errors} | ({str(extra)} if extra else set())


async def both(
    world: World, name: str, body: dict[str, Any], undo: str, version: int, id: str, **given: Any
) -> set[str]:
    """The codes of the direct command, which its undo has too; nothing is written by either."""
    aggregate, _ = world.catalogue.command(undo)
    before = await world.state(aggregate.name, id)
    direct = await refused(world, name, body, id, **given)
    assert await refused(world, undo, {"version": version}, id, **given) == direct
    assert await world.state(aggregate.name, id) == before
    return direct


async def test_a_gate_is_not_passed_by_undoing_the_move_out(world: World) -> None:
    id, pipeline = await deal(world)
    gate = {"roles": ["sales_manager"], "fields": [], "checklist": [], "back": None}
    await world.do("sales.SetGate", {"key": "a", "gate": gate}, pipeline)
    codes = await both(
        world, "sales.ChangeStage", {"stage": "a"}, "sales.UndoOpportunityChange", 2, id, access=someone()
    )
    assert codes == {"stage-role"}


async def test_a_gate_asks_for_its_fields_and_bars_the_way_back(world: World) -> None:
    id, pipeline = await deal(world)
    asks = {"roles": [], "fields": ["amount"], "checklist": [], "back": None}
    await world.do("sales.SetGate", {"key": "a", "gate": asks}, pipeline)
    move, undo = ("sales.ChangeStage", {"stage": "a"}), ("sales.UndoOpportunityChange", 2)
    assert await both(world, *move, *undo, id) == {"required-by-stage"}
    await world.do("sales.SetGate", {"key": "b", "gate": {**asks, "fields": [], "back": []}}, pipeline)
    assert await both(world, *move, *undo, id) == {"no-way-back"}


async def test_a_retired_stage_is_not_entered(world: World) -> None:
    id, pipeline = await deal(world)
    await world.settle()
    await world.do("sales.RetireStage", {"key": "a"}, pipeline)
    codes = await both(world, "sales.ChangeStage", {"stage": "a"}, "sales.UndoOpportunityChange", 2, id)
    assert codes == {"unknown-stage"}


async def test_an_undone_retirement_is_not_done_again_with_deals_in_the_stage(world: World) -> None:
    pipeline = (await world.do("sales.DefinePipeline", {"name": "P", "stages": STAGES})).id
    await world.do("sales.RetireStage", {"key": "b"}, pipeline)
    await world.do("sales.UndoPipelineChange", {"version": 2}, pipeline)
    await world.do("sales.OpenOpportunity", {"name": "D", "pipeline": pipeline, "stage": "b"})
    await world.settle()
    assert await both(world, "sales.RetireStage", {"key": "b"}, "sales.UndoPipelineChange", 3, pipeline) == {"deals"}


async def test_no_cycle_of_accounts_is_made(world: World) -> None:
    above = (await world.do("customer.CreateAccount", {"name": "A"})).id
    below = (await world.do("customer.CreateAccount", {"name": "B", "parent": above})).id
    await world.do("customer.SetParentAccount", {"parent": None}, below)
    await world.do("customer.SetParentAccount", {"parent": below}, above)
    codes = await both(world, "customer.SetParentAccount", {"parent": above}, "customer.UndoAccountChange", 2, below)
    assert codes == {"cycle"}


async def test_nothing_goes_back_to_what_was_archived(world: World) -> None:
    account = (await world.do("customer.CreateAccount", {"name": "A"})).id
    id = (await world.do("sales.OpenOpportunity", {"name": "D", "account": account})).id
    await world.do("sales.ChangeOpportunityDetails", {"account": None}, id)
    await world.do("customer.ArchiveAccount", {}, account)
    change = ("sales.ChangeOpportunityDetails", {"account": account})
    assert await both(world, *change, "sales.UndoOpportunityChange", 2, id) == {"unknown-reference"}


async def test_a_retired_custom_field_takes_no_value(world: World) -> None:
    field = (await world.do("customer.DefineField", {"resource": "account", "name": "tier", "kind": "text"})).id
    await world.settle()
    id = (await world.do("customer.CreateAccount", {"name": "A", "custom": {"tier": "x"}})).id
    await world.do("customer.ChangeAccountDetails", {"custom": {"tier": "y"}}, id)
    await world.do("customer.ArchiveFieldDefinition", {}, field)
    await world.settle()
    change = ("customer.ChangeAccountDetails", {"custom": {"tier": "x"}})
    assert await both(world, *change, "customer.UndoAccountChange", 2, id) == {"unknown-field"}


async def test_locked_fields_stay_locked(world: World) -> None:
    account = (await world.do("customer.CreateAccount", {"name": "A"})).id
    await world.do("customer.SetParentAccount", {"parent": None}, account)
    await world.do("customer.ChangeAccountType", {"type": "partner"}, account)
    await world.do("customer.ChangeAccountDetails", {"custom": {}, "city": "Ulm"}, account)
    clerk = someone(account=frozenset({"type", "city"}))
    type_ = ("customer.ChangeAccountType", {"type": "prospect"})
    city = ("customer.ChangeAccountDetails", {"city": ""})
    assert await both(world, *type_, "customer.UndoAccountChange", 2, account, access=clerk) == {"read-only"}
    assert await both(world, *city, "customer.UndoAccountChange", 3, account, access=clerk) == {"read-only"}


async def test_a_transfer_is_undone_by_who_may_assign_and_not_to_who_left(world: World) -> None:
    first = (await world.do("identity.ListUser", {"name": "Ann"})).id
    id = (await world.do("customer.CreateAccount", {"name": "A", "owner": first})).id
    await world.do("customer.TransferAccount", {"owner": None}, id)
    editor = Access(TENANT, "ann", (Role("e", "", "", {"account": {"read": Level.ALL, "edit": Level.ALL}}),))
    with pytest.raises(Forbidden):
        await world.do("customer.UndoAccountChange", {"version": 2}, id, access=editor)
    await world.do("identity.ArchiveUser", {}, first)
    change = ("customer.TransferAccount", {"owner": first})
    assert await both(world, *change, "customer.UndoAccountChange", 2, id) == {"unknown-reference"}


async def test_a_conversion_is_not_undone_while_its_account_has_other_open_deals(tmp_path: Path) -> None:
    async with open_world(tmp_path, POLICIES) as world:
        await world.do("identity.ListUser", {"name": "Boss"}, new_id="boss")
        id = (await world.do("sales.CaptureLead", {"name": "Li", "company": "Acme", "email": "li@acme.example"})).id
        await world.do("sales.StartWorking", {}, id)
        await world.do("sales.QualifyLead", {}, id)
        await world.do("sales.ConvertLead", {"opportunity": "new"}, id)
        await world.settle()
        account = (await world.state("lead", id)).account
        deal = (await world.do("sales.OpenOpportunity", {"name": "Another", "account": account})).id
        await world.settle()
        direct = await refused(world, "customer.ArchiveAccount", {}, account)
        assert await refused(world, "sales.UndoConversion", {}, id) == direct == {"open-opportunities"}
        await world.do("sales.LoseOpportunity", {"reason": "x"}, deal)
        await world.settle()
        await world.do("sales.UndoConversion", {}, id)
        await world.settle()
        assert (await world.state("account", account)).archived


async def test_an_unmerge_writes_no_field_that_is_locked_and_makes_no_cycle(world: World) -> None:
    ids = [(await world.do("customer.CreateAccount", {"name": name, "city": name})).id for name in ("S", "O", "P", "C")]
    survivor, other, high, child = ids
    await world.do("customer.SetParentAccount", {"parent": high}, other)
    await world.do("customer.SetParentAccount", {"parent": other}, child)
    merge = {"absorb": [other], "choices": {"city": other}}
    await world.do("customer.MergeAccounts", merge, survivor)
    await world.settle()
    body = {"release": [other]}
    with pytest.raises(Invalid) as locked:
        await world.do("customer.UnmergeAccounts", body, survivor, access=someone(account=frozenset({"city"})))
    assert [e.code for e in locked.value.errors] == ["read-only"]
    await world.do("customer.SetParentAccount", {"parent": child}, high)  # O → P → C → O once O stands by itself
    with pytest.raises(Invalid) as cycle:
        await world.do("customer.UnmergeAccounts", body, survivor)
    assert [(e.field, e.code) for e in cycle.value.errors] == [("release", "cycle")]
    await world.do("customer.SetParentAccount", {"parent": None}, high)
    await world.do("customer.UnmergeAccounts", body, survivor)
    await world.settle()
    assert (await world.state("account", other)).merged_into is None


async def test_what_a_gate_asks_for_goes_with_the_move_or_not_at_all_and_comes_back_as_one(world: World) -> None:
    id, pipeline = await deal(world)
    gate = {"roles": [], "fields": ["amount", "close_date", "next_step", "owner"], "checklist": [], "back": None}
    await world.do("sales.SetGate", {"key": "c", "gate": gate}, pipeline)
    before = await world.state("opportunity", id)
    filled = {"amount": "12", "currency": "EUR", "close_date": "2027-03-01", "next_step": "call"}
    for wrong, code in (
        ({**filled, "next_step": ""}, "required-by-stage"),
        ({**filled, "amount": "0.001"}, "amount"),
        ({**filled, "account": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11"}, "unknown-reference"),
    ):
        assert code in await refused(world, "sales.ChangeStage", {"stage": "c", **wrong}, id)
    locked = someone(opportunity=frozenset({"amount"}))
    assert await refused(world, "sales.ChangeStage", {"stage": "c", **filled}, id, locked) == {"read-only"}
    keeps = Access(TENANT, "ann", (Role("clerk", "", "", {"opportunity": {"read": Level.ALL, "edit": Level.ALL}}),))
    with pytest.raises(Forbidden):  # who may edit may not give away
        await world.do("sales.ChangeStage", {"stage": "c", "owner": None}, id, access=keeps)
    assert await world.state("opportunity", id) == before
    moved = await world.do("sales.ChangeStage", {"stage": "c", **filled}, id)
    after = await world.state("opportunity", id)
    assert (after.stage, after.amount, after.currency, after.close_date) == ("c", "12.00", "EUR", "2027-03-01")
    undo = {"version": moved.version, "first": before.version + 1}
    await world.do("sales.UndoOpportunityChange", undo, id)
    back = await world.state("opportunity", id)
    for name in ("stage", "probability", "amount", "currency", "close_date", "next_step", "owner", "stage_since"):
        assert getattr(back, name) == getattr(before, name), name
    priced = someone(opportunity=frozenset({"currency"}))  # an amount alone names no currency
    await world.do(
        "sales.ChangeStage",
        {"stage": "c", "amount": "7", "close_date": "2027-03-01", "next_step": "call"},
        id,
        access=priced,
    )
    assert (await world.state("opportunity", id)).amount == "7.00"
