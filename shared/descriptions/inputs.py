"""What a command takes or a JSON field holds, read from its JSON schema: kind, meaning, options, and its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from shared.domain.aggregate import Aggregate
from shared.domain.command import Command, CommandModel
from shared.domain.fields import shapes_of
from shared.domain.types import TYPES
from shared.views.schema import MEANING, Kind, Meaning, meaning_of

Schema = dict[str, Any]
_KINDS: Final = {"integer": Kind.INTEGER, "number": Kind.DECIMAL, "boolean": Kind.BOOLEAN, "string": Kind.TEXT}
_FORMATS: Final = {"date": Kind.DATE, "date-time": Kind.DATETIME}
_BY_MEANING: Final = {Meaning.DAY: Kind.DATE, Meaning.MOMENT: Kind.DATETIME, Meaning.MONEY: Kind.DECIMAL}
_DEEPEST: Final = 5  # of parts within parts: a shape may hold itself


@dataclass(frozen=True, slots=True)
class Input:
    """One value. options: the closed set of it, or of its entries. types: the record types whose ids it holds.

    Of a JSON value: items = what a list holds, values = what an object holds under any name, parts = under known ones.
    """

    kind: Kind
    meaning: Meaning
    options: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    items: Input | None = None
    values: Input | None = None
    parts: Mapping[str, Input] = field(default_factory=dict)


def inputs_of(command: Command) -> dict[str, Input]:
    """The parts of a command's body by name."""
    return _inputs(command.model)  # type: ignore[arg-type]  # a class can be hashed


def structures_of(aggregate: Aggregate[Any]) -> dict[str, Input]:
    """What the JSON fields of a record type hold."""
    return _structures(aggregate.state)  # type: ignore[arg-type]


@cache
def _inputs(model: type[CommandModel]) -> dict[str, Input]:
    schema = model.model_json_schema()
    return {name: _input(one, schema.get("$defs", {}), 0) for name, one in schema.get("properties", {}).items()}


@cache
def _structures(state: type[Any]) -> dict[str, Input]:
    found = {}
    for name, shape in shapes_of(state).items():
        schema = TypeAdapter(shape).json_schema(mode="serialization")
        found[name] = _input(schema, schema.get("$defs", {}), 0)
    return found


def _input(given: Schema, definitions: Schema, depth: int) -> Input:
    schema = _resolved(given, definitions)
    types = schema.get("type", "object")
    if schema.get(MEANING) == Meaning.CONDITIONS:
        return Input(Kind.JSON, Meaning.CONDITIONS)
    if types == "array":
        return _list(_input(schema.get("items", {}), definitions, depth + 1))
    if types == "object":
        return _object(schema, definitions, depth + 1)
    options = tuple(o for o in schema.get("enum", [schema["const"]] if "const" in schema else []) if o)
    meaning = Meaning(schema[MEANING]) if MEANING in schema else None
    names = tuple(schema.get(TYPES, ()))
    kind = Kind.KEYWORD if options or names else _kind(schema, types, meaning)
    means = meaning or meaning_of(kind, options=bool(options), names=bool(names))
    return Input(kind, means, options, names)


def _kind(schema: Schema, types: Any, meaning: Meaning | None) -> Kind:
    if isinstance(types, list):  # numbers may be written as text
        return Kind.DECIMAL
    known = _BY_MEANING.get(meaning) if meaning else None
    return known or _FORMATS.get(schema.get("format", "")) or _KINDS.get(types, Kind.JSON)


def _list(entry: Input) -> Input:
    if entry.kind in (Kind.TEXT, Kind.KEYWORD):
        return Input(Kind.KEYWORDS, entry.meaning, entry.options, entry.types)
    return Input(Kind.JSON, Meaning.STRUCTURE, items=entry)


def _object(schema: Schema, definitions: Schema, depth: int) -> Input:
    if depth > _DEEPEST:
        return Input(Kind.JSON, Meaning.STRUCTURE)
    parts = {n: _input(one, definitions, depth) for n, one in schema.get("properties", {}).items()}
    others = next(iter(schema.get("patternProperties", {}).values()), schema.get("additionalProperties"))
    values = _input(others, definitions, depth) if isinstance(others, dict) and others else None
    return Input(Kind.JSON, Meaning.STRUCTURE, values=values, parts=parts)


def _resolved(schema: Schema, definitions: Schema) -> Schema:
    """Without references, and without the null that an optional part takes, too. Marks next to these are kept."""
    around: Schema = {name: schema[name] for name in (MEANING, TYPES) if name in schema}
    if "$ref" in schema:
        return {**_resolved(definitions[schema["$ref"].rpartition("/")[2]], definitions), **around}
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return {**_resolved(choices[0], definitions), **around} if choices else schema
