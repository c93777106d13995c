"""Fill fact tables next to the live ones, stream by stream in flat memory; swap them in, or say what differs.

The live feed goes on meanwhile; it pauses only for the last events and the swap.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.errors import Unavailable
from shared.events.envelope import Stored, id_of
from shared.security.keyring import KeyMissing
from shared.streaming.leases import LeaseHolder, exclusively
from shared.warehouse.follower import note_rebuilding
from shared.warehouse.port import QueryFailed, Warehouse
from shared.warehouse.tables import FactTable, Row, Rows, Table

if TYPE_CHECKING:
    from shared.warehouse.feed import WarehouseFeed

BLOCK = 20_000  # rows inserted at once
PAGE = 50_000  # rows of a dump read at once
Progress = Callable[[int], None]  # called with the number of events read so far


@dataclass(frozen=True, slots=True)
class Digest:
    """How many rows a table has, and a hash over all of them that does not depend on their order."""

    rows: int
    hash: int


async def refill(feed: WarehouseFeed, tables: Sequence[FactTable], progress: Progress) -> int:
    """Fill the tables again and swap them in without downtime. Returns how many events were read."""
    feed.rebuilding = True
    try:
        await note_rebuilding(feed.warehouse, True)
        read, head = await _fill(feed, tables, "__new", progress)

        async def swap(_: LeaseHolder) -> None:
            await feed.follow()
            await _catch_up(feed, tables, "__new", head)
            await feed.rollups.reset()
            feed.release()  # a kept state may hold what is erased now
            await _swap(feed.warehouse, tables)
            await feed.remember(tables)
            feed.stale = [t for t in feed.stale if t not in tables]

        async with feed.lock:
            await exclusively(feed.leases, feed.holder.name, swap)
        await feed.publish()  # readers still show the old ones
        await _drop(feed.warehouse, tables)
        return read
    finally:
        feed.rebuilding = False
        with suppress(QueryFailed, Unavailable):  # the feed's next lease begins with it, too
            await note_rebuilding(feed.warehouse, False)


async def verify(feed: WarehouseFeed, progress: Progress) -> dict[str, tuple[Digest, Digest]]:
    """Build all tables a second time and compare: {table: (live, rebuilt)} for those that differ; empty = all agree.

    A record whose key is missing is not compared: the check of its view names it.
    """
    keyless: set[tuple[str, str]] = set()
    _, head = await _fill(feed, feed.tables, "__check", progress, keyless)
    found: dict[str, tuple[Digest, Digest]] = {}
    async with feed.lock:
        await _catch_up(feed, feed.tables, "__check", head, keyless)
        for table in _physical(feed.tables):
            await _copy(feed.warehouse, table, keyless)
            live, again = await digest(feed.warehouse, table), await digest(feed.warehouse, table, "__check")
            if live != again:
                found[table.name] = (live, again)
    for table in _physical(feed.tables):
        await feed.warehouse.command(f"DROP TABLE `{table.name}__check` SYNC")
    return found


async def digest(warehouse: Warehouse, table: Table, suffix: str = "") -> Digest:
    names = ", ".join(f"toString({c.name})" for c in table.columns)
    sql = f"SELECT count(), sum(sipHash64({names})) FROM `{table.name}{suffix}` FINAL"
    return Digest(*(await warehouse.rows(sql))[0])


async def dump(warehouse: Warehouse, table: Table) -> AsyncIterator[Row]:
    """Every row in the order of its key, each once: the same history gives the same rows."""
    key = ", ".join(table.key)
    last: Row | None = None
    while True:
        after = "" if last is None else f"WHERE ({key}) > ({{k0:String}}, {{k1:String}}{_version(table)})"
        parameters = {} if last is None else {"k0": last[0], "k1": last[1], "k2": last[2]}
        sql = f"SELECT * FROM `{table.name}` FINAL {after} ORDER BY {key} LIMIT {PAGE}"
        page = await warehouse.rows(sql, parameters)
        for row in page:
            yield row
        if len(page) < PAGE:
            return
        last = page[-1]


def _version(table: Table) -> str:
    return "" if table.latest else ", {k2:UInt32}"


async def _copy(warehouse: Warehouse, table: Table, records: Iterable[tuple[str, str]]) -> None:
    """Let the check see the live rows of these records (tenant, id)."""
    for tenant, id in sorted(records):
        live = f"SELECT * FROM `{table.name}` WHERE tenant = {{t:String}} AND id = {{i:String}}"
        await warehouse.command(f"INSERT INTO `{table.name}__check` {live}", {"t": tenant, "i": id})


async def _fill(
    feed: WarehouseFeed,
    tables: Sequence[FactTable],
    suffix: str,
    progress: Progress,
    keyless: set[tuple[str, str]] | None = None,
) -> tuple[int, int]:
    """Returns the number of events read and the position up to which the new tables are complete.

    keyless: takes the records (tenant, id) that lack a key; None = KeyMissing is raised.
    """
    for table in _physical(tables):
        await feed.warehouse.command(f"DROP TABLE IF EXISTS `{table.name}{suffix}` SYNC")
        await feed.warehouse.command(table.ddl(table.name + suffix))
    head, read = feed.position, 0
    rows = Rows(tables)
    for name in sorted({a for t in tables for a in t.aggregates} & feed.facts.aggregates.keys()):
        async for stream in feed.store.streams(name, up_to=head):
            read += len(stream)
            await _rows_of(feed, stream, rows, tables, keyless)
            if len(rows) >= BLOCK:
                await rows.insert(feed.warehouse, suffix)
                progress(read)
    await rows.insert(feed.warehouse, suffix)
    progress(read)
    return read, head


async def _rows_of(
    feed: WarehouseFeed,
    stream: Sequence[Stored],
    rows: Rows,
    tables: Sequence[FactTable],
    keyless: set[tuple[str, str]] | None,
) -> None:
    """What is unreadable was set aside and reported by the feed."""
    try:
        await feed.facts.rows_of(stream, rows, tables)
    except KeyMissing:
        if keyless is None:
            raise
        keyless.add((stream[0].tenant, id_of(stream[0].stream)))


async def _catch_up(
    feed: WarehouseFeed,
    tables: Sequence[FactTable],
    suffix: str,
    after: int,
    keyless: set[tuple[str, str]] | None = None,
) -> None:
    """Refold the records that changed while the tables were filled. The feed is paused, so this is short."""
    rows = Rows(tables)
    names = sorted({a for t in tables for a in t.aggregates} & feed.facts.aggregates.keys())
    while after < feed.position:
        page = await feed.store.read_all(after, 1000, categories=names)
        changed = {(s.tenant, s.stream) for s in page if s.position <= feed.position}
        for tenant, stream in sorted(changed):
            events = [s for s in await feed.store.read(tenant, stream) if s.position <= feed.position]
            await _rows_of(feed, events, rows, tables, keyless)
        await rows.insert(feed.warehouse, suffix)
        after = page[-1].position if page else feed.position


async def _swap(warehouse: Warehouse, tables: Sequence[FactTable]) -> None:
    for table in _physical(tables):
        await warehouse.command(table.ddl())  # there is nothing to exchange with on a table's first day
        await warehouse.command(f"EXCHANGE TABLES `{table.name}` AND `{table.name}__new`")


async def _drop(warehouse: Warehouse, tables: Sequence[FactTable]) -> None:
    for table in _physical(tables):
        await warehouse.command(f"DROP TABLE `{table.name}__new` SYNC")


def _physical(tables: Sequence[FactTable]) -> list[Table]:
    return [t for ft in tables for t in ft.tables]
