"""The past's subscription to the event store: it writes every version of every record, behind the live views.

Where the live view shows a record as its event left it, that document is taken; else the record is folded. So a backlog
or a failure here holds up no list of now.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Sequence
from hashlib import sha256

from shared.clock import Clock
from shared.events.codec import Codec, Undecodable
from shared.events.common import Erased
from shared.events.envelope import Stored, id_of
from shared.events.registry import names_of
from shared.eventstore.port import EventStore
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.uniqueness import EVERYWHERE
from shared.ledger.timeline import STREAM as RESTORES
from shared.past.port import LATE, Change, Past, Position, Version
from shared.streaming.erased_meanwhile import ErasedMeanwhile
from shared.streaming.feed import Batch, StoreFeed
from shared.streaming.folding import PASSING
from shared.streaming.leases import LeaseHolder, exclusively
from shared.streaming.subscription import Pace, Subscription
from shared.views.port import Document, Scope, Views
from shared.views.values import check

CHECKPOINT = "projector:past"
BATCH = 500
FILL_BATCH = 2000  # versions in a transaction of a fill: more rows follow each other in the order of the indexes
PAUSE = 0.25  # seconds between two batches: rows cost less in larger ones, and the live view comes first
RETRY_SECONDS = 1.0
FAR = 5_000  # events behind, from which on a new store is filled record by record

log = logging.getLogger("crm.past")


class PastProjector(Subscription):
    """Keeps the past up to date, and fills what is new or was declared otherwise."""

    def __init__(
        self, catalogue: Catalogue, store: EventStore, views: Views, past: Past, codec: Codec, clock: Clock
    ) -> None:
        holder = LeaseHolder(past, CHECKPOINT, clock)
        self._versions = PastVersions(catalogue, store, views, past, codec, holder)
        self._catalogue, self._store, self._past, self._codec = catalogue, store, past, codec
        self._filling = asyncio.Lock()
        feed = StoreFeed(store, [one.name for one in catalogue])
        super().__init__(feed, self._versions, holder, Pace(BATCH, lambda _: PAUSE, RETRY_SECONDS))

    async def start(self) -> None:
        """See Subscription.start. What another log, another ring or an earlier day left is dropped."""
        await begin(self._past, self._store, self._codec)
        await super().start()

    async def run(self) -> None:
        """See Subscription.run; first, what is not filled."""
        await self.fill()
        await super().run()

    async def fill(self) -> None:
        """Fill every collection that wants it, once however many ask. What fails waits for the next start."""
        async with self._filling:
            for name in self._past.unfilled():
                aggregate = next((one for one in self._catalogue if one.collection.name == name), None)
                if aggregate is not None:
                    await self._fill(aggregate)

    async def _fill(self, aggregate: AnyAggregate) -> None:
        try:
            await rebuild_past(aggregate, self._store, self._past, self._codec, self.lock)
        except Exception:
            log.exception("the past of %s could not be filled: the events answer for it", aggregate.collection.name)


async def begin(past: Past, store: EventStore, codec: Codec) -> None:
    """Bring the past to agree with log and keys: one that does not is dropped, to be filled again."""
    position, head, destroyed = await past.position(), await store.head(), await codec.keys.destroyed()
    lost = position.number > head or (position.chain_hash and position != await at(store, position.number))
    masked = position.number > 0 and await past.destroyed() != destroyed
    if lost or masked or (not position.number and head > FAR):
        await past.start_again(await at(store, head), destroyed)
    elif not position.number:
        await past.purge(destroyed)


async def at(store: EventStore, position: int) -> Position:
    """With what tells the log at this position from another one: a server's log, which has no chain hash, by its last
    restore.
    """
    return Position(position, await store.chain_hash(position) or await _timeline(store))


async def _timeline(store: EventStore) -> bytes:
    restores = await store.read(EVERYWHERE, RESTORES)
    return sha256((restores[-1].event_id if restores else "never restored").encode()).digest()


class PastVersions:
    """The handler."""

    def __init__(
        self, catalogue: Catalogue, store: EventStore, views: Views, past: Past, codec: Codec, holder: LeaseHolder
    ) -> None:
        self._catalogue, self._store, self._views = catalogue, store, views
        self._past, self._codec, self._holder = past, codec, holder
        self._timeline = b""
        self._erasures = names_of(Erased)  # after one of them, no version of the record shows the person

    async def position(self) -> int:
        """See Handler.position."""
        return (await self._past.position()).number

    async def load(self) -> int:
        """See Handler.load. While a server's log is restored, nobody works on it: its timeline is that of the start."""
        self._timeline = await _timeline(self._store)
        return await self.position()

    def forget(self) -> None:
        """See Handler.forget. Batches leave nothing in memory."""

    async def handle(self, batch: Batch) -> int:
        """See Handler.handle. Keys that any process destroyed before the batch mask; what was read before another one
        was destroyed is read again after it."""
        await self._codec.keys.look()
        generation = self._codec.keys.generation
        streams: dict[tuple[str, str], list[Stored]] = {}
        for one in batch.events:
            streams.setdefault((one.tenant, one.stream), []).append(one)
        changes = await self._changes(streams)
        known = Position(batch.position, await self._store.chain_hash(batch.position) or self._timeline)
        await self._past.write(changes, known, self._holder.lease())
        if any(one.whole for one in changes):
            await self._past.purge(await self._past.destroyed())
        await self._codec.keys.look()
        if generation != self._codec.keys.generation:
            for tenant, stream in streams:
                aggregate = self._catalogue[stream.partition("-")[0]]
                await rewrite(aggregate, self._store, self._past, self._codec, tenant, id_of(stream))
            await self._past.purge(await self._past.destroyed())
        return batch.position

    async def _changes(self, streams: dict[tuple[str, str], list[Stored]]) -> list[Change]:
        groups: dict[tuple[str, str], dict[str, list[Stored]]] = {}
        for (tenant, stream), events in streams.items():
            groups.setdefault((tenant, stream.partition("-")[0]), {})[id_of(stream)] = events
        changes: list[Change] = []
        for (tenant, category), records in groups.items():
            aggregate = self._catalogue[category]
            name = aggregate.collection.name
            if name in self._past.unfilled():
                continue
            known = await self._past.last(name, tenant, list(records))
            shown = await self._views.get_many(name, list(records), Scope(tenant))
            for id, events in records.items():
                new = [one for one in events if one.version > known.get(id, 0)]
                whole = any(one.type in self._erasures for one in new)
                if new:
                    begin = 0 if whole else known.get(id, 0)
                    versions = await self._versions(aggregate, tenant, id, new, begin, shown.get(id))
                    changes += _change(aggregate, tenant, id, versions, whole=whole)
            await asyncio.sleep(0)
        return changes

    async def _versions(
        self,
        aggregate: AnyAggregate,
        tenant: str,
        id: str,
        new: Sequence[Stored],
        known: int,
        shown: Document | None,
    ) -> list[Version]:
        if len(new) == 1 and new[0].version == known + 1 and shown is not None and shown["version"] == known + 1:
            return [_version(new[0], shown)]
        stored = await self._store.read(tenant, aggregate.stream(id), up_to=new[-1].version)
        return [one for one in await versions_of(aggregate, self._codec, stored) if one.number > known]


