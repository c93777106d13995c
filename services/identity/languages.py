"""The language that each user has chosen in their preferences, kept until these change."""

from __future__ import annotations

from collections.abc import Sequence

from services.identity.preferences import PREFERENCES
from services.identity.user import USER
from shared.events.envelope import Stored
from shared.messages.languages import Language, is_language
from shared.views.port import Scope, Views

MOST_KEPT = 10_000  # users
_WATCHED = (PREFERENCES.name, USER.name)  # both are records under the user's id; an erasure names the user's


class Languages:
    """A listener of the projection, as part of the directory. One read of the views per user, then none."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._kept: dict[tuple[str, str], Language | None] = {}
        self._changes = 0

    def on_events(self, events: Sequence[Stored]) -> None:
        for one in events:
            if one.category in _WATCHED:
                self._changes += 1
                self._kept.pop((one.tenant, one.id), None)

    def forget_all(self) -> None:
        self._changes += 1
        self._kept.clear()

    async def of(self, tenant: str, user: str) -> Language | None:
        """None: the user has chosen none."""
        if (tenant, user) in self._kept:
            return self._kept[tenant, user]
        before = self._changes
        document = await self._views.get(PREFERENCES.collection.name, user, Scope(tenant))
        values = {} if document is None else document["values"]
        chosen = values.get("locale") if isinstance(values, dict) else None
        found = chosen if is_language(chosen) else None
        if before == self._changes:  # else it may have been read before a change that came meanwhile
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[tenant, user] = found
        return found
