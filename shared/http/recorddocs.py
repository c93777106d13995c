"""The OpenAPI side of the record routes: schemas, parameters and operations from the aggregate's description."""

from __future__ import annotations

from typing import Any

from shared.domain.aggregate import Command
from shared.domain.catalogue import AnyAggregate
from shared.http.openapi import (
    RECORD_ERRORS,
    WRITE_ERRORS,
    Components,
    Schema,
    answer,
    body_of,
    operation,
    parameter,
    query,
    schema,
    schemas_of,
)
from shared.views.port import MAX_PAGE, Field, Kind

_ID = {"type": "string", "format": "uuid"}
_SHOWN: dict[Kind, Schema] = {
    Kind.TEXT: {"type": ["string", "null"]},
    Kind.KEYWORD: {"type": ["string", "null"]},
    Kind.KEYWORDS: {"type": ["array", "null"], "items": {"type": "string"}},
    Kind.INTEGER: {"type": ["integer", "null"]},
    Kind.DECIMAL: {"type": ["string", "null"], "description": "A decimal number as text", "examples": ["1054.00"]},
    Kind.DATE: {"type": ["string", "null"], "description": "YYYY-MM-DD", "examples": ["2026-11-24"]},
    Kind.DATETIME: {"type": ["string", "null"], "format": "date-time"},
    Kind.BOOLEAN: {"type": ["boolean", "null"]},
    Kind.JSON: {},
}
_ASKED: dict[Kind, Schema] = {
    Kind.INTEGER: {"type": "integer"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.DATETIME: {"type": "string", "format": "date-time"},
}
_OPERATORS: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("prefix", "empty"),
    Kind.KEYWORD: ("in", "ne", "empty"),
    Kind.KEYWORDS: ("empty",),
    Kind.INTEGER: ("ge", "le", "empty"),
    Kind.DECIMAL: ("ge", "le", "empty"),
    Kind.DATE: ("ge", "le", "empty"),
    Kind.DATETIME: ("ge", "le"),
    Kind.BOOLEAN: (),
    Kind.JSON: (),
}
_FILTERS = (
    "Filters: `field=value`, `field[op]=value` with `ne gt ge lt le prefix in contains empty`; "
    "custom fields `custom.<name>=<value>`. Archived records are hidden unless `archived` is asked for."
)
_TRUE = {"type": "boolean"}
GROUPS = (Kind.KEYWORD, Kind.BOOLEAN)  # what a board may group by
NUMBERS = (Kind.DECIMAL, Kind.INTEGER)  # what it may add up

_MOMENT: list[Schema] = [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]

PARAMETERS: dict[str, Schema] = {
    "Id": {"name": "id", "in": "path", "required": True, "description": "The record's id", "schema": _ID},
    "AsOf": query(
        "as_of",
        "As it was then: a version (single records only) or an RFC 3339 moment; a date = its end",
        {"anyOf": [*_MOMENT, {"type": "string", "pattern": "^[1-9][0-9]{0,8}$"}]},
    ),
    "KnownAt": query("known_at", "As the system knew it at this RFC 3339 moment; a date = its end", {"anyOf": _MOMENT}),
    "MinVersion": query("min_version", "Wait up to 2 s for this version", {"type": "integer", "minimum": 0}),
    "Fields": query("fields", "Only these fields, comma-separated; id and version always come along"),
    "Q": query("q", "Full text: every word must occur", {"type": "string", "maxLength": 200}),
    "Limit": query("limit", "Records per page", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 50}),
    "Cursor": query("cursor", "The `next` of the page before"),
    "Names": query("names", "Add the titles of all referenced records", _TRUE),
    "Format": query("format", "The file's format", {"type": "string", "enum": ["csv", "xlsx"], "default": "csv"}),
    "Kinds": query("kinds", "Only entries of these kinds, comma-separated"),
    "TimelineLimit": query("limit", "Entries", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 50}),
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": 'Only if the record still has this version: `"7"`',
        "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Sent again with the same body, the same answer and nothing twice",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    },
    "OccurredAt": {
        "name": "X-Occurred-At",
        "in": "header",
        "description": "When it happened, if not now; never in the future, never before the record's last change",
        "schema": {"type": "string", "format": "date-time"},
    },
    "Reason": {
        "name": "X-Reason",
        "in": "header",
        "description": "Why; kept with the change. UTF-8, percent-encoded",
        "schema": {"type": "string", "maxLength": 500, "pattern": "^[!-~]*$"},
    },
}
_TIME = ("AsOf", "KnownAt")
_AROUND = ("IdempotencyKey", "OccurredAt", "Reason")

