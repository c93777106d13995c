"""Metrics over a small history made by hand: the right values, as of any day, within the asker's rights."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import copy
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.analytics import facts
from services.analytics.metrics.answers import as_csv
from services.analytics.metrics.asking import ask
from services.analytics.metrics.catalogue import METRICS
from services.analytics.sql.gateway import SqlGateway
from services.customer.account import Account
from services.customer.activity import Activity
from services.customer.contact import Contact
from services.sales.lead import Lead
from services.sales.opportunity import Opportunity
from shared.clock import start_of_day
from shared.domain.calendar import Calendar
from shared.errors import Forbidden, Invalid, NotFound
from shared.security.permissions import Role
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.tables import shown_names
from tests.support.example_facts import ExampleNames, example
from tests.support.facts import OURS, Facts, make_tables, someone
from tests.support.roles import BUILT_IN

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOON = 43_200_000_000
PLACE = Calendar("Asia/Shanghai", 4)  # fiscal years begin in April
TODAY = "2017-07-01"


def history(f: Facts) -> None:
    """The deals of the guide in US dollars, one in yen that is weighed, and a few other records."""
    example(f)
    yen = Opportunity(
        name="箱根", owner="wang", account="huaxia", product="pro", pipeline="standard", stage="prospecting",
        probability=25, amount="333", currency="JPY", base_amount="2.22", base_currency="USD", source="fair",
        close_date="2017-08-15", opened_at=start_of_day("2017-06-25"),
    )  # fmt: skip
    f.put(facts.OPPORTUNITIES, OURS, "yen", yen, at="2017-06-25")
    f.put(facts.STAGE_CHANGES, OURS, "yen", copy(yen), at="2017-06-25")
    for n, (source, day, became) in enumerate((("web", "2017-05-02", "2017-05-20"), ("fair", "2017-05-09", ""))):
        lead = Lead(owner="ann", source=source, status="working", created_at=start_of_day(day))
        f.put(facts.LEADS, OURS, f"may-{n}", lead, at=day)
        if became:
            after = copy(lead)
            after.status, after.converted_at = "converted", start_of_day(became)
            f.put(facts.LEADS, OURS, f"may-{n}", after, lead, at=became)
    for id, owner, due in (("t1", "ann", "2017-06-10"), ("t2", "wang", "2017-06-30"), ("t3", "ann", "2017-07-01")):
        task = Activity(owner=owner, kind="task", status="open", due_on=due)
        f.put(facts.ACTIVITIES, OURS, id, task, at="2017-06-01")
    call = Activity(owner="wang", kind="call", status="open")
    f.put(facts.ACTIVITIES, OURS, "c1", call, at="2017-06-01")
    done = copy(call)
    done.status, done.duration, done.completed_at = "done", 20, start_of_day("2017-06-20") + NOON
    f.put(facts.ACTIVITIES, OURS, "c1", done, call, at="2017-06-20")
    for id, merged in (("m1", None), ("m2", "m1")):
        new = Account(name=id, owner="ann", type="customer", created_at=start_of_day("2017-06-05") + NOON)
        f.put(facts.ACCOUNTS, OURS, id, new, at="2017-06-05")
        if merged:
            after_merge = copy(new)
            after_merge.merged_into = merged
            f.put(facts.ACCOUNTS, OURS, id, after_merge, new, at="2017-06-25")
    for id, archived in (("p1", False), ("p2", True)):
        role = {"account": "acme", "role": "buyer", "primary": True, "active": True}
        person = Contact(owner="ann", accounts=[role], created_at=start_of_day("2017-06-07"), archived=archived)
        f.put(facts.CONTACTS, OURS, id, person, at="2017-06-07")


@asynccontextmanager
async def opened(folder: Path, made: Facts) -> AsyncIterator[tuple[ConfinedWarehouse, SqlGateway]]:
    warehouse = await ConfinedWarehouse.open(f"chdb:{folder / 'warehouse'}")
    await make_tables(warehouse)
    await made.rows.insert(warehouse)

    async def place(tenant: str) -> Calendar:
        return PLACE

    yield warehouse, SqlGateway(warehouse, ExampleNames(), calendar=place)
    await warehouse.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SqlGateway]:
    made = Facts()
    history(made)
    async with opened(tmp_path_factory.mktemp("metrics"), made) as (_, found):
        yield found


async def asked(
    gateway: SqlGateway, question: str, access: Any = None, language: Any = "en", today: str = TODAY
) -> Any:
    """question: `name?query`."""
    name, _, query = question.partition("?")
    pairs = [(n, v) for n, _, v in (p.partition("=") for p in query.split("&") if p)]
    access = access or someone("ann")
    return await ask(gateway, name, pairs, access, PLACE, start_of_day(today), language, "USD")


def values(found: Any, part: str = "rows") -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in found[part]]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        # amount, weighted, number: yen have no decimals, 333 × 25 % is 83.25
        ("pipeline", [("USD", "5650.00", "0.00", 2), ("JPY", "333.00", "83.00", 1)]),
        ("pipeline?by=stage", [
            ("prospecting", "Prospecting", "USD", "450.00", "0.00", 1),
            ("prospecting", "Prospecting", "JPY", "333.00", "83.00", 1),
            ("proposal", "Proposal", "USD", "5200.00", "0.00", 1),
        ]),
        ("pipeline?currency=base&source=fair", [("USD", "2.22", "0.56", 1)]),
        # deals whose amount in the organisation's currency is not known are counted with the others
        ("pipeline?currency=base&by=stage", [
            ("prospecting", "Prospecting", "USD", "2.22", "0.56", 2),
            ("proposal", "Proposal", "USD", None, None, 1),
        ]),
        ("pipeline?as_of=2017-03-31&by=owner", [
            ("wang", "王芳", "USD", "16500.00", "0.00", 2),
        ]),
        # 9 deals were opened; one that was won straight away would have passed all stages
        ("funnel?by=stage", [
            ("prospecting", "Prospecting", 9, 7, 77.78),
            ("proposal", "Proposal", 7, 4, 57.14),
        ]),
        ("funnel?by=stage&as_of=2017-02-10", [
            ("prospecting", "Prospecting", 3, 2, 66.67),
            ("proposal", "Proposal", 2, 0, 0.0),
        ]),
        ("win_rate", [(66.67, 4, 2)]),
        ("win_rate?as_of=2017-04-30", [(100.0, 3, 0)]),
        ("win_rate?bucket=quarter", [("2017-01-01", 100.0, 2, 0), ("2017-04-01", 50.0, 2, 2)]),
        ("win_rate?bucket=year", [("2016-04-01", 100.0, 2, 0), ("2017-04-01", 50.0, 2, 2)]),
        # 6 closed × 2/3 × 3662.50 ÷ 57.25 days
        ("sales_velocity", [("USD", "255.8952", 6, 66.67, "3662.50", 57.2)]),
        # nothing was won: there is no speed
        ("sales_velocity?from=2017-05-01&to=2017-05-31", [("USD", None, 1, 0.0, None, None)]),
        ("cycle_time?by=product", [
            ("pro", "GTX Pro", 72.5, 72.5, 95, 2),
            ("basic", "GTX Basic", 42.0, 42.0, 42, 2),
        ]),
        ("revenue?bucket=month", [
            ("2017-03-01", "USD", "5350.00", 2, "2675.00"),
            ("2017-04-01", "USD", "9000.00", 1, "9000.00"),
            ("2017-06-01", "USD", "300.00", 1, "300.00"),
        ]),
        ("revenue?by=owner,team", [
            ("wang", "王芳", "west", "West", "USD", "9300.00", 2, "4650.00"),
            ("ann", "Ann Lee", "east", "East", "USD", "5350.00", 2, "2675.00"),
        ]),
        ("revenue?from=2017-04-01&to=last_month&account=huaxia", [("USD", "9300.00", 2, "4650.00")]),
        ("revenue?bucket=week&from=2017-06-01", [("2017-06-12", "USD", "300.00", 1, "300.00")]),
        ("forecast?bucket=month", [("2017-08-01", "JPY", "83.00", "333.00", 1)]),
        # opened 2017-05-20 and 2017-06-20: 42 and 11 days before 1 July
        ("open_ageing?by=age&owner[in]=ann,wang", [
            ("0-30", "USD", 11.0, 11, 1, "450.00"),
            ("0-30", "JPY", 6.0, 6, 1, "333.00"),
            ("31-60", "USD", 42.0, 42, 1, "5200.00"),
        ]),
        ("lost_reasons?by=lost_reason", [("", "USD", 2, "8100.00")]),
        ("new_leads?from=2017-05-01&bucket=week", [("2017-05-01", 1), ("2017-05-08", 1)]),
        ("lead_conversion?from=2017-05-01&by=source", [("web", 100.0, 1, 1), ("fair", 0.0, 0, 1)]),
        ("lead_conversion?from=2017-05-01&as_of=2017-05-19", [(0.0, 0, 2)]),
        ("activities_done?by=kind&from=2017-06-01", [("call", 1, 20)]),
        # due 10 and 30 June: 21 days and 1 day before 1 July; what is due on the day itself is not overdue
        ("activities_overdue", [(2, 11.0, 21)]),
        ("activities_overdue?owner=@me", [(1, 21.0, 21)]),
        ("activities_overdue?as_of=2017-06-11&by=owner", [("ann", "Ann Lee", 1, 1.0, 1)]),
        ("new_accounts?from=2017-06-01&by=type", [("customer", 1)]),
        ("new_contacts?from=2017-06-01&by=account", [("acme", 1)]),
    ],
)  # fmt: skip
async def test_right_values(gateway: SqlGateway, question: str, rows: list[Any]) -> None:
    assert values(await asked(gateway, question)) == rows


async def test_every_metric_answers_by_each_of_its_dimensions_as_of_a_day(gateway: SqlGateway) -> None:
    for name, metric in METRICS.items():
        for start in range(0, len(metric.dimensions), 3):
            by = ",".join(d.name for d in metric.dimensions[start : start + 3])
            found = await asked(gateway, f"{name}?as_of=2017-06-30&by={by}")
            assert found["as_of"] == "2017-06-30"
            assert len(found["columns"]) == len((found["rows"] or [found["columns"]])[0]), name


async def test_as_of_yesterday_shows_what_was_shown_yesterday(tmp_path: Path) -> None:
    made = Facts()
    history(made)
    questions = ("pipeline?by=stage", "revenue?bucket=month", "funnel?by=stage", "win_rate", "lead_conversion",
                 "activities_overdue", "new_contacts", "open_ageing?by=age")  # fmt: skip
    async with opened(tmp_path, made) as (warehouse, gateway):
        shown = [await asked(gateway, q) for q in questions]
        deal = Opportunity(
            name="Late", owner="ann", pipeline="standard", stage="proposal", amount="77.00", currency="USD",
            opened_at=start_of_day("2017-07-02"),
        )  # fmt: skip
        for table in (facts.OPPORTUNITIES, facts.STAGE_CHANGES):
            made.put(table, OURS, "late", copy(deal), at="2017-07-02")
        won = copy(deal)
        won.product, won.status, won.closed_at = "pro", "won", start_of_day("2017-07-02")
        made.put(facts.OPPORTUNITIES, OURS, "deal-3", won, Opportunity(version=2), at="2017-07-02")
        made.put(facts.LEADS, OURS, "late", Lead(status="converted"), at="2017-07-02")
        made.put(facts.CONTACTS, OURS, "p1", Contact(owner="ann", archived=True), Contact(version=1), at="2017-07-02")
        await made.rows.insert(warehouse)
        await warehouse.publish(shown_names(facts.TABLES))
        for question, before in zip(questions, shown, strict=True):
            past = f"{question}{'&' if '?' in question else '?'}as_of={TODAY}"
            assert await asked(gateway, past, today="2017-07-02") == before, question
            if "overdue" not in question:
                assert (await asked(gateway, question, today="2017-07-02"))["rows"] != before["rows"], question


async def test_stages_have_their_names_in_each_language(gateway: SqlGateway) -> None:
    for language, names in (("zh-CN", {"初步接洽", "方案报价"}), ("zh-TW", {"開發", "方案报价"})):
        for metric in ("pipeline", "funnel"):
            found = await asked(gateway, f"{metric}?by=stage", language=language)
            assert {row["stage_label"] for row in found["rows"]} == names


async def test_totals_and_columns_say_what_they_are(gateway: SqlGateway) -> None:
    found = await asked(gateway, "revenue?by=owner&compare=2017-03-31", language="zh-TW")
    assert (found["label"], found["unit"], found["currency"], found["complete"]) == ("贏單收入", "money", "deal", True)
    assert (found["as_of"], found["compare"]) == (TODAY, "2017-03-31")
    assert [(c["name"], c["role"], c["unit"], c["day"]) for c in found["columns"]][:5] == [
        ("owner", "dimension", None, None),
        ("owner_label", "label", None, None),
        ("currency", "currency", None, None),
        ("amount", "figure", "money", TODAY),
        ("amount_before", "figure", "money", "2017-03-31"),
    ]
    assert found["rows"][0] == {
        "owner": "wang", "owner_label": "王芳", "currency": "USD", "amount": "9300.00", "amount_before": None,
        "won": 2, "won_before": 0, "average": "4650.00", "average_before": None,
    }  # fmt: skip
    assert found["total"][0]["amount"] == "14650.00"
    assert found["total"][0]["amount_before"] == "5350.00"


@pytest.mark.parametrize(
    ("question", "unrated"),
    [
        ("pipeline?currency=base", 2),
        ("pipeline?currency=base&by=stage&compare=2017-03-31", 2),
        ("pipeline?currency=base&by=stage&source=fair", 0),
        ("pipeline?by=stage", 0),
        ("win_rate?currency=deal", 0),
    ],
)
async def test_amounts_that_no_sum_has_are_counted(gateway: SqlGateway, question: str, unrated: int) -> None:
    assert (await asked(gateway, question))["unrated"] == unrated


async def test_a_file_of_figures_says_what_each_row_leaves_out(gateway: SqlGateway) -> None:
    found = await asked(gateway, "pipeline?currency=base&by=stage", language="zh-TW")
    by_row = [(row["stage"], count) for row, count in zip(found["rows"], found["unrated_rows"], strict=True)]
    assert by_row == [("prospecting", 1), ("proposal", 1)]
    head, *rows = as_csv(found, "zh-TW").decode("utf-8-sig").splitlines()
    assert head == "階段（ID）,階段,幣別,金額,加權金額,商機數,無匯率的金額"
    assert [row.rpartition(",")[2] for row in rows] == ["1", "1"]
    assert as_csv(found).decode().splitlines()[0].endswith(",opportunities,unrated")


async def test_a_file_of_two_days_says_which_figure_is_of_which(gateway: SqlGateway) -> None:
    found = await asked(gateway, "win_rate?by=owner&compare=2017-03-31")
    head = as_csv(found, "en").decode("utf-8-sig").splitlines()[0]
    assert head.startswith("Owner (ID),Owner,Win rate (2017-07-01),Win rate (2017-03-31),Won (2017-07-01)")


async def test_a_group_that_is_gone_stands_next_to_what_is_there(gateway: SqlGateway) -> None:
    found = await asked(gateway, "pipeline?as_of=2017-03-31&compare=2017-06-30&by=owner&owner=ann")
    assert [(r["opportunities"], r["opportunities_before"]) for r in found["rows"]] == [(0, 1)]


async def test_each_counts_the_records_that_they_may_see(gateway: SqlGateway) -> None:
    rep = someone("ann", "sales_representative")
    assert values(await asked(gateway, "revenue", rep)) == [("USD", "5350.00", 2, "2675.00")]
    assert values(await asked(gateway, "revenue?owner=wang", rep)) == []
    assert values(await asked(gateway, "funnel", rep)) == [(4, 4, 100.0)]


async def test_no_figure_and_no_dimension_is_made_of_a_hidden_field(gateway: SqlGateway) -> None:
    grants = BUILT_IN["read_only"].grants
    no_amount = someone(role=Role("r", "", "", grants, {"opportunity": frozenset({"amount"})}))
    assert values(await asked(gateway, "pipeline", no_amount)) == [(3,)]
    with pytest.raises(Forbidden):
        await asked(
            gateway, "forecast", someone(role=Role("r", "", "", grants, {"opportunity": frozenset({"close_date"})}))
        )
    no_owner = someone(role=Role("r", "", "", grants, {"opportunity": frozenset({"owner"})}))
    for refused in ("pipeline?by=owner", "pipeline?by=team", "pipeline?owner=ann"):
        with pytest.raises(Invalid):
            await asked(gateway, refused, no_owner)
    no_names = someone(role=Role("r", "", "", grants, {"user": frozenset({"name"})}))
    assert values(await asked(gateway, "revenue?by=owner&owner=ann", no_names)) == [
        ("ann", "USD", "5350.00", 2, "2675.00")
    ]
    with pytest.raises(Forbidden):
        await asked(gateway, "pipeline", someone(role=Role("r", "", "", {"opportunity": grants["opportunity"]}, {})))


@pytest.mark.parametrize(
    ("question", "field", "code"),
    [
        ("pipeline?from=2017-01-01", "from", "no-period"),
        ("pipeline?bucket=month", "bucket", "no-period"),
        ("revenue?from=2017-02-30", "from", "bad-day"),
        ("revenue?as_of=1066-10-14", "as_of", "bad-day"),
        ("revenue?from=2017-02-01&to=2017-01-31", "to", "out-of-order"),
        ("revenue?bucket=decade", "bucket", "not-an-option"),
        ("revenue?currency=CNY", "currency", "not-an-option"),
        ("revenue?by=owner,colour", "by", "not-an-option"),
        ("revenue?by=owner,team,manager,product", "by", "too-many"),
        ("revenue?colour=red", "colour", "unknown-parameter"),
        ("revenue?owner[ne]=ann", "owner[ne]", "unknown-parameter"),
        ("revenue?owner[in]=\"a", "owner[in]", "bad-filter"),
        (f"revenue?owner[in]={'a,' * 101}", "owner[in]", "too-many"),
    ],
)  # fmt: skip
async def test_bad_questions_name_their_parameter(gateway: SqlGateway, question: str, field: str, code: str) -> None:
    with pytest.raises(Invalid) as error:
        await asked(gateway, question)
    assert [(e.field, e.code) for e in error.value.errors] == [(field, code)]


async def test_an_unknown_metric_is_not_found(gateway: SqlGateway) -> None:
    with pytest.raises(NotFound):
        await asked(gateway, "happiness")


@pytest.mark.parametrize("value", ["' OR 1=1 --", "$today", "\\x27", "{day}", "%s", "a'); SELECT 1", "`k0`"])
async def test_what_the_caller_writes_is_a_value_and_nothing_else(gateway: SqlGateway, value: str) -> None:
    assert values(await asked(gateway, f"revenue?source={value}&by=source")) == []
