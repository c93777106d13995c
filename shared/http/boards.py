"""Totals of a list by a field. Money is added up per currency, or in the organisation's currency at dated rates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from shared.domain.exchange import Rate
from shared.domain.money import written
from shared.errors import Invalid
from shared.http import params
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.kernel.queries import Moment
from shared.messages import say
from shared.security.permissions import Access
from shared.views.port import By, Document, Field, Query, Total

Rates = Literal["deal", "today"]
RATES: tuple[Rates, ...] = ("deal", "today")


class Sum(TypedDict):
    """Of the records whose amounts are in one currency; "" = they name none."""

    currency: str
    count: int
    sum: str


class Amount(TypedDict):
    """sum: null when the amounts are in several currencies. missing: what is not in it for lack of a rate."""

    sum: str | None
    sums: NotRequired[list[Sum]]
    missing: NotRequired[list[Sum]]


class Group(Amount):
    """The first sum. totals: all of them by their fields, where several are asked for. where: the conditions of a list
    with the group's records; cards: the first of them, next: the cursor of that list."""

    key: Any
    count: int
    totals: NotRequired[dict[str, Amount]]
    where: NotRequired[list[Document]]
    cards: NotRequired[list[Document]]
    next: NotRequired[str | None]


@dataclass(frozen=True, slots=True)
class Part:
    """Of one group and currency: how many records, their sum there, and the sum in the currency asked for.

    there: None = no rate is known.
    """

    key: tuple[Any, ...]
    currency: str
    count: int
    sum: Decimal
    there: Decimal | None


@dataclass(frozen=True, slots=True)
class Into:
    """The organisation's currency, as a sum is asked for in it."""

    currency: str
    rates: Rates


async def into_of(kernel: Kernel, access: Access, given: dict[str, str], field: Field | None) -> Into | None:
    """What `in=base&rates=…` asks for; None without it. Raises Invalid."""
    if params.option(given, "in", ("base",), "") == "":
        if "rates" in given:
            raise Invalid.field("rates", "needs-in", say("rates are asked for with sums in the own currency only"))
        return None
    if field is None or not field.currency:
        raise Invalid.field("in", "no-money", say("only sums of money are shown in another currency"))
    rates: Rates = "deal" if field.base else "today"
    if params.option(given, "rates", RATES, rates) != rates:
        if not field.base:
            raise Invalid.field("rates", "no-exchange", say("these records keep no rates; ask for those of today"))
        rates = "today"
    return Into(await kernel.directory.currency(access.tenant), rates)


class Sums:
    """Adds up one amount of the records of a list."""

    def __init__(
        self, kernel: Kernel, aggregate: AnyAggregate, query: Query, access: Access, moment: Moment, into: Into | None
    ) -> None:
        self._kernel, self._aggregate, self._query = kernel, aggregate, query
        self._access, self._moment, self._into = access, moment, into
        self._rates: dict[str, Rate | None] = {}

    async def parts(self, by: tuple[By, ...], fields: Sequence[Field]) -> list[list[Part]]:
        """For each field of money its sums by groups, and by currency within. One field holds the currencies of all."""
        if self._into is not None and self._into.rates == "deal":
            return [await self._kept(by, field, self._into.currency) for field in fields]
        found: list[list[Part]] = [[] for _ in fields]
        for total in await self._totals((*by, fields[0].currency), *(field.name for field in fields)):
            *key, currency = total.keys
            for parts, sum in zip(found, (total.sum, *total.more), strict=True):
                amount = Decimal(sum)
                there = await self._today(currency or "", amount)
                parts.append(Part(tuple(key), currency or "", total.count, amount, there))
        return found

    async def _kept(self, by: tuple[By, ...], field: Field, into: str) -> list[Part]:
        """By the exchanges that the records keep. What is in the organisation's currency needs none."""
        base = self._aggregate.collection.field(field.base)
        assert base is not None
        groups = (*by, field.currency, base.currency)
        exchanged = {total.keys: Decimal(total.sum) for total in await self._totals(groups, base.name)}
        found = []
        for total in await self._totals(groups, field.name):
            *key, currency, kept_in = total.keys
            amount = Decimal(total.sum)
            there = amount if currency == into else exchanged.get(total.keys) if kept_in == into else None
            found.append(Part(tuple(key), currency or "", total.count, amount, there))
        return found

    async def _totals(self, by: tuple[By, ...], name: str, *more: str) -> list[Total]:
        return await self._kernel.queries.totals(
            self._aggregate, self._query, self._access, by, name, self._moment, more
        )

    async def _today(self, currency: str, amount: Decimal) -> Decimal | None:
        if self._into is None:
            return None
        if currency not in self._rates:
            directory, tenant = self._kernel.directory, self._access.tenant
            today = (await directory.calendar(tenant)).day_of(self._kernel.clock.now())
            self._rates[currency] = await directory.rate(tenant, currency, today) if currency else None
        rate = self._rates[currency]
        return None if rate is None else Decimal(rate.of(amount))


def by_currency(parts: Iterable[Part]) -> list[Sum]:
    """A sum for each currency in which there is money."""
    found: dict[str, Sum] = {}
    for part in parts:
        if part.sum:
            one = found.setdefault(part.currency, Sum(currency=part.currency, count=0, sum="0"))
            one["count"] += part.count
            one["sum"] = written(Decimal(one["sum"]) + part.sum, part.currency)
    return [found[currency] for currency in sorted(found)]


def missing(parts: Iterable[Part]) -> list[Sum]:
    """The money that no rate leads into the currency asked for."""
    return by_currency(part for part in parts if part.there is None)


def added(parts: Iterable[Part], into: str) -> str:
    """The sum in the currency asked for, without what is missing."""
    return written(sum((part.there for part in parts if part.there is not None), Decimal(0)), into)


def amount(parts: Sequence[Part], into: Into | None) -> Amount:
    """One sum of a group."""
    sums = by_currency(parts)
    if into is not None:
        return Amount(sum=added(parts, into.currency), sums=sums, missing=missing(parts))
    currency = parts[0].currency if parts else ""
    only = sums[0]["sum"] if len(sums) == 1 else written(Decimal(0), currency) if not sums else None
    return Amount(sum=only, sums=sums)
