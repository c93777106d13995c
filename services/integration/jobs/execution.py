"""One job or its revert, carried out by this process for as long as it holds the job's claim. Each kind derives."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from contextlib import closing
from functools import partial
from typing import Any, ClassVar, Generic

from services.integration.jobs.claims import claimed
from services.integration.jobs.files import JobFiles, job_file, remove_uploads
from services.integration.jobs.job_store import ClaimLost, JobFile, Stopped
from services.integration.jobs.lifecycle import UNFINISHED, J
from services.integration.jobs.progress import Progress
from services.integration.jobs.revert import Revert
from services.integration.jobs.sender import AWAY
from shared.domain.aggregate import Aggregate
from shared.errors import CrmError, passes
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access, system_access

SYSTEM = "system"
log = logging.getLogger("crm.imports")


class JobExecution(ABC, Generic[J]):
    """aggregate: the record type of the jobs. title: of its commands, as in `Pause<title>`.

    reverted: the command that notes the end of a revert.
    """

    aggregate: ClassVar[Aggregate[Any]]
    title: ClassVar[str]
    reverted: ClassVar[str]

    def __init__(self, kernel: Kernel, tenant: str, id: str) -> None:
        self._kernel, self._tenant, self._id = kernel, tenant, id
        self._folder = JobFiles(kernel.files).of_job(id)

    @abstractmethod
    async def carry_out(self, state: J, file: JobFile) -> None:
        """Do the work from the mark in the job store on, and send the command that completes the job.

        Raises Stopped, ClaimLost, CrmError.
        """

    def way_back(self, state: J) -> str:
        """The verb of the command that takes its change of a record back."""
        return "undo"

    async def run(self) -> None:
        """Carry it out to its end, or until it is paused, cancelled or erased. Nothing happens while another process
        does so.

        What goes wrong becomes the reason of its failure. When store, views or keys do not answer, another run has to
        follow.
        """
        if (await self._state()).status not in UNFINISHED:
            return
        self._folder.mkdir(mode=0o700, exist_ok=True)  # without its files it fails, and names the missing one
        index, erasures = await self._kernel.keys.index_key(self._tenant), await self._kernel.keys.destroyed()
        with closing(JobFile(job_file(self._folder), index, erasures)) as file:
            async with claimed(file, self._kernel.ids.new(), self._kernel.clock) as ours:
                state = await self._state()
                if ours and state.status in UNFINISHED:
                    await self._attempt(state, file)

    async def _attempt(self, state: J, file: JobFile) -> None:
        try:
            await self._check_history(file)
            await (self._revert(state, file) if state.status == "reverting" else self.carry_out(state, file))
        except (Stopped, ClaimLost):
            return
        except AWAY as error:
            log.warning("%s %s waits: %s", self.aggregate.name, self._id, error)
        except CrmError as error:
            if error.status == 503:
                log.warning("%s %s waits: %s", self.aggregate.name, self._id, error.detail)
                return
            await self.fail(error)
        except Exception as error:
            log.exception("%s %s stopped", self.aggregate.name, self._id)
            await self.fail(error)

    async def fail(self, error: Exception) -> None:
        """Have the job say what stopped it."""
        reason = f"unexpected: {type(error).__name__}"
        if isinstance(error, CrmError):
            reason = "; ".join(f"{e.field}: {e.message}" for e in error.errors) or error.detail
        await self._fail(reason[:2000])

    async def _check_history(self, file: JobFile) -> None:
        """Restart a job that is ahead of the log. Its idempotency keys keep repeated commands from acting twice."""
        mark, store = file.mark(), self._kernel.store
        if mark.chain_hash and mark.chain_hash != (await store.chain_hash(mark.position)).hex():
            log.warning("the events were brought back to an earlier day: a job begins again from its first row")
            file.restart()

    async def _revert(self, state: J, file: JobFile) -> None:
        access = await rights_of(self._kernel, self._tenant, state.reverter)
        if access is None:
            await self._fail("the user who reverts it may no longer sign in")
            return
        progress = Progress(file, status="reverting")
        revert = Revert(self._kernel, self.aggregate, state.id, access, file, progress, self.way_back(state))
        counts = await revert.run(partial(self.require, "reverting"))
        await self.send(self.reverted, counts)
        await asyncio.to_thread(remove_uploads, self._folder)

    async def require(self, status: str) -> J:
        """The job as the log has it now. Raises Stopped when it has another status: it was paused or erased."""
        state = await self._state()
        if state.status != status:
            raise Stopped
        return state

    async def owner_access(self, state: J) -> Access:
        """The present rights of the job's owner. Raises Stopped for one without any: then the job is paused."""
        access = await rights_of(self._kernel, self._tenant, state.owner or "")
        if access is None:
            await self.send(f"Pause{self.title}", {"reason": "its owner may no longer sign in"})
            raise Stopped
        return access

    async def _state(self) -> J:
        state: J = await self._kernel.repository.load(self.aggregate, self._tenant, self._id)
        return state

    async def _fail(self, reason: str) -> None:
        try:
            await self.send(f"Fail{self.title}", {"reason": reason})
        except CrmError as error:
            if passes(error):
                raise
            # paused or erased meanwhile
            log.warning("%s %s failed (%s), not noted: %s", self.aggregate.name, self._id, reason, error.detail)

    async def send(self, name: str, body: dict[str, Any]) -> None:
        """Send a command about the job itself."""
        await self._kernel.bus.send(f"integration.{name}", body, Call(system_access(self._tenant), self._id))


async def rights_of(kernel: Kernel, tenant: str, user: str) -> Access | None:
    """The present rights of the user in whose name a job runs; None when that user may not act any more."""
    if user == SYSTEM:
        return system_access(tenant)
    return await kernel.directory.access(tenant, user)
