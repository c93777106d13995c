"""What each record type leaves in the warehouse: ids and facts, never a person's name, address or free text about one.

Records of other services are named by their resource and read by their state's fields, as all services meet.
"""

from __future__ import annotations

from typing import Any

from services.analytics.rollups import ROLLUP
from shared.events.envelope import Recorded
from shared.warehouse.tables import Column, FactTable, Row, day, day_at, moment, money, within

_REF = "LowCardinality(String)"
_DAY = "Nullable(Date32)"
_MONEY = "Nullable(Decimal(18, 2))"
_MOMENT = "Nullable(DateTime64(6, 'UTC'))"


def _columns(**types: str) -> tuple[Column, ...]:
    return tuple(Column(name, type_) for name, type_ in types.items())


def _opportunity(before: Any, recorded: Recorded, o: Any) -> list[Row]:
    row = (
        o.name,
        o.owner or "",
        o.account or "",
        o.product or "",
        o.pipeline or "",
        o.stage or "",
        o.status,
        o.probability,
        money(o.amount),
        o.currency or "",
        day(o.close_date),
        day_at(o.opened_at),
        day_at(o.closed_at),
        o.lost_reason or "",
        o.source,
        o.external_id,
        o.archived,
        within(o.created_at),
    )
    return [row]


OPPORTUNITIES = FactTable(
    facts="opportunity_facts",
    current="opportunities_now",
    version=1,
    aggregates=("opportunity",),
    columns=_columns(
        name="String",
        owner=_REF,
        account="String",
        product=_REF,
        pipeline=_REF,
        stage=_REF,
        status=_REF,
        probability="UInt8",
        amount=_MONEY,
        currency=_REF,
        close_date=_DAY,
        opened_on=_DAY,
        closed_on=_DAY,
        lost_reason=_REF,
        source=_REF,
        external_id="String",
        archived="Bool",
        created_at="DateTime64(6, 'UTC')",
    ),
    rows=_opportunity,
    rollup=ROLLUP,
)


def _stage_change(before: Any, recorded: Recorded, o: Any) -> list[Row]:
    """A row for each change of pipeline, stage or status; the first one leaves from nothing."""
    old, new = (before.pipeline, before.stage, before.status), (o.pipeline, o.stage, o.status)
    if before.version == 0:
        old = ("", "", "")
    elif old == new:
        return []
    return [tuple(value or "" for value in (*old, *new))]


STAGE_CHANGES = FactTable(
    facts="stage_change_facts",
    current="",
    version=1,
    aggregates=("opportunity",),
    columns=_columns(
        from_pipeline=_REF, from_stage=_REF, from_status=_REF, to_pipeline=_REF, to_stage=_REF, to_status=_REF
    ),
    rows=_stage_change,
)


def _account(before: Any, recorded: Recorded, a: Any) -> list[Row]:
    row = (
        a.name,
        a.owner or "",
        a.type,
        a.parent or "",
        a.industry,
        a.country,
        a.city,
        a.employees,
        money(a.annual_revenue),
        a.currency or "",
        a.founded,
        a.merged_into or "",
        a.archived,
        within(a.created_at),
    )
    return [row]


ACCOUNTS = FactTable(
    facts="account_facts",
    current="accounts_now",
    version=1,
    aggregates=("account",),
    columns=_columns(
        name="String",
        owner=_REF,
        type=_REF,
        parent="String",
        industry=_REF,
        country=_REF,
        city=_REF,
        employees="Nullable(UInt32)",
        annual_revenue=_MONEY,
        currency=_REF,
        founded="Nullable(UInt32)",
        merged_into="String",
        archived="Bool",
        created_at="DateTime64(6, 'UTC')",
    ),
    rows=_account,
)


def _product(before: Any, recorded: Recorded, p: Any) -> list[Row]:
    return [(p.name, p.code, p.series, p.category, money(p.list_price), p.currency, p.archived)]


