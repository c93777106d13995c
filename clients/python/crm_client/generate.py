"""OpenAPI documents → modules: a TypedDict for each schema, a method for each operation.

python -m crm_client.generate http://127.0.0.1:8000
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

SERVICES = ("", "identity", "customer", "sales", "analytics", "audit", "integration")
TARGET = Path(__file__).parent / "generated"
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
HEAD = '''"""Written by crm_client.generate."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

from crm_client.base import Service

'''
Schema = dict[str, Any]


def type_of(schema: Schema | bool) -> str:
    """The Python type of a JSON schema, as text."""
    if not isinstance(schema, dict) or not schema:
        return "Any"
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema or "const" in schema:
        return f"Literal[{', '.join(map(repr, schema.get('enum', [schema.get('const')])))}]"
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(dict.fromkeys(type_of(one) for one in schema[several]))
    types = schema.get("type", "object")
    if isinstance(types, list):
        return " | ".join(type_of({**schema, "type": one}) for one in types)
    if types == "array":
        return f"list[{type_of(schema.get('items', {}))}]"
    if types == "object":
        return f"dict[str, {type_of(schema.get('additionalProperties', {}))}]"
    return PLAIN.get(types, "Any")


def typed_dict(name: str, properties: dict[str, Schema], required: list[str]) -> str:
    parts = (
        f"        {key!r}: {text if key in required else f'NotRequired[{text}]'},\n"
        for key, one in properties.items()
        if (text := quoted(type_of(one)))
    )
    return f"{name} = TypedDict(\n    {name!r},\n    {{\n{''.join(parts)}    }},\n)\n"


def quoted(text: str) -> str:
    """A type that may be declared further down."""
    return repr(text)


def schemas(document: Schema) -> Iterator[str]:
    for name, one in document.get("components", {}).get("schemas", {}).items():
        one = merged(document, one)
        if "properties" in one:
            yield typed_dict(name, one["properties"], one.get("required", []))
        else:
            yield f"{name}: TypeAlias = {quoted(type_of(one))}\n"


def resolved(document: Schema, one: Schema) -> Schema:
    """The component that is referred to."""
    if "$ref" not in one:
        return one
    kind, name = one["$ref"].split("/")[-2:]
    found: Schema = document["components"][kind][name]
    return found


def merged(document: Schema, one: Schema) -> Schema:
    """A schema that adds to others (`allOf`) with all their properties."""
    parts = [merged(document, resolved(document, part)) for part in one.get("allOf", ())]
    if not parts:
        return one
    properties = {name: p for part in (*parts, one) for name, p in part.get("properties", {}).items()}
    required = {name: None for part in (*parts, one) for name in part.get("required", ())}
    return {**one, "properties": properties, "required": [*required]}


def content(one: Schema) -> Schema:
    """The JSON schema of a body or an answer."""
    media: Schema = one.get("content", {}).get("application/json", {})
    schema: Schema = media.get("schema", {})
    return schema


def method(document: Schema, verb: str, path: str, operation: Schema) -> tuple[str, str]:
    """The TypedDict of the query (if there is one), and the method."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|\W", "_", operation["operationId"]).lower()
    parameters = [resolved(document, p) for p in operation.get("parameters", ())]
    asked = {p["name"]: p["schema"] for p in parameters if p["in"] == "query"}
    needed = [p["name"] for p in parameters if p["in"] == "query" and p.get("required")]
    query = f"{''.join(part.capitalize() for part in name.split('_'))}Query"
    takes = [f"{p['name']}: str" for p in parameters if p["in"] == "path"]
    if body := operation.get("requestBody"):
        sent = type_of(content(body))
        takes.append(f"body: {sent}" if body.get("required") else f"body: {sent} | None = None")
    if asked:
        takes.append(f"query: {query}" if needed else f"query: {query} | None = None")
    answers: Schema = next((one for status, one in operation["responses"].items() if status.startswith("2")), {})
    passed = ("query" if asked else "None", "body" if body else "None")
    given = type_of(content(answers))
    lines = (
        f"    def {name}({', '.join(['self', *takes])}) -> {given}:\n",
        f'        """{operation.get("summary", "")}"""\n',
        f"        answer: {given} = self._call({verb.upper()!r}, f{path!r}, {', '.join(passed)})\n",
        "        return answer\n",
    )
    return typed_dict(query, asked, needed) if asked else "", "".join(lines)


def module(service: str, document: Schema) -> str:
    """One service's module."""
    made = [
        method(document, verb, path, operation)
        for path, operations in document["paths"].items()
        for verb, operation in operations.items()
    ]
    name = f"{(service or 'root').capitalize()}Service"
    prefix = f"/{service}" if service else ""
    head = f"class {name}(Service):\n    prefix = {prefix!r}\n\n"
    return (
        HEAD
        + "\n".join((*schemas(document), *(query for query, _ in made if query), head))
        + "\n".join(m for _, m in made)
    )


def main(url: str) -> None:
    TARGET.mkdir(exist_ok=True)
    (TARGET / "__init__.py").write_text("")
    for service in SERVICES:
        answer = httpx.get(f"{url}/{service}/openapi.json" if service else f"{url}/openapi.json")
        answer.raise_for_status()
        (TARGET / f"{service or 'root'}.py").write_text(module(service, answer.json()))


if __name__ == "__main__":
    main(sys.argv[1])
