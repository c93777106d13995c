"""What a change of a role, a team or a user would mean, before it is made: who gains what, and who loses what.

The documents that rights follow from are taken as they are now, and once more with the change; both are decided by the
code that decides live.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.errors import Forbidden
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.kernel.queries import scope_of
from shared.kernel.seen import seen
from shared.security.permissions import ACTIONS, Access, Action, Level
from shared.views.port import Document, Query, Scope

MOST = 100  # people who are named
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

    async def of(self, category: str, id: str, wanted: Mapping[str, Any]) -> list[PersonChanged]:
        """Everybody for whom something changes when the record has other values, by name. Who is invited counts as if
        they had joined."""
        tenant, directory = self._access.tenant, self._kernel.directory
        now = dict(await directory.documents(tenant))
        now["user"] = {user: _joined(document) for user, document in now["user"].items()}
        changed = {**now[category], id: {**now[category][id], **wanted}}
        before, after = directory.standing(now), directory.standing({**now, category: changed})
        found = []
        for user in now["user"]:
            old, new = (one.access(tenant, user) or Access(tenant, user) for one in (before, after))
            person = self._compared(old, new)
            if person.gaining or person.losing:
                found.append((person, old, new))
        names = await self._names([person.id for person, _, _ in found])
        for person, _, _ in found:
            person.name = names.get(person.id, "")
        found.sort(key=lambda one: (one[0].name, one[0].id))
        for person, old, new in found[:MOST]:
            person.records = [one async for one in self._records(old, new)]
        return [person for person, _, _ in found]

    async def _names(self, ids: list[str]) -> dict[str, str]:
        users = await seen(self._kernel, self._kernel.catalogue["user"], ids, self._access)
        return {id: str(document.get("name") or "") for id, document in users.items()}

    def _compared(self, old: Access, new: Access) -> PersonChanged:
        person = PersonChanged(old.user, old.name or new.name)
        if old == new:
            return person
        for resource in self._resources():
            for action in ACTIONS:
                self._compare_right(person, resource, action, (old, new))
        person.fields = [one for one in map(_fields(old, new), self._kernel.catalogue) if one is not None]
        return person

    def _compare_right(self, person: PersonChanged, resource: str, action: Action, both: tuple[Access, Access]) -> None:
        before, after = (self._reach(one, resource, action) for one in both)
        right = RightChanged(resource, action, *(one.level(resource, action) for one in both))
        if not _within(after, before):
            person.gains.append(right)
        if not _within(before, after):
            person.losses.append(right)

    def _reach(self, access: Access, resource: str, action: Action) -> Owners:
        """The owners whose records a right reaches. Where records have no owners, it reaches all or none."""
        level, catalogue = access.level(resource, action), self._kernel.catalogue
        if level is not Level.NONE and (resource not in catalogue or catalogue[resource].collection.owner is None):
            return None
        return access.owners(level)

    def _resources(self) -> Iterable[str]:
        return [*(one.name for one in self._kernel.catalogue), *sorted(self._kernel.catalogue.resources)]

    async def _records(self, old: Access, new: Access) -> Any:
        for aggregate in self._kernel.catalogue:
            whole = self._access.level(aggregate.name, "read") is Level.ALL
            if not whole or aggregate.own_only or aggregate.belongs_to is not None:
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
