"""The commands on a pipeline's stages: add, reorder, rename, gate, retire."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import Field as F

from services.sales.opportunity import OPPORTUNITY
from services.sales.pipeline import PIPELINE, Pipeline, existing, named_of
from services.sales.stage_gate import MAX_STAGES, Gate, Key, Label, StageModel
from services.sales.values import Probability
from shared.domain.aggregate import Commands
from shared.domain.command import CommandModel, Context
from shared.domain.lifecycle import require_live
from shared.domain.types import Titles
from shared.domain.ways_back import Way
from shared.errors import Invalid, Rejected
from shared.events import sales as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.messages import say
from shared.views.port import MAX_PAGE, Condition, Query

COMMANDS = Commands(PIPELINE, __name__)


class AddStage(StageModel):
    """before: the stage it comes before; null = at the end."""

    before: Key | None = None


def _stands(now: Pipeline, event: events.StageAdded) -> bool:
    return any(s["key"] == event.stage["key"] and not s["retired"] for s in now.stages)


RETIRE = Way("retire-stage", say("Retire the stage"), lambda before, event: {"key": event.stage["key"]}, _stands)


@COMMANDS.command("AddStage", action="edit", verb="stages", sets=("stages",), back=RETIRE)
def add_stage(cmd: AddStage, state: Pipeline, ctx: Context) -> list[Event]:
    require_live(state)
    keys = [s["key"] for s in state.stages]
    if cmd.key in keys:
        raise Invalid.field("key", "duplicate", "the pipeline has a stage with this key")
    if len(keys) >= MAX_STAGES:
        raise Invalid.field("key", "too-many", say("a pipeline has {most} stages at most", most=MAX_STAGES))
    if cmd.before is not None:
        existing(state, cmd.before, "before")
    index = len(keys) if cmd.before is None else keys.index(cmd.before)
    stage = {k: v for k, v in cmd.stored().items() if k != "before"}
    return [events.StageAdded(stage, index)]


class ReorderStages(CommandModel):
    keys: list[Key] = F(max_length=MAX_STAGES)


@COMMANDS.command("ReorderStages", action="edit", verb="reorder", sets=("stages",))
def reorder(cmd: ReorderStages, state: Pipeline, ctx: Context) -> list[Event]:
    require_live(state)
    now = [s["key"] for s in state.open_stages]
    if sorted(cmd.keys) != sorted(now):
        raise Invalid.field("keys", "incomplete", "name every stage of the pipeline exactly once")
    return [] if cmd.keys == now else [events.StagesReordered(cmd.keys, now)]


class RenameStage(CommandModel):
    key: Key
    zh: Label | None = None
    en: Label | None = None
    titles: Titles | None = None
    probability: Probability | None = None


@COMMANDS.command("RenameStage", action="edit", verb="rename-stage", sets=("stages",))
def rename_stage(cmd: RenameStage, state: Pipeline, ctx: Context) -> list[Event]:
    """Deals that stand in the stage keep the probability they entered it with."""
    require_live(state)
    stage = existing(state, cmd.key)
    before = named_of(stage)
    after = {**before, **cmd.model_dump(exclude_none=True, exclude={"key"})}
    return [] if after == before else [events.StageRenamed(cmd.key, **after, previous=before)]


class SetGate(CommandModel):
    """gate null = nothing stands before the stage."""

    key: Key
    gate: Gate | None


@COMMANDS.command("SetGate", action="edit", verb="gate", sets=("stages",))
def set_gate(cmd: SetGate, state: Pipeline, ctx: Context) -> list[Event]:
    require_live(state)
    stage = existing(state, cmd.key)
    for key in (cmd.gate.back if cmd.gate else None) or []:
        existing(state, key, "gate.back")
    gate = cmd.gate.model_dump() if cmd.gate else None
    return [] if gate == stage["gate"] else [events.GateSet(cmd.key, gate, stage["gate"])]


class RetireStage(CommandModel):
    key: Key


async def deals_in_stage(cmd: RetireStage, lookups: Lookups) -> int:
    """The number of open deals in the stage now."""
    return await deals_in(lookups.id, {cmd.key}, lookups)


async def deals_in(pipeline: str, stages: Collection[str], lookups: Lookups) -> int:
    """The number of open deals in stages of a pipeline: the views find them, the log confirms each."""
    where = (
        Condition("pipeline", "eq", pipeline),
        Condition("stage", "in", sorted(stages)),
        Condition("status", "eq", "open"),
        Condition("archived", "eq", False),
    )
    shown = await lookups.find("opportunities", Query(where=where, limit=MAX_PAGE))
    deals = [await lookups.state(OPPORTUNITY, d["id"]) for d in shown]
    return sum(d.status == "open" and not d.archived and d.stage in stages for d in deals)


@COMMANDS.command("RetireStage", action="edit", verb="retire-stage", prepare=deals_in_stage, sets=("stages",))
def retire_stage(cmd: RetireStage, state: Pipeline, ctx: Context) -> list[Event]:
    require_live(state)
    stage = state.stage(cmd.key)
    if stage is not None and stage["retired"]:
        return []
    existing(state, cmd.key)
    if ctx.facts:
        raise Rejected(
            say("{count} open deals stand in this stage; move them first", count=ctx.facts),
            code="deals",
            count=ctx.facts,
        )
    if len(state.open_stages) == 1:
        raise Rejected("a pipeline keeps one stage at least", code="last-stage")
    return [events.StageRetired(cmd.key)]
