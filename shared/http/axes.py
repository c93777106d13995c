"""What a board is grouped by: a field, the days, weeks, months, quarters or years of a date, or ranges of a number."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from shared.clock import day as parse_day
from shared.clock import from_rfc3339, to_rfc3339
from shared.domain.calendar import Calendar
from shared.errors import Invalid
from shared.messages import say, shown
from shared.views.port import Buckets, By, Condition, Document, Field, Kind, Query
from shared.views.query import MAX_EDGES

GROUPS = (Kind.KEYWORD, Kind.BOOLEAN)  # grouped by their values
DAYS = (Kind.DATE, Kind.DATETIME)
NUMBERS = (Kind.DECIMAL, Kind.INTEGER)
UNITS = ("day", "week", "month", "quarter", "year")
MAX_RANGES = 100
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class Axis:
    """calendar: the organisation's, as in every figure. unit: of days. edges: the first days of the units, or the ends
    of the ranges as written."""

    field: Field
    calendar: Calendar
    unit: str = ""
    edges: tuple[Any, ...] = ()

    @property
    def by(self) -> By:
        if not self.edges:
            return self.field.name
        return Buckets(self.field.name, tuple(self._value(edge) for edge in self.edges))

    def _value(self, edge: Any) -> Any:
        """An edge as documents have it."""
        if not self.unit:
            return int(edge) if self.field.kind is Kind.INTEGER else edge
        return edge.isoformat() if self.field.kind is Kind.DATE else to_rfc3339(self.calendar.start_of(edge))

    def key(self, value: Any) -> Any:
        """What the board shows for a group: the value, the first day of the unit, the range."""
        if value is None or not self.edges:
            return value
        if self.unit:
            return self._unit(value).isoformat()
        return {"from": self.edges[value - 1] if value else None, "to": (*self.edges, None)[value]}

    def where(self, value: Any) -> list[Document]:
        """The conditions of a list with the group's records, as in `filter=`."""
        name = self.field.name
        if value is None:
            return [{"field": name, "op": "empty", "value": True}]
        if not self.edges:
            return [{"field": name, "op": "eq", "value": value}]
        if self.unit:
            first = self._unit(value)
            return [  # as documents have them: a bare day would be one of the reader's
                {"field": name, "op": "ge", "value": self._value(first)},
                {"field": name, "op": "lt", "value": self._value(_next(first, self.unit))},
            ]
        low = [{"field": name, "op": "ge", "value": self.edges[value - 1]}] if value else []
        high = [{"field": name, "op": "lt", "value": self.edges[value]}] if value < len(self.edges) else []
        return low + high

    def _unit(self, value: int) -> date:
        first: date = self.edges[max(value, 1) - 1]
        return first


def ranges_of(text: str | None) -> tuple[str, ...]:
    """The ends of `ranges=0,1000,10000`. Raises Invalid."""
    ends = tuple(text.split(",")) if text else ()
    numbers = [Decimal(end) for end in ends if _NUMBER.fullmatch(end)]
    if len(numbers) < len(ends) or len(ends) > MAX_RANGES or numbers != sorted(set(numbers)):
        raise Invalid.field("ranges", "bad-ranges", say("1 to {most} rising numbers are needed", most=MAX_RANGES))
    return ends


def axis_of(field: Field | None, unit: str, ranges: tuple[str, ...], calendar: Calendar) -> Axis:
    """What a name in `by=` means; the units of days get their edges by `spanned`. Raises Invalid."""
    if field is not None and field.indexed:
        if field.kind in GROUPS and not unit:
            return Axis(field, calendar)
        if field.kind in DAYS and unit in UNITS:
            return Axis(field, calendar, unit)
        if field.kind in NUMBERS and not unit and ranges:
            if field.kind is Kind.INTEGER and any("." in end for end in ranges):
                raise Invalid.field("ranges", "bad-ranges", "whole numbers are needed for this field")
            return Axis(field, calendar, edges=ranges)
    message = say(
        "an indexed code, a true or false, a day with its unit ({units}), or a number with ranges is needed",
        units=", ".join(f":{one}" for one in UNITS),
    )
    raise Invalid.field("by", "bad-field", message)


def bounds(axis: Axis, query: Query) -> tuple[Query, Query]:
    """The questions whose answers have the first and the last day in them."""
    name = axis.field.name
    there = Condition(name, "empty", False)
    asked = replace(query, where=(*query.where, there), sort=name, then=(), limit=1, skip=0, cursor=None)
    return replace(asked, descending=False), replace(asked, descending=True)


def spanned(axis: Axis, low: str, high: str) -> Axis:
    """The axis with the units from the first value to the last. Raises Invalid: there are too many."""
    first, last = _first(_day(axis, low), axis.unit), _day(axis, high)
    found = [first]
    while (following := _next(found[-1], axis.unit)) <= last:
        found.append(following)
        if len(found) > MAX_EDGES:
            raise Invalid.field(
                "by",
                "too-many-groups",
                say("more than {most} groups; take a longer unit than {unit}", most=MAX_EDGES, unit=shown(axis.unit)),
            )
    return replace(axis, edges=tuple(found))


def _day(axis: Axis, value: str) -> date:
    return parse_day(value) if axis.field.kind is Kind.DATE else axis.calendar.date_of(from_rfc3339(value))


def _first(day: date, unit: str) -> date:
    match unit:
        case "day":
            return day
        case "week":
            return day - timedelta(day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case _:
            return day.replace(month=1, day=1)


def _next(day: date, unit: str) -> date:
    """The first day of the unit after the one that begins with this day."""
    if unit in ("day", "week"):
        return day + timedelta(7 if unit == "week" else 1)
    months = day.year * 12 + day.month - 1 + {"month": 1, "quarter": 3, "year": 12}[unit]
    return date(months // 12, months % 12 + 1, 1)
