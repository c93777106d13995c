"""Attacks on analysts' SQL, against a real engine that holds another organisation's canaries.

Each is either refused before it runs, with its code, or harmless: it shows nothing of the other organisation, of a file
or of a table that is no view, and changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.analytics.formats import encode
from services.analytics.sql.gateway import OF_A_USER, generate
from shared.errors import CrmError, Forbidden, Invalid, TooManyRequests, TooSlow
from shared.security.permissions import Level, Role
from tests.support.facts import OURS, THEIRS, someone
from tests.support.roles import BUILT_IN
from tests.support.sql_canaries import EXTRA_TABLES, Attacked, attacked, shows_canary
from tests.support.sql_statements import HARMLESS, ORACLES, REFUSED


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Attacked]:
    async with attacked(tmp_path_factory.mktemp("attacks")) as found:
        yield found


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_list_is_long_enough() -> None:
    every = [*(sql for _, sql in REFUSED), *HARMLESS, *ORACLES]
    assert len(set(every)) == len(every) > 830  # as docs/security.md says


@pytest.mark.parametrize(("code", "sql"), REFUSED)
async def test_refused_with_a_reason(opened: Attacked, code: str, sql: str) -> None:
    """By our own reading: the engine is not asked."""
    with pytest.raises(Invalid) as refusal:
        generate(opened.statement(sql), someone())
    assert [(e.field, e.code) for e in refusal.value.errors] == [("sql", code)]
    assert not shows_canary(refusal.value)


@pytest.mark.parametrize("sql", HARMLESS)
async def test_harmless(opened: Attacked, sql: str) -> None:
    answer = await opened.ask(sql)
    assert not shows_canary(answer)
    assert THEIRS not in str(answer.rows) or "'globex'" in sql


@pytest.mark.parametrize("sql", ORACLES)
async def test_no_expression_meets_the_others_rows(opened: Attacked, sql: str) -> None:
    assert (await opened.gateway.ask(sql, someone())).rows == [(3,)]


@pytest.mark.parametrize("sql", ORACLES)
async def test_no_expression_meets_rows_of_other_owners(opened: Attacked, sql: str) -> None:
    """`source` is a number in the rows of u1 alone."""
    shaped = sql.replace("external_id", "source").replace("toInt64(name)", "toInt64(source)")
    shaped = (
        shaped.replace("(SELECT toInt64(source)", "(SELECT toInt64(name)")
        .replace("toInt64(o.name)", "toInt64(o.source)")
        .replace("'CANARY'", "'secret'")
    )
    answer = await opened.gateway.ask(shaped.replace("if(name", "if(source"), someone("u1", "sales_representative"))
    assert answer.rows in ([(2,)], [(3,)])


async def test_the_canaries_are_there_to_be_found(opened: Attacked) -> None:
    theirs = await opened.gateway.ask("SELECT count() FROM opportunities WHERE name = 'CANARY'", someone(tenant=THEIRS))
    assert theirs.rows == [(3,)]
    with pytest.raises(Invalid):
        await opened.gateway.ask(ORACLES[0], someone(tenant=THEIRS))


async def test_nothing_was_changed_by_all_of_it(opened: Attacked) -> None:
    for sql in (*(sql for _, sql in REFUSED), *HARMLESS):
        try:
            await opened.ask(sql)
        except CrmError:
            continue
    assert await opened.state() == (6, 16 + EXTRA_TABLES, False, opened.file.read_text())


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count() FROM (SELECT arrayJoin(arrayMap(x -> 1, splitByChar(',', '" + "," * 900 + "'))) AS n) AS a, "
        "(SELECT arrayJoin(splitByChar(',', '" + "," * 900 + "')) AS n) AS b, "
        "(SELECT arrayJoin(splitByChar(',', '" + "," * 900 + "')) AS n) AS c, "
        "(SELECT arrayJoin(splitByChar(',', '" + "," * 900 + "')) AS n) AS d",
        "SELECT a.n FROM (SELECT arrayJoin(splitByChar(',', '" + "," * 900 + "')) AS n) AS a, "
        "(SELECT arrayJoin(splitByChar(',', '" + "," * 900 + "')) AS n) AS b",
    ],
)
async def test_exhaustion_is_stopped_by_limits(opened: Attacked, sql: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await opened.ask(sql)
    assert refusal.value.errors[0].code in ("too-slow", "too-large")
    assert (await opened.ask("SELECT count() FROM opportunities")).rows == [(3,)]


async def test_an_agent_sees_own_rows_alone_in_every_view(opened: Attacked) -> None:
    agent = someone("u2", "sales_representative")
    one = ("opportunities", "opportunities_as_of(day = '2018-01-01')", "stage_changes", "custom_values")
    one += ("custom_values_as_of(day = '2018-01-01')",)
    for view, rows in dict.fromkeys(one, 1).items():
        assert (await opened.gateway.ask(f"SELECT count() FROM {view}", agent)).rows == [(rows,)], view
    for view in ("accounts", "leads", "activities", "revenue_by_month"):
        assert (await opened.gateway.ask(f"SELECT count() FROM {view}", agent)).rows == [(0,)], view
    lost = "SELECT status, opportunities FROM pipeline_as_of(day = '2018-01-01')"
    assert (await opened.gateway.ask(lost, agent)).rows == [("lost", 1)]
    assert (await opened.gateway.ask("SELECT account FROM opportunities", agent)).rows == [("",)]


async def test_a_hidden_field_does_not_exist_in_any_view(opened: Attacked) -> None:
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
            await opened.gateway.ask(sql, blind)
        assert refusal.value.errors[0].code == "column", sql
    for view in ("opportunities", "revenue_by_agent", "sales_velocity"):
        assert not {"amount", "average", "average_won", "velocity"} & set(
            (await opened.gateway.ask(f"SELECT * FROM {view}", blind)).names
        )


async def test_hidden_names_and_keys_take_their_views_along(opened: Attacked) -> None:
    role = Role("r", "r", "r", BUILT_IN["administrator"].grants, {"user": frozenset({"name"})})
    blind = someone("u1", role)
    assert "owner" not in (await opened.gateway.ask("SELECT * FROM opportunities", blind)).names
    with pytest.raises(Forbidden):
        await opened.gateway.ask("SELECT * FROM revenue_by_agent", blind)


async def test_a_right_to_one_resource_opens_no_other(opened: Attacked) -> None:
    grants = {"analytics": {"read": Level.ALL}, "opportunity": {"read": Level.ALL}}
    narrow = someone("u1", Role("r", "r", "r", grants))
    answer = await opened.gateway.ask("SELECT * FROM opportunities", narrow)
    assert len(answer.rows) == 3
    assert not {"owner", "account", "product", "team", "manager"} & set(answer.names)
    for view in ("accounts", "leads", "users", "products", "activities", "teams", "stages"):
        with pytest.raises(Forbidden):
            await opened.gateway.ask(f"SELECT * FROM {view}", narrow)


async def test_without_the_right_to_analytics_nothing_is_answered(opened: Attacked) -> None:
    with pytest.raises(Forbidden):
        await opened.gateway.ask("SELECT 1", someone("u1", "service_agent"))


async def test_one_user_cannot_take_all_turns(opened: Attacked) -> None:
    heavy = "SELECT count() FROM opportunities a, opportunities b, opportunities c, opportunities d"
    asked = [opened.gateway.ask(heavy, someone()) for _ in range(OF_A_USER + 8)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(o, TooManyRequests) for o in outcomes) == 8
    assert [o.rows for o in outcomes if not isinstance(o, BaseException)] == [[(81,)]] * OF_A_USER
    assert (await opened.gateway.ask("SELECT count() FROM opportunities", someone(tenant=OURS))).rows == [(3,)]


def numbers(count: int) -> str:
    return f"(SELECT arrayJoin([{', '.join(map(str, range(count)))}]) AS x)"


NUMBERS = f"{numbers(400)} AS a, {numbers(250)} AS b"


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT {', '.join(f'toDecimal64(a.x + {n}, 2) AS c{n}' for n in range(30))} FROM {NUMBERS}",
        f"SELECT concat(toString(a.x), '{'x' * 600}') AS c FROM {NUMBERS}",
        f"SELECT [a.x, b.x, {', '.join('1' * 20)}] AS c FROM {NUMBERS}",
    ],
)
async def test_a_large_answer_is_refused(opened: Attacked, sql: str) -> None:
    with pytest.raises(Invalid) as refusal:
        encode(await opened.gateway.ask(sql, someone()), "json")
    assert refusal.value.errors[0].code == "too-large"


async def test_few_columns_may_have_many_rows(opened: Attacked) -> None:
    answer = await opened.gateway.ask(f"SELECT a.x AS x, b.x AS y FROM {NUMBERS}", someone())
    assert len(answer.columns[0]) == 100_000


async def test_a_user_whose_question_had_to_be_killed_pauses(opened: Attacked, monkeypatch: pytest.MonkeyPatch) -> None:
    async def killed(*_: object, **__: object) -> None:
        raise TooSlow

    user, other = someone("u8"), someone("u9")
    with monkeypatch.context() as patched:
        patched.setattr(opened.gateway, "_run", killed)
        with pytest.raises(TooSlow):
            await opened.gateway.ask("SELECT 1", user)
    with pytest.raises(TooManyRequests) as refusal:
        await opened.gateway.ask("SELECT 1", user)
    assert 0 < refusal.value.retry_after <= 30
    assert (await opened.gateway.ask("SELECT 1", other)).rows == [(1,)]
