"""A kernel's cache of subject keys, over a ring that it may share with other kernels.

A key that another kernel destroyed is dropped within FRESH_SECONDS: before keys are used, the ring is asked for newly
destroyed subjects unless that was done a moment ago. When the ring does not answer, cached keys are not used.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection

from shared.security.keyring import Checked, KeyMissing, KeyRing, LogHead, Subject, Wrapper, subject_hash

FRESH_SECONDS = 1.0
CAPACITY = 50_000
_Fetch = Callable[[list[Subject]], Awaitable[dict[Subject, bytes | None]]]


class KeyCache:
    """Is a KeyRing itself. One per kernel, used from one event loop.

    generation: changes when a key was destroyed; what was made of decrypted values before is to be dropped then.
    """

    def __init__(self, ring: KeyRing, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._ring, self._now = ring, monotonic
        self._keys: OrderedDict[Subject, bytes | None] = OrderedDict()  # None: destroyed, which is final
        self._seen: int | None = None  # the number of the last destroyed subject that is dropped here
        self._asked_at = float("-inf")  # when the last complete check began
        self._check: asyncio.Task[None] | None = None
        self.generation = 0

    def cached(self, subject: Subject) -> bytes | None:
        """The key. None: destroyed. Raises KeyError when it is not cached. Call `fresh` before."""
        key = self._keys[subject]
        self._keys.move_to_end(subject)
        return key

    @property
    def is_fresh(self) -> bool:
        """Whether `fresh` would return at once."""
        return self._now() - self._asked_at < FRESH_SECONDS

    async def fresh(self) -> None:
        """Return once every subject that was destroyed more than FRESH_SECONDS ago is dropped here."""
        if self.is_fresh:
            return
        if self._check is None or self._check.done():
            self._check = asyncio.get_running_loop().create_task(self._drop_destroyed())
        await asyncio.shield(self._check)

    async def look(self) -> None:
        """Return once every subject that was destroyed before the call is dropped here.

        For who writes down what keys decrypt: a question of the ring each time.
        """
        await self._drop_destroyed()

    async def _drop_destroyed(self) -> None:
        began = self._now()
        if self._seen is None:
            self._seen = await self._ring.destroyed()
        elif news := await self._ring.destroyed_since(self._seen):
            self._seen = max(self._seen, *news.values())
            self.generation += 1
            for subject in [s for s, key in self._keys.items() if key is not None and subject_hash(*s) in news]:
                self._keys[subject] = None
        self._asked_at = began

    def forget(self, tenant: str, subject: str) -> None:
        """Drop a key at once, because the log says that it is destroyed."""
        self._keys.pop((tenant, subject), None)
        self.generation += 1

    async def key(self, tenant: str, subject: str) -> bytes | None:
        """One key, None when destroyed. Raises KeyMissing for a subject that the ring never knew."""
        found = await self.find([(tenant, subject)])
        try:
            return found[tenant, subject]
        except KeyError:
            raise KeyMissing(tenant, subject) from None

    async def find(self, subjects: Collection[Subject]) -> dict[Subject, bytes | None]:
        return await self._through(subjects, self._ring.find)

    async def ensure(self, tenant: str, subjects: Collection[str]) -> dict[str, bytes | None]:
        async def made(missing: list[Subject]) -> dict[Subject, bytes | None]:
            keys = await self._ring.ensure(tenant, [subject for _, subject in missing])
            return {(tenant, subject): key for subject, key in keys.items()}

        found = await self._through([(tenant, subject) for subject in subjects], made)
        return {subject: key for (_, subject), key in found.items()}

    async def _through(self, subjects: Collection[Subject], fetch: _Fetch) -> dict[Subject, bytes | None]:
        """Cached keys, and those fetched and cached now. Fetched again when a key was destroyed meanwhile."""
        await self.fresh()
        while True:
            generation = self.generation
            known = {s: self.cached(s) for s in subjects if s in self._keys}
            missing = [s for s in subjects if s not in known]
            if not missing:
                return known
            found = await fetch(missing)
            if generation == self.generation:
                self._keep(found)
                return {**known, **found}

    def _keep(self, found: dict[Subject, bytes | None]) -> None:
        self._keys.update(found)
        while len(self._keys) > CAPACITY:
            self._keys.popitem(last=False)

    async def destroy(self, tenant: str, subject: str) -> bool:
        gone = await self._ring.destroy(tenant, subject)
        self.forget(tenant, subject)
        return gone

    async def subjects(self, tenant: str, prefix: str) -> list[str]:
        return await self._ring.subjects(tenant, prefix)

    async def destroyed(self) -> int:
        return await self._ring.destroyed()

    async def destroyed_since(self, number: int) -> dict[bytes, int]:
        return await self._ring.destroyed_since(number)

    async def checked(self) -> Checked:
        return await self._ring.checked()

    async def note_checked(self, checked: Checked) -> None:
        await self._ring.note_checked(checked)

    async def log_head(self) -> LogHead:
        return await self._ring.log_head()

    async def note_log_head(self, head: LogHead) -> None:
        await self._ring.note_log_head(head)

    async def index_key(self, tenant: str) -> bytes:
        return await self._ring.index_key(tenant)

    async def wrapper(self, purpose: str) -> Wrapper:
        return await self._ring.wrapper(purpose)

    async def rotate(self, tenant: str) -> None:
        await self._ring.rotate(tenant)

    async def close(self) -> None:
        """Drop the keys, then close the ring."""
        self._keys.clear()
        await self._ring.close()
