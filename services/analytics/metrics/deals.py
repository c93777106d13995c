"""Metrics of opportunities. Each formula stands in its `about`; rates are shares of counts, never of amounts."""

from __future__ import annotations

from services.analytics.metrics.spec import Dimension, Figure, Metric
from shared.domain.codes import MINOR_DIGITS
from shared.messages import say


def _of_digits(digits: int) -> str:
    return ", ".join(f"'{code}'" for code, n in sorted(MINOR_DIGITS.items()) if n == digits)


# each amount is rounded half up to its currency's smallest unit, as the deal itself shows it
_PART = "CAST(amount AS Nullable(Decimal(38, 6))) * probability / 100"
_WEIGHTED = (
    f"sum(multiIf(currency IN ({_of_digits(0)}), round({_PART}, 0), "
    f"currency IN ({_of_digits(3)}), round({_PART}, 3), currency IN ({_of_digits(4)}), round({_PART}, 4), "
    f"round({_PART}, 2)))"
)
_CYCLE = "dateDiff('day', opened_on, closed_on)"
_AVERAGE = "CAST(sum(amount) AS Nullable(Decimal(38, 4))) / nullIf(count(amount), 0)"

OWNER = Dimension("owner", say("Owner"), "owner_id", "owner")
TEAM = Dimension("team", say("Team"), "team_id", "team")
ACCOUNT = Dimension("account", say("Account"), "account_id", "account")
SOURCE = Dimension("source", say("Source"), "source")
_STAGE = Dimension("stage", say("Stage"), "stage", "stage_{language}", "min(stage_place)")
_DEALS = (
    OWNER,
    TEAM,
    Dimension("manager", say("Manager"), "manager_id", "manager"),
    Dimension("pipeline", say("Pipeline"), "pipeline_id", "pipeline"),
    Dimension("product", say("Product"), "product_id", "product"),
    ACCOUNT,
    SOURCE,
)
_DAYS_OPEN = "dateDiff('day', opened_on, toDate32({day}))"
_AGES = (
    f"multiIf(isNull(opened_on), '', {_DAYS_OPEN} <= 30, '0-30', {_DAYS_OPEN} <= 60, '31-60', "
    f"{_DAYS_OPEN} <= 90, '61-90', '91+')"
)
_AGE = Dimension("age", say("Days open"), _AGES, order=f"min({_AGES})")

_COUNT = Figure("opportunities", say("Opportunities"), "count", "count()")
_AMOUNT = Figure("amount", say("Amount"), "money", "sum(amount)")
_WEIGHTED_AMOUNT = Figure("weighted", say("Weighted amount"), "money", _WEIGHTED)
_WON = Figure("won", say("Won"), "count", "countIf(status = 'won')")
_LOST = Figure("lost", say("Lost"), "count", "countIf(status = 'lost')")
_RATE = Figure("win_rate", say("Win rate"), "percent", "round(100 * countIf(status = 'won') / count(), 2)")

PIPELINE = Metric(
    "pipeline",
    say("Open pipeline"),
    say("Deals open at the end of the day: their number, amount, and amount × probability"),
    "opportunities",
    (_AMOUNT, _WEIGHTED_AMOUNT, _COUNT),
    (_STAGE, *_DEALS),
    where="status = 'open'",
    by="stage",
)

FORECAST = Metric(
    "forecast",
    say("Forecast"),
    say("Open deals by the day they are expected to close: amount × probability, amount and number"),
    "opportunities",
    (_WEIGHTED_AMOUNT, _AMOUNT, _COUNT),
    (*_DEALS, _STAGE),
    where="status = 'open'",
    day="close_date",
)

OPEN_AGEING = Metric(
    "open_ageing",
    say("Age of open deals"),
    say("Days from opening to the day, of deals open at its end: on average, the oldest, with number and amount"),
    "opportunities",
    (
        Figure("average_age", say("Average age"), "days", f"round(avg({_DAYS_OPEN}), 1)"),
        Figure("oldest", say("Oldest"), "days", f"max({_DAYS_OPEN})"),
        _COUNT,
        _AMOUNT,
    ),
    (_AGE, _STAGE, *_DEALS),
    where="status = 'open'",
    by="age",
)

WIN_RATE = Metric(
    "win_rate",
    say("Win rate"),
    say("Won ÷ (won + lost), of deals closed in the period"),
    "opportunities",
    (_RATE, _WON, _LOST),
    _DEALS,
    where="status != 'open'",
    day="closed_on",
    by="owner",
)

