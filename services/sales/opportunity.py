"""Opportunity: a deal on its way through the stages of a pipeline, to won or lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from pydantic import Field as F

from services.sales.opportunity_undo import REVERSES
from services.sales.pipeline import STANDARD_KEYS, Pipeline, pipeline_for
from services.sales.shapes import ContactRoleEntry, Line
from services.sales.values import cycle_days, total, weighted
from shared.clock import Micros, day_of
from shared.domain.aggregate import Aggregate, Unique
from shared.domain.command import VERBATIM, C, Context, live
from shared.domain.fields import displayed, plain, record_fields
from shared.domain.lifecycle import Lifecycle, add_lifecycle, require_live
from shared.domain.match import code_key
from shared.domain.record import Record, fold_values
from shared.domain.types import Reference, Text
from shared.errors import Rejected
from shared.events import sales as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.messages import say
from shared.messages.named import option_named
from shared.security.permissions import Level
from shared.security.roles import WORK, grant
from shared.views.port import Collection, Document, Field, Key, Kind, Meaning

Status = Literal["open", "won", "lost"]
ForecastCategory = Literal["omitted", "pipeline", "best_case", "commit"]
FORECASTS = get_args(ForecastCategory)


# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Opportunity(Record):
    """The amount is the sum of the lines as soon as there are any. closed_at 0 = open; `stage` stays when it closes."""

    name: Annotated[str, displayed(Kind.TEXT, "名称", "Name", indexed=True, searchable=True, required=True)] = ""
    account: Annotated[Reference | None, plain(Kind.KEYWORD, "客户", "Account", indexed=True, ref="account")] = None
    pipeline: Annotated[
        str, displayed(Kind.KEYWORD, "销售流程", "Pipeline", indexed=True, writable=False, ref="pipeline")
    ] = ""
    stage: Annotated[
        str, displayed(Kind.KEYWORD, "阶段", "Stage", indexed=True, writable=False, known=STANDARD_KEYS)
    ] = ""
    status: Annotated[
        str, displayed(Kind.KEYWORD, "状态", "Status", indexed=True, writable=False, options=get_args(Status))
    ] = "open"
    amount: Annotated[
        str | None, displayed(Kind.DECIMAL, "金额", "Amount", indexed=True, currency="currency", base="base_amount")
    ] = None
    currency: Annotated[str, displayed(Kind.KEYWORD, "币种", "Currency", indexed=True, meaning=Meaning.CURRENCY)] = ""
    base_amount: Annotated[
        str | None,
        displayed(
            Kind.DECIMAL, "本位币金额", "Amount in the organisation's currency", indexed=True, writable=False,
            currency="base_currency",
        ),
    ] = None  # fmt: skip
    base_currency: Annotated[
        str,
        displayed(
            Kind.KEYWORD, "本位币", "Organisation's currency", indexed=True, writable=False, meaning=Meaning.CURRENCY
        ),
    ] = ""
    exchange_rate: Annotated[str | None, displayed(Kind.DECIMAL, "汇率", "Exchange rate", writable=False)] = None
    rate_day: Annotated[
        str | None, displayed(Kind.DATE, "汇率日期", "Day of the rate", indexed=True, writable=False)
    ] = None
    close_date: Annotated[str | None, displayed(Kind.DATE, "预计成交日", "Close date", indexed=True)] = None
    probability: Annotated[
        int, displayed(Kind.INTEGER, "赢率 %", "Probability %", indexed=True, meaning=Meaning.PERCENT)
    ] = 0
    forecast_category: Annotated[
        str, displayed(Kind.KEYWORD, "预测", "Forecast", indexed=True, writable=False, options=FORECASTS)
    ] = "pipeline"
    product: Annotated[
        Reference | None, plain(Kind.KEYWORD, "主要产品", "Main product", indexed=True, ref="product")
    ] = None
    price_book: Annotated[
        Reference | None, plain(Kind.KEYWORD, "价格表", "Price book", indexed=True, ref="price_book")
    ] = None
    lines: Annotated[
        list[dict[str, Any]], displayed(Kind.JSON, "明细", "Line items", writable=False, shape=list[Line])
    ] = field(default_factory=list)
    contact_roles: Annotated[
        list[dict[str, str]],
        displayed(Kind.JSON, "联系人角色", "Contact roles", writable=False, shape=list[ContactRoleEntry]),
    ] = field(default_factory=list)
    checked: Annotated[list[str], displayed(Kind.KEYWORDS, "已勾选", "Ticked points", writable=False)] = field(
        default_factory=list
    )
    source: Annotated[Text, plain(Kind.TEXT, "来源", "Source", indexed=True, searchable=True)] = ""
    next_step: Annotated[str, F(max_length=500), plain(Kind.TEXT, "下一步", "Next step", searchable=True)] = ""
    description: Annotated[
        str, VERBATIM, F(max_length=10_000), plain(Kind.TEXT, "备注", "Description", searchable=True)
    ] = ""
    lead: Annotated[
        str | None, displayed(Kind.KEYWORD, "来源线索", "From lead", indexed=True, writable=False, ref="lead")
    ] = None
    external_id: Annotated[
        str,
        F(max_length=100),
        plain(Kind.KEYWORD, "外部编号", "External id", indexed=True, searchable=True, key=Key.CODE),
    ] = ""
    opened_at: Annotated[Micros, displayed(Kind.DATETIME, "开启时间", "Opened at", indexed=True, writable=False)] = 0
    opened_on: Annotated[str | None, displayed(Kind.DATE, "开启日期", "Opened on", indexed=True, writable=False)] = None
    closed_at: Annotated[Micros, displayed(Kind.DATETIME, "关闭时间", "Closed at", indexed=True, writable=False)] = 0
    closed_on: Annotated[str | None, displayed(Kind.DATE, "关闭日期", "Closed on", indexed=True, writable=False)] = None
    lost_reason: Annotated[
        str, displayed(Kind.TEXT, "输单原因", "Lost reason", indexed=True, searchable=True, writable=False)
    ] = ""
    stage_since: Annotated[
        Micros, displayed(Kind.DATETIME, "进入阶段时间", "In stage since", indexed=True, writable=False)
    ] = 0

    @property
    def exchange(self) -> dict[str, str]:
        """As events keep it."""
        if self.base_amount is None:
            return {}
        parts = (self.base_amount, self.base_currency, self.exchange_rate or "", self.rate_day or "")
        return dict(zip(("amount", "currency", "rate", "day"), parts, strict=True))


def evolve(state: Opportunity, event: Event) -> None:
    match event:
        case events.OpportunityOpened(details=details, owner=owner, pipeline=pipeline, at=at):
            fold_values(state, details)
            state.owner, state.pipeline = owner, pipeline
            state.opened_at, state.opened_on = at, event.day or day_of(at)
            _stand(state, event.stage, event.probability, at)
            _exchange(state, event.exchange)
        case events.OpportunityStageChanged(stage=stage, probability=probability, checklist=checklist, at=at):
            state.checked = sorted({*state.checked, *checklist})
            _stand(state, stage, probability, at)
        case events.OpportunityAmountChanged(amount=amount, currency=currency):
            state.amount, state.currency = amount, currency
            _exchange(state, event.exchange)
        case events.OpportunityCloseDateMoved(close_date=close_date):
            state.close_date = close_date
        case events.OpportunityForecastCategorised(category=category):
            state.forecast_category = category
        case events.OpportunityWon(amount=amount, currency=currency, close_date=close_date, at=at):
            state.amount, state.currency = amount, currency
            _exchange(state, event.exchange)
            _close(state, "won", 100, close_date, at, event.day)
        case events.OpportunityExchanged(exchange=exchange):
            _exchange(state, exchange)
        case events.OpportunityLost(reason=reason, close_date=close_date, at=at):
            state.lost_reason = reason
            _close(state, "lost", 0, close_date, at, event.day)
        case events.OpportunityReopened(stage=stage, probability=probability, at=at):
            state.status, state.closed_at, state.closed_on, state.lost_reason = "open", 0, None, ""
            state.close_date = event.details.get("close_date", state.close_date)
            _stand(state, stage, probability, at)
        case _:
            _evolve_parts(state, event)
    if state.lines:
        state.amount = total((line["amount"] for line in state.lines), state.currency)


def _evolve_parts(state: Opportunity, event: Event) -> None:
    match event:
        case events.OpportunityLineItemAdded(line=line):
            state.lines = [*state.lines, line]
            _exchange(state, event.exchange)
        case events.OpportunityLineItemChanged(line=line):
            state.lines = [line if old["id"] == line["id"] else old for old in state.lines]
            _exchange(state, event.exchange)
        case events.OpportunityLineItemRemoved(line=line):
            state.lines = [old for old in state.lines if old["id"] != line["id"]]
            state.amount = None
            _exchange(state, event.exchange)
        case events.OpportunityContactRoleSet(contact=contact, role=role):
            others = [r for r in state.contact_roles if r["contact"] != contact]
            state.contact_roles = [*others, {"contact": contact, "role": role}]
        case events.OpportunityContactRoleRemoved(contact=contact):
            state.contact_roles = [r for r in state.contact_roles if r["contact"] != contact]


def _exchange(state: Opportunity, exchange: dict[str, str]) -> None:
    state.base_amount, state.base_currency = exchange.get("amount"), exchange.get("currency", "")
    state.exchange_rate, state.rate_day = exchange.get("rate"), exchange.get("day")


def _stand(state: Opportunity, stage: str, probability: int, at: Micros) -> None:
    state.stage, state.probability, state.stage_since = stage, probability, at


def _close(state: Opportunity, status: str, probability: int, close_date: str, at: Micros, day: str) -> None:
    state.status, state.probability, state.close_date = status, probability, close_date
    state.closed_at, state.closed_on = at, day or day_of(at)


def shown(state: Opportunity) -> Document:
    products = [state.product, *(line["product"] for line in state.lines)]
    return {
        "weighted_amount": weighted(state.amount, state.probability, state.currency),
        "weighted_base_amount": weighted(state.base_amount, state.probability, state.base_currency),
        "cycle_days": cycle_days(state.opened_on, state.closed_on),
        "products": sorted({p for p in products if p}),
        "contacts": [r["contact"] for r in state.contact_roles],
    }


OPPORTUNITY = Aggregate(
    name="opportunity",
    service="sales",
    noun="opportunities",
    finished=lambda deal: deal.status != "open",
    looks_up=(
        "account",
        "contact",
        "exchange_rate",
        "lead",
        "organisation",
        "pipeline",
        "price_book",
        "product",
        "user",
    ),
    state=Opportunity,
    evolve=evolve,
    evolves_shared=True,
    search_rank=40,
    grants={
        "sales_manager": grant(Level.BELOW, *WORK),
        "sales_representative": grant(Level.OWN, "read", "create", "edit", "archive", "merge", "export"),
        "marketing": grant(Level.ALL, "read"),
        "read_only": grant(Level.ALL, "read"),
    },
    collection=Collection(
        "opportunities",
        6,
        record_fields(
            Opportunity,
            after={
                "amount": (
                    Field(
                        "weighted_amount",
                        Kind.DECIMAL,
                        "加权金额",
                        "Weighted amount",
                        indexed=True,
                        writable=False,
                        currency="currency",
                        base="weighted_base_amount",
                    ),
                ),
                "base_amount": (
                    Field(
                        "weighted_base_amount",
                        Kind.DECIMAL,
                        "本位币加权金额",
                        "Weighted, in the organisation's currency",
                        indexed=True,
                        writable=False,
                        currency="base_currency",
                    ),
                ),
                "product": (
                    Field(
                        "products",
                        Kind.KEYWORDS,
                        "全部产品",
                        "All products",
                        indexed=True,
                        writable=False,
                        ref="product",
                    ),
                ),
                "contact_roles": (
                    Field("contacts", Kind.KEYWORDS, "联系人", "Contacts", indexed=True, writable=False, ref="contact"),
                ),
                "closed_on": (
                    Field(
                        "cycle_days",
                        Kind.INTEGER,
                        "成交周期（天）",
                        "Cycle (days)",
                        indexed=True,
                        writable=False,
                        meaning=Meaning.DAYS,
                    ),
                ),
            },
            sources={
                "weighted_amount": ("amount", "probability"),
                "base_amount": ("amount",),
                "weighted_base_amount": ("base_amount", "amount", "probability"),
                "exchange_rate": ("amount",),
                "lines": ("amount",),
                "products": ("product", "lines"),
                "contacts": ("contact_roles",),
                "contact_roles": ("contacts",),
                "opened_on": ("opened_at",),
                "opened_at": ("opened_on",),
                "closed_on": ("closed_at",),
                "closed_at": ("closed_on",),
                "cycle_days": ("opened_at", "closed_at", "opened_on", "closed_on"),
            },
        ),
        totals=("pipeline", "stage", "owner"),
        boards=(
            *("archived", "pipeline", "stage", "currency", "owner", "status", "forecast_category", "base_currency"),
            *("amount", "weighted_amount", "base_amount"),
        ),
    ),
    not_undoable=frozenset(
        f"sales.Opportunity{end}" for end in ("Won", "Exchanged", "Lost", "Reopened", "Archived", "Restored")
    ),
    uniques=(Unique("external_id", lambda o: o.external_id, code_key),),
    shown=shown,
)


OPEN = live(status=("open",))


def require_open(state: Opportunity) -> None:
    """Raises Rejected for an archived or closed deal."""
    require_live(state)
    if state.status != "open":
        raise Rejected(
            say("the deal is {status}; reopen it first", status=option_named("opportunity", "status", state.status)),
            code="closed",
        )


async def its_place(cmd: C, lookups: Lookups) -> Pipeline:
    """The deal's pipeline. Raises Rejected for an archived or closed deal of an archived account."""
    deal = await lookups.state(OPPORTUNITY, lookups.id)
    if (deal.archived or deal.status != "open") and await account_is_archived(deal, lookups):
        raise Rejected("the deal's account is archived; restore it first", code="account-archived")
    return await pipeline_for(lookups, deal.pipeline)


