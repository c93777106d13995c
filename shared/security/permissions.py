"""Who may do what: role × action × own / team / team and below / all, with field masks. Deny by default.

One `Access` answers for commands and for queries, so that both can never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from shared.errors import Forbidden, Invalid, NotFound
from shared.views.port import Scope

Action = Literal[
    "read", "create", "edit", "archive", "assign", "merge", "export", "import", "erase", "reopen", "manage"
]
ACTIONS: tuple[Action, ...] = (
    "read", "create", "edit", "archive", "assign", "merge", "export", "import", "erase", "reopen", "manage",
)  # fmt: skip


class Level(IntEnum):
    """How far a right reaches. The most permissive of a user's roles wins."""

    NONE = 0
    OWN = 1
    TEAM = 2
    BELOW = 3  # the team and every team below it
    ALL = 4


Grants = Mapping[str, Mapping[str, Level]]  # resource ("*" = any) → action ("*" = any) → level


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of rights. hidden / read_only: resource → field names; a denial wins over every grant."""

    id: str
    zh: str
    en: str
    grants: Grants
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)
    read_only: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Access:
    """All that one user may do now: roles merged, teams resolved to the users in them."""

    tenant: str
    user: str
    roles: tuple[Role, ...] = ()
    team: frozenset[str] = frozenset()  # users who share a team with this one (itself included)
    below: frozenset[str] = frozenset()  # users of those teams and of all teams below
    name: str = ""
    epoch: int = 0

    def level(self, resource: str, action: Action) -> Level:
        return max((_granted(role.grants, resource, action) for role in self.roles), default=Level.NONE)

    def owners(self, level: Level) -> frozenset[str] | None:
        """The owners a level reaches; None = everyone."""
        match level:
            case Level.ALL:
                return None
            case Level.BELOW:
                return self.below | {self.user}
            case Level.TEAM:
                return self.team | {self.user}
            case Level.OWN:
                return frozenset({self.user})
        return frozenset()

    def scope(self, resource: str, action: Action = "read") -> Scope:
        """What of a resource is visible for an action. Raises Forbidden when nothing can ever be."""
        level = self.level(resource, action)
        if level is Level.NONE:
            raise Forbidden(f"no right to {action} {resource}", resource=resource, action=action)
        return Scope(self.tenant, self.owners(level))

    def check(self, resource: str, action: Action, owner: str | None = "") -> None:
        """Raise unless the action is allowed on a record of that owner ("" = not bound to an owner).

        Raises:
            NotFound: the record is not even visible to the caller.
            Forbidden: visible, but the action is not granted.
        """
        if self._reaches(resource, action, owner):
            return
        if owner != "" and not self._reaches(resource, "read", owner):
            raise NotFound()
        raise Forbidden(f"no right to {action} this {resource}", resource=resource, action=action)

    def _reaches(self, resource: str, action: Action, owner: str | None) -> bool:
        level = self.level(resource, action)
        if level is Level.NONE:
            return False
        owners = self.owners(level)
        return owner == "" or owners is None or owner in owners

    def hidden(self, resource: str) -> frozenset[str]:
        """Fields the user may not see."""
        return _denied(resource, (role.hidden for role in self.roles))

    def locked(self, resource: str) -> frozenset[str]:
        """Fields the user may not change (hidden ones included)."""
        return self.hidden(resource) | _denied(resource, (role.read_only for role in self.roles))

    def check_fields(self, resource: str, names: Iterable[str]) -> None:
        """Raises Invalid for the first field the user may not write."""
        for name in sorted(self.locked(resource).intersection(names)):
            raise Invalid.field(name, "read-only", "your role may not change this field")


def _granted(grants: Grants, resource: str, action: str) -> Level:
    found = Level.NONE
    for name in (resource, "*"):
        actions = grants.get(name, {})
        found = max(found, actions.get(action, Level.NONE), actions.get("*", Level.NONE))
    return found


def _denied(resource: str, maps: Iterable[Mapping[str, frozenset[str]]]) -> frozenset[str]:
    return frozenset().union(*(m.get(resource, frozenset()) | m.get("*", frozenset()) for m in maps))


def system_access(tenant: str, actor: str = "system") -> Access:
    """The suite's own hand: policies, imports and operators act with all rights of one tenant."""
    return Access(tenant, actor, (Role("system", "系统", "System", {"*": {"*": Level.ALL}}),))
