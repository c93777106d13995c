"""From commands to the analysts' views over real files and a real engine: every correction comes out right."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.analytics.facts import TABLES
from services.analytics.formats import plain
from services.analytics.sql.gateway import SqlGateway
from services.analytics.views.people import People
from shared.errors import CrmError
from shared.warehouse.refill import dump, refill, verify
from tests.support.analysts import Analysts, open_analysts
from tests.support.world import BOSS, TENANT


@pytest.fixture
async def analysts(tmp_path: Path) -> AsyncIterator[Analysts]:
    async with open_analysts(tmp_path) as opened:
        yield opened


async def pipeline(a: Analysts, day: str) -> dict[tuple[str, str], tuple[int, str]]:
    rows = await a.ask(f"SELECT stage, status, opportunities, amount FROM pipeline_as_of(day = '{day}')")
    return {(stage, status): (n, plain(amount)) for stage, status, n, amount in rows}


async def test_names_come_from_the_records_and_people_from_the_identity_views(analysts: Analysts) -> None:
    a = analysts
    team = await a.do("identity.CreateTeam", {"name": "East"})
    boss = await a.do("identity.ListUser", {"name": "Dustin Brinkmann"})
    agent = await a.do("identity.ListUser", {"name": "Anna Snelling", "manager": boss, "teams": [team]})
    account = await a.do("customer.CreateAccount", {"name": "Acme 有限公司"})
    product = await a.do("sales.AddProduct", {"name": "GTX Pro", "list_price": "4821.00", "currency": "USD"})
    await a.deal("2017-01-05", owner=agent, account=account, product=product)
    named = "SELECT account, owner, manager, team, product, status, amount, opened_on, closed_on FROM opportunities"
    rows = await a.ask(named)
    assert [tuple(str(plain(value)) for value in row) for row in rows] == [
        (
            "Acme 有限公司",
            "Anna Snelling",
            "Dustin Brinkmann",
            "East",
            "GTX Pro",
            "open",
            "100.00",
            "2017-01-05",
            "None",
        )
    ]
    await a.do("identity.ChangeProfile", {"name": "Anna Smith"}, agent)
    await a.do("customer.ChangeAccountDetails", {"name": "Acme Ltd"}, account)
    assert (await a.ask("SELECT owner, account FROM opportunities")) == [("Anna Smith", "Acme Ltd")]
    assert (await a.ask("SELECT name, manager FROM users ORDER BY name")) == [
        ("Anna Smith", "Dustin Brinkmann"),
        ("Dustin Brinkmann", ""),
    ]


async def test_no_persons_name_is_in_any_table(analysts: Analysts) -> None:
    a = analysts
    agent = await a.do("identity.ListUser", {"name": "Quirinius Unmistakable"})
    lead = {"name": "Zebulon Unmistakable", "email": "zeb@unmistakable.example", "owner": agent}
    await a.do("sales.CaptureLead", lead)
    await a.do("customer.CreateContact", {"family_name": "Unmistakable", "given_name": "Zoe"})
    await a.do("customer.CreateActivity", {"kind": "task", "subject": "Call Unmistakable", "owner": agent})
    await a.deal("2017-01-05", owner=agent)
    assert await a.ask("SELECT count() FROM leads") == [(1,)]
    assert await a.ask("SELECT count() FROM activities") == [(1,)]
    for table in (t for ft in TABLES for t in ft.tables):
        rows = [row async for row in dump(a.feed.warehouse, table)]
        assert "unmistakable" not in str(rows).lower(), table.name


async def test_the_pipeline_as_of_a_day_is_what_it_was(analysts: Analysts) -> None:
    a = analysts
    deal = await a.deal("2017-01-05")
    await a.do("sales.ChangeStage", {"stage": "proposal"}, deal, "2017-02-10")
    await a.win(deal, "2017-03-01")
    assert await pipeline(a, "2017-01-04") == {}
    assert await pipeline(a, "2017-01-05") == {("prospecting", "open"): (1, "100.00")}
    assert await pipeline(a, "2017-02-09") == {("prospecting", "open"): (1, "100.00")}
    assert await pipeline(a, "2017-02-10") == {("proposal", "open"): (1, "100.00")}
    assert await pipeline(a, "2017-03-01") == {("proposal", "won"): (1, "100.00")}
    assert await a.ask("SELECT month, opportunities, amount FROM revenue_by_month") == [
        (start("2017-03-01"), 1, money("100.00"))
    ]
    moves = "SELECT from_stage, to_stage, to_status, round(days_before) FROM stage_changes ORDER BY version"
    assert await a.ask(moves) == [
        ("", "prospecting", "open", None),
        ("prospecting", "proposal", "open", 36.0),
        ("proposal", "proposal", "won", 19.0),
    ]


async def test_reopening_takes_the_revenue_back_and_leaves_the_past(analysts: Analysts) -> None:
    a = analysts
    deal = await a.deal("2017-01-05")
    await a.win(deal, "2017-03-01")
    await a.do("sales.ReopenOpportunity", {"reason": "signed by mistake"}, deal, "2017-04-01")
    assert await a.ask("SELECT count() FROM revenue_by_month") == [(0,)]
    assert await a.ask("SELECT status, closed_on FROM opportunities") == [("open", None)]
    assert await pipeline(a, "2017-03-15") == {("prospecting", "won"): (1, "100.00")}
    await a.do("sales.LoseOpportunity", {"reason": "price"}, deal, "2017-05-01")
    assert await a.ask("SELECT won, lost, win_rate FROM win_rate") == [(0, 1, 0.0)]


async def test_an_undone_change_and_a_corrected_amount_come_out_right(analysts: Analysts) -> None:
    a = analysts
    deal = await a.deal("2017-01-05")
    await a.do("sales.ChangeAmount", {"amount": "900.00"}, deal, "2017-02-01")
    assert await a.ask("SELECT sum(amount) FROM opportunities") == [(money("900.00"),)]
    await a.do("sales.UndoOpportunityChange", {"version": 2}, deal)
    assert await a.ask("SELECT sum(amount) FROM opportunities") == [(money("100.00"),)]
    assert await pipeline(a, "2017-02-15") == {("prospecting", "open"): (1, "900.00")}


async def test_an_archived_record_leaves_every_view_of_now_and_comes_back(analysts: Analysts) -> None:
    a = analysts
    deal = await a.deal("2017-01-05")
    await a.win(deal, "2017-03-01")
    await a.do("sales.ArchiveOpportunity", {"cause": "import"}, deal)
    for view in ("opportunities", "revenue_by_month", "win_rate", "stage_changes"):
        assert await a.ask(f"SELECT count() FROM {view}") == [(0,)], view
    assert await pipeline(a, "2017-03-01") == {("prospecting", "won"): (1, "100.00")}
    await a.do("sales.RestoreOpportunity", {}, deal)
    assert await a.ask("SELECT sum(amount) FROM revenue_by_month") == [(money("100.00"),)]


async def test_the_past_that_is_told_late_is_in_its_own_days(analysts: Analysts) -> None:
    a = analysts
    await a.deal("2020-01-05")
    assert await pipeline(a, "2016-12-31") == {}
    await a.deal("2016-06-01", amount="7.00")
    assert await pipeline(a, "2016-12-31") == {("prospecting", "open"): (1, "7.00")}


async def test_deals_of_a_merged_account_bear_the_survivors_name(analysts: Analysts) -> None:
    a = analysts
    kept = await a.do("customer.CreateAccount", {"name": "Acme"})
    gone = await a.do("customer.CreateAccount", {"name": "Acme Europe"})
    await a.deal("2017-01-05", account=gone)
    await a.do("customer.MergeAccounts", {"absorb": [gone]}, kept)
    assert await a.ask("SELECT account FROM opportunities") == [("Acme",)]
    assert await a.ask("SELECT name FROM accounts") == [("Acme",)]


async def test_velocity_is_count_times_value_times_rate_over_cycle(analysts: Analysts) -> None:
    a = analysts
    for opened, closed in (("2017-01-01", "2017-03-02"), ("2017-01-11", "2017-03-02")):
        await a.win(await a.deal(opened), closed)
    lost = await a.deal("2017-01-01")
    await a.do("sales.LoseOpportunity", {"reason": "price"}, lost, "2017-03-05")
    row = await a.ask("SELECT closed, average_won, win_rate, cycle_days, velocity FROM sales_velocity")
    assert row == [(3, 100.0, pytest.approx(2 / 3), 55.0, pytest.approx(3 * 100 * (2 / 3) / 55))]


METRICS = ("revenue_by_month", "revenue_by_agent", "revenue_by_manager", "revenue_by_product", "win_rate")


async def test_a_rolled_up_metric_is_the_one_made_of_the_records_and_follows_corrections(analysts: Analysts) -> None:
    a = analysts
    rollups = a.feed.rollups
    rolled = SqlGateway(a.feed.warehouse, People(a.world.kernel.directory), rollups.generation)
    rollups.worth_it = 1

    async def agree() -> None:
        await a.roll_up()
        await a.feed.warehouse.settle()  # the direct answer reads the records, not the roll-up
        for view in (*METRICS, "sales_velocity"):
            direct = await a.gateway.ask(f"SELECT * FROM {view} ORDER BY 1, 2, 3", BOSS)
            assert await rolled.ask(f"SELECT * FROM {view} ORDER BY 1, 2, 3", BOSS) == direct, view

    agent = await a.do("identity.ListUser", {"name": "Anna Snelling"})
    deals = [await a.deal("2017-01-05", owner=agent, amount=f"{n}00.00") for n in range(1, 4)]
    for deal in deals:
        await a.win(deal, "2017-03-01")
    assert await a.ask("SELECT sum(amount) FROM revenue_by_month") == [(money("600.00"),)]
    await agree()
    await a.do("sales.ReopenOpportunity", {"reason": "signed by mistake"}, deals[0], "2017-04-01")
    await a.do("sales.ArchiveOpportunity", {}, deals[1])
    await a.do("sales.TransferOpportunity", {"owner": None}, deals[2])
    a.world.clock.ahead += 60_000_000
    await a.feed.catch_up()
    await agree()
    assert await a.ask("SELECT owner, amount FROM revenue_by_agent") == [("", money("300.00"))]
    kept = await a.feed.warehouse.rows("SELECT uniqExact(generation) FROM opportunity_rollup")
    assert kept[0][0] <= 2


async def test_a_roll_up_that_is_behind_is_not_used(analysts: Analysts) -> None:
    a = analysts
    rollups = a.feed.rollups
    rollups.worth_it = 1
    await a.deal("2017-01-05")
    await a.ask("SELECT 1")
    await a.roll_up()
    rollups.touch([TENANT])
    a.world.clock.ahead += 6_000_000
    assert rollups.generation(TENANT) is None
    await a.roll_up()
    await refill(a.feed, TABLES, lambda _: None)
    assert rollups.generation(TENANT) is None


async def test_a_small_organisation_needs_no_roll_up(analysts: Analysts) -> None:
    a = analysts
    await a.deal("2017-01-05")
    await a.ask("SELECT 1")
    await a.feed.refresh_rollups()
    assert a.feed.rollups.generation(TENANT) is None
    assert await a.feed.warehouse.rows("SELECT count() FROM opportunity_rollup") == [(0,)]


async def test_live_tables_equal_rebuilt_ones_after_all_kinds_of_changes(analysts: Analysts) -> None:
    a = analysts
    kept = await a.do("customer.CreateAccount", {"name": "Acme"})
    gone = await a.do("customer.CreateAccount", {"name": "Acme Europe"})
    deal = await a.deal("2017-01-05", account=gone)
    await a.do("customer.MergeAccounts", {"absorb": [gone]}, kept)
    await a.do("sales.ChangeOpportunityDetails", {"name": "New"}, deal, "2017-02-01")
    await a.win(deal, "2017-03-01")
    await a.do("sales.ReopenOpportunity", {"reason": "signed by mistake"}, deal, "2017-04-01")
    await a.do("sales.UndoOpportunityChange", {"version": 2}, deal)
    before = await a.ask("SELECT * FROM opportunities")
    assert await verify(a.feed, lambda _: None) == {}
    assert await refill(a.feed, TABLES, lambda _: None) > 8
    assert await a.ask("SELECT * FROM opportunities") == before
    assert await verify(a.feed, lambda _: None) == {}


MOVES = st.lists(st.sampled_from(["stage", "amount", "win", "lose", "reopen", "archive", "restore"]), max_size=6)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories=st.lists(MOVES, min_size=1, max_size=2))
def test_any_history_gives_the_same_figures_as_the_fold(
    tmp_path_factory: pytest.TempPathFactory, histories: list[list[str]]
) -> None:
    asyncio.run(_any_history(tmp_path_factory.mktemp("history"), histories))


async def _any_history(folder: Path, histories: list[list[str]]) -> None:
    async with open_analysts(folder) as a:
        won = 0
        for history in histories:
            deal = await a.deal("2017-01-01")
            for n, move in enumerate(history):
                await _attempt(a, deal, move, n)
            state = await a.world.state("opportunity", deal)
            won += int(state.status == "won" and not state.archived)
        assert await a.ask("SELECT countIf(status = 'won') FROM opportunities") == [(won,)]
        assert await a.ask("SELECT sum(opportunities) FROM revenue_by_month") == [(won,)]
        assert await verify(a.feed, lambda _: None) == {}


async def _attempt(a: Analysts, deal: str, move: str, n: int) -> None:
    """A move that the deal's state forbids changes nothing, and that is as good."""
    name, body = {
        "stage": ("ChangeStage", {"stage": ("qualification", "proposal", "negotiation")[n % 3]}),
        "amount": ("ChangeAmount", {"amount": f"{n}00.00"}),
        "win": ("WinOpportunity", {}),
        "lose": ("LoseOpportunity", {"reason": "price"}),
        "reopen": ("ReopenOpportunity", {"reason": "again"}),
        "archive": ("ArchiveOpportunity", {}),
        "restore": ("RestoreOpportunity", {}),
    }[move]
    try:
        await a.do(f"sales.{name}", body, deal)
    except CrmError:
        return


def start(day: str) -> Any:
    return date.fromisoformat(day)


def money(text: str) -> Decimal:
    return Decimal(text)
