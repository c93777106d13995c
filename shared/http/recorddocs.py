"""The OpenAPI side of the record routes: schemas, parameters and operations from the aggregate's description."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from shared.domain.command import Command
from shared.http.openapi import (
    READ_ERRORS,
    RECORD_ERRORS,
    WRITE_ERRORS,
    Components,
    Schema,
    answer,
    body_of,
    operation,
    parameter,
    schema,
    schemas_of,
)
from shared.http.recordanswers import created, name_of, record_schemas, shown, timeline
from shared.http.recordschemas import CHANGED, HISTORY, HISTORY_ENTRY, NAMES, PARAMETERS, choices, filters, sample
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.density import BUCKETS

_FILTERS = (
    "Filters: `field=value`, `field[op]=value` with `ne gt ge lt le prefix in contains empty`; "
    "custom fields `custom.<name>=<value>`. Archived records are hidden unless `archived` is asked for."
)
_SUM = {
    "type": "object",
    "required": ["currency", "count", "sum"],
    "properties": {"currency": {"type": "string"}, "count": {"type": "integer"}, "sum": {"type": "string"}},
}
_SUMS = {"type": "array", "items": _SUM}
_END = {"type": ["string", "null"]}
_RANGE = {"type": "object", "required": ["from", "to"], "properties": {"from": _END, "to": _END}}
_KEYS = [{"type": "string"}, {"type": "boolean"}, {"type": "null"}, _RANGE]
_LEAF = {
    "type": "object",
    "required": ["field", "op", "value"],
    "properties": {
        "field": {"type": "string"},
        "op": {"type": "string", "enum": ["eq", "ge", "le", "lt", "empty"]},
        "value": {"type": ["string", "boolean"]},
    },
}
_TIME = ("AsOf", "KnownAt")
_BOARD = ("by", "Ranges", "sum", "In", "Rates", "Cards", "sort", "Fields", "Names", "Q", "Filter", "MinVersions")
_AROUND = ("IdempotencyKey", "OccurredAt", "Reason")


class RecordDocs:
    """The operations of one aggregate's routes, and the components they refer to."""

    def __init__(self, aggregate: AnyAggregate, on_timelines: Iterable[AnyAggregate] = ()) -> None:
        """on_timelines: the record types whose records appear on timelines."""
        self._aggregate, self._entries = aggregate, tuple(on_timelines)
        self._name = name_of(aggregate)
        self._tag = aggregate.noun

    @cached_property
    def _models(self) -> dict[str, Schema]:
        return schemas_of(c.model for c in self._aggregate.commands.values() if not c.hidden)

    @cached_property
    def _example(self) -> dict[str, Any]:
        return created(self._aggregate)

    def components(self) -> Components:
        fields = self._aggregate.collection.fields
        own = {self._own(p["name"]): p for p in (*filters(fields), *choices(fields))}
        page = {
            "type": "object",
            "required": ["items", "next"],
            "properties": {
                "items": {"type": "array", "items": shown(self._name)},
                "next": {"type": ["string", "null"], "description": "The cursor of the next page"},
                "names": NAMES,
            },
        }
        records = {n: s for a in (*self._entries, self._aggregate) for n, s in record_schemas(a).items()}
        answers = {f"{self._name}Page": page, "Changed": CHANGED, "HistoryEntry": HISTORY_ENTRY, "History": HISTORY}
        return {"schemas": {**self._models, **records, **answers}, "parameters": {**PARAMETERS, **own}}

    def _filtering(self, *names: str) -> list[Schema]:
        """The named parameters, those in small letters being this record type's own, and its filters."""
        fields = self._aggregate.collection.fields
        known = {p["name"] for p in choices(fields)}
        chosen = [n if n[0].isupper() else self._own(n) for n in names if n[0].isupper() or n in known]
        return [parameter(n) for n in (*chosen, *(self._own(f["name"]) for f in filters(fields)))]

    def _own(self, name: str) -> str:
        """The component of a parameter of this record type alone; a component's name has no brackets."""
        return f"{self._name}.{name.replace('[', '.').replace(']', '')}"

    def list(self) -> Schema:
        return operation(
            f"list_{self._tag}",
            f"A page of {self._tag}",
            self._tag,
            {200: answer("The page", schema(f"{self._name}Page"))},
            description=_FILTERS,
            parameters=self._filtering(
                *("Q", "Filter", "sort", "Limit", "Cursor", "Skip", "Fields", "Names", "Rights", "MinVersions", *_TIME)
            ),
        )

    def count(self) -> Schema:
        content = {
            "type": "object",
            "required": ["count"],
            "properties": {"count": {"type": "integer", "minimum": 0}, "more": {"type": "boolean"}},
        }
        return operation(
            f"count_{self._tag}",
            f"How many {self._tag} match",
            self._tag,
            {200: answer("The number", content)},
            description="`more`: there are more than `count`. Only of past moments, by conditions that find many each. "
            + _FILTERS,
            parameters=self._filtering("Q", "Filter", "MinVersions", *_TIME),
        )

    def board(self) -> Schema:
        amount = {"sum": {"type": ["string", "null"]}, "sums": _SUMS, "missing": _SUMS}
        group = {
            "type": "object",
            "required": ["key", "count", "sum"],
            "properties": {
                "key": {"anyOf": [*_KEYS, {"type": "array", "items": {"anyOf": _KEYS}}]},
                "count": {"type": "integer"},
                **amount,
                "totals": {
                    "type": "object",
                    "additionalProperties": {"type": "object", "required": ["sum"], "properties": amount},
                },
                "where": {"type": "array", "items": _LEAF},
                "cards": {"type": "array", "items": shown(self._name)},
                "next": {"type": ["string", "null"], "description": "The cursor of the list of the group's records"},
            },
        }
        content = {
            "type": "object",
            "required": ["groups"],
            "properties": {
                "groups": {"type": "array", "items": group},
                "currency": {"type": "string"},
                "rates": {"type": "string", "enum": ["deal", "today"]},
                "names": NAMES,
            },
        }
        return operation(
            f"board_{self._tag}",
            f"Totals of {self._tag} by a field",
            self._tag,
            {200: answer("A group per value", content)},
            description="`sum` is a decimal string, null for money in several currencies; `sums` has one for each, and "
            "`totals` all of them by field where `sum` names several. With `cards`, `where` holds the conditions of a "
            "group's list, `cards` its first records, `next` the cursor for the following ones. "
            "With `in=base` it is in the organisation's currency; `missing`: what lacks a rate. " + _FILTERS,
            parameters=self._filtering(*_BOARD, *_TIME),
        )

    def density(self) -> Schema:
        item = {
            "type": "object",
            "required": ["at", "count"],
            "properties": {"at": {"type": "string", "format": "date-time"}, "count": {"type": "integer", "minimum": 0}},
        }
        content = {
            "type": "object",
            "required": ["bucket", "items"],
            "properties": {
                "bucket": {"type": "string", "enum": [*BUCKETS]},
                "items": {"type": "array", "items": item},
            },
        }
        return operation(
            f"density_{self._tag}",
            f"How many changes {self._tag} had, by time",
            self._tag,
            {200: answer("A count per bucket, from its first moment on", content)},
            description="Of the records that you see now. Whole buckets, also those without a change; 1,000 at most. "
            "Days, weeks and months are those of the place where you are; the default is the last 30 buckets.",
            parameters=[parameter(name) for name in ("Bucket", "From", "To")],
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
            description="No row limit; columns in the order of `fields`. CSV cells that a spreadsheet would take for "
            "formulas begin with `'`; XLSX has real numbers, days and moments. " + _FILTERS,
            parameters=self._filtering("Format", "Labels", "Q", "Filter", "sort", "Fields", "Names", *_TIME),
            errors=(*READ_ERRORS, 429),
        )

    def read(self) -> Schema:
        return operation(
            f"read_{self._aggregate.name}",
            f"One of the {self._tag}, now or as of any moment",
            self._tag,
            {200: answer("The record", shown(self._name), ETag="Its version, and a mark of what the caller sees")},
            parameters=[parameter(n) for n in ("Id", "Fields", "MinVersion", "Names", "Rights", *_TIME)],
            errors=RECORD_ERRORS,
        )

    def history(self) -> Schema:
        return operation(
            f"history_of_{self._aggregate.name}",
            "Every change, newest first",
            self._tag,
            {200: answer("The changes", schema("History"))},
            parameters=[parameter(n) for n in ("Id", "HistoryLimit", "HistoryCursor", "Names")],
            errors=RECORD_ERRORS,
        )

    def timeline(self) -> Schema:
        return operation(
            f"timeline_of_{self._aggregate.name}",
            "What was done about the record and how it changed, newest first",
            self._tag,
            {200: answer("The entries", timeline(self._entries))},
            parameters=[parameter(n) for n in ("Id", "Kinds", "TimelineLimit", "Cursor", "Names", *_TIME)],
            errors=RECORD_ERRORS,
        )

    def command(self, command: Command) -> Schema:
        model = self._models[command.model.__name__]
        example = sample(model, self._models)
        if command.verb == "PATCH" and "examples" not in model:
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
            errors=[e for e in WRITE_ERRORS if not (command.creates and e in (404, 412))],
        )


def _words(name: str) -> str:
    """`customer.ChangeAccountDetails` → `Change account details`."""
    spaced = "".join(f" {c.lower()}" if c.isupper() else c for c in name.rpartition(".")[2])
    return spaced.strip().capitalize()
