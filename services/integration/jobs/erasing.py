"""What erasures do to jobs, as policies: rejected rows, dry runs and uploads hold people's data in clear text."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import orjson

from services.integration.bulk.ids import names
from services.integration.bulk_act import BULK
from services.integration.import_job import IMPORT
from services.integration.jobs.claims import EXPIRES, claimed
from services.integration.jobs.files import JobFiles, job_file, remove
from services.integration.jobs.job_store import JobFile, JobStoreBusy, existing
from shared.clock import Clock
from shared.errors import Unavailable
from shared.events.customer_contacts import PersonErased
from shared.events.envelope import Stored
from shared.events.identity import UserErased
from shared.events.integration import BulkErased, ImportErased
from shared.events.sales_leads import LeadErased
from shared.kernel.catalogue import AnyAggregate
from shared.streaming.erasing import NotErased, erase_each, make_unreadable
from shared.streaming.reaction import Policy, Reaction

LOOK_SECONDS = 0.1
JOBS: tuple[tuple[AnyAggregate, str], ...] = (
    (IMPORT, "integration.EraseImport"),
    (BULK, "integration.EraseBulk"),
)


def erasure_policies(folder: Path) -> tuple[Policy, ...]:
    """folder: the shared one, see `JobFiles`."""
    policies = _Erasures(JobFiles(folder))
    erasures = frozenset({PersonErased, LeadErased, UserErased})
    return (
        Policy("forget-rejected-rows", erasures, policies.forget_person),
        Policy("erase-import", frozenset({ImportErased}), partial(policies.forget_job, IMPORT)),
        Policy("erase-bulk", frozenset({BulkErased}), partial(policies.forget_job, BULK)),
    )


class _Erasures:
    def __init__(self, files: JobFiles) -> None:
        self._files = files

    async def forget_person(self, reaction: Reaction) -> None:
        """Forget all rejected rows and dry runs of the organisation, which may hold the person; erase the jobs that
        wrote the person's record or found it, whose names, bodies and filters may name the person."""
        tenant = reaction.tenant
        await self._drop_dry_runs(tenant)
        for kind, _ in JOBS:
            async for _, id, _ in reaction.views.scan(kind.collection.name, tenant):
                path = job_file(self._files.of_job(id))
                if path.exists():
                    await asyncio.to_thread(_forget_rejected, path, await reaction.keys.destroyed())
        wrote = {_correlation(one) for one in await reaction.records.store.read(tenant, reaction.recorded.stream)}
        acts = sorted(wrote | await self._acts_that_found(reaction))
        erasures = [self._erase_acts(reaction, kind, command, acts) for kind, command in JOBS]
        refused = [error for erasure in erasures if (error := await erasure) is not None]
        if refused:
            raise NotErased("; ".join(map(str, refused)))

    async def _erase_acts(
        self, reaction: Reaction, kind: AnyAggregate, command: str, acts: list[str]
    ) -> NotErased | None:
        """Erase those of the acts that are jobs of the kind; returns what was refused."""
        jobs = [(id, await reaction.records.load(kind, reaction.tenant, id)) for id in acts]
        try:
            standing = [id for id, job in jobs if job.version and not job.erased]
            await erase_each(reaction, command, standing, kind.name)
        except NotErased as error:
            return error
        return None

    async def _acts_that_found(self, reaction: Reaction) -> set[str]:
        """The bulk acts in whose list the record stands, changed or not; where a list is lost, it may stand there."""
        id, category = reaction.recorded.id, reaction.recorded.category
        lists = {act: self._files.of_job(act) for act in self._files.jobs()}
        found = {act for act, folder in lists.items() if await asyncio.to_thread(names, folder, id)}
        async for _, act, document in reaction.views.scan(BULK.collection.name, reaction.tenant):
            if document["record_type"] == category and names(self._files.of_job(act), id) is None:
                found.add(act)
        return found

    async def forget_job(self, kind: AnyAggregate, reaction: Reaction) -> None:
        """Remove the files of an erased job, once no process carries it out, and mask it in the views."""
        folder = self._files.of_job(reaction.recorded.id)
        await _stopped(folder, reaction.recorded.event_id, reaction.clock)
        await remove(folder)
        await make_unreadable(reaction, kind)
        reaction.purge()

    async def _drop_dry_runs(self, tenant: str) -> None:
        for id in self._files.dry_runs():
            folder = self._files.of_dry_run(id)
            with existing(job_file(folder)) as file:
                described = None if file is None else file.dry_run()
            if described is not None and described["tenant"] == tenant:
                await remove(folder)


async def _stopped(folder: Path, holder: str, clock: Clock) -> None:
    """Return once no process carries the job out. Raises Unavailable: not yet, try again."""
    if not job_file(folder).exists():
        return
    try:
        with closing(JobFile(job_file(folder))) as file:
            for _ in range(int(2 * EXPIRES / 1e6 / LOOK_SECONDS)):
                async with claimed(file, holder, clock) as ours:
                    if ours:
                        return
                await asyncio.sleep(LOOK_SECONDS)
    except sqlite3.DatabaseError:  # damaged: no process can carry it out
        return
    raise Unavailable("the job is still carried out: its files are removed once it has stopped")


def _correlation(one: Stored) -> str:
    """The id of the act that an event is part of; for the events of an import, the import's id."""
    id: str = orjson.loads(one.metadata).get("correlation_id", "")
    return id


def _forget_rejected(path: Path, erasures: int) -> None:
    """Raises Unavailable: not yet, try again."""
    with closing(JobFile(path)) as file:
        try:
            file.forget_rejected(erasures)
        except JobStoreBusy as error:
            raise Unavailable("rejected rows of a job are being read") from error
