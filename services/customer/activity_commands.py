"""The commands of an activity and their decisions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field as F

from services.customer.activity import (
    ACTIVITY,
    KINDS,
    MOST,
    OPEN,
    Activity,
    ActivityKind,
    Subject,
    require_open,
)
from shared.clock import Micros, day
from shared.domain.aggregate import Commands
from shared.domain.command import NOT_ERASED, CommandModel, Context
from shared.domain.lifecycle import changed_fields, require_live
from shared.domain.types import Custom, Moment, MomentOrDay, Reference
from shared.domain.ways_back import FINAL, FORMER, UNDO, Way
from shared.errors import Invalid
from shared.events import customer_activities as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.messages import say

COMMANDS = Commands(ACTIVITY, __name__)

LinkType = Literal["account", "contact", "lead", "opportunity"]


class Link(CommandModel):
    """A record the activity is about."""

    type: LinkType
    id: Reference


class Participant(CommandModel):
    type: Literal["user", "contact", "lead"]
    id: Reference


class ActivityDetails(CommandModel, plain=Activity):
    """What can be edited in place, all optional: in a PATCH only those sent change. duration: minutes.

    mentions: users whom the words address. They are notified once; nobody is taken off the list again.
    """

    mentions: list[Reference] = F(default_factory=list, max_length=MOST)
    custom: Custom = F(default_factory=dict)


class CreateActivity(ActivityDetails):
    """Plan a task, schedule a meeting, log a call, write a note or record an e-mail, by `kind`.

    due: a moment, or a day of the caller's: then it is due at the end of that day there (`due_on` keeps the day). What
    has happened already is done: a note, an e-mail, and a call without a start to come; `done` says otherwise.
    """

    kind: ActivityKind
    subject: Annotated[Subject, F(min_length=1)]
    start: Moment | None = None
    due: MomentOrDay | None = None
    done: bool | None = None
    links: list[Link] = F(default_factory=list, max_length=MOST)
    participants: list[Participant] = F(default_factory=list, max_length=MOST)
    owner: Reference | None = None

    model_config = {
        "json_schema_extra": {
            "examples": [{"kind": "task", "subject": "Send the offer 发送报价", "due": "2026-12-01T09:00:00+08:00"}]
        }
    }


PERSONAL = ("subject", "body", "location", "sender", "recipients", "custom")
PLAN = ("duration", "direction", "priority")


async def before_create(cmd: CreateActivity, lookups: Lookups) -> None:
    await lookups.owner(cmd.owner)
    for number, link in enumerate(cmd.links):
        await linkable(f"links.{number}.id", link.type, link.id, lookups)
    for number, participant in enumerate(cmd.participants):
        await linkable(f"participants.{number}.id", participant.type, participant.id, lookups)
    await mentionable(cmd, lookups)


async def mentionable(cmd: ActivityDetails, lookups: Lookups) -> None:
    """Raises Invalid naming the entry unless each of the users exists."""
    for number, user in enumerate(cmd.mentions):
        await lookups.exists(f"mentions.{number}", "user", user)


def mentioned(cmd: ActivityDetails, known: list[str], links: list[dict[str, str]]) -> list[Event]:
    """For the users who were not mentioned before."""
    new = [user for user in dict.fromkeys(cmd.mentions) if user not in known]
    return [events.UsersMentioned(new, links)] if new else []


async def linkable(field: str, type_: str, id: str, lookups: Lookups) -> None:
    """Raises Invalid naming the field unless there is such a record, and the caller sees it."""
    await lookups.exists(field, type_, id)


@COMMANDS.command("CreateActivity", action="create", verb="", creates=True, prepare=before_create)
def create(cmd: CreateActivity, state: Activity, ctx: Context) -> list[Event]:
    """A new activity, owned by its creator unless said otherwise."""
    start, (due, due_on) = cmd.start or 0, due_at(cmd.due, ctx)
    require_order(start, due)
    sent = cmd.model_dump(exclude_unset=True)
    done = cmd.done if cmd.done is not None else happened(cmd, ctx)
    plan = {name: sent[name] for name in PLAN if name in sent}
    plan |= {"start": start, "due": due, "status": "done" if done else "open"}
    plan |= {"due_on": due_on} if due_on else {}
    plan["completed_at"] = ctx.occurred_at if done else 0
    links = list({link.id: link.model_dump() for link in cmd.links}.values())
    invited = list({p.id: {**p.model_dump(), "response": ""} for p in cmd.participants}.values())
    details = {name: sent[name] for name in PERSONAL if name in sent}
    owner = cmd.owner if "owner" in cmd.model_fields_set else ctx.actor
    return [KINDS[cmd.kind](ctx.id, details, plan, links, invited, owner), *mentioned(cmd, [], links)]


def happened(cmd: CreateActivity, ctx: Context) -> bool:
    """Whether the activity is one that lies behind us."""
    return cmd.kind in ("note", "email") or (cmd.kind == "call" and not (cmd.start or 0) > ctx.now and not cmd.due)


def due_at(wanted: Micros | str | None, ctx: Context) -> tuple[Micros, str]:
    """The moment when it is due (0 = never), and the day if it is due at the end of one."""
    if isinstance(wanted, str):
        return ctx.own_calendar.last_of(day(wanted)), wanted
    return wanted or 0, ""


def require_order(start: Micros, due: Micros) -> None:
    if start and due and due < start:
        raise Invalid.field("due", "before-start", "it cannot be due before it starts")


class ChangeActivityDetails(ActivityDetails):
    pass


async def before_change(cmd: ChangeActivityDetails, lookups: Lookups) -> None:
    await mentionable(cmd, lookups)


@COMMANDS.command("ChangeActivityDetails", action="edit", verb="PATCH", prepare=before_change)
def change_details(cmd: ChangeActivityDetails, state: Activity, ctx: Context) -> list[Event]:
    require_live(state)
    wanted: dict[str, Any] = cmd.model_dump(exclude_unset=True, exclude={"mentions"})
    if wanted.get("subject", "-") == "":
        raise Invalid.field("subject", "required", "an activity needs a subject")
    changes = changed_fields(state, wanted)
    edited: list[Event] = [events.ActivityDetailsChanged(ctx.id, changes)] if changes else []
    return edited + mentioned(cmd, state.mentions, state.linked_to)


class RescheduleActivity(CommandModel):
    """Only what is sent moves; null = no longer set. due: a moment, or a day of the caller's, as by CreateActivity."""

    start: Moment | None = None
    due: MomentOrDay | None = None