async def account_is_archived(deal: Opportunity, lookups: Lookups) -> bool:
    """Whether the account is archived; for a merged account, whether its survivor is."""
    id, seen = deal.account, set[str]()
    while id is not None and id not in seen:
        seen.add(id)
        account: Any = await lookups.record("account", id)
        if account.merged_into is None:
            return bool(account.archived)
        id = account.merged_into
    return False


def restored(state: Opportunity, ctx: Context[Pipeline]) -> list[Event]:
    """Restore a deal; if its stage was retired meanwhile, an open deal continues in the first stage."""
    made: list[Event] = [events.OpportunityRestored()]
    pipeline = ctx.facts
    stage = pipeline.stage(state.stage)
    if state.status == "open" and stage is not None and stage["retired"]:
        made.append(into_first(state, pipeline, ctx.occurred_at))
    return made


def into_first(state: Opportunity, pipeline: Pipeline, at: Micros) -> Event:
    first = pipeline.open_stages[0]
    return events.OpportunityStageChanged(first["key"], state.stage, first["probability"], [], at)


add_lifecycle(
    OPPORTUNITY,
    "Opportunity",
    Lifecycle(
        events.OpportunityTransferred,
        events.OpportunityTagsChanged,
        events.OpportunityArchived,
        events.OpportunityRestored,
        events.OpportunityChangeUndone,
    ),
    reverses=REVERSES,
    admits_undo=require_open,
    when={"undo": OPEN},
    look={"restore": its_place},
    restored=restored,
)
