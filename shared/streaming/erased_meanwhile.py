"""Records of which a key was destroyed while they were read: what was made of them may show an erased person.

The erasure itself had masked the view in use by then, not the one that is filled next to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.events.asked_keys import subjects_of
from shared.events.envelope import Stored
from shared.eventstore.port import EventStore
from shared.security.keycache import KeyCache
from shared.security.keyring import subject_hash
from shared.views.capabilities import purge_files
from shared.views.port import Checkpoint, Views

BREATH = 100  # events after which the event loop gets its turn
OWED = "purge:owed"  # a checkpoint of views: how many keys were destroyed as what is being filled began, and one more


class ErasedMeanwhile:
    """seen: the number of the last destroyed subject whose records need no second look."""

    def __init__(self, keys: KeyCache, seen: int) -> None:
        self._keys, self._seen = keys, seen

    @classmethod
    async def from_now(cls, keys: KeyCache) -> ErasedMeanwhile:
        """What is read after this is read without the keys that are gone by now."""
        seen = await keys.destroyed()
        await keys.look()
        return cls(keys, seen)

    async def streams(self, store: EventStore, category: str, up_to: int) -> AsyncIterator[list[Stored]]:
        """The streams (position <= up_to) that ask for a key destroyed since the last call. Read now, they are masked.

        Without such a key it costs one question of the ring, else all streams are looked through.
        """
        gone = await self._keys.destroyed_since(self._seen)
        if not gone:
            return
        await self._keys.look()
        seen = 0
        async for stream in store.streams(category, up_to=up_to):
            if (seen := seen + len(stream)) >= BREATH:
                seen = 0
                await asyncio.sleep(0)
            if any(subject_hash(one.tenant, subject) in gone for one in stream for subject in subjects_of(one)):
                yield stream
        self._seen = max(gone.values())


@asynccontextmanager
async def purged_after_erasures(views: Views, keys: KeyCache) -> AsyncIterator[None]:
    """Purge the views' files in the end if keys were destroyed in the block: the erasures had it done before what was
    read of their persons came in. A block that did not come to its end counts to the next one.
    """
    if not (owed := await views.checkpoint(OWED)):
        owed = await keys.destroyed() + 1
        await views.write([], [Checkpoint(OWED, owed)])
    yield
    if await keys.destroyed() + 1 != owed:
        await purge_files(views)
    await views.write([], [Checkpoint(OWED, 0)])


async def purge_what_is_owed(views: Views, keys: KeyCache) -> None:
    """For a start: a process may have been killed in such a block."""
    if await views.checkpoint(OWED):
        async with purged_after_erasures(views, keys):
            pass