@COMMANDS.command("RescheduleActivity", action="edit", verb="reschedule", edits=("start", "due"), when=OPEN)
def reschedule(cmd: RescheduleActivity, state: Activity, ctx: Context) -> list[Event]:
    require_live(state)
    require_open(state)
    start = (cmd.start or 0) if "start" in cmd.model_fields_set else state.start
    due, due_on = due_at(cmd.due, ctx) if "due" in cmd.model_fields_set else (state.due, state.due_on or "")
    require_order(start, due)
    if (start, due, due_on) == (state.start, state.due, state.due_on or ""):
        return []
    return [events.ActivityRescheduled(start, due, state.start, state.due, due_on, state.due_on or "")]


class CompleteActivity(CommandModel):
    """The task is done, the meeting was held, the call was made."""


@COMMANDS.command("CompleteActivity", action="edit", verb="complete", sets=("status",), when=OPEN)
def complete(cmd: CompleteActivity, state: Activity, ctx: Context) -> list[Event]:
    require_live(state)
    if state.status == "done":
        return []
    require_open(state)
    return [events.ActivityCompleted(ctx.occurred_at)]


class CancelActivity(CommandModel):
    pass


@COMMANDS.command("CancelActivity", action="edit", verb="cancel", sets=("status",), when=OPEN)
def cancel(cmd: CancelActivity, state: Activity, ctx: Context) -> list[Event]:
    require_live(state)
    if state.status == "cancelled":
        return []
    require_open(state)
    return [events.ActivityCancelled()]


class RespondToInvite(CommandModel):
    """participant: whose answer it is, unless one's own."""

    response: Literal["accepted", "declined", "tentative"]
    participant: Reference | None = None


def _former_response(before: Activity, event: events.InviteAnswered) -> Way:
    """One who was only asked before has no former answer: an edit takes it away."""
    body = {"participant": event.participant, "response": event.previous}
    return Way("respond", FORMER, lambda before, event: body) if event.previous else UNDO


@COMMANDS.command(
    "RespondToInvite", action="read", verb="respond", sets=("participants",), when=OPEN, back=_former_response
)
def respond(cmd: RespondToInvite, state: Activity, ctx: Context) -> list[Event]:
    """Who was invited answers for himself; for others, who may edit the activity."""
    require_live(state)
    participant = cmd.participant or ctx.actor
    if participant != ctx.actor:
        ctx.access.check("activity", "edit", state.owner)
    invited = next((p for p in state.participants if p["id"] == participant), None)
    if invited is None:
        raise Invalid.field("participant", "not-invited", "this person was not invited")
    if invited["response"] == cmd.response:
        return []
    require_open(state)
    return [events.InviteAnswered(participant, cmd.response, invited["response"])]


async def link_exists(cmd: Link, lookups: Lookups) -> None:
    await linkable("id", cmd.type, cmd.id, lookups)


@COMMANDS.command("LinkActivity", action="edit", verb="link", prepare=link_exists, sets=("links",))
def link(cmd: Link, state: Activity, ctx: Context) -> list[Event]:
    require_live(state)
    if any(known["id"] == cmd.id for known in state.linked_to):
        return []
    if len(state.linked_to) >= MOST:
        raise Invalid.field("id", "too-many", say("an activity is about {most} records at most", most=MOST))
    return [events.ActivityLinked(cmd.type, cmd.id)]


class UnlinkActivity(CommandModel):
    id: Reference


@COMMANDS.command("UnlinkActivity", action="edit", verb="unlink", sets=("links",))
def unlink(cmd: UnlinkActivity, state: Activity, ctx: Context) -> list[Event]:
    require_live(state)
    known = next((link for link in state.linked_to if link["id"] == cmd.id), None)
    return [] if known is None else [events.ActivityUnlinked(known["type"], cmd.id)]


class EraseActivity(CommandModel):
    """What was said becomes unreadable everywhere. Plan and links stay."""


@COMMANDS.command("EraseActivity", action="erase", verb="erase", when=NOT_ERASED, back=FINAL)
def erase(cmd: EraseActivity, state: Activity, ctx: Context) -> list[Event]:
    return [] if state.erased else [events.ActivityErased(ctx.id)]
