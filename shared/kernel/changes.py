"""What changed a record: each event with the fields that it changed, and the way back from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from shared.clock import to_rfc3339
from shared.domain.record import differences
from shared.domain.ways_back import NOTHING_CHANGED, NoWay
from shared.events.common import Changes
from shared.events.envelope import Recorded
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.undo_handles import Handle, Made, made_by, of_history, way_back
from shared.security.permissions import Access
from shared.views.port import Document


class History:
    """The events of a record as they come, oldest first, and the way back from any of them."""

    def __init__(self, aggregate: AnyAggregate) -> None:
        self._aggregate = aggregate
        self.state, self._dump = aggregate.state(), aggregate.dump(aggregate.state())
        self._made: list[tuple[Recorded, Made, Changes]] = []

    @property
    def events(self) -> Iterator[Recorded]:
        return (recorded for recorded, _, _ in self._made)

    def add(self, recorded: Recorded) -> Changes:
        """What the event changed."""
        way, body = made_by(self._aggregate, recorded, self.state)
        before, owner = self._dump, self.state.owner
        self._aggregate.step(self.state, recorded)
        self._dump = self._aggregate.dump(self.state)
        changes = differences(before, self._dump, self._aggregate.lasting)
        self._made.append((recorded, Made(way, body, recorded.event, changes.keys(), owner), changes))
        return changes

    def ways(self, access: Access) -> list[Handle | NoWay]:
        """The way back from each event, oldest first."""
        made = ((one, changes) for _, one, changes in self._made)
        return of_history(self._aggregate, made, self.state, access)[::-1]

    def way(self, event_id: str, access: Access, settled: Collection[str] = ()) -> Handle | NoWay:
        """The way back from one event.

        settled: ids of events that took each other back, and so are in the way of none before them.
        """
        touched = set[str]()
        for recorded, one, changes in reversed(self._made):
            standing = {} if recorded.event_id in settled else changes
            if recorded.event_id == event_id:
                return way_back(self._aggregate, one, standing, self.state, self._dump, access, touched)
            touched.update(standing)
        return NOTHING_CHANGED


def changes_of(aggregate: AnyAggregate, events: list[Recorded], access: Access) -> list[Document]:
    """The changes of a record, oldest first, each with its way back in `undo`: a Handle or a NoWay."""
    entries: list[Document] = []
    history = History(aggregate)
    for recorded in events:
        changes = history.add(recorded)
        shown = shown_changes(aggregate, changes, history.state, access)
        undoable = recorded.version > 1 and bool(changes) and recorded.type not in aggregate.not_undoable
        entries.append(_entry(recorded, shown, undoable))
    for entry, handle in zip(entries, history.ways(access), strict=True):
        entry["undo"] = handle
    return entries


def shown_changes(aggregate: AnyAggregate, changes: Changes, state: Any, access: Access) -> Changes:
    """Changes of a record without what is hidden from the caller; moments as text. state: the record with them."""
    shown = {f: c for f, c in aggregate.readable(changes).items() if access.may_see(aggregate.name, f)}
    if aggregate.conceal is None:
        return shown
    record = aggregate.dump(state)
    found: Changes = {}
    for side in ("from", "to"):
        values = aggregate.conceal({f: c[side] for f, c in shown.items()}, record, access)
        for name, value in values.items():
            found.setdefault(name, {})[side] = value
    return found


def _entry(recorded: Recorded, changes: Any, undoable: bool) -> Document:
    metadata = recorded.metadata
    return {
        "version": recorded.version,
        "event_id": recorded.event_id,
        "type": recorded.type,
        "occurred_at": to_rfc3339(recorded.occurred_at),
        "recorded_at": to_rfc3339(recorded.recorded_at),
        "actor": metadata.actor,
        "on_behalf_of": metadata.on_behalf_of,
        "command": metadata.command,
        "command_name": metadata.command_name,
        "correlation_id": metadata.correlation_id,
        "causation_id": metadata.causation_id,
        "reason": metadata.reason,
        "changes": changes,
        "undoable": undoable,
    }
