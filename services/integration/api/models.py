"""What the routes of imports and bulk acts answer."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from pydantic import Field, WithJsonSchema

from services.integration.bulk_act import Status as BulkStatus
from services.integration.import_job import Status as ImportStatus
from services.integration.jobs.previews import DRY_RUN
from shared.http.answers import Answer, one_of

JobId = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
Counts = dict[str, int]


class StartedImport(Answer):
    id: JobId
    version: Annotated[int, Field(description="Of the import; absent for a dry run, which is no record")] = 1


class ImportOutcome(Answer):
    """Progress while a dry run is checked, else the report. A revert has `reverted`, a failure `error`."""

    id: JobId
    status: Annotated[str, one_of(*get_args(ImportStatus), DRY_RUN)]
    doing: Annotated[str, Field(description="The step it works on")] = ""
    done: Annotated[int, Field(description="Rows so far")] = 0
    total: int = 0
    totals: Annotated[Counts, Field(description="Rows and what became of them, over all steps")] = {}
    steps: Annotated[
        list[dict[str, Any]], Field(description="Each step: name, resource, file, time_zone, and its counts")
    ] = []
    rejected: Annotated[
        list[dict[str, Any]] | int,
        Field(description="The first rejected rows, with their cells; their number while it runs"),
    ] = []
    warnings: Annotated[Counts, Field(description="Step, field and code → how often")] = {}
    warned: Annotated[list[dict[str, Any]], Field(description="The first rows that were taken with a warning")] = []
    names: Annotated[
        dict[str, str], Field(description="Of a preview: titles of the records and people that it names, by id")
    ] = {}
    reverted: Annotated[Counts, Field(description="Records: archived, undone, left")] = {}
    left: Annotated[list[dict[str, Any]], Field(description="The first records that a revert left as they are")] = []
    error: str = ""
    reason: Annotated[str, Field(description="Why it was paused or stopped")] = ""


class ColumnMatch(Answer):
    """A column and what it may become."""

    column: str
    samples: Annotated[list[str], Field(description="Different values of it, five at most")]
    field: Annotated[
        str, Field(description="As in a mapping; `account.name` is one of the row's company; empty = left out")
    ]
    confidence: Annotated[float, Field(description="0 to 1: that this is right")]
    reason: Annotated[str, Field(description="What speaks for it, in the caller's language")]


class InspectedFile(Answer):
    name: str
    encoding: str
    confidence: Annotated[float, Field(description="0 to 1: that the encoding is right")]
    delimiter: str
    skip: Annotated[int, Field(description="Lines before the header")]
    columns: list[str]
    rows: int
    bytes: int
    sha256: str
    samples: Annotated[list[dict[str, str]], Field(description="The first rows, by column")]
    resource: Annotated[
        str, Field(description="The record type: as asked for, or the likeliest; empty = none suits")
    ] = ""
    matches: Annotated[list[ColumnMatch], Field(description="Each column, in the order of the file")] = []
    fields: Annotated[list[str], Field(description="Which an import of this record type may fill")] = []
    suggestion: Annotated[dict[str, Any], Field(description="A mapping to begin with; empty where no type suits")] = {}


class StartedBulk(Answer):
    id: JobId
    version: Annotated[int, Field(description="Of the act; absent for a preview, which is no record")] = 1
    count: Annotated[int, Field(description="Its records, which are fixed now")]


class BulkFailure(Answer):
    id: str
    title: Annotated[str, Field(description="Of the record; empty where the caller does not see it")]
    errors: Annotated[list[dict[str, str]], Field(description="What is wrong: field, code, message")]


class BulkChange(Answer):
    id: str
    title: str
    changes: Annotated[dict[str, Any], Field(description="field → {from, to}, as it would be")]


class BulkOutcome(Answer):
    """Progress while it runs, else the report. A revert has `reverted`, a failure `error`, a preview `sample`."""

    id: JobId
    status: Annotated[str, one_of(*get_args(BulkStatus), DRY_RUN)]
    record_type: str = ""
    command: str = ""
    doing: Annotated[str, Field(description="What it does now")] = ""
    done: Annotated[int, Field(description="Records so far")] = 0
    total: int = 0
    rejected: Annotated[int, Field(description="Records that failed so far, while a preview runs")] = 0
    changed: int = 0
    unchanged: Annotated[int, Field(description="Records that were so already")] = 0
    failed: Annotated[int, Field(description="Records that were refused the command")] = 0
    failures: Annotated[list[BulkFailure], Field(description="The first ones that failed")] = []
    sample: Annotated[list[BulkChange], Field(description="Of a preview: the first records that would change")] = []
    reverted: Annotated[Counts, Field(description="Records: archived, undone, left")] = {}
    left: Annotated[list[dict[str, Any]], Field(description="The first records that a revert left as they are")] = []
    error: str = ""
    reason: Annotated[str, Field(description="Why it was paused")] = ""
