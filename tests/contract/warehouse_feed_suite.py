"""What the feed into a warehouse keeps. An adapter's test module subclasses this and gives a `yard`.

The tests use a record type of their own: a crate with a weight, in a yard.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any
from uuid import uuid4

import pytest

from shared.clock import SystemClock, SystemIds, start_of_day
from shared.domain.aggregate import Aggregate
from shared.domain.record import Record
from shared.events.codec import Codec
from shared.events.envelope import Event, Metadata, NewEvent, Recorded
from shared.events.registry import event
from shared.eventstore.port import EventStore, StoreUnavailable
from shared.streaming.leases import Leases
from shared.views.port import Collection
from shared.views.sqlite import SqliteViews
from shared.warehouse.feed import WarehouseFeed
from shared.warehouse.port import Warehouse
from shared.warehouse.refill import digest, dump, refill, verify
from shared.warehouse.tables import Column, FactTable, Row, money
from tests.support.leases import FreeLeases

IDS = SystemIds()


NOTE = "INSERT INTO feed_position (name, position, written_at) VALUES"


@event("crates.CrateFilled")
@dataclass(frozen=True, slots=True)
class CrateFilled:
    yard: str
    weight: str


@event("crates.CrateMoved")
@dataclass(frozen=True, slots=True)
class CrateMoved:
    yard: str


@dataclass(slots=True)
class Crate(Record):
    yard: str = ""
    weight: str | None = None


def evolve(state: Crate, event: Event) -> None:
    match event:
        case CrateFilled(yard=yard, weight=weight):
            state.yard, state.weight = yard, weight
        case CrateMoved(yard=yard):
            state.yard = yard


CRATE: Aggregate[Crate] = Aggregate("crate", "yards", "crates", Crate, evolve, Collection("crates", 1, ()))
COLUMNS = (
    Column("yard", "LowCardinality(String)"),
    Column("weight", "Nullable(Decimal(18, 4))", lambda crate: money(crate.weight)),
)


def moves(before: Any, recorded: Recorded, after: Any) -> list[Row]:
    return [(before.yard, after.yard)] if before.yard != after.yard else []


CRATES = FactTable("crate_facts", "crates_now", 1, ("crate",), COLUMNS)
MOVED = (Column("was", "String", itemgetter(0)), Column("is", "String", itemgetter(1)))
MOVES = FactTable("moves", "", 1, ("crate",), MOVED, moves)
TABLES = (CRATES, MOVES)


class Yard:
    """A store with crates, and the feed from it."""

    def __init__(self, warehouse: Warehouse, store: EventStore, codec: Codec) -> None:
        self.warehouse, self.store, self.codec = warehouse, store, codec
        self.feed = self.new_feed()

    def new_feed(self, tables: tuple[FactTable, ...] = TABLES, leases: Leases | None = None) -> WarehouseFeed:
        leases = leases or FreeLeases()
        return WarehouseFeed(self.warehouse, self.store, self.codec, [CRATE], tables, SystemClock(), leases)

    async def add(self, id: str, version: int, *events: Any, tenant: str = "acme", at: str = "2017-01-01") -> None:
        stream, when = CRATE.stream(id), start_of_day(at)
        encoded = await self.codec.encode(tenant, stream, events, [IDS.new() for _ in events], when)
        await self.store.append(tenant, stream, version, encoded, Metadata(actor="u1"))

    async def break_stream(self, id: str, version: int) -> None:
        broken = NewEvent(IDS.new(), "crates.CrateMoved", 1, start_of_day("2017-02-01"), b'{"nothing":1}')
        await self.store.append("acme", CRATE.stream(id), version, [broken], Metadata(actor="u1"))

    async def rows(self, sql: str) -> list[Row]:
        """What a caller of acme sees of all that is written by now."""
        await self.warehouse.settle()
        return (await self.warehouse.ask(sql, tenant="acme")).rows


class FeedSuite:
    async def test_every_event_leaves_the_state_right_after_it(self, yard: Yard) -> None:
        id = str(uuid4())
        await yard.feed.start()
        await yard.add(id, 0, CrateFilled("east", "10.5"), CrateMoved("west"))
        await yard.feed.catch_up()
        facts = "SELECT version, yard, weight, event FROM crate_facts FINAL ORDER BY version"
        assert await yard.rows(facts) == [
            (1, "east", Decimal("10.50"), "crates.CrateFilled"),
            (2, "west", Decimal("10.50"), "crates.CrateMoved"),
        ]
        assert await yard.rows("SELECT id, version, yard FROM crates_now FINAL") == [(id, 2, "west")]
        assert await yard.rows("SELECT was, is FROM moves FINAL ORDER BY version") == [("", "east"), ("east", "west")]
        assert (await yard.feed.status()).position == await yard.store.head()

    async def test_the_position_told_is_what_answers_hold(self, yard: Yard) -> None:
        await yard.feed.start()
        counted = "SELECT count() FROM crates_now FINAL"
        assert await yard.rows(counted) == [(0,)]
        for n in range(1, 4):
            await yard.add(f"c{n}", 0, CrateFilled("east", "1"))
            await yard.feed.catch_up()
            async with asyncio.timeout(60):
                while (await yard.feed.status()).position < await yard.store.head():
                    await asyncio.sleep(0.02)
            assert (await yard.warehouse.ask(counted, tenant="acme")).rows == [(n,)]

    async def test_a_feed_goes_on_where_the_last_one_stopped(self, yard: Yard) -> None:
        await yard.feed.start()
        await yard.add("a", 0, CrateFilled("east", "1"))
        await yard.feed.catch_up()
        await yard.add("a", 1, CrateMoved("west"))
        later = yard.new_feed()
        await later.start()
        assert later.position == yard.feed.position
        await later.catch_up()
        assert await yard.rows("SELECT was, is FROM moves FINAL WHERE version = 2") == [("east", "west")]

    async def test_rows_written_before_a_lost_checkpoint_are_not_doubled(self, yard: Yard) -> None:
        await yard.feed.start()
        for i in range(20):
            await yard.add(f"c{i}", 0, CrateFilled("east", "1"), CrateMoved("west"))
        await yard.feed.catch_up()
        before = {t.name: await digest(yard.warehouse, t) for ft in TABLES for t in ft.tables}
        await yard.warehouse.command("ALTER TABLE feed_position DELETE WHERE 1 SETTINGS mutations_sync = 1")
        await yard.warehouse.command(f"{NOTE} ('facts', 7, now64())")
        again = yard.new_feed()
        await again.start()
        assert again.position == 7
        await again.catch_up()
        assert {t.name: await digest(yard.warehouse, t) for ft in TABLES for t in ft.tables} == before

    async def test_an_unreadable_event_sets_its_stream_aside_and_no_other(self, yard: Yard) -> None:
        await yard.feed.start()
        await yard.add("bad", 0, CrateFilled("east", "1"))
        await yard.break_stream("bad", 1)
        await yard.add("bad", 2, CrateMoved("north"))
        await yard.add("good", 0, CrateFilled("south", "1"))
        await yard.feed.catch_up()
        assert await yard.rows("SELECT id, yard FROM crates_now FINAL ORDER BY id") == [
            ("bad", "east"),
            ("good", "south"),
        ]
        assert (await yard.feed.status()).parked == 1
        assert yard.feed.parked == ["bad"]
        assert await verify(yard.feed, lambda _: None) == {}
        later = yard.new_feed()
        await later.start()
        assert later.parked == ["bad"]

    async def test_a_store_that_does_not_answer_sets_nothing_aside(
        self, yard: Yard, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await yard.feed.start()
        await yard.add("a", 0, CrateFilled("east", "1"))
        await yard.feed.catch_up()
        yard.feed.release()  # the next event of the stream reads the earlier one
        await yard.add("a", 1, CrateMoved("west"))

        async def refuse(*_: Any, **__: Any) -> Any:
            raise StoreUnavailable("away")

        with monkeypatch.context() as away:
            away.setattr(type(yard.store), "read", refuse)
            with pytest.raises(StoreUnavailable):
                await yard.feed.step()
        await yard.feed.catch_up()
        assert yard.feed.parked == []
        assert await yard.rows("SELECT id, yard FROM crates_now FINAL") == [("a", "west")]

    async def test_a_stream_that_can_be_read_again_is_healed_at_the_next_start(
        self, yard: Yard, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await yard.feed.start()
        await yard.add("c", 0, CrateFilled("east", "1"), CrateMoved("west"))

        def fails(*_: Any) -> list[Row]:
            raise ValueError("not today")

        sick = yard.new_feed((FactTable("crate_facts", "crates_now", 1, ("crate",), COLUMNS, fails), MOVES))
        await sick.start()
        await sick.catch_up()
        assert sick.parked == ["c"]
        well = yard.new_feed()
        await well.start()
        assert well.parked == []
        assert await yard.rows("SELECT yard FROM crates_now FINAL") == [("west",)]
        assert (await well.status()).parked == 0

    async def test_a_rebuild_gives_the_same_tables_and_readers_always_see_one(self, yard: Yard) -> None:
        await yard.feed.start()
        for i in range(200):
            await yard.add(f"c{i}", 0, CrateFilled("east", "1"), CrateMoved("west"))
        await yard.feed.catch_up()
        tables = [t for ft in TABLES for t in ft.tables]
        before = [[row async for row in dump(yard.warehouse, t)] for t in tables]
        rebuilding = asyncio.ensure_future(refill(yard.feed, TABLES, lambda _: None))
        counts = set()
        while not rebuilding.done():
            counts.add((await yard.rows("SELECT count() FROM crate_facts FINAL"))[0][0])
        assert await rebuilding == 400
        assert counts <= {400}
        assert [[row async for row in dump(yard.warehouse, t)] for t in tables] == before
        assert [len(rows) for rows in before] == [400, 200, 400]

    async def test_events_during_a_rebuild_are_in_the_new_tables(self, yard: Yard) -> None:
        await yard.feed.start()
        await yard.add("a", 0, CrateFilled("east", "1"))
        await yard.feed.catch_up()

        async def meanwhile() -> None:
            await yard.add("a", 1, CrateMoved("west"))
            await yard.add("b", 0, CrateFilled("north", "1"))
            await yard.feed.catch_up()

        work: list[asyncio.Task[None]] = []

        def progress(_: int) -> None:
            if not work:
                work.append(asyncio.ensure_future(meanwhile()))

        await refill(yard.feed, TABLES, progress)
        await asyncio.gather(*work)
        await yard.feed.catch_up()
        assert await yard.rows("SELECT id, yard FROM crates_now FINAL ORDER BY id") == [("a", "west"), ("b", "north")]
        assert await verify(yard.feed, lambda _: None) == {}

    async def test_verify_names_the_tables_that_differ(self, yard: Yard) -> None:
        await yard.feed.start()
        await yard.add("a", 0, CrateFilled("east", "1"))
        await yard.feed.catch_up()
        assert await verify(yard.feed, lambda _: None) == {}
        await yard.warehouse.command("ALTER TABLE moves UPDATE is = 'x' WHERE 1 SETTINGS mutations_sync = 1")
        assert set(await verify(yard.feed, lambda _: None)) == {"moves"}

    async def test_a_changed_declaration_is_filled_for_all_of_the_past(self, yard: Yard) -> None:
        await yard.feed.start()
        await yard.add("a", 0, CrateFilled("east", "1"))
        await yard.feed.catch_up()
        columns = (*COLUMNS, Column("heavy", "Bool", lambda crate: True))
        heavy = FactTable("crate_facts", "crates_now", 2, ("crate",), columns)
        later = yard.new_feed((heavy, MOVES))
        await later.start()
        assert later.stale == [heavy]
        await later.catch_up()
        assert await yard.rows("SELECT yard, heavy FROM crates_now FINAL") == [("east", True)]

    async def test_one_of_two_feeds_moves_the_position_and_a_refill_excludes_it(self, yard: Yard) -> None:
        """The other one stands by. What was fed during a refill is in the tables that it swaps in."""
        leases = SqliteViews.open(None)
        first, second = yard.new_feed(leases=leases), yard.new_feed(leases=leases)
        for feed in (first, second):
            await feed.start()
        await yard.add("a", 0, CrateFilled("east", "1"))
        await first.catch_up()
        assert await second.step() == 0
        await yard.add("a", 1, CrateMoved("west"))
        await first.catch_up()
        await refill(second, TABLES, lambda _: None)
        assert second.position == first.position
        assert await yard.rows("SELECT id, version, yard FROM crates_now FINAL") == [("a", 2, "west")]
        await yard.add("a", 2, CrateMoved("north"))
        await second.catch_up()
        assert await first.step() == 0
        await first.stop()
        await second.stop()
        assert await verify(second, lambda _: None) == {}
        assert await yard.rows("SELECT id, version, yard FROM crates_now FINAL") == [("a", 3, "north")]
        await leases.close()

    async def test_a_store_of_an_earlier_day_starts_the_warehouse_anew(self, yard: Yard) -> None:
        await yard.feed.start()
        await yard.add("a", 0, CrateFilled("east", "1"))
        await yard.feed.catch_up()
        await yard.warehouse.command(f"{NOTE} ('facts', 1000000, now64())")
        later = yard.new_feed()
        await later.start()
        assert later.position == 0
        assert await yard.rows("SELECT count() FROM crate_facts") == [(0,)]
        await later.catch_up()
        assert await yard.rows("SELECT count() FROM crate_facts") == [(1,)]

    async def test_the_running_feed_brings_facts_soon(self, yard: Yard) -> None:
        await yard.feed.start()
        running = asyncio.ensure_future(yard.feed.run())
        try:
            async with asyncio.timeout(60):
                for i in range(3):
                    await yard.add(f"c{i}", 0, CrateFilled("east", "1"))
                    while yard.feed.position < await yard.store.head():
                        await asyncio.sleep(0.02)
        finally:
            running.cancel()
        assert await yard.rows("SELECT count() FROM crate_facts FINAL") == [(3,)]
