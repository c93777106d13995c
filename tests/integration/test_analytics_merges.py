"""No figure is split or lost: what names a merged or archived record counts for the one that lives on, or by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest
import pytest_asyncio

from services.analytics.facts import LEADS
from services.sales.lead import Lead
from shared.security.permissions import Access, Level, Role, system_access
from tests.support.analysts import Analysts, open_analysts
from tests.support.facts import Facts

REVENUE = (
    "SELECT a.name, sum(o.amount) FROM opportunities AS o {join} accounts AS a ON a.account_id = o.account_id "
    "WHERE o.status = 'won' GROUP BY a.name ORDER BY a.name"
)


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Analysts]:
    async with open_analysts(tmp_path_factory.mktemp("analysts")) as opened:
        yield opened


@pytest.fixture
def analysts(opened: Analysts, request: pytest.FixtureRequest) -> Analysts:
    """Of an organisation of the test's own."""
    return replace(opened, boss=system_access(request.node.name, "boss"))


async def accounts(a: Analysts, *names: str) -> list[str]:
    return [await a.do("customer.CreateAccount", {"name": name}) for name in names]


async def won(a: Analysts, amount: str, **fields: str) -> str:
    deal = await a.deal("2017-01-05", amount=amount, **fields)
    await a.win(deal, "2017-03-01")
    return deal


async def revenue(a: Analysts) -> dict[str, Decimal]:
    """By account: the same through a join with the accounts and by the names that the deals bear."""
    joined = await a.ask(REVENUE.format(join="INNER JOIN"))
    named = "SELECT account, sum(amount) FROM opportunities WHERE status = 'won' GROUP BY account ORDER BY account"
    assert await a.ask(named) == joined
    return dict(joined)


async def test_revenue_follows_merges_of_merges_and_their_undoing(analysts: Analysts) -> None:
    a = analysts
    first, second, third = await accounts(a, "a", "b", "c")
    for account, amount in ((first, "1.00"), (second, "900.00"), (third, "30.00")):
        await won(a, amount, account=account)
    await a.do("customer.MergeAccounts", {"absorb": [third]}, second)
    assert await revenue(a) == {"a": Decimal(1), "b": Decimal(930)}
    await a.do("customer.MergeAccounts", {"absorb": [second]}, first)
    assert await revenue(a) == {"a": Decimal(931)}
    assert await a.ask("SELECT DISTINCT account_id FROM opportunities") == [(first,)]
    await a.do("customer.UnmergeAccounts", {"release": [second]}, first)
    assert await revenue(a) == {"a": Decimal(1), "b": Decimal(930)}
    await a.do("customer.UnmergeAccounts", {"release": [third]}, second)
    assert await revenue(a) == {"a": Decimal(1), "b": Decimal(900), "c": Decimal(30)}


async def test_the_past_is_told_of_the_customers_of_today(analysts: Analysts) -> None:
    a = analysts
    kept, gone = await accounts(a, "a", "b")
    await won(a, "900.00", account=gone)
    await a.do("customer.MergeAccounts", {"absorb": [gone]}, kept)
    before_the_merge = "SELECT account, account_id, amount FROM opportunities_as_of(day = '2017-03-31')"
    assert await a.ask(before_the_merge) == [("a", kept, Decimal(900))]
    assert await a.ask("SELECT status, amount FROM pipeline_as_of(day = '2017-03-31')") == [("won", Decimal(900))]


async def test_revenue_stays_when_what_it_names_is_archived(analysts: Analysts) -> None:
    a = analysts
    (account,) = await accounts(a, "a")
    product = await a.do("sales.AddProduct", {"name": "GTX", "list_price": "1.00", "currency": "USD"})
    team = await a.do("identity.CreateTeam", {"name": "East"})
    agent = await a.do("identity.ListUser", {"name": "Ann", "teams": [team]})
    stage = {"key": "offer", "zh": "报价", "en": "Offer", "probability": 50}
    pipeline = await a.do("sales.DefinePipeline", {"name": "Renewals", "stages": [stage]})
    await won(a, "900.00", account=account, product=product, owner=agent, pipeline=pipeline)
    joins = {
        "accounts": ("a.name", "a.account_id = o.account_id"),
        "products": ("a.name", "a.product_id = o.product_id"),
        "teams": ("a.name", "a.team_id = o.team_id"),
        "users": ("a.name", "a.user_id = o.owner_id"),
        "stages": ("a.pipeline", "a.pipeline_id = o.pipeline_id AND a.stage = o.stage"),
    }
    figures = {
        view: f"SELECT {name}, sum(o.amount) FROM opportunities AS o JOIN {view} AS a ON {on} GROUP BY {name}"
        for view, (name, on) in joins.items()
    }
    before = {view: await a.ask(sql) for view, sql in figures.items()}
    assert {view: [row[1] for row in rows] for view, rows in before.items()} == {view: [Decimal(900)] for view in joins}

    await a.do("customer.ArchiveAccount", {}, account)
    await a.do("sales.ArchiveProduct", {}, product)
    await a.do("identity.ArchiveTeam", {}, team)
    await a.do("sales.ArchivePipeline", {}, pipeline)
    assert {view: await a.ask(sql) for view, sql in figures.items()} == before
    assert await a.ask("SELECT name, archived FROM accounts") == [("a", True)]
    assert await a.ask("SELECT name, archived FROM products") == [("GTX", True)]


async def test_activities_leads_and_children_name_the_account_that_lives_on(analysts: Analysts) -> None:
    a = analysts
    kept, gone = await accounts(a, "a", "b")
    await a.do("customer.CreateAccount", {"name": "child", "parent": gone})
    link = {"type": "account", "id": gone}
    await a.do("customer.CreateActivity", {"kind": "note", "subject": "n", "links": [link]})
    lead = Facts()
    lead.put(LEADS, a.boss.tenant, "lead", Lead(owner="boss", status="converted", account=gone))
    await lead.rows.insert(a.feed.warehouse)
    await a.do("customer.MergeAccounts", {"absorb": [gone]}, kept)
    assert await a.ask("SELECT account_id FROM activities WHERE kind = 'note'") == [(kept,)]
    assert await a.ask("SELECT account_id FROM leads") == [(kept,)]
    assert await a.ask("SELECT parent_id FROM accounts WHERE name = 'child'") == [(kept,)]


async def test_a_survivor_that_one_may_not_see_keeps_its_name_and_loses_no_money(analysts: Analysts) -> None:
    a = analysts
    ann = await a.do("identity.ListUser", {"name": "Ann"})
    kept = await a.do("customer.CreateAccount", {"name": "secret"})
    gone = await a.do("customer.CreateAccount", {"name": "b", "owner": ann})
    await won(a, "900.00", account=gone, owner=ann)
    await a.do("customer.MergeAccounts", {"absorb": [gone]}, kept)
    grants = {"analytics": {"read": Level.ALL}, "account": {"read": Level.OWN}, "opportunity": {"read": Level.OWN}}
    hers = Access(a.boss.tenant, ann, (Role("own", "", "", grants),))
    assert await a.ask("SELECT account, account_id, amount FROM opportunities", hers) == [("", kept, Decimal(900))]
    assert await a.ask(REVENUE.format(join="LEFT JOIN"), hers) == [("", Decimal(900))]
