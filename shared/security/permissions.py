"""Who may do what: role × action × own / team / team and below / all, with field masks. Deny by default.

One `Access` answers for commands and for queries, so that both can never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from shared.errors import Forbidden, Invalid, NotFound
from shared.messages import Message, say
from shared.messages.named import type_named, types_named
from shared.security.sources import Derived, has_records, overlap, with_derived, with_formulas, within
from shared.views.port import EVERYONE, Document, Scope

Action = Literal[
    "read", "create", "edit", "archive", "assign", "merge", "export", "import", "erase", "reopen", "manage"
]
ACTIONS: tuple[Action, ...] = (
    "read", "create", "edit", "archive", "assign", "merge", "export", "import", "erase", "reopen", "manage",
)  # fmt: skip


SYSTEM = "system"  # who acts where nobody does: policies and what runs by the day


class Level(IntEnum):
    """How far a right reaches. The most permissive of a user's roles wins."""

    NONE = 0
    OWN = 1
    TEAM = 2
    BELOW = 3  # the team and every team below it
    ALL = 4


Grants = Mapping[str, Mapping[str, Level]]  # resource ("*" = any) → action ("*" = any) → level
Fields = Mapping[str, frozenset[str]]  # resource ("*" = any) → field names


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of rights. hidden / read_only: resource → field names; a denial wins over every grant.

    A field name may be `custom` (all custom fields) or `custom.<name>` (one of them).
    """

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
    derived: Derived = field(default_factory=dict)  # the sources of the organisation's formulas
    key: str = ""  # the API key by which they act
    unproven: bool = False  # must have a second factor and has none: nothing is open to them but to set one up
    offered: frozenset[str] = frozenset()  # the tokens of audiences that the user belongs to (audience.py)
    # init=False: what was found for these roles must not travel into a copy with others
    _levels: dict[tuple[str, str], Level] = field(default_factory=dict, init=False, compare=False, repr=False)
    _hidden: dict[str, frozenset[str]] = field(default_factory=dict, init=False, compare=False, repr=False)
    _locked: dict[str, frozenset[str]] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def actor(self) -> str:
        """Who acts, as events say it: the user, or a key in their name."""
        return f"key-{self.key}" if self.key else self.user

    def level(self, resource: str, action: Action) -> Level:
        found = self._levels.get((resource, action))
        if found is None:
            found = max((_granted(role.grants, resource, action) for role in self.roles), default=Level.NONE)
            self._levels[resource, action] = found
        return found

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
            raise no_right(resource, action)
        return Scope(self.tenant, self.owners(level))

    def check(self, resource: str, action: Action, owner: str | None = "", reader: str | None = "") -> None:
        """Raise unless the action is allowed on a record of that owner ("" = not bound to an owner).

        reader: the owner that the right to read is checked with, if another.

        Raises:
            NotFound: the record is not even visible to the caller.
            Forbidden: visible, but the action is not granted.
        """
        if self.allows(resource, action, owner):
            return
        if owner != "" and not self.allows(resource, "read", reader or owner):
            raise NotFound()
        raise Forbidden(
            say("no right to {action} this {resource}", action=action_named(action), resource=type_named(resource)),
            resource=resource,
            action=action,
        )

    def allows(self, resource: str, action: Action, owner: str | None = "") -> bool:
        """Whether the action is granted on a record of that owner ("" = not bound to an owner)."""
        level = self.level(resource, action)
        if level is Level.NONE:
            return False
        owners = self.owners(level)
        if owner == "" or owners is None or owner in owners:
            return True
        return action == "read" and (owner == EVERYONE or owner in self.offered)

    def denied(self, resource: str) -> frozenset[str]:
        """The fields that the user's roles hide, as they name them."""
        return _denied(resource, (role.hidden for role in self.roles))

    def masks(self, resource: str) -> bool:
        """Whether any field of the record type is hidden from the user; "*": of any record type."""
        return any(any(role.hidden.values()) for role in self.roles) if resource == "*" else bool(self.hidden(resource))

    def hidden(self, resource: str) -> frozenset[str]:
        """Fields the user may not see; those that show a hidden one are among them."""
        found = self._hidden.get(resource)
        if found is None:
            found = self._hidden[resource] = self._closed(resource, self.denied(resource))
        return found

    def locked(self, resource: str) -> frozenset[str]:
        """Fields the user may not change (hidden ones included)."""
        found = self._locked.get(resource)
        if found is None:
            read_only = _denied(resource, (role.read_only for role in self.roles))
            found = self._locked[resource] = self._closed(resource, self.denied(resource) | read_only)
        return found

    def _closed(self, resource: str, denied: frozenset[str]) -> frozenset[str]:
        """With the fields that show a denied one."""
        formulas = self.derived.get(resource)
        found = with_derived(resource, denied)
        return with_formulas(found, formulas) if found and formulas else found

    def may_see(self, resource: str, path: str) -> bool:
        """Whether a field may be seen: `name`, `custom.<name>`, or a part of a nested field (`lines.0.amount`)."""
        hidden = self.hidden(resource)
        return not hidden or not within(path, hidden)

    def may_write(self, resource: str, path: str) -> bool:
        """Whether a field may be changed, at the same paths."""
        locked = self.locked(resource)
        return not locked or not within(path, locked)

    def masked(self, resource: str, document: Document) -> Document:
        """The document without what is hidden from the user (itself when nothing is)."""
        hidden = self.hidden(resource)
        if not hidden:
            return document
        shown = {name: value for name, value in document.items() if name not in hidden}
        inner = {name.removeprefix("custom.") for name in hidden if name.startswith("custom.")}
        if computed := document.get("formulas"):  # one that the rights do not know yet may show anything
            inner |= {name for name in computed if f"custom.{name}" not in self.derived.get(resource, {})}
            if "formulas" in shown:
                shown["formulas"] = {name: why for name, why in computed.items() if name not in inner}
        if inner and shown.get("custom"):
            shown["custom"] = {name: value for name, value in shown["custom"].items() if name not in inner}
        return shown

    def check_fields(self, resource: str, names: Iterable[str]) -> None:
        """Raises Invalid for the first field (custom ones as `custom.<name>`) that the user may not write."""
        for name in sorted(names):
            if not self.may_write(resource, name):
                raise Invalid.field(name, "read-only", "your role may not change this field")

    def covers(self, role: Role) -> bool:
        """Whether the user holds all that the role gives, so that they may grant it or take it away."""
        for resource, actions in role.grants.items():
            for action, level in actions.items():
                if max((_granted(own.grants, resource, action) for own in self.roles), default=Level.NONE) < level:
                    return False
        kept = [role.hidden, role.read_only]
        return _keeps(role, (own.hidden for own in self.roles), kept[:1], shown=True) and _keeps(
            role, (own.read_only for own in self.roles), kept
        )

    def may_free(self, was: Role, now: Role) -> bool:
        """Whether the user sees and may change every field that a role stops hiding or locking."""
        hidden = [role.hidden for role in self.roles]
        locked = hidden + [role.read_only for role in self.roles]
        return not (_denies(hidden, was.hidden, now.hidden) or _denies(locked, was.read_only, now.read_only))


