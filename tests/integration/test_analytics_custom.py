"""Custom fields as analysts ask about them: what each kind gives, who sees it, what never gets into the warehouse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from services.analytics.facts import TABLES
from services.audit.texts import erase_texts
from shared.clock import day_of
from shared.errors import Forbidden
from shared.security.permissions import Access, Level, Role, system_access
from shared.warehouse.refill import dump, refill, verify
from tests.support.analysts import Analysts, open_analysts
from tests.support.roles import BUILT_IN

pytestmark = pytest.mark.asyncio(loop_scope="module")

# kind, options, value, and the rows of it: value, number, currency, day, moment, yes
MOMENT = datetime(2026, 11, 24, 1, 30)
KINDS: list[tuple[str, list[str], Any, list[tuple[Any, ...]]]] = [
    ("keyword", ["A", "B"], "B", [("B", None, "", None, None, None)]),
    ("text", ["low", "high"], "high", [("high", None, "", None, None, None)]),
    ("keyword", [], "Ann Lee", []),
    ("text", [], "Ann called", []),
    ("keywords", [], ["Ann", "Bo"], []),
    ("keywords", ["x", "y"], ["y", "x"], [("y", None, "", None, None, None), ("x", None, "", None, None, None)]),
    ("integer", [], 1000, [("1000", Decimal(1000), "", None, None, None)]),
    ("decimal", [], "0.000000000000000001", [("0.000000000000000001", Decimal("1E-18"), "", None, None, None)]),
    ("decimal", [], "9" * 30, [("9" * 30, None, "", None, None, None)]),
    (
        "money",
        [],
        {"amount": "1054.5", "currency": "USD"},
        [("1054.50 USD", Decimal("1054.50"), "USD", None, None, None)],
    ),
    ("date", [], "2026-11-24", [("2026-11-24", None, "", date(2026, 11, 24), None, None)]),
    ("date", [], "9999-12-31", [("9999-12-31", None, "", None, None, None)]),
    ("datetime", [], "2026-11-24T09:30:00+08:00", [("2026-11-24T01:30:00.000000Z", None, "", None, MOMENT, None)]),
    ("boolean", [], True, [("true", None, "", None, None, True)]),
    ("boolean", [], False, [("false", None, "", None, None, False)]),
]
COLUMNS = "SELECT field, record_type, kind, value, number, currency, day, moment, yes FROM custom_values"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Analysts]:
    async with open_analysts(tmp_path_factory.mktemp("analysts")) as opened:
        yield opened


@pytest.fixture
def analysts(opened: Analysts, request: pytest.FixtureRequest) -> Analysts:
    """Of an organisation of the test's own."""
    return replace(opened, boss=system_access(request.node.name.partition("[")[0], "boss"))


async def define(a: Analysts, resource: str, name: str, kind: str, **more: Any) -> str:
    body = {"resource": resource, "name": name, "kind": kind, **more}
    return await a.do("customer.DefineField", body)


async def account(a: Analysts, name: str, **custom: Any) -> str:
    return await a.do("customer.CreateAccount", {"name": name, "custom": custom})


async def test_each_kind_gives_its_columns_and_free_text_none(analysts: Analysts) -> None:
    a = analysts
    for n, (kind, options, _, _) in enumerate(KINDS):
        await define(a, "account", f"f{n}", kind, options=options)
    await account(a, "Acme", **{f"f{n}": value for n, (_, _, value, _) in enumerate(KINDS)})
    found = await a.ask(f"{COLUMNS} ORDER BY place")
    for n, (kind, _, _, rows) in enumerate(KINDS):
        assert [row[3:] for row in found if row[0] == f"f{n}"] == rows, (n, kind)
    assert {row[:3] for row in found} == {(f"f{n}", "account", k[0]) for n, k in enumerate(KINDS) if k[3]}
    for table in (t for ft in TABLES for t in ft.tables):
        rows = [row async for row in dump(a.feed.warehouse, table) if row[0] == a.boss.tenant]
        assert "Ann" not in str(rows), table.name


