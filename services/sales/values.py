"""Days, percentages, quantities and the sums of money made of them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from pydantic import Field as F

from shared.clock import day
from shared.domain.money import rounded, written
from shared.domain.types import AMOUNT_LIMIT, checked_day, decimal_as_in, number_given
from shared.messages import fault, shown
from shared.views.schema import Meaning

_FIRST, _LAST = "1900-01-01", "2299-12-31"  # what the warehouse's days can hold
_EXACT = Context(prec=50, rounding=ROUND_HALF_UP)  # a product of quantity, price and discount has 34 digits at most


def _day(value: str) -> str:
    found = checked_day(value, "day")
    if _FIRST <= found <= _LAST:
        return found
    raise fault("day", "{value} is no day; write one that exists, as in 2026-11-24", value=shown(value))


def _number(value: Any, places: int, most: Decimal, *, percent: bool = False) -> str:
    """A decimal from 0 to `most` with so many places at most, as text without needless zeros."""
    number = number_given(value, percent=percent)
    if number is None or not 0 <= number <= most:
        raise fault("number", "{value} is no number from 0 to {most}", value=shown(value), most=str(most))
    exact = number.quantize(Decimal(1).scaleb(-places))
    if exact != number:
        raise fault("number", "{value} has too many decimals: {places} at most", value=shown(value), places=places)
    return f"{exact.normalize():f}"


def _percent(value: Any) -> str:
    return _number(value, 2, Decimal(100), percent=True)


def _quantity(value: Any) -> str:
    quantity = _number(value, 4, Decimal(1_000_000_000))
    if quantity == "0":
        raise fault("quantity", "a quantity is greater than zero")
    return quantity


def _whole_percent(value: Any) -> Any:
    """`50 %` → 50."""
    if isinstance(value, str) and value.rstrip().endswith(("%", "％")):
        number = number_given(value, percent=True)
        return int(number) if number is not None and number == number.to_integral_value() else value
    return value


_DATE: dict[str, Any] = {"format": "date", "examples": ["2026-11-24"]}

Day = Annotated[str, F(max_length=60, json_schema_extra=_DATE), AfterValidator(_day), Meaning.DAY]
Percent = Annotated[str, BeforeValidator(_percent), decimal_as_in("12.5"), Meaning.PERCENT]
Quantity = Annotated[str, BeforeValidator(_quantity), decimal_as_in("40")]
Probability = Annotated[int, BeforeValidator(_whole_percent), F(ge=0, le=100), Meaning.PERCENT]


def line_amount(quantity: str, unit_price: str, discount_percent: str, currency: str) -> str:
    """What a line costs, net of tax, rounded half up to the currency's smallest unit."""
    gross = _EXACT.multiply(Decimal(quantity), Decimal(unit_price))
    net = _EXACT.multiply(gross, 100 - Decimal(discount_percent)).scaleb(-2, _EXACT)
    return rounded(net, currency)


def total(amounts: Iterable[str], currency: str) -> str:
    """The sum of amounts that are all in one currency."""
    return written(sum((Decimal(a) for a in amounts), Decimal(0)), currency)


def weighted(amount: str | None, probability: int, currency: str) -> str | None:
    """The amount times its probability in per cent, rounded half up to the currency's smallest unit."""
    return None if amount is None else rounded(Decimal(amount) * probability / 100, currency)


def cycle_days(opened_on: str | None, closed_on: str | None) -> int | None:
    """Days from opening to closing, as the warehouse's cycle_days counts them; None while it is open."""
    return (day(closed_on) - day(opened_on)).days if opened_on and closed_on else None


def fits(amount: str) -> bool:
    """Whether a sum is still an amount that can be kept: below 10^14."""
    return Decimal(amount) < AMOUNT_LIMIT


def positive(amount: str | None) -> bool:
    return amount is not None and Decimal(amount) > 0
