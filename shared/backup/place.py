"""The place that backups are kept in: a folder or an object store, of one system."""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Collection
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeVar

from shared.backup.keyfile import BackupKey
from shared.backup.manifest import MANIFESTS, File, Manifest, parsed
from shared.backup.problems import BackupProblem, Damaged
from shared.blobs.port import BlobExists, BlobMissing, Blobs, BlobsUnavailable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """where: as the operator named it. Every method raises BackupProblem."""

    blobs: Blobs
    where: str
    _read: dict[str, Manifest] = field(default_factory=dict, compare=False)  # their names say their content

    async def keep(self, name: str, content: bytes) -> None:
        """Write a file whose name says its content; one that is there and is not it is replaced."""
        try:
            await self._asked(self.blobs.put(name, content))
        except BlobExists:
            if await self._found(name) != content:
                await self._asked(self.blobs.delete([name]))
                await self._put_again(name, content)

    async def _found(self, name: str) -> bytes | None:
        """None: another process removed it meanwhile."""
        try:
            return await self._asked(self.blobs.get(name))
        except BlobMissing:
            return None

    async def _put_again(self, name: str, content: bytes) -> None:
        try:
            await self._asked(self.blobs.put(name, content))
        except BlobExists:
            raise BackupProblem(f"another process writes {name} in {self.where}: do it again") from None

    async def content(self, file: File) -> bytes:
        """Raises Damaged: it is missing, or not the one that the manifest names."""
        try:
            found = await self._asked(self.blobs.get(file.name))
        except BlobMissing:
            raise Damaged(f"{file.name} is missing in {self.where}") from None
        if len(found) != file.size or sha256(found).hexdigest() != file.sha256:
            raise Damaged(f"{file.name} in {self.where} is not the one that was written: it was changed")
        return found

    async def listed(self, name: str) -> bytes:
        """A file that `names` gave. Raises Damaged: it is gone."""
        if (found := await self._found(name)) is None:
            raise Damaged(f"{name} in {self.where} was removed meanwhile: do it again")
        return found

    async def names(self, folder: str = "") -> list[str]:
        return await self._asked(self.blobs.keys(folder))

    async def unlisted(self, listed: Collection[str]) -> list[str]:
        """The manifests that were read before and are still there, though a listing lacks them."""
        return [name for name in sorted(self._read.keys() - listed) if await self._found(name) is not None]

    async def remove(self, names: list[str]) -> None:
        await self._asked(self.blobs.delete(names))
        for name in names:
            self._read.pop(name, None)

    async def manifest(self, name: str, key: BackupKey) -> Manifest:
        """Raises Damaged."""
        if name not in self._read:
            try:
                content = await self._asked(self.blobs.get(name))
            except BlobMissing:
                raise Damaged(f"{name} is missing in {self.where}") from None
            self._read[name] = parsed(name, content, key)
        return self._read[name]

    async def newest(self, key: BackupKey, kinds: tuple[str, ...] = ()) -> tuple[str, Manifest] | None:
        """The newest manifest of these kinds, "" = of all, with its name."""
        found = await self.latest(key, kinds, 1)
        return found[0] if found else None

    async def latest(self, key: BackupKey, kinds: tuple[str, ...], most: int) -> list[tuple[str, Manifest]]:
        """The newest manifests of these kinds, the newest first."""
        named = [n for n in await self.names(MANIFESTS) if not kinds or _kind(n) in kinds]
        return [(name, await self.manifest(name, key)) for name in reversed(named[-most:])]

    async def _asked(self, asked: Awaitable[T]) -> T:
        try:
            return await asked
        except BlobsUnavailable as error:
            cause = error.__cause__
            if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
                raise BackupProblem(f"there is no room left in {self.where}: make room, and do it again") from error
            raise BackupProblem(f"{self.where} cannot be used now: {cause or error}") from error


def _kind(name: str) -> str:
    return name.split("-")[3] if name.count("-") == 4 else ""
