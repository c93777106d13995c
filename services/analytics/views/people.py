"""Users' names, which the warehouse does not hold: given to a question as parameters, those alone that its asker may
see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from shared.security.permissions import Access, Level


class Named(Protocol):
    """The part of the directory that knows names."""

    async def names(self, tenant: str) -> Mapping[str, str]:
        """The names of all users of an organisation, by id."""


class People:
    def __init__(self, directory: Named) -> None:
        self._directory = directory

    async def names(self, access: Access) -> tuple[list[str], list[str]]:
        """Ids and, in the same order, names of the users that the caller may see."""
        level = access.level("user", "read")
        if level is Level.NONE or "name" in access.hidden("user"):
            return [], []
        known, seen = await self._directory.names(access.tenant), access.owners(level)
        pairs = [(id, name) for id, name in known.items() if seen is None or id in seen]
        return [id for id, _ in pairs], [name for _, name in pairs]
