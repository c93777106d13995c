"""Documents as rows of text, safe to open in a spreadsheet; `restore` takes the safety mark off again."""

from __future__ import annotations

import re
from typing import Any

import orjson

from shared.views.port import Document, Field, Kind

_DANGEROUS = re.compile(r"'*[\t\r\n]|[\s']*[=+\-@＝＋－＠]")
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
SEPARATOR = "; "


def neutralise(text: str) -> str:
    """A text that a spreadsheet would take for a formula gets a leading apostrophe."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def restore(text: str) -> str:
    """The text that `neutralise` was given: an import of an export changes nothing."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text[1:]) else text


def cell(field: Field, value: Any) -> str:
    """One value as text: lists joined by `; ` (as JSON when an entry holds one), JSON as it is, nothing as ""."""
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
    return neutralise(_UNPRINTABLE.sub("", str(value)))


def entries(text: str) -> list[str]:
    """The list that `cell` wrote. Raises ValueError for broken JSON."""
    if text.startswith("["):
        found: list[str] = orjson.loads(text)
        return found
    return [part for part in (p.strip() for p in text.split(";")) if part]


class Columns:
    """What an export shows of a collection: fields in the declared order, custom fields one by one.

    wanted: only these (None = all). custom: the defined custom fields. titles: a column with the title next to each
    reference.
    """

    def __init__(
        self,
        fields: tuple[Field, ...],
        hidden: frozenset[str],
        wanted: list[str] | None,
        custom: list[Field],
        titles: bool,
    ) -> None:
        self._columns: list[tuple[str, Field, str]] = [(n, Field(n, Kind.KEYWORD, n, n), "") for n in ("id", "version")]
        for f in fields:
            if f.name in hidden or f.name in ("custom_keys", "custom_text") or (wanted and f.name not in wanted):
                continue
            if f.name == "custom":
                named = [(f"custom.{c.name}", c, "custom") for c in custom]
                self._columns += [column for column in named if column[0] not in hidden]
                continue
            self._columns.append((f.name, f, ""))
            if f.ref and titles:
                self._columns.append((f"{f.name}.title", f, "title"))

    @property
    def header(self) -> list[str]:
        return [name for name, _, _ in self._columns]

    def row(self, document: Document, titles: dict[str, str]) -> list[str]:
        return [self._text(document, titles, field, what) for _, field, what in self._columns]

    def _text(self, document: Document, titles: dict[str, str], field: Field, what: str) -> str:
        if what == "custom":
            return cell(field, (document.get("custom") or {}).get(field.name))
        value = document.get(field.name)
        if what == "title":
            many = value if isinstance(value, list) else [value]
            return neutralise(SEPARATOR.join(titles[v] for v in many if v in titles))
        return cell(field, value)
