"""The warehouse suite through the door of the process that has the engine, over a socket; and who is not let in."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import httpx
import orjson
import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared.clock import SystemClock
from shared.door import caller, server
from shared.door.server import ANSWER, LONGEST
from shared.errors import Unavailable
from shared.security.keyring import Wrapper
from shared.security.rootkey import RootKey
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.door import PURPOSE, warehouse_door
from shared.warehouse.port import Parameters, WarehouseReader
from shared.warehouse.remote import RemoteWarehouse
from shared.warehouse.session import Limits
from shared.warehouse.tables import Row, Table
from tests.contract.warehouse_suite import THINGS, Opener, WarehouseSuite, things, with_things
from tests.support.servers import served

LIMITS = Limits(seconds=2, memory=300_000_000)
SEAL = RootKey(b"\1" * 32).wrapper(PURPOSE)


class ThroughTheDoor(RemoteWarehouse):
    """Asks through the door and writes by the engine itself, as the two processes do."""

    def __init__(self, address: str, seal: Wrapper, engine: ConfinedWarehouse) -> None:
        super().__init__(address, seal, SystemClock())
        self.engine = engine

    async def command(self, sql: str, parameters: Parameters | None = None) -> None:
        await self.engine.command(sql, parameters)

    async def insert(self, table: Table, rows: Sequence[Row], name: str = "") -> None:
        await self.engine.insert(table, rows, name)

    async def publish(self, tables: Sequence[str]) -> None:
        await self.engine.publish(tables)

    async def settle(self) -> None:
        await self.engine.settle()

    async def close(self) -> None:
        await super().close()
        await self.engine.close()


@pytest.fixture
async def opener(tmp_path: Path) -> AsyncIterator[Opener]:
    async with AsyncExitStack() as stack:

        async def open_warehouse() -> ThroughTheDoor:
            engine = await ConfinedWarehouse.open(f"chdb:{tmp_path / 'warehouse'}", limits=LIMITS)
            stack.push_async_callback(engine.close)
            address = await stack.enter_async_context(served(warehouse_door(engine, SEAL, SystemClock())))
            return ThroughTheDoor(f"{address}/warehouse", SEAL, engine)

        yield open_warehouse


class TestThroughTheDoor(WarehouseSuite):
    async def test_marks_travel(self, opener: Opener) -> None:
        warehouse = await with_things(opener)
        await warehouse.ask("SELECT 1", tenant="acme")
        await warehouse.insert(THINGS, things(3))
        [mark] = await warehouse.marks()
        assert (mark.table, mark.tenant) == ("things", "acme")
        async with asyncio.timeout(60):
            while not await warehouse.shows([mark]):
                await asyncio.sleep(0.05)
        assert await warehouse.marks() == []

    async def test_the_end_of_the_engine_is_reported(self, opener: Opener) -> None:
        warehouse = await with_things(opener)
        assert isinstance(warehouse, ThroughTheDoor)
        await warehouse.engine.close()
        with pytest.raises(Unavailable, match="closed"):
            await warehouse.ask("SELECT 1", tenant="acme")


async def test_nobody_there_is_reported_with_the_address() -> None:
    asking = RemoteWarehouse("http://127.0.0.1:9/warehouse", SEAL, SystemClock())
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9/warehouse is not reached"):
        await asking.rows("SELECT 1")
    await asking.warm()
    await asking.close()


async def test_a_process_without_the_role_is_reported_with_the_remedy() -> None:
    async def another(scope: Scope, receive: Receive, send: Send) -> None:
        await Response("There is nothing at this path", 404)(scope, receive, send)

    async with served(another) as address:
        asking = RemoteWarehouse(f"{address}/warehouse", SEAL, SystemClock())
        with pytest.raises(Unavailable, match=r"is not there, but a process without its role: correct the address$"):
            await asking.rows("SELECT 1")
        await asking.close()


class Silent:
    """A reader that is never to be asked."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked")


@pytest.fixture
async def guarded() -> AsyncIterator[str]:
    async with served(warehouse_door(cast(WarehouseReader, Silent()), SEAL, SystemClock())) as address:
        yield f"{address}/warehouse"


@pytest.mark.parametrize("key", [RootKey(b"\2" * 32).wrapper(PURPOSE), RootKey(b"\1" * 32).wrapper("another door")])
async def test_another_key_or_purpose_is_refused(guarded: str, key: Wrapper) -> None:
    asking = RemoteWarehouse(guarded, key, SystemClock())
    with pytest.raises(Unavailable, match="another installation"):
        await asking.rows("SELECT 1")
    await asking.close()


class Late(SystemClock):
    def now(self) -> int:
        return super().now() - 61_000_000


async def test_a_request_is_taken_for_a_minute_only(guarded: str) -> None:
    asking = RemoteWarehouse(guarded, SEAL, Late())
    with pytest.raises(Unavailable, match="clocks"):
        await asking.rows("SELECT 1")
    await asking.close()


@pytest.mark.parametrize(
    ("method", "body", "status"),
    [
        ("GET", b"", 405),
        ("POST", b"", 403),
        ("POST", b"SELECT 1", 403),
        ("POST", b"x" * (LONGEST + 1), 413),
        ("POST", SEAL.wrap(b"not json"), 403),
        ("POST", SEAL.wrap(b"[]"), 403),
        ("POST", SEAL.wrap(b'{"method": "close", "nonce": "n", "at": 1}'), 403),
    ],
    ids=["no POST", "empty", "plain", "too long", "no JSON", "no call", "no method"],
)
async def test_what_is_no_request_is_refused(guarded: str, method: str, body: bytes, status: int) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.request(method, guarded, content=body)).status_code == status


async def test_a_recorded_answer_is_not_taken_for_another() -> None:
    recorded = SEAL.wrap(orjson.dumps({"to": "an earlier nonce", "found": []}))

    async def replaying(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(ANSWER + recorded)(scope, receive, send)

    async with served(replaying) as address:
        asking = RemoteWarehouse(address, SEAL, SystemClock())
        with pytest.raises(Unavailable, match="another request"):
            await asking.rows("SELECT 1")
        await asking.close()


async def test_a_process_that_is_gone_without_a_word_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its socket takes connections all the same: it hangs, it starts, or its machine lost power."""
    monkeypatch.setattr(caller, "SILENT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        asking = RemoteWarehouse(f"http://127.0.0.1:{mute.getsockname()[1]}/warehouse", SEAL, SystemClock())
        async with asyncio.timeout(60):
            with pytest.raises(Unavailable, match="is not reached"):
                await asking.rows("SELECT 1")
        await asking.close()


class Slow:
    async def rows(self, sql: str, parameters: Parameters | None) -> list[Row]:
        await asyncio.sleep(1.5)
        return [("late",)]


async def test_an_answer_may_take_longer_than_silence_is_borne(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caller, "SILENT_SECONDS", 1.0)
    monkeypatch.setattr(server, "BEAT_SECONDS", 0.05)
    async with served(warehouse_door(cast(WarehouseReader, Slow()), SEAL, SystemClock())) as address:
        asking = RemoteWarehouse(f"{address}/warehouse", SEAL, SystemClock())
        assert await asking.rows("SELECT sleep(1)") == [("late",)]
        await asking.close()
