"""Users' names, which the warehouse does not hold: given to a question as parameters, those alone that its asker may
see."""

from __future__ import annotations

from collections.abc import Sequence

from shared.events.envelope import Stored
from shared.security.permissions import Access, Level
from shared.views.paging import every
from shared.views.port import Query, Scope, Views


class People:
    """Keeps the names of a tenant until one of its users changes. A listener of the projection."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._kept: dict[str, dict[str, str]] = {}
        self._changes = 0

    def on_events(self, events: Sequence[Stored]) -> None:
        """Forget the tenants whose users changed."""
        for tenant in {one.tenant for one in events if one.category == "user"}:
            self._changes += 1
            self._kept.pop(tenant, None)

    def forget_all(self) -> None:
        """Forget all names."""
        self._changes += 1
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
        if found is None:
            changes = self._changes
            found = {d["id"]: d["name"] async for d in every(self._views, "users", Query(), Scope(tenant))}
            if changes == self._changes:  # nobody changed while we read
                self._kept[tenant] = found
        return found
