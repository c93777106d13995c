"""Amounts of money: how many decimals a currency has, how an amount is written and rounded, and what is refused.

The decimals are those of ISO 4217. CLDR (Babel) counts what shops print, which is fewer for some currencies (IQD, LBP).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from pydantic import TypeAdapter

from shared.domain.codes import MINOR_DIGITS
from shared.domain.record import Record
from shared.domain.types import Currency, SignedAmount
from shared.errors import Invalid
from shared.messages import Message, fault, say, shown
from shared.views.schema import Collection

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_CODE, _AMOUNT = TypeAdapter[str](Currency), TypeAdapter[str](SignedAmount)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in its currency, in the currency's own form: "1000" JPY, "10.00" CNY, "1.234" KWD."""

    amount: str
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def as_json(self) -> dict[str, str]:
        return {"amount": self.amount, "currency": self.currency}

    @classmethod
    def of(cls, value: Any) -> Money:
        """From `{"amount", "currency"}` or a text such as `10.00 CNY`, checked.

        Raises a ValueError (`messages.fault`) for what is none, or has more decimals than its currency.
        """
        if isinstance(value, str):
            amount, _, currency = value.strip().rpartition(" ")
            value = {"amount": amount, "currency": currency}
        try:
            amount, currency = _AMOUNT.validate_python(value["amount"]), _CODE.validate_python(value["currency"])
            fine = len(value) == 2
        except (ValueError, TypeError, KeyError):
            fine = False
        if not fine:
            raise fault("money", "{value} is no amount with its currency; write as in 10.00 CNY", value=shown(value))
        if not fits(amount, currency):
            given = {"currency": currency, "digits": minor_digits(currency), "amount": amount}
            raise fault("amount", "{currency} has {digits} decimals at most: {amount} does not fit; round it", **given)
        return cls(written(Decimal(amount), currency), currency)


def minor_digits(currency: str) -> int:
    """The decimals of a currency: JPY 0, CNY 2, KWD 3; two where the currency is not known."""
    return MINOR_DIGITS.get(currency, 2)


def written(amount: Decimal, currency: str) -> str:
    """The amount with the currency's decimals; with more only where it has more (a price, or kept from before)."""
    return f"{_with(amount, minor_digits(currency)):f}"


def _with(amount: Decimal, digits: int) -> Decimal:
    """The same number with no trailing zeros beyond so many decimals, and no negative zero."""
    quantum = Decimal(1).scaleb(-digits)
    whole = amount.quantize(quantum, context=EXACT)
    return (whole if whole == amount else amount.normalize(EXACT)) if amount else Decimal(0).quantize(quantum)


def rounded(amount: Decimal, currency: str) -> str:
    """The amount in the currency's smallest unit, rounded half up."""
    return written(amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), context=EXACT), currency)


def fits(amount: str, currency: str) -> bool:
    """Whether an amount has no more decimals than its currency."""
    return Decimal(rounded(Decimal(amount), currency)) == Decimal(amount)


def fitted(field: str, amount: str, currency: str) -> str:
    """The amount as its currency writes it. Raises Invalid, naming the field, when the currency lacks its decimals."""
    if fits(amount, currency):
        return written(Decimal(amount), currency)
    raise Invalid.field(field, "amount", _too_fine(amount, currency))


def _too_fine(amount: str, currency: str) -> Message:
    if not currency:
        return say("{amount} has more than two decimals; name a currency that has them", amount=amount)
    digits, given = minor_digits(currency), {"currency": currency, "amount": amount}
    if digits == 0:
        return say("{currency} has no decimals: {amount} does not fit; round it", **given)
    return say("{currency} has {digits} decimals at most: {amount} does not fit; round it", digits=digits, **given)


def fit(collection: Collection, values: Mapping[str, Any], state: Record) -> dict[str, Any]:
    """The wanted values of a record's fields, each amount as its currency writes it.

    An amount that the record has already stays as it is kept, unless its currency changes. Raises Invalid, naming the
    amount that does not fit.
    """
    made = dict(values)
    for name, place in collection.money.items():
        if name in values or place in values:
            before, kept = getattr(state, place) or "", getattr(state, name)
            currency = values.get(place, before) or ""
            amount = values.get(name, kept)
            if amount is None:
                continue
            if kept is not None and currency == before and Decimal(amount) == Decimal(kept):
                made[name] = kept
            else:
                made[name] = fitted(name, amount, currency)
    return made
