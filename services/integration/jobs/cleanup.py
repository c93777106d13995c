"""Removing files of jobs that are outdated or damaged."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from services.integration.bulk_act import BULK
from services.integration.import_job import IMPORT
from services.integration.jobs import files, previews
from services.integration.jobs.files import JobFiles, job_file, made_at, remove, remove_uploads
from services.integration.jobs.job_store import JobFile, JobStoreBusy
from services.integration.jobs.lifecycle import FINISHED, UNFINISHED
from shared.clock import from_rfc3339
from shared.kernel.kernel import Kernel

KEPT_FOR = 30 * 86_400_000_000  # µs: rejected rows hold people's data
UPLOAD_KEPT_FOR = 3_600_000_000  # µs: an upload that is still there after an hour lost its process
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
log = logging.getLogger("crm.imports")


async def tidy(kernel: Kernel) -> None:
    """Forget rejected rows that are older than an erasure; drop damaged job stores. Call it before the first request.

    Another process may use the files meanwhile.
    """
    here = JobFiles(kernel.files)
    for id in here.jobs():
        await asyncio.to_thread(_tidy, job_file(here.of_job(id)), await kernel.keys.destroyed())
    for id in here.dry_runs():
        if not await asyncio.to_thread(_tidy, job_file(here.of_dry_run(id)), await kernel.keys.destroyed()):
            await remove(here.of_dry_run(id))
    await remove_outdated(kernel)


async def remove_outdated(kernel: Kernel) -> None:
    """Remove the uploads of finished imports, and what was kept for long enough."""
    here, now = JobFiles(kernel.files), kernel.clock.now()
    for id in here.dry_runs():
        if now - made_at(id) > previews.KEPT_FOR:
            await remove(here.of_dry_run(id))
    for id in here.uploads():
        if now - made_at(id) > UPLOAD_KEPT_FOR:
            await remove(here.of_upload(id))
    kept = set(here.jobs())
    for collection in (IMPORT.collection.name, BULK.collection.name):
        async for _, id, document in kernel.views.scan(collection):
            if id in kept and document["status"] not in (*UNFINISHED, "paused"):
                outdated = now - from_rfc3339(document["updated_at"]) > KEPT_FOR
                await _clear(here.of_job(id), outdated, document["status"])


async def _clear(folder: Path, outdated: bool, status: str) -> None:
    """Remove what is no longer needed of a job that does not run."""
    if outdated:
        await asyncio.to_thread(files.remove_outdated, folder)
    elif status in FINISHED:  # put back with an older folder, or left by a crash
        await asyncio.to_thread(remove_uploads, folder)


async def drop_damaged(kernel: Kernel, id: str) -> None:
    """Drop the job store of a job if it is damaged: the job then begins again from its first row."""
    path = job_file(JobFiles(kernel.files).of_job(id))
    await asyncio.to_thread(_tidy, path, await kernel.keys.destroyed())


def _tidy(path: Path, erasures: int) -> bool:
    """False when the job store was damaged, and is dropped."""
    if not path.exists():
        return True
    try:
        with closing(JobFile(path)) as job:
            job.mark()
            if job.erasures < erasures:
                job.forget_rejected(erasures)
    except (JobStoreBusy, sqlite3.DatabaseError, ValueError, TypeError) as error:
        if isinstance(error, JobStoreBusy) or getattr(error, "sqlite_errorcode", None) in _BUSY:
            log.warning("%s is in use: its rejected rows are looked at again at the next start", path)
            return True
        log.warning("%s is damaged (%s): the job begins again from its first row", path, error)
        for name in ("job.db", "job.db-wal", "job.db-shm"):
            path.with_name(name).unlink(missing_ok=True)
        return False
    return True
