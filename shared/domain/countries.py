"""Countries as people write them, to ISO 3166-1 alpha-2. Codes and names of many languages: Unicode CLDR, by Babel."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from babel import localedata
from babel.core import get_global

from shared.domain.codes import COUNTRIES
from shared.texts import fold

_LANGUAGES = (
    "en zh zh_Hant de fr es it pt nl pl cs sk sl hr hu ro bg el da sv no fi et lv lt ru uk tr ar fa he hi th vi id ms "
    "ja ko ca"
).split()
# What CLDR has not: short and former names, and those of registries. A name of several countries stands at each.
_OTHER_NAMES = {
    "AE": "UAE|U.A.E.|阿联酋|Emirates",
    "AT": "Oesterreich",
    "BA": "Bosnia|波黑",
    "BN": "Brunei Darussalam",
    "CD": "DR Congo|DRC|Democratic Republic of the Congo|Congo, the Democratic Republic of the|Zaire|Congo|刚果",
    "CG": "Republic of the Congo|Congo|刚果",
    "CI": "Ivory Coast",
    "CN": "PR China|P.R.C.|People's Republic of China|Mainland China|中华人民共和国|中国大陆|中華人民共和國|中國大陸",
    "CV": "Cabo Verde",
    "CZ": "Czech Republic|Tschechische Republik|République tchèque",
    "DE": "Bundesrepublik Deutschland|BRD|Federal Republic of Germany",
    "FM": "Micronesia, Federated States of",
    "GB": "UK|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|Großbritannien|Grande-Bretagne|Gran Bretaña"
    "|United Kingdom of Great Britain and Northern Ireland|Angleterre|Inglaterra|大不列颠|英格兰|英國",
    "GR": "EL|Hellas",
    "HK": "Hong Kong|Hong Kong, China|China, Hong Kong SAR|Hongkong|Hong Kong SAR|香港|中国香港|中國香港",
    "IE": "Republic of Ireland|Éire|Eire",
    "KP": "Korea|DPRK|Democratic People's Republic of Korea|Korea, Democratic People's Republic of|北韩|北韓",
    "KR": "Korea|Republic of Korea|Korea, Republic of|大韩民国|南韩|南韓",
    "LA": "Lao People's Democratic Republic",
    "MD": "Moldau",
    "MK": "Macedonia|Mazedonien",
    "MM": "Burma|Myanmar",
    "MO": "Macau|Macao|Macao SAR|澳门|澳門|中国澳门|中國澳門",
    "NL": "Holland|The Netherlands",
    "PS": "Palestine|Palestine, State of|巴勒斯坦",
    "RU": "Russian Federation|俄国|俄罗斯联邦",
    "SA": "沙特",
    "SY": "Syrian Arab Republic",
    "SZ": "Swaziland",
    "TL": "East Timor",
    "TR": "Turkey|Turkiye",
    "TW": "Taiwan, Province of China|中国台湾|中國台灣|台灣|臺灣",
    "US": "United States of America|America|EE. UU.|EEUU|Estados Unidos de América|Vereinigte Staaten von Amerika"
    "|États-Unis d'Amérique|美利坚合众国",
    "VA": "Holy See|Vatican|Holy See (Vatican City State)",
    "VG": "Virgin Islands|Virgin Islands, British",
    "VI": "Virgin Islands|Virgin Islands, U.S.",
}
_ACCENTS = re.compile("[\u0300-\u036f]")


class BadCountry(ValueError):
    """codes: of the countries of an ambiguous name; () = there is no such country."""

    def __init__(self, codes: tuple[str, ...] = ()) -> None:
        super().__init__(codes)
        self.codes = codes


def country_of(text: str) -> str:
    """`Germany`, `德国`, `Allemagne`, `DEU` and `de` → `DE`; "" stays "". Raises BadCountry."""
    given = unicodedata.normalize("NFKC", text).strip()
    bare = given.replace(".", "")  # U.S.A.
    if (code := bare.upper()) in COUNTRIES or not given:
        return code
    if code == bare and code in _codes():
        return _codes()[code]
    found = _names().get(_key(given)) or _listed(given)
    if not found and code in _codes():
        return _codes()[code]
    if len(found) != 1:
        raise BadCountry(tuple(sorted(found)))
    return next(iter(found))


def _listed(name: str) -> frozenset[str]:
    """The countries of a name in the form of a registry: `Bolivia, Plurinational State of`."""
    bare, _, title = name.rpartition(", ")
    is_listed = title.lower().removesuffix(" the").endswith(" of")
    return _names().get(_key(bare), frozenset()) if is_listed else frozenset()


def _key(name: str) -> str:
    """What spellings of a name have in common: no accents, no signs, `&` as `and`, no article in front."""
    folded = fold(name).replace("&", " and ").replace("saint", "st").removeprefix("the ")
    apart = _ACCENTS.sub("", unicodedata.normalize("NFKD", folded))
    return "".join(c for c in apart if unicodedata.category(c)[0] in "LMN")


@cache
def _codes() -> dict[str, str]:
    """Codes of three letters, and the two of two letters that are no ISO codes but usual."""
    aliases = get_global("territory_aliases")
    of_three = {a: c[0] for a, c in aliases.items() if len(a) == 3 and a.isalpha() and len(c) == 1}
    return {"UK": "GB", "EL": "GR", **{a: c for a, c in of_three.items() if c in COUNTRIES}}


@cache
def _names() -> dict[str, frozenset[str]]:
    """Key → the countries that have this name; read at the first name, some 0.2 s."""
    found: dict[str, set[str]] = {}
    for code, names in _OTHER_NAMES.items():
        for name in names.split("|"):
            found.setdefault(_key(name), set()).add(code)
    ours = frozenset(found)
    for language in _LANGUAGES:
        for code, name in localedata.load(language)["territories"].items():
            if code in COUNTRIES and (key := _key(name)) not in ours:
                found.setdefault(key, set()).add(code)
    return {key: frozenset(codes) for key, codes in found.items()}
