"""The shapes of the lists and objects that records of sales hold, for their descriptions."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from services.sales.stage_gate import Gate
from shared.domain.types import Titles, names
from shared.views.schema import Meaning

ContactRole = Literal["decision_maker", "economic_buyer", "influencer", "evaluator", "user", "other"]


class Line(TypedDict):
    id: str
    product: Annotated[str, names("product")]
    name: str
    quantity: str
    unit_price: Annotated[str, Meaning.MONEY]
    discount_percent: Annotated[str, Meaning.PERCENT]
    tax_percent: Annotated[str, Meaning.PERCENT]
    amount: Annotated[str, Meaning.MONEY]


class ContactRoleEntry(TypedDict):
    contact: Annotated[str, names("contact")]
    role: ContactRole


class Conversion(TypedDict):
    id: str
    state: Literal["running", "done", "failed", "undone"]
    account: Annotated[str | None, names("account")]
    contact: Annotated[str | None, names("contact")]
    opportunity: Annotated[str | None, names("opportunity")]
    created: list[str]
    started_at: Annotated[str, Meaning.MOMENT]
    failed_reason: str


class StageShape(TypedDict):
    key: str
    zh: str
    en: str
    titles: NotRequired[Titles]
    probability: Annotated[int, Meaning.PERCENT]
    gate: Gate | None
    retired: bool


class PriceEntry(TypedDict):
    price: Annotated[str, Meaning.MONEY]
    valid_from: Annotated[str, Meaning.DAY]
