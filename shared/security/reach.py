"""Reach: the owners whose records a person acts on, and the one rule for every act that widens it.

For each right, a person reaches the records of some owners: their own, their teams', those of the teams and people
below them, or everybody's. An act that attaches something (people to a team, a team to a parent or a lead, a report to
a manager, a record to an owner, a role to a person) needs an actor who reaches, by the same rights, the owners that it
attaches. The rule looks at the attached owners, not at the people above the place at that moment. So a chain of such
acts gives nobody more than the actor of its last act reached, in whatever order concurrent acts commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from shared.errors import Forbidden
from shared.messages import say
from shared.security.permissions import Access, Action, Level, Role, action_named

ON_RECORDS: tuple[Action, ...] = ("read", "edit", "archive", "assign", "merge", "export", "erase", "reopen", "manage")
Right = tuple[str, str]  # resource, action; "*" = any


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
    return Forbidden(
        say("this would reach records that you may not {action}", action=action_named(action)),
        resource=resource,
        action=action,
    )
