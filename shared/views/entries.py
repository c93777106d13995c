"""Entries: the named values of a collection's open field, which no declaration knows.

A document is written without knowing what an organisation calls its fields and of which kind they are. So an entry is
kept in every form that its value has: raw text, its place in the order of texts (see collation), number. A query brings
the fields it asks about, and the kind of each chooses the form. All three are texts; "" = the value has no such form.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal
from typing import Any, NamedTuple

from shared.domain.types import decimal_of
from shared.texts import fold
from shared.views import collation
from shared.views.schema import Field, Kind

_FORMS: dict[Kind, str] = {
    Kind.TEXT: "low",
    Kind.KEYWORD: "raw",
    Kind.KEYWORDS: "raw",
    Kind.DATE: "raw",
    Kind.DATETIME: "raw",
    Kind.INTEGER: "num",
    Kind.DECIMAL: "num",
    Kind.BOOLEAN: "num",
}
FORMS = ("raw", "low", "num")
_COMPLEMENT = str.maketrans("0123456789", "9876543210")
_EXACT = Context(prec=1000)
_BIAS = 500  # so that exponents sort as text
_MOST = 400  # the largest exponent of a number that is kept as one


class Entry(NamedTuple):
    """One value of a name in its forms; place: its place in a list, 0 for a single value."""

    name: str
    place: int
    raw: str
    low: str
    num: str


def form(field: Field) -> str:
    """The form that answers questions about a field. Raises ValueError for a kind that cannot be asked about."""
    if field.kind not in _FORMS:
        raise ValueError(f"{field.name}: entries of kind {field.kind} cannot be asked about")
    return _FORMS[field.kind]


def entry_name(field: Field) -> str:
    """The name under which the entry is kept: without the open field."""
    return field.name.partition(".")[2]


def entries(values: Any) -> list[Entry]:
    """All that an open field holds. An object's parts are entries of their own: `price.amount`."""
    return list(_entries(values)) if values and isinstance(values, dict) else []


def _entries(values: dict[str, Any]) -> Iterator[Entry]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from (_entry(f"{name}.{part}", 0, inner) for part, inner in value.items() if _single(inner))
        elif isinstance(value, list):
            texts = dict.fromkeys(v for v in value if isinstance(v, str) and v)
            yield from (_entry(name, place, text) for place, text in enumerate(texts))
        elif _single(value):
            yield _entry(name, 0, value)


def _single(value: Any) -> bool:
    return value is not None and value != "" and not isinstance(value, list | dict)


def _entry(name: str, place: int, value: Any) -> Entry:
    if isinstance(value, str):
        number = decimal_of(value)
        numeric = number is not None and abs(number.adjusted()) <= _MOST
        return Entry(
            name, place, value, collation.key(fold(value)), number_key(number) if number is not None and numeric else ""
        )
    if isinstance(value, bool | int):
        return Entry(name, place, "", "", number_key(Decimal(int(value))))
    return Entry(name, place, "", "", "")


def entry_of(document: dict[str, Any], field: Field) -> Any:
    """A document's value of an entry as it is shown; None where there is none."""
    head, _, path = field.name.partition(".")
    values = document.get(head) or {}
    if path in values:
        return values[path]
    name, _, part = path.partition(".")
    inner = values.get(name)
    return inner.get(part) if isinstance(inner, dict) else None


def number_key(number: Decimal) -> str:
    """A text that sorts as the number does, exactly; numbers that are equal have the same one. Raises ValueError for
    one beyond 10^400.
    """
    if not number:
        return "1"
    if abs(number.adjusted()) > _MOST:
        raise ValueError("the number is too large or too small")
    sign, digits, _ = number.as_tuple()
    shown = f"{number.adjusted() + _BIAS:03}" + "".join(map(str, digits)).strip("0").rjust(1, "0")
    return "0" + shown.translate(_COMPLEMENT) + "~" if sign else "2" + shown


def number_of(key: str) -> Decimal:
    """The number of a key."""
    if key == "1":
        return Decimal(0)
    shown = key[1:] if key[0] == "2" else key[1:-1].translate(_COMPLEMENT)
    digits = shown[3:]
    exponent = int(shown[:3]) - _BIAS - len(digits) + 1
    return Decimal((0 if key[0] == "2" else 1, tuple(map(int, digits)), exponent))


class ExactSum:
    """Adds up keys of numbers, as an aggregate function of SQL. It answers the sum as text in plain notation."""

    def __init__(self) -> None:
        self._total = Decimal(0)

    def step(self, key: str, times: int = 1) -> None:
        if key:
            self._total = _EXACT.fma(number_of(key), Decimal(times), self._total)

    def finalize(self) -> str:
        return f"{self._total:f}"


def digits(number: str, least: int) -> str:
    """A number in plain notation with so many places after the point at least, and no zeros beyond them."""
    whole, _, places = number.partition(".")
    places = places.rstrip("0").ljust(least, "0")
    return f"{whole}.{places}" if places else whole
