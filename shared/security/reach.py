"""Reach: the owners whose records a person acts on, and the one rule for every act that widens it.

For each right, a person reaches the records of some owners: their own, their teams', those of the teams and people
below them, or everybody's. An act that attaches something (people to a team, a team to a parent or a lead, a report to
a manager, a record to an owner, a role to a person) needs an actor who reaches, by the same rights, the owners that it
attaches. The rule looks at the attached owners, not at the people above the place at that moment. So a chain of such
acts gives nobody more than the actor of its last act reached, in whatever order concurrent acts commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.errors import Forbidden
from shared.security.permissions import Access, Action, Level, Role
from shared.views.port import Document

ON_RECORDS: tuple[Action, ...] = ("read", "edit", "archive", "assign", "merge", "export", "erase", "reopen", "manage")
Right = tuple[str, str]  # resource, action; "*" = any


@dataclass(frozen=True, slots=True)
class Places:
    """Users, teams and roles of one organisation. teams: archived ones too; roles: those that give rights."""

    users: Mapping[str, Document]
    teams: Mapping[str, Document]
    roles: Mapping[str, Role]

    def under(self, *teams: str) -> frozenset[str]:
        """The users in the teams and in all live teams below them; the given teams count as live."""
        children: dict[str, list[str]] = {}
        for id, team in self.teams.items():
            if not team["archived"] and team["parent"] is not None:
                children.setdefault(team["parent"], []).append(id)
        reached = closure(teams, children)
        return frozenset(id for id, user in self.users.items() if not reached.isdisjoint(user["teams"]))

    def line(self, user: str) -> frozenset[str]:
        """The user and all who report to them, directly or through others."""
        reports: dict[str, list[str]] = {}
        for id, one in self.users.items():
            if one["manager"]:
                reports.setdefault(one["manager"], []).append(id)
        return frozenset(closure([user], reports))

    def access(self, tenant: str, user: str, roles: Iterable[Role]) -> Access:
        """The reach that a user would have with these roles, at the place where they stand now."""
        live = {id for id, team in self.teams.items() if not team["archived"]}
        own = live.intersection(self.users[user]["teams"]) if user in self.users else set()
        led = [id for id in live if user in self.teams[id]["leads"]]
        mates = frozenset(id for id, one in self.users.items() if not own.isdisjoint(one["teams"]))
        return Access(tenant, user, tuple(roles), mates | {user}, self.under(*own, *led) | self.line(user))

    def shared_rights(self) -> set[Right]:
        """The rights that some role gives over the records of team mates or of people below."""
        return {
            (resource, action)
            for role in self.roles.values()
            for resource, actions in role.grants.items()
            for action, level in actions.items()
            if level in (Level.TEAM, Level.BELOW)
        }


def closure(start: Iterable[str], edges: Mapping[str, Sequence[str]]) -> set[str]:
    """All that can be reached, the start included; cycles are harmless."""
    seen: set[str] = set()
    queue = list(start)
    while queue:
        one = queue.pop()
        if one not in seen:
            seen.add(one)
            queue += edges.get(one, ())
    return seen


def reaches_all(access: Access) -> bool:
    """Whether the caller reaches everything, as administrators and the suite itself do."""
    return access.level("*", "*") is Level.ALL  # type: ignore[arg-type]


def require_owners(access: Access, rights: Iterable[Right], owners: frozenset[str]) -> None:
    """Raises Forbidden unless the caller reaches the records of all these owners by each of the rights."""
    for resource, action in sorted(rights):
        if owners and not _within(access, resource, action, owners):
            raise _too_far(resource, action)


def require_reach_of(access: Access, other: Access, unowned: frozenset[str]) -> None:
    """Raises Forbidden unless the caller reaches all that the other reaches. unowned: resources without owners."""
    for role in other.roles:
        for resource, actions in role.grants.items():
            for action, level in actions.items():
                owned = resource not in unowned and level is not Level.NONE
                if owned and not _within(access, resource, action, other.owners(level)):
                    raise _too_far(resource, action)


def widened(was: Role, now: Role) -> set[Right]:
    """The rights that a role gives further than before."""
    return {
        (resource, action)
        for resource, actions in now.grants.items()
        for action, level in actions.items()
        if level > was.grants.get(resource, {}).get(action, Level.NONE)
    }


def require_everyone(access: Access, rights: Iterable[Right], unowned: frozenset[str]) -> None:
    """Raises Forbidden unless each of the rights reaches everybody's records. unowned: resources without owners."""
    for resource, action in sorted(rights):
        if resource not in unowned and not _within(access, resource, action, None):
            raise _too_far(resource, action)


def require_transfer(access: Access, resource: str, before: str | None, after: str | None) -> None:
    """Raises unless the caller may give a record of one owner to another: they assign and see it now, and gain
    nothing on it themselves. The roles of the new owner decide what they may do with it.
    """
    if reaches_all(access):
        return
    access.check(resource, "assign", before)
    access.check(resource, "read", before)
    for action in ON_RECORDS:
        if access.allows(resource, action, after) and not access.allows(resource, action, before):
            raise _too_far(resource, action)


def _within(access: Access, resource: str, action: str, owners: frozenset[str] | None) -> bool:
    mine = access.owners(access.level(resource, action))  # type: ignore[arg-type]
    return mine is None or (owners is not None and owners <= mine)


def _too_far(resource: str, action: str) -> Forbidden:
    return Forbidden(f"this would reach records that you may not {action}", resource=resource, action=action)
