"""What the explorer's routes answer, as their OpenAPI document says."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from services.audit.asking import TERMS
from services.audit.heads import EventHead
from services.audit.reads_shown import RecordNamed
from shared.http.openapi import Schema, answer, operation, query
from shared.http.recordschemas import UNDO, UNDO_REASON

MOST = 200  # events of a page


class SearchPage(TypedDict):
    items: list[EventHead]
    next: Annotated[str | None, Field(description="The cursor of the next page; a page may be short and have one")]
    names: Annotated[dict[str, str], Field(description="Of the people and keys who did it, by id")]
    complete: Annotated[bool, Field(description="false: the index is still being filled from the log")]


class EventTypes(TypedDict):
    items: list[str]


class CauseAct(TypedDict):
    command: str
    command_name: str
    actor: str
    on_behalf_of: str
    cause: Annotated[str, Field(description="The event that it reacts to; empty: somebody gave the command")]
    events: list[EventHead]


class CauseTree(TypedDict):
    event: str
    job: Annotated[RecordNamed | None, Field(description="The import or bulk act of it, if you see it")]
    acts: Annotated[list[CauseAct], Field(description="Each after the one that caused it")]
    names: dict[str, str]
    whole: Annotated[bool, Field(description="false: more than 500 events hang together; the first ones are shown")]


_ID = {"in": "path", "required": True, "schema": {"type": "string"}}
SEARCH = operation(
    "search",
    "Events by who, what, which record, which cause and when, the newest first",
    "explorer",
    {200: answer("A page of events", SearchPage)},
    description="All conditions hold at once. Reason and title are shown to those who read the record.",
    parameters=[
        *(query(name, said) for name, (_, said) in TERMS.items()),
        query(
            "reason",
            "Part of the reason that was given; of records that you read",
            {"type": "string", "maxLength": 200},
        ),
        query("without", "A type of event to leave out: `identity.SessionRefreshed`"),
        query("since", "Recorded at this moment (RFC 3339) or day, or later"),
        query("until", "Recorded at this moment or day, or before"),
        query("limit", "Events", {"type": "integer", "minimum": 1, "maximum": MOST, "default": 50}),
        query("cursor", "`next` of the page before"),
    ],
)
EVENT_TYPES = operation(
    "event_types",
    "The types of event that a search may ask for",
    "explorer",
    {200: answer("All types", EventTypes)},
    errors=(401, 403),
)
_CHANGES: Schema = {"type": "object", "additionalProperties": {"type": "object", "properties": {"from": {}, "to": {}}}}
_ONE: Schema = {
    "type": "object",
    "required": ["event", "changes", "names", "undo"],
    "properties": {
        "event": {"$ref": "#/components/schemas/EventHead"},
        "changes": {**_CHANGES, "description": "field → before and after; empty where you may not read the record"},
        "names": {"type": "object", "additionalProperties": {"type": "string"}},
        "undo": UNDO,
        "undo_reason": UNDO_REASON,
    },
}
EVENT = operation(
    "event",
    "One event: its head, what it changed and what takes it back",
    "explorer",
    {200: answer("The event", _ONE)},
    parameters=[{"name": "event", "description": "An event's id", **_ID}],
    errors=(401, 403, 404, 503),
)
CAUSES = operation(
    "causes",
    "The tree of causes that an event is in: commands, their events, and what reacted to them",
    "explorer",
    {200: answer("The tree", CauseTree)},
    parameters=[{"name": "event", "description": "An event's id", **_ID}],
    errors=(401, 403, 404, 503),
)
_TOUCHED: Schema = {
    "type": "object",
    "required": ["record", "events", "types", "undo"],
    "properties": {
        "record": {"$ref": "#/components/schemas/RecordNamed"},
        "events": {"type": "integer", "minimum": 1},
        "types": {"type": "array", "items": {"type": "string"}},
        "undo": UNDO,
        "undo_reason": UNDO_REASON,
    },
}
_DID: Schema = {
    "type": "object",
    "required": ["id", "events", "types", "job", "records", "next", "names", "first", "last", "undo"],
    "properties": {
        "id": {"type": "string"},
        "events": {"type": "integer", "minimum": 1, "description": "How many there are"},
        "types": {"type": "object", "additionalProperties": {"type": "integer"}, "description": "Of the newest 1,000"},
        "job": {"anyOf": [{"$ref": "#/components/schemas/RecordNamed"}, {"type": "null"}]},
        "records": {"type": "array", "items": _TOUCHED, "description": "50 of them, the last changed first"},
        "next": {"type": ["string", "null"], "description": "The cursor of the next ones; null: there are no more"},
        "names": {"type": "object", "additionalProperties": {"type": "string"}},
        "first": {"$ref": "#/components/schemas/EventHead"},
        "last": {"$ref": "#/components/schemas/EventHead"},
        "undo": {**UNDO, "description": "Of a job: the request that takes all of it back; null = `undo_reason`"},
        "undo_reason": UNDO_REASON,
    },
}
ACT = operation(
    "act",
    "All that one act did, and what takes it back",
    "explorer",
    {200: answer("What it did", _DID)},
    description="An act is an import, a bulk act, or a command with all that followed from it.",
    parameters=[
        {"name": "act", "description": "A correlation id, a job's id or a command's id", **_ID},
        query("cursor", "`next` of the page of records before"),
    ],
    errors=(401, 403, 404, 422, 503),
)
