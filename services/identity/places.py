"""Where people stand in an organisation: their teams, those above them, and what their roles reach from there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.security.permissions import Access, Level, Role
from shared.security.reach import Right, closure
from shared.views.port import Document


@dataclass(frozen=True, slots=True)
class TeamPlaces:
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
