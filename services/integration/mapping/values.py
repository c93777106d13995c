"""From a row's cells to values: pure, one row at a time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow
from typing import Any, Protocol

import orjson

from services.integration.mapping.spec import Expression, Listed, Matches, Value
from services.integration.mapping.times import Place, timed, written
from shared.domain.countries import BadCountry, country_of
from shared.domain.dates import ORDERS, BadDate
from shared.domain.dates import readings as days
from shared.domain.numbers import BadNumber, number_of, readings
from shared.messages import said, say, shown
from shared.messages.named import field_named, type_named
from shared.tabular.cells import entries
from shared.views.port import Kind

Cells = Mapping[str, str]
_EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow])
_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?\s*")
_WHOLE = re.compile(r"-?[0-9]{1,18}")


class BadCell(Exception):
    """A cell cannot become the value wanted; `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Found(Protocol):
    def ids(self, resource: str, field: str, text: str) -> list[str]:
        """The records whose field has this value: none, one, or some of several."""
        ...

    def canonical(self, resource: str, field: str, text: str) -> str:
        """The form in which values of the field are compared."""
        ...


def texts_of(value: Value, cells: Cells) -> list[str]:
    """The texts an expression comes to, before any lookup: none, one, or several when it splits. Raises BadCell."""
    text = _source(value, cells)
    if not text:
        return []
    parts = [p.strip() for p in text.split(value.split)] if value.split else [text]
    parts = [part for part in parts if part]
    if value.part:
        parts = parts[value.part - 1 : value.part]
    return [text for part in parts if (text := _transformed(value, part))]


def _source(value: Value, cells: Cells) -> str:
    if value.column is not None:
        text = cells.get(value.column, "").strip()
    elif value.concat:
        parts = [p for part in value.concat for p in texts_of(part, cells)]
        text = value.separator.join(parts)
    else:
        text = value.constant if isinstance(value.constant, str) else ""
    return text or (value.default if isinstance(value.default, str) else "")


def _transformed(value: Value, text: str) -> str:
    text = value.replace.get(text, text)
    if not text:
        return ""
    if value.date in ORDERS:
        text = _written_day(text, value.date)
    elif value.date:
        text = _iso(text, value.date)
    if value.decimal:
        text = _plain_number(text, value.decimal)
    if value.scale is not None:
        text = _scaled(text, value.scale)
    return text


def _iso(text: str, format: str) -> str:
    try:
        return written(text, format)
    except ValueError as error:
        raise BadCell("bad-date", said(error)) from None


def _written_day(text: str, order: str) -> str:
    """A text that is no day stays as it is: its field says what it takes."""
    try:
        if found := days(text, serials=True):
            return str(found[order])
        return text
    except BadDate as error:
        raise BadCell("bad-date", error.unclear or "") from None
    except KeyError:
        why = say(
            "{value} is no day in the order {order}; correct it, or name its form by `date`",
            value=shown(text),
            order=order,
        )
        raise BadCell("bad-date", why) from None


def _plain_number(text: str, mark: str) -> str:
    """A text that is no number stays as it is: its field says what it takes."""
    try:
        number = f"{number_of(text, mark, percent=True):f}"
    except BadNumber:
        return text
    return f"{number}%" if "%" in unicodedata.normalize("NFKC", text) else number


def _scaled(text: str, scale: Decimal) -> str:
    try:
        number = Decimal(text) if _NUMBER.fullmatch(text) else number_of(text)
    except BadNumber:
        raise BadCell("bad-number", say("{value} is no number; write it as in 1054.25", value=shown(text))) from None
    try:
        return f"{_EXACT.multiply(number, scale).normalize(_EXACT):f}"
    except DecimalException:
        raise BadCell("bad-number", say("{value} has too many digits", value=shown(text))) from None


def evaluate(expression: Expression, cells: Cells, found: Found, gathered: list[str] | None = None) -> Any:
    """The JSON value of an expression; None = there is none. Raises BadCell.

    gathered: the texts of a `gather` value, collected beforehand over all rows of its key.
    """
    if isinstance(expression, Listed):
        return [v for part in expression.each if (v := evaluate(part, cells, found)) is not None] or None
    texts = gathered if gathered is not None else texts_of(expression, cells)
    if not texts:
        plain = expression.constant if expression.constant is not None else expression.default
        return None if isinstance(plain, str) else plain
    if expression.lookup:
        texts = [_looked_up(expression.lookup, text, found) for text in texts]
    if (expression.split and not expression.part) or expression.gather:
        return texts or None
    return texts[0] if texts else None


def _looked_up(lookup: str, text: str, found: Found) -> str:
    resource, _, field = lookup.partition(".")
    ids = found.ids(resource, field, text)
    if not ids:
        why = say(
            "there is no {resource} whose {field} is {value}; correct it, or import that record first",
            resource=type_named(resource),
            field=field_named(resource, field),
            value=shown(text),
        )
        raise BadCell("unknown-reference", why)
    if len(ids) > 1:
        why = say(
            "there is more than one {resource} whose {field} is {value}; merge them or look up by another field",
            resource=type_named(resource),
            field=field_named(resource, field),
            value=shown(text),
        )
        raise BadCell("ambiguous-reference", why)
    return ids[0]


def country_of_row(value: Value | None, cells: Cells, otherwise: str) -> str:
    """The ISO code of the country that a row's own value names. One that is not known counts as none: where it is a
    field of the record, too, that field reports it.
    """
    try:
        texts = texts_of(value, cells) if value is not None else []
        return country_of(texts[0]) if texts else otherwise
    except (BadCell, BadCountry):
        return otherwise


def typed(value: Any, kind: Kind | None, place: Place, *, takes_day: bool = False) -> Any:
    """A cell's text in the form of this kind of field. The command itself refuses text that does not fit."""
    if not isinstance(value, str):
        return value
    if kind is Kind.INTEGER:
        return _whole(value)
    if kind is Kind.BOOLEAN and value in ("true", "false"):
        return value == "true"
    if kind is Kind.KEYWORDS and not value.startswith("["):
        return entries(value)
    if kind in (Kind.JSON, Kind.KEYWORDS):
        return _object(value)
    if kind in (Kind.DATE, Kind.DATETIME):
        return timed(value, kind, place, takes_day=takes_day)
    return value


def _object(text: str) -> Any:
    """Money, as an export writes it."""
    try:
        return orjson.loads(text)
    except ValueError:
        return text


def _whole(text: str) -> int | str:
    """`1,250` and `1.250`, too: a whole number has no decimals."""
    if _WHOLE.fullmatch(text):
        return int(text)
    found = {n for n in readings(text).values() if n == n.to_integral_value() and abs(n) < 10**18}
    return int(found.pop()) if len(found) == 1 else text


def applies(when: Matches | None, unless: Matches | None, cells: Cells) -> bool:
    """Whether a row meets all of `when` and not all of `unless`."""
    return (when is None or _all_match(when.items(), cells)) and not (
        unless is not None and _all_match(unless.items(), cells)
    )


def _all_match(matches: Iterable[tuple[str, list[str]]], cells: Cells) -> bool:
    return all(cells.get(column, "").strip() in wanted for column, wanted in matches)