async def test_things_have_values_and_persons_have_none(analysts: Analysts) -> None:
    a = analysts
    for resource in ("account", "opportunity", "product", "team", "contact", "lead", "activity", "user"):
        await define(a, resource, "rank", "integer")
    custom = {"custom": {"rank": 7}}
    await account(a, "Acme", rank=7)
    await a.do("sales.OpenOpportunity", {"name": "Deal", **custom})
    await a.do("sales.AddProduct", {"name": "GTX", "list_price": "1.00", "currency": "USD", **custom})
    await a.do("identity.CreateTeam", {"name": "East", **custom})
    await a.do("identity.ListUser", {"name": "Ann", **custom})
    await a.do("customer.CreateContact", {"family_name": "Lee", **custom})
    await a.do("sales.CaptureLead", {"name": "Bo", "company": "Acme", **custom})
    await a.do("customer.CreateActivity", {"kind": "task", "subject": "Call", **custom})
    found = [("account",), ("opportunity",), ("product",), ("team",)]
    assert await a.ask("SELECT record_type FROM custom_values WHERE number = 7 ORDER BY record_type") == found
    assert await a.ask("SELECT record_type FROM custom_fields ORDER BY record_type") == found


async def test_values_follow_their_records_fields_and_merges(analysts: Analysts) -> None:
    a = analysts
    rank = await define(a, "account", "rank", "integer")
    await define(a, "account", "partner", "reference", ref="account")
    await define(a, "opportunity", "rank", "integer")
    kept, gone = await account(a, "kept", rank=1), await account(a, "gone", rank=2)
    other = await account(a, "other", partner=gone)
    deal = await a.do("sales.OpenOpportunity", {"name": "Deal", "custom": {"rank": 3}})
    ranks = "SELECT number FROM custom_values WHERE field = 'rank' ORDER BY number"
    assert await a.ask(ranks) == [(Decimal(1),), (Decimal(2),), (Decimal(3),)]
    await a.do("customer.MergeAccounts", {"absorb": [gone]}, kept)
    assert await a.ask(ranks) == [(Decimal(1),), (Decimal(3),)]
    assert await a.ask("SELECT record_id, value FROM custom_values WHERE field = 'partner'") == [(other, kept)]
    await a.do("sales.ArchiveOpportunity", {}, deal)
    await a.do("customer.ArchiveAccount", {}, kept)  # stays, as in `accounts`
    assert await a.ask(ranks) == [(Decimal(1),)]
    await a.do("customer.RestoreAccount", {}, kept)
    await a.do("customer.ChangeAccountDetails", {"custom": {"rank": None}}, kept)
    assert await a.ask(ranks) == []
    await a.do("customer.ChangeAccountDetails", {"custom": {"rank": 5}}, other)
    assert await a.ask(ranks) == [(Decimal(5),)]
    await a.do("customer.ArchiveFieldDefinition", {}, rank)
    assert await a.ask(ranks) == []
    assert await a.ask("SELECT record_type, field FROM custom_fields ORDER BY 1, 2") == [
        ("account", "partner"),
        ("opportunity", "rank"),
    ]
    await a.do("customer.RestoreFieldDefinition", {}, rank)
    assert await a.ask(ranks) == [(Decimal(5),)]


async def test_rows_are_those_of_records_and_fields_that_one_may_see(analysts: Analysts) -> None:
    a = analysts
    for resource, name in (("account", "rank"), ("account", "margin"), ("opportunity", "margin")):
        await define(a, resource, name, "integer")
    ann = await a.do("identity.ListUser", {"name": "Ann"})
    await a.do("customer.CreateAccount", {"name": "hers", "owner": ann, "custom": {"rank": 1, "margin": 2}})
    await account(a, "his", rank=3, margin=4)
    await a.do("sales.OpenOpportunity", {"name": "his", "custom": {"margin": 5}})
    everything = BUILT_IN["administrator"].grants

    def who(grants: Any, hidden: dict[str, frozenset[str]]) -> Access:
        return Access(a.boss.tenant, ann, (Role("r", "", "", grants, hidden),))

    assert await a.ask("SELECT count() FROM custom_values") == [(5,)]
    own = {"analytics": {"read": Level.ALL}, "account": {"read": Level.OWN}, "field_definition": {"read": Level.ALL}}
    for access, numbers, fields in (
        (who(everything, {}), [1, 2, 3, 4, 5], 3),
        (who(everything, {"account": frozenset({"custom.margin"})}), [1, 3, 5], 2),
        (who(everything, {"*": frozenset({"custom.margin"})}), [1, 3], 1),
        (who(everything, {"account": frozenset({"custom"})}), [5], 1),
        (who(own, {}), [1, 2], 2),
        (who(own, {"account": frozenset({"custom.rank"})}), [2], 1),
        (who({**own, "analytics": {"read": Level.OWN}, "account": {"read": Level.ALL}}, {}), [1, 2], 2),
    ):
        rows = (await a.gateway.ask("SELECT number FROM custom_values ORDER BY number", access)).rows
        assert [int(n) for (n,) in rows] == numbers
        assert (await a.gateway.ask("SELECT count() FROM custom_fields", access)).rows == [(fields,)]
    with pytest.raises(Forbidden):
        await a.ask("SELECT * FROM custom_values", who({"analytics": {"read": Level.ALL}}, {}))


