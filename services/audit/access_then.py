"""Whether somebody could see or edit a record at a past moment, and what gave them that.

Record, people, teams, roles and shares are folded up to where the log was at that moment. What follows from them is
decided by the code that decides live: nothing here judges by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from shared.clock import Micros
from shared.errors import Invalid, NotFound
from shared.events.envelope import Stored
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.kernel.record_rights import rights_of
from shared.security.directory import Standing
from shared.security.permissions import Access, Action, Level, Role
from shared.views.port import Document

By = Literal["everybody", "own", "team", "below", "share", "record"]


@dataclass(frozen=True, slots=True)
class Reason:
    """role: what gives the right. by: how it reaches the record. teams: those that user and owner shared then."""

    role: Role
    level: Level
    by: By
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Then:
    """A record and a person at a moment. standing: everybody's rights then. document: None = it was not there yet.

    access: the person's rights; None = they could not sign in.
    """

    aggregate: AnyAggregate
    id: str
    standing: Standing
    document: Document | None
    reader: str | None
    access: Access | None

    def allowed(self, action: Action) -> bool:
        """Whether the person could do it."""
        if self.access is None or self.document is None:
            return False
        if self.aggregate.own_only:
            return bool(self.document["owner"] == self.access.user)
        return self.access.allows(self.aggregate.name, action, self._owner(action))

    def reasons(self, action: Action) -> list[Reason]:
        """Each role that alone would have given the right, and how."""
        if not self.allowed(action):
            return []
        assert self.access is not None
        found = []
        for role in self.access.roles:
            alone = replace(self, access=replace(self.access, roles=(role,)))
            if alone.allowed(action):
                level = replace(self.access, roles=(role,)).level(self.aggregate.name, action)
                found.append(Reason(role, level, *self._by(level, self._owner(action))))
        return found

    def commands(self) -> dict[str, bool]:
        """Which commands the person could have sent, by rights and by the record's state."""
        if not self.allowed("read"):
            return {}
        assert self.access is not None
        assert self.document is not None
        found: dict[str, bool] = rights_of(self.aggregate, self.document, self.access)["commands"]
        return found

    def _owner(self, action: Action) -> str | None:
        if action == "read":
            return self.reader
        assert self.document is not None
        owner: str | None = self.document.get("owner") if self.aggregate.collection.owner is not None else ""
        return owner

    def _by(self, level: Level, owner: str | None) -> tuple[By, tuple[str, ...]]:
        access = self.access
        assert access is not None
        if owner == "":
            return "everybody", ()
        if owner == access.user:
            return "own", ()
        if level >= Level.TEAM and owner in access.team:
            return "team", self._shared_teams(access.user, owner)
        if level >= Level.BELOW and owner in access.below:
            return "below", ()
        return ("everybody", ()) if level is Level.ALL else ("share", ())

    def _shared_teams(self, user: str, owner: str | None) -> tuple[str, ...]:
        """The names of the live teams that both were in."""
        people, teams = self.standing.documents["user"], self.standing.documents["team"]
        both = set(people[user]["teams"]) & set(people.get(owner or "", {}).get("teams", ()))
        return tuple(sorted(teams[id]["name"] for id in both if id in teams and not teams[id]["archived"]))


async def access_then(kernel: Kernel, tenant: str, record: tuple[AnyAggregate, str], user: str, at: Micros) -> Then:
    """Raises NotFound: there never was this record or user. Invalid: the rights on it are those of another record."""
    aggregate, id = record
    if aggregate.belongs_to is not None:
        raise Invalid.field("record", "belongs-to", "ask about the record that this one belongs to")
    position = await kernel.store.position_at(at)
    standing = await standing_at(kernel, tenant, position)
    if user not in standing.documents["user"] and not await kernel.store.read(tenant, f"user-{user}", up_to=1):
        raise NotFound("there is no user with this id")
    document, reader = await _record_at(kernel, tenant, aggregate, id, position)
    access = standing.access(tenant, user)
    return Then(aggregate, id, standing, document, reader, access)


async def standing_at(kernel: Kernel, tenant: str, position: int) -> Standing:
    """Everybody's rights as they followed from the log up to a position."""
    documents: dict[str, dict[str, Document]] = {}
    for category in kernel.directory.made_of:
        aggregate, found = kernel.catalogue[category], documents.setdefault(category, {})
        async for events in kernel.store.streams(category, up_to=position, tenant=tenant):
            found[events[0].id] = await _folded(kernel, aggregate, events)
    return kernel.directory.standing(documents)


async def _record_at(
    kernel: Kernel, tenant: str, aggregate: AnyAggregate, id: str, position: int
) -> tuple[Document | None, str | None]:
    """The record, and the owner that the right to read is checked with. Raises NotFound for one that never was."""
    history = await kernel.store.read(tenant, aggregate.stream(id))
    if not history:
        raise NotFound()
    events = [one for one in history if one.position <= position]
    if not events:
        return None, ""
    state = aggregate.fold(await kernel.codec.decode_all(events))
    return aggregate.document(state), aggregate.reader(state)


async def _folded(kernel: Kernel, aggregate: AnyAggregate, events: list[Stored]) -> Document:
    return aggregate.document(aggregate.fold(await kernel.codec.decode_all(events)))
