"""One import or its revert, carried out by this process for as long as it holds the job's claim."""

from __future__ import annotations

import asyncio
import logging
from contextlib import closing
from functools import partial
from typing import Any

from services.integration.import_job import IMPORT, Import
from services.integration.imports.claims import claimed
from services.integration.imports.command_sender import AWAY
from services.integration.imports.files import ImportFiles, job_file, remove_uploads
from services.integration.imports.job_store import ClaimLost, JobFile
from services.integration.imports.rehearsal import performance
from services.integration.imports.report import Progress, step_counts
from services.integration.imports.revert import Revert
from services.integration.imports.runner import Job, Runner, Stopped
from services.integration.imports.upload import reopen
from shared.errors import CrmError
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access, system_access

SYSTEM = "system"
log = logging.getLogger("crm.imports")


class ImportExecution:
    def __init__(self, kernel: Kernel, tenant: str, id: str) -> None:
        self._kernel, self._tenant, self._id = kernel, tenant, id
        self._folder = ImportFiles(kernel.files).of_import(id)
        self._work = {"running": self._import, "reverting": self._revert}

    async def run(self) -> None:
        """Carry it out to its end, or until it is paused or erased. Nothing happens while another process does so.

        What goes wrong becomes the reason of its failure. When store, views or keys do not answer, another run has to
        follow.
        """
        if (await self._state()).status not in self._work:
            return
        self._folder.mkdir(mode=0o700, exist_ok=True)  # without its files it fails, and names the missing one
        index, erasures = await self._kernel.keys.index_key(self._tenant), await self._kernel.keys.destroyed()
        with closing(JobFile(job_file(self._folder), index, erasures)) as file:
            async with claimed(file, self._kernel.ids.new(), self._kernel.clock) as ours:
                state = await self._state()
                if ours and state.status in self._work:
                    await self._attempt(state, file)

    async def _attempt(self, state: Import, file: JobFile) -> None:
        try:
            await self._check_history(file)
            await self._work[state.status](state, file)
        except (Stopped, ClaimLost):
            return
        except AWAY as error:
            log.warning("import %s waits: %s", self._id, error)
        except CrmError as error:
            if error.status == 503:
                log.warning("import %s waits: %s", self._id, error.detail)
                return
            named = "; ".join(f"{e.field}: {e.message}" for e in error.errors)
            await self._fail((named or error.detail)[:2000])
        except Exception as error:
            log.exception("import %s stopped", self._id)
            await self._fail(f"unexpected: {type(error).__name__}")

    async def _check_history(self, file: JobFile) -> None:
        """Restart a job that is ahead of the log. Its idempotency keys keep repeated commands from acting twice."""
        mark, store = file.mark(), self._kernel.store
        if mark.chain_hash and mark.chain_hash != (await store.chain_hash(mark.position)).hex():
            log.warning("the events were brought back to an earlier day: an import begins again from its first row")
            file.restart()

    async def _import(self, state: Import, file: JobFile) -> None:
        access = await self._owner_access(state)
        opened = reopen(self._kernel.catalogue, state.mapping, state.files, self._folder)
        progress = Progress(file, total=state.total)
        job = Job(state.id, access, opened.steps, opened.files, file, progress, self._renew_rights)
        with performance(self._kernel) as stage:
            mark = await Runner(self._kernel, job, stage).run()
        await self._send("CompleteImport", {"steps": step_counts(opened.steps, mark)})
        await asyncio.to_thread(remove_uploads, self._folder)

    async def _revert(self, state: Import, file: JobFile) -> None:
        access = await rights_of(self._kernel, self._tenant, state.reverter)
        if access is None:
            await self._fail("the user who reverts it may no longer sign in")
            return
        progress = Progress(file, status="reverting")
        revert = Revert(self._kernel, state.id, access, file, progress)
        counts = await revert.run(partial(self._require, "reverting"))
        await self._send("CompleteRevert", counts)
        await asyncio.to_thread(remove_uploads, self._folder)

    async def _renew_rights(self, job: Job) -> None:
        """Continue with the present rights of the import's owner. Raises Stopped."""
        job.access = await self._owner_access(await self._require("running"))

    async def _require(self, status: str) -> Import:
        """The import as the log has it now. Raises Stopped when it has another status: it was paused or erased."""
        state = await self._state()
        if state.status != status:
            raise Stopped
        return state

    async def _owner_access(self, state: Import) -> Access:
        """The present rights of the import's owner. Raises Stopped for one without any: then the import is paused."""
        access = await rights_of(self._kernel, self._tenant, state.owner or "")
        if access is None:
            await self._send("PauseImport", {"reason": "its owner may no longer sign in"})
            raise Stopped
        return access

    async def _state(self) -> Import:
        return await self._kernel.repository.load(IMPORT, self._tenant, self._id)

    async def _fail(self, reason: str) -> None:
        try:
            await self._send("FailImport", {"reason": reason})
        except CrmError as error:  # paused or erased meanwhile
            log.warning("import %s failed (%s), which was not noted: %s", self._id, reason, error.detail)

    async def _send(self, name: str, body: dict[str, Any]) -> None:
        await self._kernel.bus.send(f"integration.{name}", body, Call(system_access(self._tenant), self._id))


async def rights_of(kernel: Kernel, tenant: str, user: str) -> Access | None:
    """The present rights of the user in whose name a job runs; None when that user may not act any more."""
    if user == SYSTEM:
        return system_access(tenant)
    return await kernel.directory.access(tenant, user)
