"""The live projector: reads the ordered feed, folds each touched record, writes views and checkpoint in one go.

At least once: a record's version tells what was seen. A gap is healed by reading the stream. A poison event is parked
with its stream; everything else flows on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from opentelemetry import trace

from shared.errors import redacted
from shared.events.codec import Codec, Undecodable
from shared.events.envelope import Recorded, Stored, category_of, id_of
from shared.faults import crashpoint
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.lookups import RECORDS
from shared.kernel.repository import Repository
from shared.kernel.state_cache import KeptStates
from shared.streaming.folding import PASSING, fold_stream, readable_part
from shared.streaming.parked import Parked
from shared.streaming.projection import Listener, Subscribers, Waiter
from shared.telemetry.links import links_to
from shared.telemetry.metrics import PARKED_EVENTS, PROJECTION_LAG
from shared.telemetry.spans import span
from shared.views.port import Checkpoint, Scope, Views, ViewsDamaged, Write
from shared.views.values import check

CHECKPOINT = RECORDS
BATCH = 1000
CACHED_STATES = 20_000
PAUSE = 0.03  # seconds between two batches: a batch costs the same for one event and for twenty
BUSY_PAUSE = 0.1  # after a batch of BUSY events: a document in a batch of 200 costs half of one in a batch of 15
WAITING_PAUSE = 0.01  # while somebody waits to read what was written
BUSY = 20
RETRY_SECONDS = 1.0
ATTEMPTS = 3  # at an event whose handling fails, before it is parked
PAUSE_SECONDS = 0.02
BREATH = 100  # events after which the event loop gets its turn

log = logging.getLogger("crm.projector")
_tracer = trace.get_tracer("crm.projection")
Touched = dict[str, tuple[AnyAggregate, str, Any]]  # stream → its aggregate, tenant and state


class Projector:
    """One per process. `lock` is held for the length of a batch, so that a rebuild can swap between two."""

    def __init__(self, catalogue: Catalogue, repository: Repository, views: Views, codec: Codec) -> None:
        self._catalogue, self._repository, self._views, self._codec = catalogue, repository, views, codec
        self._collections = {a.collection.name: a for a in catalogue}
        self._states = KeptStates(CACHED_STATES)
        self._parked = Parked(views)
        self._subscribers = Subscribers()
        self.lock = asyncio.Lock()
        self.position = 0

    async def start(self) -> None:
        """Load the checkpoint; call once before `run` or `step`."""
        self.position = await self._views.checkpoint(CHECKPOINT)
        await self._parked.load()

    async def run(self) -> None:
        """Project for ever. A store or view that refuses is tried again; nothing is skipped. Raises ViewsDamaged."""
        while True:
            try:
                done = await self.step()
                if not done:
                    await self._repository.store.wait(self.position, 1.0)
                elif done < BATCH:
                    await self._pause(BUSY_PAUSE if done >= BUSY else PAUSE)
            except (asyncio.CancelledError, ViewsDamaged):
                raise
            except Exception:
                log.exception("projection stopped at %s; trying again", self.position)
                await asyncio.sleep(RETRY_SECONDS)

    async def _pause(self, seconds: float) -> None:
        """Let events gather, for less long when somebody waits for them."""
        self._subscribers.requested.clear()
        await asyncio.sleep(WAITING_PAUSE)
        if self._subscribers.waiting:  # the last batch did not serve them
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds - WAITING_PAUSE):
                await self._subscribers.requested.wait()

    async def catch_up(self) -> None:
        """Project until the feed is empty."""
        while await self.step():
            pass

    async def reach(self, position: int) -> None:
        """Project until the views have reached a position."""
        while self.position < position and await self.step():
            pass

    async def step(self) -> int:
        """Project one batch; returns how many events it had."""
        async with self.lock:
            stored = await self._repository.store.read_all(self.position, BATCH)
            if not stored:
                return 0
            try:
                with span(_tracer, "project", links=links_to(stored)):
                    await self._project(stored)
            except BaseException:
                self.forget()
                self._parked.undo()
                raise
            self._parked.settle()
            self.position = stored[-1].position
            self._subscribers.notify(stored, self._parked)  # nobody sees the position before the listeners know
        PROJECTION_LAG.set(await self._repository.store.head() - self.position)
        return len(stored)

    def watch(self, tenant: str, stream: str) -> Waiter:
        """See Projection.watch."""
        return self._subscribers.watch(tenant, stream)

    def subscribe(self, listener: Listener) -> None:
        """See Projection.subscribe."""
        self._subscribers.subscribe(listener)

    def forget(self) -> None:
        """Drop cached states: they may be ahead of what was written."""
        self._states.clear()

    async def heal(self, tenant: str, stream: str) -> bool:
        """Try a quarantined stream again from its beginning; True when it is whole now."""
        async with self.lock:
            aggregate = self._catalogue[category_of(stream)]
            folded = await fold_stream(aggregate, self._codec, await self._repository.store.read(tenant, stream))
            if folded.bad is not None:
                return False
            name = aggregate.collection.name
            removals = self._parked.removals(stream)
            await self._views.write([*folded.write(name, tenant), *removals], self._parked.checkpoints())
            self._parked.release(stream)
            self._states.drop((tenant, stream))
        return True

    async def quarantine(self, one: Stored, error: str) -> None:
        """Park an event that a rebuild found to be poison, unless its stream is in quarantine already."""
        if one.stream in self._parked:
            return
        await self._views.write(self._park(one, error), self._parked.checkpoints())
        self._parked.settle()

    async def _project(self, stored: Sequence[Stored]) -> None:
        touched: Touched = {}
        parked: list[Write] = []
        wanted = [s for s in stored if category_of(s.stream) in self._catalogue]
        await self._load_states(wanted)
        for start in range(0, len(wanted), BREATH):
            piece = wanted[start : start + BREATH]
            for one, recorded in zip(piece, await self._codec.decode_each(piece), strict=True):
                aggregate = self._catalogue[category_of(one.stream)]
                try:
                    state = await self._take(aggregate, one, recorded)
                except Undecodable as error:
                    if one.stream not in self._parked:
                        await self._step_back(touched, one)
                    parked += self._park(one, str(error))
                    continue
                touched[one.stream] = (aggregate, one.tenant, state)
            await asyncio.sleep(0)
        crashpoint("project.before_write")
        await self._write(touched, parked, stored[-1].position)
        crashpoint("project.after_write")

    async def _take(self, aggregate: AnyAggregate, one: Stored, recorded: Recorded | Undecodable) -> Any:
        """The state after an event. Raises Undecodable when it is poison or its stream is in quarantine."""
        if one.stream in self._parked:
            raise Undecodable("an earlier event of this record is parked")
        if isinstance(recorded, Undecodable):
            raise recorded
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._fold(aggregate, recorded)
            except (*PASSING, Undecodable):
                raise
            except Exception as error:
                log.warning("attempt %s at %s version %s failed: %s", attempt, one.stream, one.version, redacted(error))
                self._states.drop((one.tenant, one.stream))
                if attempt == ATTEMPTS:
                    raise Undecodable(redacted(error)) from error
                await asyncio.sleep(PAUSE_SECONDS * attempt)
        raise AssertionError("the last attempt either returns or raises")

    async def _step_back(self, touched: Touched, one: Stored) -> None:
        """A failed fold may have left half of itself in the state: take the state before that event."""
        if one.stream in touched:
            aggregate, tenant, _ = touched[one.stream]
            before = await self._repository.load(aggregate, tenant, id_of(one.stream), one.version - 1)
            touched[one.stream] = (aggregate, tenant, before)

    async def _write(self, touched: Touched, parked: list[Write], position: int) -> None:
        """Write the documents and the checkpoint; a record whose document no view can hold is parked."""
        writes: list[Write] = []
        for stream, (aggregate, tenant, state) in touched.items():
            try:
                document = aggregate.document(state)
                writes.append(Write(aggregate.collection.name, tenant, state.id, document, state.version))
            except Exception:
                writes += await self._cut_off(aggregate, tenant, stream, position)
        checkpoint = [Checkpoint(CHECKPOINT, position, await self._repository.store.chain_hash(position))]
        try:
            await self._views.write([*writes, *parked], [*checkpoint, *self._parked.checkpoints()])
        except ValueError:
            fitting: list[Write] = []
            for one in writes:
                fitting += [one] if self._fits(one) else await self._cut_off_write(one, position)
            await self._views.write([*fitting, *parked], [*checkpoint, *self._parked.checkpoints()])

    def _fits(self, one: Write) -> bool:
        if one.document is None or one.collection not in self._collections:
            return True
        try:
            check(self._collections[one.collection].collection, one.document)
        except ValueError:
            return False
        return True

    async def _cut_off_write(self, one: Write, position: int) -> list[Write]:
        aggregate = self._collections[one.collection]
        return await self._cut_off(aggregate, one.tenant, aggregate.stream(one.key), position)

    async def _cut_off(self, aggregate: AnyAggregate, tenant: str, stream: str, position: int) -> list[Write]:
        """Park a record's events from the first on whose document cannot be shown; the document stays as before it."""
        stored = [s for s in await self._repository.store.read(tenant, stream) if s.position <= position]
        folded = await readable_part(aggregate, self._codec, stored)
        if folded.bad is None:
            raise AssertionError(f"{stream} fails in a batch, but not by itself")
        later = [s for s in stored if s.version > folded.bad.version]
        writes = self._park(folded.bad, folded.error)
        for one in later:
            writes += self._park(one, "an earlier event of this record is parked")
        return [*folded.write(aggregate.collection.name, tenant), *writes]

    def _park(self, one: Stored, error: str) -> list[Write]:
        log.error("parked %s version %s: %s", one.stream, one.version, error)
        PARKED_EVENTS.add(1)
        self._states.drop((one.tenant, one.stream))
        return self._parked.add(one, error)

    async def _fold(self, aggregate: AnyAggregate, recorded: Recorded) -> Any:
        key = (recorded.tenant, recorded.stream)
        state = self._states.get(key)
        if state is None or recorded.version > state.version + 1:
            state = await self._repository.load(aggregate, recorded.tenant, recorded.id, recorded.version)
        elif recorded.version == state.version + 1:
            aggregate.step(state, recorded)
        self._states.put(key, state)
        return state

    async def _load_states(self, stored: Sequence[Stored]) -> None:
        """Bring the states the batch will fold on into the cache, one read per collection and tenant."""
        missing: dict[tuple[str, str], set[str]] = {}
        for one in stored:
            key = (one.tenant, one.stream)
            if self._states.get(key) is not None:
                continue
            if one.version == 1:
                self._states.put(key, self._catalogue[category_of(one.stream)].state())
            else:
                missing.setdefault((one.tenant, category_of(one.stream)), set()).add(id_of(one.stream))
        for (tenant, category), ids in missing.items():
            aggregate = self._catalogue[category]
            found = await self._views.get_many(aggregate.collection.name, sorted(ids), Scope(tenant))
            for id, document in found.items():
                if (key := (tenant, aggregate.stream(id))) not in self._states:
                    self._states.put(key, aggregate.restore(document))
        self._states.trim()
