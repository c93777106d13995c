"""Drops notifications that nobody will look for: read ones after 90 days, and the oldest beyond 1,000 of a user.

Each is dropped by an event, so that a rebuild shows the same. Time makes no event: one process looks once a day.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

from services.identity.inbox import NOTIFICATION
from services.identity.organisation import ORGANISATION
from shared.clock import Micros, to_rfc3339
from shared.errors import CrmError, passes, redacted
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.security.permissions import system_access
from shared.streaming.leases import LeaseHolder
from shared.streaming.looks import PeriodicLook
from shared.views.paging import every
from shared.views.port import MAX_PAGE, Checkpoint, Condition, Query, Scope

CHECKPOINT = "pruning:notifications"  # when all were looked at last, in microseconds
DAY: Micros = 86_400_000_000
READ_KEPT: Micros = 90 * DAY  # from when what it is about happened
MOST_KEPT = 1_000  # of each user
LOOK_SECONDS = 600.0
_LIVE = Condition("archived", "eq", False)
log = logging.getLogger("crm.pruning")


class NotificationPruning(PeriodicLook):
    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        holder = LeaseHolder(kernel.views, CHECKPOINT, kernel.clock)
        super().__init__(holder, LOOK_SECONDS, log, "old notifications were not dropped")

    async def _look(self) -> None:
        """Drop what is due, unless that was done within the last day."""
        views, now = self._kernel.views, self._kernel.clock.now()
        if 0 <= now - await views.checkpoint(CHECKPOINT) < DAY:  # a clock that was ahead may have noted a day to come
            return
        for tenant in [tenant async for tenant, _, _ in views.scan(ORGANISATION.collection.name)]:
            for id in [id async for id in self._old(tenant, now)] + [id async for id in self._many(tenant)]:
                await self._drop(tenant, id)
        await views.write([], [Checkpoint(CHECKPOINT, now)], self._holder.lease())

    async def _old(self, tenant: str, now: Micros) -> AsyncIterator[str]:
        old = Condition("at", "lt", to_rfc3339(now - READ_KEPT))
        query = Query((_LIVE, Condition("read", "eq", True), old))
        async for one in every(self._kernel.views, NOTIFICATION.collection.name, query, Scope(tenant)):
            yield one["id"]

    async def _many(self, tenant: str) -> AsyncIterator[str]:
        """What users have beyond the newest ones, a page of each: the rest is dropped on the next days."""
        views, name, scope = self._kernel.views, NOTIFICATION.collection.name, Scope(tenant)
        for total in await views.totals(name, Query((_LIVE,)), scope, ("owner",)):
            if total.count > MOST_KEPT:
                of_user = (_LIVE, Condition("owner", "eq", total.keys[0]))
                beyond = Query(of_user, sort="position", descending=True, limit=MAX_PAGE, skip=MOST_KEPT)
                for one in (await views.find(name, beyond, scope)).items:
                    yield one["id"]

    async def _drop(self, tenant: str, id: str) -> None:
        try:
            await self._kernel.bus.send("identity.DropNotification", {}, Call(system_access(tenant), id))
        except CrmError as error:
            if passes(error):
                raise
            log.warning("a notification was not dropped: %s", redacted(error))
