"""Keys for a rehearsal: those of known people come from the ring, those of new ones are derived and kept nowhere."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection

from shared.security.keycache import KeyCache
from shared.security.keyring import KeyRing, Subject


class DerivedKeys(KeyCache):
    """Is a KeyRing over another one, to which it writes nothing."""

    def __init__(self, ring: KeyRing) -> None:
        super().__init__(ring)
        self._secret = secrets.token_bytes(32)

    async def find(self, subjects: Collection[Subject]) -> dict[Subject, bytes | None]:
        """See KeyRing.find; no subject is unknown."""
        return await self._through(subjects, self._found_or_derived)

    async def ensure(self, tenant: str, subjects: Collection[str]) -> dict[str, bytes | None]:
        """See KeyRing.ensure; nothing is made durable."""
        found = await self.find([(tenant, subject) for subject in subjects])
        return {subject: key for (_, subject), key in found.items()}

    async def destroy(self, tenant: str, subject: str) -> bool:
        """Refused. Raises ValueError."""
        raise ValueError("a rehearsal erases nobody")

    async def _found_or_derived(self, subjects: list[Subject]) -> dict[Subject, bytes | None]:
        known = await self._ring.find(subjects)
        return {s: known[s] if s in known else self._derived(s) for s in subjects}

    def _derived(self, subject: Subject) -> bytes:
        return hmac.digest(self._secret, "\0".join(subject).encode(), "sha256")
