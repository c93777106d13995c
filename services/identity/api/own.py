"""What users keep for themselves: preferences of their clients, and the records that they opened last."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request
from limits import RateLimitItemPerHour
from pydantic import Field as F
from pydantic import TypeAdapter
from starlette.responses import Response

from services.identity.api.common import as_oneself
from services.identity.preferences import MAX_BYTES, PREFERENCES, Known
from services.identity.recents import MOST, RECENTS, NoteRecents
from shared.clock import to_rfc3339
from shared.domain.types import IN_BODY
from shared.errors import NotFound, PreconditionFailed
from shared.http.answers import Answer, DateTime, json_answer, model_answer, titles_by_type
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.headers import call_of
from shared.http.openapi import WRITE_ERRORS, answer, body_of, operation, parameter
from shared.http.routing import DirectRouter
from shared.kernel.bus import Call, Done
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.security.apikeys import require_person
from shared.security.permissions import Access, Level, Role
from shared.security.quota import Quota

NOTES = Quota("notes of opened records", RateLimitItemPerHour(60))
_OWN = Role("own", "本人", "Own", {PREFERENCES.name: {"*": Level.ALL}, RECENTS.name: {"*": Level.ALL}})
_VALUES: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
_KNOWN: TypeAdapter[Known] = TypeAdapter(Known)
_NOTE: TypeAdapter[NoteRecents] = TypeAdapter(NoteRecents)


class Recent(Answer):
    type: str
    id: str
    title: str
    at: Annotated[DateTime, F(description="When you opened it, as your client reported")]


class RecentRecords(Answer):
    items: Annotated[list[Recent], F(description="The newest first; only those that you still see")]


_READ = operation(
    "preferences",
    "Your preferences",
    "me",
    {200: answer("Known keys and further ones", Known, ETag="Their version")},
    description="`{}` with version 0 before the first ones were set.",
)
_WRITE = operation(
    "setPreferences",
    "Set all of your preferences",
    "me",
    {200: answer("As they are now", Known, ETag="Their version")},
    description=f"Takes the place of all that was set before; {MAX_BYTES} bytes at most. Keys that are not listed are "
    "kept as they are sent.",
    parameters=[parameter("IfMatch"), parameter("IdempotencyKey")],
    body=body_of(Known, {"locale": "zh-TW", "scheme": "dark", "density": "compact"}),
    errors=WRITE_ERRORS,
)
_RECENT = operation(
    "recents", "The records that you opened last", "me", {200: answer("The newest first", RecentRecords)}
)
_OPENED = operation(
    "noteRecents",
    "Report which records you opened",
    "me",
    {204: {"description": "Noted"}},
    description=f"The newest first, {MOST} at most; the same number is kept. A client collects them and reports them a "
    "few times an hour: more than 60 reports in an hour are refused.",
    body=body_of(NoteRecents, {"items": [{"type": "account", "id": "01930000-0000-7000-8000-000000000000"}]}),
    errors=(401, 403, 404, 413, 415, 422, 429, 503),
)


def own_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    authenticator = Authenticator(kernel)

    @router.get("/me/preferences", openapi_extra=_READ)
    async def preferences(request: Request) -> Response:
        return await _preferences(kernel, require_person(await authenticator.access(request, setting_up=True)))

    @router.put("/me/preferences", openapi_extra=_WRITE)
    async def set_preferences(request: Request) -> Response:
        access = as_oneself(require_person(await authenticator.access(request, setting_up=True)), _OWN)
        values = await parse(request, _VALUES)
        _KNOWN.validate_python(values, strict=True, context=IN_BODY)
        body = {"values": _plain(values)}
        await _write(kernel, PREFERENCES, ("KeepPreferences", "SetPreferences"), body, call_of(request, access, None))
        return await _preferences(kernel, access)

    @router.get("/me/recents", openapi_extra=_RECENT)
    async def recents(request: Request) -> Response:
        return await _recents(kernel, require_person(await authenticator.access(request)))

    @router.post("/me/recents", openapi_extra=_OPENED)
    async def opened(request: Request) -> Response:
        access = require_person(await authenticator.access(request))
        body = await parse(request, _NOTE)
        for one in body.items:
            if one.type not in kernel.catalogue:
                raise NotFound()
        await NOTES.take(kernel.limits, access.user)
        call = call_of(request, as_oneself(access, _OWN), None)
        await _write(kernel, RECENTS, ("KeepRecents", "NoteRecents"), body.model_dump(), call)
        return Response(status_code=204)

    return router


async def _recents(kernel: Kernel, access: Access) -> Response:
    state = await kernel.repository.load(RECENTS, access.tenant, access.user)
    named = await titles_by_type([(e["type"], e["id"]) for e in state.entries], kernel, access)
    items = [
        Recent(type=e["type"], id=e["id"], title=named[e["type"], e["id"]], at=to_rfc3339(e["at"]))
        for e in state.entries
        if (e["type"], e["id"]) in named
    ]
    return model_answer(RecentRecords(items=items))


async def _preferences(kernel: Kernel, access: Access) -> Response:
    state = await kernel.repository.load(PREFERENCES, access.tenant, access.user)
    return json_answer(state.values, headers={"ETag": f'"{state.version}"', "Cache-Control": "no-cache"})


async def _write(
    kernel: Kernel, aggregate: AnyAggregate, commands: tuple[str, str], body: dict[str, Any], call: Call
) -> Done:
    """Begin the user's record with the first command, change it with the second. Raises PreconditionFailed, …"""
    access, id = call.access, call.access.user
    first, later = (f"{aggregate.service}.{name}" for name in commands)
    state = await kernel.repository.load(aggregate, access.tenant, id)
    if state.version == 0:
        if call.if_match:
            raise PreconditionFailed(call.if_match, 0)
        done = await kernel.bus.send(first, body, Call(access, new_id=id))
        if done.changed:
            return done
    return await kernel.bus.send(later, body, Call(access, id, call.if_match, call.key))


def _plain(value: Any) -> Any:
    """JSON values as they are kept: numbers with a fraction as such."""
    match value:
        case Decimal():
            return float(value)
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
    return value
