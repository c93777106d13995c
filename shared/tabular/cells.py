"""Documents as rows of an export: text that is safe to open in a spreadsheet, and typed values for sheets.

`restore` takes the safety mark off again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any

import orjson

from shared.views.port import Document, Field, Kind

_DANGEROUS = re.compile(r"'*[\t\r\n]|[\s']*[=+\-@＝＋－＠]")
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
SEPARATOR = "; "
MARK = "\ufeff"  # at the beginning of a file: without it, spreadsheets take UTF-8 for something else


def neutralise(text: str) -> str:
    """A text that a spreadsheet would take for a formula gets a leading apostrophe."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def restore(text: str) -> str:
    """The text that `neutralise` was given: an import of an export changes nothing."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text[1:]) else text


def cell(field: Field, value: Any, zone: tzinfo = UTC) -> str:
    """One value as text: lists joined by `; ` (as JSON when an entry holds one), JSON as it is, nothing as "".

    Moments have the zone's offset.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if field.kind in _NUMBERS:
        return str(value)
    if isinstance(value, list) and field.kind is Kind.KEYWORDS:
        plain = all(";" not in v for v in value) and not (value and value[0].startswith("["))
        value = SEPARATOR.join(value) if plain else orjson.dumps(value).decode()
    elif isinstance(value, list | dict):
        value = orjson.dumps(value).decode()
    elif field.kind is Kind.DATETIME and zone is not UTC:
        value = _local(value, zone)
    return neutralise(_UNPRINTABLE.sub("", str(value)))


def _local(value: Any, zone: tzinfo) -> Any:
    """A moment as the zone's clocks show it, with their offset."""
    try:
        return datetime.fromisoformat(value).astimezone(zone).isoformat(timespec="microseconds")
    except (ValueError, TypeError, OverflowError):  # a mask, or at the ends of time
        return value


def entries(text: str) -> list[str]:
    """The list that `cell` wrote. Raises ValueError for broken JSON."""
    if text.startswith("["):
        found: list[str] = orjson.loads(text)
        return found
    return [part for part in (p.strip() for p in text.split(";")) if part]


Typed = str | int | float | bool | date | datetime | None
_DIGITS = 15  # of a number that a spreadsheet keeps exactly
_FIRST_YEAR = 1901  # spreadsheet programs count days from 1900, and think that it was a leap year


def typed(field: Field, value: Any, zone: tzinfo = UTC) -> Typed:
    """One value for a sheet: numbers, days, moments (in the zone) and truth values as such, all else as text.

    What a sheet would change stays text: numbers of more than 15 digits, days before 1901.
    """
    if value is None or value == "":
        return None
    try:
        match field.kind:
            case Kind.BOOLEAN:
                return bool(value)
            case Kind.INTEGER | Kind.DECIMAL:
                return _number(str(value))
            case Kind.DATE if value[:4] >= str(_FIRST_YEAR):
                return date.fromisoformat(value)
            case Kind.DATETIME if value[:4] >= str(_FIRST_YEAR):
                return datetime.fromisoformat(value).astimezone(zone).replace(tzinfo=None)
    except (ValueError, TypeError, OverflowError):  # a mask, or a value of an earlier form
        pass
    return _sheet_text(cell(field, value))


def _number(text: str) -> int | float | str:
    if len(re.sub("[^0-9]", "", text).lstrip("0")) > _DIGITS:
        return text
    return float(text) if "." in text else int(text)


def _sheet_text(text: str) -> str:
    """A sheet's cells know that they are text, so the mark is needed only where `restore` would take off another."""
    bare = restore(text)
    return text if restore(bare) != bare else bare


def decimals(value: Any) -> int:
    """How many decimals a number is written with."""
    return len(str(value).partition(".")[2])


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an export. title: what stands above it for people. value: of a document, with the titles of the
    records it refers to.
    """

    name: str
    title: str
    field: Field
    value: Callable[[Document, dict[str, str]], Any]


def columns_of(
    fields: Sequence[Field],
    hidden: frozenset[str],
    wanted: list[str] | None,
    custom: Sequence[Field],
    *,
    titles: bool,
    language: str = "en",
) -> list[Column]:
    """What an export shows of a collection, fields in the order asked for (all of them: in the declared one).

    custom: the defined custom fields, which follow one by one. titles: a column with the title next to each reference.
    """
    named = {f.name: f for f in fields if f.name not in ("custom_text", "formulas")}
    own = {f"custom.{c.name}": c for c in custom}
    every = [n for name in (wanted or ["id", "version", *named]) for n in (own if name == "custom" else [name])]
    found: list[Column] = []
    for name in dict.fromkeys(every):
        if name in hidden or ("custom" in hidden and name in own):
            continue
        if name in own:
            found.append(_custom_column(name, own[name], language))
        else:
            field = named.get(name) or Field(name, Kind.INTEGER if name == "version" else Kind.KEYWORD, name, name)
            found.append(Column(name, _title(field, language), field, _value_of(name)))
        if found[-1].field.ref and titles:
            found.append(_title_column(found[-1], language))
    return found


_NAMED = {"zh-CN": "名称", "zh-TW": "名稱"}  # above the column with the title of what another one names


def _title(field: Field, language: str) -> str:
    return (field.en if language == "en" else field.zh) or field.name


def _value_of(name: str) -> Callable[[Document, dict[str, str]], Any]:
    return lambda document, titles: document.get(name)


def _custom_column(name: str, field: Field, language: str) -> Column:
    key = field.name
    return Column(name, _title(field, language), field, lambda document, _: (document.get("custom") or {}).get(key))


def _title_column(column: Column, language: str) -> Column:
    field = column.field

    def value(document: Document, titles: dict[str, str]) -> str:
        held = column.value(document, titles)
        many = held if isinstance(held, list) else [held]
        return SEPARATOR.join(titles[v] for v in many if v in titles)

    named = _NAMED.get(language)
    title = f"{field.zh}（{named}）" if named else f"{_title(field, language)} (name)"
    return Column(f"{column.name}.title", title, Field(field.name, Kind.TEXT, field.zh, field.en), value)
