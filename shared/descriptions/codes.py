"""Countries and currencies by their codes, with their names in one language: Unicode CLDR, by Babel."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Final

from babel import Locale
from pydantic import Field as F
from typing_extensions import TypedDict

from shared.domain.codes import COUNTRIES, CURRENCIES
from shared.messages.languages import Language

_LOCALES: Final[dict[Language, str]] = {"en": "en", "zh-CN": "zh_Hans_CN", "zh-TW": "zh_Hant_TW"}


class Option(TypedDict):
    value: str
    label: str


class Codes(TypedDict):
    language: Annotated[Language, F(description="Of the labels")]
    countries: Annotated[list[Option], F(description="ISO 3166-1 alpha-2, in the order of the codes")]
    currencies: Annotated[list[Option], F(description="ISO 4217, in the order of the codes")]


@cache
def codes_in(language: Language) -> Codes:
    """What fields that mean a country or a currency may hold."""
    locale = Locale.parse(_LOCALES[language])
    return Codes(
        language=language,
        countries=[Option(value=code, label=locale.territories.get(code, code)) for code in sorted(COUNTRIES)],
        currencies=[Option(value=code, label=locale.currencies.get(code, code)) for code in sorted(CURRENCIES)],
    )
