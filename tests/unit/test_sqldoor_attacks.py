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
from tests.support.sqldoor_statements import HARMLESS, ORACLES, REFUSED


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
