"""What the OpenAPI documents of all record types share: kinds as schemas, parameters, examples."""

from __future__ import annotations

from typing import Any

from shared.http.axes import DAYS, GROUPS, NUMBERS, UNITS
from shared.http.openapi import Schema, query, schema
from shared.kernel.density import BUCKETS
from shared.views.port import MAX_PAGE, MAX_SKIP, MAX_SORTS, Field, Kind

ID = {"type": "string", "format": "uuid"}
_ASKED: dict[Kind, Schema] = {
    Kind.INTEGER: {"type": "integer"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.DATETIME: {"type": "string", "format": "date-time"},
}
_OPERATORS: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("prefix", "contains", "empty"),
    Kind.KEYWORD: ("in", "ne", "empty"),
    Kind.KEYWORDS: ("in", "ne", "empty"),
    Kind.INTEGER: ("ge", "le", "empty"),
    Kind.DECIMAL: ("ge", "le", "empty"),
    Kind.DATE: ("ge", "le", "empty"),
    Kind.DATETIME: ("ge", "le"),
    Kind.BOOLEAN: (),
    Kind.JSON: (),
}
_TRUE = {"type": "boolean"}
_TREE = '{"any": [{"field": "id", "value": "x"}, {"field": "created_at", "op": "ge", "value": "this_month"}]}'

_PRINTABLE = "^[!-~]([ -~]*[!-~])?$"  # what a header's value can be: blanks at its ends do not count
_MOMENT: list[Schema] = [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]

PARAMETERS: dict[str, Schema] = {
    "Id": {"name": "id", "in": "path", "required": True, "description": "The record's id", "schema": ID},
    "AsOf": query(
        "as_of",
        "As it was then: a version (single records only) or an RFC 3339 moment; a date = its end",
        {"anyOf": [*_MOMENT, {"type": "string", "pattern": "^[1-9][0-9]{0,8}$"}]},
    ),
    "KnownAt": query("known_at", "As the system knew it at this RFC 3339 moment; a date = its end", {"anyOf": _MOMENT}),
    "Bucket": query("bucket", "How long each is", {"type": "string", "enum": [*BUCKETS], "default": "day"}),
    "From": query("from", "The first moment, in the first bucket; a date = its beginning", {"anyOf": _MOMENT}),
    "To": query("to", "The last moment, in the last bucket; a date = its end", {"anyOf": _MOMENT}),
    "MinVersion": query("min_version", "Wait up to 2 s for this version", {"type": "integer", "minimum": 0}),
    "MinVersions": query(
        "min_version",
        "Wait up to 2 s for versions of records, comma-separated: `id:version`, `type:id:version`",
        {"type": "string", "examples": ["0192f3c4-5b6a-7c8d-9e0f-112233445566:3"]},
    ),
    "Ranges": query("ranges", "The rising ends of the ranges of a number in `by`: `0,1000,10000`"),
    "Cards": query("cards", "Add the first records of each group", {"type": "integer", "minimum": 0, "maximum": 50}),
    "Fields": query(
        "fields", "Only these, comma-separated, `custom.<name>` of custom ones; id and version always come along"
    ),
    "In": query("in", "`base`: money in the currency of the organisation", {"type": "string", "enum": ["base"]}),
    "Rates": query(
        "rates",
        "With `in`: the rates that the records keep of their day (`deal`), or those of today",
        {"type": "string", "enum": ["deal", "today"]},
    ),
    "Q": query("q", "Full text: every word must occur", {"type": "string", "maxLength": 200}),
    "Limit": query("limit", "Records per page", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 50}),
    "Filter": query(
        "filter",
        'Conditions in groups, as JSON: `{"any": [{"field": …, "op": …, "value": …}, {"all": […]}, {"none": […]}]}`',
        {"type": "string", "contentMediaType": "application/json", "examples": [_TREE]},
    ),
    "Skip": query(
        "skip", "Begin so many records later; without `cursor`", {"type": "integer", "minimum": 0, "maximum": MAX_SKIP}
    ),
    "Cursor": query("cursor", "The `next` of the page before"),
    "Rights": query("rights", "Add what you may do with each record now", _TRUE),
    "HistoryLimit": query("limit", "Entries; left out = all", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE}),
    "HistoryCursor": query(
        "cursor", "The `next` of the page before: its last version", {"type": "integer", "minimum": 1}
    ),
    "Names": query("names", "Add the titles of all referenced records", _TRUE),
    "Labels": query(
        "labels",
        "Column titles for people in this language, instead of field names; zh is zh-CN",
        {"type": "string", "enum": ["zh", "en", "zh-CN", "zh-TW"]},
    ),
    "Format": query("format", "The file's format", {"type": "string", "enum": ["csv", "xlsx"], "default": "csv"}),
    "Kinds": query("kinds", "Only entries of these kinds, comma-separated"),
    "TimelineLimit": query("limit", "Entries", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 50}),
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": 'Only if the record still has this version: `"7"`',
        "schema": {"type": "string", "pattern": '^"[0-9]{1,9}(-[0-9a-f]{16})?"$'},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Sent again with the same body, the same answer and nothing twice",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": _PRINTABLE},
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
        "schema": {"type": "string", "maxLength": 500, "pattern": f"^({_PRINTABLE[1:-1]})?$"},
    },
}

