"""The OpenAPI operations of the import routes."""

from __future__ import annotations

from services.integration.api.models import ImportOutcome, InspectedFile, StartedImport
from shared.http.openapi import (
    RECORD_ERRORS,
    WRITE_ERRORS,
    Schema,
    answer,
    answer_events,
    body_of,
    operation,
    parameter,
    query,
)

_TAG = "imports"
_ID: Schema = {"type": "string", "format": "uuid"}
_FILES: Schema = {"type": "array", "items": {"type": "string", "format": "binary"}}
_BODY = body_of(
    {
        "type": "object",
        "properties": {
            "mapping": {"type": "string", "description": "The mapping, YAML or JSON, as text or as a file"},
            "mapping_id": {**_ID, "description": "A saved mapping instead"},
            "files": _FILES,
            "corrections": {
                "type": "string",
                "description": "Cells to put right, as JSON: "
                '`[{"file": "fair.csv", "row": 3, "cells": {"E-mail": "a@b.example"}}]`. '
                "Rows count from 1; a report names them, with their cells",
            },
        },
    },
    media="multipart/form-data",
)
_ENCODING = query("encoding", "The encoding of text files, as in `cp1252`; without it, it is found out")
_TEXT: Schema = {"type": "string"}
_SEND_ERRORS = (401, 403, 404, 413, 415, 422, 503)

START = operation(
    "start_import",
    "Import files",
    _TAG,
    {201: answer("The import has begun", StartedImport, Location="The import")},
    description="Runs in the background; follow `/imports/{id}/events`. Files of 50 MB at most each.",
    parameters=[parameter("IdempotencyKey"), _ENCODING],
    body=_BODY,
    errors=WRITE_ERRORS,
)
DRY_RUN = operation(
    "dry_run_import",
    "Check files without writing anything",
    _TAG,
    {202: answer("Every row is being checked", StartedImport)},
    description="Follow `/imports/{id}/events`; `/imports/{id}/rejected.csv` holds the rows that would be rejected.",
    parameters=[_ENCODING],
    body=_BODY,
    errors=_SEND_ERRORS,
)
INSPECT = operation(
    "inspect_import_file",
    "Look into a file: its columns, some rows, and a mapping to begin with",
    _TAG,
    {200: answer("What the file holds", InspectedFile)},
    description="Without `resource` the record type that suits best. With `mapping_id` the `suggestion` is that saved "
    "mapping, for this file. Nothing is kept of the file.",
    parameters=[_ENCODING],
    body=body_of(
        {
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string", "format": "binary"}, "resource": _TEXT, "mapping_id": _ID},
        },
        media="multipart/form-data",
    ),
    errors=_SEND_ERRORS,
)
TEMPLATE = operation(
    "import_template",
    "An empty CSV with the columns of a record type",
    _TAG,
    {200: answer("The header line", _TEXT, media="text/csv")},
    parameters=[query("resource", "The record type", required=True)],
    errors=RECORD_ERRORS,
)
EVENTS = operation(
    "import_events",
    "Progress as server-sent events, the last one being the report",
    _TAG,
    {200: answer_events("`{status, doing, done, total, rejected}`; then the report")},
    parameters=[parameter("Id")],
    errors=RECORD_ERRORS,
)
REPORT = operation(
    "import_report",
    "What became of an import's rows so far",
    _TAG,
    {200: answer("The report", ImportOutcome)},
    parameters=[parameter("Id")],
    errors=RECORD_ERRORS,
)
REJECTED = operation(
    "import_rejected_rows",
    "The rejected rows as they came, with what is wrong with each",
    _TAG,
    {200: answer("CSV, kept for 30 days", _TEXT, media="text/csv")},
    parameters=[parameter("Id")],
    errors=RECORD_ERRORS,
)
LEFT = operation(
    "import_left_records",
    "The records that a revert left as they are, and why",
    _TAG,
    {200: answer("CSV", _TEXT, media="text/csv")},
    parameters=[parameter("Id")],
    errors=RECORD_ERRORS,
)
