"""From JSON values to the values that indexes hold and compare: one conversion for documents and for queries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow
from typing import Any

import orjson

from shared.clock import day
from shared.domain.match import code_key, email_key, phone_key, tag_key, tax_key
from shared.domain.types import decimal_of
from shared.texts import fold
from shared.views import collation
from shared.views.entries import number_key
from shared.views.port import Collection, Field, Key, Kind
from shared.views.text import tokens

IndexValue = int | str

MIN_INTEGER, MAX_INTEGER = -(2**63), 2**63 - 1
_QUANTUM, _PRICE_QUANTUM = Decimal("0.0001"), Decimal("0.000001")
_EXACT = Context(prec=40, traps=[Inexact, InvalidOperation, Overflow])
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_KEYS: dict[Key, Callable[[str], str]] = {
    Key.EMAIL: email_key,
    Key.CODE: code_key,
    Key.TAX: tax_key,
    Key.PHONE: phone_key,
    Key.TAG: tag_key,
}
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.BOOLEAN)
_DATETIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


def scalar_fields(collection: Collection) -> list[Field]:
    """Indexed fields with one value per document; `id` is the key itself and needs no copy."""
    shapeless = (Kind.KEYWORDS, Kind.JSON)
    return [f for f in collection.fields if f.indexed and f.kind not in shapeless and f.name != "id"]


def list_fields(collection: Collection) -> list[Field]:
    """Indexed fields with many values per document."""
    return [f for f in collection.fields if f.indexed and f.kind is Kind.KEYWORDS]


def index_value(field: Field, value: Any) -> IndexValue | None:
    """The comparable form of a document's value: DECIMAL an integer of ten-thousandths (a price: of millionths),
    BOOLEAN 0 or 1, TEXT its place in the order of texts (see collation), the value's key where the field has one.
    Numbers of entries are exact (`number_key`), however many digits they have.

    Missing and empty text are None. Raises ValueError for a value that is not of the field's kind.
    """
    if value is None or value == "":
        return None
    found = conversion(field)(field, value)
    return None if found == "" else found


def conversion(field: Field) -> Callable[[Field, Any], IndexValue]:
    """What `index_value` does to a value that is there."""
    if field.is_entry and field.kind in _NUMBERS:
        return _entry_number
    return _CONVERSIONS[field.kind] if field.key is None else _keyed


def comparable(field: Field, text: str) -> str:
    """A text as the entries of the field are compared: its key, or as it is."""
    return text if field.key is None else _KEYS[field.key](text)


def keywords(field: Field, value: Any) -> list[str]:
    """The distinct entries of a KEYWORDS value in comparable form. Raises ValueError when it is no list of text."""
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise _wrong(field, value)
    entries = (comparable(field, _string(field, entry)) for entry in value)
    return list(dict.fromkeys(entry for entry in entries if entry))


def check(collection: Collection, document: dict[str, Any]) -> None:
    """Raises ValueError when a document does not fit its declaration: no view could hold it."""
    if not isinstance(document.get("id"), str) or not isinstance(document.get("version"), int):
        raise ValueError("a document has an id and a version")
    for field in scalar_fields(collection):
        index_value(field, document.get(field.name))
    for field in list_fields(collection):
        keywords(field, document.get(field.name))
    encode(document)


def encode(document: dict[str, Any]) -> bytes:
    """The JSON that views keep. Raises ValueError for what JSON cannot hold."""
    try:
        return orjson.dumps(document)
    except TypeError as error:
        raise ValueError(f"the document is no JSON: {error}") from error


def search_words(collection: Collection, document: dict[str, Any]) -> list[str]:
    """The distinct tokens of all searchable fields of a document."""
    title, texts, numbers = "", list[str](), list[str]()
    for name in collection.searchable:
        if value := document.get(name):
            found = (value,) if isinstance(value, str) else tuple(_texts(value))
            if name == collection.title:
                title = " ".join(found)
                continue
            texts += found
            if name in collection.numbers:
                numbers += found
    return tokens(title, texts, numbers)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _texts(entry)
    elif value is not None and not isinstance(value, dict):
        yield str(value)


def _wrong(field: Field, value: Any) -> ValueError:
    return ValueError(f"{field.name}: {str(value)[:80]!r} is not a value of kind {field.kind}")


def _string(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(field, value)
    if not value.isascii():
        value.encode()  # a lone surrogate is no text: UnicodeEncodeError is a ValueError
    return value


def _integer(field: Field, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(field, value)
    if not MIN_INTEGER <= value <= MAX_INTEGER:
        raise ValueError(f"{field.name}: the number is beyond 63 bits")
    return value


def _scaled(field: Field, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _wrong(field, value)
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise _wrong(field, value)
    try:
        exact = _EXACT.quantize(_EXACT.create_decimal(value), _PRICE_QUANTUM if field.price else _QUANTUM)
        scaled = int(_EXACT.scaleb(exact, scale(field)))
    except Inexact as inexact:
        raise ValueError(f"{field.name}: more than {scale(field)} decimals") from inexact
    except (DecimalException, ValueError) as beyond:
        raise ValueError(f"{field.name}: the number is beyond 63 bits") from beyond
    if field.price:  # of those beyond 9×10^12 the order is lost: they are never added up
        return min(max(scaled, MIN_INTEGER), MAX_INTEGER)
    return _integer(field, scaled)


def scale(field: Field) -> int:
    """The decimals of a DECIMAL that its index holds."""
    return 6 if field.price else 4


def decimal_text(field: Field, scaled: int) -> str:
    """What `index_value` made of a decimal, as text again with at least two digits after the point."""
    whole, _, digits = format(Decimal(scaled).scaleb(-scale(field)), "f").partition(".")
    return f"{whole}.{digits.rstrip('0'):0<2}"


def _datetime(field: Field, value: Any) -> str:
    if not isinstance(value, str) or not _DATETIME.fullmatch(value):
        raise _wrong(field, value)
    try:
        datetime.fromisoformat(value)
    except ValueError as unreal:
        raise _wrong(field, value) from unreal
    return value


def _date(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(field, value)
    try:
        day(value)
    except ValueError as unreal:
        raise _wrong(field, value) from unreal
    return value


def _text(field: Field, value: Any) -> str:
    return collation.key(fold(_string(field, value)))


def _keyed(field: Field, value: Any) -> str:
    return comparable(field, _string(field, value))


def _boolean(field: Field, value: Any) -> int:
    if isinstance(value, bool):
        return int(value)
    raise _wrong(field, value)


def _entry_number(field: Field, value: Any) -> str:
    if field.kind is Kind.BOOLEAN:
        return number_key(Decimal(_boolean(field, value)))
    number = decimal_of(value)
    if number is None or (field.kind is Kind.INTEGER and not isinstance(value, int)):
        raise _wrong(field, value)
    return number_key(number)


def _shapeless(field: Field, value: Any) -> IndexValue:
    raise _wrong(field, value)


_CONVERSIONS: dict[Kind, Callable[[Field, Any], IndexValue]] = {
    Kind.TEXT: _text,
    Kind.KEYWORD: _string,
    Kind.KEYWORDS: _shapeless,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _scaled,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.BOOLEAN: _boolean,
    Kind.JSON: _shapeless,
}
