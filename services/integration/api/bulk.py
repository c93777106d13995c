"""Routes of bulk acts: start, preview, progress, report, failures. Pause, cancel and revert are plain commands."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from services.integration.api import bulk_docs as docs
from services.integration.api.answers import csv_answer
from services.integration.api.job_routes import JobRoutes, Outcome
from services.integration.api.models import BulkOutcome, StartedBulk
from services.integration.bulk.previews import BulkPreviews
from services.integration.bulk.progress import BulkProgress
from services.integration.bulk.request import GROUPS, BulkRequest, Wanted, below, check, kept_filters, pairs_of
from services.integration.bulk.submission import start_bulk
from services.integration.bulk_act import BULK
from shared.domain.types import Reading
from shared.errors import Invalid
from shared.http import params
from shared.http.answers import model_answer, path_id
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.headers import call_of
from shared.http.problems import language_of
from shared.http.reading import ReadNotes
from shared.http.routing import DirectRouter
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access, require_user
from shared.views.port import Query, leaves

_REQUEST: TypeAdapter[BulkRequest] = TypeAdapter(BulkRequest)
_FILTERS = frozenset({"q", GROUPS})  # parameters of a list that are no fields and choose records


def bulk_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    authenticator, progress, previews = Authenticator(kernel), BulkProgress(kernel), BulkPreviews(kernel)
    handlers = _Handlers(kernel, authenticator, progress, previews)
    jobs = JobRoutes(kernel, BULK.name, authenticator, progress, previews, BulkOutcome, _may_act, handlers.note)

    def route(method: str, path: str, handler: Any, operation: dict[str, Any]) -> None:
        router.add_api_route(path, handler, methods=[method], openapi_extra=operation)

    route("POST", "/bulk", handlers.start, docs.START)
    route("POST", "/bulk/preview", handlers.preview, docs.PREVIEW)
    route("GET", "/bulk/{id}/events", jobs.events, docs.EVENTS)
    route("GET", "/bulk/{id}/report", jobs.report, docs.REPORT)
    route("GET", "/bulk/{id}/failures.csv", handlers.failures, docs.FAILURES)
    route("GET", "/bulk/{id}/left.csv", jobs.left, docs.LEFT)
    return router


class _Handlers:
    def __init__(
        self, kernel: Kernel, authenticator: Authenticator, progress: BulkProgress, previews: BulkPreviews
    ) -> None:
        self._kernel, self._progress, self._previews = kernel, progress, previews
        self._access = authenticator.access

    async def start(self, request: Request) -> Response:
        access, wanted = await self._wanted(request)
        call = call_of(request, access, None)
        id = await start_bulk(self._kernel, access, wanted, call.key, call.reason)
        answer = StartedBulk(id=id, version=1, count=wanted.count)
        return model_answer(answer, 201, {"Location": f"/bulk/{id}"})

    async def preview(self, request: Request) -> Response:
        access, wanted = await self._wanted(request)
        id = await self._previews.start(access, wanted, call_of(request, access, None).reason)
        return model_answer(StartedBulk(id=id, count=wanted.count), 202)

    async def failures(self, request: Request) -> Response:
        access, id, language = await self._access(request), path_id(request), language_of(request.scope)
        if self._previews.has(access, id):
            lines = self._previews.failures(access, id, language)
        else:
            lines = self._progress.failures(access, await self._progress.state(access, id), language)
        return await csv_answer(self._kernel, access, BULK.name, lines, f"failures-{id}.csv")

    async def note(self, access: Access, outcome: Outcome) -> None:
        """A preview shows values of records, before and after."""
        if sample := outcome.get("sample"):
            notes = ReadNotes(self._kernel, self._kernel.catalogue[outcome["record_type"]])
            for entry in sample:
                await notes.changes(access, entry["id"], [entry["changes"]])

    async def _wanted(self, request: Request) -> tuple[Access, Wanted]:
        """The caller and what they want. Raises Forbidden before the body is read, NotFound, Invalid."""
        access = await self._access(request)
        await _may_act(access)
        params.only(params.pairs_of(request), ())
        asked = await parse(request, _REQUEST)
        aggregate = self._kernel.catalogue[asked.type]
        access.scope(aggregate.name)
        query, kept = _query(aggregate, asked, access)
        reading = Reading(in_body=True, country=await self._kernel.directory.country(access.tenant))
        return access, check(self._kernel, access, asked, query, kept, reading)


def _query(aggregate: AnyAggregate, asked: BulkRequest, access: Access) -> tuple[Query | None, dict[str, Any]]:
    """The filters as the list reads them, and as the act keeps them. Raises Invalid naming the filter."""
    if asked.filters is None:
        return None, {}
    pairs = pairs_of(asked.filters)
    try:
        query, _ = params.listing(aggregate.collection, pairs, _FILTERS)
        for condition in leaves(query.where):
            if not access.may_see(aggregate.name, condition.field):
                raise Invalid.field(condition.field, "bad-filter", "no such field to filter by")
    except Invalid as error:
        raise below("filters", error) from error
    return query, dict(kept_filters(pairs))


async def _may_act(access: Access) -> None:
    require_user(access)
    access.scope(BULK.name, "create")
