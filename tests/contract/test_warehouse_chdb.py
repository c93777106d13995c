"""The warehouse suite over chDB, the engine in this process, and what is particular to it."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.clock import SystemClock
from shared.errors import Unavailable
from shared.events.codec import Codec
from shared.eventstore.sqlite import SqliteEventStore
from shared.security.keycache import KeyCache
from shared.security.keyring_sqlite import SqliteKeyRing
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.session import Limits
from tests.contract.warehouse_feed_suite import FeedSuite, Yard
from tests.contract.warehouse_suite import THINGS, Opener, WarehouseSuite, things

LIMITS = Limits(seconds=2, memory=300_000_000)


@pytest.fixture
async def opener(tmp_path: Path) -> AsyncIterator[Opener]:
    opened: list[ConfinedWarehouse] = []

    async def open_warehouse() -> ConfinedWarehouse:
        opened.append(await ConfinedWarehouse.open(f"chdb:{tmp_path / 'warehouse'}", limits=LIMITS))
        return opened[-1]

    yield open_warehouse
    for warehouse in opened:
        await warehouse.close()


@pytest.fixture
async def yard(opener: Opener, tmp_path: Path) -> AsyncIterator[Yard]:
    keys = KeyCache(SqliteKeyRing.open(tmp_path / "keys", clock=SystemClock()))
    store = SqliteEventStore.open(tmp_path / "events.db", SystemClock())
    yield Yard(await opener(), store, Codec(keys))
    await store.close()
    await keys.close()


class TestWarehouse(WarehouseSuite):
    @pytest.mark.parametrize("url", ["chdb:", "http://x", "", "/var/data"])
    async def test_another_kind_of_url_is_refused(self, url: str) -> None:
        with pytest.raises(ValueError, match="chdb:<directory>"):
            await ConfinedWarehouse.open(url)

    async def test_a_path_may_be_relative(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        for _ in range(2):  # made, and found again
            warehouse = await ConfinedWarehouse.open("chdb:data/of mine")
            assert await warehouse.rows("SELECT 1") == [(1,)]
            await warehouse.close()

    async def test_a_second_process_is_refused_in_one_line(self, opener: Opener, tmp_path: Path) -> None:
        await opener()
        script = (
            "import asyncio, sys\n"
            "from shared.errors import Unavailable\n"
            "from shared.warehouse.confined import ConfinedWarehouse\n"
            "try:\n"
            "    asyncio.run(ConfinedWarehouse.open(sys.argv[1]))\n"
            "except Unavailable as error:\n"
            "    print(error)\n"
        )
        url = f"chdb:{tmp_path / 'warehouse'}"
        root = Path(__file__).parents[2]
        other = await asyncio.create_subprocess_exec(sys.executable, "-c", script, url, cwd=root, stdout=PIPE)
        printed = (await other.communicate())[0].decode()
        assert "cannot be opened" in printed
        assert len(printed.splitlines()) == 1

    async def test_a_directory_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(Unavailable, match="cannot be opened"):
            await ConfinedWarehouse.open(f"chdb:{tmp_path / 'file' / 'warehouse'}")

    async def test_small_inserts_are_merged_in_the_background(self, opener: Opener) -> None:
        warehouse = await opener()
        await warehouse.command(THINGS.ddl())
        for _ in range(60):
            await warehouse.insert(THINGS, things(5))
        parts = await warehouse.rows("SELECT count() FROM system.parts WHERE active AND table = 'things'")
        assert parts[0][0] < 60


class TestFeed(FeedSuite):
    pass
