"""Rebuild a view beside the live one, stream by stream in flat memory, and swap it in without downtime."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from shared.events.codec import Codec
from shared.events.envelope import Stored
from shared.eventstore.port import EventStore
from shared.faults import crashpoint
from shared.kernel.catalogue import AnyAggregate
from shared.streaming.folding import Folded, fold_stream, readable_part
from shared.streaming.projector import BATCH, BREATH, Projector
from shared.views.capabilities import prepare_swap
from shared.views.port import Views, Write
from shared.views.values import check

Progress = Callable[[int], None]  # called with the number of events read so far


async def rebuild(
    aggregate: AnyAggregate, store: EventStore, views: Views, codec: Codec, projector: Projector, progress: Progress
) -> int:
    """Returns the number of documents written. What cannot be read is parked with the live projector.

    The live loop waits only while the last few changed records are folded again and the two views change places.
    """
    head = await store.head()
    one = _Rebuild(aggregate, store, views, codec, projector, await views.begin_rebuild(aggregate.collection))
    documents = await one.fill(head, progress)
    await prepare_swap(views, one.target)
    now = await store.head()
    await one.catch_up(head, now)
    crashpoint("rebuild.filled")
    async with projector.lock:
        await one.catch_up(now, projector.position)
        await views.swap(one.target)
        projector.forget()
    return documents


class _Rebuild:
    def __init__(
        self, aggregate: AnyAggregate, store: EventStore, views: Views, codec: Codec, projector: Projector, target: str
    ) -> None:
        self._aggregate, self._store, self._views, self._codec = aggregate, store, views, codec
        self._projector, self.target = projector, target

    async def fill(self, up_to: int, progress: Progress) -> int:
        """Fold every stream once and write its document; returns how many there are."""
        writes: list[Write] = []
        documents = seen = breath = 0
        async for stream in self._store.streams(self._aggregate.name, up_to=up_to):
            seen += len(stream)
            writes += await self._fold(stream)
            if seen - breath >= BREATH:
                breath = seen
                await asyncio.sleep(0)
            if len(writes) >= BATCH:
                documents += len(writes)
                await self._write(writes)
                writes = []
                progress(seen)
        await self._write(writes)
        progress(seen)
        return documents + len(writes)

    async def catch_up(self, after: int, up_to: int) -> None:
        """Fold the records again that changed while the rebuild ran."""
        while after < up_to:
            page = await self._store.read_all(after, BATCH, categories=[self._aggregate.name])
            writes: list[Write] = []
            for tenant, stream in dict.fromkeys((s.tenant, s.stream) for s in page if s.position <= up_to):
                events = await self._store.read(tenant, stream)
                writes += await self._fold([s for s in events if s.position <= up_to])
            await self._write(writes)
            if len(page) < BATCH:
                return
            after = page[-1].position

    async def _fold(self, stream: Sequence[Stored]) -> list[Write]:
        return await self._told(await fold_stream(self._aggregate, self._codec, stream), stream[0].tenant)

    async def _told(self, folded: Folded, tenant: str) -> list[Write]:
        """The document of what could be read; what could not is parked."""
        if folded.bad is not None:
            await self._projector.quarantine(folded.bad, folded.error)
        return folded.write(self.target, tenant)

    async def _write(self, writes: list[Write]) -> None:
        try:
            await self._views.write(writes)
        except ValueError:
            await self._views.write([fitting for one in writes for fitting in await self._fitting(one)])

    async def _fitting(self, one: Write) -> list[Write]:
        """The write itself, or that of the last version whose document the view can hold."""
        try:
            check(self._aggregate.collection, one.document or {})
        except ValueError:
            stored = await self._store.read(one.tenant, self._aggregate.stream(one.key), up_to=one.version)
            return await self._told(await readable_part(self._aggregate, self._codec, stored), one.tenant)
        return [one]
