"""The warehouse suite over a ClickHouse server, and what is particular to it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.clock import SystemClock
from shared.events.codec import Codec
from shared.eventstore.sqlite import SqliteEventStore
from shared.security.keycache import KeyCache
from shared.security.keyring_sqlite import SqliteKeyRing
from shared.warehouse.clickhouse import ClickHouseWarehouse
from tests.contract.warehouse_feed_suite import FeedSuite, Yard
from tests.contract.warehouse_suite import THINGS, Opener, WarehouseSuite, see, things, with_things
from tests.support.clickhouse import LIMITS

WHOLE = "CRM_PROVE" in os.environ or "CRM_TEST_CLICKHOUSE" in os.environ


@pytest.fixture
async def opener(clickhouse_url: str) -> AsyncIterator[Opener]:
    opened: list[ClickHouseWarehouse] = []

    async def open_warehouse() -> ClickHouseWarehouse:
        opened.append(await ClickHouseWarehouse.open(clickhouse_url, limits=LIMITS))
        return opened[-1]

    yield open_warehouse
    for warehouse in opened:
        await warehouse.close()


@pytest.fixture
async def yard(clickhouse: ClickHouseWarehouse, tmp_path: Path) -> AsyncIterator[Yard]:
    keys = KeyCache(SqliteKeyRing.open(tmp_path / "keys", clock=SystemClock()))
    store = SqliteEventStore.open(tmp_path / "events.db", SystemClock())
    yield Yard(clickhouse, store, Codec(keys))
    await store.close()
    await keys.close()


class FewOfFeed:
    """What the adapter's own statements decide. The others are of the feed itself: `make prove` has them all."""

    test_rebuild = FeedSuite.test_a_rebuild_gives_the_same_tables_and_readers_always_see_one
    test_changed = FeedSuite.test_a_changed_declaration_is_filled_for_all_of_the_past
    test_earlier = FeedSuite.test_a_store_of_an_earlier_day_starts_the_warehouse_anew


class TestWarehouse(WarehouseSuite):
    async def test_two_processes_write_and_ask(self, opener: Opener) -> None:
        first = await with_things(opener)
        second = await opener()
        await first.insert(THINGS, things(3))
        await first.settle()
        assert (await second.ask("SELECT count() FROM things", tenant="acme")).rows == [(3,)]
        assert await second.marks() == []

    async def test_an_organisation_sees_its_rows_alone(self, opener: Opener) -> None:
        warehouse = await with_things(opener)
        await warehouse.insert(THINGS, things(3) + things(5, "other"))
        for tenant, count in (("acme", 3), ("other", 5), ("none", 0)):
            assert (await see(warehouse, "SELECT count() FROM things", tenant=tenant)).rows == [(count,)]
            joined = "SELECT count() FROM things AS a JOIN things AS b USING (id)"
            assert (await see(warehouse, joined, tenant=tenant)).rows == [(count,)]

    async def test_what_is_not_published_any_more_is_not_shown(self, opener: Opener) -> None:
        warehouse = await with_things(opener)
        await warehouse.insert(THINGS, things(3))
        assert (await see(warehouse, "SELECT count() FROM things")).rows == [(3,)]
        await warehouse.publish([])
        with pytest.raises(Exception, match="things"):
            await warehouse.ask("SELECT count() FROM things", tenant="acme")


class TestFeed(FeedSuite if WHOLE else FewOfFeed):  # type: ignore[misc]
    pass
