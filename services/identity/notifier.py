"""Notifies users of what others do: a record was given to them, they were mentioned, a record they follow changed, or
how they sign in.

A subscription of its own looks at every event, and what it finds becomes commands. Where it never ran it begins at the
end of the log, so that nobody is notified of the past. A repeated batch changes nothing: see `NotifyUserAgain`.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import orjson

from services.identity.inbox import FOLLOW
from services.identity.user import USER
from shared.clock import Micros
from shared.errors import CrmError, passes, redacted
from shared.events.common import Transferred
from shared.events.customer_activities import UsersMentioned
from shared.events.envelope import Stored
from shared.events.identity import InvitationIssued, UserActivated
from shared.events.identity_factor import SecondFactorRemoved
from shared.events.identity_inbox import notification_id
from shared.events.registry import names_of, type_of
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.kernel.lookups import views_reach
from shared.kernel.seen import seen as seen_by
from shared.security.permissions import Access, system_access
from shared.streaming.feed import Batch, StoreFeed
from shared.streaming.leases import LeaseHolder
from shared.streaming.subscription import Pace, Subscription
from shared.views.paging import every
from shared.views.port import Checkpoint, Condition, Query, Scope

CHECKPOINT = "notifier:users"
BATCH = 500
PAUSE = 0.1  # seconds between two batches
RETRY_SECONDS = 1.0
ASKED_AT_ONCE = 100  # records whose followers are looked up together
MANY = 3  # records that one act gives to a user; for more of them there is one notification
log = logging.getLogger("crm.notifier")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a user is to be notified.

    records: type and id of the record to name; the first that the user sees. needs: one that they must see as well.
    about: what the thread is about: a record, or an act.
    """

    user: str
    kind: str
    records: tuple[tuple[str, str], ...]
    by: str
    cause: str
    position: int
    at: Micros
    about: str
    many: bool = False
    needs: tuple[str, str] | None = None

    def body(self, record: tuple[str, str]) -> dict[str, Any]:
        """Of the command, naming a record."""
        named = {"resource": record[0], "record": record[1]}
        return named | {n: getattr(self, n) for n in ("user", "kind", "by", "cause", "position", "at", "many")}


@dataclass(frozen=True, slots=True)
class _Seen:
    """An event of a record: who did it, and the records that it is about (type by id)."""

    stored: Stored
    by: str
    act: str
    payload: Mapping[str, Any]
    records: Mapping[str, str]

    @property
    def itself(self) -> tuple[str, str]:
        return self.stored.category, self.stored.id


class Notifier(Subscription):
    def __init__(self, kernel: Kernel) -> None:
        holder = LeaseHolder(kernel.views, CHECKPOINT, kernel.clock)
        pace = Pace(BATCH, lambda _: PAUSE, RETRY_SECONDS)
        super().__init__(StoreFeed(kernel.store), Notifications(kernel, holder), holder, pace)


class Notifications:
    """The handler."""

    def __init__(self, kernel: Kernel, holder: LeaseHolder) -> None:
        self._kernel, self._holder, self._kept = kernel, holder, 0
        self._quiet = {a.name for a in kernel.catalogue if a.own_only}

    async def position(self) -> int:
        """See Handler.position."""
        return await self._kernel.views.checkpoint(CHECKPOINT)

    async def load(self) -> int:
        """See Handler.load."""
        self._kept = await self.position() or await self._kernel.store.head()
        return self._kept

    def forget(self) -> None:
        """See Handler.forget. Batches leave nothing in memory."""

    async def handle(self, batch: Batch) -> int:
        """See Handler.handle."""
        events = [one for one in batch.events if one.category in self._kernel.catalogue]
        events = [one for one in events if one.category not in self._quiet]
        if events:
            await views_reach(self._kernel.views, batch.position)
            for tenant in dict.fromkeys(one.tenant for one in events):
                await self._notify(tenant, [_seen(one) for one in events if one.tenant == tenant])
        if events or batch.position - self._kept >= BATCH:
            await self._kernel.views.write([], [Checkpoint(CHECKPOINT, batch.position)], self._holder.lease())
            self._kept = batch.position
        return batch.position

    async def _notify(self, tenant: str, seen: list[_Seen]) -> None:
        found = [*_named(seen), *await self._followed(tenant, seen), *await self._sign_ins(tenant, seen)]
        threads: dict[str, Cause] = {}
        direct = {(one.user, one.position) for one in found if one.kind != "followed"}
        for one in found:
            if one.kind != "followed" or (one.user, one.position) not in direct:
                threads[notification_id(one.user, one.kind, one.about)] = one
        for id, one in threads.items():
            if one.user != one.by:
                await notify(self._kernel, tenant, id, one)

    async def _sign_ins(self, tenant: str, seen: list[_Seen]) -> list[Cause]:
        """What makes it easier to sign in as a user, each by itself: the code is not asked for any more, or there is a
        link that sets another password. A link for somebody who never signed in is their invitation."""
        removed, linked = type_of(SecondFactorRemoved).name, type_of(InvitationIssued).name
        found = [one for one in seen if one.stored.type == removed]
        for one in (one for one in seen if one.stored.type == linked):
            before = await self._kernel.store.read(tenant, one.stored.stream, up_to=one.stored.version)
            if any(event.type == type_of(UserActivated).name for event in before):
                found.append(one)
        return [replace(_cause(one, one.stored.id, "security"), about=one.stored.event_id) for one in found]

    async def _followed(self, tenant: str, seen: list[_Seen]) -> list[Cause]:
        """What concerns the followers of a record: its own events, and what begins to be about it."""
        ids = list(dict.fromkeys(id for one in seen for id in one.records))
        followers: dict[str, list[str]] = {}
        for start in range(0, len(ids), ASKED_AT_ONCE):
            some = Condition("record", "in", ids[start : start + ASKED_AT_ONCE])
            query = Query((some, Condition("following", "eq", True)))
            async for one in every(self._kernel.views, FOLLOW.collection.name, query, Scope(tenant)):
                followers.setdefault(one["record"], []).append(one["owner"])
        return [
            replace(_cause(one, user, "followed"), records=((type_, id),), about=id, needs=one.itself)
            for one in seen
            for id, type_ in one.records.items()
            for user in followers.get(id, ())
        ]


