"""The value types that commands of all services share: validated once, here. "" = not given."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, WithJsonSchema
from pydantic import Field as F

from shared.clock import Micros, day, from_rfc3339, is_day
from shared.domain.address import BadAddress, address
from shared.domain.calendar import is_zone
from shared.domain.codes import CURRENCIES
from shared.domain.countries import BadCountry, country_of
from shared.domain.dates import BadDate, date_of
from shared.domain.numbers import BadNumber, number_of
from shared.domain.phones import BadPhone, known_phone, phone_of
from shared.messages import as_fault, fault, shown
from shared.views.schema import Meaning

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
AMOUNT_LIMIT = Decimal(10) ** 14
_SAFE = 2**53  # beyond it, programs that read JSON numbers as floats lose digits
_LONGEST = 100  # characters of a number
_ALL_DIGITS = Context(prec=_LONGEST)


@dataclass(frozen=True, slots=True)
class Reading:
    """Validation context: how values are read. in_body: an HTTP body, of which only JSON's own types are accepted.
    country: the ISO code of the country whose national telephone numbers are meant; "" = none.
    """

    in_body: bool = False
    country: str = ""


IN_BODY: Final = Reading(in_body=True)


class ExactNumber(str):
    """A JSON number that is no small integer, as text in plain notation: exact, and no value for a text field."""

    __slots__ = ()


def _email(value: str) -> str:
    try:
        return address(value) if value else value
    except BadAddress as error:
        if error.code == "mixed-scripts":
            raise fault(
                "mixed-scripts",
                "{value} mixes letters of different scripts that look alike; use one script",
                value=shown(value),
            ) from None
        raise fault(
            "email", "{value} is no e-mail address; write it as in name@example.com", value=shown(value)
        ) from None


def _phone(value: str, info: ValidationInfo) -> str:
    try:
        return phone_of(value, _country_of(info))
    except BadPhone as error:
        if error.code == "phone-country":
            raise fault(
                "phone-country",
                "{value} does not say of which country it is; write the number with its country code, as in "
                "+86 10 1234 5678, or set the organisation's country",
                value=shown(value),
            ) from None
        raise fault(
            "phone",
            "{value} is no phone number; write it with its country code, as in +86 10 1234 5678",
            value=shown(value),
        ) from None


def _known_phone(value: str, info: ValidationInfo) -> str:
    return known_phone(value, _country_of(info))


def _country_of(info: ValidationInfo) -> str:
    return info.context.country if info.context else ""


def country_code(value: str) -> str:
    """The ISO code of a country's name or code. Raises what a validator raises."""
    try:
        return country_of(value)
    except BadCountry as error:
        if error.codes:
            raise fault(
                "country-ambiguous",
                "{value} is the name of several countries; write the code that is meant: {codes}",
                value=shown(value),
                codes=", ".join(error.codes),
            ) from None
        raise fault(
            "country",
            "{value} is no country; use its name or its two-letter code (ISO 3166), as in CN",
            value=shown(value),
        ) from None


def _currency(value: str) -> str:
    if value.upper() not in CURRENCIES:
        raise fault(
            "currency", "{value} is no currency; use a three-letter code (ISO 4217), as in CNY", value=shown(value)
        )
    return value.upper()


