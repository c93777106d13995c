"""What `crm backup` works on: the log, the keys and the files that the settings name, and the place of the backups."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

from crm.blobs import bucket_at, open_blobs
from crm.settings import WrongSetting, eventstore_address, mongodb_of, root_key_file
from shared.backup.place import Place
from shared.backup.problems import BackupProblem
from shared.backup.source import Log, Source
from shared.blobs.objects import ObjectBlobs
from shared.blobs.port import Blobs
from shared.eventstore.port import StoreBroken, StoreUnavailable
from shared.eventstore.sqlite_log import SqliteLog
from shared.formats import NewerFormat
from shared.security import ringcopy
from shared.security.keyring import KeysUnavailable
from shared.security.ringcopy import RingCopy


def place_at(where: str, *, create: bool = False, data: Path | None = None) -> Place:
    """A folder's path, or `s3://bucket/prefix`. create: a folder that is not there is made. data: where it may not lie.

    Raises WrongSetting, BackupProblem.
    """
    if where.startswith("s3://"):
        return Place(bucket_at(where, where), where)
    if "://" in where:
        raise WrongSetting(f"{where}: backups are kept in a folder, or at s3://BUCKET/PREFIX")
    folder = Path(where).resolve()
    if data is not None and folder.is_relative_to(data.resolve()):
        raise WrongSetting(f"{where} is in the data directory, and would be lost with it: name a place outside of it")
    if not create and not folder.is_dir():
        raise BackupProblem(f"there is no folder {where}")
    try:
        return Place(ObjectBlobs.in_folder(folder), where)
    except OSError as error:
        raise BackupProblem(f"{where} cannot be used: {error.strerror}") from error


@asynccontextmanager
async def live_log(data: Path | None) -> AsyncIterator[Log]:
    """The log that the settings name; data: the directory that has it where none is named.

    Raises BackupProblem, WrongSetting.
    """
    if data is None and eventstore_address() is None:
        raise WrongSetting("name the data directory that has the log: --data DIR")
    try:
        log = await _log(data or Path())
        try:
            yield log
        finally:
            await log.close()
    except (StoreUnavailable, StoreBroken, NewerFormat) as error:
        raise BackupProblem(str(error)) from error


@asynccontextmanager
async def source_of(data: Path) -> AsyncIterator[Source]:
    """What is backed up of an installation, also while it runs. Raises BackupProblem, WrongSetting."""
    try:
        log = await _log(data)
        try:
            yield source_over(log, data, open_blobs(data))
        finally:
            await log.close()
    except (StoreUnavailable, StoreBroken, NewerFormat, KeysUnavailable) as error:
        raise BackupProblem(str(error)) from error


class _Closable(Log, Protocol):
    async def close(self) -> None: ...


async def _log(data: Path) -> _Closable:
    url = eventstore_address()
    if url is None:
        if not (data / "events.db").exists():
            raise BackupProblem(f"there is no data directory {data} with events")
        return SqliteLog(data / "events.db")
    from shared.addresses import WrongAddress
    from shared.eventstore.eventstoredb import EventStoreDB

    try:
        return await EventStoreDB.open(url)
    except WrongAddress as error:
        raise WrongSetting(f"CRM_EVENTSTORE: {error}") from error


def source_over(log: Log, data: Path, blobs: Blobs, with_files: frozenset[str] | None = None) -> Source:
    """What is backed up of a log, with the keys that the settings name. with_files: see Source."""
    return Source(log, partial(ring_of, data), partial(_ring_mark, data), partial(erased_in, data), blobs, with_files)


async def _ring_mark(data: Path) -> str:
    url = mongodb_of("CRM_KEYS")
    if url is None:
        return await asyncio.to_thread(ringcopy.mark_in, data / "keys")
    from shared.security import ringcopy_mongo

    return await ringcopy_mongo.mark_at(url, data / "keys")


async def ring_of(data: Path) -> RingCopy:
    """A copy of the keys as they are now. Raises KeysUnavailable."""
    url = mongodb_of("CRM_KEYS")
    if url is None:
        return await asyncio.to_thread(ringcopy.copied, data / "keys")
    from shared.security import ringcopy_mongo

    return await ringcopy_mongo.copied(url, root_key_file(data), data / "keys")


async def erased_in(data: Path) -> int:
    """How many people were erased. Raises KeysUnavailable."""
    url = mongodb_of("CRM_KEYS")
    if url is None:
        return await asyncio.to_thread(ringcopy.erased_in, data / "keys")
    from shared.security import ringcopy_mongo

    return await ringcopy_mongo.erased_in(url)
