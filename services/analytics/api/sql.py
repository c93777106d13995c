"""Routes of analysts' SQL: ask, read what can be asked, see how far the facts have come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field, TypeAdapter
from starlette.responses import Response

from services.analytics.formats import FORMATS, MEDIA, Encoder, Format
from services.analytics.sql.functions import listed
from services.analytics.sql.limits import MAX_LENGTH
from services.analytics.views.documented import documented
from services.analytics.views.spec import View, ViewColumn
from shared.domain.command import VERBATIM, CommandModel
from shared.http.answers import json_answer
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.openapi import answer, body_of, operation
from shared.http.params import only, pairs_of
from shared.http.routing import DirectRoute
from shared.kernel.kernel import Kernel
from shared.warehouse.feed import WarehouseFeed

if TYPE_CHECKING:
    from services.analytics.sql.gateway import SqlGateway

_TEXT, _NUMBER = {"type": "string"}, {"type": "integer"}
_JSON_ANSWER = {
    "type": "object",
    "required": ["columns", "rows"],
    "properties": {
        "columns": {"type": "array", "items": {"type": "object", "properties": {"name": _TEXT, "type": _TEXT}}},
        "rows": {"type": "array", "items": {"type": "object"}},
    },
}
_COLUMN = {"type": "object", "properties": {"name": _TEXT, "type": _TEXT, "zh": _TEXT, "en": _TEXT}}
_VIEW = {
    "type": "object",
    "properties": {
        "name": _TEXT,
        "zh": _TEXT,
        "en": _TEXT,
        "parameters": {"type": "object", "additionalProperties": _TEXT},
        "columns": {"type": "array", "items": _COLUMN},
    },
}
_VIEWS = {
    "type": "object",
    "properties": {
        "views": {"type": "array", "items": _VIEW},
        "functions": {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}},
    },
}
_STATUS = {
    "type": "object",
    "properties": {
        "position": {**_NUMBER, "description": "Of the last event whose facts are in the warehouse"},
        "head": {**_NUMBER, "description": "Of the last event of all"},
        "lag": {**_NUMBER, "description": "Positions between the two"},
        "parked": {**_NUMBER, "description": "Records set aside because an event of theirs cannot be read"},
        "rebuilding": {"type": "boolean"},
    },
}


class Question(CommandModel):
    sql: Annotated[str, VERBATIM, Field(min_length=1, max_length=MAX_LENGTH)]
    format: Format = "json"


_QUESTION = TypeAdapter(Question)
OpenGateway = Callable[[], Awaitable["SqlGateway"]]


def sql_router(kernel: Kernel, open_gateway: OpenGateway, feed: WarehouseFeed) -> APIRouter:
    router = APIRouter(route_class=DirectRoute)
    authenticator, encoder = Authenticator(kernel), Encoder()
    ask_answer = answer("The answer, in the format asked for", _JSON_ANSWER)
    ask_answer["content"] |= {MEDIA[f].partition(";")[0]: {"schema": _TEXT} for f in FORMATS if f != "json"}
    asked = operation(
        "ask",
        "Answer one SELECT over the documented views",
        "sql",
        {200: ask_answer},
        description="Only what you may see. Refusals name the line and the column. CSV texts that a spreadsheet would "
        "take for formulas begin with `'`.",
        body=body_of(
            Question.model_json_schema(),
            {"sql": "SELECT status, count() AS opportunities FROM opportunities GROUP BY status", "format": "json"},
        ),
        errors=(401, 403, 413, 415, 422, 429, 503),
    )

    @router.post("/sql", openapi_extra=asked)
    async def sql(request: Request) -> Response:
        access = await authenticator.access(request)
        question = await parse(request, _QUESTION)
        gateway = await open_gateway()
        async with gateway.asked(question.sql, access) as found:
            content = await encoder.encode(found, question.format)
        return Response(content, media_type=MEDIA[question.format])

    described = operation(
        "views", "The views, columns and functions that you may use", "sql", {200: answer("The views", _VIEWS)}
    )

    @router.get("/views", openapi_extra=described)
    async def views(request: Request) -> Response:
        access = await authenticator.access(request)
        only(pairs_of(request), ())
        found = [_view(view, columns) for view, columns in documented(access)]
        return json_answer({"views": found, "functions": listed()})

    status_operation = operation(
        "status", "How far the facts have come", "sql", {200: answer("The positions", _STATUS)}
    )

    @router.get("/status", openapi_extra=status_operation)
    async def status(request: Request) -> Response:
        access = await authenticator.access(request)
        access.check("analytics", "read")
        only(pairs_of(request), ())
        found = await feed.status()
        return json_answer({**asdict(found), "lag": found.head - found.position})

    return router


def _view(view: View, columns: list[ViewColumn]) -> dict[str, Any]:
    return {
        "name": view.name,
        "zh": view.zh,
        "en": view.en,
        "parameters": dict(view.parameters),
        "columns": [{"name": c.name, "type": c.type, "zh": c.zh, "en": c.en} for c in columns],
    }
