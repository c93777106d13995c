"""What changed a record: each event with the fields that it changed, and the way back from it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from shared.clock import to_rfc3339
from shared.domain.record import differences
from shared.events.common import Changes
from shared.events.envelope import Recorded
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.undo_handles import Made, made_by, of_history
from shared.security.permissions import Access
from shared.views.port import Document


def changes_of(
    aggregate: AnyAggregate, events: list[Recorded], access: Access, settled: Collection[str] = ()
) -> list[Document]:
    """The changes of a record, oldest first, each with its way back in `undo`: a Handle or a NoWay.

    settled: ids of events that took each other back, and so are in the way of none before them.
    """
    entries: list[Document] = []
    made: list[tuple[Made, Changes]] = []
    state, dump = aggregate.state(), aggregate.dump(aggregate.state())
    for recorded in events:
        way, body = made_by(aggregate, recorded, state)
        before, owner = dump, state.owner
        aggregate.step(state, recorded)
        dump = aggregate.dump(state)
        changes = differences(before, dump, aggregate.lasting)
        made.append((Made(way, body, recorded.event, changes.keys(), owner), _standing(changes, recorded, settled)))
        shown = shown_changes(aggregate, changes, state, access)
        undoable = recorded.version > 1 and bool(changes) and recorded.type not in aggregate.not_undoable
        entries.append(_entry(recorded, shown, undoable))
    for entry, handle in zip(reversed(entries), of_history(aggregate, made, state, access), strict=True):
        entry["undo"] = handle
    return entries


def _standing(changes: Changes, recorded: Recorded, settled: Collection[str]) -> Changes:
    return {} if recorded.event_id in settled else changes


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
