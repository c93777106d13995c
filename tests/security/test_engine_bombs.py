"""Questions that ignore the engine's own limits: they end with their engine, and nobody else waits for them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from shared.errors import TooSlow, Unavailable
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.port import QueryFailed
from shared.warehouse.session import Limits

BOMBS = (
    "SELECT length(extractAll(materialize(repeat('a', 1000000)), 'a.*z|a'))",
    "SELECT length(replaceRegexpAll(materialize(repeat('a', 1000000)), 'a.*z|a', 'x'))",
    "SELECT max(damerauLevenshteinDistance(repeat('ab', 4000), repeat('b', 8000) || toString(number))) "
    "FROM numbers(999)",
)
HEAVY = (
    "SELECT count() FROM numbers(1000) WHERE materialize(repeat('a', 100000)) LIKE '%' || repeat('a%', 4000) || 'b'",
    "SELECT length(f) FROM (SELECT concat(e, e, e, e) AS f FROM (SELECT concat(d, d, d, d) AS e FROM "
    "(SELECT concat(c, c, c, c) AS d FROM (SELECT repeat(toString(number), 1000000) AS c FROM numbers(100)))))",
)
LIMITS = Limits(seconds=1, memory=400_000_000)


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def warehouse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ConfinedWarehouse]:
    opened = await ConfinedWarehouse.open(f"chdb:{tmp_path_factory.mktemp('bombs') / 'warehouse'}", limits=LIMITS)
    yield opened
    await opened.close()


def pid(warehouse: ConfinedWarehouse) -> int:
    engine = warehouse.readers.running
    assert engine is not None
    return engine.pid


def exists(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def running(warehouse: ConfinedWarehouse, questions: int) -> None:
    async with asyncio.timeout(60):
        while warehouse.readers.busy < questions:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_bomb_ends_with_its_engine_and_another_tenant_is_answered_meanwhile(
    warehouse: ConfinedWarehouse, bomb: str
) -> None:
    exploding = asyncio.ensure_future(warehouse.ask(bomb, tenant="acme"))
    await running(warehouse, 1)
    first = pid(warehouse)
    assert (await warehouse.ask("SELECT 42", tenant="globex")).rows == [(42,)]
    assert not exploding.done()
    with pytest.raises(TooSlow):
        await exploding
    assert not exists(first)
    assert (await warehouse.ask("SELECT 42", tenant="acme")).rows == [(42,)]
    second = pid(warehouse)
    assert second != first
    before = processor_seconds(second)
    await asyncio.sleep(1.0)
    assert processor_seconds(second) - before < 0.5  # it was not asked again by anybody


@pytest.mark.parametrize("question", HEAVY)
async def test_what_is_heavy_ends_by_some_limit(warehouse: ConfinedWarehouse, question: str) -> None:
    with pytest.raises((QueryFailed, TooSlow)):
        await warehouse.ask(question, tenant="acme")
    assert (await warehouse.ask("SELECT 42", tenant="acme")).rows == [(42,)]


async def test_an_innocent_question_is_asked_once_more(warehouse: ConfinedWarehouse) -> None:
    innocent = asyncio.ensure_future(warehouse.ask("SELECT 42, sleep(0.5)", tenant="acme"))
    await running(warehouse, 1)
    engine = warehouse.readers.running
    assert engine is not None
    await engine.kill()
    assert (await innocent).rows == [(42, 0)]
    assert pid(warehouse) != engine.pid


async def test_and_not_a_third_time(warehouse: ConfinedWarehouse) -> None:
    innocent = asyncio.ensure_future(warehouse.ask("SELECT sleep(0.9)", tenant="acme"))
    for _ in range(2):
        await running(warehouse, 1)
        engine = warehouse.readers.running
        assert engine is not None
        await engine.kill()
    with pytest.raises(Unavailable, match="another question"):
        await innocent


async def test_two_bombs_of_a_tenant_leave_a_turn_to_others(warehouse: ConfinedWarehouse) -> None:
    bombs = [asyncio.ensure_future(warehouse.ask(BOMBS[0], tenant="acme")) for _ in range(4)]
    await running(warehouse, 2)
    assert (await warehouse.ask("SELECT 42", tenant="globex")).rows == [(42,)]
    assert not any(b.done() for b in bombs)
    assert {type(e) for e in await asyncio.gather(*bombs, return_exceptions=True)} <= {TooSlow, Unavailable}


async def test_what_was_killed_reaches_no_later_engine(warehouse: ConfinedWarehouse) -> None:
    """The client repeats a read whose connection broke: on a dead engine that fails, whatever came after it."""
    await warehouse.ask("SELECT 1", tenant="acme")
    dead = warehouse.readers.running
    assert dead is not None
    await dead.kill()
    await warehouse.ask("SELECT 1", tenant="acme")
    assert pid(warehouse) != dead.pid
    with pytest.raises(Exception, match=r"(?i)broken|descriptor|reset|connection"):
        dead.client.query("SELECT 1")


async def test_the_warehouse_closes_under_a_bomb(warehouse: ConfinedWarehouse) -> None:
    """The last test of this file: nothing can be asked of it afterwards."""
    exploding = asyncio.ensure_future(warehouse.ask(BOMBS[0], tenant="acme"))
    await running(warehouse, 1)
    process = pid(warehouse)
    await warehouse.close()
    assert not exists(process)
    with pytest.raises((QueryFailed, Unavailable)):
        await exploding
