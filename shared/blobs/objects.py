"""The blob port through obstore: a folder of this machine, or any store that speaks S3."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, S3Store

from shared.blobs.port import BlobExists, BlobMissing, BlobsRefused, BlobsUnavailable
from shared.blobs.trouble import failure, refusal
from shared.security.rootkey import sync_directory

_PARTS = ".parts"  # of a folder: what is being written
_LEFT_SECONDS = 86_400  # after which nobody writes it any more


class ObjectBlobs:
    """Is Blobs. The library is asked in threads: with its own loop for coroutines a process that ends may abort."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store, self._folder = store, folder and folder.resolve()

    @classmethod
    def in_folder(cls, folder: Path) -> ObjectBlobs:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for part in (folder / _PARTS).glob("*"):  # of a process that was killed
            if time.time() - part.stat().st_mtime > _LEFT_SECONDS:
                part.unlink(missing_ok=True)
        return cls(LocalStore(folder), folder)

    @classmethod
    def in_s3(cls, url: str, **options: Any) -> ObjectBlobs:
        """url: `s3://bucket/prefix`. Region, endpoint and credentials come from the usual `AWS_…` variables."""
        return cls(S3Store.from_url(url, **options))

    async def put(self, key: str, content: bytes) -> None:
        self._require_inside(key)
        with _failures(key):
            if self._folder is None:
                await asyncio.to_thread(obstore.put, self._store, key, content, mode="create", use_multipart=False)
            else:
                await asyncio.to_thread(_write, self._folder, key, content)

    async def get(self, key: str) -> bytes:
        self._require_inside(key)
        with _failures(key):
            return await asyncio.to_thread(lambda: bytes(obstore.get(self._store, key).bytes()))

    async def keys(self, folder: str) -> list[str]:
        prefix = folder.rstrip("/") + "/" if folder else None

        def listed() -> list[str]:
            return [one["path"] for page in obstore.list(self._store, prefix) for one in page]

        with _failures(folder):
            found = await asyncio.to_thread(listed)
        return sorted(key for key in found if not key.startswith(f"{_PARTS}/"))

    async def delete(self, keys: list[str]) -> None:
        for key in keys:
            self._require_inside(key)
            with _failures(key):
                try:
                    await asyncio.to_thread(obstore.delete, self._store, key)
                except (NotFoundError, FileNotFoundError) as error:
                    if refusal(error):
                        raise

    def _require_inside(self, key: str) -> None:
        """No name and no link in a folder goes to what lies elsewhere. Raises BlobsUnavailable."""
        if self._folder is None:
            return
        path = self._folder / key
        if ".." in path.parts or not path.parent.resolve().is_relative_to(self._folder):
            raise BlobsUnavailable(f"the file store failed: {key} is not within {self._folder}")


@contextmanager
def _failures(key: str) -> Iterator[None]:
    try:
        yield
    except (AlreadyExistsError, FileExistsError) as error:
        raise BlobExists(key) from error
    except (BaseError, OSError) as error:
        if why := refusal(error):
            raise BlobsRefused(f"the bucket cannot be used: {why}") from error
        if isinstance(error, (NotFoundError, FileNotFoundError)):
            raise BlobMissing(key) from error
        raise BlobsUnavailable(f"the file store failed: {failure(error)}") from error


def _write(folder: Path, key: str, content: bytes) -> None:
    """The adapter flushes nothing. Here the bytes are durable before they have their name, which is given once."""
    path, part = folder / key, folder / _PARTS / uuid4().hex
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part.parent.mkdir(exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)
    finally:
        part.unlink(missing_ok=True)
    for parent in path.parents:
        sync_directory(parent)
        if parent == folder:
            return