NAMES: Schema = {
    "type": "object",
    "additionalProperties": {"type": "string"},
    "description": "With `names`: the titles of the records that are named here, by id",
}
RIGHTS: Schema = {
    "type": "object",
    "required": ["read", "edit", "fields", "commands"],
    "properties": {
        "read": {"type": "boolean"},
        "edit": {"type": "boolean", "description": "Whether the edit in place is open"},
        "fields": {"type": "array", "items": {"type": "string"}, "description": "Fields that you cannot change now"},
        "commands": {"type": "object", "additionalProperties": {"type": "boolean"}},
    },
    "description": "With `rights`: what you may do with the record in its present state",
}
UNDO: Schema = {
    "type": ["object", "null"],
    "required": ["method", "path", "body", "label"],
    "properties": {
        "method": {"type": "string", "enum": ["POST", "PATCH"]},
        "path": {"type": "string"},
        "body": {"type": "object"},
        "label": {"type": "string", "description": "In the language of the caller's `Accept-Language`"},
    },
    "description": "The request that takes the change back, to be sent as it is; null = `undo_reason` says why not",
}
UNDO_REASON: Schema = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
    "description": "Why `undo` is null; absent where it is not",
}
CHANGED: Schema = {
    "type": "object",
    "required": ["id", "version", "undo"],
    "properties": {
        "id": ID,
        "version": {"type": "integer", "minimum": 1},
        "undo": UNDO,
        "undo_reason": UNDO_REASON,
    },
    "examples": [
        {
            "id": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11",
            "version": 2,
            "undo": {
                "method": "POST",
                "path": "/service/records/0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11/undo",
                "body": {"version": 2},
                "label": "Undo this change",
            },
        }
    ],
}
_ENTRY: Schema = {
    "version": {"type": "integer", "minimum": 1},
    "event_id": {"type": "string"},
    "type": {"type": "string", "description": "Of the event, with its domain"},
    "occurred_at": {"type": "string", "format": "date-time"},
    "recorded_at": {"type": "string", "format": "date-time"},
    "actor": {"type": "string"},
    "on_behalf_of": {"type": "string"},
    "command": {"type": "string", "description": "The id that the changes of one request share"},
    "command_name": {"type": "string", "description": "With its service, as in `/meta`"},
    "correlation_id": {"type": "string"},
    "causation_id": {"type": "string"},
    "reason": {"type": "string"},
    "changes": {
        "type": "object",
        "additionalProperties": {"type": "object", "properties": {"from": {}, "to": {}}},
        "description": "field → its value before and after; custom ones as `custom.<name>`",
    },
    "undoable": {"type": "boolean"},
}
HISTORY_ENTRY: Schema = {
    "type": "object",
    "required": [*_ENTRY, "undo"],
    "properties": {**_ENTRY, "undo": UNDO, "undo_reason": UNDO_REASON},
}
HISTORY: Schema = {
    "type": "object",
    "required": ["items", "next"],
    "properties": {
        "items": {"type": "array", "items": schema("HistoryEntry")},
        "next": {"type": ["string", "null"], "description": "The cursor of the next page"},
        "names": NAMES,
    },
}


def filters(fields: tuple[Field, ...]) -> list[Schema]:
    found = []
    for f in fields:
        if f.indexed:
            asked = dict(_ASKED.get(f.kind, {"type": "string"}))
            if f.options:
                asked["enum"] = list(f.options)
            found.append(query(f.name, f"{f.en} · {f.zh}", asked))
            for op in _OPERATORS[f.kind]:
                free = (
                    {"type": "string"}
                    if op in ("in", "prefix", "contains", "ne")
                    else _ASKED.get(f.kind, {"type": "string"})
                )
                found.append(query(f"{f.name}[{op}]", f"{f.en} · {f.zh}: {op}", _TRUE if op == "empty" else free))
    return found


def choices(fields: tuple[Field, ...]) -> list[Schema]:
    """Parameters whose values are names of fields."""
    indexed = [f for f in fields if f.indexed]
    sorts = ["id", *(f.name for f in indexed if f.kind not in (Kind.KEYWORDS, Kind.JSON))]
    groups = [f.name for f in indexed if f.kind in GROUPS]
    days = [f"{f.name}:{unit}" for f in indexed if f.kind in DAYS for unit in UNITS]
    numbers = [f.name for f in indexed if f.kind in NUMBERS]
    both = [*sorts, *(f"-{name}" for name in sorts)]
    found = [
        query(
            "sort",
            "A field; `-field` for the other way round; up to three, comma-separated: `-amount,name`",
            _names(both, MAX_SORTS) | {"default": "id"},
        ),
        query(
            "by",
            "What to group by, up to two: a code, a true or false, a day with its unit, a number with `ranges`",
            _names([*groups, *days, *numbers], 2),
            required=True,
        ),
    ]
    if numbers:
        found.append(query("sum", "The number fields to add up, comma-separated", _names(numbers, 5)))
    return found


def _names(names: list[str], most: int) -> Schema:
    """One of the names, or so many of them separated by commas."""
    one = f"({'|'.join(names)})"
    several = {"type": "string", "pattern": f"^{one}(,{one}){{1,{most - 1}}}$"}
    return {"anyOf": [{"type": "string", "enum": names}, several]}


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
