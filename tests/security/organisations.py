"""Random organisations and the acts by which somebody might widen what people reach: for `test_reach.py`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

from services.identity.directory import UserDirectory
from shared.errors import CrmError
from shared.kernel.bus import Call, Done
from shared.security.permissions import Access, system_access
from shared.security.reach import ON_RECORDS
from tests.support.world import World, joined

LEVELS = ("none", "own", "team", "below", "all")
GOVERNS = {name: {"*": "all"} for name in ("team", "user", "role")}
Reached = frozenset[tuple[str, str]]  # record, action


@dataclass
class Organisation:
    """A tenant of its own in a world. records: account → its first owner."""

    world: World
    random: Random
    tenant: str = field(default_factory=lambda: str(uuid4()))
    users: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    actor: str = ""
    taken_over: set[str] = field(default_factory=set)
    carried_out: list[str] = field(default_factory=list)

    @classmethod
    async def make(cls, world: World, random: Random, *, assigns: bool) -> Organisation:
        """Teams in a tree with leads, people with managers, each of them with records, and one who governs them all."""
        made = cls(world, random)
        made.roles = [await made.role(None) for _ in range(3)]
        for n in range(5):
            made.users.append(await made.person([random.choice(made.roles)], random.sample(made.users, min(n, 1))))
        made.actor = await made.person([await made.role(assigns)], [])
        made.users.append(made.actor)
        for n in range(4):
            parent = random.choice([None, *made.teams])
            body = {"name": f"Team {n}", "leads": made.some(made.users, 1), "parent": parent}
            made.teams.append((await made.do("identity.CreateTeam", body)).id)
        for user in made.users:
            await made.do("identity.MoveToTeams", {"teams": made.some(made.teams, 2)}, user)
            body = {"name": f"Account of {user}", "owner": user}
            made.records.append((await made.do("customer.CreateAccount", body)).id)
        for record in made.records:  # for undo
            await made.do("customer.TransferAccount", {"owner": random.choice(made.users)}, record)
        for team in made.teams:
            await made.do("identity.ChangeTeamDetails", {"leads": made.some(made.users, 2)}, team)
        await world.settle()
        return made

    async def do(self, name: str, body: dict[str, Any], id: str | None = None, access: Access | None = None) -> Done:
        return await self.world.bus.send(name, body, Call(access or system_access(self.tenant), id))

    async def role(self, governs: bool | None) -> str:
        """Rights over accounts at random levels. governs: and over people; None = only the first, True = may assign."""
        levels = {action: self.random.choice(LEVELS) for action in ("read", "edit", "archive", "export")}
        resource = "account"
        if governs:
            levels["assign"] = levels["read"] = self.random.choice(LEVELS[1:])
            resource = self.random.choice(("account", "*"))
        body = {"zh": "x", "en": "x", "grants": {resource: levels, **(GOVERNS if governs is not None else {})}}
        if self.random.random() < 0.4:
            body["hidden"] = {"account": ["tax_id"]}
        return (await self.do("identity.DefineRole", body)).id

    async def person(self, roles: list[str], managers: list[str], access: Access | None = None, **more: Any) -> str:
        body = {"name": "P", "email": f"{uuid4()}@acme.example", "roles": roles, **more}
        if managers:
            body["manager"] = managers[0]
        return await joined(self.world.bus, system_access(self.tenant), body, access)

    def some(self, of: list[str], most: int) -> list[str]:
        return self.random.sample(of, min(len(of), self.random.randint(0, most)))

    async def access(self, user: str) -> Access | None:
        return await UserDirectory(self.world.views, self.world.catalogue.roles).access(self.tenant, user)

    async def reach(self) -> dict[str, tuple[Reached, frozenset[str]]]:
        """Everybody's (record, right) pairs, and the fields of accounts that they see (of two)."""
        owners = {id: (await self.world.repository.load(self.world.aggregate("account"), self.tenant, id)).owner
                  for id in self.records}  # fmt: skip
        found = {}
        for user in self.users:
            access = await self.access(user)
            if access is None:
                found[user] = (frozenset[tuple[str, str]](), frozenset[str]())
                continue
            pairs = {(r, a) for r, o in owners.items() for a in ON_RECORDS if access.allows("account", a, o)}
            found[user] = (frozenset(pairs), frozenset({"name", "tax_id"} - access.hidden("account")))
        return found

    # --- acts ---------------------------------------------------------------------------------------------------------

    async def act(self) -> None:
        """One random act of the actor's, with the rights they have then; most are refused."""
        kind, access = self.random.choice(ACTS), await self.access(self.actor)
        if access is None:
            return
        try:
            await kind(self, access)
            self.carried_out.append(kind.__name__)
        except CrmError:
            pass

    async def at_once(self) -> None:
        """Two acts decided on the same state of the views."""
        await asyncio.gather(self.act(), self.act())
        await self.world.settle()


