"""What the routes of taking back take and answer, as their OpenAPI document says."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field
from typing_extensions import TypedDict

from services.audit.taking_back_job import JobStatus
from shared.domain.command import CommandModel
from shared.errors import Invalid
from shared.http.answers import DateTime, one_of
from shared.http.openapi import Schema, answer, answer_events, body_of, operation, parameter

LISTED = 20
Condition = Annotated[str, Field(max_length=200)]


class PreviewTakingBack(CommandModel):
    """What is to be taken back: conditions of `GET /audit/search`, which hold at once.

    All that one person did, which needs `since`, or all that one act led to (`correlation`).
    """

    actor: Condition = ""
    correlation: Condition = ""
    record: Condition = ""
    about: Condition = ""
    type: Condition = ""
    category: Condition = ""
    command: Condition = ""
    reason: Condition = ""
    since: Condition = ""
    until: Condition = ""

    def given(self) -> dict[str, str]:
        """As a search has them. Raises Invalid."""
        if not (self.actor or self.correlation):
            raise Invalid.field("actor", "required", "say whose changes are to be taken back")
        if not (self.since or self.correlation):
            raise Invalid.field("since", "required", "say since when changes are to be taken back")
        return {name: value for name, value in self.model_dump(exclude={"up_to"}).items() if value}


class TakeBack(PreviewTakingBack):
    """The same, once the preview was looked at. up_to: as it gave it; what came after is not taken back."""

    up_to: int = Field(ge=0, le=2**53)


class TakingBackListed(TypedDict):
    id: Annotated[str, Field(description="As `correlation`, it names all that the job did")]
    status: Annotated[str, one_of(*get_args(JobStatus))]
    by: Annotated[str, Field(description="The user in whose name it runs")]
    conditions: Annotated[dict[str, str], Field(description="As they were asked for; empty once they were erased")]
    started_at: DateTime
    changes: Annotated[int, Field(description="That it is to take back")]
    records: int
    done: Annotated[int, Field(description="Changes that were looked at by now")]
    undone: Annotated[int, Field(description="Of these, how many went back")]
    left: Annotated[int, Field(description="How many stay; 0 until it has ended")]


class TakingsBack(TypedDict):
    items: list[TakingBackListed]
    names: Annotated[dict[str, str], Field(description="Of the people who began them")]


_ID = {"name": "id", "in": "path", "required": True, "description": "The job's id", "schema": {"type": "string"}}
_EXAMPLE = {"actor": "01930000-0000-7000-8000-000000000000", "since": "2026-11-24"}
_ERRORS = (401, 403, 409, 413, 415, 422, 429, 503)
_REPORT: Schema = answer_events(
    "Progress `{id, doing, done, total}`; then the report: `changes` of `records`, how many are `undone`, how many are "
    "`left` and why (`reasons`, `items` the first 50), `up_to`, the `act` that did it, the job's `status`; a failure "
    "ends with `{error}`. A preview is no job and has neither `id` nor `status`"
)
PREVIEW = operation(
    "preview_taking_back",
    "See what taking back all that a person did, or that an act led to, would come to, without writing anything",
    "explorer",
    {200: _REPORT},
    body=body_of(PreviewTakingBack, _EXAMPLE),
    errors=_ERRORS,
    description="Every change is decided as it would be, the newest first. What hangs on other records of the same "
    "act is judged as these are now: then, it may be taken back after all.",
)
TAKE_BACK = operation(
    "take_back",
    "Take back all that a person did in a span of time, or that an act led to",
    "explorer",
    {200: _REPORT},
    parameters=[parameter("IdempotencyKey"), parameter("Reason")],
    body=body_of(TakeBack, {**_EXAMPLE, "up_to": 1042}),
    errors=_ERRORS,
    description="Each change by the command that takes it back alone, with your rights, the newest first; what others "
    "changed since stays. It is a job, which goes on when you leave: the answer only follows it. All that it did is "
    "one act: its id, as `correlation`, takes that back.",
)
LIST = operation(
    "list_takings_back",
    f"The newest {LISTED} jobs that take back, the running ones among them",
    "explorer",
    {200: answer("The jobs that you see, the newest first", TakingsBack)},
    description="Your own; those of others as well if no field is hidden from you.",
    errors=(401, 403, 422, 503),
)
FOLLOW = operation(
    "follow_taking_back",
    "Follow a job that takes back, from wherever it is to its end",
    "explorer",
    {200: _REPORT},
    parameters=[_ID],
    errors=(401, 403, 404, 422, 503),
)
CANCEL = operation(
    "cancel_taking_back",
    "End a job that takes back, once the change in hand is done; what it did so far stands",
    "explorer",
    {200: answer("It ends now, or had been cancelled before", TakingBackListed)},
    parameters=[_ID],
    errors=(401, 403, 404, 409, 422, 503),
)
