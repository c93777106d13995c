"""The explorer over HTTP: the log searched, one event in full, the tree of its causes, and all that one act did."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.audit.acts import Acts, Job, Touched
from services.audit.api.explorer_docs import (
    ACT,
    CAUSES,
    EVENT,
    EVENT_TYPES,
    MOST,
    SEARCH,
    CauseAct,
    CauseTree,
    EventTypes,
    SearchPage,
)
from services.audit.api.searching import PARAMETERS, Callers, asked, below, conditions, id_text
from services.audit.asking import judge_of
from services.audit.causes import Act, Causes
from services.audit.heads import EventHead, Heads
from services.audit.reads_shown import RecordNamed
from shared.domain.ways_back import NoWay
from shared.errors import NotFound
from shared.events.envelope import Stored
from shared.events.registry import all_types
from shared.explorer.explorer import Explorer
from shared.http import params
from shared.http.answers import json_answer
from shared.http.naming import titles_of_changes
from shared.http.reading import ReadNotes
from shared.http.routing import DirectRouter
from shared.http.undo import undo_answer
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.changes import changes_of
from shared.kernel.kernel import Kernel
from shared.kernel.undo_handles import Handle
from shared.security.permissions import Access
from shared.views.port import Document


def explorer_router(kernel: Kernel) -> APIRouter:
    router, callers = DirectRouter(), Callers(kernel)
    _add_search(router, callers)
    _add_types(router, callers)
    _add_event(router, callers)
    _add_causes(router, callers)
    _add_acts(router, callers)
    return router


def _add_search(router: APIRouter, callers: Callers) -> None:
    @router.get("/search", openapi_extra=SEARCH)
    async def search(request: Request) -> Response:
        access, explorer = await callers.allowed(request)
        given = params.only(params.pairs_of(request), PARAMETERS)
        limit = params.number(given, "limit", 50, MOST)
        heads, complete = Heads(callers.kernel, access), await explorer.freshen()
        judge = judge_of(heads, access, given)
        found = await explorer.find(access.tenant, asked(request, given), limit, below(given), judge)
        callers.kernel.reads.searched(access, conditions(given))
        items = await heads.of(found.events)
        next_ = None if found.next is None else str(found.next)
        page: SearchPage = {"items": items, "next": next_, "names": await heads.names(items), "complete": complete}
        return json_answer(page)


def _add_types(router: APIRouter, callers: Callers) -> None:
    @router.get("/event-types", openapi_extra=EVENT_TYPES)
    async def event_types(request: Request) -> Response:
        (await callers.authenticator.access(request)).check("audit", "read")
        types: EventTypes = {"items": [one.name for one in all_types()]}
        return json_answer(types)


def _add_event(router: APIRouter, callers: Callers) -> None:
    @router.get("/events/{event}", openapi_extra=EVENT)
    async def event(request: Request) -> Response:
        access, explorer = await callers.allowed(request)
        kernel, heads = callers.kernel, Heads(callers.kernel, access)
        found = await _found(request, explorer, heads, access)
        (head,) = await heads.of([found], whole=True)
        body: dict[str, Any] = {"event": head, "changes": {}, "names": await heads.names([head]), "undo": None}
        if head["readable"] and head["record"] is not None:
            aggregate = kernel.catalogue[found.category]
            history = await kernel.repository.events(aggregate, access.tenant, found.id)
            entries = [e for e in changes_of(aggregate, history, access) if e["event_id"] == found.event_id]
            if entries:
                await ReadNotes(kernel, aggregate).changes(access, found.id, [entries[0]["changes"]])
                body["changes"] = entries[0]["changes"]
                body["names"] |= await titles_of_changes(kernel, aggregate, entries, access)
                body |= _undo(request, aggregate, entries[0]["undo"])
        return json_answer(body)


def _add_causes(router: APIRouter, callers: Callers) -> None:
    @router.get("/events/{event}/causes", openapi_extra=CAUSES)
    async def causes(request: Request) -> Response:
        access, explorer = await callers.allowed(request)
        heads = Heads(callers.kernel, access)
        found = await _found(request, explorer, heads, access)
        tree = await Causes(explorer, heads, access.tenant).tree(found)
        shown = await heads.of([one for act in tree.acts for one in act.events])
        by_id = {one["event_id"]: one for one in shown}
        job = await Acts(callers.kernel, explorer, access).job(by_id[found.event_id]["correlation_id"])
        body: CauseTree = {
            "event": found.event_id,
            "job": None if job is None else _named(heads, job.aggregate, job.id, job.document),
            "acts": [_act(act, by_id) for act in tree.acts],
            "names": await heads.names(shown),
            "whole": tree.whole,
        }
        return json_answer(body)


def _add_acts(router: APIRouter, callers: Callers) -> None:
    @router.get("/acts/{act}", openapi_extra=ACT)
    async def act(request: Request) -> Response:
        access, explorer = await callers.allowed(request)
        await explorer.freshen()
        id = id_text(request.scope["path_params"]["act"])
        from_ = below(params.only(params.pairs_of(request), ("cursor",)))
        acts, heads = Acts(callers.kernel, explorer, access), Heads(callers.kernel, access)
        events, total = await acts.events(id)
        if not events:
            raise NotFound()
        job = await acts.job(id)
        touched, next_ = await acts.records(id, from_, with_undo=job is None)
        first, last = await heads.of([events[0], events[-1]])
        body = {
            "id": id,
            "events": total,
            "types": _counted(events),
            "job": None if job is None else _named(heads, job.aggregate, job.id, job.document),
            "records": await _touched(request, heads, touched),
            "next": None if next_ is None else str(next_),
            "names": await heads.names([first, last]),
            "first": first,
            "last": last,
            **_undo_of_job(request, job),
        }
        return json_answer(body)


async def _found(request: Request, explorer: Explorer, heads: Heads, access: Access) -> Stored:
    """The event of the path, of the caller's organisation. Raises NotFound."""
    await explorer.freshen()
    id = id_text(request.scope["path_params"]["event"])
    found = await Causes(explorer, heads, access.tenant).event(id)
    if found is None:
        raise NotFound()
    return found


