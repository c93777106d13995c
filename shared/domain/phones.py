"""Telephone numbers as people write them, in one form: E.164, an extension behind it as RFC 3966 writes it
(`+4922112345;ext=12`)."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber, PhoneNumberFormat, ValidationResult

SHORTEST = 7  # digits of a national number that no plan lists
_SIGNS = re.compile(r"[\s().\-/\u2010-\u2015\u2212\u00b7]")  # what people part digits with
_DIGITS = re.compile(r"\+?[0-9]{2,20}")
_EXTENSION = re.compile(
    r"(?:;ext=|[,;\s]*(?:\bextension|\bextn?|(?<![a-z])x|#|转接?|轉|分机号?|分機|内線|內線|\bdurchwahl|\bdw|\bposte"
    r"|\binterno|\banexo|\bramal|доб)[.:]?)\s*([0-9]{1,11})$",
    re.IGNORECASE,
)
_BY_ITS_PLACE = re.compile(r"(0[0-9]{2,3}[- ]?[0-9]{7,8}) ?- ?([0-9]{1,6})")  # 010-12345678-8001, as China writes it
_CODES = "|".join(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
_NORMAL = re.compile(rf"\+(?!(?:{_CODES})0)[1-9][0-9]{{4,14}}")  # no zero after the country code: nothing to look at


class BadPhone(ValueError):
    """No telephone number; code `phone-country`: perhaps one, of a country that is not known."""

    def __init__(self, code: str = "phone") -> None:
        super().__init__(code)
        self.code = code


def phone_of(text: str, country: str = "") -> str:
    """`+49 (0)221 12345 ext. 12` → `+4922112345;ext=12`; "" stays "".

    country: the ISO code of the country whose national numbers are meant; "" = none.
    Raises BadPhone.
    """
    given = unicodedata.normalize("NFKC", text).strip().removeprefix("tel:")
    if not given:
        return ""
    number, extension = _parted(given, country)
    found = _international(number) if number.startswith("+") else _national(number, country)
    e164 = phonenumbers.format_number(found, PhoneNumberFormat.E164)
    return f"{e164};ext={extension}" if extension else e164


def phone_key(number: str) -> str:
    """`+86 (10) 1234-5678` → `+861012345678`: as numbers are compared."""
    return known_phone(number)


def known_phone(number: str, country: str = "") -> str:
    """As `phone_of`; what is no number, as some were kept before they were checked: without signs."""
    bare = _SIGNS.sub("", unicodedata.normalize("NFKC", number))
    if _NORMAL.fullmatch(bare):
        return bare
    try:
        return phone_of(number, country)
    except BadPhone:
        return bare


def _parted(given: str, country: str) -> tuple[str, str]:
    """The digits with their `+`, and the extension. Raises BadPhone."""
    extension = ""
    if found := _EXTENSION.search(given):
        given, extension = given[: found.start()], found[1]
    elif country == "CN" and (by_place := _BY_ITS_PLACE.fullmatch(given)):
        given, extension = by_place.groups()
    number = _SIGNS.sub("", given)
    if not _DIGITS.fullmatch(number):
        raise BadPhone
    return number, extension


def _international(number: str) -> PhoneNumber:
    """Raises BadPhone. A trunk zero is dropped, which the library does where it knows the number."""
    found = _parse(number)
    if found.italian_leading_zero and _trunk(found) == "0" and not phonenumbers.is_valid_number(found):
        found = PhoneNumber(found.country_code, found.national_number)
    if not phonenumbers.is_possible_number(found):
        raise BadPhone
    return found


def _trunk(number: PhoneNumber) -> str | None:
    """What callers within the country put before its national numbers."""
    code = number.country_code or 0
    plan = PhoneMetadata.metadata_for_region_or_calling_code(code, phonenumbers.region_code_for_country_code(code))
    return plan.national_prefix if plan is not None else None


def _national(number: str, country: str) -> PhoneNumber:
    """Raises BadPhone."""
    if number.startswith("00"):
        return _international(f"+{number[2:]}")
    if not country:
        raise BadPhone("phone-country" if len(number) >= SHORTEST else "phone")
    found = _parse(number, country)
    if phonenumbers.is_valid_number(found):
        return found
    if (abroad := _without_plus(number)) is not None:
        return abroad
    possible = phonenumbers.is_possible_number_with_reason(found) == ValidationResult.IS_POSSIBLE
    if not possible or len(phonenumbers.national_significant_number(found)) < SHORTEST:
        raise BadPhone
    return found


def _without_plus(number: str) -> PhoneNumber | None:
    """The valid number of another country whose `+` was lost, as spreadsheets lose it."""
    try:
        found = _parse(f"+{number}")
    except BadPhone:
        return None
    return found if phonenumbers.is_valid_number(found) else None


def _parse(number: str, country: str | None = None) -> PhoneNumber:
    try:
        return phonenumbers.parse(number, country)
    except NumberParseException:  # an unknown country, or far too few or too many digits
        raise BadPhone from None
