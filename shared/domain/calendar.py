"""Days belong to a place: which moments a day there has, and which days words like `today` and `last_month` mean.

A day of a place begins with the first moment at which its clocks show that date, and ends where the next day begins:
it has 23, 24 or 25 hours where summer time begins or ends, and none where the place skipped it (Apia, 2011-12-30).
So every moment belongs to exactly one day. Zones are those of the IANA time zone database.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from shared.clock import FIRST, LAST, Micros, is_day
from shared.clock import day as parse_day
from shared.messages import say, shown

_SHIFTED = re.compile(r"([+-]?)([0-9]{1,4})([dwmy])")
_NAMED = re.compile(r"(this|last|next)_(week|month|quarter|year|fiscal_quarter|fiscal_year)")
_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}
_STEPS = {"last": -1, "this": 0, "next": 1}
_SECOND = 1_000_000  # µs
_EPOCH = datetime(1970, 1, 1)

Note = Literal["", "skipped", "twice"]


@dataclass(frozen=True, slots=True)
class Days:
    """The days from `first` to `last`, both among them."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """A time zone and the month in which fiscal years begin. Weeks begin on Monday (ISO 8601)."""

    time_zone: str = "UTC"
    fiscal_year_start: int = 1

    def day_of(self, moment: Micros) -> str:
        """The ISO date of the day that a moment belongs to."""
        return self.date_of(moment).isoformat()

    def date_of(self, moment: Micros) -> date:
        local = _local(self.time_zone, moment)
        if local.fold and local.date() < date.max:  # clocks went back: the day may have ended before
            after = local.date() + timedelta(1)
            return after if self.start_of(after) <= moment else local.date()
        return local.date()

    def start_of(self, day: date) -> Micros:
        """The first moment of a day."""
        return _start(self.time_zone, day)

    def last_of(self, day: date) -> Micros:
        """The last moment of a day: the one before the next day begins."""
        return LAST if day == date.max else self.start_of(day + timedelta(1)) - 1

    def moments(self, days: Days) -> tuple[Micros, Micros]:
        """The first and the last moment of some days."""
        return self.start_of(days.first), self.last_of(days.last)

    def moment_of(self, local: datetime) -> tuple[Micros, Note]:
        """The moment at which the clocks show a time, which has no offset of its own.

        `skipped`: they never showed it, since they were put forward; they would have shown it without that (RFC 5545
        §3.3.5). `twice`: they were put back and showed it twice; it is the first time.
        """
        first, second = (_moment(self.time_zone, local.replace(fold=fold)) for fold in (0, 1))
        return first, "" if first == second else "twice" if first < second else "skipped"

    def days(self, text: str, now: Micros) -> Days:
        """The days that a text means: a day, or a word of days from today.

        Raises ValueError with a message for people: another text, a day that does not exist, one out of the calendar.
        """
        if is_day(text):
            return _one(_existing(text))
        today = self.date_of(now)
        try:
            if text in _NEAR:
                return _one(today + timedelta(_NEAR[text]))
            if found := _SHIFTED.fullmatch(text):
                sign, count, unit = found.groups()
                return _one(_shifted(today, -int(count) if sign == "-" else int(count), unit))
            if found := _NAMED.fullmatch(text):
                return self._named(today, _STEPS[found[1]], found[2])
        except OverflowError:
            raise ValueError(say("{value} is a day out of the years 1 to 9999", value=shown(text))) from None
        raise ValueError(
            say(
                "{value} is no day; write one as in 2026-12-24, or today, yesterday, tomorrow, -7d, +2w, -3m, +1y, "
                "or this_, last_ or next_ before week, month, quarter, year, fiscal_quarter or fiscal_year",
                value=shown(text),
            )
        )

    def _named(self, today: date, step: int, unit: str) -> Days:
        if unit == "week":
            monday = today + timedelta(7 * step - today.weekday())
            return Days(monday, monday + timedelta(6))
        length = {"month": 1, "quarter": 3, "year": 12}[unit.removeprefix("fiscal_")]
        begins = self.fiscal_year_start if unit.startswith("fiscal_") else 1
        into = (today.month - begins) % length
        first = _month(today, step * length - into)
        return Days(first, _month(first, length) - timedelta(1))


UTC_CALENDAR = Calendar()


def is_zone(name: str) -> bool:
    return name in _zones()


def means_days(text: str) -> bool:
    """Whether `Calendar.days` understands a text, whatever the day is."""
    return is_day(text) or text in _NEAR or bool(_SHIFTED.fullmatch(text) or _NAMED.fullmatch(text))


@cache
def _zones() -> frozenset[str]:
    """Listing them reads some hundred files."""
    return frozenset(available_timezones())


def _existing(text: str) -> date:
    try:
        return parse_day(text)
    except ValueError:
        raise ValueError(say("{value} is a day that does not exist", value=shown(text))) from None


def _one(day: date) -> Days:
    return Days(day, day)


def _shifted(day: date, count: int, unit: str) -> date:
    if unit in "dw":
        return day + timedelta(count * (7 if unit == "w" else 1))
    month = _month(day, count * (12 if unit == "y" else 1))
    return month.replace(day=min(day.day, monthrange(month.year, month.month)[1]))


def _month(day: date, months: int) -> date:
    """The first day of the month so many months from the day's."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError
    return date(year, month + 1, 1)


def _local(zone: str, moment: Micros) -> datetime:
    """What the clocks of a zone show; at the ends of time the first or the last day."""
    try:
        return datetime.fromtimestamp(moment // _SECOND, UTC if zone == "UTC" else ZoneInfo(zone))
    except (OverflowError, ValueError):
        return datetime.min if moment < 0 else datetime.max


def _moment(zone: str, local: datetime) -> Micros:
    offset = local.replace(tzinfo=ZoneInfo(zone)).utcoffset() or timedelta(0)
    return min(max((local - _EPOCH - offset) // timedelta(microseconds=1), FIRST), LAST)


@lru_cache(maxsize=10_000)
def _start(zone: str, day: date) -> Micros:
    midnight = datetime(day.year, day.month, day.day)
    found = _moment(zone, midnight)

    def begun(moment: Micros) -> bool:
        return _local(zone, moment).replace(tzinfo=None, fold=0) >= midnight

    return found if begun(found) and not begun(found - 1) else _first(begun, found)


def _first(begun: Callable[[Micros], bool], near: Micros) -> Micros:
    """The first moment of a day whose midnight was skipped, searched within the day before and after."""
    low, high = near - 86_400 * _SECOND, near + 86_400 * _SECOND
    while high - low > _SECOND:
        middle = (low + high) // 2 // _SECOND * _SECOND
        low, high = (low, middle) if begun(middle) else (middle, high)
    return min(max(high // _SECOND * _SECOND, FIRST), LAST)
