"""The warehouse's subscription to the event store, and the tables that it keeps as they are declared."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from shared.clock import Clock
from shared.events.codec import Codec
from shared.events.envelope import id_of
from shared.eventstore.port import EventStore
from shared.kernel.catalogue import AnyAggregate
from shared.security.keyring import KeyMissing
from shared.streaming.feed import StoreFeed
from shared.streaming.leases import LeaseHolder, Leases
from shared.streaming.subscription import Pace, Subscription
from shared.warehouse.fact_rows import BATCH, FactRows
from shared.warehouse.follower import ShownPosition, Status
from shared.warehouse.migrations import migrate
from shared.warehouse.port import Warehouse
from shared.warehouse.refill import refill
from shared.warehouse.rollup import ZoneOf, utc
from shared.warehouse.tables import FactTable, Rows, shown_names

CHECKPOINT = "warehouse:facts"
WORTH_A_BLOCK = 1000  # fewer events than this wait up to PAUSE, so that rows are inserted in blocks
PAUSE = 1.0
RETRY_SECONDS = 2.0

log = logging.getLogger("crm.warehouse")


class WarehouseFeed(Subscription):
    """leases: where the right to feed the warehouse is kept. tables: as they are declared; stale: not filled yet."""

    def __init__(
        self,
        warehouse: Warehouse,
        store: EventStore,
        codec: Codec,
        aggregates: Iterable[AnyAggregate],
        tables: Sequence[FactTable],
        clock: Clock,
        leases: Leases,
        zone: ZoneOf = utc,
    ) -> None:
        self.warehouse, self.store, self.tables, self._clock = warehouse, store, tuple(tables), clock
        self.leases = leases
        holder = LeaseHolder(leases, CHECKPOINT, clock)
        self.facts = FactRows(warehouse, store, codec, aggregates, tables, clock, holder, zone)
        self.rollups = self.facts.rollups
        self.stale: list[FactTable] = []
        self.rebuilding = False
        self._shown = ShownPosition(warehouse)
        pace = Pace(BATCH, lambda done: PAUSE if done < WORTH_A_BLOCK else 0, RETRY_SECONDS)
        super().__init__(StoreFeed(store, list(self.facts.aggregates)), self.facts, holder, pace)

    async def start(self) -> None:
        """Migrate, load the position and find the tables that want a rebuild (`stale`). Raises Unavailable."""
        await migrate(self.warehouse)
        self.position, chain_hash = await self.facts.kept()
        prints = "SELECT name, argMax(fingerprint, written_at) FROM table_fingerprints GROUP BY name"
        known: dict[str, str] = dict(await self.warehouse.rows(prints))
        ahead = self.position > await self.store.head()  # the store was restored to an earlier day
        if chain_hash and chain_hash != (await self.store.chain_hash(self.position)).hex():
            ahead = True  # it is another store
        self.stale = [t for t in self.tables if ahead or known.get(t.names[0]) != t.fingerprint]
        if ahead or (self.position == 0 and self.stale):
            await self._begin(self.tables)
        await super().start()
        await self._declare_tables()
        await self.rollups.start()
        await self.publish()
        for tenant, stream in list(self.facts.parked):
            await self.heal(tenant, stream)

    async def step(self) -> int:
        """Feed one batch, once no table is stale; returns how many events it had."""
        await self.refill_stale()
        return await super().step()

    async def idle(self) -> None:
        """Wait for the next event, with fresh roll-ups. Only the lease's holder makes them."""
        if self.holder.held:
            await self.refresh_rollups()
        await super().idle()

    async def refresh_rollups(self) -> None:
        """Bring roll-ups up to date between two batches. They may take longer than the lease, which is kept for them:
        without it, readers would be shown ones that lack what another process has inserted.
        """
        async with self.lock:
            if self.holder.held and self.rollups.are_due and not await self._holds_yet():
                return
            async with self.holder.kept():
                await self.rollups.refresh()

    async def _holds_yet(self) -> bool:
        """Whether no other process has had the lease since this one took it; else it is taken over as a new one."""
        token = self.holder.token
        if await self.holder.take() and self.holder.token == token:
            return True
        self.holder.lose()
        return False

    async def follow(self) -> None:
        """Read the stored position: another process may feed the warehouse. Call it while the lease is taken over."""
        self.position = await self.facts.position()

    async def _declare_tables(self) -> None:
        """Tables that are new in this program exist from now on, empty until they are filled."""
        for table in (t for ft in self.stale for t in ft.tables):
            await self.warehouse.command(table.ddl())

    async def publish(self) -> None:
        """Callers' questions see the live tables and roll-ups as they are now, and nothing else of the warehouse."""
        await self.warehouse.publish(shown_names(self.tables))

    async def _begin(self, tables: Sequence[FactTable]) -> None:
        """Empty tables, filled from the first event by the feed itself."""
        await self.rollups.reset()
        for table in (t for ft in tables for t in ft.tables):
            await self.warehouse.command(f"DROP TABLE IF EXISTS `{table.name}` SYNC")
            await self.warehouse.command(table.ddl())
        await self.warehouse.command("TRUNCATE TABLE feed_position")
        await self.remember(tables)
        self.position, self.stale = 0, []

    async def remember(self, tables: Sequence[FactTable]) -> None:
        """Note that the live tables are as declared."""
        for table in tables:
            await self.warehouse.command(
                "INSERT INTO table_fingerprints VALUES ({n:String}, {f:String}, {at:UInt64})",
                {"n": table.names[0], "f": table.fingerprint, "at": self._clock.now()},
            )

    def release(self) -> None:
        """Give back the memory of states: the next events fold their streams."""
        self.facts.forget()

    async def refill_stale(self) -> None:
        """Fill the tables whose declaration changed next to the live ones and swap them in."""
        if self.stale:
            await refill(self, self.stale, lambda _: None)

    async def heal(self, tenant: str, stream: str) -> bool:
        """Try a stream that was set aside again, from its first event; True when its rows are whole now."""
        async with self.lock:
            rows = Rows(self.tables)
            stored = await self.store.read(tenant, stream)
            try:
                whole = await self.facts.rows_of([s for s in stored if s.position <= self.position], rows, self.tables)
            except KeyMissing:
                return False
            if not whole:
                return False
            await self.facts.insert(rows)
            await self.facts.note_parked(tenant, stream, "", healed=True)
            del self.facts.parked[tenant, stream]
        return True

    @property
    def parked(self) -> list[str]:
        """The ids of the streams set aside."""
        return sorted(id_of(stream) for _, stream in self.facts.parked)

    async def status(self) -> Status:
        """`position` is the last event that answers include; they follow the feed by about a second."""
        position = await self._shown.of(self.position)
        return Status(position, await self.store.head(), len(self.facts.parked), self.rebuilding)

    def generation(self, tenant: str) -> int | None:
        """See FactsState.generation. Without the lease this process does not see what its roll-ups lack."""
        return self.rollups.generation(tenant) if self.holder.held else None
