"""Events of what users follow and of what they are notified of. A landed version is never edited.

They name records and hold no words of them, so that an erasure finds nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from shared.clock import Micros
from shared.events.registry import event

_SPACE = UUID("6f2d5a0e-8f0b-5c83-9d0e-3b1f6f6b7c11")


def follow_id(user: str, record: str) -> str:
    """The id of the record that says whether a user follows another one."""
    return str(uuid5(_SPACE, f"follow/{user}/{record}"))


def notification_id(user: str, kind: str, about: str) -> str:
    """The id of a user's notification. about: the record, or the act that concerns many of them."""
    return str(uuid5(_SPACE, f"{kind}/{user}/{about}"))


@event("identity.RecordFollowed")
@dataclass(frozen=True, slots=True)
class RecordFollowed:
    user: str
    resource: str
    record: str


@event("identity.RecordUnfollowed")
@dataclass(frozen=True, slots=True)
class RecordUnfollowed:
    user: str


@event("identity.UserNotified")
@dataclass(frozen=True, slots=True)
class UserNotified:
    """kind: why. by: who did it, "" = nobody (a day came). cause: the type of the event; position, at: its own.

    many: the act concerned more records than the one named.
    """

    user: str
    kind: str
    resource: str
    record: str
    by: str
    cause: str
    position: int
    at: Micros
    many: bool = False


@event("identity.NotificationRead")
@dataclass(frozen=True, slots=True)
class NotificationRead:
    pass


@event("identity.NotificationDropped")
@dataclass(frozen=True, slots=True)
class NotificationDropped:
    """It is old, and not listed any more. The thread may come again."""
