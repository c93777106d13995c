"""From events to fact rows: every event of a declared record type leaves the record's state right after it.

At least once: rows are written before the position, which is kept in the warehouse itself, and a repetition overwrites
them. A stream with an event that cannot be read is set aside; the others are not held up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from opentelemetry import trace

from shared.clock import Clock
from shared.errors import redacted
from shared.events.codec import Codec, Undecodable
from shared.events.envelope import Recorded, Stored, category_of
from shared.eventstore.port import EventStore
from shared.faults import crashpoint
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.state_cache import KeptStates
from shared.security.keyring import KeyMissing
from shared.streaming.feed import Batch
from shared.streaming.folding import PASSING
from shared.streaming.leases import LeaseHolder
from shared.telemetry.links import links_to
from shared.telemetry.spans import span
from shared.views.port import LeaseLost
from shared.warehouse.custom import OpenValues
from shared.warehouse.follower import PARKED, note_rebuilding, position_and_hash
from shared.warehouse.port import Warehouse
from shared.warehouse.rollup import RollUps, ZoneOf, utc
from shared.warehouse.tables import FactTable, Rows

BATCH = 5000  # events read at once
BREATH = 16  # events between two looks at what else the process has to do
CACHED_STATES = 20_000

log = logging.getLogger("crm.warehouse")
_tracer = trace.get_tracer("crm.warehouse")


class FactRows:
    """The handler. parked: tenant and stream → the version from which it is set aside."""

    def __init__(
        self,
        warehouse: Warehouse,
        store: EventStore,
        codec: Codec,
        aggregates: Iterable[AnyAggregate],
        tables: Sequence[FactTable],
        clock: Clock,
        holder: LeaseHolder,
        zone: ZoneOf = utc,
    ) -> None:
        self._warehouse, self._store, self._codec, self._clock = warehouse, store, codec, clock
        self._tables, self._holder = tuple(tables), holder
        wanted = {name for table in tables for name in table.aggregates}
        aggregates = list(aggregates)
        self.aggregates = {a.name: a for a in aggregates if a.name in wanted}
        self._of = {name: [t for t in tables if name in t.aggregates] for name in self.aggregates}
        self._states = KeptStates(CACHED_STATES)
        self._custom = OpenValues(store, codec, aggregates)
        self.parked: dict[tuple[str, str], int] = {}
        self._token = 0  # of the lease that the roll-ups were begun with
        self.rollups = RollUps(warehouse, [t.rollup for t in tables if t.rollup is not None], clock, zone=zone)

    async def position(self) -> int:
        """See Handler.position."""
        return (await self.kept())[0]

    async def kept(self) -> tuple[int, str]:
        """The stored position, and the log's chain hash there in hex."""
        return await position_and_hash(self._warehouse)

    async def load(self) -> int:
        """See Handler.load."""
        self._states.clear()
        self.parked.clear()
        for tenant, stream, version in await self._warehouse.rows(PARKED):
            self.parked[tenant, stream] = version
        if self._holder.held and self._holder.token != self._token:
            await self.rollups.restart()
            await note_rebuilding(self._warehouse, False)  # of a process that was killed
            self._token = self._holder.token
        return await self.position()

    async def handle(self, batch: Batch) -> int:
        """See Handler.handle. The lease is checked before the position is kept: rows of a late writer do no harm."""
        with span(_tracer, "warehouse", links=links_to(batch.events)):
            await self._write(batch.events)
            crashpoint("warehouse.rows_written")
            if not await self._holder.take():
                raise LeaseLost(self._holder.name)
            await self._note(batch.position)
            crashpoint("warehouse.noted")
        if len(batch.events) < BATCH:
            await self.rollups.refresh()
        return batch.position

    def forget(self) -> None:
        """See Handler.forget. The next events fold their streams."""
        self._states.clear()

    async def _write(self, stored: Sequence[Stored]) -> None:
        rows = Rows(self._tables)
        await self._custom.reach(stored[-1].position if stored else 0)
        for start in range(0, len(stored), BREATH):
            piece = stored[start : start + BREATH]
            for one, recorded in zip(piece, await self._codec.decode_each(piece), strict=True):
                if (one.tenant, one.stream) in self.parked:
                    continue
                try:
                    if isinstance(recorded, Undecodable):
                        raise recorded
                    before, state = await self._fold(recorded)
                    shown = self._custom.shown(recorded, state)
                    for table in self._of[recorded.category]:
                        rows.add(table, table.made_of(before, recorded, shown))
                except PASSING:
                    raise
                except Exception as error:
                    await self._park(one, error)
            await asyncio.sleep(0)
        await self.insert(rows)

    async def insert(self, rows: Rows) -> None:
        """Write rows; the roll-ups of their tables are due."""
        for rollup in self.rollups.declared:
            self.rollups.touch(rows.tenants(rollup.source))
        await self.rollups.note()
        await rows.insert(self._warehouse)

    async def _note(self, position: int) -> None:
        await self._warehouse.command(
            "INSERT INTO feed_position VALUES ('facts', {p:UInt64}, fromUnixTimestamp64Micro({at:Int64}), {s:String})",
            {"p": position, "at": self._clock.now(), "s": (await self._store.chain_hash(position)).hex()},
        )

    async def _fold(self, recorded: Recorded) -> tuple[Any, Any]:
        """The record's state before the event (a copy) and after it."""
        aggregate, key = self.aggregates[recorded.category], (recorded.tenant, recorded.stream)
        state = self._states.get(key)
        if state is None or state.version != recorded.version - 1:
            earlier = recorded.version - 1
            stored = await self._store.read(recorded.tenant, recorded.stream, up_to=earlier) if earlier else []
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
        await self._custom.reach(stored[-1].position)
        for recorded in await self._codec.decode_each(stored):
            if isinstance(recorded, KeyMissing):
                raise recorded
            if isinstance(recorded, Undecodable):
                return False
            before = _step(aggregate, state, recorded)
            shown = self._custom.shown(recorded, state)
            for table in wanted:
                rows.add(table, table.made_of(before, recorded, shown))
        return True

    async def _park(self, one: Stored, error: Exception) -> None:
        log.error("set aside %s from version %s: %s", one.stream, one.version, redacted(error))
        self._states.drop((one.tenant, one.stream))
        self.parked[one.tenant, one.stream] = one.version
        await self.note_parked(one.tenant, one.stream, redacted(error), healed=False)

    async def note_parked(self, tenant: str, stream: str, error: str, *, healed: bool) -> None:
        """Store that a stream is set aside, or is whole again."""
        await self._warehouse.command(
            "INSERT INTO feed_parked VALUES ({t:String}, {s:String}, {v:UInt32}, {e:String}, {h:Bool}, {at:UInt64})",
            {
                "t": tenant,
                "s": stream,
                "v": self.parked[tenant, stream],
                "e": error[:2000],
                "h": healed,
                "at": self._clock.now(),
            },
        )


def _step(aggregate: AnyAggregate, state: Any, recorded: Recorded) -> Any:
    """Fold an event into the state; returns the state before it. Before the first one there is nothing to copy."""
    before = aggregate.copy(state) if state.version else aggregate.state()
    aggregate.step(state, recorded)
    return before
