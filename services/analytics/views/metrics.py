"""Metrics: views over other views. A new metric is one more entry here, and there for all of the past at once."""

from __future__ import annotations

from services.analytics.rollups import fiscal
from services.analytics.views.measures import MEASURES
from services.analytics.views.spec import View
from services.analytics.views.spec import ViewColumn as C

_WON = ("n", "status")
_CLOSED = "_b.status != 'open'"


def _key(name: str, zh: str, en: str, type_: str = "String") -> C:
    return C(name, type_, zh, en, f"_b.{name}", (name,))


_MONTH = _key("month", "月份", "First day of the month of closing", "Nullable(Date32)")
_FISCAL = tuple(
    C(f"fiscal_{unit.lower()}", "Nullable(Date32)", zh, en, fiscal(f"toStartOf{unit}", "_b.month"), ("month",))
    for unit, zh, en in (
        ("Year", "财年", "First day of the fiscal year of closing"),
        ("Quarter", "财季", "First day of the fiscal quarter of closing"),
    )
)
_CURRENCY = _key("currency", "币种", "Currency of the amounts")
_WINS = C("won", "UInt64", "赢单数", "Opportunities won", "sumIf(_b.n, _b.status = 'won')", _WON)
_LOSSES = C("lost", "UInt64", "输单数", "Opportunities lost", "sumIf(_b.n, _b.status = 'lost')", _WON)
_RATE = C("win_rate", "Float64", "赢单率", "won ÷ (won + lost)", "sumIf(_b.n, _b.status = 'won') / sum(_b.n)", _WON)
_AMOUNT = C("amount", "Nullable(Decimal(38, 4))", "赢单金额", "Amount won", "sum(_b.amount)", ("amount", "status"))
_COUNT = C("opportunities", "UInt64", "赢单数", "Opportunities won", "sum(_b.n)", _WON)
_AVERAGE = C(
    "average",
    "Nullable(Float64)",
    "平均金额",
    "Average amount",
    "toFloat64(sum(_b.amount)) / nullIf(sum(_b.priced), 0)",
    ("amount", "priced", "status"),
)


def _revenue(name: str, zh: str, en: str, *keys: C) -> View:
    return View(
        name,
        zh,
        en,
        (*keys, _CURRENCY, _COUNT, _AMOUNT, _AVERAGE),
        "opportunity",
        base=MEASURES.name,
        where="_b.status = 'won'",
        keys=(*(k.name for k in keys), "currency"),
    )


PIPELINE_AS_OF = View(
    "pipeline_as_of",
    "某日结束时各阶段、各币种的商机数与金额",
    "Opportunities and amounts by stage and currency at the end of a day",
    (
        _key("stage", "阶段", "Stage's key"),
        _key("status", "状态", "open, won or lost"),
        C("opportunities", "UInt64", "商机数", "Opportunities", "count()", ("status",)),
        C("amount", "Nullable(Decimal(38, 4))", "金额", "Sum of their amounts", "sum(_b.amount)", ("amount",)),
        _CURRENCY,
    ),
    "opportunity",
    base="opportunities_as_of",
    keys=("stage", "status", "currency"),
    parameters={"day": "Date32"},
)

WIN_RATE = View(
    "win_rate",
    "各月赢单率",
    "Won and lost by month of closing",
    (_MONTH, _key("pipeline_id", "销售流程编号", "Pipeline's id"), _WINS, _LOSSES, _RATE),
    "opportunity",
    base=MEASURES.name,
    where=_CLOSED,
    keys=("month", "pipeline_id"),
)

_AVERAGE_WON = "toFloat64(sumIf(_b.amount, _b.status = 'won')) / nullIf(sumIf(_b.priced, _b.status = 'won'), 0)"
_CYCLE = "sumIf(_b.days, _b.status = 'won') / nullIf(sumIf(_b.timed, _b.status = 'won'), 0)"
SALES_VELOCITY = View(
    "sales_velocity",
    "各月销售速度:关闭数 × 平均赢单金额 × 赢单率 ÷ 平均周期(天)",
    "By month of closing: closed × average amount won × win rate ÷ average cycle = revenue per day",
    (
        _MONTH,
        _key("pipeline_id", "销售流程编号", "Pipeline's id"),
        _CURRENCY,
        C("closed", "UInt64", "关闭数", "Opportunities closed", "sum(_b.n)", _WON),
        C(
            "average_won",
            "Nullable(Float64)",
            "平均赢单金额",
            "Average amount won",
            _AVERAGE_WON,
            ("amount", "priced", "status"),
        ),
        _RATE,
        C(
            "cycle_days",
            "Nullable(Float64)",
            "平均周期(天)",
            "Average days from opening to winning",
            _CYCLE,
            ("days", "timed", "status"),
        ),
        C(
            "velocity",
            "Nullable(Float64)",
            "销售速度(每天)",
            "Revenue per day",
            f"{_AVERAGE_WON} * sumIf(_b.n, _b.status = 'won') / nullIf({_CYCLE}, 0)",
            ("n", "amount", "priced", "days", "timed", "status"),
        ),
    ),
    "opportunity",
    base=MEASURES.name,
    where=_CLOSED,
    keys=("month", "pipeline_id", "currency"),
)

_CYCLE_DAYS = "dateDiff('day', _b.opened_on, _b.closed_on)"
_CYCLE_READS = ("opened_on", "closed_on", "status")
CYCLE_TIME_BY_PRODUCT = View(
    "cycle_time_by_product",
    "各产品从开启到赢单的天数",
    "Days from opening to winning, by main product",
    (
        _key("product", "产品", "Product's name"),
        _key("product_id", "产品编号", "Product's id"),
        C("won", "UInt64", "赢单数", "Opportunities won", "count()", ("status",)),
        C("average_days", "Nullable(Float64)", "平均天数", "On average", f"avg({_CYCLE_DAYS})", _CYCLE_READS),
        C("median_days", "Nullable(Float64)", "中位天数", "Half took longer", f"median({_CYCLE_DAYS})", _CYCLE_READS),
        C("longest_days", "Nullable(Int64)", "最长天数", "The slowest one", f"max({_CYCLE_DAYS})", _CYCLE_READS),
    ),
    "opportunity",
    base="opportunities",
    where="_b.status = 'won'",
    keys=("product", "product_id"),
)

METRICS: tuple[View, ...] = (
    PIPELINE_AS_OF,
    WIN_RATE,
    SALES_VELOCITY,
    CYCLE_TIME_BY_PRODUCT,
    _revenue("revenue_by_month", "各月赢单金额", "Amount won by month of closing", _MONTH),
    _revenue("revenue_by_fiscal_quarter", "各财季赢单金额", "Amount won by fiscal quarter of closing", *_FISCAL),
    _revenue(
        "revenue_by_agent",
        "各销售的赢单金额",
        "Amount won by owner",
        _key("owner", "负责人", "Owner's name"),
        _key("owner_id", "负责人编号", "Owner's id"),
        _key("team", "团队", "The owner's first team"),
    ),
    _revenue(
        "revenue_by_manager",
        "各上级团队的赢单金额",
        "Amount won by the owners' manager",
        _key("manager", "上级", "Manager's name"),
        _key("manager_id", "上级编号", "Manager's id"),
    ),
    _revenue(
        "revenue_by_product",
        "各产品的赢单金额",
        "Amount won by main product",
        _key("product", "产品", "Product's name"),
        _key("product_id", "产品编号", "Product's id"),
    ),
)
