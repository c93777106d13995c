"""The suite's statements on a cluster: as text, and as ClickHouse's parser reads them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from services.analytics.facts import TABLES
from shared.errors import Unavailable
from shared.warehouse.clickhouse import ClickHouseWarehouse
from shared.warehouse.clickhouse_access import CANARY_DDL, access_statements
from shared.warehouse.clickhouse_address import parse_address
from shared.warehouse.clickhouse_cluster import on_cluster
from shared.warehouse.migrations import MIGRATIONS
from shared.warehouse.port import QueryFailed
from shared.warehouse.session import Limits
from shared.warehouse.tables import shown_names
from tests.contract.warehouse_suite import THINGS

OWN = (
    "DROP TABLE IF EXISTS `things__new` SYNC",
    "DROP TABLE `things__new` SYNC",
    "TRUNCATE TABLE feed_position",
    "EXCHANGE TABLES `things` AND `things__new`",
    "ALTER TABLE `opportunity_rollup` DELETE WHERE tenant = {tenant:String} AND generation < {kept:UInt64}",
    CANARY_DDL,
)
SINGLE = parse_address("clickhouse://crm@ch1/crm")
CLUSTER = parse_address("clickhouse://crm@ch1/crm?cluster=main")


def written(sql: str) -> list[str]:
    return on_cluster(sql, "main", "crm")


def every_statement() -> list[str]:
    """What the suite says to change tables, anywhere."""
    made = [t.ddl() for ft in TABLES for t in ft.tables]
    made += [ft.rollup.ddl() for ft in TABLES if ft.rollup is not None]
    steps = [s.replace("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ", 1) for step in MIGRATIONS for s in step]
    return [*made, *steps, *OWN]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "CREATE TABLE IF NOT EXISTS `things` (`tenant` LowCardinality(String), `id` String) "
            "ENGINE = ReplacingMergeTree(version) ORDER BY (tenant, id) SETTINGS fsync_after_insert = 1",
            [
                "CREATE TABLE IF NOT EXISTS `crm`.`things_local` ON CLUSTER `main` (`tenant` LowCardinality(String), "
                "`id` String) ENGINE = ReplicatedReplacingMergeTree(version) ORDER BY (tenant, id) "
                "SETTINGS fsync_after_insert = 1",
                "CREATE TABLE IF NOT EXISTS `crm`.`things` ON CLUSTER `main` AS `crm`.`things_local` "
                "ENGINE = Distributed('main', 'crm', 'things_local', cityHash64(tenant))",
            ],
        ),
        (
            "CREATE TABLE feed_position (name String, at DateTime64(6, 'UTC')) ENGINE = MergeTree ORDER BY name",
            [
                "CREATE TABLE `crm`.`feed_position_local` ON CLUSTER `main` (name String, at DateTime64(6, 'UTC')) "
                "ENGINE = ReplicatedMergeTree ORDER BY name",
                "CREATE TABLE `crm`.`feed_position` ON CLUSTER `main` AS `crm`.`feed_position_local` "
                "ENGINE = Distributed('main', 'crm', 'feed_position_local', cityHash64(name))",
            ],
        ),
        (
            "DROP TABLE IF EXISTS `things` SYNC",
            [
                "DROP TABLE IF EXISTS `crm`.`things` ON CLUSTER `main` SYNC",
                "DROP TABLE IF EXISTS `crm`.`things_local` ON CLUSTER `main` SYNC",
            ],
        ),
        ("TRUNCATE TABLE feed_position", ["TRUNCATE TABLE `crm`.`feed_position_local` ON CLUSTER `main`"]),
        (
            "EXCHANGE TABLES `things` AND `things__new`",
            [
                "EXCHANGE TABLES `crm`.`things_local` AND `crm`.`things__new_local` ON CLUSTER `main`",
                "CREATE OR REPLACE TABLE `crm`.`things` ON CLUSTER `main` AS `crm`.`things_local` "
                "ENGINE = Distributed('main', 'crm', 'things_local', cityHash64(tenant))",
                "CREATE OR REPLACE TABLE `crm`.`things__new` ON CLUSTER `main` AS `crm`.`things__new_local` "
                "ENGINE = Distributed('main', 'crm', 'things__new_local', cityHash64(tenant))",
            ],
        ),
        (
            "ALTER TABLE `r` DELETE WHERE tenant = {t:String}",
            ["ALTER TABLE `crm`.`r_local` ON CLUSTER `main` DELETE WHERE tenant = {t:String}"],
        ),
        (
            "ALTER TABLE feed_position ADD COLUMN IF NOT EXISTS chain_hash String",
            [
                "ALTER TABLE `crm`.`feed_position_local` ON CLUSTER `main` ADD COLUMN IF NOT EXISTS chain_hash String",
                "ALTER TABLE `crm`.`feed_position` ON CLUSTER `main` ADD COLUMN IF NOT EXISTS chain_hash String",
            ],
        ),
        ("INSERT INTO `r` SELECT 1", ["INSERT INTO `r` SELECT 1"]),
    ],
)
def test_a_table_is_distributed_over_replicated_ones(sql: str, expected: list[str]) -> None:
    assert written(sql) == expected


def test_all_that_changes_tables_has_a_form_on_a_cluster() -> None:
    for sql in every_statement():
        assert all("ON CLUSTER `main`" in s and "`crm`." in s for s in written(sql)), sql


@pytest.mark.parametrize("sql", ["RENAME TABLE a TO b", "ALTER TABLE a DROP COLUMN b", "CREATE VIEW a AS SELECT 1"])
def test_another_form_is_a_defect(sql: str) -> None:
    with pytest.raises(ValueError, match="not known on a cluster"):
        written(sql)


@pytest.fixture(scope="module")
def parsed(clickhouse_server: str) -> Sequence[tuple[str, str]]:
    """Each statement that the engine's parser refuses, with why."""
    statements = [s for sql in every_statement() for s in written(sql)]
    for address in (SINGLE, CLUSTER):
        statements += access_statements(address, shown_names(TABLES), Limits())
    statements.append("KILL QUERY ON CLUSTER `main` WHERE query_id = 'x' ASYNC")
    statements.append("CREATE DATABASE IF NOT EXISTS `crm` ON CLUSTER `main`")

    async def refused() -> list[tuple[str, str]]:
        warehouse, found = await ClickHouseWarehouse.open(clickhouse_server), list[tuple[str, str]]()
        given = {"tenant": "x", "kept": 1}
        for sql in [*statements, "GRANT ON CLUSTER SELECT TO"]:
            try:
                await warehouse.rows(f"EXPLAIN AST {sql}", given if "{" in sql else None)
            except (QueryFailed, Unavailable) as error:
                found.append((sql, str(error)))
        await warehouse.close()
        return found

    return asyncio.run(refused())


def test_the_engines_parser_understands_every_statement(parsed: Sequence[tuple[str, str]]) -> None:
    assert [sql for sql, _ in parsed] == ["GRANT ON CLUSTER SELECT TO"]


def test_callers_are_bound_before_they_may_read() -> None:
    for address, tables in ((SINGLE, ["`crm`.`a`"]), (CLUSTER, ["`crm`.`a_local`"])):
        statements = access_statements(address, ["a"], Limits())
        bound = [n for n, s in enumerate(statements) if "getSetting('log_comment')" in s and tables[0] in s]
        granted = [n for n, s in enumerate(statements) if s.startswith("GRANT")]
        assert bound
        assert granted == [len(statements) - 1]
        assert max(bound) < granted[0]
        assert all(("ON CLUSTER `main`" in s) == bool(address.cluster) for s in statements)
    assert "SELECT ON `crm`.`a_local`, SELECT ON `crm`.`a`" in statements[-1]


def test_no_statement_holds_a_password(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2")
    address = parse_address(f"clickhouse://crm@ch1/crm?passwordFile={tmp_path}/secret")
    assert "hunter2" not in " ".join(access_statements(address, [THINGS.name], Limits()))
