"""Resolves a user's Access and calendar from the identity views, which it keeps for each tenant.

It is a listener of the projection: it reads changed records again, and a change acts within 2 s in every process.
What ends access acts as soon as it is in the log (`Revocations`), even where the views are behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from services.identity.exchange_rate import EXCHANGE_RATE
from services.identity.languages import Languages
from services.identity.organisation import ORGANISATION
from services.identity.places import TeamPlaces
from services.identity.role import ROLE, role_of
from services.identity.team import TEAM
from services.identity.user import USER
from shared.domain.calendar import Calendar, is_zone
from shared.domain.exchange import Rate, latest, rate_in
from shared.domain.formula.formulas import sources_of
from shared.events.envelope import Stored
from shared.messages.languages import Language
from shared.security.audience import SHARED, Audience, Offered, audiences, is_offered
from shared.security.permissions import Access, Role
from shared.security.reach import closure
from shared.security.revocations import Revocations
from shared.security.sources import Derived
from shared.security.tokens import Claims
from shared.views.paging import every
from shared.views.port import Condition, Document, Query, Scope, Views

COLLECTIONS = {a.name: a.collection.name for a in (ORGANISATION, USER, TEAM, ROLE)}
_NO_DEFINITIONS: Mapping[str, str] = MappingProxyType({})
PATCHED_AT_MOST = 500  # changed records; more of them are a reason to read everything again
Key = tuple[str, str]  # category, id


@dataclass(slots=True)
class _Snapshot:
    """All that rights depend on. members, led: team → users; children: team → teams; reports: manager → users."""

    documents: dict[str, dict[str, Document]]
    built_in: Mapping[str, Role]
    definitions: str = ""  # the record type of custom fields
    members: dict[str, set[str]] = field(default_factory=dict)
    led: dict[str, list[str]] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)
    reports: dict[str, list[str]] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    resolved: dict[str, Access] = field(default_factory=dict)
    limited: dict[tuple[str, str], Access] = field(default_factory=dict)  # user, role
    calendars: dict[str, Calendar] = field(default_factory=dict)
    derived: Derived = field(default_factory=dict)
    offered: Sequence[Offered] = ()
    audiences: dict[str, Audience] = field(default_factory=dict)  # by token

    def index(self) -> None:
        """Compute what is looked up from the documents. Archived teams and roles give nothing."""
        self.members, self.led, self.children, self.reports = {}, {}, {}, {}
        self.resolved, self.limited, self.calendars = {}, {}, {}
        teams = {id: d for id, d in self.documents["team"].items() if not d["archived"]}
        for team in teams.values():
            if team["parent"] in teams:
                self.children.setdefault(team["parent"], []).append(team["id"])
            for lead in team["leads"]:
                self.led.setdefault(lead, []).append(team["id"])
        self.names = {id: user["name"] for id, user in self.documents["user"].items()}
        for user in self.documents["user"].values():
            for team_id in user["teams"]:
                if team_id in teams:
                    self.members.setdefault(team_id, set()).add(user["id"])
            if user["manager"]:
                self.reports.setdefault(user["manager"], []).append(user["id"])
        self.index_audiences()
        own = self.documents["role"].items()
        self.derived = sources_of(self.documents.get(self.definitions, {}).values())
        self.roles = {**self.built_in, **{id: role_of(d) for id, d in own if not d["archived"]}}

    def index_audiences(self) -> bool:
        """Keep of what is offered only what is offered to some; whether that changed."""
        found: dict[str, Audience] = {}
        for one in self.offered:
            kept = {id: d for id, d in self.documents[one.name].items() if is_offered(d)}
            self.documents[one.name] = kept
            found |= audiences(kept.values(), one.token)
        before, self.audiences = self.audiences, found
        return before != found

    def offered_to(self, user: Document, roles: Collection[str]) -> frozenset[str]:
        """The tokens of the audiences that a user with these roles belongs to. Archived teams and roles are none."""
        teams = [team for team in user["teams"] if not self.documents["team"].get(team, {"archived": True})["archived"]]
        live = [role for role in roles if role in self.roles]
        return frozenset(token for token, one in self.audiences.items() if one.has(user["id"], live, teams))


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
        self._snapshots: dict[str, _Snapshot] = {}
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
        access = self._resolved(claims.tenant, claims.user, snapshot)
        if access is None and await self._is_newer(claims.tenant, claims.user, snapshot):
            self._note(claims.tenant, ("user", claims.user))
            snapshot = await self._snapshot(claims.tenant)
            access = self._resolved(claims.tenant, claims.user, snapshot)
        if access is None:
            return None
        shown = snapshot.documents["user"][claims.user]["version"]
        ended = self._revocations.endings_after(claims.tenant, claims.user, shown)
        return access if claims.epoch >= access.epoch + ended else None

    async def _is_newer(self, tenant: str, user: str, snapshot: _Snapshot) -> bool:
        """Whether the views know more of a user: another process has let them sign in a moment ago."""
        kept = snapshot.documents["user"].get(user)
        shown = await self._views.get(COLLECTIONS["user"], user, Scope(tenant))
        return shown is not None and (kept is None or shown["version"] > kept["version"])

    async def access(self, tenant: str, user: str) -> Access | None:
        """An active user's rights now; None for anyone else."""
        return self._resolved(tenant, user, await self._snapshot(tenant))

    def _resolved(self, tenant: str, user: str, snapshot: _Snapshot) -> Access | None:
        found = snapshot.resolved.get(user)
        if found is None:
            document = snapshot.documents["user"].get(user)
            if document is None or document["status"] != "active" or document["archived"]:
                return None
            found = snapshot.resolved[user] = _resolve(tenant, document, snapshot)
        return found

    async def limited(self, tenant: str, user: str, role: str = "") -> Access | None:
        snapshot = await self._snapshot(tenant)
        access = self._resolved(tenant, user, snapshot)
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

    async def places(self, tenant: str) -> TeamPlaces:
        snapshot = await self._snapshot(tenant)
        return TeamPlaces(snapshot.documents["user"], snapshot.documents["team"], snapshot.roles)

    async def _snapshot(self, tenant: str) -> _Snapshot:
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

    async def _refreshed(self, tenant: str, found: _Snapshot | None) -> _Snapshot:
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

    async def _take(self, tenant: str) -> _Snapshot:
        only = {one.name: (Condition(SHARED, "eq", True),) for one in self._offered}
        documents = {c: await self._all(name, tenant, only.get(c, ())) for c, name in self._collections.items()}
        snapshot = _Snapshot(documents, self._built_in, self._definitions, offered=self._offered)
        snapshot.index()
        return snapshot

    async def _patch(self, tenant: str, snapshot: _Snapshot, changed: Iterable[Key]) -> None:
        for category, collection in self._collections.items():
            ids = [id for kind, id in changed if kind == category]
            if ids:
                snapshot.documents[category].update(await self._views.get_many(collection, ids, Scope(tenant)))
        offered = {one.name for one in self._offered}
        if snapshot.index_audiences() or any(kind not in offered for kind, _ in changed):
            snapshot.index()

    async def _all(self, collection: str, tenant: str, where: tuple[Condition, ...]) -> dict[str, Document]:
        return {d["id"]: d async for d in every(self._views, collection, Query(where), Scope(tenant))}


def _resolve(tenant: str, user: Document, snapshot: _Snapshot) -> Access:
    id, teams = user["id"], user["teams"]
    reach = closure([*teams, *snapshot.led.get(id, ())], snapshot.children)
    reports = closure(snapshot.reports.get(id, ()), snapshot.reports)
    return Access(
        tenant,
        id,
        tuple(snapshot.roles[r] for r in user["roles"] if r in snapshot.roles),
        _users_of(teams, snapshot) | {id},
        _users_of(reach, snapshot) | reports | {id},
        user["name"],
        user["epoch"],
        snapshot.derived,
        offered=snapshot.offered_to(user, user["roles"]),
    )


def _calendar(organisation: Document, user: Document) -> Calendar:
    """Of an erased user nothing but a mask is left: no zone."""
    zones = [user.get("time_zone", ""), organisation.get("time_zone", "")]
    known = next((zone for zone in zones if zone and is_zone(zone)), "UTC")
    return Calendar(known, organisation.get("fiscal_year_start", 1))


def _users_of(teams: Iterable[str], snapshot: _Snapshot) -> frozenset[str]:
    return frozenset().union(*(snapshot.members.get(t, set()) for t in teams))
