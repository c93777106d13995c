"""What every warehouse keeps, and the feed over it. An adapter's test module subclasses this and gives an `opener`.

The feed's tests use a record type of their own: a crate with a weight, in a yard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.clock import SystemClock, SystemIds, start_of_day
from shared.domain.aggregate import Aggregate
from shared.domain.record import Record
from shared.errors import Unavailable
from shared.events.codec import Codec
from shared.events.envelope import Event, Metadata, NewEvent, Recorded
from shared.events.registry import event
from shared.eventstore.port import EventStore
from shared.views.port import Collection
from shared.warehouse.client import Answer, QueryFailed, Warehouse
from shared.warehouse.feed import WarehouseFeed
from shared.warehouse.migrations import migrate
from shared.warehouse.rebuild import digest, dump, rebuild, verify
from shared.warehouse.tables import HEAD, Column, FactTable, Row, Table, day, money, within

Opener = Callable[[], Awaitable[Warehouse]]
IDS = SystemIds()

THINGS = Table(
    "things",
    (
        *HEAD,
        Column("name", "String"),
        Column("kind", "LowCardinality(String)"),
        Column("amount", "Nullable(Decimal(18, 2))"),
        Column("day", "Nullable(Date32)"),
        Column("seen_at", "Nullable(DateTime64(6, 'UTC'))"),
        Column("flag", "Bool"),
        Column("parts", "Array(String)"),
    ),
    latest=False,
)


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
COLUMNS = (Column("yard", "LowCardinality(String)"), Column("weight", "Nullable(Decimal(18, 2))"))


def crate_rows(before: Any, recorded: Recorded, after: Any) -> list[Row]:
    return [(after.yard, money(after.weight))]


def moves(before: Any, recorded: Recorded, after: Any) -> list[Row]:
    return [(before.yard, after.yard)] if before.yard != after.yard else []


CRATES = FactTable("crate_facts", "crates_now", 1, ("crate",), COLUMNS, crate_rows)
MOVES = FactTable("moves", "", 1, ("crate",), (Column("was", "String"), Column("is", "String")), moves)
TABLES = (CRATES, MOVES)


def things(n: int, tenant: str = "acme", **changed: Any) -> list[Row]:
    """Rows 0 … n-1 of THINGS."""
    at = start_of_day("2017-03-01")
    values = {"name": '王芳 O\'Hara \\ "x"', "kind": "k", "amount": Decimal("12.34"), "day": date(2017, 3, 1)}
    values |= {"seen_at": at + 1, "flag": True, "parts": ["a", "b'c"], **changed}
    return [(tenant, f"id{i:06d}", 1, i, at, at, "Made", "u1", *values.values()) for i in range(n)]


class WarehouseSuite:
    async def test_every_type_comes_back_as_it_went_in(self, opener: Opener) -> None:
        warehouse = await opener()
        await warehouse.command(THINGS.ddl())
        await warehouse.insert(THINGS, things(1) + things(1, "other", amount=None, day=None, seen_at=None, parts=[]))
        names = "name, kind, amount, day, flag, parts"
        full, empty = (await warehouse.ask(f"SELECT {names} FROM things FINAL ORDER BY tenant")).rows
        assert full == ('王芳 O\'Hara \\ "x"', "k", Decimal("12.34"), date(2017, 3, 1), True, ["a", "b'c"])
        assert empty[2:4] == (None, None)
        moments = await warehouse.ask("SELECT toUnixTimestamp64Micro(seen_at) FROM things WHERE tenant = 'acme'")
        assert moments.rows == [(start_of_day("2017-03-01") + 1,)]

    async def test_the_same_row_again_replaces_itself(self, opener: Opener) -> None:
        warehouse = await opener()
        await warehouse.command(THINGS.ddl())
        for _ in range(3):
            await warehouse.insert(THINGS, things(100))
        assert (await warehouse.ask("SELECT count() FROM things FINAL")).rows == [(100,)]

    async def test_rows_outlive_the_client(self, opener: Opener) -> None:
        warehouse = await opener()
        await warehouse.command(THINGS.ddl())
        await warehouse.insert(THINGS, things(10))
        await warehouse.close()
        again = await opener()
        assert (await again.ask("SELECT count() FROM things")).rows == [(10,)]

    async def test_an_answer_without_rows_has_its_columns(self, opener: Opener) -> None:
        warehouse = await opener()
        answer = await warehouse.ask("SELECT {s:String} AS a, toInt64(1) AS b FROM numbers(0)", {"s": "x"})
        assert answer == Answer(("a", "b"), ("String", "Int64"), ([], []))

    async def test_any_text_travels_as_a_parameter(self, opener: Opener) -> None:
        warehouse = await opener()
        loop = asyncio.get_running_loop()

        @settings(max_examples=60, deadline=None)
        @given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=4))
        def holds(texts: list[str]) -> None:
            question = warehouse.ask("SELECT {t:Array(String)} AS t", {"t": texts})
            answer = asyncio.run_coroutine_threadsafe(question, loop).result(30)
            assert answer.rows == [(texts,)]

        await asyncio.to_thread(holds)

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO things (id) VALUES ('x')",
            "CREATE TABLE mine (a Int8) ENGINE = Memory",
            "DROP TABLE things",
            "TRUNCATE TABLE things",
            "ALTER TABLE things DELETE WHERE 1",
            "SET max_memory_usage = 0",
            "SET readonly = 0",
            "SELECT 1 SETTINGS max_execution_time = 1000",
            "SELECT * FROM file('/etc/passwd', 'TSV', 'a String')",
            "SELECT * FROM url('http://127.0.0.1:1/', 'TSV', 'a String')",
            "SELECT * FROM executable('id', 'TSV', 'a String')",
            "SELECT 1 INTO OUTFILE '/tmp/out'",
        ],
    )
    async def test_a_readers_session_is_locked(self, opener: Opener, statement: str) -> None:
        warehouse = await opener()
        await warehouse.command(THINGS.ddl())
        with pytest.raises(QueryFailed):
            await warehouse.ask(statement)

    @pytest.mark.parametrize(
        ("question", "code"),
        [
            ("SELECT number FROM numbers(200000)", 396),
            ("SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))", 159),
            ("SELECT groupArray(repeat('x', 10000)) FROM numbers(1000000)", 241),
        ],
    )
    async def test_a_reader_is_bounded_in_rows_time_and_memory(self, opener: Opener, question: str, code: int) -> None:
        warehouse = await opener()
        with pytest.raises(QueryFailed) as failure:
            await warehouse.ask(question)
        assert failure.value.code == code

    @pytest.mark.parametrize("reader", [True, False])
    async def test_a_failed_question_leaves_nothing_to_the_next(self, opener: Opener, reader: bool) -> None:
        warehouse = await opener()
        failing = "SELECT number, throwIf(number = 50000) FROM numbers(90000) SETTINGS max_block_size = 1000"
        if reader:
            failing = "SELECT toString(number), throwIf(number = 90000) FROM numbers(99000)"
        for _ in range(6):
            with pytest.raises(QueryFailed):
                await (warehouse.ask if reader else warehouse.rows)(failing)
            assert await warehouse.rows("SELECT 42") == [(42,)]
            answers = await asyncio.gather(*(warehouse.ask("SELECT 42") for _ in range(4)))
            assert [a.rows for a in answers] == [[(42,)]] * 4

    async def test_a_slow_reader_does_not_hold_the_writer_up(self, opener: Opener) -> None:
        warehouse = await opener()
        await warehouse.command(THINGS.ddl())
        slow = asyncio.ensure_future(
            warehouse.ask("SELECT count() FROM numbers(10000000000) WHERE sipHash64(number) = 1")
        )
        await asyncio.sleep(0.1)
        await warehouse.insert(THINGS, things(10))
        assert not slow.done()
        with pytest.raises(QueryFailed):
            await slow

    async def test_migrations_run_once_and_never_backwards(self, opener: Opener) -> None:
        warehouse = await opener()
        await migrate(warehouse)
        await migrate(warehouse)
        await warehouse.command("INSERT INTO schema_migrations VALUES (999)")
        with pytest.raises(Unavailable, match="999"):
            await migrate(warehouse)

    def test_what_a_column_cannot_hold_is_left_out(self) -> None:
        assert day("0001-01-01") is None
        assert day("2299-12-31") == date(2299, 12, 31)
        assert money("99999999999999999.00") is None
        assert money("-1.50") == Decimal("-1.50")
        assert within(-(10**18)) == start_of_day("1900-01-01")


class Yard:
    """A store with crates, and the feed from it."""

    def __init__(self, warehouse: Warehouse, store: EventStore, codec: Codec) -> None:
        self.warehouse, self.store, self.codec = warehouse, store, codec
        self.feed = self.new_feed()

    def new_feed(self, tables: tuple[FactTable, ...] = TABLES) -> WarehouseFeed:
        return WarehouseFeed(self.warehouse, self.store, self.codec, [CRATE], tables, SystemClock())

    async def add(self, id: str, version: int, *events: Any, tenant: str = "acme", at: str = "2017-01-01") -> None:
        stream, when = CRATE.stream(id), start_of_day(at)
        encoded = await self.codec.encode(tenant, stream, events, [IDS.new() for _ in events], when)
        await self.store.append(tenant, stream, version, encoded, Metadata(actor="u1"))

    async def break_stream(self, id: str, version: int) -> None:
        broken = NewEvent(IDS.new(), "crates.CrateMoved", 1, start_of_day("2017-02-01"), b'{"nothing":1}')
        await self.store.append("acme", CRATE.stream(id), version, [broken], Metadata(actor="u1"))

    async def rows(self, sql: str) -> list[Row]:
        return (await self.warehouse.ask(sql)).rows


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
        await yard.warehouse.command("INSERT INTO feed_position VALUES ('facts', 7, now64())")
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
        rebuilding = asyncio.ensure_future(rebuild(yard.feed, TABLES, lambda _: None))
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

        await rebuild(yard.feed, TABLES, progress)
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
        heavy = FactTable(
            "crate_facts",
            "crates_now",
            2,
            ("crate",),
            (*COLUMNS, Column("heavy", "Bool")),
            lambda before, recorded, after: [(after.yard, money(after.weight), True)],
        )
        later = yard.new_feed((heavy, MOVES))
        await later.start()
        assert later.stale == [heavy]
        await later.catch_up()
        assert await yard.rows("SELECT yard, heavy FROM crates_now FINAL") == [("east", True)]

    async def test_a_store_of_an_earlier_day_starts_the_warehouse_anew(self, yard: Yard) -> None:
        await yard.feed.start()
        await yard.add("a", 0, CrateFilled("east", "1"))
        await yard.feed.catch_up()
        await yard.warehouse.command("INSERT INTO feed_position VALUES ('facts', 1000000, now64())")
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
            async with asyncio.timeout(20):
                for i in range(3):
                    await yard.add(f"c{i}", 0, CrateFilled("east", "1"))
                    while yard.feed.position < await yard.store.head():
                        await asyncio.sleep(0.02)
        finally:
            running.cancel()
        assert await yard.rows("SELECT count() FROM crate_facts FINAL") == [(3,)]