async def notify(kernel: Kernel, tenant: str, id: str, cause: Cause) -> None:
    """Unless the user is not active or does not see the record. A refusal is logged. Raises Unavailable."""
    try:
        access = await kernel.directory.access(tenant, cause.user)
        if access is None or (cause.needs is not None and not await _sees(kernel, access, cause.needs)):
            return
        oneself = (USER.name, cause.user)
        seen = [one for one in cause.records if one == oneself or await _sees(kernel, access, one)]
        if not seen:
            return
        body, system = cause.body(seen[0]), system_access(tenant)
        done = await kernel.bus.send("identity.NotifyUser", body, Call(system, new_id=id))
        if not done.changed:
            await kernel.bus.send("identity.NotifyUserAgain", body, Call(system, id))
    except CrmError as error:
        if passes(error):
            raise
        log.warning("a notification was refused: %s", redacted(error))


async def _sees(kernel: Kernel, access: Access, record: tuple[str, str]) -> bool:
    type_, id = record
    return type_ in kernel.catalogue and bool(await seen_by(kernel, kernel.catalogue[type_], [id], access))


def _seen(one: Stored) -> _Seen:
    metadata = orjson.loads(one.metadata)
    reads = one.version == 1 or one.type in _transfers() or one.type == type_of(UsersMentioned).name
    payload = orjson.loads(one.data) if reads else {}
    links = payload.get("links") if one.version == 1 else None
    about = {link["id"]: link["type"] for link in links} if isinstance(links, list) else {}
    by = metadata.get("on_behalf_of") or metadata.get("actor", "")
    return _Seen(one, by, metadata.get("correlation_id", ""), payload, {one.id: one.category, **about})


def _named(seen: list[_Seen]) -> Iterator[Cause]:
    """Users to whom a record was given, and users who were mentioned."""
    given = [(one, owner) for one in seen if (owner := _new_owner(one))]
    counts = Counter((owner, one.act) for one, owner in given)
    for one, owner in given:
        many = counts[owner, one.act] > MANY
        about = one.act if many else one.stored.id
        yield replace(_cause(one, owner, "assigned"), about=about, many=many)
    for one in seen:
        if one.stored.type == type_of(UsersMentioned).name:
            for user in one.payload["users"]:
                links = ((link["type"], link["id"]) for link in one.payload["links"])
                yield replace(_cause(one, user, "mentioned"), records=(one.itself, *links))


def _new_owner(one: _Seen) -> str:
    if one.stored.version == 1 or one.stored.type in _transfers():
        owner = one.payload.get("owner")
        return owner if isinstance(owner, str) else ""
    return ""


def _cause(one: _Seen, user: str, kind: str) -> Cause:
    return Cause(
        user, kind, (one.itself,), one.by, one.stored.type, one.stored.position, one.stored.recorded_at, one.stored.id
    )


@cache
def _transfers() -> frozenset[str]:
    return names_of(Transferred)