async def test_an_option_is_one_from_its_event_on_and_live_rows_equal_rebuilt_ones(analysts: Analysts) -> None:
    a = analysts
    tier = await define(a, "account", "tier", "keyword")
    first = await account(a, "first", tier="A")
    await a.do("customer.ChangeFieldDefinition", {"options": ["A", "B"]}, tier)
    await account(a, "second", tier="B")
    tiers = "SELECT value FROM custom_values ORDER BY value"
    assert await a.ask(tiers) == [("B",)]
    await a.do("customer.ChangeFieldDefinition", {"options": ["A", "C"]}, tier)
    await a.do("customer.ChangeAccountDetails", {"name": "First"}, first)
    assert await a.ask(tiers) == [("A",), ("B",)]
    assert await verify(a.feed, lambda _: None) == {}
    a.feed.release()
    await refill(a.feed, TABLES, lambda _: None)
    assert await a.ask(tiers) == [("A",), ("B",)]


async def test_a_deals_values_are_those_of_the_day(analysts: Analysts) -> None:
    a = analysts
    await define(a, "opportunity", "rank", "integer")
    ann = await a.do("identity.ListUser", {"name": "Ann"})
    deal = await a.deal("2017-01-05", custom={"rank": 1}, owner=ann)
    await a.do("sales.ChangeOpportunityDetails", {"custom": {"rank": 2}}, deal, "2017-02-01")
    assert await a.ask("SELECT count() FROM custom_values") == [(1,)]
    for day, numbers in (("2017-01-04", []), ("2017-01-05", [1]), ("2017-01-31", [1]), ("2017-02-01", [2])):
        question = f"SELECT number FROM custom_values_as_of(day = '{day}') WHERE record_id = '{deal}'"
        rows = (await a.gateway.ask(question, a.boss)).rows
        assert [int(n) for (n,) in rows] == numbers, day
    then = "custom_values_as_of(day = '2017-01-31')"
    both = f"SELECT v.number, t.number FROM custom_values AS v JOIN {then} AS t USING (field)"
    assert await a.ask(both) == [(Decimal(2), Decimal(1))]
    await define(a, "account", "rank", "integer")
    await account(a, "Acme", rank=9)
    assert await a.ask(f"{both} ORDER BY 1") == [(Decimal(2), Decimal(1)), (Decimal(9), Decimal(1))]
    await a.do("sales.TransferOpportunity", {"owner": None}, deal)
    grants = {"analytics": {"read": Level.ALL}, "opportunity": {"read": Level.OWN}}
    hers = Access(a.boss.tenant, ann, (Role("own", "", "", {**grants, "field_definition": {"read": Level.ALL}}),))
    assert await a.ask("SELECT count() FROM custom_values_as_of(day = '2017-01-31')", hers) == [(0,)]


async def test_what_was_sealed_on_a_day_leaves_the_warehouse_with_that_days_texts(analysts: Analysts) -> None:
    a = analysts
    await define(a, "account", "rank", "integer")
    id = await account(a, "Acme", rank=7)
    ranks = "SELECT number FROM custom_values"
    assert await a.ask(ranks) == [(Decimal(7),)]
    kernel = replace(a.world.kernel, feed=a.feed)
    report = await erase_texts(kernel, a.boss.tenant, day_of(kernel.clock.now()), lambda _: None)
    assert report["keys"] == 1
    assert await a.ask(ranks) == []
    await a.do("customer.ChangeAccountDetails", {"name": "New"}, id)
    assert await a.ask(ranks) == []
