"""Import: files taken into the suite as one act, which can be paused, resumed and reverted as a whole."""

from __future__ import annotations

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
from shared.events.sealing import ERASED
from shared.security.permissions import Level
from shared.views.port import Collection, Document, Field, Kind

Status = Literal["running", "paused", "completed", "failed", "reverting", "reverted"]
OUTCOMES = ("created", "updated", "unchanged", "passed", "rejected", "warnings")


# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Import(Record):
    """total: rows of all steps. reverter: who asked for the revert."""

    name: Annotated[
        str, displayed(Kind.TEXT, "名称", "Name", indexed=True, searchable=True, personal=True, writable=False)
    ] = ""
    status: Annotated[
        str, displayed(Kind.KEYWORD, "状态", "Status", indexed=True, writable=False, options=get_args(Status))
    ] = "running"
    mapping: Annotated[str, displayed(Kind.TEXT, "映射", "Mapping", personal=True, writable=False)] = ""
    files: Annotated[list[dict[str, Any]], displayed(Kind.JSON, "文件", "Files", personal=True, writable=False)] = (
        field(default_factory=list)
    )
    total: Annotated[int, displayed(Kind.INTEGER, "总行数", "Rows", indexed=True, writable=False)] = 0
    steps: Annotated[list[dict[str, Any]], displayed(Kind.JSON, "步骤", "Steps", writable=False)] = field(
        default_factory=list
    )
    reason: Annotated[str, displayed(Kind.TEXT, "原因", "Reason", personal=True, writable=False)] = ""
    reverter: Annotated[str, displayed(Kind.KEYWORD, "撤回人", "Reverted by", writable=False, ref="user")] = ""
    reverted: Annotated[dict[str, int], displayed(Kind.JSON, "撤回结果", "Outcome of the revert", writable=False)] = (
        field(default_factory=dict)
    )
    sample: Annotated[bool, displayed(Kind.BOOLEAN, "示例数据", "Sample data", indexed=True, writable=False)] = False


def evolve(state: Import, event: Event) -> None:
    match event:
        case events.ImportStarted(name=name, mapping=mapping, files=files, total=total, owner=owner):
            state.name, state.mapping, state.files, state.total = name, mapping, files, total
            state.owner, state.status, state.sample = owner, "running", event.sample
        case events.ImportCompleted(steps=steps):
            state.status, state.steps, state.reason = "completed", steps, ""
        case _:
            evolve_job(state, event)


def forget(state: Import) -> None:
    """Mask the texts; the numbers of rows stay."""
    state.steps = [{**s, **{n: s[n] and ERASED for n in ("name", "file") if n in s}} for s in state.steps]


def shown(state: Import) -> Document:
    return {name: sum(step.get(name, 0) for step in state.steps) for name in OUTCOMES}


IMPORT = Aggregate(
    name="import",
    service="integration",
    noun="imports",
    state=Import,
    evolve=evolve,
    evolves_shared=True,
    grants={
        "sales_manager": {"read": Level.BELOW, "create": Level.ALL, "manage": Level.OWN},
        "marketing": {"read": Level.OWN, "create": Level.ALL, "manage": Level.OWN},
    },
    collection=Collection(
        "imports",
        3,
        record_fields(
            Import,
            after={
                "steps": (
                    Field("created", Kind.INTEGER, "新建", "Created", writable=False),
                    Field("updated", Kind.INTEGER, "更新", "Updated", writable=False),
                    Field("unchanged", Kind.INTEGER, "未变", "Unchanged", writable=False),
                    Field("passed", Kind.INTEGER, "略过", "Passed over", writable=False),
                    Field("rejected", Kind.INTEGER, "拒绝", "Rejected", writable=False),
                    Field("warnings", Kind.INTEGER, "警告", "Warnings", writable=False),
                )
            },
            sources=dict.fromkeys(OUTCOMES, ("steps",)),
        ),
    ),
    shown=shown,
    forget=forget,
    erasure=events.ImportErased,
)


# --- commands and their decisions -------------------------------------------------------------------------------------


class StartImport(CommandModel):
    name: Annotated[str, F(min_length=1, max_length=200)]
    mapping: Annotated[str, VERBATIM, F(max_length=100_000)]
    files: list[dict[str, Any]] = F(max_length=50)
    total: int = F(ge=0)
    sample: bool = False


@IMPORT.command("StartImport", action="create", verb="start", creates=True, hidden=True)
def start(cmd: StartImport, state: Import, ctx: Context) -> list[Event]:
    return [events.ImportStarted(cmd.name, cmd.mapping, cmd.files, cmd.total, ctx.actor, cmd.sample)]


DECIDE = JobDecisions(
    paused=events.ImportPaused,
    resumed=events.ImportResumed,
    failed=events.ImportFailed,
    erased=events.ImportErased,
    revert_started=events.ImportRevertStarted,
    reverted=events.ImportReverted,
)


class PauseImport(Pause):
    """The rows in hand are finished first."""


class ResumeImport(CommandModel):
    pass


class RevertImport(CommandModel):
    """Records it created are archived, changes it made are undone; what others changed since is listed and left."""


class EraseImport(CommandModel):
    """Make name, mapping, file names and rejected rows unreadable for good. The import can no longer be reverted."""


class CompleteImport(CommandModel):
    steps: list[dict[str, Any]]


class FailImport(Fail):
    pass


class CompleteRevert(EndRevert):
    pass


@IMPORT.command("CompleteImport", action="manage", verb="complete", hidden=True)
def complete(cmd: CompleteImport, state: Import, ctx: Context) -> list[Event]:
    if state.status == "completed":
        return []
    require(state, "running", "paused")
    return [events.ImportCompleted(cmd.steps)]


BODIES = JobBodies(
    pause=PauseImport,
    resume=ResumeImport,
    revert=RevertImport,
    erase=EraseImport,
    fail=FailImport,
    end_revert=CompleteRevert,
)
add_job_commands(IMPORT, BODIES, DECIDE)
