"""Rebuild a view next to the live one, stream by stream in flat memory, and swap it in without downtime; heal records.

Any process may do it. It takes the projectors' leases over for the swap, so the projector of whichever process loses no
event and overwrites nothing: its next write is refused, and it reads its position and the parked events again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from shared.events.codec import Codec
from shared.events.envelope import Stored
from shared.eventstore.port import EventStore
from shared.faults import crashpoint
from shared.kernel.catalogue import AnyAggregate
from shared.streaming.erased_meanwhile import ErasedMeanwhile
from shared.streaming.folding import Folded, fold_stream, readable_part
from shared.streaming.leases import LeaseHolder, exclusively
from shared.streaming.parked import Parked
from shared.streaming.shares import NAMES, RECORDS, furthest
from shared.views.capabilities import prepare_swap
from shared.views.port import Views, Write
from shared.views.values import check

BATCH = 1000  # events or documents at once
BREATH = 100  # events after which the event loop gets its turn

Progress = Callable[[int], None]  # called with the number of events read so far


async def rebuild(aggregate: AnyAggregate, store: EventStore, views: Views, codec: Codec, progress: Progress) -> int:
    """Returns the number of documents written. Records that cannot be read to their end are quarantined.

    The live projector waits only while the last changed records are folded again and the two views change places. A
    person who is erased meanwhile is masked. Who calls this has the files purged: see `purged_after_erasures`.
    """
    erased = await ErasedMeanwhile.from_now(codec.keys)
    head = await store.head()
    one = _Rebuild(aggregate, store, views, codec, await views.begin_rebuild(aggregate.collection), erased)
    documents = await one.fill(head, progress)
    await prepare_swap(views, one.target)
    now = await store.head()
    await one.catch_up(head, now)
    await one.mask(now)
    crashpoint("rebuild.filled")
    await exclusively(views, RECORDS, lambda holder: one.swap(now, holder), NAMES)
    return documents


async def heal(aggregate: AnyAggregate, store: EventStore, views: Views, codec: Codec) -> int:
    """Fold every quarantined record of a type again from its first event; returns how many are whole now."""

    known = Parked(views)
    await known.load()
    if not known.records(aggregate.name):
        return 0

    async def try_all(holder: LeaseHolder) -> int:
        parked, healed = Parked(views), 0
        await parked.load()
        for tenant, stream in parked.records(aggregate.name):
            folded = await fold_stream(aggregate, codec, await store.read(tenant, stream))
            if folded.bad is None:
                writes = [*folded.write(aggregate.collection.name, tenant), *parked.removals(stream)]
                await views.write(writes, parked.checkpoints(), holder.lease())
                parked.release(stream)
                healed += 1
        return healed

    return await exclusively(views, RECORDS, try_all, NAMES)


async def quarantine(views: Views, poison: Iterable[tuple[Stored, str]], holder: LeaseHolder) -> None:
    """Park events with their errors, except those of records that are in quarantine already."""
    parked = Parked(views)
    await parked.load()
    entries = [write for one, error in poison if one.stream not in parked for write in parked.add(one, error)]
    if entries:
        await views.write(entries, parked.checkpoints(), holder.lease())


class _Rebuild:
    """target: the temporary name of the new view, after the swap its own. poison: stream → its first event that cannot
    be read, and why.
    """

    def __init__(
        self,
        aggregate: AnyAggregate,
        store: EventStore,
        views: Views,
        codec: Codec,
        target: str,
        erased: ErasedMeanwhile,
    ) -> None:
        self._aggregate, self._store, self._views, self._codec = aggregate, store, views, codec
        self.target, self._erased = target, erased
        self._poison: dict[str, tuple[Stored, str]] = {}

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

    async def mask(self, up_to: int) -> None:
        """Write the records again of which a key was destroyed since this was last called."""
        writes: list[Write] = []
        async for stream in self._erased.streams(self._store, self._aggregate.name, up_to):
            writes += [replace(one, overwrite=True) for one in await self._fold(stream)]
            if len(writes) >= BATCH:
                await self._write(writes)
                writes = []
        await self._write(writes)

    async def swap(self, after: int, holder: LeaseHolder) -> None:
        """Bring the new view to the live one's position and put it in its place.

        Where views hold nothing, to the end of the log: who was erased meanwhile must not show until projectors follow.
        Whose key goes after the last look before the swap is masked behind it; who comes later masks the view itself.
        """
        if known := await self._views.checkpoints(RECORDS):  # a projector's write that comes late moves none of them
            await self._views.write([], [*known.values()], holder.lease())
        reached = await furthest(self._views) or await self._store.head()
        await self.catch_up(after, reached)
        await self.mask(reached)
        await quarantine(self._views, self._poison.values(), holder)
        await self._views.swap(self.target, (), holder.lease())
        self.target = self._aggregate.collection.name
        await self.mask(reached)

    async def _fold(self, stream: Sequence[Stored]) -> list[Write]:
        return self._readable(await fold_stream(self._aggregate, self._codec, stream), stream[0].tenant)

    def _readable(self, folded: Folded, tenant: str) -> list[Write]:
        """The document of what could be read; what could not is noted."""
        if folded.bad is not None:
            self._poison[folded.bad.stream] = (folded.bad, folded.error)
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
            readable = self._readable(await readable_part(self._aggregate, self._codec, stored), one.tenant)
            return [replace(write, overwrite=one.overwrite) for write in readable]
        return [one]
