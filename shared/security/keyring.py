"""The key ring port: a key for each person, so that destroying it erases the person everywhere at once.

Every adapter passes `tests/contract/keyring_suite.py`. A kernel uses it through `keycache.KeyCache`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import NamedTuple, Protocol

from shared.events.envelope import Undecodable

Subject = tuple[str, str]  # tenant, subject


class KeyMissing(Undecodable):
    """A person's key is missing and not recorded as destroyed: leave the encrypted data alone."""

    def __init__(self, tenant: str, subject: str) -> None:
        super().__init__(
            f"the key of {subject} (organisation {tenant}) is neither in the key ring nor recorded as destroyed: "
            "put keys/keys.db back from its newest backup; do not replay before"
        )
        self.tenant, self.subject = tenant, subject


class KeysUnavailable(Exception):
    """The ring cannot be reached or is closed. Nothing was changed."""


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


class Wrapper(Protocol):
    """Encrypts small secrets that are kept outside the ring, for one purpose."""

    def wrap(self, secret: bytes) -> bytes: ...

    def unwrap(self, wrapped: bytes) -> bytes:
        """Raises ValueError for another ring's, another purpose's or a changed secret."""
        ...


class KeyRing(Protocol):
    """Several kernels may share one ring. Every method raises KeysUnavailable."""

    async def find(self, subjects: Collection[Subject]) -> dict[Subject, bytes | None]:
        """The 32-byte data keys, None where destroyed. A subject that the ring never knew is left out."""
        ...

    async def ensure(self, tenant: str, subjects: Collection[str]) -> dict[str, bytes | None]:
        """As `find`, after the missing keys were made: durable on return. Destroyed subjects stay destroyed.

        Callers that ask for one subject at once get the same key.
        """
        ...

    async def subjects(self, tenant: str, prefix: str) -> list[str]:
        """The subjects with a key and this prefix, sorted."""
        ...

    async def destroy(self, tenant: str, subject: str) -> bool:
        """Crypto-shred: no copy of the key remains once this returns. True if there was one.

        A subject without a key is recorded as destroyed, too. Repeatable.
        """
        ...

    async def destroyed(self) -> int:
        """How many subjects are destroyed: the number of the last one."""
        ...

    async def destroyed_since(self, number: int) -> dict[bytes, int]:
        """The hashes of destroyed subjects with their numbers, those above `number`.

        Numbers begin at 1 and have no gaps. A number becomes visible only after all lower ones, so that a reader who
        goes on from the last number misses none.
        """
        ...

    async def checked(self) -> Checked:
        """The last value of `note_checked`, zeros before."""
        ...

    async def note_checked(self, checked: Checked) -> None: ...

    async def log_head(self) -> LogHead:
        """The last value of `note_log_head`; before the first, the event that the ring was checked up to."""
        ...

    async def note_log_head(self, head: LogHead) -> None:
        """Note the log's last event: a log that is cut off or rewritten before it is detected by this."""
        ...

    async def index_key(self, tenant: str) -> bytes:
        """The 32-byte key of blind indexes, made on first use. It never changes."""
        ...

    async def wrapper(self, purpose: str) -> Wrapper:
        """Encryption under the ring's root key, which never leaves the adapter. It needs no IO once it is made."""
        ...

    async def rotate(self, tenant: str) -> None:
        """Give the tenant a new key and wrap its subjects' keys again. Data keys stay what they are."""
        ...

    async def close(self) -> None: ...
