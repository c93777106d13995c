"""Attacks on the SQL door, against a real engine that holds another organisation's canaries.

Each is either refused before it runs, or harmless: it shows nothing of the other organisation and changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.analytics.formats import FORMATS, encode
from services.analytics.sqldoor import SqlDoor
from shared.errors import CrmError, Forbidden, Invalid, TooManyRequests
from shared.security.permissions import Level, Role
from shared.security.roles import BUILT_IN
from shared.warehouse.client import Limits, Warehouse
from tests.support.facts import CANARY, OURS, THEIRS, someone, two_organisations

REFUSED = [
    # files, network, processes
    "SELECT * FROM file('/etc/passwd', 'TSV', 'a String')",
    "SELECT * FROM `file`('/etc/passwd')",
    "SELECT * FROM \"file\"('/etc/passwd')",
    "SELECT * FROM FiLe ('/etc/passwd')",
    "SELECT file('/etc/passwd')",
    "SELECT * FROM url('http://127.0.0.1/', 'CSV', 'a String')",
    "SELECT * FROM s3('http://127.0.0.1/x', 'CSV')",
    "SELECT * FROM remote('127.0.0.1', 'crm', 'opportunities_now')",
    "SELECT * FROM remoteSecure('127.0.0.1', 'crm', 'opportunities_now')",
    "SELECT * FROM cluster('default', 'crm', 'opportunities_now')",
    "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM postgresql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM sqlite('events.db', 'events')",
    "SELECT * FROM executable('id', 'TSV', 'a String')",
    "SELECT * FROM input('a String')",
    "SELECT * FROM python('x')",
    "SELECT * FROM opportunities INTO OUTFILE '/tmp/stolen'",
    "SELECT count() FROM opportunities FORMAT CSV",
    # tables that are no views
    "SELECT * FROM opportunities_now",
    "SELECT * FROM crm.opportunities_now",
    "SELECT * FROM `crm`.`opportunity_facts`",
    "SELECT * FROM `crm.opportunity_facts`",
    "SELECT * FROM feed_position",
    "SELECT * FROM merge('crm', '.*')",
    "SELECT * FROM merge('.*')",
    "SELECT * FROM system.tables",
    "SELECT * FROM system.settings",
    "SELECT * FROM system.parts",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM INFORMATION_SCHEMA.TABLES",
    "SELECT * FROM numbers(10)",
    "SELECT * FROM view(SELECT 1)",
    "SELECT * FROM viewIfPermitted(SELECT 1 ELSE null('a Int8'))",
    "SELECT * FROM generateRandom('a String')",
    "SELECT * FROM loop(opportunities_now)",
    "SELECT * FROM (SELECT * FROM opportunities_now)",
    "SELECT * FROM opportunities UNION ALL SELECT * FROM opportunities_now",
    "SELECT count() FROM opportunities WHERE name IN (SELECT name FROM opportunities_now)",
    "SELECT count() FROM opportunities WHERE name IN opportunities_now",
    "SELECT count() FROM opportunities WHERE name IN crm.opportunities_now",
    "SELECT count() FROM opportunities WHERE name GLOBAL IN opportunities_now",
    "SELECT count() FROM opportunities WHERE in(name, opportunities_now)",
    "SELECT (SELECT max(name) FROM accounts_now)",
    "SELECT * FROM opportunities JOIN accounts_now ON 1 = 1",
    "SELECT * FROM opportunities, accounts_now",
    "WITH x AS (SELECT * FROM accounts_now) SELECT * FROM x",
    "SELECT EXISTS(SELECT 1 FROM accounts_now)",
    # dictionaries, joins by name, the server's own state
    "SELECT dictGet('d', 'name', 1)",
    "SELECT dictGetOrDefault('d', 'name', 1, 'x')",
    "SELECT * FROM dictionary('d')",
    "SELECT joinGet('crm.accounts_now', 'name', 'x')",
    "SELECT hasColumnInTable('crm', 'accounts_now', 'name')",
    "SELECT currentDatabase()",
    "SELECT currentUser()",
    "SELECT hostName()",
    "SELECT version()",
    "SELECT getSetting('max_memory_usage')",
    "SELECT getMacro('x')",
    "SELECT getServerPort('tcp_port')",
    "SELECT serverUUID()",
    "SELECT filesystemAvailable()",
    "SELECT addressToLine(1)",
    "SELECT catboostEvaluate('m', 1)",
    # settings
    "SELECT 1 SETTINGS max_execution_time = 0",
    "SELECT * FROM opportunities SETTINGS readonly = 0",
    "SELECT * FROM (SELECT 1 SETTINGS max_memory_usage = 0)",
    "SET readonly = 0",
    "SET max_execution_time = 0",
    # statements that are no SELECT, or several
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE opportunities_now",
    "SELECT 1;;DROP TABLE opportunities_now;",
    "INSERT INTO opportunities_now SELECT * FROM opportunities",
    "DROP TABLE opportunities_now",
    "TRUNCATE TABLE opportunities_now",
    "ALTER TABLE opportunities_now DELETE WHERE 1",
    "CREATE TABLE t (a Int8) ENGINE = Memory",
    "CREATE FUNCTION f AS x -> x",
    "ATTACH TABLE t FROM '/tmp/x' (a Int8) ENGINE = Memory",
    "SHOW TABLES",
    "SHOW CREATE TABLE opportunities_now",
    "DESCRIBE opportunities_now",
    "EXPLAIN SELECT 1",
    "USE system",
    "SYSTEM SHUTDOWN",
    "KILL QUERY WHERE 1",
    "GRANT ALL ON *.* TO default",
    "BACKUP TABLE opportunities_now TO Disk('d', 'x')",
    "EXCHANGE TABLES a AND b",
    "",
    "   ",
    "-- nothing",
    "/* nothing */",
    # comments and quotes that hide something
    "SELECT 1 FROM opportunities /* */ , opportunities_now",
    "SELECT 1 FROM/**/opportunities_now",
    "SELECT fi/**/le('/etc/passwd')",
    "SELECT * FROM file /* c */ ('/etc/passwd')",
    "SELECT * FROM file -- c\n('/etc/passwd')",
    "SELECT 1 AS `a` FROM `opportunities_now`",
    'SELECT 1 AS "a""b"',
    "SELECT 1 AS `a\\`b`",
    "SELECT 1 AS `a'b`",
    "SELECT $$x$$",
    "SELECT x'41'",
    # names of views and of inner parts taken over
    "WITH opportunities AS (SELECT 1 AS name) SELECT * FROM opportunities",
    "WITH Opportunities AS (SELECT 1) SELECT * FROM Opportunities",
    "WITH opportunities_now AS (SELECT 1 AS x) SELECT * FROM opportunities",
    "WITH accounts_now AS (SELECT 'x' AS id, 'y' AS name) SELECT account FROM opportunities",
    "WITH dim_users AS (SELECT 'x' AS id) SELECT manager FROM opportunities",
    "WITH 'globex' AS _tenant SELECT 1 FROM opportunities",
    "SELECT 1 AS _o FROM opportunities",
    "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT * FROM t",
    # parameters
    "SELECT {tenant:String}",
    "SELECT {owners_rows_opportunity:Array(String)}",
    "SELECT * FROM {t:Identifier}",
    "SELECT ?",
    "SELECT @x",
    "SELECT * FROM pipeline_as_of",
    "SELECT * FROM pipeline_as_of()",
    "SELECT * FROM pipeline_as_of('2017-06-30')",
    "SELECT * FROM pipeline_as_of(day = 'x')",
    "SELECT * FROM pipeline_as_of(day = '2017-02-30')",
    "SELECT * FROM pipeline_as_of(day = '0001-01-01')",
    "SELECT * FROM pipeline_as_of(day = (SELECT max(name) FROM accounts_now))",
    "SELECT * FROM pipeline_as_of(day = '2017-06-30', day = '2017-06-30')",
    "SELECT * FROM pipeline_as_of(day = '2017-06-30', tenant = 'globex')",
    "SELECT * FROM pipeline_as_of(tenant = 'globex')",
    "SELECT * FROM pipeline_as_of(day = '2017-06-30'') OR 1 = 1 --')",
    "SELECT * FROM opportunities(day = '2017-06-30')",
    "SELECT * FROM opportunities(tenant = 'globex')",
    # columns that are not shown
    "SELECT tenant FROM opportunities",
    "SELECT opportunities.tenant FROM opportunities",
    "SELECT crm.opportunities_now.tenant FROM opportunities",
    "SELECT _part FROM opportunities",
    "SELECT _table FROM opportunities",
    "SELECT archived FROM opportunities",
    "SELECT COLUMNS('.*') FROM opportunities",
    "SELECT * EXCEPT (name) FROM opportunities",
    "SELECT * REPLACE (1 AS name) FROM opportunities",
    "SELECT * APPLY(max) FROM opportunities",
    "SELECT id FROM opportunities",
    "SELECT people FROM opportunities",
    # syntax that reaches around the tree
    "SELECT * FROM opportunities FINAL",
    "SELECT * FROM opportunities SAMPLE 0.1",
    "SELECT * FROM opportunities PREWHERE 1",
    "SELECT name FROM opportunities ARRAY JOIN [1, 2] AS a",
    "SELECT * FROM VALUES('a String', 'x')",
    "SELECT name FROM opportunities LIMIT 1 WITH TIES",
    "SELECT name FROM opportunities QUALIFY 1",
    "SELECT name FROM opportunities ORDER BY name WITH FILL",
    "SELECT rank() OVER w FROM opportunities WINDOW w AS (ORDER BY name)",
    "SELECT CAST(name AS Enum8('a' = 1)) FROM opportunities",
    "SELECT CAST((1, 'x') AS Tuple(tenant String, b String))",
    # making something out of nothing, or waiting
    "SELECT range(1000000000)",
    "SELECT arrayWithConstant(1000000000, 1)",
    "SELECT repeat('x', 1000000)",
    "SELECT randomString(1000000000)",
    "SELECT sleep(3)",
    "SELECT sleepEachRow(3) FROM opportunities",
    "SELECT throwIf(name = 'x') FROM opportunities",
    "SELECT bitmapBuild(range(100000000))",
    "SELECT " + "(" * 500 + "1" + ")" * 500,
    "SELECT " + "-(" * 60 + "1" + ")" * 60,
    "SELECT " + "NOT " * 3000 + "1",
    "SELECT " + "1+" * 1500 + "1" + "+1" * 1500,
    "SELECT '" + "x" * 30_000 + "'",
    "SELECT 1\0",
    "SELECT 'a\u202eb'",
    "SELECT '\ud800'",
]

HARMLESS = [
    "SELECT * FROM opportunities",
    "SELECT * FROM opportunities WHERE 1 = 1 OR name LIKE '%'",
    "SELECT * FROM opportunities WHERE name = '' OR 1 = 1 -- '",
    "SELECT * FROM opportunities o LEFT JOIN accounts a ON 1 = 1",
    "SELECT * FROM opportunities AS accounts, accounts AS opportunities",
    "SELECT * FROM opportunities AS opportunities_now",
    "WITH 'globex' AS tenant SELECT * FROM opportunities",
    "WITH 'globex' AS tenant, 1 AS archived, 'them' AS owner SELECT * FROM accounts",
    "SELECT 'globex' AS tenant, name FROM opportunities WHERE tenant = 'globex'",
    "SELECT name AS tenant, owner AS name FROM opportunities GROUP BY ALL",
    "WITH x AS (SELECT 'globex' AS tenant) SELECT * FROM opportunities, x",
    "WITH tuple('globex') AS f SELECT * FROM opportunities_as_of(day = '2018-01-01')",
    "SELECT * FROM opportunities_as_of(day = '2018-01-01')",
    "SELECT * FROM pipeline_as_of(day = '2018-01-01')",
    "SELECT * FROM stage_changes",
    "SELECT * FROM accounts",
    "SELECT * FROM activities",
    "SELECT * FROM leads",
    "SELECT * FROM products",
    "SELECT * FROM stages",
    "SELECT * FROM users",
    "SELECT * FROM teams",
    "SELECT * FROM win_rate",
    "SELECT * FROM sales_velocity",
    "SELECT * FROM revenue_by_month",
    "SELECT * FROM revenue_by_agent",
    "SELECT * FROM revenue_by_manager",
    "SELECT * FROM revenue_by_product",
    "SELECT groupArray(name), max(account), min(team) FROM opportunities",
    "SELECT arrayMap(x -> concat(x, 'globex'), groupArray(name)) FROM opportunities",
    "SELECT name FROM opportunities UNION ALL SELECT name FROM accounts UNION ALL SELECT name FROM teams",
    "SELECT (SELECT max(name) FROM accounts), (SELECT max(source) FROM leads)",
    "SELECT count() FROM opportunities WHERE account_id IN (SELECT account_id FROM accounts)",
    "SELECT name, lagInFrame(name) OVER (ORDER BY name ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) "
    "FROM opportunities",
    "SELECT * FROM opportunities ORDER BY opportunity_id LIMIT 100 OFFSET 0;",
    "SELECT '\\' FROM opportunities_now -- '",
    "SELECT 1 AS `x) UNION ALL SELECT name FROM accounts_now --`",
    "SELECT name AS `客户 名称 (%)` FROM accounts",
]

# were a filter run on rows before the organisation's own rows are chosen, the other's texts would make these fail
ORACLES = [
    "SELECT count() FROM opportunities WHERE toInt64(name) = 100",
    "SELECT count() FROM opportunities WHERE toInt64(if(name = 'CANARY', 'x', '1')) = 1",
    "SELECT count() FROM opportunities_as_of(day = '2018-01-01') WHERE toInt64(name) = 100",
    "SELECT count() FROM opportunities WHERE toInt64(external_id) + toInt64(name) = 200 AND status LIKE '%'",
    "SELECT countIf(intDiv(1, if(name = 'CANARY', 0, 1)) = 1) FROM opportunities",
    "SELECT sum(n) FROM (SELECT count() AS n FROM opportunities WHERE toInt64(name) = 100 GROUP BY toInt64(name))",
    "SELECT count() FROM opportunities AS o JOIN accounts AS a ON toInt64(o.name) = toInt64(a.name)",
    "SELECT count() FROM opportunities AS o, accounts AS a WHERE toInt64(o.name) = toInt64(a.name)",
    "SELECT count() FROM opportunities AS o LEFT JOIN accounts AS a ON toInt64(a.name) = toInt64(o.name)",
    "SELECT count() FROM opportunities WHERE toInt64(name) IN (SELECT toInt64(name) FROM accounts)",
    "SELECT count() FROM (SELECT toInt64(name) AS n FROM opportunities ORDER BY n LIMIT 100)",
    "SELECT count() FROM (SELECT toInt64(name) AS n, row_number() OVER (ORDER BY toInt64(name)) FROM opportunities)",
    "SELECT countDistinct_ FROM (SELECT uniqExact(toInt64(name)) + 2 AS countDistinct_ FROM opportunities)",
    "SELECT count() FROM stage_changes AS s JOIN opportunities AS o USING (opportunity_id) WHERE toInt64(name) = 100",
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Warehouse, SqlDoor]]:
    folder: Path = tmp_path_factory.mktemp("attacks") / "warehouse"
    async with two_organisations(folder, Limits(seconds=2, memory=400_000_000)) as found:
        yield found


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_list_is_long_enough() -> None:
    assert len(set(REFUSED)) == len(REFUSED) >= 60


@pytest.mark.parametrize("sql", REFUSED)
async def test_refused_with_a_reason(opened: tuple[Warehouse, SqlDoor], sql: str) -> None:
    _, door = opened
    with pytest.raises(Invalid) as refusal:
        await door.ask(sql, someone())
    assert refusal.value.errors[0].field == "sql"
    assert CANARY not in str(refusal.value)
    assert "tenant =" not in str(refusal.value)


@pytest.mark.parametrize("sql", HARMLESS)
async def test_harmless(opened: tuple[Warehouse, SqlDoor], sql: str) -> None:
    _, door = opened
    answer = await door.ask(sql, someone())
    for format in FORMATS:
        shown = encode(answer, format)
        assert CANARY.encode() not in shown
        assert THEIRS.encode() not in shown.replace(b"'globex'", b"") or "'globex'" in sql


@pytest.mark.parametrize("sql", ORACLES)
async def test_no_expression_meets_the_others_rows(opened: tuple[Warehouse, SqlDoor], sql: str) -> None:
    _, door = opened
    assert (await door.ask(sql, someone())).rows == [(3,)]


@pytest.mark.parametrize("sql", ORACLES)
async def test_no_expression_meets_rows_of_other_owners(opened: tuple[Warehouse, SqlDoor], sql: str) -> None:
    """`source` is a number in the rows of u1 alone."""
    _, door = opened
    shaped = sql.replace("external_id", "source").replace("toInt64(name)", "toInt64(source)")
    shaped = (
        shaped.replace("(SELECT toInt64(source)", "(SELECT toInt64(name)")
        .replace("toInt64(o.name)", "toInt64(o.source)")
        .replace("'CANARY'", "'secret'")
    )
    answer = await door.ask(shaped.replace("if(name", "if(source"), someone("u1", "sales_representative"))
    assert answer.rows in ([(2,)], [(3,)])


async def test_the_canaries_are_there_to_be_found(opened: tuple[Warehouse, SqlDoor]) -> None:
    _, door = opened
    theirs = await door.ask("SELECT count() FROM opportunities WHERE name = 'CANARY'", someone(tenant=THEIRS))
    assert theirs.rows == [(3,)]
    with pytest.raises(Invalid):
        await door.ask(ORACLES[0], someone(tenant=THEIRS))


async def test_nothing_was_changed_by_all_of_it(opened: tuple[Warehouse, SqlDoor]) -> None:
    warehouse, door = opened
    for sql in (*REFUSED, *HARMLESS):
        try:
            await door.ask(sql, someone())
        except CrmError:
            continue
    assert await warehouse.rows("SELECT count() FROM opportunities_now FINAL") == [(6,)]
    assert await warehouse.rows("SELECT count() FROM system.tables WHERE database = 'crm'") == [(13,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count() FROM opportunities a, opportunities b, opportunities c, opportunities d, opportunities e, "
        "opportunities f, opportunities g, opportunities h, opportunities i, opportunities j, opportunities k, "
        "opportunities l, opportunities m, opportunities n, opportunities o, opportunities p, opportunities q, "
        "opportunities r, opportunities s, opportunities t, opportunities u, opportunities v, opportunities w",
        "SELECT a.name FROM opportunities a, opportunities b, opportunities c, opportunities d, opportunities e, "
        "opportunities f, opportunities g, opportunities h, opportunities i, opportunities j, opportunities k, "
        "opportunities l",
    ],
)
async def test_exhaustion_is_stopped_by_limits(opened: tuple[Warehouse, SqlDoor], sql: str) -> None:
    _, door = opened
    with pytest.raises(Invalid) as refusal:
        await door.ask(sql, someone())
    assert refusal.value.errors[0].code in ("too-slow", "too-large")
    assert (await door.ask("SELECT count() FROM opportunities", someone())).rows == [(3,)]


async def test_an_agent_sees_own_rows_alone_in_every_view(opened: tuple[Warehouse, SqlDoor]) -> None:
    _, door = opened
    agent = someone("u2", "sales_representative")
    for view, rows in {"opportunities": 1, "opportunities_as_of(day = '2018-01-01')": 1, "stage_changes": 1}.items():
        assert (await door.ask(f"SELECT count() FROM {view}", agent)).rows == [(rows,)], view
    for view in ("accounts", "leads", "activities", "revenue_by_month"):
        assert (await door.ask(f"SELECT count() FROM {view}", agent)).rows == [(0,)], view
    lost = "SELECT status, opportunities FROM pipeline_as_of(day = '2018-01-01')"
    assert (await door.ask(lost, agent)).rows == [("lost", 1)]
    assert (await door.ask("SELECT account FROM opportunities", agent)).rows == [("",)]


async def test_a_hidden_field_does_not_exist_in_any_view(opened: tuple[Warehouse, SqlDoor]) -> None:
    _, door = opened
    role = Role("r", "r", "r", BUILT_IN["administrator"].grants, {"opportunity": frozenset({"amount"})})
    blind = someone("u1", role)
    for sql in (
        "SELECT amount FROM opportunities",
        "SELECT amount FROM pipeline_as_of(day = '2018-01-01')",
        "SELECT velocity FROM sales_velocity",
        "SELECT sum(o.amount) FROM opportunities AS o",
        "SELECT max(amount) FROM opportunities_as_of(day = '2018-01-01')",
        "SELECT average FROM revenue_by_agent",
    ):
        with pytest.raises(Invalid) as refusal:
            await door.ask(sql, blind)
        assert refusal.value.errors[0].code == "column", sql
    for view in ("opportunities", "revenue_by_agent", "sales_velocity"):
        assert not {"amount", "average", "average_won", "velocity"} & set(
            (await door.ask(f"SELECT * FROM {view}", blind)).names
        )


async def test_hidden_names_and_keys_take_their_views_along(opened: tuple[Warehouse, SqlDoor]) -> None:
    _, door = opened
    role = Role("r", "r", "r", BUILT_IN["administrator"].grants, {"user": frozenset({"name"})})
    blind = someone("u1", role)
    assert "owner" not in (await door.ask("SELECT * FROM opportunities", blind)).names
    with pytest.raises(Forbidden):
        await door.ask("SELECT * FROM revenue_by_agent", blind)


async def test_a_right_to_one_resource_opens_no_other(opened: tuple[Warehouse, SqlDoor]) -> None:
    _, door = opened
    grants = {"analytics": {"read": Level.ALL}, "opportunity": {"read": Level.ALL}}
    narrow = someone("u1", Role("r", "r", "r", grants))
    answer = await door.ask("SELECT * FROM opportunities", narrow)
    assert len(answer.rows) == 3
    assert not {"owner", "account", "product", "team", "manager"} & set(answer.names)
    for view in ("accounts", "leads", "users", "products", "activities", "teams", "stages"):
        with pytest.raises(Forbidden):
            await door.ask(f"SELECT * FROM {view}", narrow)


async def test_without_the_right_to_analytics_nothing_is_answered(opened: tuple[Warehouse, SqlDoor]) -> None:
    _, door = opened
    with pytest.raises(Forbidden):
        await door.ask("SELECT 1", someone("u1", "service_agent"))


async def test_one_user_cannot_take_all_turns(opened: tuple[Warehouse, SqlDoor]) -> None:
    _, door = opened
    heavy = "SELECT count() FROM opportunities a, opportunities b, opportunities c, opportunities d"
    asked = [door.ask(heavy, someone()) for _ in range(12)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(o, TooManyRequests) for o in outcomes) == 8
    assert [o.rows for o in outcomes if not isinstance(o, BaseException)] == [[(81,)]] * 4
    assert (await door.ask("SELECT count() FROM opportunities", someone(tenant=OURS))).rows == [(3,)]
