"""Taking back over HTTP all that a person did in a span of time, or that an act led to: a preview, then a job."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from services.audit.api import taking_back_docs as docs
from services.audit.api.searching import Callers, asked, conditions
from services.audit.api.taking_back_docs import LISTED, PreviewTakingBack, TakeBack, TakingBackListed, TakingsBack
from services.audit.asking import judge_of
from services.audit.heads import Heads
from services.audit.replays import Note, Report, reports
from services.audit.taking_back import TakingBack, changes_found
from services.audit.taking_back_job import TAKING_BACK
from services.audit.taking_back_report import Reports
from shared.errors import CrmError, Unavailable
from shared.events.envelope import Stored
from shared.explorer.explorer import Explorer, Search
from shared.http import params
from shared.http.answers import json_answer, path_id, titles_of
from shared.http.body import parse
from shared.http.headers import call_of
from shared.http.problems import failure_text, language_of
from shared.http.routing import DirectRouter
from shared.http.sse import ServerEvent, event_stream
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.kernel.rehearsal import rehearsed_bus
from shared.messages.languages import Language
from shared.security.permissions import Access, require_user, system_access
from shared.views.port import Condition, Document, Query, Scope

log = logging.getLogger("crm.audit")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a caller wants taken back. given: the conditions by name. events: the changes, the newest first."""

    given: dict[str, str]
    search: Search
    up_to: int
    events: list[Stored]


def taking_back_router(kernel: Kernel) -> APIRouter:
    router, handlers = DirectRouter(), _Handlers(kernel)

    def route(method: str, path: str, handler: Any, operation: dict[str, Any]) -> None:
        router.add_api_route(path, handler, methods=[method], openapi_extra=operation)

    route("POST", "/taking-back/preview", handlers.preview, docs.PREVIEW)
    route("POST", "/taking-back", handlers.take_back, docs.TAKE_BACK)
    route("GET", "/taking-back", handlers.listed, docs.LIST)
    route("GET", "/taking-back/{id}/events", handlers.follow, docs.FOLLOW)
    route("POST", "/taking-back/{id}/cancel", handlers.cancel, docs.CANCEL)
    return router


class _Handlers:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._callers = kernel, Callers(kernel)
        self._previewed, self._taken = TypeAdapter(PreviewTakingBack), TypeAdapter(TakeBack)

    async def preview(self, request: Request) -> Response:
        access, explorer = await self._callers.allowed(request)
        body = await parse(request, self._previewed)
        wanted = await self._asked(request, access, explorer, body, await self._kernel.store.head())
        again, language = partial(self._again, request), language_of(request.scope)
        shown, why = Reports(self._kernel, access, language), call_of(request, access, None).reason

        async def rehearse(note: Note) -> Report:
            async def progress(done: int, _: int) -> bool:
                note({"doing": "taking-back", "done": done, "total": len(wanted.events)})
                return True

            with tempfile.TemporaryDirectory(prefix="crm-taking-back-") as folder:
                async with rehearsed_bus(self._kernel, Path(folder) / "events.db", self._kernel.views) as bus:
                    work = TakingBack(self._kernel, bus, again, self._kernel.ids.new(), why, language)
                    outcome = await work.run(wanted.events, progress)
            return await shown.foreseen(wanted.events, outcome.left, wanted.up_to)

        return event_stream(_sent(reports(rehearse), language), partial(self._still, request))

    async def take_back(self, request: Request) -> Response:
        access, explorer = await self._callers.allowed(request)
        require_user(access)
        body = await parse(request, self._taken)
        wanted = await self._asked(request, access, explorer, body, body.up_to)
        id = await self._started(access, wanted, call_of(request, access, None))
        return await self._followed(request, access, id)

    async def follow(self, request: Request) -> Response:
        access, _ = await self._callers.allowed(request)
        return await self._followed(request, access, path_id(request))

    async def cancel(self, request: Request) -> Response:
        access, _ = await self._callers.allowed(request)
        id = (await Reports(self._kernel, access, language_of(request.scope)).job(path_id(request))).id
        by = Call(system_access(access.tenant), id, correlation_id=id, on_behalf_of=access.user)
        done = await self._kernel.bus.send("audit.CancelTakingBack", {}, by)
        await self._kernel.queries.wait_for(TAKING_BACK, id, access.tenant, done.version)
        document = (await self._kernel.views.get_many(TAKING_BACK.collection.name, [id], Scope(access.tenant)))[id]
        return json_answer(_line(document))

    async def listed(self, request: Request) -> Response:
        access, _ = await self._callers.allowed(request)
        params.only(params.pairs_of(request), ())
        everyone = Reports(self._kernel, access, language_of(request.scope)).sees("")
        where = () if everyone else (Condition("by", "eq", access.user),)
        query = Query(where, sort="created_at", descending=True, limit=LISTED)
        found = await self._kernel.views.find(TAKING_BACK.collection.name, query, Scope(access.tenant))
        fields = [one for one in TAKING_BACK.collection.fields if one.name == "by"]
        answer: TakingsBack = {
            "items": [_line(document) for document in found.items],
            "names": await titles_of(found.items, fields, self._kernel, access),
        }
        return json_answer(answer)

    async def _asked(
        self, request: Request, access: Access, explorer: Explorer, body: PreviewTakingBack, up_to: int
    ) -> _Asked:
        """Raises Invalid, Rejected; Unavailable while the index lacks some."""
        given = body.given()
        search = asked(request, given)
        if not await explorer.freshen():
            raise Unavailable("the index of the log is still being filled")
        self._kernel.reads.searched(access, conditions(given))
        judge = judge_of(Heads(self._kernel, access), access, given)
        found = await changes_found(explorer, self._kernel.catalogue, access.tenant, search, up_to, judge)
        return _Asked(given, search, up_to, found)

    async def _started(self, access: Access, wanted: _Asked, call: Call) -> str:
        """The id of the job, once it is durable."""
        id, key = self._kernel.ids.new(), call.key and f"{access.user}/{call.key}"
        body = {
            "by": access.user,
            "conditions": wanted.given,
            "since": wanted.search.since,
            "until": wanted.search.until,
            "up_to": wanted.up_to,
            "total": len(wanted.events),
            "records": len({one.stream for one in wanted.events}),
            "why": call.reason,
        }
        by = Call(system_access(access.tenant), key=key, new_id=id, correlation_id=id, on_behalf_of=access.user)
        return (await self._kernel.bus.send("audit.StartTakingBack", body, by)).id

    async def _followed(self, request: Request, access: Access, id: str) -> Response:
        shown = Reports(self._kernel, access, language_of(request.scope))
        await shown.job(id)  # a 404 comes before the stream begins
        return event_stream(_sent(shown.follow(id), language_of(request.scope)), partial(self._still, request))

    async def _again(self, request: Request) -> Access:
        now = await self._callers.authenticator.again(request)
        now.check("audit", "read")
        return now

    async def _still(self, request: Request) -> None:
        await self._again(request)


def _line(document: Document) -> TakingBackListed:
    return {
        "id": document["id"],
        "status": document["status"],
        "by": document["by"],
        "conditions": document["conditions"],
        "started_at": document["created_at"],
        "changes": document["total"],
        "records": document["records"],
        "done": document["done"],
        "undone": document["undone"],
        "left": document["left"],
    }


async def _sent(found: AsyncIterator[Report], language: Language) -> AsyncGenerator[ServerEvent, None]:
    try:
        async for report in found:
            yield ServerEvent(report)
    except Exception as error:
        if not isinstance(error, CrmError):
            log.exception("taking back stopped")
        yield ServerEvent({"error": failure_text(error, language)})
