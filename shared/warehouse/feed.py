"""From the event store's ordered feed to fact rows: every event of a declared record type leaves the record's state
right after it.

At least once: rows are written before the checkpoint, which lives in the warehouse itself, and a replay overwrites
them. A stream with an event that cannot be read is set aside and reported; the others flow on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry import trace

from shared.clock import Clock
from shared.errors import redacted
from shared.events.codec import Codec, Undecodable
from shared.events.envelope import Recorded, Stored, category_of, id_of
from shared.eventstore.port import EventStore
from shared.faults import crashpoint
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.state_cache import KeptStates
from shared.security.keyring import KeyMissing
from shared.telemetry.links import links_to
from shared.telemetry.spans import span
from shared.warehouse.migrations import migrate
from shared.warehouse.port import Mark, Warehouse
from shared.warehouse.refill import refill
from shared.warehouse.rollup import RollUps
from shared.warehouse.tables import FactTable, Rows, shown_names

BATCH = 5000  # events read at once
WORTH_A_BLOCK = 1000  # fewer events than this wait up to PAUSE for company
PAUSE = 1.0
BREATH = 16  # events between two looks at what else the process has to do
CACHED_STATES = 20_000
RETRY_SECONDS = 2.0

log = logging.getLogger("crm.warehouse")
_tracer = trace.get_tracer("crm.warehouse")


@dataclass(frozen=True, slots=True)
class Status:
    """position: of the last event whose rows questions see; head: the store's; parked: streams set aside."""

    position: int
    head: int
    parked: int
    rebuilding: bool


