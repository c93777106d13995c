"""The second half of the daily run: what was announced, still matches and is neither kept nor held is erased.

Each record is erased by the command by which people erase it, so that holds, references and policies are the same.
"""

from __future__ import annotations

import asyncio

from services.audit.approving import erasing
from services.audit.retention_notice import RETENTION_NOTICE, UNREADABLE
from services.audit.retention_rule import RetentionRule
from services.audit.retention_run import RETENTION_RUN, RetentionRun
from services.audit.retention_work import Sender, Work, groups, rule_of
from shared.errors import CrmError, PreconditionFailed, Rejected, passes
from shared.events.audit_retention import RetentionRunAnnounced, RetentionRunStarted
from shared.events.envelope import Undecodable
from shared.faults import crashpoint
from shared.views.port import MAX_PAGE, Condition, Document, Query, Scope

AT_A_LOOK = 5_000  # records of a run; the next look goes on, so that no run keeps the others waiting
NO_MATCH, CHANGED, ERASED = "no-match", "changed", "erased-before"
WAITING = Condition("status", "in", ["announced", "erasing"])


class Erasing:
    """Of one run whose day has come, by the rule as it is now, which is the one that announced it."""

    def __init__(self, work: Work, run: RetentionRun, rule: RetentionRule) -> None:
        self._work, self._run, self._rule = work, run, rule
        self._candidates = work.candidates(rule)

    async def erase(self) -> None:
        """Go on with the run; where nothing of it waits any more, complete it. Raises Invalid, Unavailable."""
        sender = await self._started()
        query, done = Query((Condition("run", "eq", self._run.id), WAITING), limit=MAX_PAGE), 0
        views, name, scope = self._work.kernel.views, RETENTION_NOTICE.collection.name, Scope(self._work.tenant)
        while done < AT_A_LOOK:
            page = await views.find(name, query, scope)
            if not page.items and not done:
                return await self._complete(sender)
            await self._page(sender, page.items)
            done += len(page.items)
            if page.next is None:
                return None
            query = Query(query.where, limit=MAX_PAGE, cursor=page.next)
        return None

    async def _started(self) -> Sender:
        work, rule, run = self._work, self._rule, self._run.id
        announced = await work.cause(RETENTION_RUN, run, RetentionRunAnnounced)
        await work.sender(rule, run, announced).send("audit.StartRetentionRun", {}, id=run)
        return work.sender(rule, run, await work.cause(RETENTION_RUN, run, RetentionRunStarted))

    async def _page(self, sender: Sender, notices: list[Document]) -> None:
        await self._work.go_on()
        ids = [one["record"] for one in notices]
        matching = {d["id"]: d["version"] async for page, _ in self._candidates.pages(ids) for d in page}
        for some in groups(notices):
            if not await self._stands():
                return
            await asyncio.gather(*(self._one(sender, one, matching.get(one["record"])) for one in some))

    async def _stands(self) -> bool:
        """Whether nobody has cancelled the run or stopped its rule meanwhile, and one approval is yet enough."""
        run: RetentionRun = await self._work.state(RETENTION_RUN, self._run.id)
        return run.status == "erasing" and await self._work.stands_for(run, await rule_of(self._work, run))

    async def _one(self, sender: Sender, notice: Document, version: int | None) -> None:
        """version: of the record that matches; None = it does not."""
        try:
            code = await self._outcome(sender, notice, version)
        except Undecodable:  # of this record alone: the others are erased
            code = UNREADABLE
        if code is not None:
            await self._settle(sender, notice["id"], code)

    async def _outcome(self, sender: Sender, notice: Document, version: int | None) -> str | None:
        """Why the record is left out; "" = it is erased, None = nothing has become of it yet."""
        record, id = notice["record"], notice["id"]
        erased = await self._is_erased(record)
        if erased or version is None:
            begun = (await self._work.state(RETENTION_NOTICE, id)).status == "erasing"
            return NO_MATCH if not erased else "" if begun else ERASED
        try:
            await sender.send("audit.BeginAnnouncedErasure", {"run": self._run.id}, id=id)
        except Rejected:
            return None  # it is kept by now
        crashpoint("retention.begun")
        if not await self._stands():
            return None  # what has begun but is not erased may be announced again
        return await self._refusal(sender, record, version)

    async def _refusal(self, sender: Sender, record: str, version: int) -> str:
        """Erase the record; returns the code of what refused it, "" = it is erased."""
        try:
            await sender.send(erasing(self._candidates.aggregate).name, {}, id=record, match=version)
        except PreconditionFailed:
            return "" if await self._is_erased(record) else CHANGED
        except CrmError as error:
            if passes(error):
                raise
            return str(error.extra.get("code") or error.type)
        crashpoint("retention.erased")
        return ""

    async def _is_erased(self, record: str) -> bool:
        return bool((await self._work.state(self._candidates.aggregate, record)).erased)

    async def _settle(self, sender: Sender, id: str, code: str) -> None:
        body = {"run": self._run.id, "outcome": "left_out" if code else "erased", "code": code}
        await sender.send("audit.SettleAnnouncedErasure", body, id=id)

    async def _complete(self, sender: Sender) -> None:
        query, scope = Query((Condition("run", "eq", self._run.id),)), Scope(self._work.tenant)
        name = RETENTION_NOTICE.collection.name
        totals = {t.keys[0]: t.count for t in await self._work.kernel.views.totals(name, query, scope, ("status",))}
        erased, kept = totals.get("erased", 0), totals.get("kept", 0)
        body = {"erased": erased, "kept": kept, "left_out": sum(totals.values()) - erased - kept}
        await sender.send("audit.CompleteRetentionRun", body, id=self._run.id)
