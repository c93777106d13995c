"""Days and times as people write them: `24.11.2026`, `Nov 24, 2026 3:05 PM`, `2026年11月24日`, `24 novembre 2026`, and
the serial numbers of spreadsheets. Names of months and weekdays: Unicode CLDR, by Babel."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache

from babel import Locale

from shared.messages import Message, say, shown
from shared.texts import fold

ORDERS = ("dmy", "mdy")
LONGEST = 60  # characters
_LANGUAGES = "en de fr es it pt nl pl cs sv da nb fi ru uk tr hu ro hr el zh zh_Hant ja ko".split()
_LAST_OF_2000, _FIRST_OF_1900 = 35, 70  # years of two digits; between the two nobody can tell
_SERIALS = date(1899, 12, 30)  # day 0 of spreadsheets, which take 1900 for a leap year
_YEAR_FIRST = re.compile(
    r"([0-9]{4}) ?(?:([-/.]) ?([0-9]{1,2}) ?\2 ?([0-9]{1,2})\.?|[年년] ?([0-9]{1,2}) ?[月월] ?([0-9]{1,2}) ?[日일]?)"
)
_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2}) ?([-/.]) ?([0-9]{1,2}) ?\2 ?([0-9]{4}|[0-9]{2})\.?")
_NAMED = re.compile(
    r"(?P<d1>[0-9]{1,2})(?:st|nd|rd|th|\.|º|er)?[ /.-]*(?:of |de )?(?P<m1>[^\W0-9_]{3,12})\.?,?[ /.-]*(?:de |del )?"
    r"(?P<y1>[0-9]{4}|'?[0-9]{2})(?: ?г\.?)?"
    r"|(?P<m2>[^\W0-9_]{3,12})\.?[ -]*(?P<d2>[0-9]{1,2})(?:st|nd|rd|th)?,?[ -]+(?P<y2>[0-9]{4}|'[0-9]{2})"
    r"|(?P<y3>[0-9]{4})[ /.-]+(?P<m3>[^\W0-9_]{3,12})\.?[ /.-]+(?P<d3>[0-9]{1,2})"
)
_TIME = re.compile(
    r"(?P<day>.*[0-9日일.])(?:t| ?,? |(?<=[日일]))(?:at |um |à )?"
    r"(?P<before>上午|凌晨|中午|下午|晚上|午前|午後|오전|오후)? ?"
    r"(?P<hour>[0-9]{1,2})(?:[:.時时点點]|h(?=[0-9]))(?P<minute>[0-9]{2})"
    r"(?:分?$|[:.分](?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]{1,9}))?秒?|分)?"
    r"(?: uhr)? ?(?P<after>[ap]\.?m\.?)? ?(?P<offset>z|utc|gmt|(?:utc|gmt)?[+-][0-9]{2}:?[0-9]{2})?"
)
_SERIAL = re.compile(r"([1-9][0-9]{4})(?:[.,]([0-9]{1,15}))?")
_AFTERNOON = ("下午", "晚上", "中午", "午後", "오후", "p")


class BadDate(ValueError):
    """unclear: why a text may be one day or another; None = it is no day."""

    def __init__(self, unclear: Message | None = None) -> None:
        super().__init__(unclear)
        self.unclear = unclear


@dataclass(frozen=True, slots=True)
class Written:
    """A day (YYYY-MM-DD), and what the text adds: its time ("" or HH:MM:SS[.fraction]) and offset ("", Z or +HH:MM)."""

    day: str
    time: str = ""
    offset: str = ""

    def __str__(self) -> str:
        return f"{self.day}T{self.time}{self.offset}" if self.time else self.day


def date_of(text: str, order: str = "", *, serials: bool = False) -> Written:
    """order: dmy or mdy, which of two numbers is the day; "" = the text itself must tell. Raises BadDate."""
    found = readings(text, serials)
    if order in found:
        return found[order]
    if order or not found:
        raise BadDate
    if len(days := set(found.values())) > 1:
        raise BadDate(_unclear(text, *(written.day for written in found.values())))
    return days.pop()


def _unclear(text: str, one: str, other: str) -> Message:
    return say(
        "{value} may be {one} or {other}; write the year, the month and the day in this order, as in 2026-11-24",
        value=shown(text),
        one=one,
        other=other,
    )


@lru_cache(maxsize=20_000)
def readings(text: str, serials: bool = False) -> dict[str, Written]:
    """Order → what the text then says; {} = no day. Both orders with one value: the text leaves nothing open.

    serials: whether a number of five digits is the day of a spreadsheet. Raises BadDate for a year of two digits
    that may be of either century.
    """
    given = " ".join(fold(text[: LONGEST + 1]).split())
    if len(given) > LONGEST:
        return {}
    if serials and (number := _SERIAL.fullmatch(given)):
        return dict.fromkeys(ORDERS, _of_serial(number[1], number[2] or ""))
    given, time, offset = _without_time(given)
    if time is None:
        return {}
    days = _days(given) or _days(_without_weekday(given))  # `mar` is a month, and a weekday in Spanish
    return {order: Written(day, time, offset) for order, day in days.items()}


def order_of(texts: Iterable[str]) -> tuple[str, str]:
    """The order of a column's days: `(order, "")`; `("", text)` = a text that is one day or another and nothing tells
    which; `("", "")` = no text leaves it open.
    """
    possible, open_text = set(ORDERS), ""
    for text in texts:
        try:
            found = readings(text, True)
        except BadDate:  # its row says so
            continue
        if len(set(found.values())) > 1:
            open_text = open_text or text
        elif len(found) == 1:
            possible &= found.keys()
            open_text = open_text or ("" if possible else text)
    return (possible.pop(), "") if len(possible) == 1 else ("", open_text)


def _of_serial(days: str, part: str) -> Written:
    day = (_SERIALS + timedelta(days=int(days))).isoformat()
    if not part.strip("0"):
        return Written(day)
    seconds = round(float(f"0.{part}") * 86_400)
    moment = datetime.fromisoformat(day) + timedelta(seconds=seconds)
    return Written(moment.date().isoformat(), moment.time().isoformat())


def _without_time(given: str) -> tuple[str, str | None, str]:
    """The day's text, the time and the offset; a time of None = there is no such time."""
    found = _TIME.fullmatch(given)
    if found is None:
        return given, "", ""
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    if half := found["before"] or found["after"]:
        if not 1 <= hour <= 12:
            return given, (None if found["after"] or hour > 23 else _clock(hour, minute, second, found["part"])), ""
        hour = hour % 12 + 12 * half.startswith(_AFTERNOON)
    offset = (found["offset"] or "").removeprefix("utc").removeprefix("gmt")
    if found["offset"] in ("z", "utc", "gmt"):
        offset = "Z"
    elif offset and ":" not in offset:
        offset = f"{offset[:3]}:{offset[3:]}"
    return found["day"].rstrip(" ,"), _clock(hour, minute, second, found["part"]), offset


