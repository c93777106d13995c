"""What every warehouse keeps. An adapter's test module subclasses this and gives an `opener`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.clock import start_of_day
from shared.errors import Unavailable
from shared.warehouse.migrations import migrate
from shared.warehouse.port import Answer, Parameters, QueryFailed, Warehouse
from shared.warehouse.tables import HEAD, Column, Row, Table, day, money, within

Opener = Callable[[], Awaitable[Warehouse]]

THINGS = Table(
    "things",
    (
        *HEAD,
        Column("name", "String"),
        Column("kind", "LowCardinality(String)"),
        Column("amount", "Nullable(Decimal(18, 4))"),
        Column("day", "Nullable(Date32)"),
        Column("seen_at", "Nullable(DateTime64(6, 'UTC'))"),
        Column("flag", "Bool"),
        Column("parts", "Array(String)"),
    ),
    latest=False,
)


def things(n: int, tenant: str = "acme", **changed: Any) -> list[Row]:
    """Rows 0 … n-1 of THINGS."""
    at = start_of_day("2017-03-01")
    values = {"name": '王芳 O\'Hara \\ "x"', "kind": "k", "amount": Decimal("12.34"), "day": date(2017, 3, 1)}
    values |= {"seen_at": at + 1, "flag": True, "parts": ["a", "b'c"], **changed}
    return [(tenant, f"id{i:06d}", 1, i, at, at, "Made", "u1", *values.values()) for i in range(n)]


async def see(warehouse: Warehouse, sql: str, parameters: Parameters | None = None, tenant: str = "acme") -> Answer:
    """A caller's question that sees all that was written before it."""
    await warehouse.settle()
    return await warehouse.ask(sql, parameters, tenant=tenant)


async def with_things(opener: Opener) -> Warehouse:
    """A warehouse whose readers show THINGS."""
    warehouse = await opener()
    await warehouse.command(THINGS.ddl())
    await warehouse.publish([THINGS.name])
    return warehouse


NAMES = (
    "Ann",
    "O'Hara",
    '"Bo" \\',
    "\u738b\u82b3",
    "\u0623\u062d\u0645\u062f",
    "\u0418\u0432\u0430\u043d",
    "\U0001f600",
    "a\nb\r\n--edge--\r\n",
    "{x:String}",
)
LOCKED_OUT = (
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
)