async def versions_of(aggregate: AnyAggregate, codec: Codec, stored: Sequence[Stored]) -> list[Version]:
    """A record after each of its events, up to the first that cannot be read."""
    state, found = aggregate.state(), list[Version]()
    for one, recorded in zip(stored, await codec.decode_each(stored), strict=True):
        if isinstance(recorded, Undecodable):
            break
        try:
            aggregate.step(state, recorded)
            document = aggregate.document(aggregate.copy(state))
            check(aggregate.collection, document)
        except PASSING:
            raise
        except Exception:
            break  # the projector of the records parks it and reports it
        found.append(_version(one, document))
    return found


def _version(stored: Stored, document: Document) -> Version:
    late = stored.recorded_at - stored.occurred_at >= LATE
    return Version(stored.version, stored.occurred_at, stored.position, document, late)


def _change(
    aggregate: AnyAggregate, tenant: str, id: str, versions: Sequence[Version], *, whole: bool = False
) -> list[Change]:
    """Nothing for a record of which nothing can be read."""
    if not versions:
        return []
    return [Change(aggregate.collection.name, tenant, id, owner_of(aggregate, versions), versions, whole)]


def owner_of(aggregate: AnyAggregate, versions: Sequence[Version]) -> str | None:
    """In whose scope a record is after its newest version."""
    field = aggregate.collection.owner
    owner: str | None = versions[-1].document.get(field) if field else None
    return owner


