"""What a change of a role, a team or a user would mean, before it is made: who gains what, and who loses what.

The documents that rights follow from are taken as they are now, and once more with the change; both are decided by the
code that decides live.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.errors import Forbidden
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.kernel.queries import scope_of
from shared.kernel.seen import seen
from shared.security.directory import Documents
from shared.security.permissions import ACTIONS, Access, Action, Level
from shared.views.port import Document, Query, Scope

MOST = 100  # people who are named
MOST_COUNTED = 20  # those of them whose records are counted
Owners = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class RightChanged:
    """How far a right reaches now and then. With the same level, the people whom it reaches are others."""

    resource: str
    action: Action
    before: Level
    after: Level


@dataclass(frozen=True, slots=True)
class FieldsChanged:
    """Fields of a record type: shown and hidden, opened for changes and locked."""

    resource: str
    shown: list[str]
    hidden: list[str]
    opened: list[str]
    locked: list[str]


@dataclass(frozen=True, slots=True)
class RecordsChanged:
    """How many records of a type the person reads now and then."""

    resource: str
    before: int
    after: int


@dataclass(slots=True)
class PersonChanged:
    id: str
    name: str
    gains: list[RightChanged] = field(default_factory=list)
    losses: list[RightChanged] = field(default_factory=list)
    fields: list[FieldsChanged] = field(default_factory=list)
    records: list[RecordsChanged] = field(default_factory=list)

    @property
    def gaining(self) -> bool:
        return bool(self.gains or any(f.shown or f.opened for f in self.fields))

    @property
    def losing(self) -> bool:
        return bool(self.losses or any(f.hidden or f.locked for f in self.fields))


class Preview:
    """For one caller: of record types that they do not read whole, no numbers are shown."""

    def __init__(self, kernel: Kernel, access: Access) -> None:
        self._kernel, self._access = kernel, access
        self._counted: dict[tuple[str, Owners], int] = {}
        resources, catalogue = kernel.catalogue.resources, kernel.catalogue
        self._resources = [(one.name, one.collection.owner is not None) for one in catalogue]
        self._resources += [(name, False) for name in sorted(resources)]

    async def of(self, category: str, id: str, wanted: Mapping[str, Any]) -> list[PersonChanged]:
        """Everybody for whom something changes when the record has other values, by name. Who is invited counts as if
        they had joined."""
        tenant, directory = self._access.tenant, self._kernel.directory
        now = dict(await directory.documents(tenant))
        now["user"] = {user: _joined(document) for user, document in now["user"].items()}
        changed = {**now[category], id: {**now[category][id], **wanted}}
        found = await asyncio.to_thread(self._all_compared, now, {**now, category: changed})
        names = await self._names([person.id for person, _, _ in found])
        for person, _, _ in found:
            person.id, person.name = (person.id, names[person.id]) if person.id in names else ("", "")
        found.sort(key=lambda one: (one[0].id == "", one[0].name, one[0].id))
        for person, old, new in found[:MOST_COUNTED]:
            person.records = [one async for one in self._records(person, old, new)]
        return [person for person, _, _ in found]

    def _all_compared(self, now: Documents, then: Documents) -> list[tuple[PersonChanged, Access, Access]]:
        """In a thread: of many people it takes seconds."""
        tenant, directory = self._access.tenant, self._kernel.directory
        before, after = directory.standing(now), directory.standing(then)
        found = []
        for user in now["user"]:
            old, new = (one.access(tenant, user) or Access(tenant, user) for one in (before, after))
            person = self._compared(old, new)
            if person.gaining or person.losing:
                found.append((person, old, new))
        return found

    async def _names(self, ids: list[str]) -> dict[str, str]:
        users = await seen(self._kernel, self._kernel.catalogue["user"], ids, self._access)
        return {id: str(document.get("name") or "") for id, document in users.items()}

    def _compared(self, old: Access, new: Access) -> PersonChanged:
        person = PersonChanged(old.user, old.name or new.name)
        if old == new:
            return person
        reach = _Reach(old, new)
        for resource, owned in self._resources:
            for action in ACTIONS:
                right = RightChanged(resource, action, *(one.level(resource, action) for one in (old, new)))
                gains, loses = reach.moved(right.before, right.after, owned)
                person.gains += [right] * gains
                person.losses += [right] * loses
        person.fields = [one for one in map(_fields(old, new), self._kernel.catalogue) if one is not None]
        return person

    async def _records(self, person: PersonChanged, old: Access, new: Access) -> AsyncIterator[RecordsChanged]:
        moved = {one.resource for one in (*person.gains, *person.losses) if one.action == "read"}
        for aggregate in self._kernel.catalogue:
            whole = self._access.level(aggregate.name, "read") is Level.ALL
            if aggregate.name not in moved or not whole or aggregate.own_only or aggregate.belongs_to is not None:
                continue
            before, after = await self._count(aggregate, old), await self._count(aggregate, new)
            if before != after:
                yield RecordsChanged(aggregate.name, before, after)

    async def _count(self, aggregate: AnyAggregate, access: Access) -> int:
        try:
            scope: Scope = scope_of(aggregate, access)
        except Forbidden:
            return 0
        key = (aggregate.name, scope.owners)
        if key not in self._counted:
            self._counted[key] = await self._kernel.views.count(aggregate.collection.name, Query(), scope)
        return self._counted[key]


def _joined(user: Document) -> Document:
    return {**user, "status": "active"} if user["status"] == "invited" else user


class _Reach:
    """The owners whose records one person's rights reach, before and after: found once for each level."""

    def __init__(self, old: Access, new: Access) -> None:
        self._both = old, new
        self._moved: dict[tuple[Level, Level], tuple[bool, bool]] = {}

    def moved(self, before: Level, after: Level, owned: bool) -> tuple[bool, bool]:
        """Whether a right reaches more, and whether it reaches less. Where records have no owners, all or none."""
        if not owned:
            had, has = before is not Level.NONE, after is not Level.NONE
            return has and not had, had and not has
        key = before, after
        if key not in self._moved:
            was, will = (one.owners(level) for one, level in zip(self._both, key, strict=True))
            self._moved[key] = not _within(will, was), not _within(was, will)
        return self._moved[key]


def _within(inner: Owners, outer: Owners) -> bool:
    return outer is None or (inner is not None and inner <= outer)


def _fields(old: Access, new: Access) -> Any:
    def compared(aggregate: AnyAggregate) -> FieldsChanged | None:
        name = aggregate.name
        if Level.NONE in (old.level(name, "read"), new.level(name, "read")):
            return None  # of what they do not see at all, no field is gained or lost
        hidden, locked = (old.hidden(name), new.hidden(name)), (old.locked(name), new.locked(name))
        if hidden[0] == hidden[1] and locked[0] == locked[1]:
            return None
        parts = (hidden[0] - hidden[1], hidden[1] - hidden[0], locked[0] - locked[1], locked[1] - locked[0])
        return FieldsChanged(name, *(sorted(part) for part in parts))

    return compared
