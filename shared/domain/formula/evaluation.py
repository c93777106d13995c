"""The value of a formula for one record. Numbers are decimal and exact as far as 50 digits go.

Nothing in, nothing out: an operation on an empty value is empty. In conditions, empty counts as false; in texts it
is "". What cannot be computed is a Fault, with a code.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException
from typing import Any, NamedTuple

from shared.clock import to_rfc3339
from shared.domain.codes import CURRENCIES
from shared.domain.formula.syntax import Apply, Literal, Name, Node
from shared.domain.money import minor_digits, written

LONGEST_TEXT = 2000
MOST_PLACES = 18
_MATH = Context(prec=50, rounding=ROUND_HALF_UP)
_BLANK = (None, "")
_DAY = 86_400_000_000  # microseconds


class Fault(Exception):
    """Why there is no value: division-by-zero, out-of-range, different-currencies, unknown-currency,
    too-long."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Moment(int):
    """Microseconds since 1970, apart from numbers."""


class Money(NamedTuple):
    amount: Decimal
    currency: str


Value = Any  # Decimal, str, bool, date, Moment, Money, list of str, or None
Read = Callable[[str], Value]


def value_of(node: Node, read: Read) -> Value:
    """read: the value of a field. Raises Fault."""
    match node:
        case Literal(value):
            return value
        case Name(path):
            return read(path)
        case Apply(name, parts):
            return _applied(name, parts, read)


def _applied(name: str, parts: tuple[Node, ...], read: Read) -> Value:
    if name == "if":
        chosen = 1 if value_of(parts[0], read) is True else 2
        return value_of(parts[chosen], read) if chosen < len(parts) else None
    if name == "coalesce":
        return next((v for part in parts if (v := value_of(part, read)) not in (None, "")), None)
    if name in ("and", "or"):
        first = value_of(parts[0], read) is True
        return first if first is (name == "or") else value_of(parts[1], read) is True
    values = [value_of(part, read) for part in parts]
    if name in _OF_EMPTY:
        return _OF_EMPTY[name](*values)
    if any(v is None for v in values):
        return None
    try:
        return _OF_VALUES[name](*values)
    except Fault:
        raise
    except (DecimalException, OverflowError, ValueError):
        raise Fault("out-of-range") from None


def _number(number: Decimal) -> Decimal:
    if number.is_finite() and abs(number.adjusted()) < 400:
        return number
    raise Fault("out-of-range")


def _same(one: Money, other: Money) -> str:
    if one.currency != other.currency:
        raise Fault("different-currencies")
    return one.currency


def _add(one: Value, other: Value) -> Value:
    if isinstance(one, Money):
        return Money(_number(_MATH.add(one.amount, other.amount)), _same(one, other))
    if isinstance(one, date):
        return one + timedelta(days=int(other))
    return _number(_MATH.add(one, other))


def _subtract(one: Value, other: Value = None) -> Value:
    if other is None:
        return _multiply(one, Decimal(-1))
    if isinstance(one, date) and isinstance(other, date):
        return Decimal((one - other).days)
    if isinstance(other, Money):
        return _add(one, _multiply(other, Decimal(-1)))
    return _add(one, -other)


def _multiply(one: Value, other: Value) -> Value:
    if isinstance(other, Money):
        one, other = other, one
    if isinstance(one, Money):
        return Money(_number(_MATH.multiply(one.amount, other)), one.currency)
    return _number(_MATH.multiply(one, other))


def _divide(one: Value, other: Value) -> Value:
    if isinstance(other, Money):
        _same(one, other)
        one, other = one.amount, other.amount
    if not other:
        raise Fault("division-by-zero")
    if isinstance(one, Money):
        return Money(_number(_MATH.divide(one.amount, other)), one.currency)
    return _number(_MATH.divide(one, other))


def _round(value: Value, places: Decimal | None = None) -> Value:
    """Half away from zero. Money without places: to those of its currency."""
    if isinstance(value, Money):
        wanted = Decimal(minor_digits(value.currency)) if places is None else places
        return Money(_round(value.amount, wanted), value.currency)
    digits = int(places or 0)
    if not -MOST_PLACES <= digits <= MOST_PLACES:
        raise Fault("out-of-range")
    return round_to(value, digits)


def round_to(number: Decimal, places: int) -> Decimal:
    """Half away from zero. Raises a DecimalException beyond 50 digits."""
    return _MATH.plus(_MATH.quantize(number, Decimal(1).scaleb(-places)))


def _days(first: Value, last: Value) -> Decimal:
    """From one day or moment to another; of moments with a fraction of six digits."""
    if isinstance(first, Moment):
        return round_to(_MATH.divide(Decimal(last - first), Decimal(_DAY)), 6)
    days: int = (last - first).days
    return Decimal(days)


def _months(first: date, last: date) -> Decimal:
    """Whole months."""
    if last < first:
        return -_months(last, first)
    return Decimal((last.year - first.year) * 12 + last.month - first.month - (last.day < first.day))


def _years(first: date, last: date) -> Decimal:
    return Decimal(int(_months(first, last) / 12))


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Value, Value], bool]:
    def compared(one: Value, other: Value) -> bool:
        if isinstance(one, Money):
            _same(one, other)
            return compare(one.amount, other.amount)
        return compare(one, other)

    return compared


def _equal(one: Value, other: Value) -> bool:
    return bool(one == other or (one in _BLANK and other in _BLANK))


def _absolute(value: Value) -> Value:
    return Money(_MATH.abs(value.amount), value.currency) if isinstance(value, Money) else _MATH.abs(value)


def _money(amount: Decimal, currency: str) -> Money:
    if currency not in CURRENCIES:
        raise Fault("unknown-currency")
    return Money(amount, currency)


def _ends(pick: Callable[..., Any]) -> Callable[..., Value]:
    """The least or greatest of the values that are there."""

    def picked(*values: Value) -> Value:
        there = [v for v in values if v is not None]
        for one in there[1:]:
            if isinstance(one, Money):
                _same(there[0], one)
        return pick(there) if there else None

    return picked


def as_text(value: Value) -> str:
    """A value within a text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value.normalize(_MATH):f}" if value else "0"
        case Moment():
            return to_rfc3339(value)
        case Money(amount, currency):
            return f"{written(amount, currency)} {currency}"
        case date():
            return value.isoformat()
    return str(value)


def _concat(*values: Value) -> str:
    found = "".join(map(as_text, values))
    if len(found) > LONGEST_TEXT:
        raise Fault("too-long")
    return found


_OF_EMPTY: Mapping[str, Callable[..., Value]] = {
    "not": lambda value: value is not True,
    "empty": lambda value: value in (None, "", []),
    "=": _equal,
    "!=": lambda one, other: not _equal(one, other),
    "min": _ends(min),
    "max": _ends(max),
    "concat": _concat,
    "&": _concat,
}  # what is asked of empty values, too
_OF_VALUES: Mapping[str, Callable[..., Value]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "<": _compared(operator.lt),
    "<=": _compared(operator.le),
    ">": _compared(operator.gt),
    ">=": _compared(operator.ge),
    "days": _days,
    "months": _months,
    "years": _years,
    "round": _round,
    "abs": _absolute,
    "money": _money,
    "contains": lambda whole, part: part in whole,
}
