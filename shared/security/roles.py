"""Rights that services grant to the built-in roles, the ones every organisation starts with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from shared.security.permissions import Action, Level, Role

EVERY_ROLE = "*"  # every built-in role that has no grant of its own
WORK: tuple[Action, ...] = ("read", "create", "edit", "archive", "assign", "merge", "export", "import", "reopen")

DefaultGrants = Mapping[str, Mapping[Action, Level]]  # id of a built-in role, or EVERY_ROLE → action → level


def grant(level: Level, *actions: Action) -> dict[Action, Level]:
    """The same level for each of the actions."""
    return dict.fromkeys(actions, level)


SEEN_BY_ALL: DefaultGrants = {EVERY_ROLE: grant(Level.ALL, "read")}


@dataclass(frozen=True, slots=True)
class Resource:
    """What rights are granted on and has no records of its own. It may show the values of every record type.

    title: what people call it, in English, zh-CN and zh-TW.
    """

    name: str
    title: tuple[str, str, str]
    grants: DefaultGrants = field(default_factory=dict)


def with_grants(roles: Iterable[Role], granted: Iterable[tuple[str, DefaultGrants]]) -> dict[str, Role]:
    """The roles by id, with what services grant them. granted: pairs of a resource and who may do what with it.

    A role that may do everything (resource "*") is left as it is. Raises ValueError for a grant to a role that is
    not there.
    """
    made: dict[str, tuple[Role, dict[str, dict[str, Level]]]] = {r.id: (r, {}) for r in roles}
    for resource, grants in granted:
        if unknown := grants.keys() - made.keys() - {EVERY_ROLE}:
            raise ValueError(f"{resource} is granted to {sorted(unknown)[0]!r}, which is no built-in role")
        for id, (role, rights) in made.items():
            actions = grants.get(id, {} if "*" in role.grants else grants.get(EVERY_ROLE, {}))
            if actions:
                rights[resource] = {str(action): level for action, level in actions.items()}
    return {id: replace(role, grants={**role.grants, **rights}) for id, (role, rights) in made.items()}
