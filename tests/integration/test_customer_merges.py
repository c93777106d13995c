"""Merge and un-merge over real files: finding through the survivor, giving back, races, kills at each step."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from services.customer.account import ACCOUNT
from services.customer.account_tree import MERGES
from services.customer.api.merges import merges_of
from shared.errors import Conflict, Forbidden, Invalid, Rejected
from shared.kernel.timeline import timeline
from shared.kernel.uniqueness import Duplicate
from shared.security.permissions import Access, Level, Role
from shared.views.port import Condition, Query
from tests.support.world import BOSS, TENANT, World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


async def account(world: World, name: str, **fields: Any) -> str:
    body = {"name": name, "allow_duplicate": True, **fields}
    return (await world.do("customer.CreateAccount", body, reason="test")).id


async def contact(world: World, **fields: Any) -> str:
    body = {"allow_duplicate": True, **fields}
    return (await world.do("customer.CreateContact", body, reason="test")).id


async def test_children_are_found_through_the_survivor_and_go_back_with_their_own(world: World) -> None:
    survivor, other = await account(world, "Acme"), await account(world, "ACME Inc", tax_id="7", city="Bonn")
    person = await contact(world, name="Ann Lee", account=other)
    note = await world.do(
        "customer.CreateActivity", {"kind": "note", "subject": "n", "links": [{"type": "account", "id": other}]}
    )
    await world.do("customer.MergeAccounts", {"absorb": [other], "choices": {"tax_id": other, "city": other}}, survivor)
    await world.settle()

    merged = await world.see("account", survivor)
    assert (merged["tax_id"], merged["city"], merged["absorbed"]) == ("7", "Bonn", [other])
    gone = await world.see("account", other)
    assert (gone["merged_into"], gone["archived"], gone["tax_id"]) == (survivor, True, "7")
    mine = Query(where=(Condition("account", "eq", survivor),))
    found = await world.queries.find(world.aggregate("contact"), mine, BOSS)
    assert [d["id"] for d in found.items] == [person]
    entries = await timeline(world.queries, world.catalogue, ACCOUNT, survivor, BOSS, kinds={"note"})
    assert [e["record"]["id"] for e in entries.items] == [note.id]

    await world.do("customer.ChangeAccountDetails", {"city": "Ulm"}, survivor)
    await world.settle()
    preview = await merges_of(_platform(world), ACCOUNT, MERGES, survivor, BOSS)
    assert [(f.field, f.clash) for f in preview[0].fields] == [("city", True), ("tax_id", False)]
    await world.do("customer.UnmergeAccounts", {"release": [other]}, survivor)
    await world.settle()

    alone, back = await world.see("account", survivor), await world.see("account", other)
    assert (alone["tax_id"], alone["city"], alone["absorbed"]) == ("", "Ulm", [])
    assert (back["merged_into"], back["archived"], back["tax_id"]) == (None, False, "7")
    events = await world.repository.events(ACCOUNT, TENANT, survivor)
    assert events[-1].event.kept == ["city"]
    assert not (await world.queries.find(world.aggregate("contact"), mine, BOSS)).items
    with pytest.raises(Duplicate):
        await world.do("customer.ChangeAccountDetails", {"tax_id": "7"}, survivor)


def _platform(world: World) -> Any:
    return world  # merges_of asks for the repository alone


async def test_a_chain_of_merges_is_found_through_its_end_and_comes_apart_again(world: World) -> None:
    a, b, c = [await account(world, n) for n in "abc"]
    await world.do("customer.MergeAccounts", {"absorb": [b]}, a)
    await world.settle()
    await world.do("customer.MergeAccounts", {"absorb": [a]}, c)
    await world.settle()
    assert (await world.see("account", c))["absorbed"] == [a, b]
    assert (await world.see("account", b))["merged_into"] == a
    with pytest.raises(Invalid):
        await world.do("customer.UnmergeAccounts", {"release": [b]}, c)
    await world.do("customer.UnmergeAccounts", {"release": [a]}, c)
    await world.settle()
    assert (await world.see("account", c))["absorbed"] == []
    assert (await world.see("account", a))["absorbed"] == [b]


async def test_a_value_that_another_took_meanwhile_goes_back_only_with_a_reason(world: World) -> None:
    survivor, other = await account(world, "Acme", tax_id="1"), await account(world, "ACME", tax_id="2")
    await world.do("customer.MergeAccounts", {"absorb": [other], "choices": {"tax_id": other}}, survivor)
    await world.settle()
    await account(world, "Third", tax_id="1")
    unmerge, body = "customer.UnmergeAccounts", {"release": [other]}
    with pytest.raises(Duplicate):
        await world.do(unmerge, body, survivor)
    await world.do(unmerge, {**body, "allow_duplicate": True}, survivor, reason="theirs first")
    await world.settle()
    assert [(await world.state("account", id)).tax_id for id in (survivor, other)] == ["1", "2"]


async def test_what_cannot_be_merged_is_refused(world: World) -> None:
    a, b, c = [await account(world, n) for n in "abc"]
    merge = "customer.MergeAccounts"
    for body, code in (
        ({"absorb": [a]}, "itself"),
        ({"absorb": ["nobody"]}, "unknown-reference"),
        ({"absorb": [b], "choices": {"colour": b}}, "unknown-field"),
        ({"absorb": [b], "choices": {"owner": b}}, "unknown-field"),
        ({"absorb": [b], "choices": {"city": c}}, "unknown-reference"),
    ):
        with pytest.raises(Invalid) as refused:
            await world.do(merge, body, a)
        assert refused.value.errors[0].code == code
    await world.do(merge, {"absorb": [b]}, a)
    await world.settle()
    for body, target in (({"absorb": [b]}, c), ({"absorb": [c]}, b)):
        with pytest.raises(Rejected):
            await world.do(merge, body, target)
    with pytest.raises(Rejected):
        await world.do("customer.RestoreAccount", {}, b)
    assert not (await world.do(merge, {"absorb": [b]}, a)).changed


async def test_all_of_them_must_be_ours_to_merge(world: World) -> None:
    own = Role("own", "", "", {"account": {"*": Level.OWN, "read": Level.ALL}, "user": {"read": Level.ALL}})
    ann = Access(TENANT, "ann", (own,))
    mine = (await world.do("customer.CreateAccount", {"name": "Mine"}, access=ann)).id
    others = await account(world, "Others")
    with pytest.raises(Forbidden):
        await world.do("customer.MergeAccounts", {"absorb": [others]}, mine, ann)
    blind = Access(TENANT, "ann", (Role("blind", "", "", {"account": {"*": Level.OWN}}),))
    with pytest.raises(Invalid):
        await world.do("customer.MergeAccounts", {"absorb": [others]}, mine, blind)


async def test_a_merged_hierarchy_has_no_cycle(world: World) -> None:
    top = await account(world, "top")
    middle = await account(world, "middle", parent=top)
    low = await account(world, "low", parent=middle)
    with pytest.raises(Invalid) as refused:
        await world.do("customer.MergeAccounts", {"absorb": [top]}, low)
    assert refused.value.errors[0].code == "cycle"
    await world.do("customer.MergeAccounts", {"absorb": [middle]}, low)
    await world.settle()
    assert (await world.state("account", low)).parent == top
    with pytest.raises(Invalid):
        await world.do("customer.SetParentAccount", {"parent": low}, top)


async def test_two_that_absorb_each_other_end_as_one(world: World) -> None:
    a, b = await account(world, "a"), await account(world, "b")
    await world.do("customer.MergeAccounts", {"absorb": [b]}, a)
    with pytest.raises(Rejected):
        await world.do("customer.MergeAccounts", {"absorb": [a]}, b)  # before the first one's other half
    await world.settle()
    first, second = await world.state("account", a), await world.state("account", b)
    assert (first.merged_into, first.absorbed, first.archived) == (None, [b], False)
    assert (second.merged_into, second.absorbed, second.archived) == (a, [], True)


async def test_one_that_went_elsewhere_meanwhile_is_let_go(world: World) -> None:
    a, b, c = await account(world, "a"), await account(world, "b"), await account(world, "c", city="Bonn")
    await world.do("customer.MergeAccounts", {"absorb": [c], "choices": {"city": c}}, a)
    await world.do("customer.MergeAccounts", {"absorb": [c], "choices": {"city": c}}, b)
    await world.settle()
    first, second, third = [await world.state("account", id) for id in (a, b, c)]
    assert (first.absorbed, second.absorbed, third.merged_into) == ([c], [], a)
    assert (first.city, second.city) == ("Bonn", "")


async def test_contacts_bring_their_ways_to_be_reached(world: World) -> None:
    acme, other = await account(world, "Acme"), await account(world, "Other")
    ann = await contact(world, given_name="Ann", family_name="Lee", email="ann@acme.com", account=acme)
    twin = await contact(
        world, name="A. Lee", email="lee@other.com", phone="+4912345678", account=other, do_not_call=True
    )
    await world.do("customer.MergeContacts", {"absorb": [twin], "choices": {"given_name": ann}}, ann)
    await world.settle()
    merged = await world.see("contact", ann)
    assert merged["email_keys"] == ["ann@acme.com", "lee@other.com"]
    assert (merged["email"], merged["phone"], merged["do_not_call"]) == ("ann@acme.com", "+4912345678", True)
    assert merged["account_ids"] == [acme, other]
    await world.do("customer.UnmergeContacts", {"release": [twin]}, ann)
    await world.settle()
    back = await world.see("contact", ann)
    assert (back["email_keys"], back["phone"], back["account_ids"]) == (["ann@acme.com"], "", [acme])
    assert not (await world.see("contact", twin))["archived"]


async def test_a_step_that_loses_every_race_is_tried_again(world: World) -> None:
    survivor, other = await account(world, "a"), await account(world, "b")
    await world.do("customer.MergeAccounts", {"absorb": [other]}, survivor)
    real, busy = world.store.append, iter([True] * 5)

    async def append(tenant: str, stream: str, expected: int, *rest: Any) -> Any:
        late = stream.endswith(other) and next(busy, False)
        return await real(tenant, stream, expected - 1 if late else expected, *rest)

    cast(Any, world.store).append = append
    with pytest.raises(Conflict):
        await world.settle()
    await world.settle()
    assert (await world.state("account", other)).merged_into == survivor


class Killed(BaseException):
    """The process dies here."""


def dying(world: World, step: int) -> None:
    """The process dies right after its `step`-th append from now, before anyone hears of it."""
    real, appends = world.store.append, iter(range(100))

    async def append(*args: Any) -> Any:
        result = await real(*args)
        if next(appends) == step:
            raise Killed
        return result

    cast(Any, world.store).append = append


@pytest.mark.parametrize("step", range(3))
@pytest.mark.parametrize("phase", ["merge", "unmerge"])
async def test_killed_at_any_step_it_is_finished_once(tmp_path: Path, phase: str, step: int) -> None:
    async with open_world(tmp_path) as world:
        survivor = await account(world, "survivor")
        others = [await account(world, f"other {n}", tax_id=str(n)) for n in range(3)]
        await world.do("customer.MergeAccounts", {"absorb": others, "choices": {"tax_id": others[2]}}, survivor)
        if phase == "unmerge":
            await world.settle()
            await world.do("customer.UnmergeAccounts", {"release": [others[0], others[2]]}, survivor)
        dying(world, step)
        with pytest.raises(Killed):
            await world.settle()
    async with open_world(tmp_path) as world:
        await world.settle()
        gone = others if phase == "merge" else [others[1]]
        states = [await world.state("account", id) for id in others]
        assert [s.merged_into for s in states] == [survivor if id in gone else None for id in others]
        assert [s.archived for s in states] == [id in gone for id in others]
        kept = await world.state("account", survivor)
        assert (kept.absorbed, kept.tax_id) == (gone, "2" if phase == "merge" else "")
        for id in others:
            expected = ["AccountCreated", "AccountAbsorbed", *(["AccountReleased"] if id not in gone else [])]
            assert await world.types("account", id) == expected
