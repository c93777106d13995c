"""Rules over several records (ADR 8): no open deal in a retired stage, none newly on an archived account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.sales.opportunity import Opportunity, account_is_archived, into_first
from services.sales.pipeline import Pipeline, pipeline_for
from services.sales.pipeline_stages import deals_in
from shared.domain.rules import Rule, is_withdrawal, touches
from shared.events import sales as events
from shared.events.envelope import Event, Recorded
from shared.kernel.lookups import Lookups

_BACK_AT_WORK = ("status", "archived")  # an undo of these fields can reopen or restore a deal


def at_work(deal: Opportunity) -> bool:
    return deal.version > 0 and deal.status == "open" and not deal.archived


# --- deals ------------------------------------------------------------------------------------------------------------


async def _in_retired_stage(deal: Opportunity, event: object, lookups: Lookups) -> bool:
    if not at_work(deal):
        return False
    stage = (await pipeline_for(lookups, deal.pipeline)).stage(deal.stage)
    return stage is not None and stage["retired"]


async def _go_on_in_first(deal: Opportunity, target: Recorded, lookups: Lookups) -> list[Event] | None:
    """Repair a withdrawal that returns the deal to another retired stage."""
    if not is_withdrawal(target):
        return None
    return [into_first(deal, await pipeline_for(lookups, deal.pipeline), target.occurred_at)]


async def _on_archived_account(deal: Opportunity, event: object, lookups: Lookups) -> bool:
    return at_work(deal) and await account_is_archived(deal, lookups)


async def _without_account(deal: Opportunity, target: Recorded, lookups: Lookups) -> list[Event] | None:
    """Repair a withdrawal that returns the deal to another archived account."""
    if not is_withdrawal(target):
        return None
    return [events.OpportunityDetailsChanged({"account": {"from": deal.account, "to": None}})]


_COMES = (events.OpportunityOpened, events.OpportunityReopened, events.OpportunityRestored)
OPPORTUNITY_RULES = (
    Rule(
        "unknown-stage",
        "the stage was retired at this moment",
        (*_COMES, events.OpportunityStageChanged, events.OpportunityChangeUndone),
        _in_retired_stage,
        when=touches("stage", *_BACK_AT_WORK),
        field="stage",
        repair=_go_on_in_first,
    ),
    Rule(
        "unknown-reference",
        "the account was archived at this moment",
        (*_COMES, events.OpportunityDetailsChanged, events.OpportunityChangeUndone),
        _on_archived_account,
        when=touches("account", *_BACK_AT_WORK),
        field="account",
        repair=_without_account,
    ),
)


# --- pipelines --------------------------------------------------------------------------------------------------------


def _retired_by(event: events.StageRetired | events.PipelineChangeUndone) -> set[str]:
    """The stages that an event retires."""
    if isinstance(event, events.StageRetired):
        return {event.key}
    stages = event.changes.get("stages", {"from": [], "to": []})
    return _retired(stages["to"]) - _retired(stages["from"])


def _retired(stages: Iterable[dict[str, Any]]) -> set[str]:
    return {stage["key"] for stage in stages if stage["retired"]}


async def _has_deals(state: Pipeline, event: Any, lookups: Lookups) -> bool:
    keys = _retired_by(event) & _retired(state.stages)
    return bool(keys) and await deals_in(state.id, keys, lookups) > 0


async def _open_again(state: Pipeline, target: Recorded, lookups: Lookups) -> list[Event]:
    """Reopen the stages that the event retired; other stages stay as they are now."""
    keys = _retired_by(target.event)
    stages = [{**s, "retired": False} if s["key"] in keys else s for s in state.stages]
    changes = {"stages": {"from": state.stages, "to": stages}}
    return [events.PipelineChangeUndone(target.version, target.event_id, changes)]


PIPELINE_RULES = (
    Rule(
        "deals",
        "a deal entered the stage at this moment",
        (events.StageRetired, events.PipelineChangeUndone),
        _has_deals,
        when=lambda event: bool(_retired_by(event)),
        asks_views=True,
        repair=_open_again,
    ),
)
