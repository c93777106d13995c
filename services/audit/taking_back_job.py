"""TakingBackJob: all that one person did, or that one act led to, is taken back in the background.

The routes of `api/taking_back.py` start and cancel one; `taking_back_look.py` carries it out. Its id is the
correlation id of all that it does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from services.audit.asking import terms
from shared.domain.aggregate import Aggregate
from shared.domain.command import VERBATIM, CommandModel, Context
from shared.domain.fields import displayed, record_fields
from shared.domain.record import Record
from shared.domain.ways_back import NOT_UNDOABLE
from shared.errors import Rejected
from shared.events import audit_taking_back as events
from shared.events.envelope import Event
from shared.explorer.explorer import Search
from shared.views.port import Collection, Kind

JobStatus = Literal["running", "cancelling", "completed", "cancelled", "failed"]
UNFINISHED = ("running", "cancelling")

# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class TakingBackJob(Record):
    """See the events. done: changes that were looked at. reason: why it failed."""

    by: Annotated[str, displayed(Kind.KEYWORD, "撤回人", "Taken back by", indexed=True, writable=False, ref="user")] = (
        ""
    )
    status: Annotated[
        str, displayed(Kind.KEYWORD, "状态", "Status", indexed=True, writable=False, options=get_args(JobStatus))
    ] = "running"
    conditions: Annotated[
        dict[str, str], displayed(Kind.JSON, "筛选条件", "Conditions", personal=True, writable=False)
    ] = field(default_factory=dict)
    why: Annotated[str, displayed(Kind.TEXT, "说明", "Why", personal=True, writable=False)] = ""
    total: Annotated[int, displayed(Kind.INTEGER, "更改数", "Changes", writable=False)] = 0
    records: Annotated[int, displayed(Kind.INTEGER, "记录数", "Records", writable=False)] = 0
    done: Annotated[int, displayed(Kind.INTEGER, "已处理", "Done", writable=False)] = 0
    undone: Annotated[int, displayed(Kind.INTEGER, "已撤回", "Taken back", writable=False)] = 0
    left: Annotated[int, displayed(Kind.INTEGER, "保留数", "Left", writable=False)] = 0
    reason: Annotated[str, displayed(Kind.TEXT, "原因", "Reason", personal=True, writable=False)] = ""
    since: int | None = None
    until: int | None = None
    up_to: int = 0
    reasons: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)

    @property
    def search(self) -> Search:
        return Search(terms(self.conditions), self.since, self.until)


def evolve(state: TakingBackJob, event: Event) -> None:
    match event:
        case events.TakingBackStarted():
            state.by, state.conditions, state.why = event.by, event.conditions, event.why
            state.since, state.until, state.up_to = event.since, event.until, event.up_to
            state.total, state.records = event.total, event.records
        case events.TakingBackAdvanced(done=done, undone=undone):
            state.done, state.undone = done, undone
        case events.TakingBackCompleted(undone=undone, left=left, reasons=reasons, items=items):
            state.status = "cancelled" if state.status == "cancelling" else "completed"
            state.done = undone + left
            state.undone, state.left, state.reasons, state.items = undone, left, reasons, items
        case events.TakingBackCancelled():
            state.status = "cancelling"
        case events.TakingBackFailed(reason=reason):
            state.status, state.reason = "failed", reason


TAKING_BACK = Aggregate(
    name="taking_back",
    service="audit",
    noun="taking-back",
    state=TakingBackJob,
    evolve=evolve,
    collection=Collection("takings_back", 1, record_fields(TakingBackJob, owned=False), owner=None),
    not_undoable=frozenset(
        f"audit.TakingBack{name}" for name in ("Started", "Advanced", "Completed", "Cancelled", "Failed")
    ),
)


# --- commands and their decisions, all of them sent by the suite ------------------------------------------------------


class StartTakingBack(CommandModel):
    """See TakingBackStarted."""

    by: str
    conditions: Annotated[dict[str, str], VERBATIM]
    since: int | None
    until: int | None
    up_to: int
    total: int
    records: int
    why: Annotated[str, VERBATIM]


@TAKING_BACK.command("StartTakingBack", action="create", verb="start", creates=True, hidden=True, back=NOT_UNDOABLE)
def start(cmd: StartTakingBack, state: TakingBackJob, ctx: Context) -> list[Event]:
    return [events.TakingBackStarted(**cmd.model_dump())]


class AdvanceTakingBack(CommandModel):
    """See TakingBackAdvanced. One that was begun again counts from 0: nothing is said until it is where it was."""

    done: int
    undone: int


@TAKING_BACK.command("AdvanceTakingBack", action="manage", verb="advance", hidden=True)
def advance(cmd: AdvanceTakingBack, state: TakingBackJob, ctx: Context) -> list[Event]:
    known = cmd.done <= state.done or state.status not in UNFINISHED
    return [] if known else [events.TakingBackAdvanced(**cmd.model_dump())]


class CompleteTakingBack(CommandModel):
    """See TakingBackCompleted."""

    undone: int
    left: int
    reasons: Annotated[list[dict[str, Any]], VERBATIM]
    items: Annotated[list[dict[str, Any]], VERBATIM]


@TAKING_BACK.command("CompleteTakingBack", action="manage", verb="complete", hidden=True)
def complete(cmd: CompleteTakingBack, state: TakingBackJob, ctx: Context) -> list[Event]:
    return [events.TakingBackCompleted(**cmd.model_dump())] if state.status in UNFINISHED else []


class CancelTakingBack(CommandModel):
    """End it for good, once the change in hand is done. What it did so far stands."""


@TAKING_BACK.command("CancelTakingBack", action="manage", verb="cancel", hidden=True)
def cancel(cmd: CancelTakingBack, state: TakingBackJob, ctx: Context) -> list[Event]:
    if state.status in ("cancelling", "cancelled"):
        return []
    if state.status != "running":
        raise Rejected("it has ended: there is nothing to cancel", code="wrong-status", status=state.status)
    return [events.TakingBackCancelled()]


class FailTakingBack(CommandModel):
    reason: Annotated[str, VERBATIM]


@TAKING_BACK.command("FailTakingBack", action="manage", verb="fail", hidden=True)
def fail(cmd: FailTakingBack, state: TakingBackJob, ctx: Context) -> list[Event]:
    return [events.TakingBackFailed(cmd.reason)] if state.status in UNFINISHED else []
