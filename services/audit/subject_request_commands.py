"""The commands of a subject request and their decisions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple

from pydantic import Field as F

from services.audit.approving import Erasure, erasure_of
from services.audit.subject_request import APPROVERS, OPEN, SUBJECT_REQUEST, RequestKind, SubjectRequest
from shared.domain.aggregate import Commands
from shared.domain.command import CommandModel, Context
from shared.domain.types import Day, Reference
from shared.domain.ways_back import NoWay, Way
from shared.errors import Invalid, Rejected
from shared.events import audit_requests as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.messages import say
from shared.messages.named import option_named
from shared.security.apikeys import require_person

COMMANDS = Commands(SUBJECT_REQUEST, __name__)
KEPT = NoWay("kept", "the log keeps this step; it is not taken back")
REOPEN = Way("reopen", say("Reopen the request"))
LONGEST = 180  # days from the day it came to the day it is due
Why = Annotated[str, F(min_length=1, max_length=500)]
WHILE_OPEN = {"status": OPEN}


class Term(NamedTuple):
    """today: where the organisation is. days: until a request is due."""

    today: str
    days: int


class OpenSubjectRequest(CommandModel):
    """received: null = today. The answer is due when the organisation's term is over (`request_days`)."""

    kind: RequestKind
    person_type: Annotated[str, F(min_length=1, max_length=60)]
    person: Reference
    received: Day | None = None
    note: Annotated[str, F(max_length=2_000)] = ""

    model_config = {
        "json_schema_extra": {
            "examples": [
                {"kind": "rectification", "person_type": "contact", "person": "01936f00-0000-7000-8000-0000000000bb"}
            ]
        }
    }


async def person_and_term(cmd: OpenSubjectRequest, lookups: Lookups) -> Term:
    if cmd.person_type not in lookups.catalogue or not lookups.catalogue[cmd.person_type].person:
        raise Invalid.field("person_type", "no-person", "records of this type are not about one person")
    await lookups.there("person", cmd.person_type, cmd.person)
    organisation: Any = await lookups.record("organisation", lookups.tenant)
    return Term(lookups.day, organisation.request_days)


@COMMANDS.command("OpenSubjectRequest", action="create", verb="", creates=True, prepare=person_and_term, back=KEPT)
def open_request(cmd: OpenSubjectRequest, state: SubjectRequest, ctx: Context[Term]) -> list[Event]:
    received = cmd.received or ctx.facts.today
    if received > ctx.facts.today:
        raise Invalid.field("received", "in-the-future", "it cannot have come in the future")
    due = _later(received, ctx.facts.days)
    return [events.SubjectRequestOpened(cmd.kind, cmd.person_type, cmd.person, received, due, cmd.note)]


def _later(day: str, days: int) -> str:
    return str(date.fromisoformat(day) + timedelta(days))


class TakeUpSubjectRequest(CommandModel):
    """You handle it from now on."""


@COMMANDS.command(
    "TakeUpSubjectRequest", action="edit", verb="take-up", sets=("handler", "status"), when=WHILE_OPEN, back=KEPT
)
def take_up(cmd: TakeUpSubjectRequest, state: SubjectRequest, ctx: Context) -> list[Event]:
    _require(state, *OPEN)
    return [] if state.handler == ctx.actor else [events.SubjectRequestTakenUp(ctx.actor)]


class ExtendSubjectRequest(CommandModel):
    """The law allows a later answer in some cases, of which the person is informed."""

    due: Day
    cause: Why


@COMMANDS.command("ExtendSubjectRequest", action="edit", verb="extend", when=WHILE_OPEN, back=KEPT)
def extend(cmd: ExtendSubjectRequest, state: SubjectRequest, ctx: Context) -> list[Event]:
    _require(state, *OPEN)
    if not state.received <= cmd.due <= _later(state.received, LONGEST):
        message = say("between the day it came and {most} days later", most=LONGEST)
        raise Invalid.field("due", "outside-term", message)
    return [] if cmd.due == state.due else [events.SubjectRequestExtended(cmd.due, state.due, cmd.cause)]


class ApproveErasure(CommandModel):
    """Two people approve, each of whom may erase every record of the person. After the second one the erasure follows.

    An earlier approval counts no more where the person's records are others by now, or who gave it may not any more.
    """