CHANGED: Schema = {
    "type": "object",
    "required": ["id", "version"],
    "properties": {"id": _ID, "version": {"type": "integer", "minimum": 1}},
    "examples": [{"id": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11", "version": 1}],
}
HISTORY: Schema = {
    "type": "object",
    "required": ["items"],
    "properties": {
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["version", "type", "occurred_at", "recorded_at", "actor", "changes", "undoable"],
                "properties": {
                    "version": {"type": "integer"},
                    "event_id": {"type": "string"},
                    "type": {"type": "string"},
                    "occurred_at": {"type": "string", "format": "date-time"},
                    "recorded_at": {"type": "string", "format": "date-time"},
                    "actor": {"type": "string"},
                    "command_name": {"type": "string"},
                    "reason": {"type": "string"},
                    "changes": {
                        "type": "object",
                        "additionalProperties": {"type": "object", "properties": {"from": {}, "to": {}}},
                    },
                    "undoable": {"type": "boolean"},
                },
            },
        }
    },
}


class RecordDocs:
    """The operations of one aggregate's routes, and the components they refer to."""

    def __init__(self, aggregate: AnyAggregate) -> None:
        self._aggregate = aggregate
        self._name = "".join(part.capitalize() for part in aggregate.name.split("_"))
        self._tag = aggregate.noun
        commands = [c for c in aggregate.commands.values() if not c.hidden]
        self._models = schemas_of(c.model for c in commands)
        creating = next((c for c in commands if c.creates), None)
        self._example = sample(self._models[creating.model.__name__], self._models) if creating else {}

    @property
    def components(self) -> Components:
        fields = self._aggregate.collection.fields
        own = {f"{self._name}.{p['name']}": p for p in (*_filters(fields), *_choices(fields))}
        page = {
            "type": "object",
            "required": ["items", "next"],
            "properties": {
                "items": {"type": "array", "items": schema(self._name)},
                "next": {"type": ["string", "null"], "description": "The cursor of the next page"},
                "names": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        }
        shown = {self._name: self._record(), f"{self._name}Page": page, "Changed": CHANGED, "History": HISTORY}
        return {"schemas": {**self._models, **shown}, "parameters": {**PARAMETERS, **own}}

    def _record(self) -> Schema:
        properties: Schema = {"id": _ID, "version": {"type": "integer", "minimum": 1}}
        for f in self._aggregate.collection.fields:
            properties[f.name] = {**_SHOWN[f.kind], "title": f"{f.en} · {f.zh}"}
            if f.options:
                properties[f.name]["description"] = "One of " + ", ".join(f"`{o}`" for o in f.options)
        example = {"id": CHANGED["examples"][0]["id"], "version": 1, **self._example}
        known = {k: v for k, v in example.items() if k in properties}
        return {"type": "object", "required": ["id", "version"], "properties": properties, "examples": [known]}

    def _filtering(self, *names: str) -> list[Schema]:
        """The named parameters, those in small letters being this record type's own, and its filters."""
        fields = self._aggregate.collection.fields
        known = {p["name"] for p in _choices(fields)}
        chosen = [n if n[0].isupper() else f"{self._name}.{n}" for n in names if n[0].isupper() or n in known]
        return [parameter(n) for n in (*chosen, *(f"{self._name}.{f['name']}" for f in _filters(fields)))]

    def list(self) -> Schema:
        return operation(
            f"list_{self._tag}",
            f"A page of {self._tag}",
            self._tag,
            {200: answer("The page", schema(f"{self._name}Page"))},
            description=_FILTERS,
            parameters=self._filtering("Q", "sort", "Limit", "Cursor", "Fields", "Names", *_TIME),
        )

    def count(self) -> Schema:
        content = {"type": "object", "required": ["count"], "properties": {"count": {"type": "integer", "minimum": 0}}}
        return operation(
            f"count_{self._tag}",
            f"How many {self._tag} match",
            self._tag,
            {200: answer("The number", content)},
            description=_FILTERS,
            parameters=self._filtering("Q", *_TIME),
        )

    def board(self) -> Schema:
        group = {
            "type": "object",
            "required": ["key", "count", "sum"],
            "properties": {"key": {}, "count": {"type": "integer"}, "sum": {"type": ["string", "null"]}},
        }
        content = {
            "type": "object",
            "required": ["groups"],
            "properties": {"groups": {"type": "array", "items": group}},
        }
        return operation(
            f"board_{self._tag}",
            f"Totals of {self._tag} by a field",
            self._tag,
            {200: answer("A group per value", content)},
            description="`sum` is a decimal string. " + _FILTERS,
            parameters=self._filtering("by", "sum", "Q", *_TIME),
        )

    def export(self) -> Schema:
        text = {"type": "string"}
        done = answer("The file", text, media="text/csv", Content_Disposition="The file's name")
        done["content"]["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"] = {"schema": text}
        return operation(
            f"export_{self._tag}",
            f"All matching {self._tag} as a file",
            self._tag,
            {200: done},
            description="No row limit; cells that a spreadsheet would take for formulas begin with `'`. " + _FILTERS,
            parameters=self._filtering("Format", "Q", "sort", "Fields", "Names", *_TIME),
        )

    def read(self) -> Schema:
        return operation(
            f"read_{self._aggregate.name}",
            f"One of the {self._tag}, now or as of any moment",
            self._tag,
            {200: answer("The record", schema(self._name), ETag="Its version")},
            parameters=[parameter(n) for n in ("Id", "Fields", "MinVersion", *_TIME)],
            errors=RECORD_ERRORS,
        )

    def history(self) -> Schema:
        return operation(
            f"history_of_{self._aggregate.name}",
            "Every change, newest first",
            self._tag,
            {200: answer("The changes", schema("History"))},
            parameters=[parameter("Id")],
            errors=RECORD_ERRORS,
        )

    def timeline(self) -> Schema:
        content = {
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "items": {"type": "object"}}},
        }
        return operation(
            f"timeline_of_{self._aggregate.name}",
            "Activities linked to the record and its own changes, newest first",
            self._tag,
            {200: answer("The entries", content)},
            parameters=[parameter(n) for n in ("Id", "Kinds", "TimelineLimit", *_TIME)],
            errors=RECORD_ERRORS,
        )

    def command(self, command: Command) -> Schema:
        model = self._models[command.model.__name__]
        example = sample(model, self._models)
        if command.verb == "PATCH":
            example = {k: v for k, v in self._example.items() if k in model.get("properties", {})}
        around = _AROUND if command.creates else ("Id", "IfMatch", *_AROUND)
        status = 201 if command.creates else 200
        headers = {"ETag": "The new version"} | ({"Location": "The record's path"} if command.creates else {})
        return operation(
            command.name.rpartition(".")[2],
            _words(command.name),
            self._tag,
            {status: answer("Done and durable", schema("Changed"), **headers)},
            description=(command.model.__doc__ or "").partition("\n\n")[0],
            parameters=[parameter(n) for n in around],
            body=body_of(schema(command.model.__name__), example, required=bool(model.get("required"))),
            errors=[e for e in WRITE_ERRORS if e != 429 and not (command.creates and e in (404, 412))],
        )


