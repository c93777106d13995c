"""The ClickHouse server that tests use, started once for the session when it is asked for: fixtures to import.

CRM_TEST_CLICKHOUSE names a real one: an address as CRM_WAREHOUSE has it, whose database ends in `_test` and is emptied.
Without it the server is that of infra/clickhouse: ClickHouse's engine behind its HTTP interface.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.warehouse.clickhouse import ClickHouseWarehouse
from shared.warehouse.clickhouse_address import parse_address
from shared.warehouse.session import Limits
from tests.house.test_imports import ROOT

PASSWORD = 'o\'Hara \\ "x" 王'
LIMITS = Limits(seconds=2, memory=300_000_000)


@contextmanager
def running(folder: Path, *flags: str) -> Iterator[str]:
    """A server of ours with its data in the folder; its address, with the file of the password."""
    secret = folder / "password"
    secret.write_text(PASSWORD + "\n")
    command = [sys.executable, "-m", "infra.clickhouse.server", "--data", str(folder / "data"), "--port", "0"]
    command += ["--password-file", str(secret), "--database", "crm_test", *flags]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().partition(" ")[0]
            assert address, "the server did not start"
            yield f"{address}?passwordFile={secret}"
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def clickhouse_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if named := os.environ.get("CRM_TEST_CLICKHOUSE"):
        assert parse_address(named).database.endswith("_test"), "the database is emptied: its name ends in _test"
        yield named
    else:
        with running(tmp_path_factory.mktemp("clickhouse")) as url:
            yield url


@pytest.fixture
async def clickhouse_url(clickhouse_server: str) -> str:
    """The address of a database without tables, but for those that callers' answers are tried with."""
    await emptied(clickhouse_server)
    return clickhouse_server


async def emptied(url: str, kept: Sequence[str] = ("callers_canary",)) -> None:
    """Drop the tables of the database."""
    warehouse = await ClickHouseWarehouse.open(url)
    names = "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
    for (name,) in await warehouse.rows(names):
        if name not in kept:
            await warehouse.command(f"DROP TABLE `{name}` SYNC")
    if "callers_canary" not in {name for (name,) in await warehouse.rows(names)}:
        await warehouse.publish([])
    await warehouse.close()


@pytest.fixture
async def clickhouse(clickhouse_url: str) -> AsyncIterator[ClickHouseWarehouse]:
    opened = await ClickHouseWarehouse.open(clickhouse_url, limits=LIMITS)
    yield opened
    await opened.close()