def _clock(hour: int, minute: int, second: int, part: str | None) -> str | None:
    if hour > 23 or minute > 59 or second > 59:
        return None
    return f"{hour:02}:{minute:02}:{second:02}" + (f".{part}" if part else "")


def _without_weekday(given: str) -> str:
    """`tuesday, 24 nov 2026` → `24 nov 2026`; `2026年11月24日 星期二` → `2026年11月24日`."""
    head, _, rest = given.partition(" ")
    if rest and not head[0].isdigit() and _bare(head) in _weekdays():
        return rest
    before, _, tail = given.rpartition(" ")
    return before if before and not tail[0].isdigit() and _bare(tail) in _weekdays() else given


def _days(given: str) -> dict[str, str]:
    """Order → day."""
    if found := _YEAR_FIRST.fullmatch(given):
        year, _, *parts = found.groups()
        month, day = (p for p in parts if p is not None)
        return _either(_day(year, month, day))
    if found := _DIGITS.fullmatch(given):
        return _either(_day(*found.groups()))
    if found := _YEAR_LAST.fullmatch(given):
        one, sign, two, year = found.groups()
        day_first, month_first = _day(year, two, one), _day(year, one, two)
        if sign == "." and day_first:  # no locale of CLDR has the month before a point
            return _either(day_first)
        return {order: day for order, day in zip(ORDERS, (day_first, month_first), strict=True) if day}
    if found := _NAMED.fullmatch(given):
        for n in "123":
            if (month := _months().get(_bare(found[f"m{n}"] or ""), 0)) and found[f"y{n}"]:
                return _either(_day(found[f"y{n}"].lstrip("'"), str(month), found[f"d{n}"]))
    return {}


def _either(day: str) -> dict[str, str]:
    return dict.fromkeys(ORDERS, day) if day else {}


def _day(year: str, month: str, day: str) -> str:
    """YYYY-MM-DD; "" for a day that does not exist. Raises BadDate."""
    full = int(year)
    try:
        if len(year) == 2:
            date(2000, int(month), int(day))
            if _LAST_OF_2000 < full < _FIRST_OF_1900:
                raise BadDate(say("the year {year} may be of either century; write it with four digits", year=year))
            full += 2000 if full <= _LAST_OF_2000 else 1900
        return date(full, int(month), int(day)).isoformat()
    except BadDate:
        raise
    except ValueError:
        return ""


def _bare(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", fold(word)) if unicodedata.category(c)[0] == "L")


def _names(kind: str) -> Iterator[tuple[str, int]]:
    for language in _LANGUAGES:
        for use in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in getattr(Locale.parse(language), kind)[use][width].items():
                    yield _bare(name), number


@cache
def _months() -> dict[str, int]:
    """Names of months. One that means another month in another language (listopad) is none."""
    found: dict[str, set[int]] = {"sept": {9}, "mrz": {3}}
    for name, number in _names("months"):
        found.setdefault(name, set()).add(number)
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1 and len(name) > 2}


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(name for name, _ in _names("days") if len(name) > 1 or ord(name) > 0x2E80)