SALES_VELOCITY = Metric(
    "sales_velocity",
    say("Sales velocity"),
    say(
        "Deals closed × win rate × average amount won ÷ average days from opening to winning: revenue per day, "
        "of deals closed in the period"
    ),
    "opportunities",
    (
        Figure(
            "velocity",
            say("Revenue per day"),
            "money_per_day",
            # by its text: a plain CAST sees the NaN below a NULL, and fails where nothing was won or all within a day
            "toDecimal64OrNull(toString(round(toFloat64(sumIf(amount, status = 'won')) "
            "/ nullIf(countIf(amount, status = 'won'), 0) * countIf(status = 'won') "
            f"/ nullIf(avgIf({_CYCLE}, status = 'won'), 0), 4)), 4)",
        ),
        Figure("closed", say("Closed"), "count", "count()"),
        _RATE,
        Figure(
            "average_won",
            say("Average amount won"),
            "money",
            "CAST(sumIf(amount, status = 'won') AS Nullable(Decimal(38, 4))) "
            "/ nullIf(countIf(amount, status = 'won'), 0)",
        ),
        Figure("cycle_days", say("Days to win"), "days", f"round(avgIf({_CYCLE}, status = 'won'), 1)"),
    ),
    _DEALS,
    where="status != 'open'",
    day="closed_on",
)

CYCLE_TIME = Metric(
    "cycle_time",
    say("Sales cycle"),
    say("Days from opening to winning, of deals won in the period: on average, the median, the longest"),
    "opportunities",
    (
        Figure("average_days", say("Average days"), "days", f"round(avg({_CYCLE}), 1)"),
        Figure("median_days", say("Median days"), "days", f"median({_CYCLE})"),
        Figure("longest_days", say("Longest"), "days", f"max({_CYCLE})"),
        Figure("won", say("Won"), "count", "count()"),
    ),
    _DEALS,
    where="status = 'won'",
    day="closed_on",
    by="product",
)

REVENUE = Metric(
    "revenue",
    say("Revenue won"),
    say("Amount of deals won in the period, their number, and the average of those with an amount"),
    "opportunities",
    (
        _AMOUNT,
        Figure("won", say("Won"), "count", "count()"),
        Figure("average", say("Average amount"), "money", _AVERAGE),
    ),
    _DEALS,
    where="status = 'won'",
    day="closed_on",
    chart="line",
)

LOST_REASONS = Metric(
    "lost_reasons",
    say("Lost reasons"),
    say("Deals lost in the period and their amount, by the reason given"),
    "opportunities",
    (_COUNT, _AMOUNT),
    (Dimension("lost_reason", say("Lost reason"), "lost_reason"), *_DEALS, _STAGE),
    where="status = 'lost'",
    day="closed_on",
    by="lost_reason",
)

# how far each deal of the view came by the day: the furthest stage it ever stood in; a won one came through all
_FURTHEST = (
    "(SELECT c.opportunity_id AS deal, s.pipeline_id AS in_pipeline, max(s.place) AS furthest "
    "FROM stage_changes AS c INNER JOIN stages AS s ON s.pipeline_id = c.to_pipeline_id AND s.stage = c.to_stage "
    "WHERE toDate32(c.occurred_at) <= toDate32({day}) GROUP BY deal, in_pipeline)"
)
_WENT_ON = "uniqExactIf(o.opportunity_id, f.furthest > p.place OR o.status = 'won')"
_REACHED = "uniqExactIf(o.opportunity_id, f.furthest >= p.place OR o.status = 'won')"
FUNNEL = Metric(
    "funnel",
    say("Funnel"),
    say(
        "Deals opened in the period by the stages they came to or passed, and the share that went on from each; "
        "a won deal passed all stages. The total counts each deal once"
    ),
    "opportunities",
    (
        Figure("reached", say("Reached"), "count", _REACHED),
        Figure("went_on", say("Went on"), "count", _WENT_ON),
        Figure("conversion", say("Conversion"), "percent", f"round(100 * {_WENT_ON} / nullIf({_REACHED}, 0), 2)"),
    ),
    (
        Dimension("stage", say("Stage"), "p.stage", "p.stage_{language}", "any(p.pipeline), min(p.place)"),
        Dimension("pipeline", say("Pipeline"), "p.pipeline_id", "p.pipeline"),
        *(Dimension(d.name, d.label, f"o.{d.sql}", d.text and f"o.{d.text}") for d in _DEALS if d.name != "pipeline"),
    ),
    day="o.opened_on",
    by="stage",
    chart="funnel",
    source=(
        f"{{view}} AS o INNER JOIN {_FURTHEST} AS f ON f.deal = o.opportunity_id AND f.in_pipeline = o.pipeline_id "
        "INNER JOIN stages AS p ON p.pipeline_id = o.pipeline_id"
    ),
    joined={
        "opportunities": ("opportunity_id", "pipeline_id", "status"),
        "stage_changes": ("opportunity_id", "to_pipeline_id", "to_stage", "occurred_at"),
        "stages": ("pipeline_id", "pipeline", "stage", "stage_zh", "stage_en", "stage_tw", "place"),
    },
)

DEALS: tuple[Metric, ...] = (
    PIPELINE,
    FUNNEL,
    WIN_RATE,
    SALES_VELOCITY,
    CYCLE_TIME,
    REVENUE,
    FORECAST,
    OPEN_AGEING,
    LOST_REASONS,
)
