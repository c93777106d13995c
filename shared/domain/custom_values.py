"""Values of custom fields: what each kind takes, the one form in which it is kept, and the fields it is asked by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Literal

from shared.clock import from_rfc3339, to_rfc3339
from shared.domain.dates import BadDate
from shared.domain.money import Money
from shared.domain.numbers import BadNumber, number_of
from shared.domain.types import ExactNumber, day_given, decimal_key, decimal_of
from shared.errors import FieldError
from shared.messages import Message, say, shown
from shared.views.schema import Document, Field, Kind

FieldKind = Literal[
    "text", "keyword", "keywords", "integer", "decimal", "money", "date", "datetime", "boolean", "reference", "formula"
]
LONGEST_TEXT = 2000
MOST_ENTRIES = 50  # of a list
_DIGITS, _PLACES = 38, 18  # of a decimal: in all, and after the point
_SAFE = 2**53
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")  # of a custom field
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class BadValue(Exception):
    """A value that its field does not take."""

    def __init__(self, code: str, message: Message | str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def path(name: str) -> str:
    return f"custom.{name}"


def value_kind(definition: Document) -> str:
    """The kind of its values: of a formula, that of its result."""
    kind: str = definition["kind"]
    return definition.get("result") or "text" if kind == "formula" else kind


def kind_of(definition: Document) -> Kind:
    """How its values are shown and written into cells."""
    kind = value_kind(definition)
    return {"money": Kind.JSON, "reference": Kind.KEYWORD}.get(kind) or Kind(kind)


def fields_of(definition: Document) -> tuple[Field, ...]:
    """The fields by which a custom field is asked: itself; amount and currency of money."""
    kind, zh, en = value_kind(definition), definition["zh"], definition["en"]
    name, options = path(definition["name"]), tuple(definition["options"])
    if kind == "money":
        parts = (("amount", Kind.DECIMAL, "金额", "amount"), ("currency", Kind.KEYWORD, "币种", "currency"))
        currency = {"amount": f"{name}.currency"}
        return tuple(
            Field(f"{name}.{n}", k, f"{zh}{z}", f"{en}: {e}", indexed=True, currency=currency.get(n, ""))
            for n, k, z, e in parts
        )
    return (Field(name, kind_of(definition), zh, en, indexed=True, options=options, ref=definition.get("ref") or ""),)


def texts_of(custom: dict[str, Any]) -> Iterator[str]:
    """What full text finds of custom values: texts and the entries of lists."""
    for value in custom.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (entry for entry in value if isinstance(entry, str))


def normal(definition: Document, value: Any) -> Any:
    """The value as it is kept. Raises BadValue."""
    found = _NORMAL[definition["kind"]](value)
    if options := definition["options"]:
        for one in found if isinstance(found, list) else [found]:
            if one not in options:
                known = ", ".join(options)
                raise BadValue(
                    "not-an-option", say("{value} is none of the options: {options}", value=shown(one), options=known)
                )
    return found


def fault(name: str, bad: BadValue) -> FieldError:
    return FieldError(path(name), bad.code, bad.message)


def _wrong(message: Message) -> BadValue:
    return BadValue("wrong-type", message)


def _text(value: Any) -> str:
    if not isinstance(value, str) or isinstance(value, ExactNumber):
        raise _wrong(say("{value} is no text; write it in quotation marks", value=shown(value)))
    if len(value) > LONGEST_TEXT:
        raise _wrong(say("a text has {most} characters at most", most=LONGEST_TEXT))
    return value


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(type(v) is str and 0 < len(v) <= 100 for v in value):
        raise _wrong(say('{value} is no list of short texts, as in ["A", "B"]', value=shown(value)))
    if len(value) > MOST_ENTRIES:
        raise BadValue("too-many", say("a list has {most} entries at most", most=MOST_ENTRIES))
    return list(dict.fromkeys(value))


def _integer(value: Any) -> int:
    is_whole = (type(value) is int) or (isinstance(value, ExactNumber) and "." not in value)
    if not is_whole:
        raise _wrong(say("{value} is no whole number", value=shown(value)))
    number = decimal_of(value)  # None: of more digits than a number has
    if number is None or abs(number) >= _SAFE:
        raise BadValue(
            "out-of-range", say("{value} is too large: a whole number is less than 2^53 from zero", value=shown(value))
        )
    return int(number)


def _decimal(value: Any) -> int | str:
    """Small whole numbers stay JSON numbers; all others are text in plain notation."""
    number = decimal_of(value)
    plain = number is not None or not isinstance(value, str)
    if not plain:
        number = _written(value)
    if number is None and not isinstance(value, ExactNumber):
        raise _wrong(say("{value} is no decimal number; write it as in 1054.25", value=shown(value)))
    if number is None or _beyond(number):
        raise BadValue(
            "out-of-range",
            say(
                "{value} has too many digits: {digits} at most, {places} of them after the point",
                value=shown(value),
                digits=_DIGITS,
                places=_PLACES,
            ),
        )
    return value if type(value) is int else decimal_key(value if plain else number) or "0"


def _written(text: str) -> Decimal | None:
    """A number as people write it."""
    try:
        return number_of(text)
    except BadNumber as error:
        if error.unclear is not None:
            raise BadValue("number-ambiguous", error.unclear) from None
        return None


def _beyond(number: Decimal) -> bool:
    """Whether it would have to be rounded to be kept."""
    places = max(0, -int(number.as_tuple().exponent))
    return places > _PLACES or max(number.adjusted() + 1, 0) + places > _DIGITS


def _money(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _wrong(
            say('{value} is no money; write it as in {{"amount": "1054.00", "currency": "CNY"}}', value=shown(value))
        )
    try:
        return Money.of(value).as_json()
    except ValueError as error:
        found: dict[str, Any] = getattr(error, "context", None) or {}
        raise _wrong(found["said"]) from None


def _date(value: Any) -> str:
    try:
        return day_given(value if isinstance(value, str) else "")
    except BadDate as error:
        if error.unclear is not None:
            raise BadValue("date-ambiguous", error.unclear) from None
        raise _wrong(say("{value} is no day that exists; write it as in 2026-11-24", value=shown(value))) from None


def _moment(value: Any) -> str:
    try:
        return to_rfc3339(from_rfc3339(value))
    except (ValueError, TypeError, AttributeError):
        raise _wrong(
            say("{value} is no moment; write it as in 2026-11-24T09:30:00+08:00", value=shown(value))
        ) from None


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(say("{value} is neither true nor false", value=shown(value)))
    return value


def _reference(value: Any) -> str:
    if type(value) is not str or not _ID.fullmatch(value):
        raise _wrong(say("{value} is no id of a record", value=shown(value)))
    return value


def _computed(value: Any) -> Any:
    raise BadValue("computed", "this field is computed by a formula: leave it out")


_NORMAL: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "keyword": _text,
    "keywords": _texts,
    "integer": _integer,
    "decimal": _decimal,
    "money": _money,
    "date": _date,
    "datetime": _moment,
    "boolean": _boolean,
    "reference": _reference,
    "formula": _computed,
}
