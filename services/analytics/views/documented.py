"""The documented views: the analysts' contract. Columns are added at the end; none changes its meaning or goes away."""

from __future__ import annotations

from services.analytics.rollups import day_of, fiscal
from services.analytics.views.custom import CUSTOM
from services.analytics.views.measures import MEASURES, ROLLED
from services.analytics.views.merges import living_account
from services.analytics.views.metrics import METRICS
from services.analytics.views.past import PAST_RECORDS, as_of
from services.analytics.views.records import RECORDS
from services.analytics.views.spec import Join, Scoping, View, named
from services.analytics.views.spec import ViewColumn as C
from shared.security.permissions import Access


def _dimension(table: str, *columns: str) -> str:
    named = ", ".join(f"_d.{c} AS {c}" for c in ("id", *columns))
    return f"SELECT {named} FROM {table} AS _d FINAL PREWHERE _d.tenant = {{tenant:String}}"


JOINS: dict[str, Join] = {
    "account": Join(
        "SELECT _n.id AS id, _n.name AS name FROM accounts_now AS _n FINAL PREWHERE _n.tenant = {tenant:String} "
        "WHERE {scope}",
        f"_account.id = {living_account('_o.account')}",
        "account",
        "_n.owner",
    ),
    "product": Join(_dimension("dim_products", "name"), "_product.id = _o.product", "product"),
    "pipeline": Join(
        _dimension("dim_pipelines", "name", "stages", "stages_zh", "stages_en", "stages_tw"),
        "_pipeline.id = _o.pipeline",
        "pipeline",
    ),
    "agent": Join(_dimension("dim_users", "manager", "teams"), "_agent.id = _o.owner", "user"),
    "team": Join(_dimension("dim_teams", "name"), "_team.id = _agent.teams[1]", "team", after=("agent",)),
}


