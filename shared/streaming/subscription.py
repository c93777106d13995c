"""The loop that all consumers of the feed share: read a batch, hand it to the handler, go on after it.

At least once: a batch counts when the handler has kept its position, so a crash repeats it. One process at a time moves
the checkpoint: it holds the lease of the same name. Others stand by and take over when the holder is gone.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from shared.streaming.feed import Batch, Feed
from shared.streaming.leases import LeaseHolder
from shared.telemetry.metrics import BATCH_EVENTS, PROJECTION_LAG, RETRIED_BATCHES
from shared.views.port import LeaseLost, ViewsDamaged

IDLE_SECONDS = 1.0
LAG_SECONDS = 1.0  # between two looks at how far behind it is
STANDBY_SECONDS = 0.1  # between two tries to take a lease that another process holds

log = logging.getLogger("crm.subscription")


class Handler(Protocol):
    """What is done with the events. It owns its checkpoint, and parks the events that it cannot handle."""

    async def position(self) -> int:
        """The stored position: every event up to it was handled."""
        ...

    async def load(self) -> int:
        """Read again all that another process may have written, and return the stored position."""
        ...

    async def handle(self, batch: Batch) -> int:
        """Handle a batch and store its position, with the lease; return it.

        Raises LeaseLost: another process has taken over, and nothing was stored. After any other error the events
        behind the stored position are handled again.
        """
        ...

    def forget(self) -> None:
        """A batch failed: drop what memory holds of it."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """batch: events read at once. pause: seconds after a batch of so many events, for events to gather.

    retry: seconds after a failure.
    """

    batch: int
    pause: Callable[[int], float]
    retry: float


class Subscription:
    """`lock` is held for the length of a batch."""

    def __init__(self, feed: Feed, handler: Handler, holder: LeaseHolder, pace: Pace) -> None:
        self.feed, self.holder, self.pace = feed, holder, pace
        self._handler = handler
        self._standing_by = False
        self._lag_at = 0.0
        self.lock = asyncio.Lock()
        self.position = 0

    async def start(self) -> None:
        """Load the position; call once before anything else."""
        self.position = await self._handler.load()

    async def run(self) -> None:
        """Handle events until cancelled. A failure is logged, and the batch tried again. Raises ViewsDamaged."""
        try:
            while True:
                try:
                    await self._rest_after(await self.step())
                except ViewsDamaged:
                    raise
                except Exception:
                    log.exception("%s stopped at %s; trying again", self.holder.name, self.position)
                    RETRIED_BATCHES.add(1, {"subscription": self.holder.name})
                    await asyncio.sleep(self.pace.retry)
        finally:
            await self.stop()

    async def step(self) -> int:
        """Handle one batch; returns how many events it had. 0: there are none, or another process handles them."""
        async with self.lock:
            done = await self._next()
        await self._note_lag(nothing_left=not done and self.holder.held)
        return done

    async def _note_lag(self, *, nothing_left: bool) -> None:
        """Ask the feed how far it goes where that is not known, and seldom: each look may be a call to a server."""
        lag, now = 0, time.monotonic()
        if not nothing_left:
            if now < self._lag_at:
                return
            self._lag_at = now + LAG_SECONDS
            lag = await self.feed.head() - self.position
        PROJECTION_LAG.set(lag, {"subscription": self.holder.name})

    async def catch_up(self) -> None:
        """Return when all events of the feed are handled, here or in another process."""
        while await self.step():
            pass
        await self.reach(await self.feed.head())

    async def reach(self, position: int) -> None:
        """Return when the events up to a position are handled, here or in another process."""
        while self.position < position:
            if not await self.step():
                if self.holder.held:
                    return
                await asyncio.sleep(STANDBY_SECONDS)

    async def stop(self) -> None:
        """Give the lease back, so that another process can go on at once."""
        with suppress(Exception):  # it expires anyway
            await self.holder.give_back()

    async def pause(self, seconds: float) -> None:
        """Let events gather."""
        await asyncio.sleep(seconds)

    async def idle(self) -> None:
        """All events are handled: wait for the next."""
        await self.feed.wait(self.position, IDLE_SECONDS)

    async def _rest_after(self, done: int) -> None:
        if not done:
            await self.idle()
            if not self.holder.held:
                await asyncio.sleep(STANDBY_SECONDS)
        elif done < self.pace.batch:
            await self.pause(self.pace.pause(done))

    async def _next(self) -> int:
        while self.holder.held or await self._take_over():
            try:
                batch = await self.feed.read(self.position, self.pace.batch)
                if batch.position == self.position and not batch.events:
                    return 0
                async with self.holder.kept():
                    before, self.position = self.position, await self._handler.handle(batch)
                BATCH_EVENTS.record(len(batch.events), {"subscription": self.holder.name})
                return len(batch.events) or self.position - before
            except LeaseLost:
                log.warning("%s: another process has taken over after %s", self.holder.name, self.position)
                self._handler.forget()
                self.holder.lose()
                self._standing_by = True
            except BaseException:
                self._handler.forget()
                with suppress(Exception):  # the first error is the one to raise
                    self.position = await self._handler.load()  # the batch may have been written all the same
                raise
        return 0

    async def _take_over(self) -> bool:
        """Take the lease and go on where its last holder was. False while that one works, or has nothing to do."""
        if self._standing_by:
            if self.position != await self._handler.position():
                self.position = await self._handler.load()
            if self.position >= await self.feed.head():
                return False
        self._standing_by = not await self.holder.take()
        if self._standing_by:
            return False
        self.position = await self._handler.load()
        return True
