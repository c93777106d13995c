"""Engines that are killed, stopped or fail to start: questions and the feed go on with the next one."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.errors import Unavailable
from shared.warehouse import readers, spawn, writer
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.port import QueryFailed
from shared.warehouse.session import Limits, ask
from tests.contract.warehouse_suite import THINGS, things

COUNT = "SELECT count() FROM things"
SLOW = "SELECT count() + sum(sleepEachRow(0.5)) * 0 FROM things"
# the engine's own program; the first process that runs it does something else
FIRST = """
import os, sys, time
from shared.warehouse import engine
try:
    os.mkdir({marker!r})
    {act}
except FileExistsError:
    pass
sys.argv = ["engine", sys.argv[1]]
engine.main()
"""


@pytest.fixture
async def warehouse(tmp_path: Path) -> AsyncIterator[ConfinedWarehouse]:
    warehouse = await ConfinedWarehouse.open(f"chdb:{tmp_path / 'warehouse'}")
    await warehouse.command(THINGS.ddl())
    await warehouse.insert(THINGS, things(1, "acme"))
    await warehouse.publish(["things"])
    yield warehouse
    await warehouse.close()


def send(signal_: signal.Signals, engine: spawn.Engine | None) -> spawn.Engine:
    assert engine is not None
    os.kill(engine.pid, signal_)
    return engine


async def count(warehouse: ConfinedWarehouse, sql: str = COUNT) -> int:
    return int((await warehouse.ask(sql, tenant="acme")).rows[0][0])


async def test_a_connection_to_an_engine_that_ended_is_a_failed_question(warehouse: ConfinedWarehouse) -> None:
    await warehouse.warm()
    reader = send(signal.SIGKILL, warehouse.readers.running)
    assert await reader.ended(10)
    with pytest.raises(QueryFailed) as raised:
        await asyncio.to_thread(ask, reader.client, "SELECT 1", None, Limits().settings("acme"))
    assert raised.value.code == 0


async def test_questions_of_a_killed_reader_are_asked_again(warehouse: ConfinedWarehouse) -> None:
    await warehouse.warm()
    asked = [asyncio.create_task(count(warehouse, SLOW)) for _ in range(2)]
    while not warehouse.readers.busy:
        await asyncio.sleep(0.01)
    send(signal.SIGKILL, warehouse.readers.running)
    assert await asyncio.gather(*asked, count(warehouse)) == [1, 1, 1]


@pytest.mark.parametrize("act", ["os._exit(1)", "time.sleep(3600)"])
async def test_a_failed_start_of_a_reader_is_repeated_once(
    warehouse: ConfinedWarehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    program = FIRST.format(marker=str(tmp_path / "started"), act=act)
    monkeypatch.setattr(spawn, "PROGRAM", ("-I", "-B", "-c", program))
    monkeypatch.setattr(readers, "START_SECONDS", 8.0)
    assert await count(warehouse) == 1
    assert (tmp_path / "started").exists()


async def test_a_reader_that_never_starts_is_unavailable(
    warehouse: ConfinedWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spawn, "PROGRAM", ("-c", "pass"))
    with pytest.raises(Unavailable, match=r"ended while it started|does not start"):
        await count(warehouse)


async def test_a_stopped_writer_is_replaced(
    warehouse: ConfinedWarehouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(writer, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(writer, "SILENCE_SECONDS", 0.5)
    stopped = send(signal.SIGSTOP, warehouse.writer.engine)
    with pytest.raises(QueryFailed):
        await warehouse.insert(THINGS, things(1, "globex"))
    assert not stopped.alive
    monkeypatch.undo()
    await warehouse.insert(THINGS, things(1, "globex"))
    assert await warehouse.rows("SELECT count() FROM things FINAL") == [(2,)]
    assert sum("has not answered" in r.message for r in caplog.records) == 1


async def test_a_long_statement_of_a_writer_that_answers_is_left_alone(
    warehouse: ConfinedWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BEAT_SECONDS", 0.05)
    before = warehouse.writer.engine
    assert await warehouse.rows("SELECT sum(number) FROM numbers_mt(1000000000)") == [(499999999500000000,)]
    assert warehouse.writer.engine is before


async def test_a_stopped_writer_does_not_keep_questions_from_the_next_reader(warehouse: ConfinedWarehouse) -> None:
    await warehouse.warm()
    stopped = send(signal.SIGSTOP, warehouse.writer.engine)
    send(signal.SIGKILL, warehouse.readers.running)
    assert await count(warehouse) == 1
    assert stopped.alive
    send(signal.SIGCONT, stopped)
