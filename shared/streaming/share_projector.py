"""The record views' projector where several processes share the work: each does the shares that Kafka gives to it.

Kafka says who should, a lease of each share who may. So a process that Kafka lost sight of, and one that goes on in its
place, never write one share at the same time. What is in a share is projected by the same handler as all views are.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from shared.clock import Clock
from shared.events.codec import Codec
from shared.kernel.catalogue import Catalogue
from shared.kernel.repository import Repository
from shared.streaming.feed import Batch
from shared.streaming.kafka.feed import PATIENCE, ShareFeed
from shared.streaming.leases import LeaseHolder, together
from shared.streaming.projection import Subscribers
from shared.streaming.projector import BUSY, BUSY_PAUSE, LOOK_SECONDS, PAUSE, RETRY_SECONDS, RecordViews
from shared.streaming.rebuild import BATCH
from shared.streaming.shares import NAMES, RECORDS, SHARES, position_of, reached
from shared.streaming.subscription import IDLE_SECONDS, STANDBY_SECONDS
from shared.telemetry.metrics import BATCH_EVENTS, PROJECTION_LAG, RETRIED_BATCHES
from shared.views.capabilities import recompute
from shared.views.port import LeaseLost, Views, ViewsDamaged

ALL = frozenset(range(SHARES))
FORMULA_SECONDS = 3.0  # until every process computes with a formula that one of them has projected

log = logging.getLogger("crm.subscription")


class ShareProjector:
    """positions: of the shares that this process has, with the right to write them."""

    def __init__(
        self,
        catalogue: Catalogue,
        repository: Repository,
        views: Views,
        codec: Codec,
        clock: Clock,
        feed: ShareFeed,
    ) -> None:
        self.feed, self._views = feed, views
        self._holders = [LeaseHolder(views, name, clock) for name in NAMES]
        self._records = RecordViews(catalogue, repository, views, codec, Subscribers(), self._holders[0])
        definition = catalogue.field_definition
        self._definitions = "-" if definition is None else f"{definition.name}-"  # what their streams begin with
        self._tried = self._looked_at = self._computes_from = 0.0
        self._seen = (-1, 0.0)  # how far the views were, and since when, while Kafka gives no shares out
        self.positions: dict[int, int] = {}
        self.lock = asyncio.Lock()

    @property
    def has_its_shares(self) -> bool:
        """Whether it may write all shares that it should."""
        return self.positions.keys() == (ALL if self.feed.assigned is None else self.feed.assigned)

    async def run(self) -> None:
        """Project until cancelled. A failure is logged, and the batch tried again. Raises ViewsDamaged."""
        try:
            while True:
                try:
                    await self._rest_after(await self.step())
                except ViewsDamaged:
                    raise
                except Exception:
                    log.exception("%s stopped at %s; trying again", RECORDS, self.positions)
                    RETRIED_BATCHES.add(1, {"subscription": RECORDS})
                    await asyncio.sleep(RETRY_SECONDS)
        finally:
            with suppress(Exception):  # the leases expire anyway
                await self.hand_over()

    async def step(self) -> int:
        """Handle a batch of the shares of this process; returns how many events it had, or 1. 0: there was no batch."""
        async with self.lock:
            await self._match()
            if not self.positions:
                return 0
            part = await self.feed.read(self.positions, BATCH)
            if not part.positions:
                return 0
            await self._project(Batch(part.events, max(part.positions.values())), part.positions)
            last = min(self.positions.values(), default=0)
        BATCH_EVENTS.record(len(part.events), {"subscription": RECORDS})
        if last:
            PROJECTION_LAG.set(await self.feed.head() - last, {"subscription": RECORDS})
        return max(1, len(part.events))

    def release(self) -> None:
        """Give back the memory of states: the next events read theirs again."""
        self._records.states.clear()

    async def hand_over(self) -> None:
        """Return once the batch in hand is written and other processes may go on with every share of this one."""
        async with self.lock:
            await self._give_back(self.positions.keys() | {n for n in range(SHARES) if self._holders[n].held})

    async def _match(self) -> None:
        """Have the leases of the shares that Kafka gives to this process, as far as others let it."""
        wanted = await self._wanted()
        if gone := self.positions.keys() - wanted:
            await self._give_back(gone)
        loop = asyncio.get_running_loop()
        missing = [share for share in sorted(wanted) if not self._holders[share].held]
        if not missing or loop.time() - self._tried < STANDBY_SECONDS:
            return
        taken = await asyncio.gather(*[self._holders[share].take() for share in missing])
        self._tried = loop.time() if not all(taken) else 0.0
        if any(taken):
            await self._load()

    async def _wanted(self) -> frozenset[int]:
        """The shares that Kafka has given to this process. While it gives none out and the views stand still, all."""
        if self.feed.assigned is not None:
            return self.feed.assigned
        if self.positions:
            return ALL
        now, position = asyncio.get_running_loop().time(), (await reached(self._views)).position
        if position != self._seen[0] or position >= await self.feed.head():
            self._seen = (position, now)
        return ALL if now - self._seen[1] >= PATIENCE else frozenset()

    async def _load(self) -> None:
        """Read again all that another process may have written."""
        await self._records.load()
        rows = await self._views.checkpoints(RECORDS)
        held = [share for share in range(SHARES) if self._holders[share].held]
        self.positions = {share: position_of(share, rows) for share in held}
        self._records.count_under(held[0])

    async def _give_back(self, shares: set[int]) -> None:
        await asyncio.gather(*[self._holders[share].give_back() for share in shares])
        for share in shares:
            self.positions.pop(share, None)

    async def _project(self, batch: Batch, moved: dict[int, int]) -> None:
        held = [self._holders[share].lease() for share in self.positions]
        lease = together(held, max(one.expires for one in held))
        if any(one.stream.startswith(self._definitions) for one in batch.events):
            self._computes_from = asyncio.get_running_loop().time() + FORMULA_SECONDS
        try:
            await self._records.project(batch, {NAMES[share]: position for share, position in moved.items()}, lease)
            self.positions |= moved
        except BaseException as error:
            self._records.forget()
            if not isinstance(error, LeaseLost):
                with suppress(Exception):  # the first error is the one to raise
                    await self._load()  # the batch may have been written all the same
                raise
            log.warning("%s: another process has taken over after %s", RECORDS, self.positions)
            for share in self.positions:
                self._holders[share].lose()
            self.positions = {}

    async def _rest_after(self, done: int) -> None:
        if done >= BATCH:
            return
        if done:
            await asyncio.sleep(BUSY_PAUSE if done >= BUSY else PAUSE)
            return
        if not self.positions:
            await asyncio.sleep(STANDBY_SECONDS)
            return
        await self._idle()
        await self.feed.wait(max(self.positions.values(), default=0), IDLE_SECONDS)

    async def _idle(self) -> None:
        """Notice what was healed elsewhere, and compute values of changed formulas again."""
        now = asyncio.get_running_loop().time()
        async with self.lock:
            if now - self._looked_at >= LOOK_SECONDS and self.positions:
                self._looked_at = now
                if await self._records.is_stale():
                    await self._load()
            while now >= self._computes_from and self.positions and await recompute(self._views):
                if self.positions.keys() != self.feed.assigned:
                    break
