"""Files in the blob store: in chunks of 1 MiB, each encrypted for its place.

AES-256-GCM under the file's own key of the key ring (root key → organisation's key → the file's); what is authenticated
in addition names organisation, file, content and number, so that no chunk opens anywhere else. Destroying the key makes
every copy unreadable, in backups too.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.blobs.port import BlobDamaged, Blobs

CHUNK = 1 << 20  # bytes, before encryption
FILES, UPLOADS = "files", "uploads"  # folders: of contents, and of what is said of those that are not attached yet
_NONCE = 12


@dataclass(frozen=True, slots=True)
class SealedContent:
    """The bytes of one version. key: of the file, 32 bytes."""

    blobs: Blobs
    key: bytes
    tenant: str
    file: str
    content: str

    async def put(self, number: int, plain: bytes, part: str = "") -> None:
        """Durable on return. part: something else that belongs to the content (`preview_part`). Raises BlobExists."""
        nonce = os.urandom(_NONCE)
        sealed = AESGCM(self.key).encrypt(nonce, plain, self._place(number, part))
        await self.blobs.put(self._name(number, part), nonce + sealed)

    async def get(self, number: int, part: str = "") -> bytes:
        """Raises BlobMissing, BlobDamaged."""
        stored = await self.blobs.get(self._name(number, part))
        try:
            return AESGCM(self.key).decrypt(stored[:_NONCE], stored[_NONCE:], self._place(number, part))
        except (InvalidTag, ValueError):  # ValueError: shorter than a nonce
            raise BlobDamaged(f"a part of file {self.file} is not the one that was written") from None

    async def read(self, first: int, last: int) -> AsyncIterator[bytes]:
        """The bytes from first to last, both included."""
        for number in range(first // CHUNK, last // CHUNK + 1):
            chunk, start = await self.get(number), number * CHUNK
            yield chunk[max(0, first - start) : last + 1 - start]

    async def chunks(self) -> int:
        """How many chunks are there, without a gap from the first."""
        return len([k for k in await self.keys() if k.rpartition("/")[2].isdigit()])

    async def keys(self) -> list[str]:
        """Of all objects that belong to the content."""
        return await self.blobs.keys(self._folder)

    @property
    def _folder(self) -> str:
        return content_folder(self.tenant, self.file, self.content)

    def _name(self, number: int, part: str) -> str:
        return f"{self._folder}/{part or f'{number:08}'}"

    def _place(self, number: int, part: str) -> bytes:
        return f"{self.tenant}|{self.file}|{self.content}|{part}{number}|v1".encode()


def file_folder(tenant: str, file: str) -> str:
    return f"{FILES}/{tenant}/{file}"


def content_folder(tenant: str, file: str, content: str) -> str:
    return f"{file_folder(tenant, file)}/{content}"


def preview_part(size: int) -> str:
    """The part that is a preview, of so many pixels."""
    return f"preview-{size}"


def chunk_count(size: int) -> int:
    return -(-size // CHUNK)
