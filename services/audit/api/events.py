"""The event log as stored: personal fields stay encrypted, so reading it reveals nobody."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, NotRequired

import orjson
from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from services.audit.asking import carried
from shared.clock import to_rfc3339
from shared.errors import Invalid, NotFound
from shared.events.envelope import Stored
from shared.http import params
from shared.http.answers import json_answer
from shared.http.auth import Authenticator
from shared.http.openapi import answer, operation, query
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access

MAX_PAGE = 1000
MAX_WAIT = 30
_STREAM = re.compile(r"[a-z_]{1,40}-[A-Za-z0-9_-]{1,64}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class EventMetadata(TypedDict):
    actor: str
    on_behalf_of: NotRequired[str]
    command: NotRequired[str]
    command_name: NotRequired[str]
    correlation_id: NotRequired[str]
    causation_id: NotRequired[str]
    reason: NotRequired[str]
    traceparent: NotRequired[str]


class LoggedEvent(EventMetadata):
    position: int
    event_id: str
    stream: str
    version: int
    type: str
    schema_version: int
    occurred_at: str
    recorded_at: str
    data: dict[str, Any]


EventPage = TypedDict(
    "EventPage",
    {
        "items": list[LoggedEvent],
        "from": Annotated[int, Field(description="The position after which the page begins")],
        "position": Annotated[int, Field(description="Ask with `after` this for what follows")],
    },
)


class StreamEvents(TypedDict):
    items: list[LoggedEvent]


_EVENTS = operation(
    "events",
    "The organisation's events in the order of the log",
    "events",
    {200: answer("A page of events", EventPage)},
    parameters=[
        query("after", "Events behind this position", {"type": "integer", "minimum": 0}),
        query("last", "In place of `after`: the newest so many", {"type": "integer", "minimum": 1}),
        query("limit", "Events", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 100}),
        query("wait", "Seconds to wait for the first one", {"type": "integer", "minimum": 0, "maximum": MAX_WAIT}),
    ],
)
_STREAM_EVENTS = operation(
    "stream",
    "Every event of one record, oldest first",
    "events",
    {200: answer("The record's events", StreamEvents)},
    description="`stream` is a stream's name (`account-0192…`) or a record's id.",
    parameters=[
        {
            "name": "stream",
            "in": "path",
            "required": True,
            "description": "A name or an id",
            "schema": {"type": "string"},
        }
    ],
    errors=(401, 403, 404, 503),
)


def events_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    authenticator = Authenticator(kernel)

    @router.get("/events", openapi_extra=_EVENTS)
    async def events(request: Request) -> Response:
        access = await authenticator.access(request)
        access.check("audit", "read")
        given = params.only(params.pairs_of(request), ("after", "last", "limit", "wait"))
        limit = params.number(given, "limit", 100, MAX_PAGE)
        after = await _start(kernel, access.tenant, given)
        wait = params.number(given, "wait", 0, MAX_WAIT, 0)
        if wait:
            await _wait(kernel, after, wait, authenticator.while_allowed(request, _may_read))
        try:
            found = await kernel.store.read_all(after, limit, tenant=access.tenant)
        except ValueError as error:
            raise Invalid.field("after", "unknown-position", "not a position of the log") from error
        position = found[-1].position if found else after
        page: EventPage = {"items": [shown(s, access) for s in found], "from": after, "position": position}
        return json_answer(page)

    @router.get("/streams/{stream}", openapi_extra=_STREAM_EVENTS)
    async def stream(request: Request) -> Response:
        access = await authenticator.access(request)
        access.check("audit", "read")
        found = await _stream(kernel, access.tenant, request.scope["path_params"]["stream"])
        if not found:
            raise NotFound()
        return json_answer(StreamEvents(items=[shown(s, access) for s in found]))

    return router


async def _may_read(access: Access) -> None:
    access.check("audit", "read")


async def _wait(kernel: Kernel, after: int, seconds: int, allowed: Callable[[], Awaitable[None]]) -> None:
    """Wait for events after a position, for some seconds at most. Raises when the caller is no longer allowed to."""
    for _ in range(seconds):
        if await kernel.store.head() > after:
            break
        await kernel.store.wait(after, 1)
        await allowed()


async def _start(kernel: Kernel, tenant: str, given: dict[str, str]) -> int:
    if "last" not in given:
        return params.number(given, "after", 0, 2**53, 0)
    if "after" in given:
        raise Invalid.field("last", "bad-query", "give either after or last")
    last = params.number(given, "last", 20, MAX_PAGE)
    return await kernel.store.before_newest(tenant, last)


async def _stream(kernel: Kernel, tenant: str, name: str) -> list[Stored]:
    if _STREAM.fullmatch(name) and name.partition("-")[0] in kernel.catalogue:
        return await kernel.store.read(tenant, name)
    if _ID.fullmatch(name):
        for aggregate in kernel.catalogue:
            if found := await kernel.store.read(tenant, aggregate.stream(name)):
                return found
    return []


def shown(stored: Stored, access: Access) -> LoggedEvent:
    """An event as JSON: its head, its metadata, its data as stored.

    The data is empty if the event carries fields of a record type that has fields hidden from the caller.
    """
    metadata: EventMetadata = orjson.loads(stored.metadata)
    return {
        "position": stored.position,
        "event_id": stored.event_id,
        "stream": stored.stream,
        "version": stored.version,
        "type": stored.type,
        "schema_version": stored.schema_version,
        "occurred_at": to_rfc3339(stored.occurred_at),
        "recorded_at": to_rfc3339(stored.recorded_at),
        **metadata,
        "data": {} if any(access.masks(resource) for resource in carried(stored)) else orjson.loads(stored.data),
    }
