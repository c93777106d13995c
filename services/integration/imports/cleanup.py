"""Removing files of imports that are outdated or damaged."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from services.integration.import_job import FINISHED, IMPORT, UNFINISHED
from services.integration.imports import dry_runs
from services.integration.imports.files import ImportFiles, job_file, made_at, remove, remove_uploads
from services.integration.imports.job_store import JobFile, JobStoreBusy
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
    files = ImportFiles(kernel.files)
    for id in files.imports():
        await asyncio.to_thread(_tidy, job_file(files.of_import(id)), await kernel.keys.destroyed())
    for id in files.dry_runs():
        if not await asyncio.to_thread(_tidy, job_file(files.of_dry_run(id)), await kernel.keys.destroyed()):
            await remove(files.of_dry_run(id))
    await remove_outdated(kernel)


async def remove_outdated(kernel: Kernel) -> None:
    """Remove the uploads of finished imports, and what was kept for long enough."""
    files, now = ImportFiles(kernel.files), kernel.clock.now()
    for id in files.dry_runs():
        if now - made_at(id) > dry_runs.KEPT_FOR:
            await remove(files.of_dry_run(id))
    for id in files.uploads():
        if now - made_at(id) > UPLOAD_KEPT_FOR:
            await remove(files.of_upload(id))
    kept = set(files.imports())
    async for _, id, document in kernel.views.scan(IMPORT.collection.name):
        if id not in kept or document["status"] in (*UNFINISHED, "paused"):
            continue
        if now - from_rfc3339(document["updated_at"]) > KEPT_FOR:
            await remove(files.of_import(id))
        elif document["status"] in FINISHED:  # put back with an older folder, or left by a crash
            await asyncio.to_thread(remove_uploads, files.of_import(id))


async def drop_damaged(kernel: Kernel, id: str) -> None:
    """Drop the job store of an import if it is damaged: the import then begins again from its first row."""
    path = job_file(ImportFiles(kernel.files).of_import(id))
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
        log.warning("%s is damaged (%s): the import begins again from its first row", path, error)
        for name in ("job.db", "job.db-wal", "job.db-shm"):
            path.with_name(name).unlink(missing_ok=True)
        return False
    return True
