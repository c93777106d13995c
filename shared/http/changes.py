"""`GET /changes`: what changes among the records that the caller sees, as it becomes visible."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from shared.errors import Invalid
from shared.http import params
from shared.http.answers import is_id
from shared.http.auth import Authenticator
from shared.http.headers import header
from shared.http.openapi import answer_events, operation, query
from shared.http.routing import DirectRouter
from shared.http.sse import event_stream, number_of
from shared.kernel.catalogue import Catalogue
from shared.kernel.kernel import Kernel
from shared.kernel.queries import scope_of
from shared.messages import say, shown
from shared.security.permissions import Access
from shared.streaming.change import Filter
from shared.streaming.changes import Stream

_DESCRIPTION = """\
`change`: the views show a new version of a record: `{position, type, id, version, event, command, actor, recorded_at}`.
`gone`: a record was given to somebody else, and you do not see it any more: `{position, type, id}`.
`ready`: the stream has begun behind this `position`; `rights` is the same as long as you see the records of the same
people: after another one than before, reload. `reset`: something may have been missed, by `reason`
(`many-changes`, `too-far-behind`, `rights-changed`, `events-missed`, `unknown-position`): reload what you show.

The id of an event is a position of the log. A client that comes back sends it as `Last-Event-ID` and misses nothing."""


def changes_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    authenticator = Authenticator(kernel)
    described = operation(
        "changes",
        "What changes among the records that you see, as server-sent events",
        "changes",
        {200: answer_events("Events until the client leaves, the session ends or the process stops")},
        description=_DESCRIPTION,
        parameters=[
            query("types", "Only these record types, comma-separated"),
            query("id", "Only this record"),
            query("after", "Begin behind this position, where no `Last-Event-ID` is sent"),
        ],
        errors=(401, 403, 422, 429, 503),
    )

    @router.get("/changes", openapi_extra=described)
    async def changes(request: Request) -> Response:
        access = await authenticator.access(request)
        given = params.only(params.pairs_of(request), ("types", "id", "after"))
        stream = Stream(access, _wanted(given, access, kernel.catalogue), kernel.catalogue)
        after = _after(request, given)
        kernel.changes.check_room(access)
        allowed = authenticator.while_allowed(request, stream.see)
        return event_stream(kernel.changes.follow(stream, after, allowed), allowed)

    return router


def _after(request: Request, given: dict[str, str]) -> int | None:
    """Where to begin; None = now. A client's own mark is newer than the address that it was opened with."""
    mark = number_of(header(request, b"last-event-id"))
    if mark is not None or "after" not in given:
        return mark
    if (asked := number_of(given["after"])) is None:
        message = say("{value} is no position of the log", value=shown(given["after"]))
        raise Invalid.field("after", "unknown-position", message)
    return asked


def _wanted(given: dict[str, str], access: Access, catalogue: Catalogue) -> Filter:
    """Raises Invalid, and Forbidden for a record type that the caller does not read at all."""
    id, types = given.get("id", ""), frozenset(filter(None, given.get("types", "").split(",")))
    if id and not is_id(id):
        raise Invalid.field("id", "bad-id", say("{value} is no id", value=shown(id)))
    for name in sorted(types):
        if name not in catalogue:
            message = say(
                "{value} is none of {choices}", value=shown(name), choices=", ".join(a.name for a in catalogue)
            )
            raise Invalid.field("types", "not-an-option", message)
        if catalogue[name].belongs_to:
            access.scope(name)
        else:
            scope_of(catalogue[name], access)
    return Filter(types, id)
