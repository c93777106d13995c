"""What a process asks about the facts: how far they are, and which roll-ups may be read.

The feed answers from memory in its own process. In others a follower reads what the feed keeps in the warehouse.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Protocol

from shared.clock import Clock, Micros
from shared.errors import Unavailable
from shared.eventstore.port import EventStore
from shared.warehouse.port import Mark, QueryFailed, Warehouse, WarehouseReader
from shared.warehouse.rollup import MAX_AGE, noted

POLL_SECONDS = 0.5
FRESH_SECONDS = 2.0  # nothing older is used
PARKED = (
    "SELECT tenant, stream, argMax(version, changed_at) FROM feed_parked GROUP BY tenant, stream "
    "HAVING NOT argMax(healed, changed_at)"
)

log = logging.getLogger("crm.warehouse")


@dataclass(frozen=True, slots=True)
class Status:
    """position: of the last event whose rows questions see; head: the store's; parked: streams set aside."""

    position: int
    head: int
    parked: int
    rebuilding: bool


class FactsState(Protocol):
    """The feed (shared.warehouse.feed) or a follower."""

    async def status(self) -> Status:
        """`position` is the last event that answers include. Raises Unavailable."""
        ...

    def generation(self, tenant: str) -> int | None:
        """The roll-ups to read, None when there are none that are fresh enough."""
        ...


class ShownPosition:
    """The last position whose rows readers are known to show: they follow the feed by about a second."""

    def __init__(self, warehouse: WarehouseReader) -> None:
        self._warehouse = warehouse
        self._pending: tuple[int, list[Mark]] | None = None  # a position, and what readers show when they have it
        self._shown = 0

    async def of(self, written: int) -> int:
        """written: the position up to which rows are in the warehouse. Raises Unavailable."""
        if self._pending is None:
            self._pending = (written, await self._warehouse.marks())
        position, marks = self._pending
        if await self._warehouse.shows(marks):
            self._shown, self._pending = position, None
        return self._shown


@dataclass(frozen=True, slots=True)
class _Read:
    began: float  # by the monotonic clock
    position: int
    parked: int
    rebuilding: bool
    generations: dict[str, tuple[int, Micros]]


class WarehouseFollower:
    """FactsState of a process without the feed, at most FRESH_SECONDS old."""

    def __init__(self, warehouse: WarehouseReader, store: EventStore, clock: Clock) -> None:
        self._warehouse, self._store, self._clock = warehouse, store, clock
        self._shown = ShownPosition(warehouse)
        self._last: _Read | None = None

    async def run(self) -> None:
        """Read until cancelled; a failure is logged."""
        while True:
            try:
                await self.read()
            except Unavailable as error:
                log.debug("the state of the facts cannot be read: %s", error.detail)
            await asyncio.sleep(POLL_SECONDS)

    async def read(self) -> None:
        """Read what the feed keeps. Of two reads at once, the one that began later counts. Raises Unavailable."""
        found = await self._read()
        if self._last is None or found.began > self._last.began:
            self._last = found

    async def status(self) -> Status:
        """See FactsState.status."""
        last = self._fresh() or await self._read()
        return Status(await self._shown.of(last.position), await self._store.head(), last.parked, last.rebuilding)

    def generation(self, tenant: str) -> int | None:
        """See FactsState.generation. Behind by MAX_AGE as by the feed's own clock."""
        last = self._fresh()
        if last is None or tenant not in last.generations:
            return None
        generation, behind_since = last.generations[tenant]
        return generation if not behind_since or self._clock.now() - behind_since <= MAX_AGE else None

    def _fresh(self) -> _Read | None:
        last = self._last
        return last if last is not None and time.monotonic() - last.began <= FRESH_SECONDS else None

    async def _read(self) -> _Read:
        began, ask = time.monotonic(), self._warehouse.rows
        try:
            position, _ = await position_and_hash(self._warehouse)
            [(parked,)] = await ask(f"SELECT count() FROM ({PARKED})")
            [(rebuilding,)] = await ask("SELECT argMax(rebuilding, number) FROM feed_rebuilding")
            return _Read(began, position, parked, bool(rebuilding), await noted(self._warehouse))
        except QueryFailed as error:
            raise Unavailable(f"the state of the facts cannot be read now: {error}") from error


async def position_and_hash(warehouse: WarehouseReader) -> tuple[int, str]:
    """The stored position, and the log's chain hash there in hex. Raises QueryFailed, Unavailable."""
    sql = "SELECT max(position), argMax(chain_hash, position) FROM feed_position WHERE name = 'facts'"
    [(position, chain_hash)] = await warehouse.rows(sql)
    return position, chain_hash


async def note_rebuilding(warehouse: Warehouse, rebuilding: bool) -> None:
    """Let other processes read whether tables are being filled again. Raises QueryFailed, Unavailable."""
    await warehouse.command(
        "INSERT INTO feed_rebuilding SELECT 'facts', {r:Bool}, max(number) + 1 FROM feed_rebuilding", {"r": rebuilding}
    )
