"""The live projector: folds each record that a batch touches, and writes documents and checkpoint in one transaction.

A record's version tells what was seen: an old event changes nothing, a gap is read from the store.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress

from opentelemetry import trace

from shared.clock import Clock
from shared.events.codec import Codec, Undecodable
from shared.events.envelope import Recorded, Stored, category_of
from shared.faults import crashpoint
from shared.kernel.catalogue import Catalogue
from shared.kernel.repository import Repository
from shared.streaming.feed import Batch, Feed, StoreFeed
from shared.streaming.filling import fill_empty
from shared.streaming.folding import PASSING
from shared.streaming.known import has_type
from shared.streaming.leases import LeaseHolder
from shared.streaming.poison import Changes, Poison
from shared.streaming.projection import Listener, Subscribers, Waiter
from shared.streaming.rebuild import BATCH, BREATH
from shared.streaming.record_states import RecordStates
from shared.streaming.shares import RECORDS, reached
from shared.streaming.subscription import Pace, Subscription
from shared.telemetry.links import links_to
from shared.telemetry.spans import span
from shared.views.capabilities import look_again, recompute
from shared.views.port import Checkpoint, Lease, Views, ViewsDamaged, Write

CHECKPOINT = RECORDS
PAUSE = 0.03  # seconds between two batches: a batch costs the same for one event and for twenty
BUSY_PAUSE = 0.1  # after a batch of BUSY events: a document in a batch of 200 costs half of one in a batch of 15
WAITING_PAUSE = 0.01  # while somebody waits to read what was written
BUSY = 20
RETRY_SECONDS = 1.0
LOOK_SECONDS = 0.5  # between two looks for records that were healed elsewhere

log = logging.getLogger("crm.projection")
_tracer = trace.get_tracer("crm.projection")


class Projector(Subscription):
    """The record views' subscription to the log. It is a Projection. feed: of the whole log; None = the store's own."""

    def __init__(
        self,
        catalogue: Catalogue,
        repository: Repository,
        views: Views,
        codec: Codec,
        clock: Clock | None = None,
        feed: Feed | None = None,
    ) -> None:
        self.subscribers = Subscribers()
        self._looked_at, self._views = 0.0, views
        holder = LeaseHolder(views, CHECKPOINT, clock)
        self._records = RecordViews(catalogue, repository, views, codec, self.subscribers, holder)
        pace = Pace(BATCH, lambda done: BUSY_PAUSE if done >= BUSY else PAUSE, RETRY_SECONDS)
        super().__init__(feed or StoreFeed(repository.store), self._records, holder, pace)

    async def run(self) -> None:
        """See Subscription.run; first, views that hold nothing are filled from a long log. Raises ViewsDamaged."""
        await self._fill()
        await super().run()

    async def catch_up(self) -> None:
        """See Subscription.catch_up; it begins as run does."""
        await self._fill()
        await super().catch_up()

    async def _fill(self) -> None:
        try:
            async with self.lock:  # no batch is begun meanwhile: it would do the same work
                if not self.position and await self._records.fill():
                    self.position = await self._records.load()
        except ViewsDamaged:
            raise
        except Exception:
            log.exception("filling at once failed; going on event by event")

    async def step(self) -> int:
        """See Subscription.step. Where no batch is left, some values of formulas are computed again, as if one was."""
        done = await super().step()
        if not self.holder.held:
            return done
        async with self.lock:
            return done or int(await recompute(self._views))

    def watch(self, tenant: str, stream: str) -> Waiter:
        """See Projection.watch."""
        return self.subscribers.watch(tenant, stream)

    def subscribe(self, listener: Listener) -> None:
        """See Projection.subscribe."""
        self.subscribers.subscribe(listener)

    def release(self) -> None:
        """Give back the memory of states: the next events read theirs again."""
        self._records.states.clear()

    async def idle(self) -> None:
        """All events are handled: wait for the next. A healed record changes without one."""
        await super().idle()
        now = asyncio.get_running_loop().time()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        async with self.lock:
            if await self._records.is_stale():
                self.position = await self._records.load()

    async def pause(self, seconds: float) -> None:
        """Let events gather, for less long when somebody waits for them."""
        self.subscribers.requested.clear()
        await asyncio.sleep(WAITING_PAUSE)
        if self.subscribers.waiting:  # the last batch did not serve them
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds - WAITING_PAUSE):
                await self.subscribers.requested.wait()


class RecordViews:
    """The handler: documents of the record types, one per stream."""

    def __init__(
        self,
        catalogue: Catalogue,
        repository: Repository,
        views: Views,
        codec: Codec,
        subscribers: Subscribers,
        holder: LeaseHolder,
    ) -> None:
        self._catalogue, self._store, self._views, self._codec = catalogue, repository.store, views, codec
        self._subscribers, self._holder = subscribers, holder
        self._handled = 0
        self.states = RecordStates(catalogue, repository, views)
        self._poison = Poison(catalogue, repository, views, codec, self.states)

    async def position(self) -> int:
        """See Handler.position."""
        return (await reached(self._views)).position

    async def load(self) -> int:
        """See Handler.load."""
        self.states.clear()
        look_again(self._views)
        known = self._handled, self._poison.parked.entries.version
        await self._poison.parked.load()
        self._handled = await self.position()
        if known != (self._handled, self._poison.parked.entries.version):
            self._subscribers.forget_all()  # another process projected or healed: they have not heard of it
        return self._handled

    async def is_stale(self) -> bool:
        """Whether records were parked or healed elsewhere."""
        entries = self._poison.parked.entries
        return await entries.stored() != entries.version

    async def fill(self) -> bool:
        """See fill_empty."""
        return await fill_empty(self._catalogue, self._store, self._views, self._codec)

    async def handle(self, batch: Batch) -> int:
        """See Handler.handle."""
        await self.project(batch, {CHECKPOINT: batch.position}, self._holder.lease())
        self._handled = batch.position
        return batch.position

    async def project(self, batch: Batch, positions: Mapping[str, int], lease: Lease) -> None:
        """Write what a batch changes, with the checkpoints. Raises LeaseLost."""
        with span(_tracer, "project", links=links_to(batch.events)):
            changes = await self._fold(batch)
            crashpoint("project.before_write")
            await self._write(changes, positions, lease)
            crashpoint("project.after_write")
        self._subscribers.notify(batch.events, self._poison.parked)  # before anybody sees the position

    async def _fold(self, batch: Batch) -> Changes:
        changes = Changes(batch.position)
        events = [one for one in batch.events if has_type(self._catalogue, one)]
        await self.states.load(events)
        for start in range(0, len(events), BREATH):
            some = events[start : start + BREATH]
            for one, recorded in zip(some, await self._codec.decode_each(some), strict=True):
                await self._fold_one(one, recorded, changes)
            await asyncio.sleep(0)
        return changes

    async def _fold_one(self, one: Stored, recorded: Recorded | Undecodable, changes: Changes) -> None:
        if one.stream in self._poison.parked:
            self._poison.park_later(one, changes)
            return
        aggregate = self._catalogue[category_of(one.stream)]
        try:
            state = await self.states.fold(aggregate, recorded)
            changes.touched[one.stream] = (aggregate, one.tenant, state)
        except PASSING:
            raise
        except Exception as error:
            await self._poison.retry_or_park(aggregate, one, error, changes)

    def count_under(self, share: int) -> None:
        """Where several processes project: count what is parked under a share that this one has."""
        self._poison.parked.entries.count_under(share)

    async def _write(self, changes: Changes, positions: Mapping[str, int], lease: Lease) -> None:
        """Write the documents, the parked events and the checkpoints."""
        documents: list[Write] = []
        for stream, (aggregate, tenant, state) in changes.touched.items():
            try:
                document = aggregate.document(state)
                documents.append(Write(aggregate.collection.name, tenant, state.id, document, state.version))
            except Exception:
                documents += await self._poison.cut_off(aggregate, tenant, stream, changes)
        hashes = {position: await self._store.chain_hash(position) for position in {*positions.values()}}
        checkpoints = [Checkpoint(name, position, hashes[position]) for name, position in positions.items()]
        parked = self._poison.parked
        try:
            await self._views.write([*documents, *changes.parked], [*checkpoints, *parked.checkpoints()], lease)
        except ValueError:
            documents = await self._poison.fitting(documents, changes)
            await self._views.write([*documents, *changes.parked], [*checkpoints, *parked.checkpoints()], lease)
        parked.settle()

    def forget(self) -> None:
        """See Handler.forget."""
        self.states.clear()
        self._poison.parked.undo()
