"""Notifications and what one follows: each user's own, cut to the records that they see now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, NotRequired

from fastapi import APIRouter, Request
from pydantic import Field as F
from pydantic import TypeAdapter
from starlette.responses import Response
from typing_extensions import TypedDict

from services.identity.api.common import INBOX
from services.identity.inbox import FOLLOW, NOTIFICATION, NotificationKind
from shared.domain.command import CommandModel
from shared.domain.types import Reference
from shared.errors import Invalid
from shared.events.identity_inbox import follow_id
from shared.http import params
from shared.http.answers import json_answer, path_id
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.openapi import WRITE_ERRORS, answer, body_of, operation, query
from shared.http.routing import DirectRouter
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.kernel.queries import scope_of, visible
from shared.kernel.seen import seen
from shared.messages import say, shown
from shared.messages.named import type_named
from shared.security.apikeys import require_person
from shared.security.permissions import Access
from shared.views.paging import every
from shared.views.port import MAX_PAGE, Condition, Document, Query

MOST_COUNTED = 100  # unread notifications
MOST_FOLLOWED = 1_000  # records that a user follows at once
LISTED = Condition("archived", "eq", False)  # a dropped one is not
UNREAD = (LISTED, Condition("read", "eq", False))


class NotificationItem(TypedDict):
    id: str
    version: int
    kind: NotificationKind
    type: Annotated[str, F(description="Of the record")]
    record: str
    title: str
    by: Annotated[str, F(description="The user who did it; empty where a day came")]
    by_name: str
    event: str
    at: str
    many: Annotated[bool, F(description="The act concerned more records than this one")]
    read: bool
    position: int


class NotificationPage(TypedDict):
    items: list[NotificationItem]
    next: str | None
    unread: Annotated[int, F(description=f"Unread ones that you may see; {MOST_COUNTED} = as many or more")]


class Followed(TypedDict):
    type: str
    id: str
    title: str
    since: NotRequired[str]


class FollowedRecords(TypedDict):
    items: list[Followed]


class ReadCount(TypedDict):
    read: int


class RecordToFollow(CommandModel):
    type: Annotated[str, F(max_length=80)]
    id: Reference

    model_config = {
        "json_schema_extra": {"examples": [{"type": "account", "id": "01936f00-0000-7000-8000-000000000001"}]}
    }


class NotificationsToRead(CommandModel):
    """ids: some of them. up_to: all whose position is not behind this one, as the newest that was shown."""

    ids: Annotated[list[Reference], F(max_length=MAX_PAGE)] = F(default_factory=list)
    up_to: Annotated[int, F(ge=0)] = 0

    model_config = {"json_schema_extra": {"examples": [{"up_to": 4811}]}}


_FOLLOW: TypeAdapter[RecordToFollow] = TypeAdapter(RecordToFollow)
_READ: TypeAdapter[NotificationsToRead] = TypeAdapter(NotificationsToRead)
_LIST = operation(
    "notifications",
    "What others did that concerns you, the newest first",
    "me",
    {200: answer("A page of notifications", NotificationPage)},
    description="A page may be shorter than its limit: what you do not see any more is left out.",
    parameters=[
        query("unread", "Only those that you have not read", {"type": "boolean", "default": False}),
        query("limit", "Notifications", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 50}),
        query("cursor", "The `next` of the page before"),
    ],
)
_MARK = operation(
    "readNotifications",
    "Mark notifications as read",
    "me",
    {200: answer("How many were unread", ReadCount)},
    body=body_of(NotificationsToRead, required=False),
    errors=WRITE_ERRORS,
)
_FOLLOWING = operation("following", "The records that you follow", "me", {200: answer("Records", FollowedRecords)})
_START = operation(
    "follow",
    "Follow a record that you see: be notified when others change it",
    "me",
    {200: answer("You follow it", Followed)},
    body=body_of(RecordToFollow),
    errors=WRITE_ERRORS,
)
_STOP = operation(
    "unfollow",
    "Stop following a record",
    "me",
    {204: answer("You do not follow it any more")},
    parameters=[
        {"name": "id", "in": "path", "required": True, "description": "The record's id", "schema": {"type": "string"}}
    ],
    errors=WRITE_ERRORS,
)


def inbox_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    authenticator, inbox = Authenticator(kernel), _Inbox(kernel)

    @router.get("/me/notifications", openapi_extra=_LIST)
    async def notifications(request: Request) -> Response:
        access = require_person(await authenticator.access(request))
        given = params.only(params.pairs_of(request), ("unread", "limit", "cursor"))
        limit = params.number(given, "limit", 50, MAX_PAGE)
        where = UNREAD if params.flag(given, "unread") else (LISTED,)
        asked = Query(where, sort="position", descending=True, limit=limit, cursor=given.get("cursor") or None)
        page = await kernel.queries.find(NOTIFICATION, asked, _as_oneself(access))
        items = await inbox.items(page.items, access)
        return json_answer(NotificationPage(items=items, next=page.next, unread=await inbox.unread(access)))

    @router.post("/me/notifications/read", openapi_extra=_MARK)
    async def mark(request: Request) -> Response:
        access = require_person(await authenticator.access(request))
        return json_answer(ReadCount(read=await inbox.mark(await parse(request, _READ), access)))

    @router.get("/me/following", openapi_extra=_FOLLOWING)
    async def following(request: Request) -> Response:
        access = require_person(await authenticator.access(request))
        params.only(params.pairs_of(request), ())
        return json_answer(FollowedRecords(items=await inbox.followed(access)))

    @router.post("/me/following", openapi_extra=_START)
    async def follow(request: Request) -> Response:
        access = require_person(await authenticator.access(request))
        return json_answer(await inbox.follow(await parse(request, _FOLLOW), access))

    @router.delete("/me/following/{id}", openapi_extra=_STOP)
    async def unfollow(request: Request) -> Response:
        access = require_person(await authenticator.access(request))
        call = Call(_as_oneself(access), follow_id(access.user, path_id(request)))
        await kernel.bus.send("identity.StopFollowing", {}, call)
        return Response(status_code=204)

    return router


def _as_oneself(access: Access) -> Access:
    """With the rights over one's own inbox and no others."""
    return Access(access.tenant, access.user, (INBOX,))