class WarehouseSuite:
    async def test_every_type_comes_back_as_it_went_in(self, opener: Opener) -> None:
        warehouse = await with_things(opener)
        await warehouse.insert(THINGS, things(1) + things(1, "other", amount=None, day=None, seen_at=None, parts=[]))
        names = "name, kind, amount, day, flag, parts"
        [full] = (await see(warehouse, f"SELECT {names} FROM things FINAL")).rows
        [empty] = (await see(warehouse, f"SELECT {names} FROM things FINAL", tenant="other")).rows
        assert full == ('王芳 O\'Hara \\ "x"', "k", Decimal("12.34"), date(2017, 3, 1), True, ["a", "b'c"])
        assert empty[2:4] == (None, None)
        moments = await see(warehouse, "SELECT toUnixTimestamp64Micro(seen_at) FROM things WHERE tenant = 'acme'")
        assert moments.rows == [(start_of_day("2017-03-01") + 1,)]

    async def test_the_same_row_again_replaces_itself(self, opener: Opener) -> None:
        warehouse = await with_things(opener)
        for _ in range(3):
            await warehouse.insert(THINGS, things(100))
        assert (await see(warehouse, "SELECT count() FROM things FINAL")).rows == [(100,)]

    async def test_rows_outlive_the_client(self, opener: Opener) -> None:
        warehouse = await with_things(opener)
        await warehouse.insert(THINGS, things(10))
        await warehouse.close()
        again = await with_things(opener)
        assert (await see(again, "SELECT count() FROM things")).rows == [(10,)]

    async def test_an_answer_without_rows_has_its_columns(self, opener: Opener) -> None:
        warehouse = await opener()
        answer = await warehouse.ask(
            "SELECT {s:String} AS a, toInt64(1) AS b FROM numbers(0)", {"s": "x"}, tenant="acme"
        )
        assert answer == Answer(("a", "b"), ("String", "Int64"), ([], []))

    async def test_any_text_travels_as_a_parameter(self, opener: Opener) -> None:
        warehouse = await opener()
        loop = asyncio.get_running_loop()

        @settings(max_examples=60, deadline=None)
        @given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=4))
        def holds(texts: list[str]) -> None:
            question = warehouse.ask("SELECT {t:Array(String)} AS t", {"t": texts}, tenant="acme")
            answer = asyncio.run_coroutine_threadsafe(question, loop).result(30)
            assert answer.rows == [(texts,)]

        await asyncio.to_thread(holds)

    @pytest.mark.parametrize("people", [1, 500, 5_000])
    @pytest.mark.parametrize("reader", [True, False])
    async def test_any_number_of_parameters_is_understood(self, opener: Opener, reader: bool, people: int) -> None:
        warehouse = await opener()
        names = [f"{NAMES[n % len(NAMES)]} {n}" for n in range(people)]
        sql, given = "SELECT {names:Array(String)} AS n, {one:String} AS o", {"names": names, "one": NAMES[-1]}
        answer = await (warehouse.ask(sql, given, tenant="acme") if reader else warehouse.rows(sql, given))
        assert (answer.rows if isinstance(answer, Answer) else answer) == [(names, NAMES[-1])]
        none = await warehouse.ask(f"{sql} FROM numbers(0)", given, tenant="acme")
        assert none.names == ("n", "o")

    async def test_a_readers_session_is_locked(self, opener: Opener) -> None:
        warehouse = await with_things(opener)
        answered = []
        for statement in LOCKED_OUT:
            try:
                await warehouse.ask(statement, tenant="acme")
                answered.append(statement)
            except QueryFailed:
                continue
        assert answered == []

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
            await warehouse.ask(question, tenant="acme")
        assert failure.value.code == code

    @pytest.mark.parametrize("reader", [True, False])
    async def test_a_failed_question_leaves_nothing_to_the_next(self, opener: Opener, reader: bool) -> None:
        warehouse = await opener()
        failing = "SELECT number, throwIf(number = 50000) FROM numbers(90000) SETTINGS max_block_size = 1000"
        if reader:
            failing = "SELECT toString(number), throwIf(number = 90000) FROM numbers(99000)"
        for _ in range(6):
            with pytest.raises(QueryFailed):
                await (warehouse.ask(failing, tenant="acme") if reader else warehouse.rows(failing))
            assert await warehouse.rows("SELECT 42") == [(42,)]
            answers = await asyncio.gather(*(warehouse.ask("SELECT 42", tenant="acme") for _ in range(4)))
            assert [a.rows for a in answers] == [[(42,)]] * 4

    async def test_a_slow_reader_does_not_hold_the_writer_up(self, opener: Opener) -> None:
        warehouse = await with_things(opener)
        slow = asyncio.ensure_future(
            warehouse.ask("SELECT count() FROM numbers(10000000000) WHERE sipHash64(number) = 1", tenant="acme")
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

    async def test_a_question_is_always_some_tenants(self, opener: Opener) -> None:
        warehouse = await opener()
        with pytest.raises(ValueError, match="tenant"):
            await warehouse.ask("SELECT 1", tenant="")

    async def test_a_closed_warehouse_is_unavailable(self, opener: Opener) -> None:
        warehouse = await with_things(opener)
        await warehouse.close()
        await warehouse.close()
        for asked in (
            warehouse.command("SELECT 1"),
            warehouse.insert(THINGS, things(1)),
            warehouse.rows("SELECT 1"),
            warehouse.ask("SELECT 1", tenant="acme"),
        ):
            with pytest.raises(Unavailable):
                await asked

    def test_what_a_column_cannot_hold_is_left_out(self) -> None:
        assert day("0001-01-01") is None
        assert day("2299-12-31") == date(2299, 12, 31)
        assert money("99999999999999999.00") is None
        assert money("-1.50") == Decimal("-1.50")
        assert within(-(10**18)) == start_of_day("1900-01-01")
