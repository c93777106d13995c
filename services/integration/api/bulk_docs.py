"""The OpenAPI operations of the routes of bulk acts."""

from __future__ import annotations

from services.integration.api.models import BulkOutcome, StartedBulk
from services.integration.bulk.request import MAX_IDS, MAX_RECORDS, BulkRequest
from shared.http.openapi import (
    RECORD_ERRORS,
    WRITE_ERRORS,
    Schema,
    answer,
    answer_events,
    body_of,
    operation,
    parameter,
)

_TAG = "bulk"
_TEXT: Schema = {"type": "string"}
_EXAMPLE = {
    "type": "account",
    "command": "tag",
    "body": {"add": ["fair-2026"]},
    "ids": ["01930000-0000-7000-8000-000000000000"],
}
_BODY = body_of(BulkRequest, _EXAMPLE)
_ERRORS = (401, 403, 404, 409, 413, 415, 422, 503)

START = operation(
    "start_bulk",
    "Send one command to many records",
    _TAG,
    {201: answer("The act has begun", StartedBulk, Location="The act")},
    description=f"On the records of `ids` ({MAX_IDS} at most) or on all that `filters` find ({MAX_RECORDS} at most); "
    "when they are not as many as `expected_count`, the answer is 409 with the code `count-changed`. It runs in the "
    "background with the caller's rights; follow `/bulk/{id}/events`.",
    parameters=[parameter("IdempotencyKey"), parameter("Reason")],
    body=_BODY,
    errors=[e for e in WRITE_ERRORS if e != 412],
)
PREVIEW = operation(
    "preview_bulk",
    "See what a bulk act would come to, without writing anything",
    _TAG,
    {202: answer("Every record is being decided", StartedBulk)},
    description="Follow `/bulk/{id}/events`; the report holds a sample of the changes, `/bulk/{id}/failures.csv` the "
    "records that would fail.",
    parameters=[parameter("Reason")],
    body=_BODY,
    errors=_ERRORS,
)
EVENTS = operation(
    "bulk_events",
    "Progress as server-sent events, the last one being the report",
    _TAG,
    {200: answer_events("`{status, doing, done, total, rejected}`; then the report")},
    parameters=[parameter("Id")],
    errors=RECORD_ERRORS,
)
REPORT = operation(
    "bulk_report",
    "What became of a bulk act's records so far",
    _TAG,
    {200: answer("The report", BulkOutcome)},
    parameters=[parameter("Id")],
    errors=RECORD_ERRORS,
)
FAILURES = operation(
    "bulk_failures",
    "The records that were refused the command, and why",
    _TAG,
    {200: answer("CSV, kept for 30 days: id, title, field, code, message", _TEXT, media="text/csv")},
    parameters=[parameter("Id")],
    errors=RECORD_ERRORS,
)
LEFT = operation(
    "bulk_left_records",
    "The records that a revert left as they are, and why",
    _TAG,
    {200: answer("CSV: resource, id, reason", _TEXT, media="text/csv")},
    parameters=[parameter("Id")],
    errors=RECORD_ERRORS,
)
