"""A warehouse is thrown away for damage alone: what else keeps it from opening leaves its files as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm.caches import open_warehouse
from shared.errors import Unavailable
from shared.warehouse import spawn
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.port import QueryFailed
from shared.warehouse.tables import Row
from tests.contract.warehouse_suite import THINGS, things

COUNT = "SELECT count() FROM things"


class Feed:
    """A feed that does nothing at its start, or fails."""

    def __init__(self, warehouse: ConfinedWarehouse, error: Exception | None = None) -> None:
        self.warehouse, self._error = warehouse, error

    async def start(self) -> None:
        if self._error is not None:
            raise self._error


def feed(error: Exception | None = None) -> Callable[[ConfinedWarehouse], Any]:
    return lambda warehouse: Feed(warehouse, error)


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """Of a warehouse with one row."""
    warehouse = await ConfinedWarehouse.open(f"chdb:{tmp_path / 'warehouse'}")
    await warehouse.command(THINGS.ddl())
    await warehouse.insert(THINGS, things(1, "acme"))
    await warehouse.close()
    return tmp_path / "warehouse"


def descriptions(path: Path) -> list[Path]:
    return sorted(path.glob("*/store/*/*/*.sql"))


async def rows(path: Path, sql: str) -> list[Row]:
    """What a warehouse that can be opened answers."""
    opened = await open_warehouse(path, feed())
    try:
        return await opened.warehouse.rows(sql)
    finally:
        await opened.warehouse.close()


async def kept(path: Path) -> None:
    assert await rows(path, COUNT) == [(1,)]


async def test_an_engine_that_does_not_start_is_no_damage(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(spawn, "PROGRAM", ("-c", "pass"))
        with pytest.raises(Unavailable, match="cannot be opened"):
            await open_warehouse(path, feed())
    await kept(path)


async def test_a_process_that_cannot_be_made_is_no_damage(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    with monkeypatch.context() as patch:
        patch.setattr("subprocess.Popen", refused)
        with pytest.raises(Unavailable, match="Cannot allocate memory"):
            await open_warehouse(path, feed())
    await kept(path)


@pytest.mark.parametrize("code", [0, 76, 173, 241, 243, 1001])
async def test_a_statement_that_fails_for_want_of_something_is_no_damage(path: Path, code: int) -> None:
    with pytest.raises(Unavailable, match="cannot be used now: refused"):
        await open_warehouse(path, feed(QueryFailed("refused", code)))
    await kept(path)


async def test_a_file_without_rights_is_no_damage(path: Path) -> None:
    for file in descriptions(path):
        file.chmod(0)
    with pytest.raises(Unavailable, match="cannot be opened"):
        await open_warehouse(path, feed())
    for file in descriptions(path):
        file.chmod(0o640)
    await kept(path)


async def test_torn_data_is_filled_anew(path: Path) -> None:
    for file in descriptions(path):
        file.write_bytes(file.read_bytes()[:20])
    assert await rows(path, "EXISTS TABLE things") == [(0,)]
