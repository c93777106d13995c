"""Projections of many streams: a document that shows figures of all records that name it, such as an account's deals.

A document keeps one part per source record and is computed from its parts, never added up from events. A source is read
from its stream to the end, with every key it ever had: so a repeat, another order of streams, and a source that moves
from one document to another all end in the same documents.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.clock import Clock
from shared.errors import redacted
from shared.events.codec import Codec, Undecodable
from shared.events.envelope import Stored, id_of
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.repository import Repository
from shared.streaming.feed import Batch, StoreFeed
from shared.streaming.folding import PASSING
from shared.streaming.leases import LeaseHolder, exclusively
from shared.streaming.parked import OPERATORS, PARKED, Entries
from shared.streaming.subscription import Pace, Subscription
from shared.telemetry.metrics import PARKED_EVENTS
from shared.views.paging import every
from shared.views.port import Checkpoint, Collection, Condition, Document, Query, Scope, Views, Write
from shared.views.values import check

BATCH = 1000
PAUSE = 0.1  # seconds between two batches, so that the events of a source gather
RETRY_SECONDS = 1.0

Key = tuple[str, str]  # tenant, id of the document
Parts = Mapping[str, Document | None]  # by source id; None = the source has no part in the document

log = logging.getLogger("crm.projector")


@dataclass(frozen=True, slots=True)
class MultiStreamProjection:
    """source: the record type that it reads. The collection gives name and version; its field `parts` is JSON.

    part: a source's state → the id of the document it belongs to and its values, None if it belongs to none.
    combine: the values of all parts → the document's figures, the same in every order. Both are pure.
    """

    source: str
    collection: Collection
    part: Callable[[Any], tuple[str, Document] | None]
    combine: Callable[[Sequence[Document]], Document]

    @property
    def checkpoint(self) -> str:
        """The name of its checkpoint and its lease."""
        return f"projector:{self.collection.name}"

    @property
    def prefix(self) -> str:
        """Of the streams under which its failures are parked."""
        return f"projection/{self.collection.name}/"

    def apply(self, id: str, document: Document | None, parts: Parts) -> Document | None:
        """The document with some of its parts replaced; None when no part is left. Raises ValueError: it does not fit
        its declaration."""
        kept = {**(document or {}).get("parts", {}), **parts}
        left = {source: kept[source] for source in sorted(kept) if kept[source] is not None}
        if not left:
            return None
        made = {"id": id, "version": 1, **self.combine([*left.values()]), "parts": left}
        check(self.collection, made)
        return made


@dataclass(slots=True)
class Source:
    """A source as its stream says. keys: of all documents that it ever belonged to. failed: where `part` did."""

    id: str
    last: Stored
    part: tuple[str, Document] | None = None
    keys: set[str] = field(default_factory=set)
    failed: Stored | None = None
    error: str = ""


async def read_source(
    projection: MultiStreamProjection, aggregate: AnyAggregate, codec: Codec, stored: Sequence[Stored]
) -> Source:
    """Fold a stream. A source counts as of its last event before the first that cannot be read, as its record does."""
    found, state = Source(id_of(stored[0].stream), stored[-1]), aggregate.state()
    for one, recorded in zip(stored, await codec.decode_each(stored), strict=True):
        if isinstance(recorded, Undecodable):
            break  # the projector of the records parks it
        try:
            aggregate.step(state, recorded)
        except PASSING:
            raise
        except Exception:
            break  # so is this
        try:
            found.part = projection.part(state)
        except Exception as error:  # pure: another attempt would fail, too
            found.failed, found.error = one, redacted(error)
            break
        if found.part is not None:
            found.keys.add(found.part[0])
    return found


@dataclass(slots=True)
class Changes:
    """parts: of the documents that sources belong to or belonged to. failed: events to park, with their errors."""

    parts: dict[Key, dict[str, Document | None]] = field(default_factory=dict)
    sources: dict[Key, list[Source]] = field(default_factory=dict)
    failed: list[tuple[Stored, str]] = field(default_factory=list)

    def add(self, tenant: str, source: Source) -> None:
        if source.failed is not None:
            self.failed.append((source.failed, source.error))
        for key in source.keys:
            values = source.part[1] if source.part is not None and source.part[0] == key else None
            self.parts.setdefault((tenant, key), {})[source.id] = values
            self.sources.setdefault((tenant, key), []).append(source)

    def document(self, projection: MultiStreamProjection, key: Key, before: Document | None = None) -> Document | None:
        """The document after the changes. If it cannot be computed, the one before, and its sources are parked."""
        try:
            return projection.apply(key[1], before, self.parts[key])
        except Exception as error:
            self.failed += [(one.last, redacted(error)) for one in self.sources[key]]
            return before


class MultiStreamProjector(Subscription):
    """A multi-stream projection's subscription to the event store."""

    def __init__(
        self,
        projection: MultiStreamProjection,
        aggregate: AnyAggregate,
        repository: Repository,
        views: Views,
        codec: Codec,
        clock: Clock | None = None,
    ) -> None:
        holder = LeaseHolder(views, projection.checkpoint, clock)
        documents = _Documents(projection, aggregate, repository, views, codec, holder)
        feed = StoreFeed(repository.store, [aggregate.name])
        super().__init__(feed, documents, holder, Pace(BATCH, lambda _: PAUSE, RETRY_SECONDS))


