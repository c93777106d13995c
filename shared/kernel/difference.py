"""What is different in a record between two moments, and which event set each of these fields last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.domain.record import differences
from shared.events.envelope import Recorded
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.changes import changes_of, shown_changes
from shared.kernel.queries import Moment
from shared.security.permissions import Access
from shared.views.port import Document


@dataclass(frozen=True, slots=True)
class Different:
    """One field. set_by: the entry of the history that set it last; None = no single event did, as where the earlier
    moment knew of an event that the later one does not.
    """

    field: str
    before: Any
    after: Any
    set_by: Document | None


@dataclass(frozen=True, slots=True)
class Difference:
    """before, after: the versions of the record at the two moments; 0 = it was not there yet."""

    before: int
    after: int
    fields: list[Different]


def difference(
    aggregate: AnyAggregate, events: list[Recorded], earlier: Moment, later: Moment, access: Access
) -> Difference:
    """The fields that the caller sees and that differ. events: the record's whole history, oldest first."""
    first, second = earlier.cut(events), later.cut(events)
    before, after = aggregate.fold(first), aggregate.fold(second)
    found = differences(aggregate.dump(before), aggregate.dump(after), aggregate.lasting)
    shown = shown_changes(aggregate, found, after, access)
    entries = {entry["event_id"]: entry for entry in changes_of(aggregate, events, access)}
    known = {one.event_id for one in first}
    between = [entries[one.event_id] for one in second if one.event_id not in known]
    fields = [Different(name, c.get("from"), c.get("to"), _setting(name, between)) for name, c in shown.items()]
    return Difference(_version(first), _version(second), fields)


def _setting(field: str, entries: list[Document]) -> Document | None:
    return next((entry for entry in reversed(entries) if field in entry["changes"]), None)


def _version(events: list[Recorded]) -> int:
    return max((one.version for one in events), default=0)
