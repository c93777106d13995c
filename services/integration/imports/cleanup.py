"""Clean the imports folder when the suite starts."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from services.integration.imports.job_store import JobFile

log = logging.getLogger("crm.imports")


def tidy(folder: Path, erasures: int) -> None:
    """Forget rejected rows that are older than somebody's erasure; drop job files that cannot be read.

    erasures: how many people are erased by now.
    """
    for path in sorted(folder.glob("*/job.db")):
        try:
            with closing(JobFile(path)) as job:
                job.mark()
                if job.erasures < erasures:
                    job.forget_rejected(erasures)
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            log.warning("%s is damaged (%s): the import begins again from its first row", path, error)
            for name in ("job.db", "job.db-wal", "job.db-shm"):
                path.with_name(name).unlink(missing_ok=True)
