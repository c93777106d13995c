"""What a command takes, read from its model: the kind and the options of each part of the body."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from shared.domain.command import Command, CommandModel
from shared.views.schema import Kind

Schema = dict[str, Any]
_KINDS = {"integer": Kind.INTEGER, "number": Kind.DECIMAL, "boolean": Kind.BOOLEAN, "string": Kind.TEXT}
_FORMATS = {"date": Kind.DATE, "date-time": Kind.DATETIME}


class Input(NamedTuple):
    """One part of a body. options: the closed set of its values, or of its entries."""

    kind: Kind
    options: tuple[str, ...] = ()


def inputs_of(command: Command) -> dict[str, Input]:
    """The parts of a command's body by name."""
    return _inputs(command.model)  # type: ignore[arg-type]  # a class can be hashed


@cache
def _inputs(model: type[CommandModel]) -> dict[str, Input]:
    schema = model.model_json_schema()
    return {name: _input(one, schema.get("$defs", {})) for name, one in schema.get("properties", {}).items()}


def _input(schema: Schema, definitions: Schema) -> Input:
    one = _resolved(schema, definitions)
    types = one.get("type", "object")
    if types == "array":
        entries = _resolved(one.get("items", {}), definitions)
        simple = entries.get("type") == "string"
        return Input(Kind.KEYWORDS if simple else Kind.JSON, _options(entries))
    if options := _options(one):
        return Input(Kind.KEYWORD, options)
    if isinstance(types, list):  # numbers may be written as text
        return Input(Kind.DECIMAL)
    return Input(_FORMATS.get(one.get("format", "")) or _KINDS.get(types, Kind.JSON))


def _resolved(schema: Schema, definitions: Schema) -> Schema:
    """Without references, and without the null that an optional part takes, too."""
    if "$ref" in schema:
        return _resolved(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return _resolved(choices[0], definitions) if choices else schema


def _options(schema: Schema) -> tuple[str, ...]:
    found = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return tuple(option for option in found if option)
