"""The event log as stored: personal fields stay encrypted, so reading it reveals nobody."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from shared.clock import to_rfc3339
from shared.errors import Invalid, NotFound
from shared.events.envelope import Stored, category_of
from shared.events.registry import ANYTHING, UnknownEvent, type_named
from shared.http import params
from shared.http.answers import json_answer
from shared.http.auth import Authenticator
from shared.http.openapi import answer, operation, query
from shared.http.routing import DirectRoute
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access

MAX_PAGE = 1000
MAX_WAIT = 30
_STREAM = re.compile(r"[a-z_]{1,40}-[A-Za-z0-9_-]{1,64}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TEXT, _NUMBER = {"type": "string"}, {"type": "integer"}
_EVENT = {
    "type": "object",
    "required": ["position", "event_id", "stream", "version", "type", "occurred_at", "recorded_at", "actor", "data"],
    "properties": {
        "position": _NUMBER,
        "event_id": _TEXT,
        "stream": _TEXT,
        "version": _NUMBER,
        "type": _TEXT,
        "schema_version": _NUMBER,
        "occurred_at": _TEXT,
        "recorded_at": _TEXT,
        "actor": _TEXT,
        "on_behalf_of": _TEXT,
        "command": _TEXT,
        "command_name": _TEXT,
        "correlation_id": _TEXT,
        "causation_id": _TEXT,
        "reason": _TEXT,
        "traceparent": _TEXT,
        "data": {"type": "object"},
    },
}
_PAGE = {
    "type": "object",
    "required": ["items", "from", "position"],
    "properties": {
        "items": {"type": "array", "items": _EVENT},
        "from": {"type": "integer", "description": "The position after which the page begins"},
        "position": {"type": "integer", "description": "Ask with `after` this for what follows"},
    },
}


def events_router(kernel: Kernel) -> APIRouter:
    router = APIRouter(route_class=DirectRoute)
    authenticator = Authenticator(kernel)
    described = operation(
        "events",
        "The organisation's events in the order of the log",
        "events",
        {200: answer("A page of events", _PAGE)},
        parameters=[
            query("after", "Events behind this position", {"type": "integer", "minimum": 0}),
            query("last", "In place of `after`: the newest so many", {"type": "integer", "minimum": 1}),
            query("limit", "Events", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 100}),
            query("wait", "Seconds to wait for the first one", {"type": "integer", "minimum": 0, "maximum": MAX_WAIT}),
        ],
    )

    @router.get("/events", openapi_extra=described)
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
        return json_answer({"items": [shown(s, access) for s in found], "from": after, "position": position})

    one_stream = operation(
        "stream",
        "Every event of one record, oldest first",
        "events",
        {200: answer("The record's events", {"type": "object", "properties": {"items": _PAGE["properties"]["items"]}})},  # type: ignore[index]
        description="`stream` is a stream's name (`account-0192…`) or a record's id.",
        parameters=[
            {"name": "stream", "in": "path", "required": True, "description": "A name or an id", "schema": _TEXT}
        ],
        errors=(401, 403, 404, 503),
    )

    @router.get("/streams/{stream}", openapi_extra=one_stream)
    async def stream(request: Request) -> Response:
        access = await authenticator.access(request)
        access.check("audit", "read")
        found = await _stream(kernel, access.tenant, request.scope["path_params"]["stream"])
        if not found:
            raise NotFound()
        return json_answer({"items": [shown(s, access) for s in found]})

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


def shown(stored: Stored, access: Access) -> dict[str, Any]:
    """An event as JSON: its head, its metadata, its data as stored.

    The data is empty if the event carries fields of a record type that has fields hidden from the caller.
    """
    return {
        "position": stored.position,
        "event_id": stored.event_id,
        "stream": stored.stream,
        "version": stored.version,
        "type": stored.type,
        "schema_version": stored.schema_version,
        "occurred_at": to_rfc3339(stored.occurred_at),
        "recorded_at": to_rfc3339(stored.recorded_at),
        **orjson.loads(stored.metadata),
        "data": {} if any(access.masks(resource) for resource in _carried(stored)) else orjson.loads(stored.data),
    }


def _carried(stored: Stored) -> tuple[str, ...]:
    """The record types whose fields an event may carry."""
    try:
        return category_of(stored.stream), *type_named(stored.type).carries
    except UnknownEvent:
        return (ANYTHING,)
