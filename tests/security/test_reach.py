"""Nobody gives themselves or others more than they reach: by teams, leads, managers, roles, links, owners or undo."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from services.customer.policies import POLICIES as CUSTOMER
from services.identity.directory import UserDirectory
from services.identity.policies import POLICIES as IDENTITY
from shared.errors import Forbidden, NotFound
from shared.security.permissions import Access
from tests.security.organisations import ACTS, Organisation, Reached
from tests.support.world import BOSS, TENANT, World, joined, open_world

PROVE = bool(os.environ.get("CRM_PROVE"))
ORGANISATIONS = 400 if PROVE else 40
ROUNDS = 12  # pairs of acts in each


@pytest.mark.timeout(1800 if PROVE else 300)
async def test_no_act_of_one_who_governs_widens_anybodys_reach_beyond_their_own(tmp_path: Path) -> None:
    """Random organisations, random acts, two at a time, by somebody who may govern teams, users and roles."""
    carried_out: Counter[str] = Counter()
    async with open_world(tmp_path, (*CUSTOMER, *IDENTITY)) as world:
        for seed in range(ORGANISATIONS):
            assigns = seed % 2 == 1
            organisation = await Organisation.make(world, Random(seed), assigns=assigns)
            before = await organisation.reach()
            for step in range(ROUNDS):
                await organisation.at_once()
                wrong = await beyond(organisation, before, assigns)
                assert not wrong, (seed, step, organisation.carried_out, wrong)
            carried_out.update(organisation.carried_out)
    never = {act.__name__ for act in ACTS} - carried_out.keys()
    assert not never, (never, carried_out)


Before = dict[str, tuple[Reached, frozenset[str]]]


async def beyond(organisation: Organisation, before: Before, assigns: bool) -> list[object]:
    """The users who reach what neither they nor the actor reached before, each with what it is.

    Where records are assigned, what the new owner may do with one is up to that person's roles: then for others, seeing
    alone counts.
    """
    mine, seen = before[organisation.actor]
    wrong: list[object] = []
    for user, (reached, fields) in (await organisation.reach()).items():
        is_self = user in {organisation.actor, *organisation.taken_over} or user not in before
        had, saw = (frozenset[tuple[str, str]](), frozenset[str]()) if is_self else before[user]
        gained = reached - had - mine
        if assigns and not is_self:
            gained = frozenset(pair for pair in gained if pair[1] == "read")
        wrong += [(user, *pair) for pair in gained]
        if reached and (shown := fields - saw - seen):
            wrong.append((user, "sees", sorted(shown)))
    return wrong


# --- the ways one by one ----------------------------------------------------------------------------------------------

GOVERNOR = {name: {"*": "all"} for name in ("team", "user", "role")}
SELLER = {"account": {"read": "below", "edit": "below", "assign": "below"}}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, (*CUSTOMER, *IDENTITY)) as opened:
        yield opened


async def person(world: World, grants: dict[str, Any], **more: Any) -> str:
    role = await world.make("identity.DefineRole", zh="r", en="r", grants=grants, **more.pop("denied", {}))
    body = {"name": "P", "email": f"{role}@acme.example", "roles": [role], **more}
    id = await joined(world.bus, BOSS, body)
    await world.settle()
    return id


async def rights(world: World, user: str) -> Access:
    found = await UserDirectory(world.views, world.catalogue.roles).access(TENANT, user)
    assert found is not None
    return found


async def refused(world: World, actor: str, name: str, body: dict[str, Any], id: str | None) -> bool:
    """Whether the act is refused for want of rights; anything else but success fails the test."""
    try:
        await world.do(name, body, id, await rights(world, actor))
    except (Forbidden, NotFound):
        return True
    await world.settle()
    return False


async def test_who_governs_teams_and_users_cannot_climb_to_the_administrators_records(world: World) -> None:
    boss = await person(world, {"*": {"*": "all"}})
    clerk = await person(world, GOVERNOR | SELLER)
    top = (await world.do("identity.CreateTeam", {"name": "Top", "leads": [boss]})).id
    await world.do("identity.MoveToTeams", {"teams": [top]}, boss)
    await world.do("identity.ChangeTeamDetails", {"leads": [clerk]}, top)
    await world.do("identity.ChangeTeamDetails", {"leads": []}, top)
    record = (await world.do("customer.CreateAccount", {"name": "Secret", "owner": boss})).id
    await world.settle()
    mine = (
        await world.do("identity.CreateTeam", {"name": "Mine", "leads": [clerk]}, None, await rights(world, clerk))
    ).id
    await world.settle()
    for name, body, id in (
        ("identity.ChangeTeamDetails", {"leads": [clerk]}, top),
        ("identity.UndoTeamChange", {"version": 3}, top),
        ("identity.SetParentTeam", {"parent": mine}, top),
        ("identity.MoveToTeams", {"teams": [top]}, clerk),
        ("identity.MoveToTeams", {"teams": [top, mine]}, boss),
        ("identity.SetManager", {"manager": clerk}, boss),
        ("identity.HandOverUser", {"to": clerk}, boss),
        ("identity.IssueInvitation", {"token_hash": "x"}, boss),
        ("identity.ChangeEmail", {"email": "mine@acme.example"}, boss),
        ("customer.TransferAccount", {"owner": clerk}, record),
        ("identity.InviteUser", {"name": "X", "email": "x@acme.example", "teams": [top]}, None),
        ("identity.ListUser", {"name": "X", "teams": [top]}, None),
    ):
        assert await refused(world, clerk, name, body, id), name
    assert not (await rights(world, clerk)).allows("account", "read", boss)


async def test_who_reaches_the_people_of_a_team_may_arrange_them(world: World) -> None:
    """The control: the same acts within the actor's own reach."""
    clerk, lead = await person(world, GOVERNOR), await person(world, GOVERNOR | {"*": {"*": "below"}})
    seller = await person(world, {"account": {"read": "own"}}, manager=lead)
    team = (
        await world.do("identity.CreateTeam", {"name": "Team", "leads": [lead]}, None, await rights(world, lead))
    ).id
    await world.settle()
    for name, body, id in (
        ("identity.MoveToTeams", {"teams": [team]}, seller),
        ("identity.ChangeTeamDetails", {"leads": [lead, clerk]}, team),
        ("identity.SetManager", {"manager": clerk}, seller),
        ("identity.AssignRoles", {"roles": []}, seller),
    ):
        assert not await refused(world, lead, name, body, id), name


