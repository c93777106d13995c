"""Rebuild a view beside the live one, stream by stream in flat memory, and swap it in without downtime."""

from __future__ import annotations

from collections.abc import Callable

from shared.domain.catalogue import AnyAggregate
from shared.events.codec import Codec, Undecodable
from shared.eventstore.port import EventStore
from shared.streaming.projector import BATCH, Projector
from shared.views.port import Views, Write

Progress = Callable[[int], None]  # called with the number of events read so far


async def rebuild(
    aggregate: AnyAggregate, store: EventStore, views: Views, codec: Codec, projector: Projector, progress: Progress
) -> int:
    """Returns the number of documents written. Undecodable streams stay out: they are parked already."""
    target = await views.begin_rebuild(aggregate.collection)
    head = await store.head()
    documents = await _fill(aggregate, store, views, codec, target, head, progress)
    async with projector.lock:
        await _catch_up(aggregate, store, views, codec, target, head, projector.position)
        await views.swap(target)
        projector.forget()
    return documents


async def _fill(
    aggregate: AnyAggregate,
    store: EventStore,
    views: Views,
    codec: Codec,
    target: str,
    up_to: int,
    progress: Progress,
) -> int:
    writes: list[Write] = []
    documents = seen = 0
    async for stream in store.streams(aggregate.name, up_to=up_to):
        seen += len(stream)
        try:
            state = aggregate.fold(codec.decode(s) for s in stream)
        except Undecodable:
            continue
        documents += 1
        writes.append(Write(target, stream[0].tenant, state.id, aggregate.document(state), state.version))
        if len(writes) >= BATCH:
            await views.write(writes)
            writes = []
            progress(seen)
    await views.write(writes)
    progress(seen)
    return documents


async def _catch_up(
    aggregate: AnyAggregate, store: EventStore, views: Views, codec: Codec, target: str, after: int, up_to: int
) -> None:
    """Refold the records that changed while the rebuild ran. The live loop is paused, so this is short."""
    while after < up_to:
        page = await store.read_all(after, BATCH, categories=[aggregate.name])
        changed = {(s.tenant, s.stream) for s in page if s.position <= up_to}
        for tenant, stream in changed:
            events = [s for s in await store.read(tenant, stream) if s.position <= up_to]
            state = aggregate.fold(codec.decode(s) for s in events)
            await views.write([Write(target, tenant, state.id, aggregate.document(state), state.version)])
        if len(page) < BATCH:
            return
        after = page[-1].position
