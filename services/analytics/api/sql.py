"""Routes of analysts' SQL: ask, read what can be asked, see how far the facts have come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field, TypeAdapter
from starlette.responses import Response
from typing_extensions import TypedDict

from services.analytics.formats import FORMATS, MEDIA, Encoder, Format
from services.analytics.sql.functions import listed
from services.analytics.sql.limits import MAX_LENGTH
from services.analytics.views.documented import documented
from services.analytics.views.spec import View, ViewColumn
from shared.domain.command import VERBATIM, CommandModel
from shared.events.audit_reads import QuestionAsked
from shared.http.answers import Answer, model_answer
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.gone import gone
from shared.http.openapi import answer, body_of, operation
from shared.http.params import only, pairs_of
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.warehouse.follower import FactsState

if TYPE_CHECKING:
    from services.analytics.sql.gateway import SqlGateway


class SqlColumn(TypedDict):
    name: str
    type: str


class SqlRows(TypedDict):
    columns: list[SqlColumn]
    rows: list[dict[str, Any]]


class ShownColumn(Answer):
    name: str
    type: str
    zh: str
    en: str


class ShownView(Answer):
    name: str
    zh: str
    en: str
    parameters: dict[str, str]
    columns: list[ShownColumn]


class ShownViews(Answer):
    views: list[ShownView]
    functions: dict[str, list[str]]


class WarehouseStatus(Answer):
    position: Annotated[int, Field(description="Of the last event whose facts are in the warehouse")]
    head: Annotated[int, Field(description="Of the last event of all")]
    lag: Annotated[int, Field(description="Positions between the two")]
    parked: Annotated[int, Field(description="Records set aside because an event of theirs cannot be read")]
    rebuilding: bool


class Question(CommandModel):
    sql: Annotated[str, VERBATIM, Field(min_length=1, max_length=MAX_LENGTH)]
    format: Format = "json"


_QUESTION = TypeAdapter(Question)
OpenGateway = Callable[[], Awaitable["SqlGateway"]]


_OTHER_FORMATS = {MEDIA[f].partition(";")[0]: {"schema": {"type": "string"}} for f in FORMATS if f != "json"}
_ROWS = answer("The answer, in the format asked for", SqlRows)
_ASK = operation(
    "ask",
    "Answer one SELECT over the documented views",
    "sql",
    {200: {**_ROWS, "content": {**_ROWS["content"], **_OTHER_FORMATS}}},
    description="Only what you may see. Refusals name the line and the column. CSV texts that a spreadsheet would "
    "take for formulas begin with `'`.",
    body=body_of(
        Question,
        {"sql": "SELECT status, count() AS opportunities FROM opportunities GROUP BY status", "format": "json"},
    ),
    errors=(401, 403, 413, 415, 422, 429, 503),
)
_VIEWS = operation(
    "views", "The views, columns and functions that you may use", "sql", {200: answer("The views", ShownViews)}
)
_STATUS = operation("status", "How far the facts have come", "sql", {200: answer("The positions", WarehouseStatus)})


def sql_router(kernel: Kernel, open_gateway: OpenGateway, facts: FactsState) -> APIRouter:
    router = DirectRouter()
    authenticator, encoder = Authenticator(kernel), Encoder()

    @router.post("/sql", openapi_extra=_ASK)
    async def sql(request: Request) -> Response:
        access = await authenticator.access(request)
        question = await parse(request, _QUESTION)
        gateway = await open_gateway()
        async with gateway.asked(question.sql, access, gone=partial(gone, request)) as found:
            content = await encoder.encode(found, question.format)
            rows = len(found.columns[0]) if found.columns else 0
        await kernel.reads.record(access, QuestionAsked(question.sql, question.format, rows))
        return Response(content, media_type=MEDIA[question.format])

    @router.get("/views", openapi_extra=_VIEWS)
    async def views(request: Request) -> Response:
        access = await authenticator.access(request)
        only(pairs_of(request), ())
        found = [_view(view, columns) for view, columns in documented(access)]
        return model_answer(ShownViews(views=found, functions=listed()))

    @router.get("/status", openapi_extra=_STATUS)
    async def status(request: Request) -> Response:
        access = await authenticator.access(request)
        access.check("analytics", "read")
        only(pairs_of(request), ())
        found = await facts.status()
        return model_answer(WarehouseStatus(**asdict(found), lag=found.head - found.position))

    return router


def _view(view: View, columns: list[ViewColumn]) -> ShownView:
    shown = [ShownColumn(name=c.name, type=c.type, zh=c.zh, en=c.en) for c in columns]
    return ShownView(name=view.name, zh=view.zh, en=view.en, parameters=dict(view.parameters), columns=shown)