async def may_be_erased(cmd: ApproveErasure, lookups: Lookups) -> Erasure:
    """Raises what the erasure would raise now; see `erasure_of`."""
    request = await lookups.state(SUBJECT_REQUEST, lookups.id)
    if request.kind != "erasure" or request.status not in OPEN:
        return Erasure({}, [])
    return await erasure_of(request, lookups)


@COMMANDS.command(
    "ApproveErasure",
    action="manage",
    verb="approve",
    prepare=may_be_erased,
    sets=("approvals", "status"),
    when={"kind": ("erasure",), **WHILE_OPEN},
    back=KEPT,
)
def approve(cmd: ApproveErasure, state: SubjectRequest, ctx: Context[Erasure]) -> list[Event]:
    if state.kind != "erasure":
        raise Rejected("only an erasure is approved", code="not-an-erasure")
    _require(state, *OPEN)
    by, (records, counted) = require_person(ctx.access).user, ctx.facts
    if by in counted:
        return []
    return [events.ErasureApproved(by, len(counted) + 1 >= APPROVERS, records, counted)]


class FulfilSubjectRequest(CommandModel):
    """What was asked for is done, and the person has the answer. An erasure is fulfilled by itself."""


@COMMANDS.command(
    "FulfilSubjectRequest",
    action="edit",
    verb="fulfil",
    sets=("status",),
    when={"kind": ("access", "rectification", "restriction"), **WHILE_OPEN},
    back=REOPEN,
)
def fulfil(cmd: FulfilSubjectRequest, state: SubjectRequest, ctx: Context) -> list[Event]:
    if state.kind == "erasure":
        raise Rejected("an erasure is fulfilled when two people have approved it", code="not-approved")
    _require(state, *OPEN)
    if state.kind == "access" and not state.exported:
        raise Rejected("make the person's file first", code="not-exported")
    return [events.SubjectRequestFulfilled()]


class RefuseSubjectRequest(CommandModel):
    cause: Why


@COMMANDS.command(
    "RefuseSubjectRequest", action="edit", verb="refuse", sets=("status", "refusal"), when=WHILE_OPEN, back=REOPEN
)
def refuse(cmd: RefuseSubjectRequest, state: SubjectRequest, ctx: Context) -> list[Event]:
    _require(state, *OPEN)
    return [events.SubjectRequestRefused(cmd.cause)]


class ReopenSubjectRequest(CommandModel):
    """It was refused, or taken for fulfilled, too early. What was erased stays so."""


@COMMANDS.command(
    "ReopenSubjectRequest",
    action="edit",
    verb="reopen",
    sets=("status",),
    when={"status": ("fulfilled", "refused")},
    back=KEPT,
)
def reopen(cmd: ReopenSubjectRequest, state: SubjectRequest, ctx: Context) -> list[Event]:
    if state.kind == "erasure" and state.status == "fulfilled":
        raise Rejected("an erasure is final", code="erased")
    _require(state, "fulfilled", "refused")
    return [events.SubjectRequestReopened(state.status)]


# --- what other modules send ------------------------------------------------------------------------------------------


class RecordSubjectExport(CommandModel):
    """See SubjectDataExported."""

    format: str
    records: dict[str, int]
    sha256: str
    left_out: list[str] = F(default_factory=list)


@COMMANDS.command("RecordSubjectExport", action="export", verb="exported", hidden=True)
def record_export(cmd: RecordSubjectExport, state: SubjectRequest, ctx: Context) -> list[Event]:
    _require(state, *OPEN)
    return [events.SubjectDataExported(cmd.format, cmd.records, cmd.sha256, cmd.left_out)]


class CompleteErasure(CommandModel):
    """The person was erased."""


@COMMANDS.command("CompleteErasure", action="manage", verb="erased", hidden=True)
def complete_erasure(cmd: CompleteErasure, state: SubjectRequest, ctx: Context) -> list[Event]:
    return [events.SubjectRequestFulfilled()] if state.status == "approved" else []


class StallErasure(CommandModel):
    code: str


@COMMANDS.command("StallErasure", action="manage", verb="stalled", hidden=True)
def stall(cmd: StallErasure, state: SubjectRequest, ctx: Context) -> list[Event]:
    return [events.ErasureStalled(cmd.code)] if state.status == "approved" else []


def _require(state: SubjectRequest, *statuses: str) -> None:
    if state.status not in statuses:
        message = say("the request is {status}", status=option_named("subject_request", "status", state.status))
        raise Rejected(message, code="out-of-turn", status=state.status)
