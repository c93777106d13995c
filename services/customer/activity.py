"""Activity: a task, call, meeting, note or e-mail, about any number of records.

Its words are encrypted under a key of its own; plan, links and status are in clear.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from pydantic import Field as F

from services.customer.shapes import INVITED, LINKED, Link, Participant
from shared.clock import to_rfc3339
from shared.domain.aggregate import Aggregate
from shared.domain.command import VERBATIM, Context, live
from shared.domain.fields import displayed, plain, record_fields
from shared.domain.lifecycle import Lifecycle, add_lifecycle
from shared.domain.record import Record, fold_values
from shared.domain.timelines import OnTimelines
from shared.domain.types import Email
from shared.domain.undo import Reverse, Step, entries, restored
from shared.errors import Rejected
from shared.events import customer_activities as events
from shared.events.common import Changes
from shared.events.envelope import Event
from shared.events.subjects import PERSONS
from shared.messages import say
from shared.messages.named import option_named
from shared.security.permissions import Level
from shared.security.roles import WORK, grant
from shared.views.port import Collection, Condition, Document, Field, Kind, Meaning

ActivityKind = Literal["task", "call", "meeting", "note", "email"]
Status = Literal["open", "done", "cancelled"]
MENTIONED = "customer.UsersMentioned"
MOST = 100  # links, participants and recipients each
Subject = Annotated[str, F(max_length=300)]
Direction = Literal["", "inbound", "outbound"]
Priority = Literal["low", "normal", "high"]
CONTACT = (Condition("kind", "in", ("call", "meeting", "email")), Condition("status", "eq", "done"))


# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Activity(Record):
    """Moments in microseconds, 0 = none; duration in minutes. due_on: the day at whose end it is due, None = it is due
    at a moment. linked_to: {type, id}. participants: {type, id,
    response}, response "" = not answered yet. about: all persons who were ever linked to it or took part; their
    erasure needs them."""

    kind: Annotated[
        str, displayed(Kind.KEYWORD, "类型", "Kind", indexed=True, writable=False, options=get_args(ActivityKind))
    ] = "task"
    subject: Annotated[
        Subject,
        plain(Kind.TEXT, "主题", "Subject", indexed=True, searchable=True, personal=True, required=True),
    ] = ""
    body: Annotated[
        str, VERBATIM, F(max_length=50_000), plain(Kind.TEXT, "内容", "Body", searchable=True, personal=True)
    ] = ""
    location: Annotated[
        str, F(max_length=300), plain(Kind.TEXT, "地点", "Location", searchable=True, personal=True)
    ] = ""
    sender: Annotated[Email, plain(Kind.KEYWORD, "发件人", "From", searchable=True, personal=True)] = ""
    recipients: Annotated[
        list[Annotated[Email, F(min_length=3)]],
        F(max_length=MOST),
        plain(Kind.KEYWORDS, "收件人", "To", searchable=True, personal=True),
    ] = field(default_factory=list)
    status: Annotated[
        str, displayed(Kind.KEYWORD, "状态", "Status", indexed=True, writable=False, options=get_args(Status))
    ] = "open"
    start: Annotated[int, displayed(Kind.DATETIME, "开始", "Start", indexed=True, writable=False)] = 0
    due: Annotated[int, displayed(Kind.DATETIME, "截止", "Due", indexed=True, writable=False)] = 0
    due_on: Annotated[str | None, displayed(Kind.DATE, "截止日", "Due on", indexed=True, writable=False)] = None
    completed_at: Annotated[int, displayed(Kind.DATETIME, "完成时间", "Completed", indexed=True, writable=False)] = 0
    duration: Annotated[
        int | None,
        F(ge=0, le=100_000),
        plain(Kind.INTEGER, "时长（分钟）", "Duration (minutes)", indexed=True, meaning=Meaning.MINUTES),
    ] = None
    direction: Annotated[
        Direction, plain(Kind.KEYWORD, "方向", "Direction", indexed=True, options=get_args(Direction)[1:])
    ] = ""
    priority: Annotated[
        Priority, plain(Kind.KEYWORD, "优先级", "Priority", indexed=True, options=get_args(Priority))
    ] = "normal"
    linked_to: Annotated[
        list[dict[str, str]],
        displayed(
            Kind.JSON, "相关记录及类型", "Linked records with types", writable=False, shape=list[Link], technical=True
        ),
    ] = field(default_factory=list)
    participants: Annotated[
        list[dict[str, str]], displayed(Kind.JSON, "参与人", "Participants", writable=False, shape=list[Participant])
    ] = field(default_factory=list)
    mentions: Annotated[
        list[str],
        displayed(Kind.KEYWORDS, "提及的用户", "Mentioned users", indexed=True, ref="user"),
    ] = field(default_factory=list)
    about: Annotated[
        list[str],
        displayed(
            Kind.KEYWORDS,
            "曾涉及的人",
            "Persons ever involved",
            indexed=True,
            writable=False,
            mixed=True,
            types=("contact", "lead"),
            technical=True,
        ),
    ] = field(default_factory=list)


KINDS: dict[str, type[Any]] = {
    "task": events.TaskPlanned,
    "call": events.CallLogged,
    "meeting": events.MeetingScheduled,
    "note": events.NoteWritten,
    "email": events.EmailRecorded,
}
_KIND_OF = {event: kind for kind, event in KINDS.items()}


def evolve(state: Activity, event: Event) -> None:
    match event:
        case events.Begun(details=details, plan=plan, links=links, participants=participants, owner=owner):
            state.kind = _KIND_OF[type(event)]
            fold_values(state, details)
            fold_values(state, plan)
            state.linked_to, state.participants, state.owner = links, participants, owner
            state.about = [one["id"] for one in (*links, *participants) if one["type"] in PERSONS]
        case events.UsersMentioned(users=users):
            state.mentions = [*state.mentions, *users]
        case events.ActivityRescheduled(start=start, due=due, due_on=due_on):
            state.start, state.due, state.due_on = start, due, due_on or None
        case events.ActivityCompleted(completed_at=completed_at):
            state.status, state.completed_at = "done", completed_at
        case events.ActivityCancelled():
            state.status = "cancelled"
        case events.InviteAnswered(participant=participant, response=response):
            state.participants = [
                {**p, "response": response} if p["id"] == participant else p for p in state.participants
            ]
        case events.ActivityLinked(type=type_, id=id):
            state.linked_to = [*state.linked_to, {"type": type_, "id": id}]
            if type_ in PERSONS and id not in state.about:
                state.about = [*state.about, id]
        case events.ActivityUnlinked(id=id):
            state.linked_to = [link for link in state.linked_to if link["id"] != id]


def shown(state: Activity) -> Document:
    """`at`: the moment an activity stands at in a timeline."""
    return {
        "at": to_rfc3339(state.completed_at or state.start or state.due or state.created_at),
        "links": [link["id"] for link in state.linked_to],
        "invited": [p["id"] for p in state.participants],
    }


ACTIVITY = Aggregate(
    name="activity",
    service="customer",
    noun="activities",
    finished=lambda activity: activity.status != "open",
    looks_up=("account", "contact", "lead", "opportunity", "user"),
    state=Activity,
    evolve=evolve,
    search_rank=60,
    on_timelines=OnTimelines(links="links", at="at", kind="kind", contact=CONTACT),
    grants={
        "sales_manager": grant(Level.BELOW, *WORK),
        "sales_representative": grant(Level.OWN, "read", "create", "edit", "archive", "merge", "export"),
        "marketing": grant(Level.ALL, "read"),
        "service_agent": grant(Level.ALL, "read", "create", "edit"),
        "read_only": grant(Level.ALL, "read"),
    },
    collection=Collection(
        "activities",
        5,
        record_fields(
            Activity,
            after={
                "completed_at": (Field("at", Kind.DATETIME, "时间", "At", indexed=True, writable=False),),
                "priority": (
                    Field(
                        "links",
                        Kind.KEYWORDS,
                        "相关记录",
                        "Linked records",
                        indexed=True,
                        writable=False,
                        mixed=True,
                        types=LINKED,
                    ),
                ),
                "participants": (
                    Field(
                        "invited",
                        Kind.KEYWORDS,
                        "参与人编号",
                        "Participant ids",
                        indexed=True,
                        writable=False,
                        mixed=True,
                        types=INVITED,
                        technical=True,
                    ),
                ),
            },
            sources={
                "at": ("completed_at", "start", "due"),
                "links": ("linked_to",),
                "linked_to": ("links",),
                "invited": ("participants",),
                "participants": ("invited",),
                "about": ("linked_to", "participants"),
            },
        ),
        title="subject",
        totals=("owner",),
    ),
    erasure=events.ActivityErased,
    not_undoable=frozenset(
        {"customer.ActivityArchived", "customer.ActivityRestored", "customer.ActivityErased", MENTIONED}
    ),
    lasting=frozenset({"about", "mentions"}),
    shown=shown,
)


def plan_back(back: Changes, state: Activity) -> list[Step]:
    was = restored(back, state, "start", "due", "due_on")
    return [("RescheduleActivity", {"start": was["start"] or None, "due": was["due_on"] or was["due"] or None})]


def links_back(back: Changes, state: Activity) -> Iterator[Step]:
    now, wanted = entries(back["linked_to"], "id")
    yield from (("UnlinkActivity", {"id": id}) for id in now.keys() - wanted.keys())
    yield from (("LinkActivity", link) for id, link in wanted.items() if id not in now)


OPEN = live(status=("open",))


def require_open(state: Activity) -> None:
    """Raises Rejected for an activity that is done or cancelled."""
    if state.status != "open":
        raise Rejected(
            say("the activity is {status}", status=option_named("activity", "status", state.status)), code="not-open"
        )


def open_to_answers(state: Activity, ctx: Context) -> None:
    require_open(state)


add_lifecycle(
    ACTIVITY,
    "Activity",
    Lifecycle(
        events.ActivityTransferred,
        events.ActivityTagsChanged,
        events.ActivityArchived,
        events.ActivityRestored,
        events.ActivityChangeUndone,
    ),
    reverses=(
        Reverse(("start", "due", "due_on"), plan_back),
        Reverse(("linked_to",), links_back),
        Reverse(("status",), along=("completed_at",)),  # no command opens it again
        Reverse(("participants",), check=open_to_answers),
    ),
)