def decimal_of(value: Any) -> Decimal | None:
    """The finite number of a JSON number or of its text in ASCII digits, exactly; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    text = str(value).strip(" ")
    return Decimal(text) if len(text) <= _LONGEST and _NUMBER.fullmatch(text) else None


def number_given(value: Any, *, percent: bool = False) -> Decimal | None:
    """As `decimal_of`, of a text in any form that people write, too. percent: `5 %` is 5.

    Raises what a validator raises for a text that may be one number or another.
    """
    number = decimal_of(value)
    if number is not None or not isinstance(value, str):
        return number
    try:
        return number_of(value, percent=percent)
    except BadNumber as error:
        if error.unclear is None:
            return None
        raise as_fault("number-ambiguous", error.unclear) from None


def checked_day(value: str, code: str = "date") -> str:
    """As `day_given`; raises what a validator raises. code: for what is no day."""
    try:
        return day_given(value)
    except BadDate as error:
        if error.unclear is not None:
            raise as_fault("date-ambiguous", error.unclear) from None
        raise fault(code, "{value} is no day; write one that exists, as in 2026-11-24", value=shown(value)) from None


def day_given(text: str) -> str:
    """YYYY-MM-DD of a day in any form that people write. Raises BadDate."""
    try:
        return day(text).isoformat() if is_day(text) else date_of(text).day
    except BadDate:
        raise
    except ValueError:
        raise BadDate from None


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
    return _number_text(value, 4)


def _price(value: Any) -> str:
    return _number_text(value, 6)


def _number_text(value: Any, most: int) -> str:
    """A number as text with two decimals, up to `most` where it has more; its currency may allow fewer (`money`)."""
    number = number_given(value)
    if number is None:
        raise fault("amount", "{value} is no amount; write a decimal number, as in 1054.00", value=shown(value))
    if abs(number) >= AMOUNT_LIMIT:
        raise fault("amount", "{value} is too large: an amount is below 10^14", value=shown(value))
    exact = number.quantize(Decimal(1).scaleb(-most))
    if exact != number:
        raise fault("amount", "{value} has too many decimals: {places} at most", value=shown(value), places=most)
    if not exact:
        return "0.00"  # no negative zero
    cents = exact.quantize(Decimal("0.01"))
    return f"{cents if cents == exact else exact.normalize():f}"


def _not_negative(value: str) -> str:
    if value.startswith("-") and Decimal(value) != 0:
        raise fault("amount", "{value} is negative; this amount cannot be", value=shown(value))
    return value.removeprefix("-")


def _day(value: str) -> str:
    return checked_day(value) if value else value


def _moment(value: Any, info: ValidationInfo) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and not (info.context and info.context.in_body):
        return value  # from within the suite; a body has text
    try:
        return from_rfc3339(value)
    except (ValueError, TypeError):
        raise fault(
            "moment", "{value} is no moment; write it as in 2026-11-24T09:30:00+08:00", value=shown(value)
        ) from None


def _moment_or_day(value: Any, info: ValidationInfo) -> int | str:
    if not isinstance(value, str) or not is_day(value):
        return _moment(value, info)
    try:
        return day(value).isoformat()
    except ValueError:
        raise fault("moment", "{value} is a day that does not exist", value=shown(value)) from None


def _time_zone(value: str) -> str:
    if value and not is_zone(value):
        raise fault("time_zone", "{value} is no time zone; use its IANA name, as in Asia/Shanghai", value=shown(value))
    return value


def decimal_as_in(example: str) -> WithJsonSchema:
    """For the OpenAPI documents: a decimal number, as text or as a JSON number."""
    return WithJsonSchema({"type": ["string", "number"], "examples": [example]})


def _as_in(*examples: str) -> dict[str, Any]:
    """For the OpenAPI documents: values that are accepted."""
    return {"examples": list(examples)}


_AN_AMOUNT = decimal_as_in("1054.00")

Text = Annotated[str, F(max_length=200)]
Titles = dict[Annotated[str, F(pattern=r"^(en|zh-CN|zh-TW)$")], Text]  # what something is called in a language
REFERENCE: Final = "reference"  # marks the id of a record
VERBATIM: Final = "verbatim"  # marks a text that is kept as it is sent: several lines, a secret


@dataclass(frozen=True, slots=True)
class Names:
    """Marks the id of a record of these types, in the JSON schema of every body that takes it, too."""

    types: tuple[str, ...]

    def __get_pydantic_json_schema__(self, core: Any, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        return {**handler(core), TYPES: list(self.types)}


def names(*types: str) -> Names:
    return Names(types)


TYPES: Final = "x-types"  # in JSON schemas
Reference = Annotated[
    str,
    REFERENCE,
    F(
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9_-]+$",
        json_schema_extra=_as_in("0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11"),
    ),
]
Email = Annotated[
    str, F(max_length=254, json_schema_extra=_as_in("li.lei@example.com")), AfterValidator(_email), Meaning.EMAIL
]
Phone = Annotated[
    str, F(max_length=40, json_schema_extra=_as_in("+861012345678")), AfterValidator(_phone), Meaning.PHONE
]
# Names a number that a record has, also one that was kept before numbers were checked by country.
KnownPhone = Annotated[
    str,
    F(min_length=5, max_length=40, json_schema_extra=_as_in("+861012345678")),
    AfterValidator(_known_phone),
    Meaning.PHONE,
]
Country = Annotated[
    str, F(max_length=100, json_schema_extra=_as_in("CN")), AfterValidator(country_code), Meaning.COUNTRY
]
Currency = Annotated[
    str, F(min_length=3, max_length=3, json_schema_extra=_as_in("CNY")), AfterValidator(_currency), Meaning.CURRENCY
]
SignedAmount = Annotated[str, BeforeValidator(_amount), _AN_AMOUNT, Meaning.MONEY]
Amount = Annotated[str, BeforeValidator(_amount), AfterValidator(_not_negative), _AN_AMOUNT, Meaning.MONEY]
Price = Annotated[
    str, BeforeValidator(_price), AfterValidator(_not_negative), decimal_as_in("0.0045"), Meaning.MONEY
]  # of one unit
Day = Annotated[str, F(max_length=60, json_schema_extra=_as_in("2026-11-24")), AfterValidator(_day), Meaning.DAY]
Moment = Annotated[
    Micros,
    BeforeValidator(_moment),
    F(ge=-(2**55), le=2**57),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-24T09:30:00+08:00"]}),
]  # microseconds; RFC 3339 text in a body
MomentOrDay = Annotated[
    Micros | str,
    BeforeValidator(_moment_or_day),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}],
            "examples": ["2026-11-24T09:30:00+08:00", "2026-11-24"],
        }
    ),
]  # a day of the caller's calendar stays text
TimeZone = Annotated[
    str, F(max_length=64), AfterValidator(_time_zone), Meaning.TIME_ZONE
]  # of the IANA database; "" = none
Year = Annotated[int, F(ge=1000, le=2200), Meaning.YEAR]
Url = Annotated[str, F(max_length=200), Meaning.URL]
Custom = Annotated[dict[str, Any], F(max_length=200), AfterValidator(_exact)]
