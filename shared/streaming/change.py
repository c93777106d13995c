"""One change as a stream sends it, and which callers get it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Any

import orjson

from shared.clock import to_rfc3339
from shared.errors import Forbidden
from shared.events.common import Transferred
from shared.events.envelope import Stored
from shared.events.registry import names_of
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.queries import scope_of
from shared.security.permissions import Access, Level
from shared.views.port import Scope, Views

Whose = tuple[str, str | None]  # a record type and an owner


@dataclass(frozen=True, slots=True)
class Filter:
    """What of all changes a client asked for; empty = all. types: of records. id: of one record."""

    types: frozenset[str] = frozenset()
    id: str = ""

    def takes(self, change: Change) -> bool:
        return (not self.types or change.type in self.types) and (not self.id or change.id == self.id)


@dataclass(slots=True)
class Place:
    """How far one stream has come. named: the last position that its client knows. missed: events read for it."""

    position: int
    named: int = 0
    missed: int = 0

    def __post_init__(self) -> None:
        self.named = self.position

    def sent(self, frames: bytes) -> bytes:
        """The frames, which name a position as far as the place has come."""
        self.named = self.position
        return frames


@dataclass(frozen=True, slots=True)
class Change:
    """type, id: of the record. owner: among whose records it counts for reading ("" = not bound to an owner).

    right: the record type whose rights count, with the owner of such a record, where it belongs to another one.
    before: its owner before a transfer. frame: for who sees it; gone: for who saw it and does not any more.
    """

    position: int
    type: str
    id: str
    owner: str | None
    frame: bytes
    before: str | None = ""
    gone: bytes = b""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which records a caller reads: record type → their owners, None = everyone's. Callers alike have equal ones.

    granted: the types whose records they read as far as they read what those belong to.
    """

    key: tuple[tuple[str, frozenset[str] | None], ...]
    owners: Mapping[str, frozenset[str] | None] = field(compare=False)
    granted: frozenset[str] = frozenset()

    @classmethod
    def of(cls, access: Access, catalogue: Catalogue) -> Reach:
        owners: dict[str, frozenset[str] | None] = {}
        granted = set()
        for aggregate in catalogue:
            if aggregate.belongs_to is not None:
                if access.level(aggregate.name, "read") is not Level.NONE:
                    granted.add(aggregate.name)
                continue
            try:
                scope = scope_of(aggregate, access)
            except Forbidden:
                continue
            owners[aggregate.name] = scope.owners if aggregate.collection.owner else None
        return cls(tuple(owners.items()), owners, frozenset(granted))

    @property
    def mark(self) -> str:
        """The same in every process as long as the caller sees the records of the same owners."""
        named = [(name, None if owners is None else sorted(owners)) for name, owners in self.key]
        named += [(name, []) for name in sorted(self.granted)]
        return blake2b(orjson.dumps(named), digest_size=8).hexdigest()

    def _sees(self, type_: str, owner: str | None) -> bool:
        if type_ not in self.owners:
            return False
        owners = self.owners[type_]
        return owners is None or owner in owners

    def tells(self, changes: Iterable[Change], wanted: Filter) -> Iterator[bytes]:
        """The frames that a caller of this reach gets."""
        for one in changes:
            if not wanted.takes(one):
                continue
            if self._sees(one.right or one.type, one.owner) and (not one.right or one.type in self.granted):
                yield one.frame
            elif one.gone and self._sees(one.type, one.before):
                yield one.gone


def frame(event: str, data: Any, id: int) -> bytes:
    """One server-sent event."""
    return b"event: %s\nid: %d\ndata: %s\n\n" % (event.encode(), id, orjson.dumps(data))


def reset(reason: str, reach: Reach, position: int) -> bytes:
    """What makes a client reload. It goes on behind the position."""
    return frame("reset", {"reason": reason, "position": position, "rights": reach.mark}, position)


async def changes_of(events: Sequence[Stored], catalogue: Catalogue, views: Views) -> list[Change]:
    """The changes that events of one organisation made and that the views show now, in the order of the log."""
    records: dict[str, dict[str, None]] = {}
    for one in events:
        if one.category in catalogue:
            records.setdefault(one.category, {})[one.id] = None
    shown: dict[str, dict[str, Any]] = {}
    for name, ids in records.items():
        shown[name] = await views.get_many(catalogue[name].collection.name, [*ids], Scope(events[0].tenant))
    found = []
    for one in events:
        document = shown.get(one.category, {}).get(one.id)
        if document is not None and document["version"] >= one.version:  # else it is parked: its healing is a reset
            place = await _place(one.tenant, catalogue[one.category], document, catalogue, views)
            if place is not None:
                found.append(_change(one, catalogue[one.category], place))
    return found


async def _place(
    tenant: str, aggregate: AnyAggregate, document: Mapping[str, Any], catalogue: Catalogue, views: Views
) -> Whose | None:
    """Whose rights count for a record. None = it belongs to one that the views do not show."""
    if aggregate.belongs_to is None:
        return aggregate.name, document[aggregate.collection.owner] if aggregate.collection.owner else ""
    type_, record = (document[name] for name in aggregate.belongs_to)
    above = await views.get(catalogue[type_].collection.name, record, Scope(tenant)) if type_ in catalogue else None
    while above is not None and above.get("merged_into"):
        above = await views.get(catalogue[type_].collection.name, above["merged_into"], Scope(tenant))
    return None if above is None else await _place(tenant, catalogue[type_], above, catalogue, views)


def _change(one: Stored, aggregate: AnyAggregate, place: Whose) -> Change:
    right, owner = place
    metadata = orjson.loads(one.metadata)
    type_, id, position = aggregate.name, one.id, one.position
    data = {
        "position": position,
        "type": type_,
        "id": id,
        "version": one.version,
        "event": one.type,
        "command": metadata.get("command_name", ""),
        "actor": metadata.get("actor", ""),
        "recorded_at": to_rfc3339(one.recorded_at),
    }
    frame_ = frame("change", data, position)
    if aggregate.collection.owner != "owner" or one.type not in _transfers():
        return Change(position, type_, id, owner, frame_, right="" if right == type_ else right)
    gone = frame("gone", {"position": position, "type": type_, "id": id}, position)
    return Change(position, type_, id, owner, frame_, orjson.loads(one.data)["previous"], gone)


@cache
def _transfers() -> frozenset[str]:
    """The types of events that give a record to another owner. Asked for once all events are registered."""
    return names_of(Transferred)
