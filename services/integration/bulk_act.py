"""Bulk act: one command on many records as one act, which can be paused, resumed, cancelled and reverted as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from pydantic import Field as F

from services.integration.jobs.lifecycle import (
    EndRevert,
    Fail,
    JobBodies,
    JobDecisions,
    Pause,
    add_job_commands,
    evolve_job,
    require,
)
from shared.domain.aggregate import Aggregate
from shared.domain.command import VERBATIM, CommandModel, Context
from shared.domain.fields import displayed, record_fields
from shared.domain.record import Record
from shared.events import integration as events
from shared.events.envelope import Event
from shared.security.permissions import Access, Action, Level
from shared.views.port import Collection, Document, Kind

Status = Literal["running", "paused", "completed", "failed", "cancelled", "reverting", "reverted"]


# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class BulkAct(Record):
    """total: its records. reverter: who asked for the revert."""

    record_type: Annotated[str, displayed(Kind.KEYWORD, "记录类型", "Record type", indexed=True, writable=False)] = ""
    command: Annotated[str, displayed(Kind.KEYWORD, "命令", "Command", indexed=True, writable=False)] = ""
    body: Annotated[dict[str, Any], displayed(Kind.JSON, "内容", "Body", personal=True, writable=False)] = field(
        default_factory=dict
    )
    filters: Annotated[dict[str, Any], displayed(Kind.JSON, "筛选条件", "Filters", personal=True, writable=False)] = (
        field(default_factory=dict)
    )
    why: Annotated[str, displayed(Kind.TEXT, "说明", "Why", personal=True, writable=False)] = ""
    status: Annotated[
        str, displayed(Kind.KEYWORD, "状态", "Status", indexed=True, writable=False, options=get_args(Status))
    ] = "running"
    total: Annotated[int, displayed(Kind.INTEGER, "记录数", "Records", indexed=True, writable=False)] = 0
    changed: Annotated[int, displayed(Kind.INTEGER, "已更改", "Changed", writable=False)] = 0
    unchanged: Annotated[int, displayed(Kind.INTEGER, "未变", "Unchanged", writable=False)] = 0
    failed: Annotated[int, displayed(Kind.INTEGER, "失败", "Failed", writable=False)] = 0
    reason: Annotated[str, displayed(Kind.TEXT, "原因", "Reason", personal=True, writable=False)] = ""
    reverter: Annotated[str, displayed(Kind.KEYWORD, "撤回人", "Reverted by", writable=False, ref="user")] = ""
    reverted: Annotated[dict[str, int], displayed(Kind.JSON, "撤回结果", "Outcome of the revert", writable=False)] = (
        field(default_factory=dict)
    )


def evolve(state: BulkAct, event: Event) -> None:
    match event:
        case events.BulkStarted():
            state.record_type, state.command, state.body = event.record_type, event.command, event.body
            state.filters, state.total, state.why = event.filters, event.total, event.why
            state.owner, state.status = event.owner, "running"
        case events.BulkCompleted(changed=changed, unchanged=unchanged, failed=failed):
            state.status, state.reason = "completed", ""
            state.changed, state.unchanged, state.failed = changed, unchanged, failed
        case _:
            evolve_job(state, event)


def conceal(values: Document, record: Document, access: Access) -> Document:
    """Leave out what body and filter say of fields of the record type that are hidden from the caller."""
    found = dict(values)
    for name in ("body", "filters"):
        if isinstance(values.get(name), dict):
            found[name] = shown_values(values[name], record["record_type"], access)
    return found


def shown_values(values: Document, record_type: str, access: Access) -> Document:
    """Values by field, without the fields of the record type that are hidden from the caller.

    A filter over several fields, or over the words of all, goes as soon as one is hidden.
    """
    if not access.masks(record_type):
        return values
    found = {name: v for name, v in values.items() if access.may_see(record_type, name.partition("[")[0])}
    found = {name: v for name, v in found.items() if name not in ("q", "filter")}
    if isinstance(own := found.get("custom"), dict):
        found["custom"] = {name: v for name, v in own.items() if access.may_see(record_type, f"custom.{name}")}
    return found


_OWN: Mapping[Action, Level] = {"create": Level.ALL, "read": Level.OWN, "manage": Level.OWN}

BULK = Aggregate(
    name="bulk",
    service="integration",
    noun="bulk",
    state=BulkAct,
    evolve=evolve,
    evolves_shared=True,
    conceal=conceal,
    grants={
        "sales_manager": {**_OWN, "read": Level.BELOW},
        "sales_representative": _OWN,
        "marketing": _OWN,
        "service_agent": _OWN,
    },
    collection=Collection("bulk_acts", 1, record_fields(BulkAct), title="command"),
    erasure=events.BulkErased,
)


# --- commands and their decisions -------------------------------------------------------------------------------------

DECIDE = JobDecisions(
    paused=events.BulkPaused,
    resumed=events.BulkResumed,
    failed=events.BulkFailed,
    erased=events.BulkErased,
    revert_started=events.BulkRevertStarted,
    reverted=events.BulkReverted,
    cancelled=events.BulkCancelled,
)


class StartBulk(CommandModel):
    record_type: str = F(max_length=60)
    command: str = F(max_length=120)
    body: Annotated[dict[str, Any], VERBATIM]
    filters: Annotated[dict[str, Any], VERBATIM]
    total: int = F(ge=0)
    why: Annotated[str, VERBATIM, F(max_length=500)] = ""


@BULK.command("StartBulk", action="create", verb="start", creates=True, hidden=True)
def start(cmd: StartBulk, state: BulkAct, ctx: Context) -> list[Event]:
    return [
        events.BulkStarted(cmd.record_type, cmd.command, cmd.body, cmd.filters, cmd.total, cmd.why, owner=ctx.actor)
    ]


class PauseBulk(Pause):
    """The records in hand are finished first."""


class ResumeBulk(CommandModel):
    pass


class CancelBulk(CommandModel):
    """End it for good. What it did so far stands, and can be reverted."""


class RevertBulk(CommandModel):
    """Undo its change of each record; where the same fields were changed since, the record is listed and left."""


class EraseBulk(CommandModel):
    """Make body, filter and failed records unreadable for good. The act can no longer be reverted."""


class CompleteBulk(CommandModel):
    changed: int = F(ge=0)
    unchanged: int = F(ge=0)
    failed: int = F(ge=0)


class FailBulk(Fail):
    pass


class CompleteBulkRevert(EndRevert):
    pass


@BULK.command("CompleteBulk", action="manage", verb="complete", hidden=True)
def complete(cmd: CompleteBulk, state: BulkAct, ctx: Context) -> list[Event]:
    if state.status == "completed":
        return []
    require(state, "running", "paused")
    return [events.BulkCompleted(cmd.changed, cmd.unchanged, cmd.failed)]


BODIES = JobBodies(
    pause=PauseBulk,
    resume=ResumeBulk,
    revert=RevertBulk,
    erase=EraseBulk,
    fail=FailBulk,
    end_revert=CompleteBulkRevert,
    cancel=CancelBulk,
)
add_job_commands(BULK, BODIES, DECIDE)
