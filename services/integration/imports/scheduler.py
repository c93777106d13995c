"""The imports of a suite: carried out in the background, resumed after a crash, paused, reverted."""

from __future__ import annotations

import asyncio
import hmac
import logging
import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from services.integration.import_job import FINISHED, IMPORT, UNFINISHED, Import
from services.integration.imports.cleanup import tidy
from services.integration.imports.dry_runs import DryRuns
from services.integration.imports.job_store import JobFile
from services.integration.imports.report import Progress, step_counts
from services.integration.imports.revert import Revert
from services.integration.imports.runner import Job, Runner, Stopped
from services.integration.imports.upload import forget_files, open_again, take_in
from shared.clock import from_rfc3339
from shared.errors import CrmError
from shared.events.customer_contacts import PersonErased
from shared.events.envelope import Stored
from shared.events.identity import UserErased
from shared.events.integration import ImportErased, ImportPaused, ImportResumed, ImportRevertStarted, ImportStarted
from shared.events.registry import names_of
from shared.events.sales_leads import LeadErased
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access, system_access
from shared.streaming.erasing import make_unreadable
from shared.streaming.policies import Policy, Reaction

AT_ONCE = 2  # imports carried out side by side
KEPT_FOR = 30 * 86_400_000_000  # µs: rejected rows hold people's data, so they are not kept for ever
MAX_FILE_BYTES = 50 << 20
JOB_FILE = "job.db"
SWEEP_SECONDS = 86_400.0
SYSTEM = "system"
Key = tuple[str, str]  # tenant, import id
_BEGINNINGS = names_of(ImportStarted, ImportResumed, ImportRevertStarted)
_PAUSES = names_of(ImportPaused, ImportErased)
log = logging.getLogger("crm.imports")


