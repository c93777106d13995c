"""Users' names, which the warehouse does not hold: given to a question as parameters, those alone that its asker may
see."""

from __future__ import annotations

from collections.abc import Sequence

from shared.clock import Clock, Micros
from shared.events.envelope import Stored
from shared.security.directory import MAX_AGE
from shared.security.permissions import Access, Level
from shared.views.paging import every
from shared.views.port import Query, Scope, Views


class People:
    """One tenant's names are kept until a user changes, or `MAX_AGE` where another process projects."""

    def __init__(self, views: Views, clock: Clock) -> None:
        self._views, self._clock = views, clock
        self._kept: dict[str, tuple[Micros, dict[str, str]]] = {}

    def on_events(self, events: Sequence[Stored]) -> None:
        """Forget the tenants whose users changed: a listener of the projection."""
        for one in events:
            if one.category == "user":
                self._kept.pop(one.tenant, None)

    def forget_all(self) -> None:
        """Forget all names."""
        self._kept.clear()

    async def names(self, access: Access) -> tuple[list[str], list[str]]:
        """Ids and, in the same order, names of the users that the caller may see."""
        level = access.level("user", "read")
        if level is Level.NONE or "name" in access.hidden("user"):
            return [], []
        known, seen = await self._of(access.tenant), access.owners(level)
        pairs = [(id, name) for id, name in known.items() if seen is None or id in seen]
        return [id for id, _ in pairs], [name for _, name in pairs]

    async def _of(self, tenant: str) -> dict[str, str]:
        found = self._kept.get(tenant)
        if found is None or self._clock.now() - found[0] > MAX_AGE:
            found = self._kept[tenant] = (self._clock.now(), await self._load(tenant))
        return found[1]

    async def _load(self, tenant: str) -> dict[str, str]:
        return {d["id"]: d["name"] async for d in every(self._views, "users", Query(), Scope(tenant))}
