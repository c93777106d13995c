"""Pipeline: the stages that opportunities pass, their probabilities, and the gates before them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field as F

from services.sales.shapes import StageShape
from services.sales.stage_gate import MAX_STAGES, Stage, StageModel
from shared.clock import Micros
from shared.domain.aggregate import Aggregate
from shared.domain.command import CommandModel, Context, live
from shared.domain.fields import displayed, plain, record_fields
from shared.domain.lifecycle import Lifecycle, add_lifecycle, changed_fields, require_live
from shared.domain.record import Record
from shared.domain.types import Custom, Reference, Text
from shared.domain.undo import Reverse, Step
from shared.domain.ways_back import NoWay
from shared.errors import Invalid, Rejected
from shared.events import sales as events
from shared.events.common import Changes
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.security.roles import SEEN_BY_ALL
from shared.views.port import Collection, Condition, Field, Kind, Query

# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Pipeline(Record):
    name: Annotated[
        str,
        F(min_length=1, max_length=200),
        plain(Kind.TEXT, "名称", "Name", indexed=True, searchable=True, required=True),
    ] = ""
    description: Annotated[Text, plain(Kind.TEXT, "说明", "Description", searchable=True)] = ""
    stages: Annotated[list[Stage], displayed(Kind.JSON, "阶段", "Stages", writable=False, shape=list[StageShape])] = (
        field(default_factory=list)
    )
    default_since: Annotated[
        Micros, displayed(Kind.DATETIME, "设为默认的时间", "Default since", indexed=True, writable=False)
    ] = 0  # 0 = not the default; of several the latest counts

    @property
    def open_stages(self) -> list[Stage]:
        """Those that deals may still enter, in order."""
        return [s for s in self.stages if not s["retired"]]

    def stage(self, key: str) -> Stage | None:
        return next((s for s in self.stages if s["key"] == key), None)


def evolve(state: Pipeline, event: Event) -> None:
    match event:
        case events.PipelineDefined(name=name, stages=stages):
            state.name, state.stages = name, stages
        case events.StageAdded(stage=stage, index=index):
            state.stages = [*state.stages[:index], stage, *state.stages[index:]]
        case events.StagesReordered(keys=keys):
            place = {key: n for n, key in enumerate(keys)}
            state.stages = sorted(state.stages, key=lambda s: place.get(s["key"], len(place)))
        case events.StageRenamed(key=key, zh=zh, en=en, probability=probability, titles=titles):
            named = {} if titles is None else {"titles": titles}
            _set(state, key, zh=zh, en=en, probability=probability, **named)
        case events.GateSet(key=key, gate=gate):
            _set(state, key, gate=gate)
        case events.StageRetired(key=key):
            _set(state, key, retired=True)
        case events.PipelineMadeDefault(at=at):
            state.default_since = at
        case events.PipelineDefaultCleared():
            state.default_since = 0


def _set(state: Pipeline, key: str, **values: Any) -> None:
    state.stages = [{**s, **values} if s["key"] == key else s for s in state.stages]


PIPELINE = Aggregate(
    name="pipeline",
    service="sales",
    noun="pipelines",
    looks_up=("opportunity",),
    state=Pipeline,
    evolve=evolve,
    grants=SEEN_BY_ALL,
    collection=Collection(
        "pipelines",
        1,
        record_fields(
            Pipeline,
            Field("default", Kind.BOOLEAN, "默认", "Default", indexed=True, writable=False),
            owned=False,
            sources={"default": ("default_since",), "default_since": ("default",)},
        ),
        owner=None,
    ),
    not_undoable=frozenset(
        {
            "sales.StageAdded",
            "sales.PipelineMadeDefault",
            "sales.PipelineDefaultCleared",
            "sales.PipelineArchived",
            "sales.PipelineRestored",
        }
    ),
    shown=lambda p: {"default": p.default_since > 0},
)


def _not_default(state: Pipeline, ctx: Context) -> None:
    if state.default_since:
        raise Rejected("this is the default pipeline; make another one the default first", code="default-pipeline")


def stages_back(back: Changes, state: Pipeline) -> Iterator[Step]:
    """The commands that restore the stages. No command reopens a retired one: there the right to edit is enough."""
    now = {s["key"]: s for s in back["stages"]["from"]}
    wanted: list[Stage] = back["stages"]["to"]
    for stage in wanted:
        key, before = stage["key"], now.get(stage["key"], stage)
        if named_of(stage) != named_of(before):
            yield "RenameStage", {"key": key, **named_of(stage)}
        if stage["gate"] != before["gate"]:
            yield "SetGate", {"key": key, "gate": stage["gate"]}
        if stage["retired"] and not before["retired"]:
            yield "RetireStage", {"key": key}
    if [s["key"] for s in wanted] != list(now):
        yield "ReorderStages", {"keys": [s["key"] for s in wanted if not s["retired"]]}


def named_of(stage: Stage) -> dict[str, Any]:
    """What RenameStage changes."""
    return {name: stage[name] for name in ("zh", "en", "probability")} | {"titles": stage.get("titles", {})}


add_lifecycle(
    PIPELINE,
    "Pipeline",
    Lifecycle(
        None,
        events.PipelineTagsChanged,
        events.PipelineArchived,
        events.PipelineRestored,
        events.PipelineChangeUndone,
    ),
    reverses=(Reverse(("stages",), stages_back),),
    before={"archive": _not_default},
    when={"archive": live(default=(False,))},
)


# --- the standard pipeline and the default one ------------------------------------------------------------------------

_STANDARD = (
    ("prospecting", "初步接洽", "初步接洽", "Prospecting", 10),
    ("qualification", "需求确认", "需求確認", "Qualification", 20),
    ("proposal", "方案报价", "方案報價", "Proposal", 50),
    ("negotiation", "商务谈判", "商務談判", "Negotiation", 80),
)
STANDARD_KEYS = tuple(key for key, *_ in _STANDARD)
STANDARD_NAMES = {"zh": "标准销售流程", "en": "Standard pipeline"}  # by the language of the organisation


def standard_id(tenant: str) -> str:
    """The id of the pipeline that every organisation starts with."""
    return str(uuid5(NAMESPACE_URL, f"crm:pipeline/standard/{tenant}"))


def standard_body(language: str = "en") -> dict[str, Any]:
    """The DefinePipeline command that makes it, named in a language of organisations."""
    stages = [
        {"key": key, "zh": zh, "en": en, "titles": {"zh-TW": tw}, "probability": probability}
        for key, zh, tw, en, probability in _STANDARD
    ]
    return {"name": STANDARD_NAMES.get(language, STANDARD_NAMES["en"]), "stages": stages, "default": True}


async def pipeline_for(lookups: Lookups, id: str | None) -> Pipeline:
    """The pipeline of an opportunity; None = the tenant's default one. Raises Invalid for an unknown id.

    The standard pipeline answers even before the policy that defines it has run.
    """
    standard = standard_id(lookups.tenant)
    if id is None:
        query = Query(where=(Condition("archived", "eq", False),), sort="default_since", descending=True, limit=1)
        found = await lookups.find(PIPELINE.collection.name, query)
        id = found[0]["id"] if found else standard
    state = await lookups.state(PIPELINE, id)
    if state.version == 0 and id == standard:
        body = PIPELINE.commands["sales.DefinePipeline"].adapter.validate_python(standard_body())
        return Pipeline(id=id, name=body.name, stages=_stages(body))
    if state.version == 0:
        raise Invalid.field("pipeline", "unknown-reference", "there is no pipeline with this id")
    return state


def existing(state: Pipeline, key: str, name: str = "key") -> Stage:
    """The stage that deals may enter. Raises Invalid naming the field when there is none with this key."""
    stage = state.stage(key)
    if stage is None or stage["retired"]:
        raise Invalid.field(name, "unknown-stage", "the pipeline has no such stage")
    return stage


# --- commands and their decisions -------------------------------------------------------------------------------------


class DefinePipeline(CommandModel, plain=Pipeline, without=("description",), required=("name",)):
    """A new pipeline with its stages in order."""

    stages: list[StageModel] = F(min_length=1, max_length=MAX_STAGES)
    default: bool = False

    model_config = {
        "json_schema_extra": {
            "examples": [
                {"name": "Renewals", "stages": [{"key": "offer", "zh": "报价", "en": "Offer", "probability": 50}]}
            ]
        }
    }


def _stages(cmd: DefinePipeline) -> list[Stage]:
    return [s.stored() for s in cmd.stages]


@PIPELINE.command("DefinePipeline", action="create", verb="", creates=True)
def define(cmd: DefinePipeline, state: Pipeline, ctx: Context) -> list[Event]:
    if len({s.key for s in cmd.stages}) < len(cmd.stages):
        raise Invalid.field("stages", "duplicate", "two stages have the same key")
    made: list[Event] = [events.PipelineDefined(cmd.onto(Pipeline()).name, _stages(cmd))]
    return [*made, events.PipelineMadeDefault(ctx.now)] if cmd.default else made


class ChangePipelineDetails(CommandModel, plain=Pipeline):
    custom: Custom = F(default_factory=dict)


@PIPELINE.command("ChangePipelineDetails", action="edit", verb="PATCH")
def change_details(cmd: ChangePipelineDetails, state: Pipeline, ctx: Context) -> list[Event]:
    require_live(state)
    changes = changed_fields(state, cmd.model_dump(exclude_unset=True))
    return [events.PipelineDetailsChanged(changes)] if changes else []


ANOTHER_DEFAULT = NoWay("make-another", "make another pipeline the default one")


class MakeDefault(CommandModel):
    pass


@PIPELINE.command(
    "MakeDefault",
    action="edit",
    verb="make-default",
    sets=("default",),
    when=live(default=(False,)),
    back=ANOTHER_DEFAULT,
)
def make_default(cmd: MakeDefault, state: Pipeline, ctx: Context) -> list[Event]:
    require_live(state)
    return [] if state.default_since else [events.PipelineMadeDefault(ctx.now)]


class ClearDefault(CommandModel):
    """since: the `default_since` that is meant, so that a late hand does not clear a newer mark."""

    successor: Reference
    since: int


@PIPELINE.command("ClearDefault", action="edit", verb="", hidden=True)
def clear_default(cmd: ClearDefault, state: Pipeline, ctx: Context) -> list[Event]:
    """The policy's hand after another pipeline became the default."""
    return [events.PipelineDefaultCleared(cmd.successor)] if state.default_since == cmd.since else []