def _filters(fields: tuple[Field, ...]) -> list[Schema]:
    found = []
    for f in fields:
        if f.indexed and f.name != "custom_keys":
            asked = dict(_ASKED.get(f.kind, {"type": "string"}))
            if f.options:
                asked["enum"] = list(f.options)
            found.append(query(f.name, f"{f.en} · {f.zh}", asked))
            for op in _OPERATORS[f.kind]:
                free = {"type": "string"} if op in ("in", "prefix", "ne") else _ASKED.get(f.kind, {"type": "string"})
                found.append(query(f"{f.name}[{op}]", f"{f.en} · {f.zh}: {op}", _TRUE if op == "empty" else free))
    return found


def _choices(fields: tuple[Field, ...]) -> list[Schema]:
    """Parameters whose values are names of fields."""
    indexed = [f for f in fields if f.indexed]
    sorts = ["id", *(f.name for f in indexed if f.kind not in (Kind.KEYWORDS, Kind.JSON))]
    groups = [f.name for f in indexed if f.kind in GROUPS]
    numbers = [f.name for f in indexed if f.kind in NUMBERS]
    both = [*sorts, *(f"-{name}" for name in sorts)]
    found = [
        query("sort", "A field; `-field` for the other way round", {"type": "string", "enum": both, "default": "id"}),
        query("by", "The field to group by", {"type": "string", "enum": groups}, required=True),
    ]
    if numbers:
        found.append(query("sum", "The number field to add up", {"type": "string", "enum": numbers}))
    return found


def _words(name: str) -> str:
    """`customer.ChangeAccountDetails` → `Change account details`."""
    spaced = "".join(f" {c.lower()}" if c.isupper() else c for c in name.rpartition(".")[2])
    return spaced.strip().capitalize()


def sample(model: Schema, definitions: dict[str, Schema]) -> Any:
    """An example of a schema: its own first one, or its required parts by their types."""
    if "$ref" in model:
        return sample(definitions[model["$ref"].rpartition("/")[2]], definitions)
    if model.get("examples"):
        return model["examples"][0]
    for key in ("const", "default"):
        if key in model:
            return model[key]
    if "enum" in model:
        return model["enum"][0]
    if options := model.get("anyOf") or model.get("oneOf"):
        return sample(options[0], definitions)
    return _sample_of_type(model, definitions)


def _sample_of_type(model: Schema, definitions: dict[str, Schema]) -> Any:
    match model.get("type"):
        case "object":
            properties = model.get("properties", {})
            wanted = model.get("required") or list(properties)[:1]
            return {name: sample(properties[name], definitions) for name in wanted if name in properties}
        case "array":
            return [sample(model.get("items", {}), definitions)]
        case "integer" | "number":
            return model.get("minimum", 1)
        case "boolean":
            return True
        case "string":
            return "text"
    return None
