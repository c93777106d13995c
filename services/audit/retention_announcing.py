"""The first half of the daily run: a rule lists what it would erase, and the list is announced with its day."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from services.audit.retention_notice import RETENTION_NOTICE, UNREADABLE
from services.audit.retention_rule import RETENTION_RULE, RetentionRule
from services.audit.retention_run import OPEN, RETENTION_RUN, RetentionRun
from services.audit.retention_work import Sender, Work, in_turns
from shared.events.audit_retention import RetentionRuleApproved, RetentionRunBegun, notice_id, run_id
from shared.events.envelope import Undecodable
from shared.faults import crashpoint
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.holds import held, held_records
from shared.security.permissions import system_access
from shared.views.port import Condition, Document, Query, Scope


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate. notice: what the rule knows of it already."""

    record: str
    notice: Document | None


class Announcing:
    """Of one rule on one day."""

    def __init__(self, work: Work, rule: RetentionRule) -> None:
        self._work, self._rule = work, rule
        self._run = run_id(rule.id, rule.activation, work.day)
        self._sender: Sender | None = None

    async def announce(self) -> bool:
        """List all candidates, then announce them; where a process died in between, the rest of them.

        Whether there is a run of this day: False = nothing is to be erased, and no event says so.
        """
        run: RetentionRun = await self._work.state(RETENTION_RUN, self._run)
        if run.version and run.status != "announcing":
            return True
        if run.version:
            await self._opened()
        listed = 0
        candidates = self._work.candidates(self._rule)
        async for page, _ in candidates.pages():
            await self._work.go_on()
            listed += await self._list(candidates.aggregate, page)
        if self._sender is not None:
            await self._sender.send("audit.AnnounceRetentionRun", {"count": listed}, id=self._run)
        return self._sender is not None

    async def _list(self, aggregate: AnyAggregate, page: list[Document]) -> int:
        """Returns how many of the page are listed by now."""
        found = await self._free(page)
        new = [one for one in found if one.notice is None or one.notice["run"] != self._run]
        new = await self._without_held(aggregate, new)
        async for some in in_turns(new):
            sender = await self._opened()
            await asyncio.gather(*(self._notice(sender, one) for one in some))
            crashpoint("retention.listed")
        before = [one for one in found if one.notice is not None and one.notice["run"] == self._run]
        return len(new) + len(before)

    async def _opened(self) -> Sender:
        """What sends for the run, which begins with its first record."""
        if self._sender is None:
            work, rule = self._work, self._rule
            approved = await work.cause(RETENTION_RULE, rule.id, RetentionRuleApproved)
            body = {"rule": rule.id, "name": rule.name, "resource": rule.resource, "activation": rule.activation}
            body |= {"day": work.day, "notice": rule.notice_days}
            await work.sender(rule, self._run, approved).send("audit.BeginRetentionRun", body, new_id=self._run)
            begun = await work.cause(RETENTION_RUN, self._run, RetentionRunBegun)
            self._sender = work.sender(rule, self._run, begun)
        return self._sender

    async def _notice(self, sender: Sender, one: Found) -> None:
        body = {"rule": self._rule.id, "run": self._run, "resource": self._rule.resource, "record": one.record}
        id = notice_id(self._rule.id, one.record)
        done = await sender.send("audit.AnnounceErasure", body, new_id=id)
        if not done.changed:
            await sender.send("audit.AnnounceErasureAgain", body, id=id)

    async def _free(self, page: list[Document]) -> list[Found]:
        """Without the records that are kept, or that another run of the rule announced and whose day is not over."""
        scope, views = Scope(self._work.tenant), self._work.kernel.views
        ids = [notice_id(self._rule.id, d["id"]) for d in page]
        notices = {
            n["record"]: n for n in (await views.get_many(RETENTION_NOTICE.collection.name, ids, scope)).values()
        }
        named = list({n["run"] for n in notices.values()})
        runs = await views.get_many(RETENTION_RUN.collection.name, named, scope)
        found = [Found(d["id"], notices.get(d["id"])) for d in page]
        return [one for one in found if one.notice is None or self._is_free(one.notice, runs.get(one.notice["run"]))]

    def _is_free(self, notice: Document, run: Document | None) -> bool:
        if notice["run"] == self._run:
            return bool(notice["status"] == "announced")
        if notice["status"] in ("kept", "erased"):
            return False
        if notice["status"] in ("released", "left_out") or run is None:
            return True
        ended_by_suite = bool(run["code"])  # what somebody cancelled waits for its day
        return run["status"] not in OPEN and (ended_by_suite or (run["due"] or "") <= self._work.day)

    async def _without_held(self, aggregate: AnyAggregate, found: list[Found]) -> list[Found]:
        """Nor what cannot be read: nobody knows whether it is held, and nothing could erase it."""
        kernel, tenant = self._work.kernel, self._work.tenant
        anything_held = bool(found and await held_records(kernel.catalogue, kernel.views, tenant))
        free = []
        for one in found:
            was_unreadable = one.notice is not None and one.notice["code"] == UNREADABLE
            with suppress(Undecodable):
                if not (anything_held or was_unreadable) or not await self._held(aggregate, one.record):
                    free.append(one)
        return free

    async def _held(self, aggregate: AnyAggregate, record: str) -> bool:
        lookups = self._work.kernel.bus.lookups(system_access(self._work.tenant), aggregate, record)
        return await held(aggregate, await self._work.state(aggregate, record), lookups)


async def announce_late(work: Work, run: RetentionRun, rule: RetentionRule) -> None:
    """Announce what was listed on a day that is over: the process died, and the rest is listed by today's run."""
    query = Query((Condition("run", "eq", run.id),))
    count = await work.kernel.views.count(RETENTION_NOTICE.collection.name, query, Scope(work.tenant))
    begun = await work.cause(RETENTION_RUN, run.id, RetentionRunBegun)
    await work.sender(rule, run.id, begun).send("audit.AnnounceRetentionRun", {"count": count}, id=run.id)
