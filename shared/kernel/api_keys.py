"""From an API key to its Access, in every process. The key is read from the log: a revoked one is refused at once."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from limits import RateLimitItemPerMinute

from shared.clock import Clock, Micros
from shared.errors import CrmError, Unauthenticated
from shared.kernel.bus import Call, CommandBus
from shared.kernel.catalogue import Catalogue
from shared.kernel.repository import Repository
from shared.messages import say
from shared.security.apikeys import ApiKey, Opens, Presented, cut, matches, opens, presented
from shared.security.directory import Directory
from shared.security.limits import Limits
from shared.security.permissions import Access, system_access
from shared.security.quota import admit

WRONG_PER_IP = RateLimitItemPerMinute(60, namespace="api-key")
NOTED_EVERY: Micros = 3600 * 1_000_000  # how exactly the last use of a key is known
_MOST_KEPT = 10_000


class ApiKeys:
    def __init__(
        self,
        catalogue: Catalogue,
        repository: Repository,
        directory: Directory,
        bus: CommandBus,
        clock: Clock,
        limits: Limits,
    ) -> None:
        self._records = next((a for a in catalogue if a.opens is not None), None)
        self._resources = (*(a.name for a in catalogue), *catalogue.resources)
        self._repository, self._directory, self._bus = repository, directory, bus
        self._clock, self._limits = clock, limits
        self._cut: dict[str, tuple[Access, ApiKey, Access]] = {}
        self._noting: dict[str, asyncio.Task[None]] = {}

    async def access(self, text: str, ip: str) -> Access:
        """What the key gives now: never more than its holder has now.

        An attempt counts as wrong until it proves right, and is counted before anything is read. A key that was right
        here before is not held up. Raises Unauthenticated without telling why; TooManyRequests for an address that
        sends many wrong keys.
        """
        try:
            shown = presented(text)
        except ValueError:
            shown = None
        if shown is not None and self._was_right(shown) and (found := await self._access(shown)) is not None:
            return found
        await admit(self._limits, WRONG_PER_IP, say("too many wrong keys; wait a while"), ip)
        found = None if shown is None else await self._access(shown)
        if found is None:
            raise Unauthenticated("the key is not valid")
        await self._limits.release_entry(WRONG_PER_IP.key_for(ip))
        return found

    def _was_right(self, shown: Presented) -> bool:
        kept = self._cut.get(shown.id)
        return kept is not None and matches(kept[1], shown)

    async def _access(self, shown: Presented) -> Access | None:
        if self._records is None or self._records.opens is None:
            return None
        how: Opens = self._records.opens
        key = how.key(await self._repository.load(self._records, shown.tenant, shown.id))
        now = self._clock.now()
        if not opens(key, shown, now):
            return None
        role = await self._directory.limited(shown.tenant, key.holder, key.role)
        if role is None:
            return None
        if now - key.used_at >= NOTED_EVERY:
            self._note(how, shown.tenant, key, now)
        return self._kept(role, key)

    def _kept(self, role: Access, key: ApiKey) -> Access:
        """What a key leaves of its role's access, made again when that changes."""
        kept = self._cut.get(key.id)
        if kept is None or kept[0] is not role or kept[1] != key:
            if len(self._cut) >= _MOST_KEPT:
                self._cut.clear()
            kept = self._cut[key.id] = role, key, cut(role, key, self._resources)
        return kept[2]

    def _note(self, how: Opens, tenant: str, key: ApiKey, now: Micros) -> None:
        """Note its use in the background: once an hour, not with every request."""
        if key.id not in self._noting:
            self._noting[key.id] = asyncio.create_task(self._noted(how, tenant, key, now))

    async def _noted(self, how: Opens, tenant: str, key: ApiKey, now: Micros) -> None:
        try:
            with suppress(CrmError):  # it is noted with a later request
                await self._bus.send(how.note_use, {"at": now}, Call(system_access(tenant), key.id))
        finally:
            self._noting.pop(key.id, None)
