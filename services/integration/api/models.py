"""What the import routes answer."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from shared.http.answers import Answer

JobId = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
Counts = dict[str, int]


class StartedImport(Answer):
    id: JobId
    version: Annotated[int, Field(description="Of the import; absent for a dry run, which is no record")] = 1


class ImportOutcome(Answer):
    """Progress while a dry run is checked, else the report. A revert has `reverted`, a failure `error`."""

    id: JobId
    status: str
    doing: Annotated[str, Field(description="The step it works on")] = ""
    done: Annotated[int, Field(description="Rows so far")] = 0
    total: int = 0
    totals: Annotated[Counts, Field(description="Rows and what became of them, over all steps")] = {}
    steps: Annotated[
        list[dict[str, Any]], Field(description="Each step: name, resource, file, time_zone, and its counts")
    ] = []
    rejected: Annotated[
        list[dict[str, Any]] | int, Field(description="The first rejected rows; their number while it runs")
    ] = []
    warnings: Annotated[Counts, Field(description="Step, field and code → how often")] = {}
    warned: Annotated[list[dict[str, Any]], Field(description="The first rows that were taken with a warning")] = []
    reverted: Annotated[Counts, Field(description="Records: archived, undone, left")] = {}
    left: Annotated[list[dict[str, Any]], Field(description="The first records that a revert left as they are")] = []
    error: str = ""
    reason: Annotated[str, Field(description="Why it was paused or stopped")] = ""


class InspectedFile(Answer):
    name: str
    encoding: str
    delimiter: str
    columns: list[str]
    rows: int
    bytes: int
    sha256: str
    samples: Annotated[list[dict[str, str]], Field(description="The first rows, by column")]
    fields: Annotated[list[str], Field(description="Which an import may fill; where `resource` was named")] = []
    suggestion: Annotated[dict[str, Any], Field(description="A mapping to begin with; where `resource` was named")] = {}