class _Documents:
    """The handler. A document's version in the views is the position of the batch that changed it."""

    def __init__(
        self,
        projection: MultiStreamProjection,
        aggregate: AnyAggregate,
        repository: Repository,
        views: Views,
        codec: Codec,
        holder: LeaseHolder,
    ) -> None:
        self._projection, self._aggregate, self._store = projection, aggregate, repository.store
        self._views, self._codec, self._holder = views, codec, holder
        self._entries = Entries(views, projection.checkpoint)
        self._kept = 0

    async def position(self) -> int:
        """See Handler.position."""
        return await self._views.checkpoint(self._projection.checkpoint)

    async def load(self) -> int:
        """See Handler.load."""
        await self._entries.load()
        self._kept = await self.position()
        return self._kept

    def forget(self) -> None:
        """See Handler.forget. Batches leave nothing in memory."""

    async def handle(self, batch: Batch) -> int:
        """See Handler.handle. Where nothing changed, the position is stored now and then."""
        if batch.events or batch.position - self._kept >= BATCH:
            writes = await self._changed(batch)
            checkpoint = Checkpoint(self._projection.checkpoint, batch.position)
            await self._views.write(writes, [checkpoint, *self._entries.checkpoints()], self._holder.lease())
            self._entries.settle()
            self._kept = batch.position
        return batch.position

    async def _changed(self, batch: Batch) -> list[Write]:
        changes = Changes()
        for tenant, stream in dict.fromkeys((one.tenant, one.stream) for one in batch.events):
            stored = await self._store.read(tenant, stream)
            changes.add(tenant, await read_source(self._projection, self._aggregate, self._codec, stored))
        writes: list[Write] = []
        name = self._projection.collection.name
        for tenant in dict.fromkeys(owner for owner, _ in changes.parts):
            keys = [key for owner, key in changes.parts if owner == tenant]
            before = await self._views.get_many(name, keys, Scope(tenant))
            for key in keys:
                document = changes.document(self._projection, (tenant, key), before.get(key))
                writes.append(Write(name, tenant, key, document, batch.position))
        return [*writes, *_parked(self._projection, self._entries, changes)]


def _parked(projection: MultiStreamProjection, entries: Entries, changes: Changes) -> list[Write]:
    writes = []
    for one, error in changes.failed:
        log.error("parked %s version %s for %s: %s", one.stream, one.version, projection.collection.name, error)
        PARKED_EVENTS.add(1)
        writes.append(entries.put(one, projection.prefix + one.stream, error))
    return writes


async def fold_all(
    projection: MultiStreamProjection,
    aggregate: AnyAggregate,
    repository: Repository,
    codec: Codec,
    progress: Callable[[int], None],
    *,
    up_to: int,
    tenant: str | None = None,
) -> Changes:
    """The parts of all documents, computed from zero. Memory grows with the number of sources."""
    changes, seen = Changes(), 0
    async for stream in repository.store.streams(aggregate.name, up_to=up_to, tenant=tenant):
        changes.add(stream[0].tenant, await read_source(projection, aggregate, codec, stream))
        seen += len(stream)
        progress(seen)
    return changes


async def rebuild_projection(
    projection: MultiStreamProjection,
    aggregate: AnyAggregate,
    repository: Repository,
    views: Views,
    codec: Codec,
    progress: Callable[[int], None],
) -> int:
    """Compute all documents next to the live ones and swap them in; returns how many there are.

    The live projection goes on after the head that was read: it handles what happened meanwhile again. What was parked
    for it is tried by this, too.
    """
    head = await repository.store.head()
    target = await views.begin_rebuild(projection.collection)
    changes = await fold_all(projection, aggregate, repository, codec, progress, up_to=head)
    documents = 0
    batch: list[Write] = []
    for key in changes.parts:
        if (document := changes.document(projection, key)) is not None:
            batch.append(Write(target, *key, document, head))
        if len(batch) >= BATCH:
            documents += len(batch)
            await views.write(batch)
            batch = []
    await views.write(batch)

    async def swap(holder: LeaseHolder) -> None:
        entries = Entries(views, projection.checkpoint)
        await entries.load()
        query = Query((Condition("stream", "prefix", projection.prefix),))
        old = [entries.remove(one["id"]) async for one in every(views, PARKED.name, query, Scope(OPERATORS))]
        parked = _parked(projection, entries, changes)
        await views.write([*old, *parked], entries.checkpoints(), holder.lease())
        await views.swap(target, [Checkpoint(projection.checkpoint, head)], holder.lease())

    await exclusively(views, projection.checkpoint, swap)
    return documents + len(batch)
