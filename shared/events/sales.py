"""Events of the sales domain: opportunities and the pipelines they move in. A landed version is never edited.

`at` is the moment (µs) the event is about: equal to its `occurred_at`, kept so that a fold knows it. `day` is its
day where the organisation was then (ADR 13); "" in events from before days had a place: the day in UTC.
`exchange`: the amount that the deal has after it, in the organisation's currency: amount, currency, rate, day (of the
rate); {} where no rate was known (ADR 16).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from shared.events import common
from shared.events.registry import event

# --- Opportunity ------------------------------------------------------------------------------------------------------


@event("sales.OpportunityOpened")
@dataclass(frozen=True, slots=True)
class OpportunityOpened:
    """`details`: every plain field that was given (`account`, `amount`, `currency`, `close_date`, `product`, …)."""

    details: Annotated[dict[str, Any], common.Notes]
    owner: str | None
    pipeline: str
    stage: str
    probability: int
    at: int
    day: str = ""
    exchange: dict[str, str] = field(default_factory=dict)


@event("sales.OpportunityStageChanged")
@dataclass(frozen=True, slots=True)
class OpportunityStageChanged:
    """`checklist`: the gate's points that were ticked for this move."""

    stage: str
    previous: str
    probability: int
    checklist: list[str]
    at: int


@event("sales.OpportunityAmountChanged")
@dataclass(frozen=True, slots=True)
class OpportunityAmountChanged:
    amount: str | None
    previous: str | None
    currency: str
    exchange: dict[str, str] = field(default_factory=dict)


@event("sales.OpportunityCloseDateMoved")
@dataclass(frozen=True, slots=True)
class OpportunityCloseDateMoved:
    close_date: str | None
    previous: str | None


@event("sales.OpportunityForecastCategorised")
@dataclass(frozen=True, slots=True)
class OpportunityForecastCategorised:
    """How surely the deal counts in a forecast: omitted, pipeline, best_case or commit."""

    category: str
    previous: str


@event("sales.OpportunityContactRoleSet")
@dataclass(frozen=True, slots=True)
class OpportunityContactRoleSet:
    contact: str
    role: str
    previous: str | None


@event("sales.OpportunityContactRoleRemoved")
@dataclass(frozen=True, slots=True)
class OpportunityContactRoleRemoved:
    contact: str
    role: str


@event("sales.OpportunityLineItemAdded")
@dataclass(frozen=True, slots=True)
class OpportunityLineItemAdded:
    """`line`: id, product, name, quantity, unit_price, discount_percent, tax_percent, amount (net of tax)."""

    line: dict[str, Any]
    exchange: dict[str, str] = field(default_factory=dict)


@event("sales.OpportunityLineItemChanged")
@dataclass(frozen=True, slots=True)
class OpportunityLineItemChanged:
    line: dict[str, Any]
    previous: dict[str, Any]
    exchange: dict[str, str] = field(default_factory=dict)


@event("sales.OpportunityLineItemRemoved")
@dataclass(frozen=True, slots=True)
class OpportunityLineItemRemoved:
    line: dict[str, Any]
    exchange: dict[str, str] = field(default_factory=dict)


@event("sales.OpportunityWon")
@dataclass(frozen=True, slots=True)
class OpportunityWon:
    """`stage`: the last open stage it stood in."""

    amount: str
    currency: str
    close_date: str
    stage: str
    at: int
    day: str = ""
    exchange: dict[str, str] = field(default_factory=dict)


@event("sales.OpportunityExchanged")
@dataclass(frozen=True, slots=True)
class OpportunityExchanged:
    """The deal took the rate that is known now of its day. previous: its exchange before."""

    exchange: dict[str, str]
    previous: dict[str, str]


@event("sales.OpportunityLost")
@dataclass(frozen=True, slots=True)
class OpportunityLost:
    """`stage`: the last open stage it stood in."""

    reason: str
    close_date: str
    stage: str
    at: int
    day: str = ""


@event("sales.OpportunityReopened")
@dataclass(frozen=True, slots=True)
class OpportunityReopened:
    """details: the closing date, if the deal got another one."""

    stage: str
    probability: int
    reason: str
    previous: str
    at: int
    details: dict[str, Any] = field(default_factory=dict)


@event("sales.OpportunityDetailsChanged")
@dataclass(frozen=True, slots=True)
class OpportunityDetailsChanged(common.DetailsChanged):
    pass


@event("sales.OpportunityTransferred")
@dataclass(frozen=True, slots=True)
class OpportunityTransferred(common.Transferred):
    pass


@event("sales.OpportunityTagsChanged")
@dataclass(frozen=True, slots=True)
class OpportunityTagsChanged(common.TagsChanged):
    pass


@event("sales.OpportunityArchived")
@dataclass(frozen=True, slots=True)
class OpportunityArchived(common.Archived):
    pass


@event("sales.OpportunityRestored")
@dataclass(frozen=True, slots=True)
class OpportunityRestored(common.Restored):
    pass


@event("sales.OpportunityChangeUndone")
@dataclass(frozen=True, slots=True)
class OpportunityChangeUndone(common.ChangeUndone):
    pass


# --- Pipeline ---------------------------------------------------------------------------------------------------------


@event("sales.PipelineDefined")
@dataclass(frozen=True, slots=True)
class PipelineDefined:
    """`stages`: key, zh, en, probability, gate, retired; in the order in which deals pass them."""

    name: str
    stages: list[dict[str, Any]]


@event("sales.StageAdded")
@dataclass(frozen=True, slots=True)
class StageAdded:
    """`index`: its place among all stages."""

    stage: dict[str, Any]
    index: int


@event("sales.StagesReordered")
@dataclass(frozen=True, slots=True)
class StagesReordered:
    keys: list[str]
    previous: list[str]


@event("sales.StageRenamed")
@dataclass(frozen=True, slots=True)
class StageRenamed:
    """titles: what it is called in a language; None = as before."""

    key: str
    zh: str
    en: str
    probability: int
    previous: dict[str, Any]
    titles: dict[str, str] | None = None


@event("sales.GateSet")
@dataclass(frozen=True, slots=True)
class GateSet:
    """What a deal needs to enter the stage; None = nothing."""

    key: str
    gate: dict[str, Any] | None
    previous: dict[str, Any] | None


@event("sales.StageRetired")
@dataclass(frozen=True, slots=True)
class StageRetired:
    """No deal enters the stage any more; its name stays for those that passed it."""

    key: str


@event("sales.PipelineMadeDefault")
@dataclass(frozen=True, slots=True)
class PipelineMadeDefault:
    at: int


@event("sales.PipelineDefaultCleared")
@dataclass(frozen=True, slots=True)
class PipelineDefaultCleared:
    """Another pipeline became the default one."""

    successor: str


@event("sales.PipelineDetailsChanged")
@dataclass(frozen=True, slots=True)
class PipelineDetailsChanged(common.DetailsChanged):
    pass


@event("sales.PipelineTagsChanged")
@dataclass(frozen=True, slots=True)
class PipelineTagsChanged(common.TagsChanged):
    pass


@event("sales.PipelineArchived")
@dataclass(frozen=True, slots=True)
class PipelineArchived(common.Archived):
    pass


@event("sales.PipelineRestored")
@dataclass(frozen=True, slots=True)
class PipelineRestored(common.Restored):
    pass


@event("sales.PipelineChangeUndone")
@dataclass(frozen=True, slots=True)
class PipelineChangeUndone(common.ChangeUndone):
    pass
