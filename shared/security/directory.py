"""Who is who: resolves a user's Access from the identity views (`users`, `teams`, `roles`), one snapshot per tenant.

A snapshot is dropped when an identity event is projected, or after five seconds where another process projects.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.clock import Clock, Micros
from shared.events.envelope import Recorded
from shared.security.permissions import Access, Level, Role
from shared.security.roles import BUILT_IN
from shared.views.port import MAX_PAGE, Document, Query, Scope, Views

MAX_AGE: Micros = 5_000_000
CATEGORIES = frozenset({"user", "team", "role"})


@dataclass(slots=True)
class _Snapshot:
    taken: Micros
    users: dict[str, Document]
    teams: dict[str, Document]
    roles: dict[str, Role]
    members: dict[str, set[str]]
    children: dict[str, list[str]]
    resolved: dict[str, Access] = field(default_factory=dict)


class Directory:
    def __init__(self, views: Views, clock: Clock) -> None:
        self._views, self._clock = views, clock
        self._snapshots: dict[str, _Snapshot] = {}
        self._lock = asyncio.Lock()

    def on_events(self, recorded: Sequence[Recorded]) -> None:
        """A projector listener: forget the tenants whose identity changed."""
        for one in recorded:
            if one.category in CATEGORIES:
                self._snapshots.pop(one.tenant, None)

    async def access(self, tenant: str, user: str) -> Access | None:
        """An active user's rights now; None for anyone else."""
        snapshot = await self._snapshot(tenant)
        if user not in snapshot.resolved:
            document = snapshot.users.get(user)
            if document is None or document["status"] != "active":
                return None
            snapshot.resolved[user] = _resolve(tenant, document, snapshot)
        return snapshot.resolved[user]

    async def role(self, tenant: str, id: str) -> Role | None:
        return (await self._snapshot(tenant)).roles.get(id)

    async def _snapshot(self, tenant: str) -> _Snapshot:
        found = self._snapshots.get(tenant)
        if found is None or self._clock.now() - found.taken > MAX_AGE:
            async with self._lock:
                found = self._snapshots[tenant] = await self._take(tenant)
        return found

    async def _take(self, tenant: str) -> _Snapshot:
        taken = self._clock.now()
        users, teams = await self._all("users", tenant), await self._all("teams", tenant)
        roles = {**BUILT_IN, **{id: role_of(d) for id, d in (await self._all("roles", tenant)).items()}}
        members: dict[str, set[str]] = {}
        children: dict[str, list[str]] = {}
        for user in users.values():
            for team in user["teams"]:
                members.setdefault(team, set()).add(user["id"])
        for team in teams.values():
            if team["parent"]:
                children.setdefault(team["parent"], []).append(team["id"])
        return _Snapshot(taken, users, teams, roles, members, children)

    async def _all(self, collection: str, tenant: str) -> dict[str, Document]:
        found: dict[str, Document] = {}
        cursor = None
        while True:
            page = await self._views.find(collection, Query(limit=MAX_PAGE, cursor=cursor), Scope(tenant))
            found.update((d["id"], d) for d in page.items)
            if (cursor := page.next) is None:
                return found


def role_of(document: Mapping[str, object]) -> Role:
    """A role of the organisation's own, from its document."""
    grants: dict[str, dict[str, int]] = document["grants"]  # type: ignore[assignment]
    hidden: dict[str, list[str]] = document["hidden"]  # type: ignore[assignment]
    read_only: dict[str, list[str]] = document["read_only"]  # type: ignore[assignment]
    return Role(
        str(document["id"]),
        str(document["zh"]),
        str(document["en"]),
        {resource: {action: Level(n) for action, n in actions.items()} for resource, actions in grants.items()},
        {resource: frozenset(names) for resource, names in hidden.items()},
        {resource: frozenset(names) for resource, names in read_only.items()},
    )


def _resolve(tenant: str, user: Document, snapshot: _Snapshot) -> Access:
    roles = tuple(snapshot.roles[r] for r in user["roles"] if r in snapshot.roles)
    return Access(
        tenant,
        user["id"],
        roles,
        _users_of(user["teams"], snapshot),
        _users_of(_with_descendants(user["teams"], snapshot), snapshot),
        user["name"],
        user["epoch"],
    )


def _users_of(teams: Iterable[str], snapshot: _Snapshot) -> frozenset[str]:
    return frozenset().union(*(snapshot.members.get(t, set()) for t in teams))


def _with_descendants(teams: Iterable[str], snapshot: _Snapshot) -> set[str]:
    seen: set[str] = set()
    queue = list(teams)
    while queue:
        team = queue.pop()
        if team not in seen:
            seen.add(team)
            queue += snapshot.children.get(team, [])
    return seen
