"""Routes of figures by name: the catalogue of metrics, and one metric grouped, filtered, as of any day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, get_args

from fastapi import APIRouter, Request
from pydantic import Field as F
from starlette.responses import Response
from typing_extensions import TypedDict

from services.analytics.formats import MEDIA
from services.analytics.metrics.answers import Figures, as_csv
from services.analytics.metrics.asking import ask
from services.analytics.metrics.catalogue import METRICS, Seen
from services.analytics.metrics.request import BUCKETS, Bucket
from services.analytics.metrics.spec import Chart, Metric, Money, Unit
from services.analytics.metrics.statement import MOST_ROWS
from shared.http.answers import json_answer
from shared.http.auth import Authenticator
from shared.http.gone import gone
from shared.http.headers import header
from shared.http.openapi import RECORD_ERRORS, answer, operation, query
from shared.http.params import only, option, pairs_of
from shared.http.problems import language_of
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.messages.languages import Language, in_language, is_language

if TYPE_CHECKING:
    from services.analytics.sql.gateway import SqlGateway

OpenGateway = Callable[[], Awaitable["SqlGateway"]]


class ShownFigure(TypedDict):
    name: str
    label: str
    unit: Unit


class ShownDimension(TypedDict):
    name: str
    label: str


class ShownChart(TypedDict):
    kind: Chart
    by: str | None
    bucket: Bucket | None


class ShownMetric(TypedDict):
    name: str
    label: str
    description: str
    unit: Annotated[Unit, F(description="Of its first figure")]
    figures: list[ShownFigure]
    dimensions: Annotated[list[ShownDimension], F(description="What `by` and filters take")]
    period: Annotated[bool, F(description="Whether it takes from, to and bucket; else it tells what stands at a day")]
    money: Annotated[list[Money], F(description="What `currency` takes; empty when no figure is money")]
    chart: ShownChart


class ShownMetrics(TypedDict):
    items: list[ShownMetric]


_CSV = {MEDIA["csv"].partition(";")[0]: {"schema": {"type": "string"}}}
_FOUND = answer("The figures", Figures)
_CATALOGUE = operation(
    "metrics", "The metrics that you may ask for", "metrics", {200: answer("The metrics", ShownMetrics)}
)
_DAY = "a day, or a word of days such as today, -30d, last_month"
_ASK = operation(
    "metric",
    "The figures of one metric",
    "metrics",
    {200: {**_FOUND, "content": {**_FOUND["content"], **_CSV}}},
    description=(
        "Counts what you may see. Each dimension is a filter, too: `owner=<id>`, `owner=@me`, `stage[in]=a,b`. "
        f"At most {MOST_ROWS} groups. `Accept: text/csv` or `format=csv` gives the rows as CSV, "
        "in the organisation's currency with how many amounts each row leaves out."
    ),
    parameters=[
        {
            "name": "name",
            "in": "path",
            "required": True,
            "description": "Name of the metric, as `GET /analytics/metrics` lists it",
            "schema": {"type": "string", "enum": list(METRICS)},
        },
        query("from", f"First day of the period: {_DAY}"),
        query("to", f"Last day of the period: {_DAY}"),
        query("as_of", f"The day at whose end the figures held: {_DAY}; today unless given"),
        query("compare", f"Another day, whose figures stand next to these as `<figure>_before`: {_DAY}"),
        query("by", "Dimensions to group by, comma-separated, three at most"),
        query("bucket", "Also group by these periods", {"type": "string", "enum": list(BUCKETS)}),
        query("currency", "Of money", {"type": "string", "enum": ["deal", "base"], "default": "deal"}),
        query(
            "labels",
            "Column titles of CSV for people in this language, instead of names",
            {"type": "string", "enum": [*get_args(Language)]},
        ),
        query("format", "Of the answer", {"type": "string", "enum": ["json", "csv"]}),
    ],
    errors=(*RECORD_ERRORS, 429),
)


def metrics_router(kernel: Kernel, open_gateway: OpenGateway) -> APIRouter:
    router = DirectRouter()
    authenticator = Authenticator(kernel)

    @router.get("/metrics", openapi_extra=_CATALOGUE)
    async def metrics(request: Request) -> Response:
        access = await authenticator.access(request)
        only(pairs_of(request), ())
        language = language_of(request.scope)
        seen = Seen(access, language)
        parts = [part for metric in METRICS.values() if (part := seen.part(metric)) is not None]
        return json_answer(ShownMetrics(items=[_shown(part, language) for part in parts]))

    @router.get("/metrics/{name}", openapi_extra=_ASK)
    async def metric(request: Request) -> Response:
        access = await authenticator.access(request)
        pairs = pairs_of(request)
        named = option(dict(pairs), "labels", get_args(Language), "")
        labels = named if is_language(named) else None
        language = labels or language_of(request.scope)
        calendar, name = await kernel.directory.calendar(access.tenant), request.path_params["name"]
        gateway = await open_gateway()
        base = await kernel.directory.currency(access.tenant)
        now, left = kernel.clock.now(), partial(gone, request)
        found = await ask(gateway, name, pairs, access, calendar, now, language, base, left)
        if _wants_csv(request, dict(pairs)):
            return Response(as_csv(found, labels), media_type=MEDIA["csv"])
        return json_answer(found)

    return router


def _wants_csv(request: Request, given: dict[str, str]) -> bool:
    accepted = header(request, b"accept").startswith("text/csv")
    return option(given, "format", ("json", "csv"), "csv" if accepted else "json") == "csv"


def _shown(metric: Metric, language: Language) -> ShownMetric:
    return ShownMetric(
        name=metric.name,
        label=in_language(metric.label, language),
        description=in_language(metric.about, language),
        unit=metric.unit,
        figures=[ShownFigure(name=f.name, label=in_language(f.label, language), unit=f.unit) for f in metric.figures],
        dimensions=[ShownDimension(name=d.name, label=in_language(d.label, language)) for d in metric.dimensions],
        period=bool(metric.day),
        money=["deal", "base"] if metric.has_money else [],
        chart=ShownChart(
            kind=metric.chart,
            by=metric.by if metric.by and metric.dimension(metric.by) else None,
            bucket="month" if metric.day and not metric.by else None,
        ),
    )
