"""What other programs read of the topics: a JSON Schema for each version of an event, and one AsyncAPI document.

Both describe events as stored: personal values are encrypted, texts that may identify a person are sealed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shared.events.registry import EventType
from shared.streaming.kafka.records import CHECKPOINTS, PARTITIONS, topic_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ENCRYPTED = {
    "anyOf": [
        {"type": "string", "pattern": r"^(v1\.|sealed\|)"},
        {"enum": ["", None, [], {}]},
    ],
    "description": "encrypted under the key of the person that `subject` names, or empty",
}
SEALED = {"type": "string", "pattern": r"^sealed\|", "description": "sealed: it may identify a person"}
TEXT, COUNT = {"type": "string"}, {"type": "integer", "minimum": 1}
MICROS = {"type": "integer", "description": "microseconds since 1970, UTC"}
ENVELOPE: dict[str, Any] = {
    "type": "object",
    "description": "An event as the store holds it",
    "properties": {
        "position": {**COUNT, "description": "in the log; it grows, and has holes"},
        "tenant": TEXT,
        "stream": {"type": "string", "pattern": "^[^-]+-.+", "description": "the record, as in account-<id>"},
        "version": {**COUNT, "description": "in the stream, without holes"},
        "event_id": TEXT,
        "type": TEXT,
        "schema_version": COUNT,
        "occurred_at": MICROS,
        "recorded_at": MICROS,
        "metadata": {"type": "object", "description": "who and why; the reason is sealed"},
        "data": {"type": "object"},
    },
    "required": [
        "position", "tenant", "stream", "version", "event_id", "type", "schema_version", "occurred_at", "recorded_at",
        "metadata", "data",
    ],
    "additionalProperties": False,
}  # fmt: skip
HEADERS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "the event's id"},
        "type": TEXT,
        "schema_version": {"type": "string", "pattern": "^[1-9][0-9]*$"},
        "position": {"type": "string", "pattern": "^[1-9][0-9]*$"},
        "seq": {"type": "string", "pattern": "^[1-9][0-9]*$", "description": "in its partition, from 1 without a hole"},
        "tenant": TEXT,
        "traceparent": {"type": "string", "description": "W3C; missing where the command was not traced"},
    },
    "required": ["id", "type", "schema_version", "position", "seq", "tenant"],
    "additionalProperties": False,
}
MARK: dict[str, Any] = {
    "type": "object",
    "properties": {
        "position": {"type": "integer", "minimum": 0, "description": "every event up to here is in the topics"},
        "chain": {"type": "string", "description": "the log's running hash there"},
        "seqs": {
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "items": {"type": "integer", "minimum": 0},
                "minItems": PARTITIONS,
                "maxItems": PARTITIONS,
            },
            "description": "the last seq of each partition, by topic",
        },
    },
    "required": ["position", "chain", "seqs"],
    "additionalProperties": False,
}


def file_of(name: str, version: int) -> str:
    """Where the schema of an event version is, relative to the document."""
    return f"events/{name}.v{version}.json"


def schema_of(type_: EventType) -> dict[str, Any]:
    """The schema of the `data` of the type's newest version, as stored."""
    schema = type_.adapter.json_schema(mode="serialization")
    for name in type_.personal:
        schema["properties"][name] = ENCRYPTED
    for name, mark in type_.sealed:
        declared = schema["properties"][name]
        schema["properties"][name] = {"anyOf": [SEALED, declared]} if mark.is_whole else _sealed_inside(declared)
    schema.pop("title", None)
    return {"$schema": DIALECT, "title": f"{type_.name} v{type_.version}", **schema}


def _sealed_inside(schema: dict[str, Any]) -> dict[str, Any]:
    """An object, or a list of them, of which some values may be sealed."""
    if isinstance(items := schema.get("items"), dict):
        return {**schema, "items": _sealed_inside(items)}
    if isinstance(values := schema.get("additionalProperties"), dict):
        return {**schema, "additionalProperties": {"anyOf": [SEALED, values]}}
    return schema


def document(types: Iterable[EventType], versions: Iterable[tuple[str, int]], release: str) -> dict[str, Any]:
    """The AsyncAPI document. versions: all that there are, older ones included."""
    described = {one.name: _summary(one) for one in types}
    messages = {f"{name}.v{version}": _message(name, version, described[name]) for name, version in versions}
    channels: dict[str, Any] = {}
    for key, message in messages.items():
        topic = topic_of(key)
        channel = channels.setdefault(topic, _channel(topic, PARTITIONS))
        channel["messages"][key] = {"$ref": f"#/components/messages/{key}"}
        message["headers"] = {"$ref": "#/components/schemas/headers"}
    channels[CHECKPOINTS] = _channel(CHECKPOINTS, 1)
    channels[CHECKPOINTS]["messages"]["mark"] = {"$ref": "#/components/messages/mark"}
    messages["mark"] = {"name": "mark", "summary": "How far the log is in the topics", "payload": MARK}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Events of the CRM suite",
            "version": release,
            "description": "Every event of the log, in order for each record. Skip what you do not know: types and "
            "optional fields are added. An event may come twice: keep the last version of each stream.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": {
            f"send.{topic}": {"action": "send", "channel": {"$ref": f"#/channels/{topic}"}} for topic in channels
        },
        "components": {"schemas": {"envelope": ENVELOPE, "headers": HEADERS}, "messages": messages},
    }


def _channel(topic: str, partitions: int) -> dict[str, Any]:
    return {"address": topic, "messages": {}, "bindings": {"kafka": {"topic": topic, "partitions": partitions}}}


def _message(name: str, version: int, summary: str) -> dict[str, Any]:
    return {
        "name": name,
        "summary": summary,
        "bindings": {"kafka": {"key": {"type": "string", "description": "the stream"}}},
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/envelope"},
                {
                    "properties": {
                        "type": {"const": name},
                        "schema_version": {"const": version},
                        "data": {"$ref": file_of(name, version)},
                    }
                },
            ]
        },
    }


def _summary(type_: EventType) -> str:
    text = (type_.cls.__doc__ or "").strip().partition("\n")[0]
    return "" if text.startswith(f"{type_.cls.__name__}(") else text
