"""The blob port: bytes by a key, in a folder or an object store. Every adapter passes `tests/contract/blobs_suite.py`.

A blob is written once and whole: what `put` acknowledged is there after a crash, and a part of a blob never is.
"""

from __future__ import annotations

from typing import Protocol

from shared.errors import Unavailable


class BlobExists(Exception):
    """There is a blob of this key; it is as it was."""


class BlobMissing(Exception):
    """There is no blob of this key."""


class BlobsUnavailable(Unavailable):
    """The store cannot be reached, or refuses. Whether the blob was written is not known."""


class BlobsRefused(BlobsUnavailable):
    """The settings of the store are wrong; the message says which, and what to do."""


class BlobDamaged(BlobsUnavailable):
    """The blob is not the one that was written."""


class Blobs(Protocol):
    """Keys are paths of ASCII letters, digits, `-` and `_`. Every method raises BlobsUnavailable."""

    async def put(self, key: str, content: bytes) -> None:
        """Durable on return. Raises BlobExists; of two writers at once one does."""
        ...

    async def get(self, key: str) -> bytes:
        """Raises BlobMissing."""
        ...

    async def keys(self, folder: str) -> list[str]:
        """The keys below a folder, sorted; "" = all."""
        ...

    async def delete(self, keys: list[str]) -> None:
        """Those that are not there are passed over."""
        ...
