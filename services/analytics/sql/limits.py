"""Limits of one statement, checked before the engine sees any of it.

Each bound is cheap and refuses what the engine would compute for minutes; the engine's own limits stand behind them.
"""

from __future__ import annotations

import re

from services.analytics.sql.refusals import Place, refuse
from shared.domain.calendar import is_zone
from shared.messages import say

MAX_LENGTH = 20_000  # characters of a statement
MAX_TOKENS = 4_000
MAX_PARENTHESES = 40  # nested
MAX_NESTING = 12  # queries inside queries
MAX_SELECTS = 50
MAX_COLUMNS = 1_000  # of one SELECT
MAX_JOINS = 10  # of one SELECT
MAX_CROSS_JOINS = 4  # of one SELECT
MAX_READS = 60  # of views, a common table expression counted each time it is used
MAX_NODES = 20_000  # of the generated statement
MAX_GROWTH = 10_000  # how many times longer than its inputs a text or array may become

_LIKE_LENGTH, _LIKE_WILDCARDS = 500, 10
_REGEX_LENGTH, _REGEX_REPEATS, _REGEX_QUANTIFIERS, _REGEX_GROWTH = 200, 200, 10, 10
_ESCAPED, _SET = re.compile(r"\\.", re.DOTALL), re.compile(r"\[\^?\]?[^\]]*\]")
_COUNTED = re.compile(r"\{(\d*),?(\d*)\}")
_LONGEST = {  # about 400 years
    "second": 12_700_000_000,
    "minute": 212_000_000,
    "hour": 3_530_000,
    "day": 147_000,
    "week": 21_000,
    "month": 4_800,
    "quarter": 1_600,
    "year": 400,
}
UNITS = frozenset(_LONGEST)


def check_like(pattern: str, place: Place) -> None:
    """A pattern of LIKE: its length and its number of `%`."""
    if len(pattern) > _LIKE_LENGTH or pattern.count("%") > _LIKE_WILDCARDS:
        why = say(
            "a pattern has {length} characters and {wildcards} % at most",
            length=_LIKE_LENGTH,
            wildcards=_LIKE_WILDCARDS,
        )
        raise refuse("pattern", why, *place)


def check_regex(pattern: str, growth: int, place: Place) -> None:
    """A regular expression: its length, its quantifiers, and the product of its counted repetitions.

    growth: of the text it is matched against. The time may go with the square of its length.
    """
    if growth > _REGEX_GROWTH:
        raise refuse("too-large", "a regular expression takes short texts, such as a column", *place)
    if _nested(pattern):
        raise refuse("pattern", "a group that is repeated holds no repetition in an alternative", *place)
    repeats = 1
    for low, high in _COUNTED.findall(pattern):
        repeats *= max(int(low or 1), int(high or 1), 1)
    quantifiers = sum(pattern.count(sign) for sign in "*+?{")
    if len(pattern) > _REGEX_LENGTH or repeats > _REGEX_REPEATS or quantifiers > _REGEX_QUANTIFIERS:
        raise refuse(
            "pattern",
            say(
                "a regular expression has {length} characters, {quantifiers} quantifiers and {repeats} counted "
                "repetitions at most",
                length=_REGEX_LENGTH,
                quantifiers=_REGEX_QUANTIFIERS,
                repeats=_REGEX_REPEATS,
            ),
            *place,
        )


def _nested(pattern: str) -> bool:
    """Whether a group that is repeated holds alternatives and a repetition: matching may take exponential time."""
    plain = _SET.sub("x", _ESCAPED.sub("x", pattern))
    groups = [[False, False]]  # of each open group: whether it has alternatives, whether a repetition
    for at, sign in enumerate(plain):
        if sign == "(":
            groups.append([False, False])
        elif sign == "|":
            groups[-1][0] = True
        elif sign in "*+{" or (sign == "?" and plain[at - 1 : at] not in ("", "(", "*", "+", "?", "}")):
            groups[-1][1] = True
        elif sign == ")" and len(groups) > 1:
            alternatives, repetition = groups.pop()
            if alternatives and repetition and plain[at + 1 : at + 2] in tuple("*+{"):
                return True
            groups[-1] = [groups[-1][0] or alternatives, groups[-1][1] or repetition]
    return False


def check_interval(unit: str, count: str, place: Place) -> None:
    """A literal number of days, months and so on. Raises Invalid when it is longer than 400 years."""
    number = count.lstrip("-")
    if number.isdecimal() and (len(number) > 12 or int(number) > _LONGEST[unit]):
        raise refuse("interval", say("an interval has {most} {unit}s at most", most=_LONGEST[unit], unit=unit), *place)


def check_zone(name: str, place: Place) -> None:
    """The engine would open a file by this name, so only names of the time zone database pass."""
    if not is_zone(name):
        raise refuse("zone", "a time zone is a name such as 'Asia/Shanghai'", *place)


def check_growth(growth: int, place: Place) -> int:
    if growth > MAX_GROWTH:
        raise refuse("too-large", "the statement would build too long a text or array", *place)
    return growth
