"""Numbers as people write them: `1.250,50`, `1 250.00`, `1'250`, `12,34,567.89`, `€ 5`, `5 €`,
`(1,250)`, `１２５０`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from shared.domain.codes import CURRENCIES
from shared.messages import Message, say, shown

MARKS = (".", ",")
LONGEST = 100  # characters
_CODE = "|".join(sorted(CURRENCIES))
_NAMES = "RMB|CN￥|元|人民币|人民幣|圆|圓|円|원|zł|kr|Kč|Ft|Fr|руб|lei|лв|Rs|₽"
_SYMBOLS = "".join(chr(c) for c in range(0x24, 0x20D0) if unicodedata.category(chr(c)) == "Sc")
_CURRENCY = rf"(?:[A-Za-z]{{0,3}}[{re.escape(_SYMBOLS)}]|{_CODE}|(?:{_NAMES})\.?)"
_DRESS = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[+-])?\s*(?:{_CURRENCY}\s*)?(?P<inner_open>\()?\s*(?P<inner_sign>[+-])?\s*"
    rf"(?P<number>[0-9.,](?:[0-9.,' ]*[0-9.,])?)(?P<exponent>E[+-]?[0-9]{{1,2}})?\s*(?P<percent>%)?\s*"
    rf"(?:{_CURRENCY})?\s*(?P<after>-)?\s*(?P<close>\)?\)?)",
    re.IGNORECASE,
)
_NO_CENTS = re.compile(r"(?<=[0-9])[.,]-{1,2}(?![0-9])")  # 5,- and 5.--
_ALIKE = {
    **{0xFF01 + i: 0x21 + i for i in range(94)},  # full width
    **str.maketrans("\u2212\u2012\u2013\u2014\u2019\u2018\u00b4\u0060\u02bc￥￡￦", "----'''''¥£₩"),
}
_FORMS = {
    mark: re.compile(
        rf"(?P<whole>[0-9]+|[1-9][0-9]{{0,2}}(?P<by>[{group}])[0-9]{{3}}(?:(?P=by)[0-9]{{3}})*"
        rf"|[1-9][0-9]?(?:{re.escape(other)}[0-9]{{2}})+{re.escape(other)}[0-9]{{3}}|)"  # lakhs: 12,34,567
        rf"(?:{re.escape(mark)}(?P<part>[0-9]*))?"
    )
    for mark, other, group in ((".", ",", ",' "), (",", ".", ".' "))
}


class BadNumber(ValueError):
    """unclear: why a text may be one number or another; None = it is no number."""

    def __init__(self, unclear: Message | None = None) -> None:
        super().__init__(unclear)
        self.unclear = unclear


def number_of(text: str, mark: str = "", *, percent: bool = False) -> Decimal:
    """The number of a text. mark: the decimal sign where the text itself leaves it open; percent: `5 %` is 5.

    Raises BadNumber.
    """
    found = readings(text, percent)
    if mark in found:
        return found[mark]
    if len(values := set(found.values())) == 1:
        return values.pop()
    raise BadNumber(_unclear(text, *found.values()) if found else None)


def _unclear(text: str, one: Decimal, other: Decimal) -> Message:
    return say(
        "{value} may be {one} or {other}; write it without separators of thousands, with a point for decimals",
        value=shown(text),
        one=f"{one:f}",
        other=f"{other:f}",
    )


@lru_cache(maxsize=20_000)
def readings(text: str, percent: bool = False) -> dict[str, Decimal]:
    """Decimal sign → the number that the text then is; {} = no number. Two entries of one value leave nothing open."""
    given = " ".join(text[: LONGEST + 1].translate(_ALIKE).split())
    dress = _DRESS.fullmatch(_NO_CENTS.sub("", given)) if len(given) <= LONGEST else None
    if dress is None or (dress["percent"] and not percent):
        return {}
    opened = sum(1 for name in ("open", "inner_open") if dress[name])
    signs = [s for name in ("sign", "inner_sign", "after") if (s := dress[name])]
    if opened > 1 or len(dress["close"]) != opened or len(signs) + opened > 1:
        return {}
    sign = "-" if opened or signs == ["-"] else ""
    found: dict[str, Decimal] = {}
    for mark, form in _FORMS.items():
        parts = form.fullmatch(dress["number"])
        if parts is not None and (parts["whole"] or parts["part"]):
            whole, part = re.sub("[^0-9]", "", parts["whole"]) or "0", parts["part"]
            found[mark] = Decimal(f"{sign}{whole}{'.' + part if part else ''}{dress['exponent'] or ''}")
    return found


def mark_of(texts: Iterable[str], *, whole: bool = False) -> tuple[str, str]:
    """The decimal sign of a column: `(sign, "")`; `("", text)` = a text that is one number or another and nothing
    tells which; `("", "")` = no text leaves it open. whole: the numbers have no fraction.
    """
    possible, open_text = set(MARKS), ""
    for text in texts:
        found = readings(text, True)
        if whole:
            found = {mark: n for mark, n in found.items() if n == n.to_integral_value()}
        if len(set(found.values())) > 1:
            open_text = open_text or text
        elif len(found) == 1:
            possible &= found.keys()
    return (possible.pop(), "") if len(possible) == 1 else ("", open_text)
