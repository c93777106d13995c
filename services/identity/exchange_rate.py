"""ExchangeRate: what a currency is worth in the organisation's, from a day until the next rate's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from services.identity.organisation import ORGANISATION
from shared.domain.aggregate import Aggregate, Unique
from shared.domain.command import CommandModel, Context
from shared.domain.exchange import RateValue
from shared.domain.fields import displayed, record_fields
from shared.domain.lifecycle import Lifecycle, add_lifecycle, require_live
from shared.domain.match import code_key
from shared.domain.record import Record
from shared.domain.types import Currency, Day
from shared.errors import Invalid
from shared.events import identity_rates as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.messages import say
from shared.security.roles import SEEN_BY_ALL
from shared.views.port import Collection, Kind

# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class ExchangeRate(Record):
    """One unit of `currency` is `rate` units of `into`. It holds until the day of the next one."""

    currency: Annotated[
        Currency, displayed(Kind.KEYWORD, "币种", "Currency", indexed=True, writable=False, required=True)
    ] = ""
    into: Annotated[Currency, displayed(Kind.KEYWORD, "兑换币种", "Into currency", indexed=True, writable=False)] = ""
    day: Annotated[Day, displayed(Kind.DATE, "日期", "Day", indexed=True, writable=False, required=True)] = ""
    rate: Annotated[RateValue, displayed(Kind.DECIMAL, "汇率", "Rate", required=True)] = ""


def evolve(state: ExchangeRate, event: Event) -> None:
    match event:
        case events.ExchangeRateSet(currency=currency, into=into, day=day, rate=rate):
            state.currency, state.into, state.day, state.rate = currency, into, day, rate
        case events.ExchangeRateCorrected(rate=rate):
            state.rate = rate


EXCHANGE_RATE = Aggregate(
    name="exchange_rate",
    service="identity",
    noun="exchange-rates",
    looks_up=("organisation",),
    state=ExchangeRate,
    evolve=evolve,
    grants=SEEN_BY_ALL,
    collection=Collection("exchange_rates", 1, record_fields(ExchangeRate, owned=False), owner=None, title="currency"),
    not_undoable=frozenset({"identity.ExchangeRateArchived", "identity.ExchangeRateRestored"}),
    uniques=(Unique("day", lambda r: f"{r.currency} {r.into} {r.day}" if r.day else "", code_key),),
)

add_lifecycle(
    EXCHANGE_RATE,
    "ExchangeRate",
    Lifecycle(None, None, events.ExchangeRateArchived, events.ExchangeRateRestored, events.ExchangeRateChangeUndone),
)


# --- commands and their decisions -------------------------------------------------------------------------------------


class SetExchangeRate(CommandModel):
    """One unit of `currency` is `rate` units of `into` from that day on. into: null = the organisation's currency."""

    currency: Currency
    day: Day
    rate: RateValue
    into: Currency | None = None

    model_config = {"json_schema_extra": {"examples": [{"currency": "JPY", "day": "2026-11-24", "rate": "0.0067"}]}}


async def its_currency(cmd: SetExchangeRate, lookups: Lookups) -> str:
    """The currency that the rate leads to."""
    return cmd.into or (await lookups.state(ORGANISATION, lookups.tenant)).currency


@EXCHANGE_RATE.command("SetExchangeRate", action="create", verb="", creates=True, prepare=its_currency)
def set_rate(cmd: SetExchangeRate, state: ExchangeRate, ctx: Context[str]) -> list[Event]:
    if cmd.currency == ctx.facts:
        message = say("a rate leads to another currency; {currency} into itself is always 1", currency=cmd.currency)
        raise Invalid.field("currency", "same-currency", message)
    return [events.ExchangeRateSet(cmd.currency, ctx.facts, cmd.day, cmd.rate)]


class CorrectExchangeRate(CommandModel):
    """Deals keep the rate that they were closed with; `apply-rate` brings them the corrected one."""

    rate: RateValue


@EXCHANGE_RATE.command("CorrectExchangeRate", action="edit", verb="PATCH")
def correct(cmd: CorrectExchangeRate, state: ExchangeRate, ctx: Context) -> list[Event]:
    require_live(state)
    return [] if cmd.rate == state.rate else [events.ExchangeRateCorrected(cmd.rate, state.rate)]
