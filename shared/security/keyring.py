"""The key ring port: a key for each person, so that destroying it erases the person everywhere at once.

Every adapter passes `tests/contract/keyring_suite.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol


class KeyRing(Protocol):
    async def ensure(self, tenant: str, subjects: Collection[str]) -> None:
        """Create the keys that are missing; durable on return. Destroyed subjects stay destroyed."""
        ...

    def key(self, tenant: str, subject: str) -> bytes | None:
        """The 32-byte data key, None when destroyed or unknown."""
        ...

    async def destroy(self, tenant: str, subject: str) -> bool:
        """Crypto-shred: the key is gone for ever once this returns. True if there was one."""
        ...

    async def index_key(self, tenant: str) -> bytes:
        """The 32-byte key of blind indexes, made on first use; it never changes."""
        ...

    async def rotate(self, tenant: str) -> None:
        """Give the tenant a new key and wrap its subjects' keys anew. Data keys stay what they are."""
        ...

    async def close(self) -> None: ...
