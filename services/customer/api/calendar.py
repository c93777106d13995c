"""Calendar feeds: made by a person, shown once, listed, revoked; and the calendars at their addresses."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Request
from limits import RateLimitItemPerMinute
from pydantic import Field as F
from pydantic import TypeAdapter
from starlette.responses import Response

from services.customer.calendar import calendar
from services.customer.calendar_feed import CALENDAR_FEED, MOST, CalendarFeed, Tasks, Whose
from shared.domain.command import CommandModel
from shared.errors import Invalid, NotFound
from shared.http import params
from shared.http.answers import Answer, DateTime, done_answer, model_answer, path_id
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.headers import call_of
from shared.http.openapi import WRITE_ERRORS, answer, body_of, operation, schema
from shared.http.routing import DirectRouter
from shared.http.undo import undo_answer
from shared.icalendar import MEDIA_TYPE
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.messages import say
from shared.security.apikeys import FEED_PREFIX, has_digest, new_key, presented, require_person
from shared.security.permissions import Access, Level, Role
from shared.security.quota import Quota, admit
from shared.views.port import MAX_PAGE, Condition, Query

WRONG_PER_IP = RateLimitItemPerMinute(60, namespace="calendar")
FETCHES = Quota("fetches of a calendar", RateLimitItemPerMinute(30))
SUFFIX = ".ics"
MOST_KNOWN = 10_000  # addresses
_OWN = Role("calendar", "日历", "Calendar", {CALENDAR_FEED.name: {"*": Level.OWN}})


class NewCalendarFeed(CommandModel):
    """whose: `mine` = what you own or are invited to, `team` = the same of everybody in your teams. tasks: what is due
    becomes a VTODO, or a VEVENT for programs that show no to-dos of a subscription (Google, Outlook)."""

    name: Annotated[str, F(min_length=1, max_length=100)]
    whose: Whose = "mine"
    tasks: Tasks = "todo"

    model_config = {"json_schema_extra": {"examples": [{"name": "My CRM 我的日历", "tasks": "event"}]}}


class MadeCalendarFeed(Answer):
    id: str
    version: int
    path: Annotated[str, F(description="Below the suite's address; shown this once, only a digest of it is kept")]


class OwnCalendarFeed(Answer):
    id: str
    name: str
    whose: Whose
    tasks: Tasks
    created_at: DateTime


class CalendarFeeds(Answer):
    items: Annotated[list[OwnCalendarFeed], F(description="Those that are not revoked, the newest first")]


_NEW: TypeAdapter[NewCalendarFeed] = TypeAdapter(NewCalendarFeed)
_MAKING = operation(
    "makeCalendarFeed",
    "Make an address at which calendar programs read your activities",
    "calendar-feeds",
    {201: answer("The address, shown this once", MadeCalendarFeed)},
    description="A person who knows the address sees meetings, calls and tasks as you may see them at that time.",
    body=body_of(NewCalendarFeed),
    errors=[e for e in WRITE_ERRORS if e not in (404, 412)],
)
_LISTING = operation(
    "listCalendarFeeds", "Your calendar feeds", "calendar-feeds", {200: answer("Your feeds", CalendarFeeds)}
)
_REVOKING = operation(
    "revokeCalendarFeed",
    "Revoke the address of a calendar feed for good",
    "calendar-feeds",
    {200: answer("Revoked", schema("Changed"))},
    parameters=[
        {"name": "id", "in": "path", "required": True, "description": "The feed's id", "schema": {"type": "string"}}
    ],
    errors=WRITE_ERRORS,
)
_CALENDAR = operation(
    "calendar",
    "The calendar of a feed",
    "calendar-feeds",
    {200: answer("iCalendar (RFC 5545)", {"type": "string"}, media="text/calendar", ETag="Of its content")},
    description="Without a token: the address itself is the secret. `If-None-Match` is answered with 304.",
    parameters=[
        {"name": "file", "in": "path", "required": True, "description": "See `path`", "schema": {"type": "string"}}
    ],
    errors=(404, 429, 503),
    public=True,
)


def calendar_router(kernel: Kernel) -> APIRouter:
    router, feeds = DirectRouter(), _Feeds(kernel)
    router.add_api_route("/calendar-feeds", feeds.make, methods=["POST"], openapi_extra=_MAKING)
    router.add_api_route("/calendar-feeds", feeds.listed, methods=["GET"], openapi_extra=_LISTING)
    router.add_api_route("/calendar-feeds/{id}", feeds.revoke, methods=["DELETE"], openapi_extra=_REVOKING)
    router.add_api_route("/calendar/{file}", feeds.calendar, methods=["GET"], openapi_extra=_CALENDAR)
    return router


class _Feeds:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._authenticator = kernel, Authenticator(kernel)
        self._right: set[bytes] = set()  # digests of addresses that opened a calendar here

    async def make(self, request: Request) -> Response:
        access = await self._own(request)
        wanted = await parse(request, _NEW)
        if len(await self._live(access)) >= MOST:
            raise Invalid.field("", "too-many", say("you have {most} calendar feeds; revoke one", most=MOST))
        id = self._kernel.ids.new()
        secret, digest = new_key(access.tenant, id, FEED_PREFIX)
        body = {**wanted.model_dump(), "digest": digest}
        done = await self._kernel.bus.send("customer.MakeCalendarFeed", body, Call(access, new_id=id))
        path = f"{request.scope.get('root_path', '')}/calendar/{secret}{SUFFIX}"
        return model_answer(MadeCalendarFeed(id=done.id, version=done.version, path=path), 201)

    async def listed(self, request: Request) -> Response:
        access = await self._own(request)
        params.only(params.pairs_of(request), ())
        names = OwnCalendarFeed.model_fields
        items = [OwnCalendarFeed(**{n: one[n] for n in names}) for one in await self._live(access)]
        return model_answer(CalendarFeeds(items=items))

    async def revoke(self, request: Request) -> Response:
        access, id = await self._own(request), path_id(request)
        command = CALENDAR_FEED.commands["customer.RevokeCalendarFeed"]
        done = await self._kernel.bus.send(command.name, {}, call_of(request, access, id))
        undo = await self._kernel.queries.undo_of(CALENDAR_FEED, command, done, access)
        return done_answer(done, undo_answer(request, CALENDAR_FEED, undo))

    async def calendar(self, request: Request) -> Response:
        """Answers 404 for whatever opens nothing. Each attempt counts as wrong until it proves right, and is counted
        before the log is read; an address that was right here before is not held up."""
        file, limits = request.scope["path_params"]["file"], self._kernel.limits
        ip, mark = request.client.host if request.client else "", sha256(file.encode()).digest()
        known = mark in self._right
        if not known:
            await admit(limits, WRONG_PER_IP, say("too many wrong addresses of calendars; wait a while"), ip)
        self._right.discard(mark)
        feed, access = await self._opened(file)
        if not known:
            await limits.release_entry(WRONG_PER_IP.key_for(ip))
        self._remember(mark)
        await FETCHES.take(limits, feed.id)
        headers = {"Cache-Control": "private, no-cache"}  # so that it has an ETag, however long it is
        return Response(await calendar(self._kernel, feed, access), 200, headers, MEDIA_TYPE)

    async def _opened(self, file: str) -> tuple[CalendarFeed, Access]:
        """Raises NotFound without telling why."""
        try:
            shown = presented(file.removesuffix(SUFFIX), FEED_PREFIX)
        except ValueError:
            raise NotFound from None
        feed = await self._kernel.repository.load(CALENDAR_FEED, shown.tenant, shown.id)
        if not file.endswith(SUFFIX) or not has_digest(shown, feed.digest) or feed.owner is None:
            raise NotFound
        access = await self._kernel.directory.limited(shown.tenant, feed.owner)
        if access is None:
            raise NotFound
        return feed, access

    def _remember(self, mark: bytes) -> None:
        if len(self._right) >= MOST_KNOWN:
            self._right.clear()
        self._right.add(mark)

    async def _own(self, request: Request) -> Access:
        """The caller with the rights over their own feeds and no others."""
        access = require_person(await self._authenticator.access(request))
        return Access(access.tenant, access.user, (_OWN,))

    async def _live(self, access: Access) -> list[dict[str, Any]]:
        query = Query((Condition("revoked", "eq", False),), descending=True, limit=MAX_PAGE)
        return [*(await self._kernel.queries.find(CALENDAR_FEED, query, access)).items]
