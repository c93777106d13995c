"""Days and times as files write them, and which moments they mean where the file was written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.clock import Micros, day, from_rfc3339, is_day, to_rfc3339
from shared.domain.calendar import Calendar, Note
from shared.messages import Message, say, shown
from shared.views.port import Kind

_NOON = time(12)
_TIME = (
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"  # hour, minute, second, its fraction
    r"\s?(?P<half>[AaPp])?(?(half)\.?[Mm]\.?)"  # 11:30 p.m.
    r"\s?([Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_DAY_AND_TIME = re.compile(rf"(\S.{{0,40}}?)(?:[Tt]|,?\s{{1,3}}){_TIME}")
_SHOWS_TIME = re.compile(r"%-?[HIMSfpTRXcrs]")  # in a format of strptime

Warn = Callable[[str, Message], None]  # takes a code and a message


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written. warn: takes what was assumed for a time that summer time skipped or doubled."""

    calendar: Calendar
    warn: Warn


@lru_cache(maxsize=20_000)
def written(text: str, format: str) -> str:
    """The ISO form of a day in a format of strptime, and of the time that it has or that follows it.

    Days typed in a spreadsheet arrive as ISO text, so that is understood, too. Raises ValueError with a message.
    """
    found = _DAY_AND_TIME.fullmatch(text)
    for pattern in (format, "%Y-%m-%d"):
        if (moment := _parsed(text, pattern)) is not None:
            return moment.isoformat() if _SHOWS_TIME.search(pattern) else moment.date().isoformat()
        if found is not None and (moment := _parsed(found[1], pattern)) is not None:
            return f"{moment.date().isoformat()} {text[found.end(1) :].lstrip('Tt, ')}"
    raise ValueError(
        say("{value} is no day of the form {format}; correct it, or the mapping", value=shown(text), format=format)
    )


def _parsed(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern)
    except ValueError:
        return None


def timed(text: str, kind: Kind, place: Place, *, takes_day: bool = False) -> str:
    """A text as a value of a DATE or DATETIME field; one that is neither day nor moment as it is.

    A day stands for its first moment, unless the field takes days. A moment stands for the day it has in the place.
    """
    try:
        if is_day(text):
            return text if takes_day or kind is Kind.DATE else to_rfc3339(place.calendar.start_of(day(text)))
        if kind is Kind.DATE:
            local = _local(text)
            return text if local is None else _day(*local, place.calendar)
        return to_rfc3339(moment(text, place))
    except ValueError:
        return text


def happened(text: str, now: Micros, place: Place, organisation: Calendar) -> Micros:
    """When it happened. A day means its noon where the organisation is, so that it stays that day; today before noon
    means now. Raises ValueError with a message.
    """
    try:
        if not is_day(text):
            return moment(text, place)
        noon, _ = organisation.moment_of(datetime.combine(day(text), _NOON))
        return min(noon, now) if organisation.start_of(day(text)) <= now else noon
    except ValueError:
        why = say("{value} is no day or moment; write it as in 2026-11-24 or 2026-11-24T09:30", value=shown(text))
        raise ValueError(why) from None


def moment(text: str, place: Place) -> Micros:
    """The moment that a text means; without an offset it is what the clocks of the place show. Raises ValueError."""
    local = _local(text)
    if local is None:
        return from_rfc3339(text)
    shown_time, offset = local
    if offset:
        return from_rfc3339(f"{shown_time.isoformat()}{offset}")
    taken, note = place.calendar.moment_of(shown_time)
    if note:
        place.warn(*_noted(note, text, taken, place.calendar.time_zone))
    return taken


def _local(text: str) -> tuple[datetime, str] | None:
    """What the clocks showed, and the offset in RFC 3339's form ("" = none is written). None for another form.

    Raises ValueError for a time that no clock shows.
    """
    found = _DAY_AND_TIME.fullmatch(text)
    if found is None or not is_day(found[1]):
        return None
    _, hour, minute, second, fraction, half, zone = found.groups()
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError
        hours = hours % 12 + (12 if half in "Pp" else 0)
    if len((fraction or "").rstrip("0")) > 6:
        raise ValueError
    micros = int((fraction or "").ljust(6, "0")[:6])
    return datetime.combine(day(found[1]), time(hours, int(minute), int(second or 0), micros)), _offset(zone)


def _offset(zone: str | None) -> str:
    if not zone:
        return ""
    if zone[0] not in "+-":
        return "Z"
    return f"{zone[:3]}:{zone[-2:] if len(zone) > 3 else '00'}"


def _day(local: datetime, offset: str, calendar: Calendar) -> str:
    if not offset:
        return local.date().isoformat()
    return calendar.day_of(from_rfc3339(f"{local.isoformat()}{offset}"))


def _noted(note: Note, text: str, taken: Micros, zone: str) -> tuple[str, Message]:
    local = datetime.fromtimestamp(taken // 1_000_000, ZoneInfo(zone))
    said = {"value": shown(text), "zone": zone, "taken": local.isoformat()}
    if note == "skipped":
        return "skipped-time", say(
            "clocks in {zone} never showed {value}, since summer time began; {taken} was taken", **said
        )
    return "doubled-time", say(
        "clocks in {zone} showed {value} twice, since summer time ended; the first time, {taken}, was taken", **said
    )
