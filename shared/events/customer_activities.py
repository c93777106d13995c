"""Events of the customer domain about what was done, said and planned with customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from shared.events import common
from shared.events.registry import Personal, Subject, event


@dataclass(frozen=True, slots=True)
class Begun:
    """How every kind of activity begins. details: subject, body, location, addresses; custom fields too.

    plan: status, start, due, completed_at (microseconds, 0 = none), due_on (the day whose end that is, if it is one),
    duration (minutes), direction, priority, private.
    links: {type, id} of the records it is about. participants: {type, id, response}.
    """

    subject_id: Annotated[str, Subject]
    details: Annotated[dict[str, Any], Personal]
    plan: dict[str, Any]
    links: list[dict[str, str]]
    participants: list[dict[str, str]]
    owner: str | None


@event("customer.TaskPlanned")
@dataclass(frozen=True, slots=True)
class TaskPlanned(Begun):
    pass


@event("customer.MeetingScheduled")
@dataclass(frozen=True, slots=True)
class MeetingScheduled(Begun):
    pass


@event("customer.CallLogged")
@dataclass(frozen=True, slots=True)
class CallLogged(Begun):
    pass


@event("customer.NoteWritten")
@dataclass(frozen=True, slots=True)
class NoteWritten(Begun):
    pass


@event("customer.EmailRecorded")
@dataclass(frozen=True, slots=True)
class EmailRecorded(Begun):
    pass


@event("customer.ActivityDetailsChanged")
@dataclass(frozen=True, slots=True)
class ActivityDetailsChanged(common.PersonalDetailsChanged):
    pass


@event("customer.ActivityRescheduled")
@dataclass(frozen=True, slots=True)
class ActivityRescheduled:
    """Microseconds; 0 = none. due_on: the day whose end it is due at, "" = it is due at a moment."""

    start: int
    due: int
    previous_start: int
    previous_due: int
    due_on: str = ""
    previous_due_on: str = ""


@event("customer.ActivityCompleted")
@dataclass(frozen=True, slots=True)
class ActivityCompleted:
    completed_at: int


@event("customer.ActivityCancelled")
@dataclass(frozen=True, slots=True)
class ActivityCancelled:
    pass


@event("customer.InviteAnswered")
@dataclass(frozen=True, slots=True)
class InviteAnswered:
    """`participant` is the id of a user or contact."""

    participant: str
    response: str
    previous: str


@event("customer.ActivityLinked")
@dataclass(frozen=True, slots=True)
class ActivityLinked:
    type: str
    id: str


@event("customer.ActivityUnlinked")
@dataclass(frozen=True, slots=True)
class ActivityUnlinked:
    type: str
    id: str


@event("customer.ActivityTransferred")
@dataclass(frozen=True, slots=True)
class ActivityTransferred(common.Transferred):
    pass


@event("customer.UsersMentioned")
@dataclass(frozen=True, slots=True)
class UsersMentioned:
    """Users whom the words of an activity address. links: {type, id} of the records that it is about."""

    users: list[str]
    links: list[dict[str, str]]


@event("customer.ActivityTagsChanged")
@dataclass(frozen=True, slots=True)
class ActivityTagsChanged(common.PersonalTagsChanged):
    pass


@event("customer.ActivityArchived")
@dataclass(frozen=True, slots=True)
class ActivityArchived(common.Archived):
    pass


@event("customer.ActivityRestored")
@dataclass(frozen=True, slots=True)
class ActivityRestored(common.Restored):
    pass


@event("customer.ActivityErased")
@dataclass(frozen=True, slots=True)
class ActivityErased(common.Erased):
    pass


@event("customer.ActivityChangeUndone")
@dataclass(frozen=True, slots=True)
class ActivityChangeUndone(common.PersonalChangeUndone):
    pass
