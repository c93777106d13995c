"""What a user follows, and what they are notified of: each a record of their own that nobody else reads.

A notification is a thread: of one kind and about one record. While it is unread nothing is added to it, so that a busy
record makes one event until the user looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field as F

from shared.clock import Micros
from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, Context
from shared.domain.fields import displayed, record_fields
from shared.domain.record import Record
from shared.errors import NotFound
from shared.events import identity_inbox as events
from shared.events.envelope import Event
from shared.views.port import Collection, Kind

NotificationKind = Literal["assigned", "mentioned", "followed", "due", "erasure", "security"]
Name = Annotated[str, F(max_length=80)]


@dataclass(slots=True)
class Follow(Record):
    """owner: who follows. resource, record: what."""

    resource: Annotated[str, displayed(Kind.KEYWORD, "记录类型", "Record type", indexed=True, writable=False)] = ""
    record: Annotated[str, displayed(Kind.KEYWORD, "记录", "Record", indexed=True, writable=False)] = ""
    following: Annotated[bool, displayed(Kind.BOOLEAN, "关注中", "Following", indexed=True, writable=False)] = False


def evolve_follow(state: Follow, event: Event) -> None:
    match event:
        case events.RecordFollowed(user=user, resource=resource, record=record):
            state.owner, state.resource, state.record, state.following = user, resource, record, True
        case events.RecordUnfollowed():
            state.following = False


FOLLOW = Aggregate(
    name="follow",
    service="identity",
    noun="followed-records",
    state=Follow,
    evolve=evolve_follow,
    own_only=True,
    collection=Collection("followed_records", 1, record_fields(Follow), title="record"),
    not_undoable=frozenset({"identity.RecordFollowed", "identity.RecordUnfollowed"}),
)


@dataclass(slots=True)
class Notification(Record):
    """owner: whom it is for. archived: it was dropped. position: of the event that caused it; at: when that happened,
    in microseconds."""

    kind: Annotated[
        str,
        displayed(Kind.KEYWORD, "类型", "Kind", indexed=True, writable=False, options=get_args(NotificationKind)),
    ] = "assigned"
    resource: Annotated[str, displayed(Kind.KEYWORD, "记录类型", "Record type", indexed=True, writable=False)] = ""
    record: Annotated[str, displayed(Kind.KEYWORD, "记录", "Record", indexed=True, writable=False)] = ""
    by: Annotated[str, displayed(Kind.KEYWORD, "操作人", "By", writable=False)] = ""
    cause: Annotated[str, displayed(Kind.KEYWORD, "原因", "Cause", writable=False)] = ""
    position: Annotated[int, displayed(Kind.INTEGER, "位置", "Position", indexed=True, writable=False)] = 0
    at: Annotated[Micros, displayed(Kind.DATETIME, "时间", "At", indexed=True, writable=False)] = 0
    many: Annotated[bool, displayed(Kind.BOOLEAN, "多条记录", "Many records", writable=False)] = False
    read: Annotated[bool, displayed(Kind.BOOLEAN, "已读", "Read", indexed=True, writable=False)] = False


def evolve_notification(state: Notification, event: Event) -> None:
    match event:
        case events.UserNotified():
            state.owner, state.kind, state.resource, state.record = event.user, event.kind, event.resource, event.record
            state.by, state.cause, state.position, state.at = event.by, event.cause, event.position, event.at
            state.many, state.read, state.archived = event.many, False, False
        case events.NotificationRead():
            state.read = True
        case events.NotificationDropped():
            state.archived = True


NOTIFICATION = Aggregate(
    name="notification",
    service="identity",
    noun="notifications",
    state=Notification,
    evolve=evolve_notification,
    own_only=True,
    collection=Collection("notifications", 1, record_fields(Notification), title="record"),
    not_undoable=frozenset(f"identity.{one}" for one in ("UserNotified", "NotificationRead", "NotificationDropped")),
)


# --- commands and their decisions -------------------------------------------------------------------------------------


class FollowRecord(CommandModel):
    """Be notified of each change of a record by others."""

    resource: Name
    record: Name


@FOLLOW.command("FollowRecord", action="create", verb="", creates=True, hidden=True)
def follow(cmd: FollowRecord, state: Follow, ctx: Context) -> list[Event]:
    return [events.RecordFollowed(ctx.actor, cmd.resource, cmd.record)]


class FollowAgain(CommandModel):
    pass


@FOLLOW.command("FollowAgain", action="edit", verb="again", hidden=True)
def follow_again(cmd: FollowAgain, state: Follow, ctx: Context) -> list[Event]:
    return [] if state.following else [events.RecordFollowed(ctx.actor, state.resource, state.record)]


class StopFollowing(CommandModel):
    pass


@FOLLOW.command("StopFollowing", action="edit", verb="stop", hidden=True)
def stop(cmd: StopFollowing, state: Follow, ctx: Context) -> list[Event]:
    if not state.following:
        raise NotFound()
    return [events.RecordUnfollowed(ctx.actor)]


class NotifyUser(CommandModel):
    """See UserNotified."""

    user: Name
    kind: NotificationKind
    resource: Name
    record: Name
    by: Name = ""
    cause: Name
    position: Annotated[int, F(ge=0)]
    at: Annotated[Micros, F(ge=0)]
    many: bool = False


@NOTIFICATION.command("NotifyUser", action="create", verb="", creates=True, hidden=True)
def notify(cmd: NotifyUser, state: Notification, ctx: Context) -> list[Event]:
    return [events.UserNotified(**cmd.model_dump())]


class NotifyUserAgain(NotifyUser):
    """The thread is there already: unread, dropped, or about an earlier event."""


@NOTIFICATION.command("NotifyUserAgain", action="edit", verb="again", hidden=True)
def notify_again(cmd: NotifyUserAgain, state: Notification, ctx: Context) -> list[Event]:
    if not (state.read or state.archived) or cmd.position <= state.position:
        return []
    return [events.UserNotified(**cmd.model_dump())]


class ReadNotification(CommandModel):
    """The user has seen it."""


@NOTIFICATION.command("ReadNotification", action="edit", verb="read", hidden=True)
def read(cmd: ReadNotification, state: Notification, ctx: Context) -> list[Event]:
    return [] if state.read else [events.NotificationRead()]


class DropNotification(CommandModel):
    """It is old (`inbox_pruning.py`)."""


@NOTIFICATION.command("DropNotification", action="archive", verb="drop", hidden=True)
def drop(cmd: DropNotification, state: Notification, ctx: Context) -> list[Event]:
    return [] if state.archived else [events.NotificationDropped()]
