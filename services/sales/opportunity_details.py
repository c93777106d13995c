"""Commands that open a deal and change its plain fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import Field as F

from services.sales.exchange import rate_on
from services.sales.opportunity import OPPORTUNITY, Opportunity, require_open
from services.sales.pipeline import Pipeline, existing, pipeline_for
from services.sales.stage_gate import check_gate
from services.sales.values import Day, Probability
from shared.domain.aggregate import Commands
from shared.domain.command import CommandModel, Context
from shared.domain.exchange import Rate, exchanged
from shared.domain.lifecycle import changed_fields, require_live
from shared.domain.money import fit
from shared.domain.types import Amount, Currency, Custom, Reference
from shared.errors import Invalid
from shared.events import sales as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups

COMMANDS = Commands(OPPORTUNITY, __name__)

Name = Annotated[str, F(min_length=1, max_length=200)]


class OpportunityDetails(CommandModel, plain=Opportunity):
    """The plain fields, all optional: in a PATCH only those sent change."""

    custom: Custom = F(default_factory=dict)


class OpenOpportunity(OpportunityDetails):
    """pipeline: null = the default one. stage: null = its first. probability: null = that of the stage."""

    name: Name
    pipeline: Reference | None = None
    stage: Annotated[str | None, F(max_length=40)] = None
    probability: Probability | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    close_date: Day | None = None
    lead: Reference | None = None
    owner: Reference | None = None

    model_config = {
        "json_schema_extra": {
            "examples": [{"name": "Acme: 40 seats", "amount": "4800.00", "currency": "CNY", "close_date": "2027-03-31"}]
        }
    }


@dataclass(frozen=True, slots=True)
class Opening:
    pipeline: Pipeline
    currency: str
    rate: Rate | None = None


Details = TypeVar("Details", bound=OpportunityDetails)


async def check_references(cmd: Details, lookups: Lookups) -> None:
    """Raises Invalid naming the field of the first reference that leads nowhere."""
    for name in ("account", "product", "price_book"):
        await lookups.exists(name, name, getattr(cmd, name))


async def before_open(cmd: OpenOpportunity, lookups: Lookups) -> Opening:
    await check_references(cmd, lookups)
    await lookups.owner(cmd.owner)
    await lookups.exists("lead", "lead", cmd.lead)
    pipeline = await pipeline_for(lookups, cmd.pipeline)
    if pipeline.archived:
        raise Invalid.field("pipeline", "unknown-reference", "this pipeline is archived")
    currency = cmd.currency or await _currency(cmd, lookups)
    rate = None if cmd.amount is None else await rate_on(lookups, currency, lookups.day)
    return Opening(pipeline, currency, rate)


async def _currency(cmd: OpenOpportunity, lookups: Lookups) -> str:
    """The currency of the product, else of the account, else of the organisation; "" when none says."""
    new = cmd.onto(Opportunity())
    places = (("product", new.product), ("account", new.account), ("organisation", lookups.tenant))
    for resource, id in places:
        if id is not None and (found := getattr(await lookups.record(resource, id), "currency", "")):
            return str(found)
    return ""


@COMMANDS.command("OpenOpportunity", action="create", verb="", creates=True, prepare=before_open)
def open_(cmd: OpenOpportunity, state: Opportunity, ctx: Context[Opening]) -> list[Event]:
    """A new deal, owned by its creator unless said otherwise."""
    facts = ctx.facts
    stage = existing(facts.pipeline, cmd.stage or facts.pipeline.open_stages[0]["key"], "stage")
    owner = cmd.owner if "owner" in cmd.model_fields_set else ctx.actor
    apart = {"pipeline", "stage", "probability", "owner"}
    wanted = cmd.model_dump(exclude_unset=True, exclude=apart) | {"currency": facts.currency}
    details = fit(OPPORTUNITY.collection, wanted, state)
    check_gate(stage, {**details, "owner": owner}, (), ctx.access)
    probability = stage["probability"] if cmd.probability is None else cmd.probability
    at, day = ctx.occurred_at, ctx.calendar.day_of(ctx.occurred_at)
    exchange = exchanged(details.get("amount"), facts.currency, facts.rate)
    return [events.OpportunityOpened(details, owner, facts.pipeline.id, stage["key"], probability, at, day, exchange)]


class ChangeOpportunityDetails(OpportunityDetails):
    name: Name = ""
    probability: Probability = 0


@COMMANDS.command("ChangeOpportunityDetails", action="edit", verb="PATCH", prepare=check_references)
def change_details(cmd: ChangeOpportunityDetails, state: Opportunity, ctx: Context) -> list[Event]:
    require_live(state)
    changes = changed_fields(state, cmd.model_dump(exclude_unset=True))
    if "probability" in changes:
        require_open(state)
    return [events.OpportunityDetailsChanged(changes)] if changes else []
