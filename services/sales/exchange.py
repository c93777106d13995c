"""A deal's amount in the organisation's currency, at the rate of the day on which it got the amount (ADR 16)."""

from __future__ import annotations

from services.sales.opportunity import OPPORTUNITY, Opportunity
from shared.domain.aggregate import Commands
from shared.domain.command import C, CommandModel, Context
from shared.domain.exchange import Rate, exchanged, latest, rate_in
from shared.domain.lifecycle import require_live
from shared.domain.ways_back import NoWay
from shared.errors import Invalid, Rejected
from shared.events import sales as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.messages import say

COMMANDS = Commands(OPPORTUNITY, __name__)
FOLLOWS_RATE = NoWay("follows-rate", "the rate follows the exchange rates of the organisation; correct those")
_RATES = "exchange_rates"  # the collection


async def rate_on(lookups: Lookups, currency: str, day: str) -> Rate | None:
    """What a currency is in the organisation's on a day; None where no rate of that day or before is known."""
    into = str(getattr(await lookups.record("organisation", lookups.tenant), "currency", ""))
    if not currency or not into:
        return None
    if currency == into:
        return Rate(currency, into, "1", day)
    await lookups.settled()
    return rate_in(await lookups.find(_RATES, latest(currency, into, day)))


async def its_rate(cmd: C, lookups: Lookups) -> Rate | None:
    """That of the currency that the deal will have, on the day of the command."""
    currency = getattr(cmd, "currency", None) or (await lookups.state(OPPORTUNITY, lookups.id)).currency
    return await rate_on(lookups, currency, lookups.day)


class ApplyExchangeRate(CommandModel):
    """Take the rate that is known now of the deal's day: that of its closing; of an open deal, today."""


async def rate_of_its_day(cmd: ApplyExchangeRate, lookups: Lookups) -> Rate | None:
    deal = await lookups.state(OPPORTUNITY, lookups.id)
    return await rate_on(lookups, deal.currency, deal.closed_on or lookups.day)


@COMMANDS.command(
    "ApplyExchangeRate",
    action="edit",
    verb="apply-rate",
    prepare=rate_of_its_day,
    sets=("base_amount",),
    back=FOLLOWS_RATE,
)
def apply_rate(cmd: ApplyExchangeRate, state: Opportunity, ctx: Context[Rate | None]) -> list[Event]:
    """Changes a figure of a closed deal: the history says who did it and why."""
    require_live(state)
    if state.amount is None:
        raise Rejected("the deal has no amount", code="no-amount")
    found = exchanged(state.amount, state.currency, ctx.facts)
    if not found:
        day = state.closed_on or ctx.calendar.day_of(ctx.occurred_at)
        message = say(
            "there is no rate of {currency} for {day} or before; add one in the settings",
            currency=state.currency or "-",
            day=day,
        )
        raise Invalid.field("currency", "no-rate", message)
    return [] if found == state.exchange else [events.OpportunityExchanged(found, state.exchange)]