Act = Callable[[Organisation, Access], Any]


def _anyone(o: Organisation) -> str:
    return o.random.choice([o.actor, *o.users])


async def lead(o: Organisation, access: Access) -> None:
    leads = list({_anyone(o), *o.some(o.users, 1)})
    await o.do("identity.ChangeTeamDetails", {"leads": leads}, o.random.choice(o.teams), access)


async def found_team(o: Organisation, access: Access) -> None:
    body = {"name": "New", "leads": [_anyone(o)], "parent": o.random.choice([None, *o.teams])}
    o.teams.append((await o.do("identity.CreateTeam", body, access=access)).id)


async def place(o: Organisation, access: Access) -> None:
    parent = o.random.choice([None, *o.teams])
    await o.do("identity.SetParentTeam", {"parent": parent}, o.random.choice(o.teams), access)


async def archive_team(o: Organisation, access: Access) -> None:
    await o.do("identity.ArchiveTeam", {}, o.random.choice(o.teams), access)


async def restore_team(o: Organisation, access: Access) -> None:
    await o.do("identity.RestoreTeam", {}, o.random.choice(o.teams), access)


async def undo_team(o: Organisation, access: Access) -> None:
    await o.do("identity.UndoTeamChange", {"version": o.random.randint(2, 3)}, o.random.choice(o.teams), access)


async def move(o: Organisation, access: Access) -> None:
    await o.do("identity.MoveToTeams", {"teams": o.some(o.teams, 3)}, _anyone(o), access)


async def manage(o: Organisation, access: Access) -> None:
    await o.do("identity.SetManager", {"manager": o.random.choice([None, o.actor, *o.users])}, _anyone(o), access)


async def assign_roles(o: Organisation, access: Access) -> None:
    await o.do("identity.AssignRoles", {"roles": o.some(o.roles, 2)}, _anyone(o), access)


async def define_role(o: Organisation, access: Access) -> None:
    body = {"zh": "y", "en": "y", "grants": {"account": {"read": o.random.choice(LEVELS)}}}
    o.roles.append((await o.do("identity.DefineRole", body, access=access)).id)


async def change_role(o: Organisation, access: Access) -> None:
    grants = {"account": {o.random.choice(("read", "edit")): o.random.choice(LEVELS)}}
    own = (access.roles[0].id,) if access.roles else ()
    body = o.random.choice([{"grants": grants}, {"hidden": {}}])
    await o.do("identity.ChangeRole", body, o.random.choice([*o.roles, *own]), access)


async def archive_role(o: Organisation, access: Access) -> None:
    await o.do("identity.ArchiveRole", {}, o.random.choice(o.roles), access)


async def restore_role(o: Organisation, access: Access) -> None:
    await o.do("identity.RestoreRole", {}, o.random.choice(o.roles), access)


async def suspend(o: Organisation, access: Access) -> None:
    await o.do("identity.SuspendUser", {}, _anyone(o), access)


async def reactivate(o: Organisation, access: Access) -> None:
    await o.do("identity.ReactivateUser", {}, _anyone(o), access)


async def invite(o: Organisation, access: Access) -> None:
    """They join at once and are the actor's second self."""
    more = {"teams": o.some(o.teams, 1)}
    o.users.append(await o.person(o.some(o.roles, 1), o.some(o.users, 1), access, **more))


async def pass_a_link(o: Organisation, access: Access) -> None:
    """The holder of a user's link may sign in as that user."""
    user = _anyone(o)
    await o.do("identity.IssueInvitation", {"token_hash": "x"}, user, access)
    o.taken_over.add(user)


async def rename_sign_in(o: Organisation, access: Access) -> None:
    user = _anyone(o)
    await o.do("identity.ChangeEmail", {"email": f"{uuid4()}@acme.example"}, user, access)
    o.taken_over.add(user)


async def hand_over(o: Organisation, access: Access) -> None:
    await o.do("identity.HandOverUser", {"to": _anyone(o)}, o.random.choice(o.users), access)


async def transfer(o: Organisation, access: Access) -> None:
    await o.do("customer.TransferAccount", {"owner": _anyone(o)}, o.random.choice(o.records), access)


async def undo_transfer(o: Organisation, access: Access) -> None:
    await o.do("customer.UndoAccountChange", {"version": 2}, o.random.choice(o.records), access)


ACTS: tuple[Act, ...] = (
    lead, found_team, place, archive_team, restore_team, undo_team, move, manage, assign_roles, define_role,
    change_role, archive_role, restore_role, suspend, reactivate, invite, pass_a_link, rename_sign_in, hand_over,
    transfer, undo_transfer,
)  # fmt: skip