def _act(act: Act, heads: dict[str, EventHead]) -> CauseAct:
    return {
        "command": act.metadata.command,
        "command_name": act.metadata.command_name,
        "actor": act.metadata.actor,
        "on_behalf_of": act.metadata.on_behalf_of,
        "cause": act.cause,
        "events": [heads[one.event_id] for one in act.events],
    }


def _named(heads: Heads, aggregate: AnyAggregate, id: str, document: Document | None) -> RecordNamed:
    named: RecordNamed = {"type": aggregate.name, "id": id}
    if title := heads.title(aggregate.name, document):
        named["title"] = title
    return named


def _counted(events: list[Stored]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in events:
        counts[one.type] = counts.get(one.type, 0) + 1
    return counts


async def _touched(request: Request, heads: Heads, touched: list[Touched]) -> list[dict[str, Any]]:
    readable = await heads.readable([one.events[0] for one in touched])
    return [
        {
            "record": _named(heads, one.aggregate, one.id, readable.get(one.aggregate.stream(one.id))),
            "events": len(one.events),
            "types": list(dict.fromkeys(e.type for e in one.events)),
            **_undo(request, one.aggregate, one.undo),
        }
        for one in touched
    ]


def _undo_of_job(request: Request, job: Job | None) -> Document:
    return {"undo": None} if job is None else _undo(request, job.aggregate, job.revert)


def _undo(request: Request, aggregate: AnyAggregate, found: Handle | NoWay) -> Document:
    """The handle, with the path of the service that the record belongs to."""
    here = request.scope.get("root_path", "").removesuffix("/audit")
    return undo_answer(request, aggregate, found, f"{here}/{aggregate.service}")
