"""What all jobs have in common: acts on many records that run in the background, pause, go on, and are taken back.

Each kind of job is a record type of its own. Its state has the fields of `JobState`, its events the shapes of
`shared/events/jobs.py`, and its commands are added by `add_job_commands`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from pydantic import Field as F

from shared.domain.command import NOT_ERASED, CommandModel, CommandRegistry, Context, Decide
from shared.domain.ways_back import FINAL, NOT_UNDOABLE, Back, NoWay, Way
from shared.errors import Rejected
from shared.events import jobs
from shared.events.common import Erased
from shared.events.envelope import Event
from shared.messages import say
from shared.messages.named import option_named
from shared.security.permissions import require_user

UNFINISHED = ("running", "reverting")
FINISHED = ("completed", "reverted", "cancelled")  # its files are of no use any more


class JobState(Protocol):
    """reason: why it is paused or failed. reverter: who asked for the revert. reverted: what that came to."""

    id: str
    version: int
    owner: str | None
    status: str
    reason: str
    reverter: str
    reverted: dict[str, int]
    erased: bool


J = TypeVar("J", bound=JobState)


def evolve_job(state: JobState, event: Event) -> None:
    """Fold the events that all jobs have."""
    match event:
        case jobs.Paused(reason=reason):
            state.status, state.reason = "paused", reason
        case jobs.Resumed():
            state.status, state.reason = "running", ""
        case jobs.Cancelled():
            state.status, state.reason = "cancelled", ""
        case jobs.Failed(reason=reason):
            state.status, state.reason = "failed", reason
        case jobs.RevertStarted(by=by):
            state.status, state.reverter = "reverting", by
        case jobs.Reverted(archived=archived, undone=undone, left=left):
            state.status = "reverted"
            state.reverted = {"archived": archived, "undone": undone, "left": left}
        case Erased():
            state.status = state.status if state.status in FINISHED else "failed"


class Pause(CommandModel):
    reason: str = F(default="", max_length=500)


class Fail(CommandModel):
    reason: str = F(max_length=2000)


class EndRevert(CommandModel):
    archived: int = F(ge=0)
    undone: int = F(ge=0)
    left: int = F(ge=0)


@dataclass(frozen=True, slots=True)
class JobDecisions:
    """The decisions of a job's commands. The classes are those of the events that they make."""

    paused: type[jobs.Paused]
    resumed: type[jobs.Resumed]
    failed: type[jobs.Failed]
    erased: type[Erased]
    revert_started: type[jobs.RevertStarted]
    reverted: type[jobs.Reverted]
    cancelled: type[jobs.Cancelled] = jobs.Cancelled

    def pause(self, cmd: Pause, state: JobState, ctx: Context) -> list[Event]:
        if state.status == "paused":
            return []
        require(state, "running")
        return [self.paused(cmd.reason)]

    def resume(self, cmd: CommandModel, state: JobState, ctx: Context) -> list[Event]:
        require_user(ctx.access)
        if state.status == "running":
            return []
        require(state, "paused", "failed")
        return [self.resumed()]

    def cancel(self, cmd: CommandModel, state: JobState, ctx: Context) -> list[Event]:
        if state.status == "cancelled":
            return []
        require(state, "running", "paused", "failed")
        return [self.cancelled()]

    def fail(self, cmd: Fail, state: JobState, ctx: Context) -> list[Event]:
        if state.status == "failed":
            return []
        require(state, "running", "paused", "reverting")
        return [self.failed(cmd.reason)]

    def erase(self, cmd: CommandModel, state: JobState, ctx: Context) -> list[Event]:
        return [] if state.erased else [self.erased(ctx.id)]

    def revert(self, cmd: CommandModel, state: JobState, ctx: Context) -> list[Event]:
        require_user(ctx.access)
        if state.status == "reverting":
            return []
        require(state, "completed", "paused", "failed", "cancelled")
        return [self.revert_started(ctx.actor)]

    def complete_revert(self, cmd: EndRevert, state: JobState, ctx: Context) -> list[Event]:
        if state.status == "reverted":
            return []
        require(state, "reverting")
        return [self.reverted(cmd.archived, cmd.undone, cmd.left)]


@dataclass(frozen=True, slots=True)
class JobBodies:
    """The models of a job's commands, which have the names of the commands. cancel: None for a kind without it."""

    pause: type[Pause]
    resume: type[CommandModel]
    revert: type[CommandModel]
    erase: type[CommandModel]
    fail: type[Fail]
    end_revert: type[EndRevert]
    cancel: type[CommandModel] | None = None


RESUME = Way("resume", say("Resume the job"))
PAUSE = Way("pause", say("Pause the job"))


def _stop_again(before: JobState, event: Event) -> Way | NoWay:
    return PAUSE if before.status == "paused" else NOT_UNDOABLE


def add_job_commands(registry: CommandRegistry[Any], bodies: JobBodies, decide: JobDecisions) -> None:
    """Register the commands that all jobs have."""

    def add(model: type[CommandModel], verb: str, decision: Decide, *statuses: str, back: Back = NOT_UNDOABLE) -> None:
        when = {"status": statuses}
        registry.command(model.__name__, action="manage", verb=verb, model=model, when=when, back=back)(decision)

    ended: tuple[str, ...] = ("completed", "paused", "failed")
    add(bodies.pause, "pause", decide.pause, "running", back=RESUME)
    add(bodies.resume, "resume", decide.resume, "paused", "failed", back=_stop_again)
    if bodies.cancel is not None:
        add(bodies.cancel, "cancel", decide.cancel, "running", "paused", "failed")
        ended = (*ended, "cancelled")
    add(bodies.revert, "revert", decide.revert, *ended)
    erase, fail, end = bodies.erase, bodies.fail, bodies.end_revert
    registry.command(erase.__name__, action="erase", verb="erase", model=erase, when=NOT_ERASED, back=FINAL)(
        decide.erase
    )
    registry.command(fail.__name__, action="manage", verb="fail", hidden=True, model=fail)(decide.fail)
    registry.command(end.__name__, action="manage", verb="reverted", hidden=True, model=end)(decide.complete_revert)


def require(state: JobState, *statuses: str) -> None:
    """Raises Rejected for a job of another status."""
    if state.status not in statuses:
        raise Rejected(
            say(
                "the job is {status}: this cannot be done with it now",
                status=option_named("bulk", "status", state.status),
            ),
            code="wrong-status",
            status=state.status,
        )