async def rewrite(aggregate: AnyAggregate, store: EventStore, past: Past, codec: Codec, tenant: str, id: str) -> None:
    """Read a record again from its first event: what is masked by now is masked in all its versions."""
    name, rewritten = aggregate.collection.name, 0
    while (known := (await past.last(name, tenant, [id])).get(id, 0)) > rewritten:  # it may grow meanwhile
        stored = await store.read(tenant, aggregate.stream(id), up_to=known)
        versions = await versions_of(aggregate, codec, stored)
        await past.write(_change(aggregate, tenant, id, versions, whole=True))
        rewritten = known


async def rebuild_past(
    aggregate: AnyAggregate, store: EventStore, past: Past, codec: Codec, lock: asyncio.Lock
) -> None:
    """Fill a collection next to the one in use, stream by stream, and swap it in.

    A person who is erased meanwhile is masked before the swap. lock: of the projector. The erasure itself waits for it,
    too, and masks the collection that is in use then.
    """
    destroyed, erased = await codec.keys.destroyed(), await ErasedMeanwhile.from_now(codec.keys)
    head = await store.head()
    target = await past.begin_rebuild(aggregate.collection)

    async def mask(up_to: int) -> None:
        async for stream in erased.streams(store, aggregate.name, up_to):
            await past.fill(target, await _whole(aggregate, codec, stream))

    async def swap(holder: LeaseHolder) -> None:
        reached = (await past.position()).number
        async for changes in _since(aggregate, store, codec, head, reached):
            await past.fill(target, changes)
        await mask(max(head, reached))
        await past.swap(target, holder.lease())

    async for changes in _all(aggregate, store, codec, head):
        await past.fill(target, changes)
    await past.prepare(target)
    await mask(head)
    async with lock:
        await exclusively(past, CHECKPOINT, swap)
    if await codec.keys.destroyed() != destroyed:  # those erasures had the file purged before what they erase came in
        await past.purge(await past.destroyed())


async def _whole(aggregate: AnyAggregate, codec: Codec, stream: Sequence[Stored]) -> list[Change]:
    versions = await versions_of(aggregate, codec, stream)
    return _change(aggregate, stream[0].tenant, id_of(stream[0].stream), versions, whole=True)


async def _all(aggregate: AnyAggregate, store: EventStore, codec: Codec, head: int) -> AsyncIterator[list[Change]]:
    changes: list[Change] = []
    versions = 0
    async for stream in store.streams(aggregate.name, up_to=head):
        found = await _whole(aggregate, codec, stream)
        changes += found
        versions += sum(len(one.versions) for one in found)
        if versions >= FILL_BATCH:
            yield changes
            changes, versions = [], 0
            await asyncio.sleep(0)
    yield changes


async def _since(
    aggregate: AnyAggregate, store: EventStore, codec: Codec, after: int, up_to: int
) -> AsyncIterator[list[Change]]:
    """The records that changed while the rebuild ran."""
    while after < up_to:
        page = await store.read_all(after, BATCH, categories=[aggregate.name])
        changes: list[Change] = []
        streams: Collection[tuple[str, str]] = dict.fromkeys((s.tenant, s.stream) for s in page if s.position <= up_to)
        for tenant, stream in streams:
            stored = [s for s in await store.read(tenant, stream) if s.position <= up_to]
            changes += await _whole(aggregate, codec, stored)
        yield changes
        if len(page) < BATCH:
            return
        after = page[-1].position
