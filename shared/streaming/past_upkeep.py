"""The upkeep of the past in the process that has its store. Erasures and batches of the projector take turns."""

from __future__ import annotations

import asyncio
import logging

from shared.events.codec import Codec
from shared.eventstore.port import EventStore
from shared.kernel.catalogue import Catalogue
from shared.past.port import Differing, Past, PastReader
from shared.streaming.past import PastProjector, rebuild_past, rewrite
from shared.streaming.past_check import verify_past
from shared.streaming.verify import Verdict

WAIT_SECONDS = 1.0  # for what is not in yet
LOOK_SECONDS = 0.01
FAR = 2_000  # events behind the log, with which nobody waits

log = logging.getLogger("crm.past")


class OwnPast:
    """A PastUpkeep. projector: where this process writes the past, too."""

    def __init__(
        self, past: Past, catalogue: Catalogue, store: EventStore, codec: Codec, projector: PastProjector | None
    ) -> None:
        self._past, self._catalogue, self._store, self._codec = past, catalogue, store, codec
        self._projector = projector
        self._lock = asyncio.Lock() if projector is None else projector.lock

    async def holding(self, collection: str, position: int) -> PastReader | None:
        """See PastUpkeep.holding."""
        return self._past if await self._holds(collection, position) else None

    async def _holds(self, collection: str, position: int) -> bool:
        if collection in self._past.unfilled():
            return False
        reached = (await self._past.position()).number
        if reached >= position or position - reached > FAR:
            return reached >= position
        if self._projector is None:
            return await self._written_elsewhere(position)
        return await self._written(self._projector, position)

    async def rewrite(self, category: str, tenant: str, id: str) -> None:
        """See PastUpkeep.rewrite. No batch is on its way meanwhile that has read what is masked now."""
        aggregate = self._catalogue[category]
        async with self._lock:
            await self._codec.keys.look()
            await rewrite(aggregate, self._store, self._past, self._codec, tenant, id)

    async def purge(self) -> None:
        """See PastUpkeep.purge."""
        async with self._lock:
            await self._past.purge(await self._codec.keys.destroyed())

    async def rebuild(self, category: str) -> None:
        """See PastUpkeep.rebuild."""
        await rebuild_past(self._catalogue[category], self._store, self._past, self._codec, self._lock)

    async def verify(self, category: str, tenant: str | None) -> Differing:
        """See PastUpkeep.verify."""
        aggregate = self._catalogue[category]
        found = Verdict(aggregate.collection.name)
        await verify_past(aggregate, self._store, self._past, self._codec, found, tenant=tenant)
        return Differing(found.different_count, found.missing_count, found.different, found.missing)

    async def _written(self, projector: PastProjector, position: int) -> bool:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await projector.reach(position)
        except TimeoutError:
            return False
        except Exception:
            log.exception("the past cannot be written: the events answer")
            return False
        return projector.position >= position

    async def _written_elsewhere(self, position: int) -> bool:
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        while (await self._past.position()).number < position:
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(LOOK_SECONDS)
        return True
