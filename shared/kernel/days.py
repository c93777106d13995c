"""Days in a condition: a bare day or a word such as `last_month` means a range of days, or of their moments."""

from __future__ import annotations

from collections.abc import Sequence

from shared.clock import Micros, is_day, to_rfc3339
from shared.domain.calendar import Calendar, means_days
from shared.views.port import Condition, Field, Kind

Range = tuple[str, str]  # first and last value, both among them


def dated(field: Field, condition: Condition, calendar: Calendar, now: Micros) -> Sequence[Condition]:
    """The conditions that hold in place of one that names days; any other one as it is.

    On a DATETIME field a day is all of its moments in the calendar's place: `le` includes them, `gt` begins after them.
    Raises ValueError for a day that does not exist.
    """
    if field.kind not in (Kind.DATE, Kind.DATETIME) or condition.op in ("empty", "within", "outside"):
        return (condition,)
    values = list(condition.value) if condition.op == "in" else [condition.value]
    if not any(_is_range(field, value) for value in values):
        return (condition,)
    ranges = [_range(field, value, calendar, now) for value in values]
    name, (low, high) = condition.field, ranges[0]
    match condition.op:
        case "eq":
            return Condition(name, "ge", low), Condition(name, "le", high)
        case "in":
            return (Condition(name, "within", ranges),)
        case "ne":
            return (Condition(name, "outside", ranges),)
        case "gt" | "le":
            return (Condition(name, condition.op, high),)
    return (Condition(name, condition.op, low),)


def _is_range(field: Field, value: object) -> bool:
    """Whether a value is more than one value of the field."""
    return isinstance(value, str) and means_days(value) and not (field.kind is Kind.DATE and is_day(value))


def _range(field: Field, value: str, calendar: Calendar, now: Micros) -> Range:
    if not means_days(value):
        return value, value  # a moment
    days = calendar.days(value, now)
    if field.kind is Kind.DATE:
        return days.first.isoformat(), days.last.isoformat()
    first, last = calendar.moments(days)
    return to_rfc3339(first), to_rfc3339(last)
