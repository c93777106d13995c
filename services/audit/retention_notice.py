"""RetentionNotice: of a rule and a record: that the first is to erase the second, did, or is to leave it alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field as F

from services.audit.subject_request import PEOPLE
from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, Context
from shared.domain.fields import displayed, record_fields
from shared.domain.record import Record
from shared.domain.ways_back import NoWay, Way
from shared.errors import Rejected
from shared.events import audit_retention as events
from shared.events.envelope import Event
from shared.messages import say
from shared.views.port import Collection, Kind

NoticeStatus = Literal["announced", "kept", "released", "erasing", "erased", "left_out"]
UNREADABLE = "unreadable"  # a code: the log has an event of the record that this program cannot read
RELEASE = Way("release", say("Let the rule erase it again"), holds=lambda now, event: now.status == "kept")
RELEASED = NoWay("released", "the record is announced again on the next day; keep it then")

# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class RetentionNotice(Record):
    """run: the last one that listed the record. cause: why it is kept. code: why it was left out."""

    rule: Annotated[
        str, displayed(Kind.KEYWORD, "保留规则", "Retention rule", indexed=True, writable=False, ref="retention_rule")
    ] = ""
    run: Annotated[
        str, displayed(Kind.KEYWORD, "预告批次", "Run", indexed=True, writable=False, ref="retention_run")
    ] = ""
    resource: Annotated[str, displayed(Kind.KEYWORD, "记录类型", "Record type", indexed=True, writable=False)] = ""
    record: Annotated[
        str, displayed(Kind.KEYWORD, "记录", "Record", indexed=True, writable=False, mixed=True, types=PEOPLE)
    ] = ""
    status: Annotated[
        str, displayed(Kind.KEYWORD, "状态", "Status", indexed=True, writable=False, options=get_args(NoticeStatus))
    ] = "announced"
    cause: Annotated[str, displayed(Kind.TEXT, "原因", "Reason", writable=False)] = ""
    code: Annotated[str, displayed(Kind.KEYWORD, "受阻原因", "Stopped by", writable=False)] = ""


def evolve(state: RetentionNotice, event: Event) -> None:
    match event:
        case events.ErasureAnnounced(rule=rule, run=run, resource=resource, record=record):
            state.rule, state.run, state.resource, state.record = rule, run, resource, record
            state.status, state.cause, state.code = "announced", "", ""
        case events.ErasureExempted(cause=cause):
            state.status, state.cause = "kept", cause
        case events.ErasureExemptionEnded():
            state.status, state.cause = "released", ""
        case events.AnnouncedErasureBegun():
            state.status = "erasing"
        case events.AnnouncedErasureSettled(outcome=outcome, code=code):
            state.status, state.code = outcome, code


RETENTION_NOTICE = Aggregate(
    name="retention_notice",
    service="audit",
    noun="retention-notices",
    state=RetentionNotice,
    evolve=evolve,
    collection=Collection(
        "retention_notices", 1, record_fields(RetentionNotice, owned=False), owner=None, title="status"
    ),
    not_undoable=frozenset(
        f"audit.{name}"
        for name in (
            "ErasureAnnounced",
            "ErasureExempted",
            "ErasureExemptionEnded",
            "AnnouncedErasureBegun",
            "AnnouncedErasureSettled",
        )
    ),
)


# --- commands and their decisions -------------------------------------------------------------------------------------


class KeepRecord(CommandModel):
    """The rule leaves the record alone until this is taken back. cause: why, which the log keeps."""

    cause: Annotated[str, F(min_length=1, max_length=500)]


@RETENTION_NOTICE.command(
    "KeepRecord",
    action="edit",
    verb="keep",
    sets=("status",),
    when={"status": ("announced", "released", "left_out")},
    back=RELEASE,
)
def keep(cmd: KeepRecord, state: RetentionNotice, ctx: Context) -> list[Event]:
    if state.status in ("erasing", "erased"):
        raise Rejected("it is too late: the erasure has begun", code="too-late")
    return [] if state.status == "kept" else [events.ErasureExempted(cmd.cause)]


class ReleaseRecord(CommandModel):
    """The rule may announce the record again, with the whole notice."""


@RETENTION_NOTICE.command(
    "ReleaseRecord", action="edit", verb="release", sets=("status", "cause"), when={"status": ("kept",)}, back=RELEASED
)
def release(cmd: ReleaseRecord, state: RetentionNotice, ctx: Context) -> list[Event]:
    return [events.ErasureExemptionEnded()] if state.status == "kept" else []


# --- what the daily run sends (`retention_look.py`) -------------------------------------------------------------------


class AnnounceErasure(CommandModel):
    """See ErasureAnnounced."""

    rule: str
    run: str
    resource: str
    record: str


@RETENTION_NOTICE.command("AnnounceErasure", action="create", verb="announce", creates=True, hidden=True)
def announce(cmd: AnnounceErasure, state: RetentionNotice, ctx: Context) -> list[Event]:
    return [events.ErasureAnnounced(**cmd.model_dump())]


class AnnounceErasureAgain(AnnounceErasure):
    """An earlier run listed the record, too."""


@RETENTION_NOTICE.command("AnnounceErasureAgain", action="edit", verb="again", hidden=True)
def announce_again(cmd: AnnounceErasureAgain, state: RetentionNotice, ctx: Context) -> list[Event]:
    if state.status in ("kept", "erased") or cmd.run == state.run:
        return []
    return [events.ErasureAnnounced(**cmd.model_dump())]


class BeginAnnouncedErasure(CommandModel):
    """run: the one whose day has come."""

    run: str


@RETENTION_NOTICE.command("BeginAnnouncedErasure", action="edit", verb="begin", hidden=True)
def begin(cmd: BeginAnnouncedErasure, state: RetentionNotice, ctx: Context) -> list[Event]:
    if cmd.run != state.run or state.status not in ("announced", "erasing"):
        raise Rejected("the record is not announced by this run", code="not-announced")
    return [] if state.status == "erasing" else [events.AnnouncedErasureBegun()]


class SettleAnnouncedErasure(CommandModel):
    """See AnnouncedErasureSettled."""

    run: str
    outcome: Literal["erased", "left_out"]
    code: str = ""


@RETENTION_NOTICE.command("SettleAnnouncedErasure", action="edit", verb="settle", hidden=True)
def settle(cmd: SettleAnnouncedErasure, state: RetentionNotice, ctx: Context) -> list[Event]:
    if cmd.run != state.run or state.status not in ("announced", "erasing"):
        return []
    return [events.AnnouncedErasureSettled(cmd.outcome, cmd.code)]