async def test_a_role_reaches_no_further_at_its_bearers_place_than_its_giver_does(world: World) -> None:
    clerk = await person(world, GOVERNOR | SELLER)
    team = (await world.do("identity.CreateTeam", {"name": "Team"})).id
    lead, member = await person(world, {}), await person(world, {}, teams=[team])
    await world.do("identity.ChangeTeamDetails", {"leads": [lead]}, team)
    role = (await world.do("identity.DefineRole", {"zh": "s", "en": "s", "grants": SELLER})).id
    dormant = (await world.do("identity.DefineRole", {"zh": "d", "en": "d", "grants": {}})).id
    await world.do("identity.AssignRoles", {"roles": [dormant]}, lead)
    await world.settle()
    assert await refused(world, clerk, "identity.AssignRoles", {"roles": [role]}, lead)
    assert await refused(world, clerk, "identity.ChangeRole", {"grants": SELLER}, dormant)
    await world.do("identity.ChangeRole", {"grants": SELLER}, dormant)
    await world.do("identity.ArchiveRole", {}, dormant)
    await world.settle()
    assert await refused(world, clerk, "identity.RestoreRole", {}, dormant)
    assert not (await rights(world, lead)).allows("account", "read", member)


async def test_nobody_takes_a_mask_off_that_they_bear_themselves(world: World) -> None:
    masked = {"hidden": {"account": ["tax_id"]}, "read_only": {"account": ["website"]}}
    clerk = await person(world, GOVERNOR | {"account": {"read": "all", "edit": "all"}}, denied=masked)
    mask = (await world.do("identity.DefineRole", {"zh": "m", "en": "m", **masked})).id
    await world.settle()
    for body in ({"hidden": {}}, {"read_only": {}}):
        assert await refused(world, clerk, "identity.ChangeRole", body, mask)
    assert await refused(world, clerk, "identity.ArchiveRole", {}, mask)
    boss = await person(world, {"*": {"*": "all"}})
    assert not await refused(world, boss, "identity.ArchiveRole", {}, mask)