class _Inbox:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    async def items(self, documents: Iterable[Document], access: Access) -> list[NotificationItem]:
        """Those of them whose records the caller sees."""
        documents = list(documents)
        titles = await self._titles_of(documents, access)
        names = await self._kernel.directory.names(access.tenant)
        return [
            NotificationItem(
                id=d["id"],
                version=d["version"],
                kind=d["kind"],
                type=d["resource"],
                record=d["record"],
                title=titles[d["record"]],
                by=d["by"],
                by_name=names.get(d["by"], ""),
                event=d["cause"],
                at=d["at"],
                many=d["many"],
                read=d["read"],
                position=d["position"],
            )
            for d in documents
            if d["record"] in titles
        ]

    async def unread(self, access: Access) -> int:
        query = Query(UNREAD, sort="position", descending=True, limit=MOST_COUNTED)
        page = await self._kernel.queries.find(NOTIFICATION, query, _as_oneself(access))
        titles = await self._titles_of(page.items, access)
        return sum(d["record"] in titles for d in page.items)

    async def _titles_of(self, documents: Iterable[Document], access: Access) -> dict[str, str]:
        """Also of what is about the callers themselves, who may not read users."""
        titles = await self._titles([(d["resource"], d["record"]) for d in documents], access)
        return {access.user: ""} | titles

    async def _titles(self, records: list[tuple[str, str]], access: Access) -> dict[str, str]:
        """The titles of the records that the caller sees, by id; an erased one counts as gone."""
        found: dict[str, str] = {}
        for resource in {resource for resource, _ in records if resource in self._kernel.catalogue}:
            aggregate = self._kernel.catalogue[resource]
            ids = [id for type_, id in records if type_ == resource]
            for id, document in (await seen(self._kernel, aggregate, ids, access)).items():
                if not document["erased"]:
                    found[id] = str(visible(aggregate, document, access).get(aggregate.collection.title) or "")
        return found

    async def mark(self, body: NotificationsToRead, access: Access) -> int:
        """How many were unread. Raises Invalid naming an id that is none of the caller's own."""
        own = _as_oneself(access)
        ids = set(body.ids)
        known = await self._kernel.views.get_many(NOTIFICATION.collection.name, [*ids], scope_of(NOTIFICATION, own))
        for number, id in enumerate(body.ids):
            if id not in known:
                raise _unknown(f"ids.{number}", NOTIFICATION.name)
        if body.up_to:
            where = (*UNREAD, Condition("position", "le", body.up_to))
            scope = scope_of(NOTIFICATION, own)
            async for one in every(self._kernel.views, NOTIFICATION.collection.name, Query(where), scope):
                ids.add(one["id"])
        count = 0
        for id in sorted(ids):
            done = await self._kernel.bus.send("identity.ReadNotification", {}, Call(own, id))
            count += done.changed
        return count

    async def followed(self, access: Access) -> list[Followed]:
        query, scope = Query((Condition("following", "eq", True),)), scope_of(FOLLOW, _as_oneself(access))
        found = [one async for one in every(self._kernel.views, FOLLOW.collection.name, query, scope)]
        titles = await self._titles([(d["resource"], d["record"]) for d in found], access)
        return [
            Followed(type=d["resource"], id=d["record"], title=titles[d["record"]], since=d["updated_at"])
            for d in found
            if d["record"] in titles
        ]

    async def follow(self, body: RecordToFollow, access: Access) -> Followed:
        """Raises Invalid for an unknown type, and for a record that the caller does not see."""
        if body.type not in self._kernel.catalogue or self._kernel.catalogue[body.type].own_only:
            raise Invalid.field("type", "not-an-option", say("{value} is no record type", value=shown(body.type)))
        titles = await self._titles([(body.type, body.id)], access)
        if body.id not in titles:
            raise _unknown("id", body.type)
        own = _as_oneself(access)
        count = Query((Condition("following", "eq", True),))
        if await self._kernel.views.count(FOLLOW.collection.name, count, scope_of(FOLLOW, own)) >= MOST_FOLLOWED:
            raise Invalid.field("id", "too-many", say("you follow {most} records already", most=MOST_FOLLOWED))
        id = follow_id(access.user, body.id)
        named = {"resource": body.type, "record": body.id}
        done = await self._kernel.bus.send("identity.FollowRecord", named, Call(own, new_id=id))
        if not done.changed:
            await self._kernel.bus.send("identity.FollowAgain", {}, Call(own, id))
        return Followed(type=body.type, id=body.id, title=titles[body.id])


def _unknown(field: str, resource: str) -> Invalid:
    return Invalid.field(
        field, "unknown-reference", say("there is no {resource} with this id", resource=type_named(resource))
    )
