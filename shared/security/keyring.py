"""The key ring port: a key for each person, so that destroying it erases the person everywhere at once.

Every adapter passes `tests/contract/keyring_suite.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import NamedTuple, Protocol

from shared.events.envelope import Undecodable


class KeyMissing(Undecodable):
    """A person's key is missing and not recorded as destroyed: leave the encrypted data alone."""

    def __init__(self, tenant: str, subject: str) -> None:
        super().__init__(
            f"the key of {subject} (organisation {tenant}) is neither in the key ring nor recorded as destroyed: "
            "put keys/keys.db back from its newest backup; do not replay before"
        )
        self.tenant, self.subject = tenant, subject


def subject_hash(tenant: str, subject: str) -> bytes:
    """The 32-byte record of a destroyed subject."""
    return hashlib.sha256(f"{tenant}|{subject}".encode()).digest()


class Checked(NamedTuple):
    """How far a log and this ring agree.

    Up to `position` of the log every person's key is here, and every erasure is carried out. The log has the
    erasures of the destroyed subjects up to the number `destroyed`. chain_hash: the log's at the position, in hex.
    """

    position: int = 0
    destroyed: int = 0
    chain_hash: str = ""


class LogHead(NamedTuple):
    """An event of the log that this ring saw, and the log's chain hash there, in hex."""

    position: int = 0
    chain_hash: str = ""


class KeyRing(Protocol):
    async def ensure(self, tenant: str, subjects: Collection[str]) -> None:
        """Create the keys that are missing; durable on return. Destroyed subjects stay destroyed."""
        ...

    def key(self, tenant: str, subject: str) -> bytes | None:
        """The 32-byte data key, None when destroyed. Raises KeyMissing for a subject that the ring never knew."""
        ...

    def subjects(self, tenant: str, prefix: str) -> list[str]:
        """The subjects with a key and this prefix, sorted."""
        ...

    async def destroy(self, tenant: str, subject: str) -> bool:
        """Crypto-shred: the key is gone for ever once this returns. True if there was one."""
        ...

    def destroyed_since(self, number: int) -> dict[bytes, int]:
        """The hashes of destroyed subjects with their numbers, those above `number`: they are numbered from 1 on."""
        ...

    @property
    def destroyed(self) -> int:
        """How many subjects are destroyed: the number of the last one."""
        ...

    @property
    def checked(self) -> Checked:
        """The last value of `note_checked`."""
        ...

    async def note_checked(self, checked: Checked) -> None: ...

    @property
    def log_head(self) -> LogHead:
        """What `note_log_head` noted last; for an older ring, the event that it was checked up to."""
        ...

    async def note_log_head(self, head: LogHead) -> None:
        """Note the log's last event: a log that is cut off or rewritten before it is detected by this."""
        ...

    async def index_key(self, tenant: str) -> bytes:
        """The 32-byte key of blind indexes, made on first use; it never changes."""
        ...

    async def rotate(self, tenant: str) -> None:
        """Give the tenant a new key and wrap its subjects' keys anew. Data keys stay what they are."""
        ...

    async def close(self) -> None: ...