_ACTIONS: Mapping[str, Message] = {
    "read": say("read"),
    "create": say("create"),
    "edit": say("edit"),
    "archive": say("archive"),
    "assign": say("assign"),
    "merge": say("merge"),
    "export": say("export"),
    "import": say("import"),
    "erase": say("erase"),
    "reopen": say("reopen"),
    "manage": say("manage"),
    "*": say("manage"),  # every action
}


def action_named(action: str) -> Message:
    """What people call it. action: "*" is any."""
    return _ACTIONS[action]


def no_right(resource: str, action: Action) -> Forbidden:
    """The refusal of an action on every record of a type."""
    message = say("no right to {action} {resource}", action=action_named(action), resource=types_named(resource))
    return Forbidden(message, resource=resource, action=action)


def _denies(denied: list[Fields], before: Fields, after: Fields) -> bool:
    """Whether one of the denials is about a field that is in `before` and no longer in `after`."""
    for resource, names in before.items():
        freed = names - after.get(resource, frozenset())
        maps = [f for m in denied for f in m.values()] if resource == "*" else [_denied(resource, denied)]
        if any(overlap(name, mine) for name in freed for fields in maps for mine in fields):
            return True
    return False


def _granted(grants: Grants, resource: str, action: str) -> Level:
    found = Level.NONE
    for name in (resource, "*"):
        actions = grants.get(name, {})
        found = max(found, actions.get(action, Level.NONE), actions.get("*", Level.NONE))
    return found


def _denied(resource: str, maps: Iterable[Mapping[str, frozenset[str]]]) -> frozenset[str]:
    return frozenset().union(*(m.get(resource, frozenset()) | m.get("*", frozenset()) for m in maps))


def _keeps(role: Role, denials: Iterable[Fields], kept: Iterable[Fields], *, shown: bool = False) -> bool:
    """Whether the role denies all that `denials` deny on the resources it grants. shown: also on those it shows:
    what has no records of its own may show every record type."""
    kept, granted = list(kept), set(role.grants)
    every = "*" in granted or (shown and not all(map(has_records, granted)))
    return all(
        names <= _denied(resource, kept)
        for denied in denials
        for resource, names in denied.items()
        if every or resource == "*" or resource in granted
    )


def system_access(tenant: str, actor: str = SYSTEM) -> Access:
    """The suite's own hand: policies, imports and operators act with all rights of one tenant."""
    return Access(tenant, actor, (Role("system", "系统", "System", {"*": {"*": Level.ALL}}),))


def require_user(access: Access) -> None:
    """A job runs with all rights of its user. Raises Forbidden for an API key, which has fewer."""
    if access.key:
        raise Forbidden("a job runs with all of its user's rights; sign in, an API key does not suffice")
