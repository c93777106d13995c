"""Values of records as a person reads them: by the kind and shape of their field, in one language. Plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date

from services.audit.person_words import Words
from shared.descriptions.inputs import Input, structures_of
from shared.domain.custom_values import kind_of
from shared.kernel.catalogue import AnyAggregate
from shared.labels import Labels, labels_of
from shared.messages import Message, say
from shared.messages.languages import Language, in_language
from shared.views.port import Document, Field, Kind

Row = tuple[str, list[str]]  # a title, and the lines below it
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_ID = "id"  # of an entry of a list: for programs
_LOCALES: dict[Language, str] = {"zh-CN": "zh_CN", "zh-TW": "zh_TW", "en": "en_GB"}  # en: the day before the month


class Values:
    """Writes the values of one record type."""

    def __init__(self, aggregate: AnyAggregate, words: Words) -> None:
        self._aggregate, self._words = aggregate, words
        self._labels: Labels = labels_of(aggregate)
        self._fields = {f.name: f for f in aggregate.collection.fields}
        self._shapes = structures_of(aggregate)

    def rows(self, values: Document) -> Iterator[Row]:
        """What is filled of a document, in its order; custom fields one by one."""
        for name, value in values.items():
            if value in _NOTHING:
                continue
            if name == "custom":
                yield from self._custom(value)
            elif name == _ID:
                yield self._said(say("Record number")), [str(value)]
            elif field := self._fields.get(name):
                yield self._labels.field(field).in_(self._words.language), self._lines(field, value, values)

    def _lines(self, field: Field, value: Any, values: Document) -> list[str]:
        if field.kind is Kind.JSON:
            return self._structure(field.name, self._shapes.get(field.name), value)
        if field.currency and values.get(field.currency):
            return [f"{value} {values[field.currency]}"]
        options = (*field.options, *field.known)
        return [self._listed([self._one(field.name, field.kind, one, options, field.names) for one in _many(value)])]

    def _custom(self, values: Mapping[str, Any]) -> Iterator[Row]:
        defined = self._words.custom.get(self._aggregate.name, {})
        for name, value in values.items():
            if value in _NOTHING:
                continue
            if (definition := defined.get(name)) is None:
                yield name, [self._listed([str(one) for one in _many(value)])]
                continue
            title = definition["en" if self._words.language == "en" else "zh"] or name
            if isinstance(value, dict):
                yield title, [" ".join(str(value[part]) for part in ("amount", "currency") if value.get(part))]
                continue
            kind, types = kind_of(definition), (definition.get("ref") or "",)
            yield title, [self._listed([self._one(name, kind, one, (), types) for one in _many(value)])]

    def _structure(self, name: str, shape: Input | None, value: Any) -> list[str]:
        """A line for each entry of a list; the parts of an object next to each other, each with its title."""
        if isinstance(value, list):
            entry = shape and (shape.items or shape)  # a list of plain values says itself what they are
            return [line for one in value for line in self._structure(name, entry, one)]
        if isinstance(value, dict):
            parts = [self._part(part, shape, one) for part, one in value.items() if part != _ID or self._names(shape)]
            return [" · ".join(one for one in parts if one)]
        kind = shape.kind if shape else Kind.TEXT
        return [self._one(name, kind, value, shape.options if shape else (), shape.types if shape else ())]

    def _names(self, shape: Input | None) -> bool:
        part = shape.parts.get(_ID) if shape else None
        return part is not None and bool(part.types)

    def _part(self, name: str, shape: Input | None, value: Any) -> str:
        if value in _NOTHING:
            return ""
        inner = (shape.parts.get(name) or shape.values) if shape else None
        text = self._listed(self._structure(name, inner, value))
        return self._said(say("{title}: {text}", title=self._title(name), text=text))

    def _title(self, name: str) -> str:
        """Of a part of a structure: as the field of its name is called, where there is one."""
        field = self._fields.get(name)
        found = self._labels.field(field) if field else self._labels.input(name)
        return found.in_(self._words.language)

    def _one(self, name: str, kind: Kind, value: Any, options: tuple[str, ...], types: tuple[str, ...]) -> str:
        if isinstance(value, bool):
            return self._said(say("Yes") if value else say("No"))
        text = str(value)
        if any(types):
            found = (self._words.titles.get((type_, text)) for type_ in types)
            return next((title for title in found if title), self._said(say("a record not named here")))
        if text in options:
            return self._labels.option(name, text).in_(self._words.language)
        return self._dated(kind, text)

    def _dated(self, kind: Kind, text: str) -> str:
        """A day or a moment; what is none (a mask of what was erased) stays as it is."""
        try:
            if kind is Kind.DATE:
                return day_in_words(date.fromisoformat(text), self._words.language)
            if kind is Kind.DATETIME:
                local = datetime.fromisoformat(text).astimezone(self._words.clock)
                return f"{day_in_words(local.date(), self._words.language)} {local:%H:%M}"
        except (ValueError, OverflowError):
            return text
        return text

    def _listed(self, texts: list[str]) -> str:
        return listed(texts, self._words.language)

    def _said(self, message: Message) -> str:
        return in_language(message, self._words.language)


def day_in_words(day: date, language: Language) -> str:
    return format_date(day, "long", locale=_LOCALES[language])


def listed(texts: Iterable[str], language: Language) -> str:
    return (", " if language == "en" else "、").join(texts)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
