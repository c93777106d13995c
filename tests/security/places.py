"""Where a request may name a record: found in the schemas of the OpenAPI documents."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from shared.http.recordschemas import sample

Schema = dict[str, Any]
Place = tuple[str, ...]  # the keys that lead to it; "0" = a list's item, "*" = a value under any key
ID = r"^[A-Za-z0-9_-]+$"


def strings(
    schema: Schema, schemas: dict[str, Schema], at: Place = (), around: frozenset[str] = frozenset()
) -> Iterator[tuple[Place, bool]]:
    """Every place of a body that takes a text, and whether it is declared to take an id.

    around: the schemas that it stands in; what contains itself is looked at once.
    """
    if name := _name(schema):
        if name not in around:
            yield from strings(schemas[name], schemas, at, around | {name})
        return
    for option in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from strings(option, schemas, at, around)
    if schema.get("type") == "string" and "enum" not in schema and "const" not in schema:
        yield at, schema.get("pattern") == ID or schema.get("format") == "uuid"
    for key, value in schema.get("properties", {}).items():
        yield from strings(value, schemas, (*at, key), around)
    if "items" in schema:
        yield from strings(schema["items"], schemas, (*at, "0"), around)
    if isinstance(inner := schema.get("additionalProperties"), dict):
        yield from strings(inner, schemas, (*at, "*"), around)


def filled(schema: Schema, schemas: dict[str, Schema], example: Any, place: Place, id: str) -> Any:
    """The example, with the id at that place."""
    if not place:
        return id
    schema = _resolved(schema, schemas, place[0])
    key, rest = place[0], place[1:]
    if key == "0":
        return [filled(schema["items"], schemas, sample(schema["items"], schemas), rest, id)]
    if key == "*":
        return {"name": filled(schema["additionalProperties"], schemas, None, rest, id)}
    body = deepcopy(example) if isinstance(example, dict) else sample(schema, schemas)
    inner = schema["properties"][key]
    return {**body, key: filled(inner, schemas, body.get(key), rest, id)}


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _resolved(schema: Schema, schemas: dict[str, Schema], key: str) -> Schema:
    """The object or list behind references and alternatives that has this key."""
    if name := _name(schema):
        return _resolved(schemas[name], schemas, key)
    for option in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        found = _resolved(option, schemas, key)
        if found:
            return found
    wanted = {"0": "items", "*": "additionalProperties"}.get(key, "properties")
    inside = schema.get(wanted)
    return schema if inside and (wanted != "properties" or key in inside) else {}