class Imports:
    """folder: where jobs keep their files. One per process and projector, of which it hears."""

    def __init__(self, kernel: Kernel, folder: Path, max_file_bytes: int = MAX_FILE_BYTES) -> None:
        self._platform, self.folder, self.max_file_bytes = kernel, folder, max_file_bytes
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._due: set[Key] = set()
        self._paused: set[Key] = set()
        self._missed = False  # events, so that unfinished imports must be looked for
        self.progress: dict[Key, Progress] = {}
        self._wake = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.rmtree(folder / "incoming", ignore_errors=True)  # uploads that a crash cut off
        self.dry_runs = DryRuns(kernel, folder / "dry")
        kernel.projection.subscribe(self)
        erasures = frozenset({PersonErased, LeadErased, UserErased})
        kernel.policies.add(Policy("forget-rejected-rows", erasures, self.forget_people))
        kernel.policies.add(Policy("erase-import", frozenset({ImportErased}), self.forget_import))

    async def start(self, access: Access, text: str, files: Mapping[str, Path], key: str | None = None) -> str:
        """Begin an import; the files are copied. Returns its id once it is durable.

        Raises Invalid (place in the mapping and line, or file and line), Forbidden, KeyReused.
        """
        id = self._platform.ids.new()
        folder = self.folder / id
        opened = await take_in(self._platform.catalogue, access, text, files, folder)
        index = await self._platform.keys.index_key(access.tenant)
        summaries = [{**f.summary(), "sha256": _keyed(f.sha256, index)} for f in opened.files.values()]
        body = {"name": opened.mapping.name, "mapping": text, "files": summaries, "total": opened.total}
        try:
            done = await self._platform.bus.send("integration.StartImport", body, Call(access, new_id=id, key=key))
        except BaseException:
            await asyncio.to_thread(shutil.rmtree, folder, True)
            raise
        if done.id != id:  # the same key came before
            await asyncio.to_thread(shutil.rmtree, folder, True)
        return done.id

    # --- in the background --------------------------------------------------------------------------------------------

    def on_events(self, events: Sequence[Stored]) -> None:
        """Note new work and pauses: a listener of the projection."""
        for one in events:
            if one.type in _BEGINNINGS:
                self._paused.discard((one.tenant, one.id))
                self._due.add((one.tenant, one.id))
                self._wake.set()
            elif one.type in _PAUSES:
                self._paused.add((one.tenant, one.id))

    def forget_all(self) -> None:
        """Look for unfinished imports at once."""
        self._missed = True
        self._wake.set()

    async def run(self) -> None:
        """Carry out what is due, for ever; first what an earlier process left unfinished."""
        await self._survey()
        try:
            while True:
                self._wake.clear()
                for key in list(self._due):
                    self.carry_out(*key)
                with suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_SECONDS):  # wait_for of 3.11 may lose a cancellation
                        await self._wake.wait()
                if self._missed or not self._wake.is_set():
                    self._missed = False
                    await self._survey()
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), self.dry_runs.close(), return_exceptions=True)

    async def tidy(self) -> None:
        """Remove outdated and damaged job files. Call it before the first request."""
        await asyncio.to_thread(tidy, self.folder, self._platform.keys.destroyed)

    async def _survey(self) -> None:
        """Find unfinished imports; remove what long finished ones still keep."""
        await self.dry_runs.drop_old()
        now = self._platform.clock.now()
        async for tenant, id, document in self._platform.views.scan(IMPORT.collection.name):
            if document["status"] in UNFINISHED:
                self._due.add((tenant, id))
            elif document["status"] in FINISHED and (self.folder / id).is_dir():
                await asyncio.to_thread(forget_files, self.folder / id)  # put back with an older folder, or by a crash
            if (
                document["status"] not in (*UNFINISHED, "paused")
                and now - from_rfc3339(document["updated_at"]) > KEPT_FOR
            ):
                await asyncio.to_thread(shutil.rmtree, self.folder / id, True)

    async def forget_people(self, reaction: Reaction) -> None:
        """A person was erased: forget all rejected rows and dry runs, which may hold them, and erase the imports that
        wrote their record, whose names may name them."""
        erased_in = reaction.recorded.tenant
        await self.dry_runs.drop_all(erased_in)
        async for _, id, _ in self._platform.views.scan(IMPORT.collection.name, erased_in):
            if (self.folder / id / JOB_FILE).exists():
                erasures = self._platform.keys.destroyed
                await asyncio.to_thread(_forget_rejected, self.folder / id / JOB_FILE, erasures)
        store, stream = self._platform.store, reaction.recorded.stream
        acts = {_chain(one) for one in await store.read(erased_in, stream)}
        for id in sorted(acts):
            state = await self._platform.repository.load(IMPORT, erased_in, id)
            if state.version and not state.erased:
                await reaction.send(f"import/{id}", "integration.EraseImport", {}, id=id)

    async def forget_import(self, reaction: Reaction) -> None:
        """End it if it runs, remove its files, mask it in the views."""
        tenant, id = reaction.recorded.tenant, reaction.recorded.id
        task = self._tasks.get((tenant, id))
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(shutil.rmtree, self.folder / id, True)
        await make_unreadable(reaction, IMPORT)
        reaction.purge()

    def carry_out(self, tenant: str, id: str) -> asyncio.Task[None]:
        """The task that runs an import or its revert to its end; one per import, however often asked for."""
        key = (tenant, id)
        if key not in self._tasks:
            self._due.discard(key)
            self.progress[key] = Progress()
            task = self._tasks[key] = asyncio.create_task(self._carry_out(tenant, id))
            task.add_done_callback(lambda _: self._ended(key))
        return self._tasks[key]

    def _ended(self, key: Key) -> None:
        del self._tasks[key], self.progress[key]
        if key in self._due:  # resumed while it was still coming to its halt
            self._wake.set()

    async def _carry_out(self, tenant: str, id: str) -> None:
        async with self._slots:
            state = await self._platform.repository.load(IMPORT, tenant, id)
            work = {"running": self._import, "reverting": self._revert}.get(state.status)
            if work is None:
                return
            try:
                (self.folder / id).mkdir(mode=0o700, exist_ok=True)  # lost: then the missing files fail it
                path, index = self.folder / id / JOB_FILE, await self._platform.keys.index_key(tenant)
                file = JobFile(path, index, self._platform.keys.destroyed)
                try:
                    await self._check_history(file)
                    await work(tenant, state, file)
                finally:
                    file.close()
            except Stopped:
                return
            except CrmError as error:
                named = "; ".join(f"{e.field}: {e.message}" for e in error.errors)
                await self._send(tenant, id, "FailImport", {"reason": (named or error.detail)[:2000]})
            except Exception as error:
                log.exception("import %s stopped", id)
                await self._send(tenant, id, "FailImport", {"reason": f"unexpected: {type(error).__name__}"})

    async def _check_history(self, file: JobFile) -> None:
        """Restart a job that is ahead of the log. Its idempotency keys keep repeated commands from acting twice."""
        mark, store = file.mark(), self._platform.store
        if mark.chain_hash and mark.chain_hash != (await store.chain_hash(mark.position)).hex():
            log.warning("the events were brought back to an earlier day: an import begins again from its first row")
            file.begin_anew()

    async def _import(self, tenant: str, state: Import, file: JobFile) -> None:
        access = await self._owner_access(tenant, state)
        folder, progress = self.folder / state.id, self.progress[tenant, state.id]
        opened = open_again(self._platform.catalogue, state.mapping, state.files, folder)
        progress.tell(total=state.total)
        job = Job(state.id, access, opened.steps, opened.files, file, progress)
        job.may_go_on = partial(self._go_on, tenant, state, job)
        mark = await Runner(self._platform, job).run()
        await self._send(tenant, state.id, "CompleteImport", {"steps": step_counts(opened.steps, mark)})
        await asyncio.to_thread(forget_files, folder)

    async def _revert(self, tenant: str, state: Import, file: JobFile) -> None:
        access = await self._access(tenant, state.reverter)
        if access is None:
            await self._send(tenant, state.id, "FailImport", {"reason": "whoever reverts it may no longer sign in"})
            return
        progress = self.progress[tenant, state.id]
        progress.tell(status="reverting")
        counts = await Revert(self._platform, state.id, access, file, progress).run()
        await self._send(tenant, state.id, "CompleteRevert", counts)
        await asyncio.to_thread(forget_files, self.folder / state.id)

    async def _go_on(self, tenant: str, state: Import, job: Job) -> None:
        """Continue with the present rights of the import's owner. Raises Stopped."""
        if (tenant, state.id) in self._paused:
            raise Stopped
        job.access = await self._owner_access(tenant, state)

    async def _owner_access(self, tenant: str, state: Import) -> Access:
        """The present rights of the import's owner. Raises Stopped for one without any: then the import is paused."""
        access = await self._access(tenant, state.owner or "")
        if access is None:
            await self._send(tenant, state.id, "PauseImport", {"reason": "its owner may no longer sign in"})
            raise Stopped
        return access

    async def _access(self, tenant: str, user: str) -> Access | None:
        """The rights in whose name it runs; None when that user may not act any more."""
        if user == SYSTEM:
            return system_access(tenant)
        return await self._platform.directory.access(tenant, user)

    async def _send(self, tenant: str, id: str, name: str, body: dict[str, Any]) -> None:
        await self._platform.bus.send(f"integration.{name}", body, Call(system_access(tenant), id))
        await self._platform.projector.catch_up()


def _chain(one: Stored) -> str:
    """The id of the act that an event is part of; for the events of an import, the import's id."""
    chain: str = orjson.loads(one.metadata).get("correlation_id", "")
    return chain


def _keyed(digest: str, index: bytes) -> str:
    """A keyed digest: it shows whether two files are equal and reveals nothing else."""
    return hmac.digest(index, f"file|{digest}".encode(), "sha256").hex()


def _forget_rejected(path: Path, erasures: int) -> None:
    with closing(JobFile(path)) as file:
        file.forget_rejected(erasures)