class WarehouseFeed:
    """One per process that owns the warehouse. `lock` is held for a batch's length: a rebuild swaps between two."""

    def __init__(
        self,
        warehouse: Warehouse,
        store: EventStore,
        codec: Codec,
        aggregates: Iterable[AnyAggregate],
        tables: Sequence[FactTable],
        clock: Clock,
    ) -> None:
        self.warehouse, self.store, self.tables = warehouse, store, tuple(tables)
        self._codec, self._clock = codec, clock
        wanted = {name for table in tables for name in table.aggregates}
        self.aggregates = {a.name: a for a in aggregates if a.name in wanted}
        self._of = {name: [t for t in tables if name in t.aggregates] for name in self.aggregates}
        self._states = KeptStates(CACHED_STATES)
        self._parked: dict[tuple[str, str], int] = {}
        self.lock = asyncio.Lock()
        self.position = 0
        self.stale: list[FactTable] = []
        self.rebuilding = False
        self._pending: tuple[int, list[Mark]] | None = None  # a position, and what readers show when they have it
        self._shown = 0
        self.rollups = RollUps(warehouse, [t.rollup for t in tables if t.rollup is not None], clock)

    async def start(self) -> None:
        """Migrate, load the checkpoint and find the tables that want a rebuild (`stale`). Raises Unavailable."""
        await migrate(self.warehouse)
        kept = "SELECT max(position), argMax(chain_hash, position) FROM feed_position WHERE name = 'facts'"
        [(self.position, chain_hash)] = await self.warehouse.rows(kept)
        prints = "SELECT name, argMax(fingerprint, written_at) FROM table_fingerprints GROUP BY name"
        known: dict[str, str] = dict(await self.warehouse.rows(prints))
        ahead = self.position > await self.store.head()  # the store was restored to an earlier day
        if chain_hash and chain_hash != (await self.store.chain_hash(self.position)).hex():
            ahead = True  # it is another store
        self.stale = [t for t in self.tables if ahead or known.get(t.names[0]) != t.fingerprint]
        if ahead or (self.position == 0 and self.stale):
            await self._begin(self.tables)
        parked = "SELECT tenant, stream, argMax(version, changed_at) FROM feed_parked GROUP BY tenant, stream"
        for tenant, stream, version in await self.warehouse.rows(f"{parked} HAVING NOT argMax(healed, changed_at)"):
            self._parked[tenant, stream] = version
        await self._declare_tables()
        await self.rollups.start()
        await self.publish()
        for tenant, stream in list(self._parked):
            await self.heal(tenant, stream)

    async def _declare_tables(self) -> None:
        """Tables that are new in this program exist from now on, empty until they are filled."""
        for table in (t for ft in self.stale for t in ft.tables):
            await self.warehouse.command(table.ddl())

    async def publish(self) -> None:
        """Callers' questions see the live tables and roll-ups as they are now, and nothing else of the warehouse."""
        await self.warehouse.publish(shown_names(self.tables))

    async def _begin(self, tables: Sequence[FactTable]) -> None:
        """Empty tables, filled from the first event by the feed itself."""
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

    async def run(self) -> None:
        """Feed until cancelled, in blocks of 1,000 rows or more, or what there is once a second."""
        while True:
            try:
                await self.refill_stale()
                done = await self.step()
                if not done:
                    await self.refresh_rollups()
                if done < WORTH_A_BLOCK:
                    await asyncio.sleep(PAUSE if done else 0)
                    await self.store.wait(self.position, PAUSE)
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("the warehouse feed stopped at %s; trying again", self.position)
                self._states.clear()
                await asyncio.sleep(RETRY_SECONDS)

    def release(self) -> None:
        """Give back the states that are kept: the next events fold their streams."""
        self._states.clear()

    async def refill_stale(self) -> None:
        """Fill the tables whose declaration changed next to the live ones and swap them in."""
        if self.stale:
            await refill(self, self.stale, lambda _: None)

    async def refresh_rollups(self) -> None:
        async with self.lock:
            await self.rollups.refresh()

    async def catch_up(self) -> None:
        """Feed until the warehouse holds all that the store has."""
        await self.refill_stale()
        while await self.step():
            pass

    async def step(self) -> int:
        """Feed one batch; returns how many events it had."""
        async with self.lock:
            head = await self.store.head()
            if head <= self.position:
                return 0
            stored = await self.store.read_all(self.position, BATCH, categories=list(self.aggregates))
            with span(_tracer, "warehouse", links=links_to(stored)):
                await self._write(stored)
                last = stored[-1].position if stored else 0
                crashpoint("warehouse.rows_written")
                await self._note(last if len(stored) == BATCH else max(head, last))
                crashpoint("warehouse.noted")
            if len(stored) < BATCH:
                await self.rollups.refresh()
            return len(stored) or 1

    async def _write(self, stored: Sequence[Stored]) -> None:
        rows = Rows(self.tables)
        for start in range(0, len(stored), BREATH):
            piece = stored[start : start + BREATH]
            for one, recorded in zip(piece, await self._codec.decode_each(piece), strict=True):
                if (one.tenant, one.stream) in self._parked:
                    continue
                try:
                    if isinstance(recorded, Undecodable):
                        raise recorded
                    before, state = await self._fold(recorded)
                    for table in self._of[recorded.category]:
                        rows.add(table, table.made_of(before, recorded, state))
                except Exception as error:
                    await self._park(one, error)
            await asyncio.sleep(0)
        await self._insert(rows)

    async def _insert(self, rows: Rows) -> None:
        for rollup in self.rollups.declared:
            self.rollups.touch(rows.tenants(rollup.source))
        await rows.insert(self.warehouse)

    async def _note(self, position: int) -> None:
        await self.warehouse.command(
            "INSERT INTO feed_position VALUES ('facts', {p:UInt64}, fromUnixTimestamp64Micro({at:Int64}), {s:String})",
            {"p": position, "at": self._clock.now(), "s": (await self.store.chain_hash(position)).hex()},
        )
        self.position = position

    async def _fold(self, recorded: Recorded) -> tuple[Any, Any]:
        """The record's state before the event (a copy) and after it."""
        aggregate, key = self.aggregates[recorded.category], (recorded.tenant, recorded.stream)
        state = self._states.get(key)
        if state is None or state.version != recorded.version - 1:
            earlier = recorded.version - 1
            stored = await self.store.read(recorded.tenant, recorded.stream, up_to=earlier) if earlier else []
            state = aggregate.fold(await self._codec.decode_all(stored))
        before = _step(aggregate, state, recorded)
        self._states.put(key, state)
        self._states.trim()
        return before, state

    async def rows_of(self, stored: Sequence[Stored], rows: Rows, tables: Sequence[FactTable]) -> bool:
        """Add the rows of one stream from its first event on; False when it could not be read to its end.

        Raises KeyMissing: its rows are to be left as they are.
        """
        aggregate = self.aggregates[category_of(stored[0].stream)]
        wanted = [t for t in self._of[aggregate.name] if t in tables]
        state = aggregate.state()
        for recorded in await self._codec.decode_each(stored):
            if isinstance(recorded, KeyMissing):
                raise recorded
            if isinstance(recorded, Undecodable):
                return False
            before = _step(aggregate, state, recorded)
            for table in wanted:
                rows.add(table, table.made_of(before, recorded, state))
        return True

    async def _park(self, one: Stored, error: Exception) -> None:
        log.error("set aside %s from version %s: %s", one.stream, one.version, redacted(error))
        self._states.drop((one.tenant, one.stream))
        self._parked[one.tenant, one.stream] = one.version
        await self._note_parked(one.tenant, one.stream, redacted(error), healed=False)

    async def _note_parked(self, tenant: str, stream: str, error: str, *, healed: bool) -> None:
        await self.warehouse.command(
            "INSERT INTO feed_parked VALUES ({t:String}, {s:String}, {v:UInt32}, {e:String}, {h:Bool}, {at:UInt64})",
            {
                "t": tenant,
                "s": stream,
                "v": self._parked[tenant, stream],
                "e": error[:2000],
                "h": healed,
                "at": self._clock.now(),
            },
        )

    async def heal(self, tenant: str, stream: str) -> bool:
        """Try a stream that was set aside again, from its first event; True when its rows are whole now."""
        async with self.lock:
            rows = Rows(self.tables)
            stored = await self.store.read(tenant, stream)
            try:
                whole = await self.rows_of([s for s in stored if s.position <= self.position], rows, self.tables)
            except KeyMissing:
                return False
            if not whole:
                return False
            await self._insert(rows)
            await self._note_parked(tenant, stream, "", healed=True)
            del self._parked[tenant, stream]
        return True

    @property
    def parked(self) -> list[str]:
        """The ids of the streams set aside."""
        return sorted(id_of(stream) for _, stream in self._parked)

    async def status(self) -> Status:
        """`position` is the last event that answers include; they follow the feed by about a second."""
        return Status(await self._shown_position(), await self.store.head(), len(self._parked), self.rebuilding)

    async def _shown_position(self) -> int:
        if self._pending is None:
            self._pending = (self.position, self.warehouse.marks())
        position, marks = self._pending
        if await self.warehouse.shows(marks):
            self._shown, self._pending = position, None
        return self._shown


def _step(aggregate: AnyAggregate, state: Any, recorded: Recorded) -> Any:
    """Fold an event into the state; returns the state before it. Before the first one there is nothing to copy."""
    before = aggregate.copy(state) if state.version else aggregate.state()
    aggregate.step(state, recorded)
    return before
