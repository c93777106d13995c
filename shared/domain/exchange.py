"""Exchange rates: what one unit of a currency is in another one, from a day until the next rate's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator

from shared.domain.money import EXACT, rounded
from shared.domain.types import decimal_as_in, decimal_of
from shared.messages import fault, shown
from shared.views.port import Condition, Document, Query

PLACES, LIMIT = 12, Decimal(10) ** 12  # of a rate: decimals at most, and what it is below


def _rate(value: Any) -> str:
    number = decimal_of(value)
    if number is None or not 0 < number < LIMIT:
        raise fault("rate", "{value} is no exchange rate; write a number above zero, as in 0.0067", value=shown(value))
    exact = number.quantize(Decimal(1).scaleb(-PLACES), context=EXACT)
    if exact != number:
        raise fault("rate", "{value} has too many decimals: {places} at most", value=shown(value), places=PLACES)
    return f"{exact.normalize(EXACT):f}"


RateValue = Annotated[str, BeforeValidator(_rate), decimal_as_in("0.0067")]


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `currency` is `rate` units of `into`; day: the one that the rate was set for."""

    currency: str
    into: str
    rate: str
    day: str

    def of(self, amount: Decimal) -> str:
        """An amount of `currency` in `into`, rounded half up to its smallest unit."""
        return rounded(EXACT.multiply(amount, Decimal(self.rate)), self.into)


def latest(currency: str, into: str, day: str) -> Query:
    """The question for the rate that holds on a day: the newest of that day or before."""
    where = (
        Condition("currency", "eq", currency),
        Condition("into", "eq", into),
        Condition("day", "le", day),
        Condition("archived", "eq", False),
    )
    return Query(where, sort="day", descending=True, limit=1)


def rate_in(found: Iterable[Document]) -> Rate | None:
    """The rate that `latest` found."""
    return next((Rate(d["currency"], d["into"], d["rate"], d["day"]) for d in found), None)


def exchanged(amount: str | None, currency: str, rate: Rate | None) -> dict[str, str]:
    """What an event keeps of an amount's exchange: amount and currency, the rate and its day; {} without a rate."""
    if amount is None or rate is None or rate.currency != currency:
        return {}
    return {"amount": rate.of(Decimal(amount)), "currency": rate.into, "rate": rate.rate, "day": rate.day}
