"""A lead's course: worked on, qualified or disqualified, recycled, erased."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as F

from services.sales.lead import LEAD, Lead, require_editable
from shared.domain.aggregate import Commands
from shared.domain.command import NOT_ERASED, CommandModel, Context, live
from shared.domain.ways_back import FINAL
from shared.errors import Rejected
from shared.events import sales_leads as events
from shared.events.envelope import Event
from shared.messages import say
from shared.messages.named import option_named

COMMANDS = Commands(LEAD, __name__)


def _out_of_turn(state: Lead) -> Rejected:
    return Rejected(
        say("this cannot be done with a lead that is {status}", status=option_named("lead", "status", state.status)),
        code="out-of-turn",
        status=state.status,
    )


class StartWorking(CommandModel):
    pass


@COMMANDS.command("StartWorking", action="edit", verb="start", sets=("status",), when=live(status=("new", "assigned")))
def start_working(cmd: StartWorking, state: Lead, ctx: Context) -> list[Event]:
    """From assigned, or from new when it has an owner."""
    require_editable(state)
    if state.status == "working":
        return []
    if state.status not in ("new", "assigned"):
        raise _out_of_turn(state)
    if state.owner is None:
        raise Rejected("nobody owns the lead; assign it first", code="unassigned")
    return [events.LeadWorkStarted()]


class QualifyLead(CommandModel):
    pass


@COMMANDS.command("QualifyLead", action="edit", verb="qualify", sets=("status",), when=live(status=("working",)))
def qualify(cmd: QualifyLead, state: Lead, ctx: Context) -> list[Event]:
    require_editable(state)
    if state.status == "qualified":
        return []
    if state.status != "working":
        raise _out_of_turn(state)
    return [events.LeadQualified()]


class DisqualifyLead(CommandModel):
    reason: Annotated[str, F(min_length=1, max_length=500)]


@COMMANDS.command(
    "DisqualifyLead",
    action="edit",
    verb="disqualify",
    sets=("status",),
    when=live(status=("new", "assigned", "working")),
)
def disqualify(cmd: DisqualifyLead, state: Lead, ctx: Context) -> list[Event]:
    require_editable(state)
    if state.status == "disqualified":
        return []
    if state.status not in ("new", "assigned", "working"):
        raise _out_of_turn(state)
    return [events.LeadDisqualified(cmd.reason)]


class RecycleLead(CommandModel):
    """Give a disqualified lead another chance."""

    reason: Annotated[str, F(max_length=500)] = ""


@COMMANDS.command("RecycleLead", action="edit", verb="recycle", sets=("status",), when=live(status=("disqualified",)))
def recycle(cmd: RecycleLead, state: Lead, ctx: Context) -> list[Event]:
    require_editable(state)
    if state.status != "disqualified":
        raise _out_of_turn(state)
    return [events.LeadRecycled(cmd.reason)]


class EraseLead(CommandModel):
    """Destroy the key of everything personal in this lead, in its history and in every backup too. No way back."""


@COMMANDS.command("EraseLead", action="erase", verb="erase", when=NOT_ERASED, back=FINAL)
def erase(cmd: EraseLead, state: Lead, ctx: Context) -> list[Event]:
    return [] if state.erased else [events.LeadErased(ctx.id)]