PRODUCTS = FactTable(
    facts="",
    current="dim_products",
    version=1,
    aggregates=("product",),
    columns=_columns(
        name="String", code="String", series=_REF, category=_REF, list_price=_MONEY, currency=_REF, archived="Bool"
    ),
    rows=_product,
)


def _pipeline(before: Any, recorded: Recorded, p: Any) -> list[Row]:
    stages = [[s[part] for s in p.stages] for part in ("key", "zh", "en", "probability")]
    return [(p.name, *stages[:3], [str(n) for n in stages[3]], p.archived)]


PIPELINES = FactTable(
    facts="",
    current="dim_pipelines",
    version=1,
    aggregates=("pipeline",),
    columns=_columns(
        name="String",
        stages="Array(String)",
        stages_zh="Array(String)",
        stages_en="Array(String)",
        probabilities="Array(String)",
        archived="Bool",
    ),
    rows=_pipeline,
)


def _user(before: Any, recorded: Recorded, u: Any) -> list[Row]:
    return [(u.status, u.manager or "", list(u.teams), list(u.roles), u.archived)]


USERS = FactTable(
    facts="",
    current="dim_users",
    version=1,
    aggregates=("user",),
    columns=_columns(status=_REF, manager=_REF, teams="Array(String)", roles="Array(String)", archived="Bool"),
    rows=_user,
)


def _team(before: Any, recorded: Recorded, t: Any) -> list[Row]:
    return [(t.name, t.parent or "", t.archived)]


TEAMS = FactTable(
    facts="",
    current="dim_teams",
    version=1,
    aggregates=("team",),
    columns=_columns(name="String", parent=_REF, archived="Bool"),
    rows=_team,
)


def _lead(before: Any, recorded: Recorded, lead: Any) -> list[Row]:
    row = (
        lead.owner or "",
        lead.status,
        lead.source,
        lead.industry,
        lead.country,
        lead.score,
        money(lead.amount),
        lead.currency,
        "",  # why it was disqualified: text about a person
        moment(lead.converted_at),
        lead.account or "",
        lead.opportunity or "",
        lead.archived,
        within(lead.created_at),
    )
    return [row]


LEADS = FactTable(
    facts="lead_facts",
    current="leads_now",
    version=2,
    aggregates=("lead",),
    columns=_columns(
        owner=_REF,
        status=_REF,
        source=_REF,
        industry=_REF,
        country=_REF,
        score="Nullable(Int64)",
        amount=_MONEY,
        currency=_REF,
        disqualified_reason=_REF,
        converted_at=_MOMENT,
        account="String",
        opportunity="String",
        archived="Bool",
        created_at="DateTime64(6, 'UTC')",
    ),
    rows=_lead,
)


def _linked(activity: Any, type_: str) -> str:
    """The first record of a type that the activity is about; "" when there is none."""
    return next((link["id"] for link in activity.linked_to if link["type"] == type_), "")


def _activity(before: Any, recorded: Recorded, a: Any) -> list[Row]:
    row = (
        a.owner or "",
        a.kind,
        a.status,
        a.direction,
        a.priority,
        moment(a.start),
        moment(a.due),
        moment(a.completed_at),
        a.duration,
        _linked(a, "account"),
        _linked(a, "opportunity"),
        a.archived,
        within(a.created_at),
    )
    return [row]


ACTIVITIES = FactTable(
    facts="activity_facts",
    current="activities_now",
    version=1,
    aggregates=("activity",),
    columns=_columns(
        owner=_REF,
        kind=_REF,
        status=_REF,
        direction=_REF,
        priority=_REF,
        start=_MOMENT,
        due=_MOMENT,
        completed_at=_MOMENT,
        duration="Nullable(Int64)",
        account="String",
        opportunity="String",
        archived="Bool",
        created_at="DateTime64(6, 'UTC')",
    ),
    rows=_activity,
)

TABLES: tuple[FactTable, ...] = (
    OPPORTUNITIES,
    STAGE_CHANGES,
    ACCOUNTS,
    ACTIVITIES,
    LEADS,
    PRODUCTS,
    PIPELINES,
    USERS,
    TEAMS,
)
