"""Resolves a user's Access and calendar from the identity views, which it keeps for each tenant.

It is a listener of the projection: it reads changed records again, and a change acts within 2 s in every process.
What ends access acts as soon as it is in the log (`Revocations`), even where the views are behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from services.identity.exchange_rate import EXCHANGE_RATE
from services.identity.languages import Languages
from services.identity.organisation import ORGANISATION
from services.identity.places import TeamPlaces
from services.identity.role import ROLE
from services.identity.standing import Standing
from services.identity.team import TEAM
from services.identity.user import USER
from shared.domain.calendar import Calendar, is_zone
from shared.domain.exchange import Rate, latest, rate_in
from shared.events.envelope import Stored
from shared.eventstore.port import EventStore
from shared.messages.languages import Language
from shared.security.audience import SHARED, Offered
from shared.security.directory import Documents
from shared.security.permissions import Access, Role
from shared.security.revocations import Revocations
from shared.security.tokens import Claims
from shared.views.paging import every
from shared.views.port import Condition, Document, Query, Scope, Views

COLLECTIONS = {a.name: a.collection.name for a in (ORGANISATION, USER, TEAM, ROLE)}
_NO_DEFINITIONS: Mapping[str, str] = MappingProxyType({})
PATCHED_AT_MOST = 500  # changed records; more of them are a reason to read everything again
Key = tuple[str, str]  # category, id


class UserDirectory:
    """built_in: the roles of every organisation, by id. definitions: see OpenDirectory.

    offered: the record types whose records are offered to some.
    revocations: what the log says of ended sessions and users. Without any, the views alone count.
    """

    def __init__(
        self,
        views: Views,
        built_in: Mapping[str, Role],
        revocations: Revocations | None = None,
        definitions: Mapping[str, str] = _NO_DEFINITIONS,
        offered: Sequence[Offered] = (),
    ) -> None:
        self._views, self._built_in, self._revocations = views, built_in, revocations or Revocations()
        self._languages = Languages(views)
        self._offered = offered
        self._collections = {**COLLECTIONS, **definitions, **{one.name: one.collection for one in offered}}
        self._definitions = next(iter(definitions), "")
        self._snapshots: dict[str, Standing] = {}
        self._changed: dict[str, dict[Key, int]] = {}  # how often, per tenant that has a snapshot or is being read
        self._forgotten = 0  # how often everything was to be read again
        self._lock = asyncio.Lock()

    def on_events(self, events: Sequence[Stored]) -> None:
        self._languages.on_events(events)
        for one in events:
            if one.category in self._collections and one.tenant in self._changed:
                self._note(one.tenant, (one.category, one.id))

    def _note(self, tenant: str, changed: Key) -> None:
        noted = self._changed[tenant]
        noted[changed] = noted.get(changed, 0) + 1

    def forget_all(self) -> None:
        """Read everything again at the next question."""
        self._forgotten += 1
        self._snapshots.clear()
        self._languages.forget_all()

    async def caller(self, claims: Claims) -> Access | None:
        """The rights of the holder of a verified token; None when the user, their epoch or the session has ended.

        A token of a newer epoch than the view's is one that identity issued a moment ago.
        """
        if self._revocations.is_ended(claims.tenant, claims.session):
            return None
        snapshot = await self._snapshot(claims.tenant)
        access = snapshot.access(claims.tenant, claims.user)
        behind = access is None or (access.unproven and claims.epoch > access.epoch)  # the factor may be in already
        if behind and await self._is_newer(claims.tenant, claims.user, snapshot):
            self._note(claims.tenant, ("user", claims.user))
            snapshot = await self._snapshot(claims.tenant)
            access = snapshot.access(claims.tenant, claims.user)
        if access is None:
            return None
        shown = snapshot.documents["user"][claims.user]["version"]
        ended = self._revocations.endings_after(claims.tenant, claims.user, shown)
        return access if claims.epoch >= access.epoch + ended else None

    async def _is_newer(self, tenant: str, user: str, snapshot: Standing) -> bool:
        """Whether the views know more of a user: another process has let them sign in a moment ago."""
        kept = snapshot.documents["user"].get(user)
        shown = await self._views.get(COLLECTIONS["user"], user, Scope(tenant))
        return shown is not None and (kept is None or shown["version"] > kept["version"])

    async def is_unseen(self, claims: Claims, store: EventStore) -> bool:
        """Whether the log has the holder of a verified token and the views do not: they are filled, after a restore."""
        if claims.user in (await self._snapshot(claims.tenant)).documents["user"]:
            return False
        return bool(await store.read(claims.tenant, USER.stream(claims.user), up_to=1))

    async def access(self, tenant: str, user: str) -> Access | None:
        """An active user's rights now; None for anyone else."""
        return (await self._snapshot(tenant)).access(tenant, user)

    async def limited(self, tenant: str, user: str, role: str = "") -> Access | None:
        snapshot = await self._snapshot(tenant)
        access = snapshot.access(tenant, user)
        if access is None:
            return None
        if self._revocations.endings_after(tenant, user, snapshot.documents["user"][user]["version"]):
            return None  # the views do not show yet what ended
        if not role:
            return access
        found = snapshot.limited.get((user, role))
        if found is None:
            wanted = snapshot.roles.get(role)
            if wanted is None or not access.covers(wanted):
                return None
            offered = snapshot.offered_to(snapshot.documents["user"][user], [role])
            found = snapshot.limited[user, role] = replace(access, roles=(wanted,), offered=offered)
        return found

    async def names(self, tenant: str) -> Mapping[str, str]:
        return (await self._snapshot(tenant)).names

    async def calendar(self, tenant: str, user: str = "") -> Calendar:
        snapshot = await self._snapshot(tenant)
        found = snapshot.calendars.get(user)
        if found is None:
            found = snapshot.calendars[user] = _calendar(
                snapshot.documents["organisation"].get(tenant, {}), snapshot.documents["user"].get(user, {})
            )
        return found

    async def language(self, tenant: str, user: str) -> Language | None:
        return await self._languages.of(tenant, user)

    async def currency(self, tenant: str) -> str:
        organisation = (await self._snapshot(tenant)).documents["organisation"].get(tenant, {})
        return str(organisation.get("currency", ""))

    async def rate(self, tenant: str, currency: str, day: str) -> Rate | None:
        into = await self.currency(tenant)
        if currency == into:
            return Rate(currency, into, "1", day)
        page = await self._views.find(EXCHANGE_RATE.collection.name, latest(currency, into, day), Scope(tenant))
        return rate_in(page.items)

    async def country(self, tenant: str) -> str:
        organisation = (await self._snapshot(tenant)).documents["organisation"].get(tenant, {})
        return str(organisation.get("country", ""))

    async def erases_by_request(self, tenant: str) -> bool:
        organisation = (await self._snapshot(tenant)).documents["organisation"].get(tenant, {})
        return bool(organisation.get("erase_by_request", False))

    async def places(self, tenant: str) -> TeamPlaces:
        snapshot = await self._snapshot(tenant)
        return TeamPlaces(snapshot.documents["user"], snapshot.documents["team"], snapshot.roles)

    async def documents(self, tenant: str) -> Documents:
        snapshot = await self._snapshot(tenant)
        return {category: dict(found) for category, found in snapshot.documents.items()}

    def standing(self, documents: Documents) -> Standing:
        standing = Standing(
            {category: dict(documents.get(category, {})) for category in self._collections},
            self._built_in,
            self._definitions,
            offered=self._offered,
        )
        standing.index()
        return standing

    @property
    def made_of(self) -> Collection[str]:
        return self._collections.keys()

    async def _snapshot(self, tenant: str) -> Standing:
        found = self._snapshots.get(tenant)
        if found is not None and not self._changed.get(tenant):
            return found
        async with self._lock:
            while True:
                forgotten = self._forgotten
                found = await self._refreshed(tenant, self._snapshots.get(tenant))
                if forgotten == self._forgotten:  # else it may have been read before what was missed
                    self._snapshots[tenant] = found
                    return found

    async def _refreshed(self, tenant: str, found: Standing | None) -> Standing:
        """What is kept of a tenant with its changed records read again, or everything where much changed."""
        if found is None or len(self._changed[tenant]) > PATCHED_AT_MOST:
            self._snapshots.pop(tenant, None)  # it stays dropped if the views do not answer now
            self._changed[tenant] = {}
            found = await self._take(tenant)
        noted = self._changed[tenant]
        while changed := noted.copy():
            await self._patch(tenant, found, changed)
            for key in [k for k, count in changed.items() if noted[k] == count]:  # else it changed while it was read
                del noted[key]
        return found

    async def _take(self, tenant: str) -> Standing:
        only = {one.name: (Condition(SHARED, "eq", True),) for one in self._offered}
        documents = {c: await self._all(name, tenant, only.get(c, ())) for c, name in self._collections.items()}
        snapshot = Standing(documents, self._built_in, self._definitions, offered=self._offered)
        snapshot.index()
        return snapshot

    async def _patch(self, tenant: str, snapshot: Standing, changed: Iterable[Key]) -> None:
        for category, collection in self._collections.items():
            ids = [id for kind, id in changed if kind == category]
            if ids:
                snapshot.documents[category].update(await self._views.get_many(collection, ids, Scope(tenant)))
        offered = {one.name for one in self._offered}
        if snapshot.index_audiences() or any(kind not in offered for kind, _ in changed):
            snapshot.index()

    async def _all(self, collection: str, tenant: str, where: tuple[Condition, ...]) -> dict[str, Document]:
        return {d["id"]: d async for d in every(self._views, collection, Query(where), Scope(tenant))}


def _calendar(organisation: Document, user: Document) -> Calendar:
    """Of an erased user nothing but a mask is left: no zone."""
    zones = [user.get("time_zone", ""), organisation.get("time_zone", "")]
    known = next((zone for zone in zones if zone and is_zone(zone)), "UTC")
    return Calendar(known, organisation.get("fiscal_year_start", 1))
