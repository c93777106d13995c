"""What a caller asks of a metric: a period, a day, groups and filters. Every mistake names its parameter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from services.analytics.metrics.spec import Dimension, Metric
from shared.clock import Micros
from shared.domain.calendar import Calendar, Days
from shared.errors import FieldError, Invalid
from shared.http.params import Pairs, only, option
from shared.messages import said, say, shown
from shared.texts import clean_line
from shared.views.filters import listed

Bucket = Literal["day", "week", "month", "quarter", "year"]
BUCKETS: tuple[Bucket, ...] = get_args(Bucket)
NAMED = ("from", "to", "as_of", "compare", "by", "bucket", "currency", "format", "labels")
MOST_KEYS = 3  # dimensions that rows are grouped by
MOST_VALUES = 100  # of one filter
_FIRST, _LAST = date(1900, 1, 2), date(2299, 12, 30)  # what views as of a day can hold
_FILTER = re.compile(r"([a-z_]+)(?:\[(eq|in)\])?")
_SELF = "@me"


@dataclass(frozen=True, slots=True)
class Filter:
    dimension: Dimension
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """first, last: the period, None = open. as_of: None = now. compare: the other day."""

    metric: Metric
    by: tuple[Dimension, ...]
    bucket: Bucket | None
    first: date | None
    last: date | None
    as_of: date | None
    compare: date | None
    filters: tuple[Filter, ...]


def wish_of(metric: Metric, pairs: Pairs, calendar: Calendar, now: Micros, caller: str) -> Wish:
    """Raises Invalid naming the parameter. caller: the user that `@me` means."""
    filters = [(n, v) for n, v in pairs if (m := _FILTER.fullmatch(n)) and metric.dimension(m[1])]
    given = only([p for p in pairs if p not in filters], NAMED)
    today = calendar.date_of(now)
    period = {name: _days(given, name, calendar, now) for name in ("from", "to", "as_of", "compare")}
    first = period["from"].first if period["from"] else None
    last, as_of, compare = (d.last if (d := period[name]) else None for name in ("to", "as_of", "compare"))
    if first is not None and last is not None and last < first:
        raise Invalid.field("to", "out-of-order", "a period ends on the day it begins, or later")
    bucket = next((b for b in BUCKETS if b == option(given, "bucket", BUCKETS, "")), None)
    if not metric.day:
        _refuse_period(metric, given)
    return Wish(
        metric,
        _by(metric, given.get("by", "")),
        bucket,
        first,
        last,
        as_of if as_of is not None and as_of < today else None,
        compare,
        tuple(_filter(metric, name, value, caller) for name, value in filters),
    )


def _days(given: dict[str, str], name: str, calendar: Calendar, now: Micros) -> Days | None:
    if (text := given.get(name)) is None:
        return None
    try:
        found = calendar.days(text, now)
    except ValueError as error:
        raise Invalid.field(name, "bad-day", said(error)) from error
    if not _FIRST <= found.first <= found.last <= _LAST:
        raise Invalid.field(name, "bad-day", say("a day from {first} to {last}", first=_FIRST, last=_LAST))
    return found


def _refuse_period(metric: Metric, given: dict[str, str]) -> None:
    message = say("{name} tells what stands at a day: give the day, no period", name=metric.name)
    errors = [FieldError(name, "no-period", message) for name in ("from", "to", "bucket") if name in given]
    if errors:
        raise Invalid("the parameters are not valid", errors=errors)


def _by(metric: Metric, text: str) -> tuple[Dimension, ...]:
    names = list(dict.fromkeys(n for n in text.split(",") if n))
    if len(names) > MOST_KEYS:
        raise Invalid.field("by", "too-many", say("rows are grouped by {most} dimensions at most", most=MOST_KEYS))
    return tuple(_dimension(metric, name) for name in names)


def _dimension(metric: Metric, name: str) -> Dimension:
    if (found := metric.dimension(name)) is None:
        options = ", ".join(d.name for d in metric.dimensions)
        message = say("{value} is none of the options: {options}", value=shown(name), options=options)
        raise Invalid.field("by", "not-an-option", message)
    return found


def _filter(metric: Metric, name: str, text: str, caller: str) -> Filter:
    dimension, _, op = name.partition("[")
    try:
        values: Sequence[str] = listed(clean_line(text)) if op == "in]" else [clean_line(text)]
    except ValueError as error:
        raise Invalid.field(name, "bad-filter", said(error)) from error
    if len(values) > MOST_VALUES:
        raise Invalid.field(name, "too-many", say("a filter takes {most} values at most", most=MOST_VALUES))
    people = dimension in ("owner", "manager")
    return Filter(_dimension(metric, dimension), tuple(caller if v == _SELF and people else v for v in values))
