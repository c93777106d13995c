"""The value types that commands of all services share: validated once, here. "" = not given."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import Annotated, Any, Final

import phonenumbers
from pydantic import AfterValidator, BeforeValidator, ValidationInfo, WithJsonSchema
from pydantic import Field as F
from pydantic_core import PydanticCustomError

from shared.clock import Micros, day, from_rfc3339
from shared.domain.address import BadAddress, address
from shared.domain.codes import COUNTRIES, CURRENCIES
from shared.domain.match import phone_key

_PHONE = re.compile(r"\+[1-9][0-9]{4,14}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
AMOUNT_LIMIT = Decimal(10) ** 14
_SAFE = 2**53  # beyond it, programs that read JSON numbers as floats lose digits
_LONGEST = 100  # characters of a number
_ALL_DIGITS = Context(prec=_LONGEST)

IN_BODY: Final = "body"  # validation context of HTTP bodies: only JSON's own types are accepted


class ExactNumber(str):
    """A JSON number that is no small integer, as text in plain notation: exact, and no value for a text field."""

    __slots__ = ()


def _email(value: str) -> str:
    try:
        return address(value) if value else value
    except BadAddress as error:
        if error.code == "mixed-scripts":
            raise PydanticCustomError("mixed-scripts", "letters of different scripts look alike; use one") from None
        raise PydanticCustomError("email", "this is not an e-mail address (name@example.com)") from None


def _phone(value: str) -> str:
    """E.164, of a number that its country can have given out."""
    digits = phone_key(value)
    if not digits:
        return digits
    try:
        number = phonenumbers.parse(digits) if _PHONE.fullmatch(digits) else None
    except phonenumbers.NumberParseException:  # an unknown country
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise PydanticCustomError("phone", "write the number with its country code, as in +86 10 1234 5678")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _country(value: str) -> str:
    if value and value.upper() not in COUNTRIES:
        raise PydanticCustomError("country", "use a two-letter country code (ISO 3166), as in CN")
    return value.upper()


def _currency(value: str) -> str:
    if value.upper() not in CURRENCIES:
        raise PydanticCustomError("currency", "use a three-letter currency code (ISO 4217), as in CNY")
    return value.upper()


def decimal_of(value: Any) -> Decimal | None:
    """The finite number of a JSON number or of its text in ASCII digits, exactly; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    text = str(value).strip(" ")
    return Decimal(text) if len(text) <= _LONGEST and _NUMBER.fullmatch(text) else None


def decimal_key(value: Any) -> str | None:
    """The one plain form of a number: `12.50`, `+12.5` and `1.25e1` → `12.5`, `-0.0` → `0`; None for anything else."""
    number = decimal_of(value)
    if number is None or abs(number.adjusted()) > _LONGEST:
        return None
    return f"{number.normalize(_ALL_DIGITS):f}" if number else "0"


def _exact(value: Any) -> Any:
    """JSON values without floats and without integers beyond 53 bits: those become ExactNumber."""
    match value:
        case bool():
            return value
        case Decimal():
            small = len(value.as_tuple().digits) <= _LONGEST and abs(value.adjusted()) <= _LONGEST
            return ExactNumber(f"{value:f}" if small else str(value)[: _LONGEST + 1])
        case int() if abs(value) >= _SAFE:
            return ExactNumber(value)
        case dict():
            return {key: _exact(entry) for key, entry in value.items()}
        case list():
            return [_exact(entry) for entry in value]
    return value


def _amount(value: Any) -> str:
    number = decimal_of(value)
    if number is None:
        raise PydanticCustomError("amount", "an amount is a decimal number, as in 1054.00")
    if abs(number) >= AMOUNT_LIMIT:
        raise PydanticCustomError("amount", "an amount is a decimal number below 10^14")
    exact = number.quantize(Decimal("0.01"))
    if exact != number:
        raise PydanticCustomError("amount", "an amount has two decimals at most")
    return str(exact) if exact else "0.00"  # no negative zero


def _not_negative(value: str) -> str:
    if value.startswith("-") and Decimal(value) != 0:
        raise PydanticCustomError("amount", "an amount cannot be negative")
    return value.removeprefix("-")


def _moment(value: Any, info: ValidationInfo) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and info.context != IN_BODY:
        return value  # from within the suite; a body has text
    try:
        return from_rfc3339(value)
    except (ValueError, TypeError):
        raise PydanticCustomError("moment", "write a moment as in 2026-11-24T09:30:00+08:00") from None


def _day(value: str) -> str:
    try:
        if value:
            day(value)
    except ValueError:
        raise PydanticCustomError("date", "write a day that exists, as in 2026-11-24") from None
    return value


def decimal_as_in(example: str) -> WithJsonSchema:
    """For the OpenAPI documents: a decimal number, as text or as a JSON number."""
    return WithJsonSchema({"type": ["string", "number"], "examples": [example]})


def _as_in(*examples: str) -> dict[str, Any]:
    """For the OpenAPI documents: values that are accepted."""
    return {"examples": list(examples)}


_AN_AMOUNT = decimal_as_in("1054.00")

Text = Annotated[str, F(max_length=200)]
Reference = Annotated[
    str,
    F(
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9_-]+$",
        json_schema_extra=_as_in("0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11"),
    ),
]
Email = Annotated[str, F(max_length=254, json_schema_extra=_as_in("li.lei@example.com")), AfterValidator(_email)]
Phone = Annotated[str, F(max_length=40, json_schema_extra=_as_in("+861012345678")), AfterValidator(_phone)]
# Names a number that a record has, also one that was kept before numbers were checked by country.
KnownPhone = Annotated[
    str, F(min_length=5, max_length=40, json_schema_extra=_as_in("+861012345678")), AfterValidator(phone_key)
]
Country = Annotated[str, F(max_length=2, json_schema_extra=_as_in("CN")), AfterValidator(_country)]
Currency = Annotated[str, F(min_length=3, max_length=3, json_schema_extra=_as_in("CNY")), AfterValidator(_currency)]
SignedAmount = Annotated[str, BeforeValidator(_amount), _AN_AMOUNT]
Amount = Annotated[str, BeforeValidator(_amount), AfterValidator(_not_negative), _AN_AMOUNT]
Day = Annotated[str, F(max_length=10, json_schema_extra=_as_in("2026-11-24")), AfterValidator(_day)]
Moment = Annotated[
    Micros,
    BeforeValidator(_moment),
    F(ge=-(2**55), le=2**57),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-24T09:30:00+08:00"]}),
]  # microseconds; RFC 3339 text in a body
Year = Annotated[int, F(ge=1000, le=2200)]
Custom = Annotated[dict[str, Any], F(max_length=200), AfterValidator(_exact)]
