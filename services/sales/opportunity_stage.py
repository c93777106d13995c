"""An opportunity's course: stage, amount, close date, forecast category, won, lost, reopened."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field as F

from services.sales.exchange import its_rate
from services.sales.opportunity import OPEN, OPPORTUNITY, ForecastCategory, Opportunity, its_place, require_open
from services.sales.pipeline import Pipeline, existing
from services.sales.stage_entry import FIELDS, Entry, Filled, filled, its_entry
from services.sales.stage_gate import Stage, check_gate, may_go
from services.sales.values import Day, Probability, positive
from shared.domain.aggregate import Commands
from shared.domain.command import CommandModel, Context, live
from shared.domain.exchange import Rate, exchanged
from shared.domain.lifecycle import require_live
from shared.domain.money import fit
from shared.domain.types import Amount, Currency
from shared.domain.ways_back import Way
from shared.errors import FieldError, Forbidden, Invalid, Rejected
from shared.events import sales as events
from shared.events.envelope import Event
from shared.messages import say
from shared.security.permissions import Access

COMMANDS = Commands(OPPORTUNITY, __name__)

Reason = Annotated[str, F(min_length=1, max_length=500)]


class ChangeStage(Filled):
    """checklist: the points of the gate that are ticked. probability: null = that of the stage.

    The other fields are what the gate asks for: they are filled in by the same act, or nothing happens at all.
    """

    stage: Annotated[str, F(min_length=1, max_length=40)]
    checklist: list[Annotated[str, F(max_length=40)]] = F(default=[], max_length=50)
    probability: Probability | None = None

    model_config = {"json_schema_extra": {"examples": [{"stage": "proposal"}]}}


@COMMANDS.command(
    "ChangeStage",
    action="edit",
    verb="stage",
    prepare=its_entry,
    edits=("stage",),
    along=FIELDS,
    when=OPEN,
    bulk="change-stage",
)
def change_stage(cmd: ChangeStage, state: Opportunity, ctx: Context[Entry]) -> list[Event]:
    require_open(state)
    deal, made = filled(state, ctx.facts.fills, ctx)
    if cmd.stage == state.stage:
        return made
    pipeline = ctx.facts.pipeline
    stage = existing(pipeline, cmd.stage, "stage")
    _require_way(deal, stage, [*state.checked, *cmd.checklist], pipeline, ctx.access)
    probability = stage["probability"] if cmd.probability is None else cmd.probability
    ticked = sorted(set(cmd.checklist) - set(state.checked))
    return [*made, events.OpportunityStageChanged(cmd.stage, state.stage, probability, ticked, ctx.occurred_at)]


def _require_way(deal: Opportunity, stage: Stage, ticked: list[str], pipeline: Pipeline, access: Access) -> None:
    """Raises Rejected or Forbidden unless the deal may go to the stage from its present or last one."""
    if not may_go(pipeline.stages, deal.stage, stage["key"]):
        raise Rejected("a deal may not go back to this stage from where it is", code="no-way-back")
    check_gate(stage, OPPORTUNITY.dump(deal), ticked, access)


class ChangeAmount(CommandModel):
    amount: Amount | None
    currency: Currency | None = None


@COMMANDS.command(
    "ChangeAmount", action="edit", verb="amount", prepare=its_rate, edits=("amount", "currency"), when=OPEN
)
def change_amount(cmd: ChangeAmount, state: Opportunity, ctx: Context[Rate | None]) -> list[Event]:
    require_open(state)
    amount, currency = its_amount(state, cmd.amount, cmd.currency)
    if (amount, currency) == (state.amount, state.currency):
        return []
    refuse_beside_lines(state, amount, currency)
    return [events.OpportunityAmountChanged(amount, state.amount, currency, exchanged(amount, currency, ctx.facts))]


def its_amount(state: Opportunity, amount: str | None, currency: str | None) -> tuple[str | None, str]:
    """Amount and currency that a deal would have. Raises Invalid for an amount that the currency cannot express."""
    wanted = {"amount": amount, "currency": currency or state.currency}
    made = fit(OPPORTUNITY.collection, wanted, state)
    return made["amount"], made["currency"]


def refuse_beside_lines(state: Opportunity, amount: str | None, currency: str) -> None:
    """Raises Rejected when lines exist and another amount or currency is wanted."""
    if state.lines and (amount, currency) != (state.amount, state.currency):
        error = FieldError("amount", "sum-of-lines", "the amount is the sum of the line items; change those")
        raise Rejected(error.message, errors=[error])


class ChangeCloseDate(CommandModel):
    close_date: Day | None


@COMMANDS.command("ChangeCloseDate", action="edit", verb="close-date", edits=("close_date",), when=OPEN)
def change_close_date(cmd: ChangeCloseDate, state: Opportunity, ctx: Context) -> list[Event]:
    require_open(state)
    if cmd.close_date == state.close_date:
        return []
    return [events.OpportunityCloseDateMoved(cmd.close_date, state.close_date)]


class SetForecastCategory(CommandModel):
    """commit = counted on, best_case = if all goes well, pipeline = not yet, omitted = left out."""

    category: ForecastCategory


@COMMANDS.command(
    "SetForecastCategory",
    action="edit",
    verb="forecast-category",
    sets=("forecast_category",),
    edits=("forecast_category",),
    when=OPEN,
)
def set_forecast_category(cmd: SetForecastCategory, state: Opportunity, ctx: Context) -> list[Event]:
    """A closed deal keeps the category it closed with."""
    require_open(state)
    if cmd.category == state.forecast_category:
        return []
    return [events.OpportunityForecastCategorised(cmd.category, state.forecast_category)]


def _as_before(before: Opportunity, event: Event) -> dict[str, Any]:
    return {"reason": say("taken back"), "probability": before.probability, "close_date": before.close_date}


REOPEN = Way("reopen", say("Reopen the deal"), _as_before)
WIN_AGAIN = Way("win", say("Win the deal again"), lambda before, event: {"close_date": before.close_date})
LOSE_AGAIN = Way(
    "lose",
    say("Lose the deal again"),
    lambda before, event: {"reason": before.lost_reason, "close_date": before.close_date},
)


def _close_again(before: Opportunity, event: Event) -> Way:
    return WIN_AGAIN if before.status == "won" else LOSE_AGAIN


class WinOpportunity(CommandModel):
    """amount: null = as it stands. close_date: null = the day of winning."""

    amount: Amount | None = None
    currency: Currency | None = None
    close_date: Day | None = None


@COMMANDS.command(
    "WinOpportunity", action="edit", verb="win", prepare=its_rate, sets=("status",), when=OPEN, back=REOPEN
)
def win(cmd: WinOpportunity, state: Opportunity, ctx: Context[Rate | None]) -> list[Event]:
    require_live(state)
    if state.status == "won":
        return []
    require_open(state)
    if not ctx.access.may_see(OPPORTUNITY.name, "amount"):  # for any amount: the answer must not reveal it
        raise Forbidden("winning a deal confirms its amount, which your role may not see", code="amount-hidden")
    amount, currency = its_amount(state, cmd.amount or state.amount, cmd.currency)
    refuse_beside_lines(state, amount, currency)
    if amount is None or not positive(amount):
        raise Invalid.field("amount", "not-positive", "a won deal has an amount greater than zero")
    today = ctx.calendar.day_of(ctx.occurred_at)
    date, exchange = cmd.close_date or today, exchanged(amount, currency, ctx.facts)
    return [events.OpportunityWon(amount, currency, date, state.stage, ctx.occurred_at, today, exchange)]


class LoseOpportunity(CommandModel):
    """close_date: null = the day of losing."""

    reason: Reason
    close_date: Day | None = None


@COMMANDS.command("LoseOpportunity", action="edit", verb="lose", sets=("status", "lost_reason"), when=OPEN, back=REOPEN)
def lose(cmd: LoseOpportunity, state: Opportunity, ctx: Context) -> list[Event]:
    require_live(state)
    if state.status == "lost":
        return []
    require_open(state)
    today = ctx.calendar.day_of(ctx.occurred_at)
    return [events.OpportunityLost(cmd.reason, cmd.close_date or today, state.stage, ctx.occurred_at, today)]


class ReopenOpportunity(CommandModel):
    """stage: null = the one it stood in when it closed, or the first if that was retired since.

    As by ChangeStage, any other stage is entered through its gate. probability, close_date: what the deal has from now
    on; left out = the stage's probability, the date as it stands.
    """

    reason: Reason
    stage: Annotated[str | None, F(max_length=40)] = None
    probability: Probability | None = None
    close_date: Day | None = None


@COMMANDS.command(
    "ReopenOpportunity",
    action="reopen",
    verb="reopen",
    prepare=its_place,
    sets=("status",),
    when=live(status=("won", "lost")),
    back=_close_again,
)
def reopen(cmd: ReopenOpportunity, state: Opportunity, ctx: Context[Pipeline]) -> list[Event]:
    require_live(state)
    if state.status == "open":
        return []
    pipeline = ctx.facts
    if cmd.stage is not None:
        stage = existing(pipeline, cmd.stage, "stage")
    else:
        stage = next((s for s in pipeline.open_stages if s["key"] == state.stage), pipeline.open_stages[0])
    if stage["key"] != state.stage:
        _require_way(state, stage, state.checked, pipeline, ctx.access)
    probability = stage["probability"] if cmd.probability is None else cmd.probability
    dated = {"close_date": cmd.close_date} if "close_date" in cmd.model_fields_set else {}
    reopened = events.OpportunityReopened(stage["key"], probability, cmd.reason, state.status, ctx.occurred_at, dated)
    return [reopened]
