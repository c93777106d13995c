"""Commands on one side, the analysts' questions on the other, over real files and a real engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.analytics.facts import TABLES
from services.analytics.sql.gateway import SqlGateway
from services.analytics.views.people import People
from shared.clock import start_of_day
from shared.security.permissions import Access
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.feed import WarehouseFeed
from shared.warehouse.tables import Row
from tests.support.leases import FreeLeases
from tests.support.world import BOSS, World, open_world

HOUR = 3_600_000_000


@dataclass
class Analysts:
    world: World
    feed: WarehouseFeed
    gateway: SqlGateway
    boss: Access = BOSS

    async def ask(self, sql: str, access: Access | None = None) -> list[Row]:
        """The answer once everything has arrived."""
        await self.world.settle()
        await self.feed.catch_up()
        await self.feed.warehouse.settle()
        return (await self.gateway.ask(sql, access or self.boss)).rows

    async def roll_up(self) -> None:
        """Compute the sums again; return once they are used, as soon as questions see them."""
        before = self.feed.rollups.generation(self.boss.tenant)
        await self.feed.refresh_rollups()
        async with asyncio.timeout(60):
            while self.feed.rollups.generation(self.boss.tenant) in (None, before):
                await asyncio.sleep(0.05)
                await self.feed.refresh_rollups()

    async def do(self, name: str, body: dict[str, Any] | None = None, id: str | None = None, day: str = "") -> str:
        at = start_of_day(day) + 9 * HOUR if day else None
        done = (await self.world.do(name, body, id, self.boss, occurred_at=at)).id
        await self.world.settle()
        return done

    async def deal(self, day: str, **fields: Any) -> str:
        body = {"name": "Deal", "amount": "100.00", "currency": "USD", **fields}
        return await self.do("sales.OpenOpportunity", body, day=day)

    async def win(self, id: str, day: str) -> None:
        await self.do("sales.WinOpportunity", {}, id, day)


@asynccontextmanager
async def open_analysts(folder: Path) -> AsyncIterator[Analysts]:
    """A world whose facts go to a warehouse of its own."""
    async with open_world(folder) as world:
        warehouse = await ConfinedWarehouse.open(f"chdb:{folder / 'warehouse'}")
        codec = world.bus.codec
        feed = WarehouseFeed(warehouse, world.store, codec, world.catalogue, TABLES, world.clock, FreeLeases())
        await feed.start()
        yield Analysts(world, feed, SqlGateway(warehouse, People(world.kernel.directory)))
        await warehouse.close()