_OPPORTUNITY_COLUMNS = (
    C("opportunity_id", "String", "商机编号", "Opportunity's id", "_o.id", ("opportunity.id",)),
    C("name", "String", "名称", "Name", "_o.name", ("opportunity.name",)),
    C("account", "String", "客户", "Account's name; of a merged one the name of the account it went into",
      "_account.name", ("opportunity.account", "account.name"), ("account",)),
    C("owner", "String", "负责人", "Owner's name", named("_o.owner"), ("opportunity.owner", "user.name")),
    C("manager", "String", "负责人的上级", "The owner's manager's name", named("_agent.manager"),
      ("opportunity.owner", "user.name", "user.manager"), ("agent",)),
    C("team", "String", "团队", "The owner's first team", "_team.name",
      ("opportunity.owner", "user.teams", "team.name"), ("team",)),
    C("product", "String", "产品", "Main product's name", "_product.name", ("opportunity.product", "product.name"),
      ("product",)),
    C("stage", "String", "阶段", "Stage's key; of a closed one the last stage it stood in", "_o.stage",
      ("opportunity.stage",)),
    C("status", "String", "状态", "open, won or lost", "_o.status", ("opportunity.status",)),
    C("amount", "Nullable(Decimal(18, 4))", "金额", "Amount", "_o.amount", ("opportunity.amount",)),
    C("currency", "String", "币种", "The amount's currency (ISO 4217)", "_o.currency", ("opportunity.currency",)),
    C("opened_on", "Nullable(Date32)", "开启日期", "Day it was opened", day_of("_o.opened_at"),
      ("opportunity.opened_at", "opportunity.opened_on")),
    C("closed_on", "Nullable(Date32)", "关闭日期", "Day it was won or lost; empty while open", day_of("_o.closed_at"),
      ("opportunity.closed_at", "opportunity.closed_on")),
    C("account_id", "String", "客户编号", "Account's id; of a merged one the id of the account it went into",
      living_account("_o.account"), ("opportunity.account",)),
    C("owner_id", "String", "负责人编号", "Owner's id", "_o.owner", ("opportunity.owner",)),
    C("manager_id", "String", "上级编号", "The owner's manager's id", "_agent.manager",
      ("opportunity.owner", "user.manager"), ("agent",)),
    C("team_id", "String", "团队编号", "The id of the owner's first team", "_agent.teams[1]",
      ("opportunity.owner", "user.teams"), ("agent",)),
    C("product_id", "String", "产品编号", "Main product's id", "_o.product", ("opportunity.product",)),
    C("pipeline", "String", "销售流程", "Pipeline's name", "_pipeline.name",
      ("opportunity.pipeline", "pipeline.name"), ("pipeline",)),
    C("pipeline_id", "String", "销售流程编号", "Pipeline's id", "_o.pipeline", ("opportunity.pipeline",)),
    C("stage_zh", "String", "阶段(中文)", "Stage's name in Chinese",
      "_pipeline.stages_zh[indexOf(_pipeline.stages, _o.stage)]",
      ("opportunity.pipeline", "opportunity.stage", "pipeline.stages"), ("pipeline",)),
    C("stage_en", "String", "阶段(英文)", "Stage's name in English",
      "_pipeline.stages_en[indexOf(_pipeline.stages, _o.stage)]",
      ("opportunity.pipeline", "opportunity.stage", "pipeline.stages"), ("pipeline",)),
    C("probability", "UInt8", "赢率", "Chance of winning, in percent", "_o.probability", ("opportunity.probability",)),
    C("close_date", "Nullable(Date32)", "预计成交日期", "Day on which it is expected to close", "_o.close_date",
      ("opportunity.close_date",)),
    C("lost_reason", "String", "输单原因", "Why it was lost", "_o.lost_reason", ("opportunity.lost_reason",)),
    C("source", "String", "来源", "Where it came from", "_o.source", ("opportunity.source",)),
    C("external_id", "String", "外部编号", "Its id in the system it was imported from", "_o.external_id",
      ("opportunity.external_id",)),
    C("created_at", "DateTime64(6, 'UTC')", "创建时间", "Moment it was created", "_o.created_at",
      ("opportunity.created_at",)),
    C("updated_at", "DateTime64(6, 'UTC')", "更新时间", "Moment of its last change", "_o.occurred_at",
      ("opportunity.updated_at",)),
    C("closed_fiscal_quarter", "Nullable(Date32)", "关闭财季", "First day of the fiscal quarter of closing",
      fiscal("toStartOfQuarter", day_of("_o.closed_at")), ("opportunity.closed_at", "opportunity.closed_on")),
    C("closed_fiscal_year", "Nullable(Date32)", "关闭财年", "First day of the fiscal year of closing",
      fiscal("toStartOfYear", day_of("_o.closed_at")), ("opportunity.closed_at", "opportunity.closed_on")),
    C("base_amount", "Nullable(Decimal(18, 4))", "本位币金额",
      "Amount in base_currency, at the rate of the day it got the amount; empty where none was known", "_o.base_amount",
      ("opportunity.base_amount",)),
    C("base_currency", "String", "本位币", "The organisation's currency on that day", "_o.base_currency",
      ("opportunity.base_currency",)),
    C("exchange_rate", "Nullable(Decimal(24, 12))", "汇率", "base_currency for one unit of currency",
      "_o.exchange_rate", ("opportunity.exchange_rate",)),
    C("rate_day", "Nullable(Date32)", "汇率日期", "Day that the rate was set for", "_o.rate_day",
      ("opportunity.rate_day",)),
    C("close_fiscal_quarter", "Nullable(Date32)", "预计成交财季", "First day of the fiscal quarter of the closing date",
      fiscal("toStartOfQuarter", "_o.close_date"), ("opportunity.close_date",)),
    C("stage_place", "UInt64", "阶段次序", "Place of the stage in its pipeline, from 1; 0 when it is no longer there",
      "indexOf(_pipeline.stages, _o.stage)", ("opportunity.pipeline", "opportunity.stage", "pipeline.stages"),
      ("pipeline",)),
    C("stage_tw", "String", "阶段(繁体中文)", "Stage's name in Traditional Chinese",
      "_pipeline.stages_tw[indexOf(_pipeline.stages, _o.stage)]",
      ("opportunity.pipeline", "opportunity.stage", "pipeline.stages"), ("pipeline",)),
)  # fmt: skip

