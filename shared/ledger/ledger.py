"""The ledger's subscription to the log: every event becomes a leaf of the tree, in the order of the feed.

Where tree and log differ it stops, says so, and does not repair itself: the difference is what it is there to show.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from struct import error as StructError  # noqa: N812

import orjson

from shared.clock import Clock
from shared.events.audit import CheckpointSigned
from shared.events.envelope import Stored
from shared.events.registry import type_of
from shared.eventstore.port import EventStore
from shared.kernel.uniqueness import EVERYWHERE
from shared.ledger.file import Added, LedgerFile, Signed
from shared.ledger.leaf import leaf_of, leaves_of
from shared.ledger.tiles import Tiles
from shared.streaming.feed import Batch, StoreFeed
from shared.streaming.leases import LeaseHolder
from shared.streaming.subscription import Pace, Subscription

CATEGORY = "checkpoint"
STREAM = f"{CATEGORY}-ledger"  # of the installation's checkpoints
BATCH = 500  # events: 3 ms
PAUSE = 0.25  # seconds between two batches that are not full
RETRY_SECONDS = 1.0
STOPPED_SECONDS = 60.0
_SIGNED = type_of(CheckpointSigned).name

log = logging.getLogger("crm.ledger")


class Diverged(Exception):
    """The log is not the one that the tree was made from."""


class Ledger(Subscription):
    """Keeps the tree up to date. problem: why it has stopped; None while it has not."""

    def __init__(self, store: EventStore, file: LedgerFile, clock: Clock) -> None:
        holder = LeaseHolder(file, "notary:ledger", clock)
        super().__init__(
            StoreFeed(store), _Leaves(store, file, holder), holder, Pace(BATCH, lambda _: PAUSE, RETRY_SECONDS)
        )
        self.store, self.file = store, file
        self.problem: str | None = None

    async def start(self) -> None:
        """See Subscription.start. What the tree ends with is compared with the log."""
        await super().start()
        size, _ = self.file.state()
        try:
            if size:
                await self.event(size - 1)
        except Diverged as error:
            self._stop(error)

    async def step(self) -> int:
        """See Subscription.step. 0 once it has stopped."""
        if self.problem is not None:
            return 0
        try:
            return await super().step()
        except Diverged as error:
            self._stop(error)
            return 0

    def _stop(self, error: Diverged) -> None:
        self.problem = str(error)
        log.error("the ledger has stopped: %s", error)

    async def reach(self, position: int) -> None:
        """See Subscription.reach; it returns at once when it has stopped."""
        if self.problem is None:
            await super().reach(position)

    async def idle(self) -> None:
        """See Subscription.idle."""
        if self.problem is None:
            await super().idle()
        else:
            await asyncio.sleep(STOPPED_SECONDS)

    async def event(self, leaf: int) -> Stored:
        """The event of a leaf. Raises Diverged: the log has another one in its place, or none."""
        return await _event(self.store, self.file, leaf)


class _Leaves:
    """The handler."""

    def __init__(self, store: EventStore, file: LedgerFile, holder: LeaseHolder) -> None:
        self._store, self._file, self._holder = store, file, holder
        self._tree: Tiles | None = None

    async def position(self) -> int:
        """See Handler.position."""
        return self._file.state()[1]

    async def load(self) -> int:
        """See Handler.load. What the tree ends with is compared with the log before it is extended."""
        self._tree = None
        return await self.position()

    def forget(self) -> None:
        """See Handler.forget."""
        self._tree = None

    async def handle(self, batch: Batch) -> int:
        """See Handler.handle. Raises Diverged."""
        tree = self._tree or await self._loaded()
        first = tree.size
        self._tree = None  # until it is stored
        tiles = tree.extend(leaves_in(batch.events))
        signed = [_checkpoint(tree, leaf, one) for leaf, one in enumerate(batch.events, first) if _is_checkpoint(one)]
        added = Added(tiles, [e.position for e in batch.events], [e.event_id for e in batch.events], signed)
        self._file.add(added, batch.position, self._holder.lease())
        self._tree = tree
        return batch.position

    async def _loaded(self) -> Tiles:
        size, _ = self._file.state()
        tree = Tiles(size, self._file.tile)
        if size:
            await _event(self._store, self._file, size - 1)
        return tree


def leaves_in(events: Sequence[Stored]) -> list[bytes]:
    """The leaf hashes of events from the log. Raises Diverged: a column holds what no event has."""
    try:
        return leaves_of(events)
    except (TypeError, AttributeError, ValueError, StructError) as error:
        raise Diverged(f"an event before position {events[-1].position} is not as events are: {error}") from error


async def _event(store: EventStore, file: LedgerFile, leaf: int) -> Stored:
    before, position = file.position_of(leaf - 1), file.position_of(leaf)
    found = await store.read_all(before, 1)
    if not found or found[0].position != position or leaf_of(found[0]) != file.tree().leaf(leaf):
        raise Diverged(f"the event at position {position} is not the one that leaf {leaf} was made from")
    return found[0]


def _is_checkpoint(event: Stored) -> bool:
    return event.type == _SIGNED and event.stream == STREAM and event.tenant == EVERYWHERE


def _checkpoint(tree: Tiles, leaf: int, event: Stored) -> Signed:
    """The checkpoint in an event. Raises Diverged: it signs another tree."""
    data = orjson.loads(event.data)
    size = data["size"]
    if size > leaf or tree.root(size).hex() != data["root"]:
        raise Diverged(f"the checkpoint at position {event.position} signs another tree of {size} leaves")
    return Signed(event.version, leaf, size, event.recorded_at, data["note"], data["key"])
