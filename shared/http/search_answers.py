"""What a search answers: of each record its title, its subtitle, and where in its fields the words stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Annotated, Any

from pydantic import Field as F
from typing_extensions import TypedDict

from shared.clock import from_rfc3339
from shared.descriptions.screens import screens_of
from shared.domain.calendar import Calendar
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.searching import Hit
from shared.labels import labels_of
from shared.messages.languages import Language
from shared.security.permissions import Access
from shared.views.highlight import excerpt, in_code_units, passages, ranges
from shared.views.port import Document, Field, Kind
from shared.views.wanted import wanted

MOST_MATCHES = 5  # fields of a record
_SEPARATOR = " · "


class Match(TypedDict):
    field: Annotated[str, F(description="Of a custom field: `custom.<name>`")]
    text: Annotated[str, F(description="Plain text, shortened around the first match; it may hold any signs")]
    ranges: Annotated[
        list[list[int]],
        F(description="[from, to) of each match, in UTF-16 code units as JavaScript counts"),
    ]


class SearchHit(TypedDict):
    type: str
    id: str
    title: str
    subtitle: Annotated[str, F(description="What tells records of one name apart, in the caller's language")]
    matches: Annotated[list[Match], F(description="Where the words stand; not all ways to be found have a place")]
    record: Document


class SearchHitPart(TypedDict, total=False):
    """What `fields` asks for of it."""

    type: str
    id: str
    title: str
    subtitle: str
    matches: list[Match]
    record: Document


class Hits(TypedDict):
    items: list[SearchHit | SearchHitPart]
    as_of: Annotated[str | None, F(description="The moment that was asked about; null = now")]
    exact: Annotated[
        bool,
        F(
            description="false = something may be missing: of a moment since which there were changes, those that had "
            "other words then; where searchable fields are hidden from the caller, what comes after the 200 best"
        ),
    ]


def answer_of(
    hit: Hit, text: str, near: bool, access: Access, names: Mapping[str, str], calendar: Calendar, language: Language
) -> SearchHit:
    """names: of the records that the subtitle's fields name."""
    aggregate, document = hit.aggregate, hit.document
    subtitle = (
        _said(aggregate, field, document[field.name], names, calendar, language)
        for field in subtitle_fields(aggregate, access)
        if document.get(field.name)
    )
    return SearchHit(
        type=aggregate.name,
        id=document["id"],
        title=str(document.get(aggregate.collection.title) or ""),
        subtitle=_SEPARATOR.join(part for part in subtitle if part),
        matches=matches_of(hit, text, near=near),
        record={name: value for name, value in document.items() if name not in aggregate.unshown},
    )


def subtitle_fields(aggregate: AnyAggregate, access: Access) -> list[Field]:
    """Those that the caller sees."""
    names = screens_of(aggregate, access.hidden(aggregate.name)).subtitle
    return [field for name in names if (field := aggregate.collection.field(name)) is not None]


def _said(
    aggregate: AnyAggregate, field: Field, value: Any, names: Mapping[str, str], calendar: Calendar, language: Language
) -> str:
    """A value as people read it."""
    if field.ref or field.mixed:
        return names.get(value, "") if isinstance(value, str) else ""
    if field.options:
        return labels_of(aggregate).option(field.name, str(value)).in_(language)
    if field.kind is Kind.DATETIME:
        return calendar.day_of(from_rfc3339(value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def matches_of(hit: Hit, text: str, *, near: bool) -> list[Match]:
    """Where the words stand in a record, as far as the caller sees it."""
    return [*islice(_matches(hit.aggregate, hit.document, text, near), MOST_MATCHES)]


def fields_found(
    aggregate: AnyAggregate, document: Document, text: str, among: Collection[str], *, near: bool = False
) -> set[str]:
    """The fields among these in which the words stand."""
    found = _matches(aggregate, document, text, near, among)
    return {match["field"] for match in found}


def _matches(
    aggregate: AnyAggregate, document: Document, text: str, near: bool, among: Collection[str] | None = None
) -> Iterator[Match]:
    """The title's first, then those of the other fields that are searched and shown."""
    collection, asked = aggregate.collection, wanted(text)
    for name, value in _texts(aggregate, document):
        if among is not None and name not in among:
            continue
        title, number = name == collection.title, name in collection.numbers
        for part in passages(value, asked):
            if found := ranges(part, asked, title=title, number=number, near=near):
                shown, kept = excerpt(part, found)
                yield Match(field=name, text=shown, ranges=in_code_units(shown, kept))
                break


def _texts(aggregate: AnyAggregate, document: Document) -> Iterator[tuple[str, str]]:
    collection = aggregate.collection
    fields = [f for f in collection.fields if f.searchable and not f.technical]
    for field in sorted(fields, key=lambda f: f.name != collection.title):
        yield from ((field.name, text) for text in _each(document.get(field.name)))
    if any(f.searchable and f.technical and f.name == "custom_text" for f in collection.fields):
        for name, value in (document.get("custom") or {}).items():
            yield from ((f"custom.{name}", text) for text in _each(value))


def _each(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for text in value if isinstance(text, str)]
    return [value] if isinstance(value, str) else []
