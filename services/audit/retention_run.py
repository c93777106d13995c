"""RetentionRun: what a rule announced on one day, from the announcement to the erasure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal, get_args

from pydantic import Field as F

from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, Context
from shared.domain.fields import displayed, record_fields
from shared.domain.record import Record
from shared.domain.ways_back import NoWay
from shared.errors import Rejected
from shared.events import audit_retention as events
from shared.events.envelope import Event
from shared.messages import say
from shared.messages.named import option_named
from shared.views.port import Collection, Kind

RunStatus = Literal["announcing", "announced", "erasing", "completed", "cancelled"]
OPEN = ("announcing", "announced", "erasing")  # the rest is history

# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class RetentionRun(Record):
    """rule, activation: whose. name, notice: of the rule as it was. day: when it began to list, where the organisation
    is; due: from when on it erases. count: of the records listed. cause: why somebody cancelled it; code: why the suite
    did."""

    name: Annotated[str, displayed(Kind.TEXT, "名称", "Name", indexed=True, searchable=True, writable=False)] = ""
    rule: Annotated[
        str, displayed(Kind.KEYWORD, "保留规则", "Retention rule", indexed=True, writable=False, ref="retention_rule")
    ] = ""
    resource: Annotated[str, displayed(Kind.KEYWORD, "记录类型", "Record type", indexed=True, writable=False)] = ""
    status: Annotated[
        str, displayed(Kind.KEYWORD, "状态", "Status", indexed=True, writable=False, options=get_args(RunStatus))
    ] = "announcing"
    day: Annotated[str, displayed(Kind.DATE, "预告日期", "Announced on", indexed=True, writable=False)] = ""
    due: Annotated[str | None, displayed(Kind.DATE, "抹除日期", "Erased on", indexed=True, writable=False)] = None
    count: Annotated[int, displayed(Kind.INTEGER, "记录数", "Records", writable=False)] = 0
    erased_count: Annotated[int, displayed(Kind.INTEGER, "已抹除数", "Erased", writable=False)] = 0
    kept_count: Annotated[int, displayed(Kind.INTEGER, "保留数", "Kept", writable=False)] = 0
    left_out: Annotated[int, displayed(Kind.INTEGER, "未抹除数", "Left out", writable=False)] = 0
    cause: Annotated[str, displayed(Kind.TEXT, "原因", "Reason", writable=False)] = ""
    code: Annotated[str, displayed(Kind.KEYWORD, "受阻原因", "Stopped by", writable=False)] = ""
    activation: int = 0
    notice: int = 0


def evolve(state: RetentionRun, event: Event) -> None:
    match event:
        case events.RetentionRunBegun(rule=rule, name=name, resource=resource, activation=activation):
            state.rule, state.name, state.resource, state.activation = rule, name, resource, activation
            state.day, state.notice = event.day, event.notice
        case events.RetentionRunAnnounced(count=count, due=due):
            state.count, state.due, state.status = count, due, "announced"
        case events.RetentionRunStarted():
            state.status = "erasing"
        case events.RetentionRunCompleted(erased=erased, kept=kept, left_out=left_out):
            state.status = "completed"
            state.erased_count, state.kept_count, state.left_out = erased, kept, left_out
        case events.RetentionRunCancelled(cause=cause, code=code):
            state.status, state.cause, state.code = "cancelled", cause, code


RETENTION_RUN = Aggregate(
    name="retention_run",
    service="audit",
    noun="retention-runs",
    state=RetentionRun,
    evolve=evolve,
    collection=Collection("retention_runs", 1, record_fields(RetentionRun, owned=False), owner=None),
    not_undoable=frozenset(
        f"audit.RetentionRun{name}" for name in ("Begun", "Announced", "Started", "Completed", "Cancelled")
    ),
)

FINAL = NoWay("cancelled", "a cancelled run stays cancelled; the rule announces its records again after its day")


def due_after(notice: int, today: date) -> str:
    """The first day that begins when the whole notice, in days, is over, in whichever minute of today it began."""
    return str(today + timedelta(notice + 1))


# --- commands and their decisions -------------------------------------------------------------------------------------


class CancelRetentionRun(CommandModel):
    """Nothing more of it is erased, and its records are not announced again before its day; the rule stays active."""

    cause: Annotated[str, F(max_length=500)] = ""


@RETENTION_RUN.command(
    "CancelRetentionRun",
    action="manage",
    verb="cancel",
    sets=("status",),
    when={"status": OPEN},
    back=FINAL,
)
def cancel(cmd: CancelRetentionRun, state: RetentionRun, ctx: Context) -> list[Event]:
    if state.status == "cancelled":
        return []
    if state.status not in OPEN:
        message = say("the run is {status}", status=option_named("retention_run", "status", state.status))
        raise Rejected(message, code="out-of-turn", status=state.status)
    return [events.RetentionRunCancelled(cmd.cause, "")]


# --- what the daily run sends (`retention_look.py`) -------------------------------------------------------------------


class BeginRetentionRun(CommandModel):
    """See RetentionRunBegun."""

    rule: str
    name: str
    resource: str
    activation: int
    day: str
    notice: int


@RETENTION_RUN.command("BeginRetentionRun", action="create", verb="begin", creates=True, hidden=True)
def begin(cmd: BeginRetentionRun, state: RetentionRun, ctx: Context) -> list[Event]:
    return [events.RetentionRunBegun(**cmd.model_dump())]


class AnnounceRetentionRun(CommandModel):
    """The notice is counted from the moment at which people are notified, however long the list took."""

    count: int


@RETENTION_RUN.command("AnnounceRetentionRun", action="manage", verb="announce", hidden=True)
def announce(cmd: AnnounceRetentionRun, state: RetentionRun, ctx: Context) -> list[Event]:
    if state.status != "announcing":
        return []
    return [events.RetentionRunAnnounced(cmd.count, due_after(state.notice, ctx.calendar.date_of(ctx.now)))]


class StartRetentionRun(CommandModel):
    pass


@RETENTION_RUN.command("StartRetentionRun", action="manage", verb="start", hidden=True)
def start(cmd: StartRetentionRun, state: RetentionRun, ctx: Context) -> list[Event]:
    due = state.due is not None and state.due <= ctx.calendar.day_of(ctx.now)
    return [events.RetentionRunStarted()] if state.status == "announced" and due else []


class CompleteRetentionRun(CommandModel):
    """See RetentionRunCompleted."""

    erased: int
    kept: int
    left_out: int


@RETENTION_RUN.command("CompleteRetentionRun", action="manage", verb="complete", hidden=True)
def complete(cmd: CompleteRetentionRun, state: RetentionRun, ctx: Context) -> list[Event]:
    return [events.RetentionRunCompleted(**cmd.model_dump())] if state.status == "erasing" else []


class EndRetentionRun(CommandModel):
    """The rule is another one by now. code: see RetentionRunCancelled."""

    code: str


@RETENTION_RUN.command("EndRetentionRun", action="manage", verb="end", hidden=True)
def end(cmd: EndRetentionRun, state: RetentionRun, ctx: Context) -> list[Event]:
    return [events.RetentionRunCancelled("", cmd.code)] if state.status in OPEN else []
