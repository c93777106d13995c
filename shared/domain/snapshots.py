"""Lists as of a moment: the same views, folded up to that moment into memory, the same queries over them.

A few are kept, so that a time slider moves over warm ones. Building costs one pass over the category's events.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

from shared.clock import Micros
from shared.domain.catalogue import AnyAggregate
from shared.events.codec import Codec, Undecodable
from shared.events.common import Erased
from shared.events.envelope import Recorded
from shared.eventstore.port import EventStore
from shared.views.port import Views, Write

KEPT = 8
BATCH = 1000
Key = tuple[str, str, Micros | None, int]


class Snapshots:
    """open_views makes an empty in-memory views store."""

    def __init__(self, store: EventStore, codec: Codec, open_views: Callable[[], Awaitable[Views]]) -> None:
        self._store, self._codec, self._open = store, codec, open_views
        self._kept: OrderedDict[Key, Views] = OrderedDict()
        self._lock = asyncio.Lock()

    async def at(self, aggregate: AnyAggregate, tenant: str, occurred: Micros | None, recorded: Micros | None) -> Views:
        """Views holding one collection of one tenant as it was. Events recorded later than asked are left out."""
        position = await self._store.head() if recorded is None else await self._store.position_at(recorded)
        key = (aggregate.name, tenant, occurred, position)
        async with self._lock:
            if key not in self._kept:
                self._kept[key] = await self._build(aggregate, tenant, occurred, position)
                while len(self._kept) > KEPT:
                    _, old = self._kept.popitem(last=False)
                    await old.close()
            self._kept.move_to_end(key)
            return self._kept[key]

    async def _build(self, aggregate: AnyAggregate, tenant: str, occurred: Micros | None, position: int) -> Views:
        views = await self._open()
        await views.declare([aggregate.collection])
        name = aggregate.collection.name
        writes: list[Write] = []
        async for stream in self._store.streams(aggregate.name, up_to=position, tenant=tenant):
            past = [s for s in stream if occurred is None or s.occurred_at <= occurred]
            if not past:
                continue
            try:
                state = aggregate.fold(self._codec.decode(s) for s in past)
            except Undecodable:
                continue  # parked and told by the projector
            writes.append(Write(name, tenant, state.id, aggregate.document(state), state.version))
            if len(writes) >= BATCH:
                await views.write(writes)
                writes = []
        await views.write(writes)
        return views

    def on_events(self, events: Sequence[Recorded]) -> None:
        """Called with every projected batch: what is kept may show a person who is erased now."""
        if any(isinstance(recorded.event, Erased) for recorded in events):
            self._kept.clear()

    async def close(self) -> None:
        for views in self._kept.values():
            await views.close()
        self._kept.clear()
