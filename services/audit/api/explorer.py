"""The explorer over HTTP: the log searched, one event in full, the tree of its causes, and all that one act did."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.audit.acts import Acts, Job, Touched
from services.audit.api.events import carried
from services.audit.api.explorer_docs import ACT, CAUSES, EVENT, MOST, SEARCH, TERMS, CauseAct, CauseTree, SearchPage
from services.audit.causes import Act, Causes
from services.audit.heads import EventHead, Heads
from services.audit.reads_shown import RecordNamed
from shared.domain.ways_back import NoWay
from shared.errors import Invalid, NotFound, Unavailable
from shared.events.envelope import Stored, id_of
from shared.explorer.explorer import LATEST, Explorer, Judge, Search
from shared.explorer.terms import YES, Kind
from shared.http import params
from shared.http.answers import json_answer
from shared.http.auth import Authenticator
from shared.http.naming import titles_of_changes
from shared.http.reading import ReadNotes
from shared.http.routing import DirectRoute
from shared.http.undo import undo_answer
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.kernel.queries import changes_of
from shared.kernel.undo_handles import Handle
from shared.security.permissions import Access
from shared.texts import fold
from shared.views.port import Document

_PARAMETERS = (*TERMS, "reason", "since", "until", "limit", "cursor")
_TEXT = re.compile(r"[^\x00-\x1f]{1,200}")


class _Callers:
    def __init__(self, kernel: Kernel) -> None:
        self.kernel, self._authenticator = kernel, Authenticator(kernel)

    async def allowed(self, request: Request) -> tuple[Access, Explorer]:
        """Raises Forbidden; Unavailable where this process keeps no index."""
        access = await self._authenticator.access(request)
        access.check("audit", "read")
        if self.kernel.explorer is None:
            raise Unavailable("this process keeps no index of the log")
        return access, self.kernel.explorer


def explorer_router(kernel: Kernel) -> APIRouter:
    router, callers = APIRouter(route_class=DirectRoute), _Callers(kernel)
    _add_search(router, callers)
    _add_event(router, callers)
    _add_causes(router, callers)
    _add_acts(router, callers)
    return router


def _add_search(router: APIRouter, callers: _Callers) -> None:
    @router.get("/search", openapi_extra=SEARCH)
    async def search(request: Request) -> Response:
        access, explorer = await callers.allowed(request)
        given = params.only(params.pairs_of(request), _PARAMETERS)
        limit = params.number(given, "limit", 50, MOST)
        below = _below(given)
        heads, complete = Heads(callers.kernel, access), await explorer.freshen()
        found = await explorer.find(access.tenant, _asked(request, given), limit, below, _judge(heads, access, given))
        callers.kernel.reads.searched(access, _conditions(given))
        items = await heads.of(found.events)
        next_ = None if found.next is None else str(found.next)
        page: SearchPage = {"items": items, "next": next_, "names": await heads.names(items), "complete": complete}
        return json_answer(page)


def _add_event(router: APIRouter, callers: _Callers) -> None:
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


def _add_causes(router: APIRouter, callers: _Callers) -> None:
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


def _add_acts(router: APIRouter, callers: _Callers) -> None:
    @router.get("/acts/{act}", openapi_extra=ACT)
    async def act(request: Request) -> Response:
        access, explorer = await callers.allowed(request)
        await explorer.freshen()
        id = _text(request.scope["path_params"]["act"])
        acts, heads = Acts(callers.kernel, explorer, access), Heads(callers.kernel, access)
        events, total = await acts.events(id)
        if not events:
            raise NotFound()
        job = await acts.job(id)
        touched = await acts.records(events, with_undo=job is None)
        first, last = await heads.of([events[0], events[-1]])
        body = {
            "id": id,
            "events": total,
            "types": _counted(events),
            "job": None if job is None else _named(heads, job.aggregate, job.id, job.document),
            "records": await _touched(request, heads, touched),
            "names": await heads.names([first, last]),
            "first": first,
            "last": last,
            **_undo_of_job(request, job),
        }
        return json_answer(body)


async def _found(request: Request, explorer: Explorer, heads: Heads, access: Access) -> Stored:
    """The event of the path, of the caller's organisation. Raises NotFound."""
    await explorer.freshen()
    id = _text(request.scope["path_params"]["event"])
    found = await Causes(explorer, heads, access.tenant).event(id)
    if found is None:
        raise NotFound()
    return found


def _asked(request: Request, given: dict[str, str]) -> Search:
    calendar = params.calendar_of(request)
    terms: list[tuple[Kind, str]] = [(kind, given[name]) for name, (kind, _) in TERMS.items() if given.get(name)]
    for name in (*TERMS, "reason"):
        if given.get(name) and not _TEXT.fullmatch(given[name]):
            raise Invalid.field(name, "bad-query", "a text of at most 200 characters is needed")
    if given.get("reason"):
        terms.append(("reason", YES))
    since = params.beginning("since", given["since"], calendar) if given.get("since") else None
    until = params.instant("until", given["until"], calendar) if given.get("until") else None
    return Search(tuple(terms), since, until)


def _conditions(given: dict[str, str]) -> str:
    """Of a search, whichever page of it."""
    return "&".join(f"{name}={value}" for name, value in given.items() if name not in ("cursor", "limit"))


def _below(given: dict[str, str]) -> int:
    text = given.get("cursor", "")
    if not text:
        return LATEST
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise Invalid.field("cursor", "bad-query", "this is no cursor of the same search")
    return int(text)


def _text(value: str) -> str:
    """Raises NotFound for what no id is."""
    if not _TEXT.fullmatch(value):
        raise NotFound()
    return value


def _judge(heads: Heads, access: Access, given: dict[str, str]) -> Judge | None:
    """What the index does not know: what the caller may learn of an event, and its reason."""
    about, wanted = given.get("about", ""), given.get("reason", "")

    async def judge(event: Stored) -> bool:
        if about and not _tells(event, about, access):
            return False
        if not wanted:
            return True
        reason = (await heads.metadata(event)).reason
        return fold(wanted) in fold(reason) and event.stream in await heads.readable([event])

    return judge if about or wanted else None


def _tells(event: Stored, about: str, access: Access) -> bool:
    """Whether the caller may learn that an event names a record: not where fields are hidden that may name it."""
    return id_of(event.stream) == about or not any(access.masks(resource) for resource in carried(event))


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
