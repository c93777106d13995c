"""Lists as of a moment: the same views, folded up to that moment into a private file, the same queries over them.

A few are kept, so that a time slider moves over warm ones. Building costs one pass over the category's events; what an
import tells later about the past is folded in when a kept one is asked again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Container, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from shared.clock import Micros
from shared.events.codec import Codec
from shared.events.common import Erased
from shared.events.envelope import Stored
from shared.events.registry import names_of
from shared.eventstore.port import EventStore
from shared.kernel.catalogue import AnyAggregate
from shared.streaming.folding import fold_stream
from shared.views.port import Collection, Field, Kind, Scope, Views, Write

KEPT = 8
BATCH = 1000
BREATH = 200  # events after which the event loop gets its turn
BUILT_AT_ONCE = 2  # however many moments are asked for, others keep a third of the event loop
MOST_TOUCHED = 10_000  # records; with more, a moment is built again
OWNER_NOW = "owner_now"
Key = tuple[str, str, Micros | None, Micros | None]


def _with_owner_now(collection: Collection) -> Collection:
    """The same, in the scope of the owner of now."""
    if collection.owner is None:
        return collection
    owner_now = Field(OWNER_NOW, Kind.KEYWORD, "", "", indexed=True, writable=False)
    return replace(collection, fields=(*collection.fields, owner_now), owner=OWNER_NOW)


@dataclass(slots=True)
class _Snapshot:
    """position: events up to there are in. users: requests that read it now. touched: records that something happened
    to since, so that they may have another owner.
    """

    collection: str
    tenant: str
    views: Views | None = None
    position: int = 0
    users: int = 0
    retired: bool = False
    touched: set[str] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Snapshots:
    """open_views makes an empty private views store. present: the views of now, which tell who owns a record."""

    def __init__(
        self, store: EventStore, codec: Codec, open_views: Callable[[], Awaitable[Views]], present: Views
    ) -> None:
        self._store, self._codec, self._open, self._present = store, codec, open_views, present
        self._kept: OrderedDict[Key, _Snapshot] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()
        self._building = asyncio.Semaphore(BUILT_AT_ONCE)
        self._erasures = names_of(Erased)
        self._generation = codec.keys.generation  # of the keys that the kept moments were decoded with

    @asynccontextmanager
    async def at(
        self, aggregate: AnyAggregate, tenant: str, occurred: Micros | None, recorded: Micros | None
    ) -> AsyncIterator[Views]:
        """Views holding one collection of one tenant as it was. Events recorded later than asked are left out.

        A record shows the owner it had then, and is in the scope of those in whose scope it is now: documents bear a
        field more, `OWNER_NOW`.
        """
        await self._drop_erased()
        key = (aggregate.name, tenant, occurred, recorded)
        snapshot = self._kept.setdefault(key, _Snapshot(aggregate.collection.name, tenant))
        self._kept.move_to_end(key)
        snapshot.users += 1
        try:
            async with snapshot.lock:
                views = await self._refreshed(snapshot, aggregate, occurred, recorded)
            self._evict()
            yield views
        finally:
            snapshot.users -= 1
            if snapshot.views is None and self._kept.get(key) is snapshot:
                del self._kept[key]  # it could not be built
                snapshot.retired = True
            self._close_if_done(snapshot)

    async def _drop_erased(self) -> None:
        """Drop what is kept when any process has destroyed a key since."""
        await self._codec.keys.fresh()
        if self._generation != self._codec.keys.generation:
            self._generation = self._codec.keys.generation
            self.forget_all()

    def on_events(self, events: Sequence[Stored]) -> None:
        """A kept moment may show a person erased since, or a former owner: a listener of the projection."""
        self.forget({e.tenant for e in events if e.type in self._erasures})
        for key, snapshot in list(self._kept.items()):
            name, tenant = key[:2]
            snapshot.touched |= {e.id for e in events if e.version > 1 and e.category == name and e.tenant == tenant}
            if len(snapshot.touched) > MOST_TOUCHED:
                self._retire(key)

    def forget_all(self) -> None:
        """Build every moment again at its next request."""
        for key in list(self._kept):
            self._retire(key)

    def forget(self, tenants: Container[str]) -> None:
        """Build the moments of these tenants again at their next request."""
        for key in [k for k, snapshot in self._kept.items() if snapshot.tenant in tenants]:
            self._retire(key)

    def release(self) -> None:
        """Close the moments that no request reads. The next request builds its moment again."""
        for key in [k for k, snapshot in self._kept.items() if not snapshot.users]:
            self._retire(key)

    async def close(self) -> None:
        self.forget_all()
        await asyncio.gather(*self._closing)

    async def _refreshed(
        self, snapshot: _Snapshot, aggregate: AnyAggregate, occurred: Micros | None, recorded: Micros | None
    ) -> Views:
        head = await self._store.head() if recorded is None else await self._store.position_at(recorded)
        if snapshot.views is None:
            async with self._building:
                snapshot.views = await self._built(aggregate, snapshot.tenant, occurred, head)
        elif snapshot.position < head:
            await self._catch_up(snapshot.views, aggregate, snapshot, occurred, head)
        snapshot.position = head
        if snapshot.touched:
            await self._write_owners(aggregate, snapshot, snapshot.views)
        return snapshot.views

    async def _built(self, aggregate: AnyAggregate, tenant: str, occurred: Micros | None, position: int) -> Views:
        views = await self._open()
        try:
            await self._fill(views, aggregate, tenant, occurred, position)
        except BaseException:
            await views.close()
            raise
        return views

    async def _fill(
        self, views: Views, aggregate: AnyAggregate, tenant: str, occurred: Micros | None, position: int
    ) -> None:
        await views.declare([_with_owner_now(aggregate.collection)])
        writes: list[Write] = []
        seen = 0
        async for stream in self._store.streams(aggregate.name, up_to=position, tenant=tenant):
            writes += await self._fold(aggregate, stream, occurred)
            seen += len(stream)
            if seen >= BREATH:
                seen = 0
                await asyncio.sleep(0)
            if len(writes) >= BATCH:
                await self._write(aggregate, views, writes)
                writes = []
        await self._write(aggregate, views, writes)

    async def _catch_up(
        self, views: Views, aggregate: AnyAggregate, snapshot: _Snapshot, occurred: Micros | None, head: int
    ) -> None:
        """Fold again the records whose events of before the moment came later."""
        after, tenant = snapshot.position, snapshot.tenant
        while after < head:
            page = await self._store.read_all(after, BATCH, categories=[aggregate.name], tenant=tenant)
            news = {s.stream for s in page if s.position <= head and (occurred is None or s.occurred_at <= occurred)}
            writes: list[Write] = []
            for stream in sorted(news):
                events = [s for s in await self._store.read(tenant, stream) if s.position <= head]
                writes += await self._fold(aggregate, events, occurred)
            await self._write(aggregate, views, writes)
            if len(page) < BATCH:
                return
            after = page[-1].position

    async def _write_owners(self, aggregate: AnyAggregate, snapshot: _Snapshot, views: Views) -> None:
        """Give the touched records the owner they have now."""
        ids = sorted(snapshot.touched)
        snapshot.touched.clear()
        name, tenant = snapshot.collection, snapshot.tenant
        kept = await views.get_many(name, ids, Scope(tenant))
        await self._write(
            aggregate, views, [Write(name, tenant, id, d, d["version"], overwrite=True) for id, d in kept.items()]
        )

    async def _write(self, aggregate: AnyAggregate, views: Views, writes: Sequence[Write]) -> None:
        if not writes:
            return
        name, tenant, owner = writes[0].collection, writes[0].tenant, aggregate.collection.owner
        present = await self._present.get_many(name, [w.key for w in writes], Scope(tenant))
        for one in writes:
            if one.document is not None:
                one.document[OWNER_NOW] = present.get(one.key, {}).get(owner) if owner else None
        await views.write(writes)

    async def _fold(self, aggregate: AnyAggregate, stream: Sequence[Stored], occurred: Micros | None) -> list[Write]:
        past = [s for s in stream if occurred is None or s.occurred_at <= occurred]
        return (await fold_stream(aggregate, self._codec, past)).write(aggregate.collection.name, stream[0].tenant)

    def _evict(self) -> None:
        while len(self._kept) > KEPT:
            self._retire(next(iter(self._kept)))

    def _retire(self, key: Key) -> None:
        snapshot = self._kept.pop(key)
        snapshot.retired = True
        self._close_if_done(snapshot)

    def _close_if_done(self, snapshot: _Snapshot) -> None:
        """A retired snapshot is closed by its last reader."""
        if snapshot.retired and not snapshot.users and snapshot.views is not None:
            task = asyncio.get_running_loop().create_task(snapshot.views.close())
            snapshot.views = None
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
