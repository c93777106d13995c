"""The schemas of a record type's documents, made from its declaration: types, formats, closed sets, what is sure.

One component is the whole document. The other one, a `…Part`, is what a caller gets who asks for some fields, or from
whom some are hidden: of it, only id and version are sure.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import NoneType
from typing import Final, get_args, get_type_hints

from pydantic import TypeAdapter

from shared.domain.fields import shapes_of
from shared.http.openapi import Schema, schema, schemas_of
from shared.http.recordschemas import CHANGED, ID, NAMES, RIGHTS, sample
from shared.kernel.catalogue import AnyAggregate
from shared.labels import labels_of
from shared.messages.languages import ENGLISH
from shared.views.port import PLAIN, Document, Field, Kind
from shared.views.schema import MEANING

_SURE: Final = frozenset({"created_at", "updated_at"})  # moments that every record has
_MOMENT: Final = "2026-11-24T01:30:00.000000Z"
_TYPES: Final[dict[Kind, Schema]] = {
    Kind.TEXT: {"type": "string"},
    Kind.KEYWORD: {"type": "string"},
    Kind.KEYWORDS: {"type": "array", "items": {"type": "string"}},
    Kind.INTEGER: {"type": "integer"},
    Kind.DECIMAL: {"type": "string"},
    Kind.DATE: {"type": "string"},
    Kind.DATETIME: {"type": "string", "format": "date-time"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.JSON: {},
}
_NEVER_EMPTY: Final[dict[Kind, Schema]] = {
    Kind.DATE: {"format": "date"},
    Kind.DECIMAL: {"pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
}
_SAID: Final = {Kind.DECIMAL: "A decimal number as text", Kind.DATE: "YYYY-MM-DD"}


def shown(name: str) -> Schema:
    """A record in an answer, as far as the caller asked for it and may see it."""
    return {"anyOf": [schema(name), schema(part_of(name))]}


def timeline(entries: Iterable[AnyAggregate]) -> Schema:
    """What the timeline of a record answers: its own changes, and records of these types."""
    at = {"type": "string", "format": "date-time"}
    change = _entry({"kind": {"const": "change"}, "at": at, "change": schema("HistoryEntry")})
    records = [_entry({"kind": {"const": a.name}, "at": at, "record": shown(name_of(a))}) for a in entries]
    contact = "The newest of all calls and the like; on the first page, if you may see what it is known by. null = none"
    return {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": {"anyOf": [change, *records]}},
            "next": {"type": ["string", "null"], "description": "The cursor of the next page"},
            "last_contact": {"anyOf": [*records, {"type": "null"}], "description": contact},
            "names": NAMES,
        },
    }


def _entry(item: dict[str, Schema]) -> Schema:
    return {"type": "object", "required": [*item], "properties": item}


def part_of(name: str) -> str:
    return f"{name}Part"


def name_of(aggregate: AnyAggregate) -> str:
    """Its component, the name in capitals: `two_words` → `TwoWords`."""
    return "".join(part.capitalize() for part in aggregate.name.split("_"))


def created(aggregate: AnyAggregate) -> Document:
    """An example of the body that creates a record; empty where no command of callers does."""
    command = next((c for c in aggregate.commands.values() if c.creates and not c.hidden), None)
    if command is None:
        return {}
    models = schemas_of([command.model])
    found: Document = sample(models[command.model.__name__], models)
    return found


def record_schemas(aggregate: AnyAggregate) -> dict[str, Schema]:
    """The components of its documents by name."""
    name = name_of(aggregate)
    made = _Documents(aggregate, name)
    part: Schema = {
        "type": "object",
        "required": ["id", "version"],
        "properties": {"id": ID, "version": {"type": "integer", "minimum": 1}, **made.properties}
        | {"names": NAMES, "rights": RIGHTS},
        "description": "Fields that were not asked for, or that are hidden from the caller, are left out",
    }
    whole = {
        "allOf": [schema(part_of(name))],
        "required": ["id", "version", *made.always],
        "description": "With all its fields",
        "examples": [made.example(created(aggregate))],
    }
    return {**made.components, part_of(name): part, name: whole}


class _Documents:
    """always: the fields that every whole document has."""

    def __init__(self, aggregate: AnyAggregate, name: str) -> None:
        self._aggregate, self._name = aggregate, name
        self._labels = labels_of(aggregate)
        self._blank = aggregate.document(aggregate.state())
        self._types, self._shapes = get_type_hints(aggregate.state), shapes_of(aggregate.state)
        self.components: dict[str, Schema] = {}
        fields = aggregate.collection.fields
        self.always = [f.name for f in fields if f.name in self._blank]
        self.properties = {f.name: self._property(f) for f in fields}

    def example(self, body: Document) -> Document:
        """A record made by this body."""
        sure = {"id": CHANGED["examples"][0]["id"], "version": 1, "created_at": _MOMENT, "updated_at": _MOMENT}
        fields = {f.name for f in self._aggregate.collection.fields if f.kind is not Kind.JSON}
        given = {name: value for name, value in body.items() if name in fields and name in self._blank}
        return {**{n: self._blank[n] for n in self.always}, **given, **sure}

    def _property(self, field: Field) -> Schema:
        found = {**(self._shape(field) if field.kind is Kind.JSON else _TYPES[field.kind])}
        empty = self._blank.get(field.name) == ""
        if not empty and not field.personal:
            found |= _NEVER_EMPTY.get(field.kind, {})
        said = [_SAID[field.kind]] if field.kind in _SAID else []
        if field.names:
            said.append(f"The id of {' or '.join(field.names)}")
        if field.options:
            closed = {"enum": [*field.options, *([""] if empty and "" not in field.options else [])]}
            found |= {"items": {**found["items"], **closed}} if field.kind is Kind.KEYWORDS else closed
            said += [f"`{o}` {self._labels.option(field.name, o).in_(ENGLISH)}" for o in field.options]
        if empty and field.kind in (Kind.KEYWORD, Kind.DATE, Kind.DECIMAL) and not field.required:
            said.append('"" = none')
        if field.known:
            examples: Schema = {"examples": [*field.known]}
            found |= {"items": {**found["items"], **examples}} if field.kind is Kind.KEYWORDS else examples
        if self._nullable(field):
            found = _or_null(found)
        if field.means not in PLAIN:
            found[MEANING] = field.means.value
        return {**found, "title": f"{field.en} · {field.zh}", **({"description": ", ".join(said)} if said else {})}

    def _nullable(self, field: Field) -> bool:
        if field.name in _SURE:
            return False
        if field.name not in self._types:  # it is computed
            return field.name in self._blank and self._blank[field.name] is None
        if field.kind is Kind.DATETIME:
            return True
        return NoneType in get_args(self._types[field.name])

    def _shape(self, field: Field) -> Schema:
        """Of a JSON value. What it refers to becomes a component."""
        shape = self._shapes.get(field.name)
        if shape is None:
            return {"type": "object"} if isinstance(self._blank.get(field.name, {}), dict) else {}
        prefix = self._name
        found = TypeAdapter(shape).json_schema(
            mode="serialization", ref_template=f"#/components/schemas/{prefix}{{model}}"
        )
        for name, one in found.pop("$defs", {}).items():
            self.components[f"{prefix}{name}"] = one
        return found


def _or_null(found: Schema) -> Schema:
    null: Schema = {"type": "null"}
    if "anyOf" in found:
        return found if null in found["anyOf"] else {**found, "anyOf": [*found["anyOf"], null]}
    if "$ref" in found:
        return {"anyOf": [found, null]}
    if "type" not in found:
        return found
    enum: Schema = {"enum": [*found["enum"], None]} if "enum" in found else {}
    return {**found, "type": [found["type"], "null"], **enum}
