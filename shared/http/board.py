"""A board in one answer: the groups of a list with their counts, sums and first records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shared.domain.calendar import Calendar
from shared.errors import Invalid
from shared.http import params
from shared.http.answers import asked_fields, sparse
from shared.http.axes import NUMBERS, Axis, axis_of, bounds, ranges_of, spanned
from shared.http.boards import Amount, Group, Into, Part, Sums, amount, into_of
from shared.http.naming import titles_of_records
from shared.http.reading import ReadNotes, conditions_of, fields_of
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.kernel.queries import Moment
from shared.messages import say
from shared.security.permissions import Access
from shared.views.entries import entry_of
from shared.views.filter_tree import where_of
from shared.views.port import Document, Field, Query, Total

MAX_KEYS = 2
MAX_SUMS = 5
MAX_CARDS = 50  # records of a group
WITH_CARDS = 50  # groups that have records
MAX_GROUPS = 2_000
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a board is asked for. cards: how many records of each group; None = none are wanted."""

    query: Query
    axes: tuple[Axis, ...]
    sums: tuple[Field, ...]
    into: Into | None
    moment: Moment
    cards: int | None
    names: list[str] | None


class Board:
    """The boards of one record type for one caller. calendar: theirs, by which they mean the moment looked at."""

    def __init__(self, kernel: Kernel, aggregate: AnyAggregate, access: Access, calendar: Calendar) -> None:
        self._kernel, self._aggregate, self._access, self._calendar = kernel, aggregate, access, calendar
        self._queries, self._collection = kernel.queries, aggregate.collection
        self._reading = ReadNotes(kernel, aggregate)

    async def answer(self, query: Query, given: dict[str, str]) -> dict[str, Any]:
        """Raises Invalid, Forbidden."""
        asked = await self._asked(query, given)
        found = await self._groups(asked)
        shown = (*(axis.field.name for axis in asked.axes), *(field.name for field in asked.sums))
        await self._reading.figure(self._access, {*conditions_of(query), *shown}, query.text)
        body: dict[str, Any] = {"groups": found}
        if params.flag(given, "names"):
            cards = [card for group in found for card in group.get("cards", ())]
            body["names"] = await titles_of_records(self._kernel, self._aggregate, cards, self._access)
        return body if asked.into is None else body | {"currency": asked.into.currency, "rates": asked.into.rates}

    async def _asked(self, query: Query, given: dict[str, str]) -> Asked:
        known = await self._own(given)
        sums = tuple(self._number(known, name) for name in _listed(given, "sum", MAX_SUMS))
        moment = params.moment(given, self._calendar)
        return Asked(
            query,
            tuple([await self._axis(known, name, given, query, moment) for name in _listed(given, "by", MAX_KEYS, 1)]),
            sums,
            await into_of(self._kernel, self._access, given, next((f for f in sums if f.currency), None)),
            moment,
            params.number(given, "cards", 0, MAX_CARDS, 0) if "cards" in given else None,
            await asked_fields(self._kernel, self._aggregate, self._access, given),
        )

    async def _own(self, given: dict[str, str]) -> Mapping[str, Field]:
        """The custom fields, where one is named."""
        if "." not in given.get("by", "") + given.get("sum", ""):
            return {}
        return await self._kernel.bus.custom.fields(self._access.tenant, self._aggregate.name)

    def _field(self, known: Mapping[str, Field], name: str) -> Field | None:
        return known.get(name) or self._collection.field(name)

    def _number(self, known: Mapping[str, Field], name: str) -> Field:
        field = self._field(known, name)
        if field is None or not field.indexed or field.kind not in NUMBERS:
            kinds = ", ".join(NUMBERS)
            message = say("an indexed field of one of these kinds is needed: {kinds}", kinds=kinds)
            raise Invalid.field("sum", "bad-field", message)
        return field

    async def _axis(
        self, known: Mapping[str, Field], asked: str, given: dict[str, str], query: Query, moment: Moment
    ) -> Axis:
        name, _, unit = asked.partition(":")
        calendar = await self._kernel.directory.calendar(self._access.tenant)
        axis = axis_of(self._field(known, name), unit, ranges_of(given.get("ranges")), calendar)
        if not axis.unit:
            return axis
        ends = [await self._queries.find(self._aggregate, one, self._access, moment) for one in bounds(axis, query)]
        values = [_value(document, axis.field) for page in ends for document in page.items]
        return spanned(axis, *values) if len(values) == len(ends) else axis

    async def _groups(self, asked: Asked) -> list[Group]:
        by = tuple(axis.by for axis in asked.axes)
        if any(axis.unit and not axis.edges for axis in asked.axes):  # no record has a day
            by = tuple(axis.field.name for axis in asked.axes)
        money = [field for field in asked.sums if field.currency]
        others = [field.name for field in asked.sums if not field.currency]
        amounts: dict[Key, dict[str, Amount]] = {}
        counts: dict[Key, int] = {}
        if others or not money:
            totals = await self._totals(asked, by, others)
            for total in totals:
                counts[total.keys] = total.count
                sums = zip(others, (total.sum, *total.more), strict=False)
                amounts[total.keys] = {name: Amount(sum=sum) for name, sum in sums}
        for fields in _by_currency(money):
            sums_of = Sums(self._kernel, self._aggregate, asked.query, self._access, asked.moment, asked.into)
            for field, parts in zip(fields, await sums_of.parts(by, fields), strict=True):
                for key, some in _by_key(parts).items():
                    counts[key] = sum(part.count for part in some)
                    amounts.setdefault(key, {})[field.name] = amount(some, asked.into)
        _check_number(len(counts))
        return [await self._group(asked, n, key, counts[key], amounts[key]) for n, key in enumerate(counts)]

    async def _totals(self, asked: Asked, by: tuple[Any, ...], names: Sequence[str]) -> list[Total]:
        first, more = (names[0], tuple(names[1:])) if names else (None, ())
        return await self._queries.totals(self._aggregate, asked.query, self._access, by, first, asked.moment, more)

    async def _group(self, asked: Asked, place: int, key: Key, count: int, amounts: dict[str, Amount]) -> Group:
        shown = [axis.key(value) for axis, value in zip(asked.axes, key, strict=True)]
        first: Amount = amounts[asked.sums[0].name] if asked.sums else Amount(sum="0")
        group = Group(key=shown[0] if len(shown) == 1 else shown, count=count, sum=first["sum"])
        if "sums" in first:
            group["sums"] = first["sums"]
        if "missing" in first:
            group["missing"] = first["missing"]
        if len(asked.sums) > 1:
            group["totals"] = {field.name: amounts[field.name] for field in asked.sums}
        if asked.cards is not None:
            group["where"] = [leaf for axis, value in zip(asked.axes, key, strict=True) for leaf in axis.where(value)]
            group["cards"], group["next"] = [], None
            if asked.cards and place < WITH_CARDS:
                keys = {axis.field.name for axis, value in zip(asked.axes, key, strict=True) if value is not None}
                group["cards"], group["next"] = await self._cards(asked, asked.cards, group["where"], keys)
        return group

    async def _cards(
        self, asked: Asked, most: int, where: list[Document], keys: set[str]
    ) -> tuple[list[Document], str | None]:
        """keys: the fields whose values the group tells of its records."""
        conditions = where_of(self._collection, {"all": where})
        query = replace(asked.query, where=(*asked.query.where, *conditions), limit=most)
        page = await self._queries.find(self._aggregate, query, self._access, asked.moment)
        cards = [sparse(document, asked.names) for document in page.items]
        known = keys | fields_of(asked.query)
        await self._reading.found(self._access, page.items, cards, asked.query.text, known)
        return cards, page.next


