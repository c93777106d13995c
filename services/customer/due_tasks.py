"""Notifies the owners of activities that fall due. Time makes no event, so one process looks every half minute."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

from services.customer.activity import ACTIVITY
from shared.clock import Micros, from_rfc3339, to_rfc3339
from shared.errors import CrmError, passes, redacted
from shared.events.identity_inbox import notification_id
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.security.permissions import system_access
from shared.streaming.leases import LeaseHolder
from shared.streaming.looks import PeriodicLook
from shared.views.paging import every
from shared.views.port import Checkpoint, Condition, Document, Query, Scope

CHECKPOINT = "due:activities"  # up to which moment all were looked at, in microseconds
LOOK_SECONDS = 30.0
DAY: Micros = 86_400_000_000
OVERLAP: Micros = 3_600_000_000  # looked at again: the views may have been behind
log = logging.getLogger("crm.due")


class DueTasks(PeriodicLook):
    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        holder = LeaseHolder(kernel.views, CHECKPOINT, kernel.clock)
        super().__init__(holder, LOOK_SECONDS, log, "due activities were not looked at")

    async def _look(self) -> None:
        """Notify of what fell due since the last look. The first one ever begins now."""
        views, now = self._kernel.views, self._kernel.clock.now()
        since = await views.checkpoint(CHECKPOINT) or now
        tenants = [tenant async for tenant, _, _ in views.scan("organisations")]
        for tenant in tenants:
            async for activity in self._due(tenant, since - OVERLAP, now):
                await self._notify(tenant, activity)
        await views.write([], [Checkpoint(CHECKPOINT, now)], self._holder.lease())

    async def _due(self, tenant: str, since: Micros, now: Micros) -> AsyncIterator[Document]:
        """Open activities that fell due within a time. What is due on a day is so from its beginning on."""
        where = (
            Condition("status", "eq", "open"),
            Condition("archived", "eq", False),
            Condition("due", "gt", to_rfc3339(since)),
            Condition("due", "le", to_rfc3339(now + DAY)),
        )
        async for one in every(self._kernel.views, ACTIVITY.collection.name, Query(where), Scope(tenant)):
            if since < _moment(one) <= now:
                yield one

    async def _notify(self, tenant: str, activity: Document) -> None:
        """Once for each moment at which the activity is due: rescheduled, it falls due again."""
        owner, id = activity["owner"], activity["id"]
        if not owner or await self._kernel.directory.access(tenant, owner) is None:
            return
        body = {"user": owner, "kind": "due", "resource": ACTIVITY.name, "record": id, "cause": ""}
        body |= {"position": await self._kernel.store.head(), "at": _moment(activity)}
        thread = notification_id(owner, "due", f"{id}/{activity['due']}")
        try:
            await self._kernel.bus.send("identity.NotifyUser", body, Call(system_access(tenant), new_id=thread))
        except CrmError as error:
            if passes(error):
                raise
            log.warning("a notification was refused: %s", redacted(error))


def _moment(activity: Document) -> Micros:
    due = from_rfc3339(activity["due"])
    return due - DAY if activity["due_on"] else due
