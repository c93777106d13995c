"""Where jobs keep their files: one folder, which all processes that accept, carry out or erase jobs share."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from uuid import UUID

from shared.clock import Micros

RECORDS = "records"  # the list of a bulk act's records
_INCOMING, _DRY = "incoming", "dry"


class JobFiles:
    """A job has a folder named by its id: an import's uploaded files as 0, 1, …, a sheet of a workbook as <n>.csv, the
    list of a bulk act's records, and the job store. Dry runs have the same folders below `dry`; an upload
    lies below `incoming` until it is answered.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def of_job(self, id: str) -> Path:
        return self.folder / id

    def of_dry_run(self, id: str) -> Path:
        return self.folder / _DRY / id

    def of_upload(self, id: str) -> Path:
        return self.folder / _INCOMING / id

    def jobs(self) -> list[str]:
        """The ids of the jobs that have a folder, oldest first."""
        return _names(self.folder)

    def dry_runs(self) -> list[str]:
        """The same of dry runs."""
        return _names(self.folder / _DRY)

    def uploads(self) -> list[str]:
        return _names(self.folder / _INCOMING)


def job_file(folder: Path) -> Path:
    """The job store in the folder of a job or dry run."""
    return folder / "job.db"


async def remove(folder: Path) -> None:
    """Remove a folder with all its files, if it is there."""
    await asyncio.to_thread(shutil.rmtree, folder, True)


def remove_uploads(folder: Path) -> None:
    """Remove what a job was given once it has ended; its job store keeps the rejected rows."""
    for file in folder.iterdir():
        if file.stem.isdigit():
            file.unlink(missing_ok=True)


def remove_outdated(folder: Path) -> None:
    """Remove what is about people, after a while. The list of a bulk act's records stays, to be asked by erasures."""
    if not (folder / RECORDS).exists():
        shutil.rmtree(folder, ignore_errors=True)
        return
    for file in folder.iterdir():
        if file.name != RECORDS:
            file.unlink(missing_ok=True)


def made_at(id: str) -> Micros:
    """When an id was given: a UUIDv7 begins with the Unix time in ms."""
    return (UUID(id).int >> 80) * 1000


def _names(folder: Path) -> list[str]:
    """The names of subfolders that are ids, sorted: that is by time. [] without the folder."""
    return sorted(path.name for path in folder.glob("*-*-*-*-*") if _is_id(path.name))


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