OPPORTUNITIES = View(
    "opportunities",
    "商机现状:每个商机一行",
    "Opportunities as they are now, a row each",
    _OPPORTUNITY_COLUMNS,
    "opportunity",
    source="opportunities_now AS _o FINAL",
    where="NOT _o.archived",
)

OPPORTUNITIES_AS_OF = as_of(
    OPPORTUNITIES,
    "opportunity_facts",
    "opportunities_now",
    "某日结束时的商机:每个商机一行;姓名、团队按现在",
    "Opportunities as they were at the end of a day, a row each; people and teams as they are now",
)

_BEFORE = (
    "lagInFrame(_o.occurred_at) OVER "
    "(PARTITION BY _o.id ORDER BY _o.version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
)
_EVENT = ("opportunity.id",)  # time, actor and number of a change are the event's, as in a history
STAGE_CHANGES = View(
    "stage_changes",
    "阶段变化:每次流程、阶段或状态的变化一行",
    "Every change of pipeline, stage or status, a row each; opportunities are shown by who may see them now",
    (
        C("opportunity_id", "String", "商机编号", "Opportunity's id", "_o.id", _EVENT),
        C("occurred_at", "DateTime64(6, 'UTC')", "发生时间", "Moment it happened", "_o.occurred_at", _EVENT),
        C(
            "from_stage",
            "String",
            "原阶段",
            "Stage before; empty when it was opened",
            "_o.from_stage",
            ("opportunity.stage",),
        ),
        C("to_stage", "String", "新阶段", "Stage after", "_o.to_stage", ("opportunity.stage",)),
        C("from_status", "String", "原状态", "Status before", "_o.from_status", ("opportunity.status",)),
        C("to_status", "String", "新状态", "Status after", "_o.to_status", ("opportunity.status",)),
        C(
            "days_before",
            "Nullable(Float64)",
            "原阶段停留天数",
            "Days spent in the stage before",
            f"if(_o.from_stage = '', NULL, dateDiff('second', {_BEFORE}, _o.occurred_at) / 86400)",
            ("opportunity.stage",),
        ),
        C("from_pipeline_id", "String", "原销售流程", "Pipeline before", "_o.from_pipeline", ("opportunity.pipeline",)),
        C("to_pipeline_id", "String", "新销售流程", "Pipeline after", "_o.to_pipeline", ("opportunity.pipeline",)),
        C(
            "recorded_at",
            "DateTime64(6, 'UTC')",
            "记录时间",
            "Moment the system learned of it",
            "_o.recorded_at",
            _EVENT,
        ),
        C("actor_id", "String", "操作人编号", "Id of who did it", "_o.actor", _EVENT),
        C("version", "UInt32", "版本", "The opportunity's version after it", "_o.version", _EVENT),
    ),
    "opportunity",
    source=(
        "(SELECT _c.*, _n.owner AS owner FROM (SELECT _s.* FROM stage_change_facts AS _s FINAL PREWHERE _s.tenant = "
        "{tenant:String}) AS _c INNER JOIN (SELECT _w.id AS id, _w.owner AS owner FROM opportunities_now AS _w FINAL "
        "PREWHERE _w.tenant = {tenant:String} WHERE NOT _w.archived) AS _n ON _n.id = _c.id) AS _o"
    ),
)

VIEWS: dict[str, View] = {
    view.name: view
    for view in (
        OPPORTUNITIES,
        OPPORTUNITIES_AS_OF,
        *METRICS,
        STAGE_CHANGES,
        *RECORDS,
        *CUSTOM,
        *PAST_RECORDS,
    )
}


def within_reach(generation: int | None) -> dict[str, View]:
    """The views with what they stand on. generation: of the roll-up to read, None = there is none that is fresh."""
    return {**VIEWS, MEASURES.name: MEASURES if generation is None else ROLLED}


def documented(access: Access) -> list[tuple[View, list[C]]]:
    """The views that exist for the caller, each with the columns that do."""
    scoping = Scoping(access, within_reach(None), JOINS)
    return [(view, columns) for view in VIEWS.values() if (columns := scoping.columns(view))]
