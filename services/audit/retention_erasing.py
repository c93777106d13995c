"""The second half of the daily run: what was announced, still matches and is neither kept nor held is erased.

Each record is erased by the command by which people erase it, so that holds, references and policies are the same.
"""

from __future__ import annotations

import asyncio

from services.audit.approving import erasing
from services.audit.retention_notice import RETENTION_NOTICE, UNREADABLE
from services.audit.retention_rule import RetentionRule
from services.audit.retention_run import RETENTION_RUN, RetentionRun
from services.audit.retention_work import Sender, Work, in_turns, rule_of
from shared.errors import CrmError, PreconditionFailed, Rejected, passes
from shared.events.audit_retention import RetentionRunAnnounced, RetentionRunStarted
from shared.events.envelope import Undecodable
from shared.faults import crashpoint
from shared.views.port import Condition, Document, Query, Scope

PART = 100  # records of a run in one go: then the other runs and rules have their turn
NO_MATCH, CHANGED, ERASED = "no-match", "changed", "erased-before"
WAITING = Condition("status", "in", ["announced", "erasing"])


class Erasing:
    """Of one run whose day has come, by the rule as it is now, which is the one that announced it. In one look."""

    def __init__(self, work: Work, run: RetentionRun, rule: RetentionRule) -> None:
        self.work, self._run, self._rule = work, run, rule
        self._candidates = work.candidates(rule)
        self._cursor: str | None = None  # of the notices behind those that were looked at

    async def part(self) -> bool:
        """Go on with a part of the run; where nothing of it waits any more, complete it.

        Returns whether there is more to look at. Raises Invalid, Unavailable.
        """
        sender, first = await self._started(), self._cursor is None
        query = Query((Condition("run", "eq", self._run.id), WAITING), limit=PART, cursor=self._cursor)
        page = await self.work.kernel.views.find(RETENTION_NOTICE.collection.name, query, Scope(self.work.tenant))
        if first and not page.items:
            await self._complete(sender)
            return False
        await self._page(sender, page.items)
        self._cursor = page.next
        return page.next is not None

    async def _started(self) -> Sender:
        work, rule, run = self.work, self._rule, self._run.id
        announced = await work.cause(RETENTION_RUN, run, RetentionRunAnnounced)
        await work.sender(rule, run, announced).send("audit.StartRetentionRun", {}, id=run)
        return work.sender(rule, run, await work.cause(RETENTION_RUN, run, RetentionRunStarted))

    async def _page(self, sender: Sender, notices: list[Document]) -> None:
        await self.work.go_on()
        ids = [one["record"] for one in notices]
        matching = {d["id"]: d["version"] async for page, _ in self._candidates.pages(ids) for d in page}
        async for some in in_turns(notices):
            if not await self._stands():
                return
            await asyncio.gather(*(self._one(sender, one, matching.get(one["record"])) for one in some))

    async def _stands(self) -> bool:
        """Whether nobody has cancelled the run or stopped its rule meanwhile, and one approval is yet enough."""
        run: RetentionRun = await self.work.state(RETENTION_RUN, self._run.id)
        return run.status == "erasing" and await self.work.stands_for(run, await rule_of(self.work, run))

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
            begun = (await self.work.state(RETENTION_NOTICE, id)).status == "erasing"
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
        return bool((await self.work.state(self._candidates.aggregate, record)).erased)

    async def _settle(self, sender: Sender, id: str, code: str) -> None:
        body = {"run": self._run.id, "outcome": "left_out" if code else "erased", "code": code}
        await sender.send("audit.SettleAnnouncedErasure", body, id=id)

    async def _complete(self, sender: Sender) -> None:
        query, scope = Query((Condition("run", "eq", self._run.id),)), Scope(self.work.tenant)
        name = RETENTION_NOTICE.collection.name
        totals = {t.keys[0]: t.count for t in await self.work.kernel.views.totals(name, query, scope, ("status",))}
        erased, kept = totals.get("erased", 0), totals.get("kept", 0)
        body = {"erased": erased, "kept": kept, "left_out": sum(totals.values()) - erased - kept}
        await sender.send("audit.CompleteRetentionRun", body, id=self._run.id)
