"""The daily run of retention rules: what they would erase is announced first, and erased on its day (ADR 44).

Time makes no event, so one process looks every minute. Every step is an event, and a look goes on from these alone: the
ids of runs and notices follow from rule, day and record, so that nothing is done twice, whichever process looks.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from services.audit.retention_announcing import Announcing, announce_late
from services.audit.retention_erasing import Erasing
from services.audit.retention_rule import RETENTION_RULE, RetentionRule
from services.audit.retention_run import OPEN, RETENTION_RUN, RetentionRun
from services.audit.retention_work import Work, rule_of
from shared.errors import CrmError, passes, redacted
from shared.events.envelope import Undecodable
from shared.kernel.bus import Call
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.kernel.lookups import views_reach
from shared.security.permissions import system_access
from shared.streaming.leases import LeaseHolder
from shared.streaming.looks import PeriodicLook
from shared.views.paging import every
from shared.views.port import Condition, LeaseLost, Query, Scope

LEASE = "retention:daily"
LOOK_SECONDS = 60.0
PARTS = 50  # of each run in a look; the next one goes on
Step = Callable[[Work, str], Awaitable[None]]
log = logging.getLogger("crm.retention")


class RetentionLook(PeriodicLook):
    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._nothing: dict[str, tuple[int, str]] = {}  # rule → activation and day of which nothing is to be announced
        self._erasing: dict[str, Erasing] = {}  # of this look: the runs that go on
        self._not_now: list[Exception] = []  # of this look: what the next one tries again
        holder = LeaseHolder(kernel.views, LEASE, kernel.clock)
        super().__init__(holder, LOOK_SECONDS, log, "retention rules were not run")

    async def _look(self) -> None:
        """For each organisation, begin to erase what is due, and announce; then the runs go on, part by part in turn.

        Raises Unavailable while the views are behind, and, at the end, the first of what kept a rule from running now.
        """
        self._not_now.clear()
        self._erasing.clear()
        await self._views_show_all()
        for tenant in [tenant async for tenant, _, _ in self._kernel.views.scan("organisations")]:
            day = (await self._kernel.directory.calendar(tenant)).day_of(self._kernel.clock.now())
            work = Work(self._kernel, tenant, day, self._go_on)
            for id in await self._ids(tenant, RETENTION_RUN, Condition("status", "in", [*OPEN])):
                await self._guarded(id, self._carry_on, work)
            await self._views_show_all()  # what was ended just now may be announced again
            for id in await self._ids(tenant, RETENTION_RULE, Condition("status", "eq", "active")):
                await self._guarded(id, self._announce, work)
        for _ in range(PARTS - 1):
            for id, erasing in [*self._erasing.items()]:
                await self._guarded(id, self._part, erasing.work)
        if self._not_now:
            raise self._not_now[0]

    async def _views_show_all(self) -> None:
        await views_reach(self._kernel.views, await self._kernel.store.head())

    async def _ids(self, tenant: str, aggregate: AnyAggregate, where: Condition) -> list[str]:
        found = every(self._kernel.views, aggregate.collection.name, Query((where,)), Scope(tenant))
        return [document["id"] async for document in found]

    async def _go_on(self) -> None:
        if not await self._holder.take():
            raise LeaseLost()

    async def _carry_on(self, work: Work, id: str) -> None:
        """End a run whose rule is another one by now; erase what is due; announce what was never finished."""
        run: RetentionRun = await work.state(RETENTION_RUN, id)
        rule = await rule_of(work, run)
        if not await work.stands_for(run, rule):
            await self._end(work, id, "rule-changed")
        elif run.status == "announcing" and run.day < work.day:
            await announce_late(work, run, rule)
        elif run.due is not None and run.due <= work.day:
            self._erasing[id] = Erasing(work, run, rule)
            await self._part(work, id)

    async def _part(self, work: Work, id: str) -> None:
        if not await self._erasing[id].part():
            del self._erasing[id]

    async def _announce(self, work: Work, id: str) -> None:
        rule: RetentionRule = await work.state(RETENTION_RULE, id)
        today = (rule.activation, work.day)
        if self._nothing.get(id) != today and await work.may_run(rule) and not await Announcing(work, rule).announce():
            self._nothing[id] = today

    async def _end(self, work: Work, id: str, code: str) -> None:
        access = system_access(work.tenant)
        await self._kernel.bus.send("audit.EndRetentionRun", {"code": code}, Call(access, id, correlation_id=id))

    async def _guarded(self, id: str, act: Step, work: Work) -> None:
        """One rule that cannot run, since a field that it names is no more, keeps no other from running."""
        try:
            await act(work, id)
        except (CrmError, Undecodable) as error:
            self._erasing.pop(id, None)
            if passes(error):
                self._not_now.append(error)
            log.warning("retention: %s was not carried on: %s", id, redacted(error))
