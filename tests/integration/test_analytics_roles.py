"""The warehouse fed by one process and asked in another: what the second one knows, it reads from the warehouse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.analytics.facts import TABLES
from services.analytics.sql.gateway import SqlGateway
from services.analytics.views.people import People
from shared.warehouse.feed import WarehouseFeed
from shared.warehouse.follower import FRESH_SECONDS, WarehouseFollower, note_rebuilding
from shared.warehouse.refill import refill
from shared.warehouse.rollup import MAX_AGE, RETAINED
from tests.integration.test_roles import DEADLINE, Desk, a_desk, made
from tests.support.role_harness import PROCESSES
from tests.support.world import ShiftedClock

METRIC = "SELECT sum(amount) AS won FROM revenue_by_month"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_desk(tmp_path, PROCESSES) as opened:
        yield opened


def feed_of(desk: Desk) -> WarehouseFeed:
    feed = desk.installation.running("warehouse").kernel.feed
    assert feed is not None
    return feed


def follower_of(desk: Desk) -> WarehouseFollower:
    kernel = desk.installation.serving("analytics").kernel
    assert kernel.feed is None
    assert isinstance(kernel.facts, WarehouseFollower)
    return kernel.facts


async def won_deal(desk: Desk, amount: str) -> str:
    sales = desk.to("sales")
    deal = await made(sales, "/sales/opportunities", name="Seats", amount=amount, currency="EUR")
    await made(sales, f"/sales/opportunities/{deal['id']}/win")
    id: str = deal["id"]
    return id


async def arrived(desk: Desk) -> None:
    """Return when the process that is asked says that all events are in its answers."""
    head = await desk.installation.kernel.store.head()
    analytics = desk.to("analytics")
    async with asyncio.timeout(DEADLINE):
        while (await analytics.get("/analytics/status")).raise_for_status().json()["position"] < head:
            await asyncio.sleep(0.05)


async def won(client: httpx.AsyncClient) -> str:
    answer = await client.post("/analytics/sql", json={"sql": METRIC})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["rows"][0]["won"])


async def rolled_up(desk: Desk, before: int | None = None) -> int:
    """Make a roll-up of all that has arrived; return when the process that is asked uses it."""
    feed, follower, tenant = feed_of(desk), follower_of(desk), desk.tenant
    feed.rollups.worth_it = 1
    feed.rollups.touch([tenant])
    async with asyncio.timeout(DEADLINE):
        while (found := follower.generation(tenant)) is None or found == before:
            await feed.refresh_rollups()
            await asyncio.sleep(0.05)
    return found


async def test_routes_status_and_sql_answer_in_a_process_without_the_feed(desk: Desk) -> None:
    await won_deal(desk, "10.00")
    await arrived(desk)
    analytics = desk.to("analytics")
    assert await won(analytics) == "10.00"
    assert (await analytics.get("/analytics/views")).json()["views"]
    await arrived(desk)  # the question is an event of the read log
    status = (await analytics.get("/analytics/status")).json()
    assert status["lag"] == 0
    assert (status["parked"], status["rebuilding"]) == (0, False)


async def test_a_metric_over_a_roll_up_follows_the_feed_of_another_process(desk: Desk) -> None:
    feed, follower = feed_of(desk), follower_of(desk)
    await won_deal(desk, "10.00")
    await arrived(desk)
    first = await rolled_up(desk)
    analytics = desk.to("analytics")
    doubled = set[int | None]([None])
    async with asyncio.timeout(DEADLINE):
        while await won(analytics) != "20.00":  # twice the sums: that answer is made of the roll-up
            if (first := follower.generation(desk.tenant) or first) not in doubled:
                doubled.add(first)
                rows = f"INSERT INTO opportunity_rollup SELECT * FROM opportunity_rollup WHERE generation = {first}"
                await feed.warehouse.command(rows)
            await asyncio.sleep(0.05)
    await won_deal(desk, "5.00")
    await arrived(desk)
    await rolled_up(desk, first)
    async with asyncio.timeout(DEADLINE):
        while await won(analytics) != "15.00":
            await asyncio.sleep(0.05)
    assert follower.generation("another") is None


async def test_a_generation_that_is_behind_or_unknown_for_two_seconds_is_not_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = feed_of(desk)
    await won_deal(desk, "10.00")
    await arrived(desk)
    await rolled_up(desk)
    for task in desk.installation.tasks:
        task.cancel()
    await asyncio.gather(*desk.installation.tasks, return_exceptions=True)
    clock = ShiftedClock()
    follower = WarehouseFollower(feed.warehouse, feed.store, clock)
    assert follower.generation(desk.tenant) is None  # nothing has been read yet
    await feed.rollups.note()
    await follower.read()
    assert follower.generation(desk.tenant) == feed.rollups.generation(desk.tenant)
    feed.rollups.touch([desk.tenant])
    await feed.rollups.note()
    await follower.read()
    clock.ahead = MAX_AGE + 1
    assert follower.generation(desk.tenant) is None
    clock.ahead = 0
    assert follower.generation(desk.tenant) is not None
    monkeypatch.setattr("shared.warehouse.follower.time.monotonic", lambda: float("inf"))
    assert follower.generation(desk.tenant) is None
    assert FRESH_SECONDS <= 2


async def test_a_refill_takes_the_generations_back_before_it_swaps_and_says_that_it_runs(desk: Desk) -> None:
    feed, follower = feed_of(desk), follower_of(desk)
    await won_deal(desk, "10.00")
    await arrived(desk)
    await rolled_up(desk)
    feed.rollups.worth_it = 1 << 60  # none is made again
    seen: list[tuple[bool, int | None]] = []

    async def look() -> None:
        await follower.read()
        seen.append(((await follower.status()).rebuilding, follower.generation(desk.tenant)))

    looking: list[asyncio.Task[None]] = []
    await refill(feed, TABLES, lambda _: looking.append(asyncio.ensure_future(look())))
    await asyncio.gather(*looking)
    assert seen[0][0]
    await look()
    assert seen[-1] == (False, None)
    kept = await feed.warehouse.rows("SELECT count() > 0 FROM opportunity_rollup")
    assert kept == [(1,)]  # a question that chose the generation a moment ago is still answered right
    assert await won(desk.to("analytics")) == "10.00"


async def test_the_follower_sees_parked_records_and_a_rebuild(desk: Desk) -> None:
    feed, follower = feed_of(desk), follower_of(desk)
    feed.facts.parked[desk.tenant, "opportunity-1"] = 3
    await feed.facts.note_parked(desk.tenant, "opportunity-1", "unreadable", healed=False)
    await note_rebuilding(feed.warehouse, True)
    await follower.read()
    found = await follower.status()
    assert (found.parked, found.rebuilding) == (1, True)


async def test_a_feed_that_starts_again_takes_generations_back_and_keeps_their_rows(desk: Desk) -> None:
    feed, follower = feed_of(desk), follower_of(desk)
    await won_deal(desk, "10.00")
    await arrived(desk)
    generation = await rolled_up(desk)
    for task in desk.installation.running("warehouse").tasks:
        task.cancel()
    await asyncio.gather(*desk.installation.running("warehouse").tasks, return_exceptions=True)
    kernel = desk.installation.kernel
    again = WarehouseFeed(
        feed.warehouse, kernel.store, kernel.codec, kernel.catalogue, TABLES, kernel.clock, kernel.views
    )
    await again.start()
    await follower.read()
    assert follower.generation(desk.tenant) == generation  # it may be a second feed that stands by
    await again.step()
    await follower.read()
    assert follower.generation(desk.tenant) is None
    held = await feed.warehouse.rows(f"SELECT count() > 0 FROM opportunity_rollup WHERE generation = {generation}")
    assert held == [(1,)]
    assert RETAINED >= 42_000_000
    await again.stop()


async def test_the_direct_answer_and_the_rolled_up_one_agree(desk: Desk) -> None:
    follower = follower_of(desk)
    for amount in ("10.00", "20.00"):
        await won_deal(desk, amount)
    await arrived(desk)
    await rolled_up(desk)
    kernel = desk.installation.serving("analytics").kernel
    assert kernel.warehouse is not None
    access = await kernel.directory.access(desk.tenant, desk.admin)
    assert access is not None
    direct = SqlGateway(kernel.warehouse, People(kernel.directory))
    rolled = SqlGateway(kernel.warehouse, People(kernel.directory), follower.generation)
    for view in ("revenue_by_month", "win_rate", "sales_velocity"):
        sql = f"SELECT * FROM {view} ORDER BY 1, 2, 3"
        assert await rolled.ask(sql, access) == await direct.ask(sql, access), view


async def test_a_process_without_a_warehouse_refuses_what_needs_it(desk: Desk) -> None:
    refused = await desk.to("audit").post("/audit/replays", json={"views": ["warehouse"]})
    assert refused.status_code == 503
