"""One run of a job that takes back, to its end or to where it was cancelled."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

from services.audit.asking import judge_of
from services.audit.heads import Heads
from services.audit.taking_back import Left, Outcome, TakingBack, changes_found
from services.audit.taking_back_job import TAKING_BACK, UNFINISHED, TakingBackJob
from shared.clock import Micros
from shared.errors import CrmError, Forbidden, Invalid, Unavailable, passes
from shared.events.envelope import Stored
from shared.eventstore.port import StoreUnavailable
from shared.faults import crashpoint
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.messages import say
from shared.messages.kept import kept
from shared.messages.languages import ENGLISH
from shared.security.keyring import KeysUnavailable
from shared.security.permissions import Access, system_access
from shared.views.port import ViewsUnavailable

SHOWN = 50  # changes that stay, in a report
AWAY = (StoreUnavailable, ViewsUnavailable, KeysUnavailable)  # answers again later
EVERY: Micros = 1_000_000  # between two events that tell how far it is
FAILED = say("it stopped for an unexpected reason; the log of the server tells more")
log = logging.getLogger("crm.audit")


class TakingBackRun:
    def __init__(self, kernel: Kernel, tenant: str, id: str) -> None:
        self._kernel, self._tenant, self._id = kernel, tenant, id
        self._by = ""
        self._told = kernel.clock.now()

    async def run(self) -> bool:
        """Carry it out. Returns whether it has ended; else it is to be begun again later: something does not answer."""
        job = await self._job()
        if job.status not in UNFINISHED:
            return True
        self._by = job.by
        try:
            await self._complete(job, await self._carried_out(job))
        except Exception as error:
            if passes(error) or isinstance(error, AWAY):
                log.warning("taking back %s waits: %s", self._id, error)
                return False
            if not isinstance(error, CrmError):
                log.exception("taking back %s stopped", self._id)
            await self.fail(error)
        return True

    async def fail(self, error: Exception) -> None:
        """Have the job say why it ends here."""
        reason = error.detail if isinstance(error, CrmError) else FAILED
        await self._send("FailTakingBack", {"reason": str(reason)})

    async def _carried_out(self, job: TakingBackJob) -> Outcome:
        access, events = await self._access(), await self._events(job)
        language = await self._kernel.directory.language(access.tenant, access.user) or ENGLISH
        work = TakingBack(self._kernel, self._kernel.bus, self._access, self._id, job.why, language)
        return await work.run(events, self._progress)

    async def _access(self) -> Access:
        """The rights of whom it is done for by now. Raises Forbidden once they do not suffice."""
        access = await self._kernel.directory.access(self._tenant, self._by)
        if access is None:
            raise Forbidden("its user may no longer sign in")
        access.check("audit", "read")
        return access

    async def _events(self, job: TakingBackJob) -> list[Stored]:
        """The changes. Raises Unavailable while the index lacks some; Invalid, Rejected."""
        if not job.conditions:
            raise Invalid("what was asked for can no longer be read: it was erased")
        explorer = self._kernel.explorer
        if explorer is None or (explorer.position < job.up_to and not await explorer.freshen()):
            raise Unavailable("the index of the log is still being filled")
        access = await self._access()
        judge = judge_of(Heads(self._kernel, access), access, job.conditions)
        return await changes_found(explorer, self._kernel.catalogue, self._tenant, job.search, job.up_to, judge)

    async def _progress(self, done: int, undone: int) -> bool:
        crashpoint("taking-back.change")
        now = self._kernel.clock.now()
        if now - self._told >= EVERY:
            self._told = now
            await self._send("AdvanceTakingBack", {"done": done, "undone": undone})
        return (await self._job()).status == "running"

    async def _complete(self, job: TakingBackJob, outcome: Outcome) -> None:
        undone = max(outcome.undone, job.undone)  # cancelled before it was where it had been
        body = {"undone": undone, "left": len(outcome.left), "reasons": reasons(outcome.left)}
        await self._send("CompleteTakingBack", {**body, "items": [item(one) for one in outcome.left[:SHOWN]]})

    async def _job(self) -> TakingBackJob:
        job: TakingBackJob = await self._kernel.repository.load(TAKING_BACK, self._tenant, self._id)
        return job

    async def _send(self, name: str, body: dict[str, Any]) -> None:
        call = Call(system_access(self._tenant), self._id, correlation_id=self._id)
        await self._kernel.bus.send(f"audit.{name}", body, call)


def reasons(left: Sequence[Left]) -> list[dict[str, Any]]:
    """Why changes stay, and how many, the most frequent reason first."""
    counts = Counter((one.why.code, one.why.message) for one in left)
    return [{"code": c, "message": kept(message), "count": n} for (c, message), n in counts.most_common(SHOWN)]


def item(left: Left) -> dict[str, Any]:
    code, message = left.why.code, kept(left.why.message)
    return {"stream": left.event.stream, "version": left.event.version, "code": code, "message": message}
