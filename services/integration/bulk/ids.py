"""The ids of the records of a bulk act, fixed when it begins: a file in the job's folder, one id a line.

It stays as long as the act can be read: whose record the act found is known there alone.
"""

from __future__ import annotations

import os
from pathlib import Path

from services.integration.jobs.files import RECORDS
from shared.errors import Invalid
from shared.security.rootkey import sync_directory


def write_ids(folder: Path, ids: list[str]) -> None:
    """Make the folder with the file, on the disk when this returns."""
    folder.mkdir(parents=True, mode=0o700)
    with (folder / RECORDS).open("w") as file:
        file.write("".join(f"{id}\n" for id in ids))
        file.flush()
        os.fsync(file.fileno())
    sync_directory(folder)
    sync_directory(folder.parent)


def read_ids(folder: Path) -> list[str]:
    """In their order. Raises Invalid when the file is gone."""
    try:
        return (folder / RECORDS).read_text().splitlines()
    except FileNotFoundError as error:
        raise Invalid.field("ids", "missing-file", "the list of its records is no longer there") from error


def names(folder: Path, id: str) -> bool | None:
    """Whether a record is in the list; None without a list."""
    try:
        return f"{id}\n".encode() in (folder / RECORDS).read_bytes()
    except FileNotFoundError:
        return None