def _listed(given: dict[str, str], name: str, most: int, least: int = 0) -> list[str]:
    """The names of a parameter, none of them twice. Raises Invalid."""
    names = given[name].split(",") if given.get(name) else []
    if not least <= len(names) <= most or len(set(names)) < len(names):
        message = say("{least} to {most} different fields are needed, comma-separated", least=least, most=most)
        raise Invalid.field(name, "bad-field", message)
    return names


def _check_number(groups: int) -> None:
    """Raises Invalid for a board that nobody could read."""
    if groups > MAX_GROUPS:
        message = say(
            "the board would have {count} groups, {most} at most: narrow it by filters, or group by another field",
            count=groups,
            most=MAX_GROUPS,
        )
        raise Invalid.field("by", "too-many-groups", message)


def _value(document: Document, field: Field) -> str:
    value: str = entry_of(document, field) if field.is_entry else document[field.name]
    return value


def _by_currency(fields: Iterable[Field]) -> list[list[Field]]:
    found: dict[str, list[Field]] = {}
    for field in fields:
        found.setdefault(field.currency, []).append(field)
    return list(found.values())


def _by_key(parts: Iterable[Part]) -> dict[Key, list[Part]]:
    found: dict[Key, list[Part]] = {}
    for part in parts:
        found.setdefault(part.key, []).append(part)
    return found
