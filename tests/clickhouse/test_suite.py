"""The suite on a ClickHouse server: fed by one process, asked by another; organisations and rights stay apart."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from crm.compose import Suite
from crm.roles import parse_roles
from crm.settings import Settings, WrongSetting
from services.analytics.facts import TABLES
from services.analytics.sql.gateway import SqlGateway
from services.analytics.views.documented import VIEWS
from shared.errors import CrmError
from shared.warehouse.clickhouse import ClickHouseWarehouse
from shared.warehouse.port import QueryFailed
from shared.warehouse.refill import refill, verify
from tests.integration.test_analytics_roles import arrived, feed_of, won, won_deal
from tests.integration.test_roles import DEADLINE, a_desk
from tests.support.facts import CANARY, OURS, THEIRS, Names, fill, someone
from tests.support.role_harness import PROCESSES


async def test_one_process_feeds_and_another_asks(
    clickhouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_WAREHOUSE", clickhouse_url)
    async with a_desk(tmp_path, PROCESSES) as desk:
        feed, analytics = feed_of(desk), desk.to("analytics")
        asked = desk.installation.serving("analytics").kernel.warehouse
        assert isinstance(feed.warehouse, ClickHouseWarehouse)
        assert isinstance(asked, ClickHouseWarehouse)
        assert asked is not feed.warehouse
        await won_deal(desk, "10.00")
        await arrived(desk)
        async with asyncio.timeout(DEADLINE):  # the engine of infra/clickhouse shows callers a write within a second
            while await won(analytics) != "10.00":
                await asyncio.sleep(0.05)
        await refill(feed, TABLES, lambda _: None)
        assert await won(analytics) == "10.00"
        assert await verify(feed, lambda _: None) == {}
        refused = await analytics.post("/analytics/sql", json={"sql": "SELECT name FROM system.tables"})
        assert refused.status_code == 422


async def test_no_answer_holds_rows_of_another_organisation(clickhouse: ClickHouseWarehouse) -> None:
    await fill(clickhouse)
    await clickhouse.settle()
    for table in (name for facts in TABLES for name in facts.names):
        rows = f"SELECT * FROM `{table}`"
        assert CANARY not in repr((await clickhouse.ask(rows, tenant=OURS)).rows), table
        assert (await clickhouse.ask(f"SELECT count() FROM `{table}`", tenant="nobody")).rows == [(0,)], table
    theirs = await clickhouse.ask("SELECT * FROM accounts_now", tenant=THEIRS)
    assert CANARY in repr(theirs.rows)
    gateway = SqlGateway(clickhouse, Names())
    answered = 0
    for view in VIEWS:
        try:
            found = await gateway.ask(f"SELECT * FROM {view}", someone())
        except CrmError:  # it takes days
            continue
        answered += len(found.rows) > 0
        assert CANARY not in repr(found.columns), view
    assert answered > 8


async def test_callers_reach_published_tables_alone(clickhouse: ClickHouseWarehouse) -> None:
    await fill(clickhouse)
    for sql in (
        "SELECT count() FROM callers_canary WHERE tenant = 'canary-1'",
        "SELECT count() FROM accounts_now WHERE tenant = 'globex'",
    ):
        assert (await clickhouse.ask(sql, tenant=OURS)).rows == [(0,)]
    await clickhouse.command("CREATE TABLE IF NOT EXISTS aside (a String) ENGINE = MergeTree ORDER BY a")
    for sql in ("SELECT * FROM aside", "SELECT * FROM system.processes", "SELECT * FROM merge('crm', '.*')"):
        with pytest.raises(QueryFailed):
            await clickhouse.ask(sql, tenant=OURS)


@pytest.mark.parametrize(
    ("url", "line"),
    [
        (
            "clickhouse://crm@127.0.0.1:9/crm",
            "the warehouse at 127.0.0.1:9 is not reached: Connection refused: start it, or correct its address",
        ),
        ("clickhouse://127.0.0.1/crm", "CRM_WAREHOUSE: the address of the warehouse names no user"),
    ],
)
async def test_a_server_that_cannot_be_used_ends_the_start_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, line: str
) -> None:
    monkeypatch.setenv("CRM_WAREHOUSE", url)
    with pytest.raises(WrongSetting, match=line):
        await Suite.open(Settings(tmp_path))


async def test_the_warehouse_of_another_installation_is_refused_and_left(
    clickhouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows would be dropped as those of another log, and it would drop ours in turn."""
    monkeypatch.setenv("CRM_WAREHOUSE", clickhouse_url)
    roles = parse_roles(["warehouse"])
    ours = await Suite.open(Settings(tmp_path / "ours"), roles)
    await ours.close()
    with pytest.raises(WrongSetting, match=r"belongs to installation \S+, the events to \S+: name another database"):
        await Suite.open(Settings(tmp_path / "theirs"), roles)
    again = await Suite.open(Settings(tmp_path / "ours"), roles)
    await again.close()
