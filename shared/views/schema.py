"""Declarations of view collections: which fields their documents have, and what may be asked of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

Document = dict[str, Any]  # JSON values; always has "id" (str), "version" (int)


class Key(StrEnum):
    """The key of `domain/match.py` by which a field's values are compared. Spellings with the same key count as one
    value, in filters and in sorting."""

    EMAIL = "email"
    CODE = "code"
    TAX = "tax"
    PHONE = "phone"
    TAG = "tag"


class Kind(StrEnum):
    """What a field holds. DECIMAL is text such as "1054.00"; DATE is ISO text; DATETIME is RFC 3339 text in UTC
    with exactly six fraction digits ("2026-11-24T05:00:00.000001Z"), so that its order as text is its order in time."""

    TEXT = "text"
    KEYWORD = "keyword"  # ids and codes: exact match, or by the field's key
    KEYWORDS = "keywords"  # a list of them
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    JSON = "json"  # shown, never queried


class Meaning(StrEnum):
    """What a value means to people, where its kind does not say it. As a mark in the annotation of a type
    (`Annotated[str, Meaning.URL]`) it goes into the JSON schema of every body that takes it."""

    TEXT = "text"
    MULTILINE = "multiline"
    CODE = "code"
    OPTION = "option"
    REFERENCE = "reference"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    COUNTRY = "country"
    CURRENCY = "currency"
    LANGUAGE = "language"
    TIME_ZONE = "time_zone"
    MONEY = "money"
    PERCENT = "percent"
    NUMBER = "number"
    YEAR = "year"
    MONTH = "month"
    MINUTES = "minutes"
    DAYS = "days"
    DAY = "day"
    MOMENT = "moment"
    TRUTH = "truth"
    STRUCTURE = "structure"
    CONDITIONS = "conditions"

    def __get_pydantic_json_schema__(self, core: Any, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        return {**handler(core), MEANING: self.value}


MEANING: Final = "x-meaning"  # in JSON schemas
_BY_KIND: Final = {
    Kind.TEXT: Meaning.TEXT,
    Kind.KEYWORD: Meaning.CODE,
    Kind.KEYWORDS: Meaning.CODE,
    Kind.INTEGER: Meaning.NUMBER,
    Kind.DECIMAL: Meaning.NUMBER,
    Kind.DATE: Meaning.DAY,
    Kind.DATETIME: Meaning.MOMENT,
    Kind.BOOLEAN: Meaning.TRUTH,
    Kind.JSON: Meaning.STRUCTURE,
}
PLAIN: Final = frozenset({*_BY_KIND.values(), Meaning.OPTION, Meaning.REFERENCE})  # what other facts say already
_BY_KEY: Final = {Key.EMAIL: Meaning.EMAIL, Key.PHONE: Meaning.PHONE}


def meaning_of(kind: Kind, *, options: bool = False, names: bool = False) -> Meaning:
    """Of a value of which nothing more is known. options: it is one of a closed set. names: the id of a record."""
    return Meaning.REFERENCE if names else Meaning.OPTION if options else _BY_KIND[kind]


@dataclass(frozen=True, slots=True)
class Field:
    """A declared field of a collection.

    indexed: may be filtered and sorted by (KEYWORDS: filtered). searchable: its words are found by full text.
    personal: masked when its subject is erased. options: the closed set of values. zh, en: its titles. ref: the record
    type whose ids it holds; mixed: it holds ids of several types. sources: the fields whose values it shows or reveals:
    it is hidden and locked with any of them. key: how its values are compared (KEYWORD and KEYWORDS; None = as they are
    written). entries: a JSON object whose entries are indexed by their names: a query brings a field of the name
    `<field>.<entry>` for each that it asks about.
    listed: the KEYWORDS field with all values of a record, of which this one is the first: who asks by this field asks
    by any of them.
    currency: the field that holds the currency of an amount (DECIMAL). base: the one that holds the amount in the
    organisation's currency, at the rate of its day. price: what one unit costs: it may have six
    decimals, and is not added up. meaning: unless it follows from the rest (see `means`). technical: for programs, not
    for people. types: the record types whose ids it holds, where `ref` names none. known: the values that
    every organisation begins with, of a set that it adds to. sensitive: who is shown its value stands in the read log.
    """

    name: str
    kind: Kind
    zh: str
    en: str
    indexed: bool = False
    searchable: bool = False
    personal: bool = False
    writable: bool = True
    required: bool = False
    options: tuple[str, ...] = ()
    ref: str = ""
    mixed: bool = False
    sources: tuple[str, ...] = ()
    key: Key | None = None
    listed: str = ""
    currency: str = ""
    base: str = ""
    price: bool = False
    entries: bool = False
    meaning: Meaning | None = None
    technical: bool = False
    types: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    sensitive: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The record types whose ids it holds."""
        return (self.ref,) if self.ref else self.types

    @property
    def means(self) -> Meaning:
        """What its values mean to people."""
        if self.meaning is not None:
            return self.meaning
        if self.currency:
            return Meaning.MONEY
        named = bool(self.names) or self.mixed
        by_key = _BY_KEY.get(self.key) if self.key is not None and not named else None
        return by_key or meaning_of(self.kind, options=bool(self.options), names=named)

    @property
    def is_entry(self) -> bool:
        """Whether it is an entry of an open field, and not declared."""
        return "." in self.name


@dataclass(frozen=True)
class Collection:
    """A declared collection. `version` grows when documents would come out different: a rebuild follows.

    owner: the field that holds the owner's user id, or EVERYONE for a document that all with a right to read see;
    None = everyone in the tenant may see the documents.
    title: the field shown as a document's name.
    totals: the fields with few values by which boards of the past are kept, next to those with options.
    boards: the fields of an index that answers boards by itself, in its order: truth values, what records are grouped
    by, what boards are narrowed by, numbers to add up. No texts, no fields with a key.
    """

    name: str
    version: int
    fields: tuple[Field, ...]
    owner: str | None = "owner"
    title: str = "name"
    totals: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.name == name), None)

    @cached_property
    def open(self) -> str:
        """The name of the field whose entries may be asked about; "" = there is none."""
        return next((f.name for f in self.fields if f.entries), "")

    @cached_property
    def searchable(self) -> tuple[str, ...]:
        """The names of the fields whose words are found."""
        return tuple(f.name for f in self.fields if f.searchable)

    @cached_property
    def money(self) -> dict[str, str]:
        """The amounts that commands set: their names, each with the field of its currency."""
        return {f.name: f.currency for f in self.fields if f.currency and f.writable and not f.price}

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Those of them that hold telephones, which are found by their last digits, too."""
        return frozenset(f.name for f in self.fields if f.searchable and f.key is Key.PHONE)


EVERYONE = "everyone"  # in place of an owner: what is shared with all; no user has this id
