"""Filters as text (`status=open`, `amount[ge]=1000`) → conditions: for query strings and saved views alike."""

from __future__ import annotations

import csv
import re
from typing import Any

from shared.clock import from_rfc3339, is_day, to_rfc3339
from shared.domain.calendar import UTC_CALENDAR, means_days
from shared.messages import say, shown
from shared.texts import clean_line
from shared.views.port import Collection, Condition, Field, Kind, Op
from shared.views.query import KEY

_FILTER = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\.([A-Za-z0-9_]+(?:\.[a-z]+)?))?(?:\[(\w+)\])?")
_OWN = re.compile(r"[a-z][a-z0-9_]{0,39}(\.(amount|currency))?")
_OPS: frozenset[str] = frozenset({"eq", "ne", "in", "gt", "ge", "lt", "le", "prefix", "contains", "empty"})


def condition(collection: Collection, name: str, text: str) -> Condition:
    """`field`, `field[op]` or `custom.<name>` with its value as text. Raises ValueError, OverflowError."""
    match = _FILTER.fullmatch(name)
    if match is None:
        raise ValueError("no such parameter")
    field_name, custom, op = match.groups()
    return condition_of(collection, field_name, custom or "", op or "", text)


def split(name: str) -> tuple[str, str]:
    """The name of a declared field and, of a custom one, the rest. Raises ValueError."""
    match = _FILTER.fullmatch(name)
    if match is None or match[3]:
        raise ValueError("no such field to filter by")
    return match[1], match[2] or ""


def condition_of(collection: Collection, name: str, custom: str, op: str, value: str | list[str]) -> Condition:
    """custom: what follows `custom.`. op: "" = the field's usual one. value: text; of `in`, also the texts themselves.

    Raises ValueError, OverflowError.
    """
    given = [clean_line(one) for one in value] if isinstance(value, list) else clean_line(value)  # as values are stored
    if custom and name == collection.open and _OWN.fullmatch(custom):
        return Condition(f"{name}.{custom}", _op(_known(op or "eq")), _texts(op, given))
    field = KEY if name == "id" else collection.field(name)
    if custom or field is None or not field.indexed:
        raise ValueError("no such field to filter by")
    op = _known(op or ("contains" if field.kind is Kind.KEYWORDS else "eq"))
    return Condition(name, _op(op), _value(field, op, _texts(op, given)))


def _texts(op: str, value: str | list[str]) -> str | list[str]:
    """One text, or the texts of `in`. Raises ValueError."""
    if op == "in":
        return listed(value) if isinstance(value, str) else value
    if isinstance(value, list):
        raise ValueError("only the operator in takes a list")
    return value


def typed(field: Field, condition: Condition) -> Condition:
    """A condition on an entry whose value is still text, with the value in the field's kind. Raises ValueError."""
    op, value = condition.op, condition.value
    if op in ("within", "outside"):
        return condition
    if field.kind is Kind.KEYWORDS and op == "eq":
        op = "contains"
    if op == "empty":
        return Condition(field.name, op, boolean(value) if isinstance(value, str) else value)
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(v, str) for v in values):
        return Condition(field.name, op, value)
    found = _values(field, op, values)
    return Condition(field.name, op, found if isinstance(value, list) else found[0])


def _known(op: str) -> str:
    if op not in _OPS:
        raise ValueError("no such operator")
    return op


def with_plus(text: str) -> str:
    """A moment whose `+` an unencoded query string turned into a space."""
    return f"{text[:-6]}+{text[-5:]}" if text[-6:-5] == " " else text


def listed(text: str) -> list[str]:
    """`a,b` → a and b; a value that holds commas stands in quotation marks, as in CSV (RFC 4180). Raises ValueError."""
    try:
        return next(csv.reader([text], strict=True), [""])
    except csv.Error:
        raise ValueError("a quotation mark is not closed, or text follows it; write two for one of the value") from None


def boolean(text: str) -> bool:
    """Raises ValueError for anything but true and false."""
    if text not in ("true", "false"):
        raise ValueError("true or false is needed")
    return text == "true"


def _op(text: str) -> Op:
    return text  # type: ignore[return-value]


def _value(field: Field, op: str, value: str | list[str]) -> Any:
    if isinstance(value, list):
        return _values(field, op, value)
    return boolean(value) if op == "empty" else _values(field, op, [value])[0]


def _values(field: Field, op: str, values: list[str]) -> list[Any]:
    if field.options and op in ("eq", "ne", "in") and (unknown := set(values).difference(field.options)):
        value, options = shown(min(unknown)), ", ".join(field.options)
        raise ValueError(say("{value} is none of the options: {options}", value=value, options=options))
    return [_scalar(field, value) for value in values]


def _scalar(field: Field, text: str) -> Any:
    match field.kind:
        case Kind.BOOLEAN:
            return boolean(text)
        case Kind.INTEGER:
            if not re.fullmatch(r"-?[0-9]{1,18}", text):
                raise ValueError("a whole number is needed")
            return int(text)
        case Kind.DATE:
            return _days(text)
        case Kind.DATETIME:
            return _moment(text)
        case _:
            return text


def _moment(text: str) -> str:
    """A moment, or days whose moments are meant: which they are depends on who asks, and when."""
    if means_days(text) or (text.startswith("@") and means_days(text[1:])):
        return _days(text)
    try:
        return to_rfc3339(from_rfc3339(with_plus(text)))
    except ValueError:
        raise ValueError(
            say(
                "{value} is no moment and no day; write 2026-12-24T09:30:00+08:00, 2026-12-24, today, yesterday, "
                "tomorrow, -7d, +2w, -3m, +1y, or this_, last_ or next_ before week, month, quarter, year, "
                "fiscal_quarter or fiscal_year",
                value=shown(text),
            )
        ) from None


def _days(text: str) -> str:
    """Words of days may be written with an `@`, as other values that depend on who asks."""
    word = text.removeprefix("@")
    days = text if is_day(word) else word
    UTC_CALENDAR.days(days, 0)
    return days
