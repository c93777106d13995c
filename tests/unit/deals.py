"""Pipelines and deals in each status, as tests of opportunities begin with."""

from __future__ import annotations

from typing import Any

import services.sales.catalogue  # noqa: F401  (registers every command)
from services.sales.opportunity import OPPORTUNITY
from services.sales.pipeline import PIPELINE, Pipeline
from shared.clock import day_of
from shared.errors import Invalid
from shared.events import sales as events
from shared.kernel.parsing import parse
from shared.kernel.preconditions import check
from shared.security.permissions import Access, Level, Role
from tests.unit.given import ME, NOW, Given, given

TODAY = day_of(NOW)
DAY = 86_400_000_000


def stage(key: str, probability: int, gate: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"key": key, "zh": key, "en": key, "probability": probability, "gate": gate, "retired": False}


def pipeline(*gates: tuple[str, dict[str, Any]], retired: str = "") -> Pipeline:
    """Three stages; the gates named stand before them."""
    stages = [stage("first", 10), stage("second", 50), stage("third", 80)]
    events_ = [events.PipelineDefined("P", stages), *(events.GateSet(k, g, None) for k, g in gates)]
    if retired:
        events_.append(events.StageRetired(retired))
    state: Pipeline = given(PIPELINE, *events_, id="p1").state
    return state


def gate(**wanted: Any) -> dict[str, Any]:
    return {"roles": [], "fields": [], "checklist": [], "back": None, **wanted}


def opened(stage: str = "first", **details: Any) -> Given:
    details = {"name": "Deal", "currency": "CNY", **details}
    return given(OPPORTUNITY, events.OpportunityOpened(details, ME, "p1", stage, 10, 5))


def won(**details: Any) -> Given:
    return opened(amount="100.00", **details).when("WinOpportunity").and_so()


def lost() -> Given:
    return opened(amount="100.00").when("LoseOpportunity", {"reason": "price"}).and_so()


def lost_in(stage: str) -> Given:
    return opened(stage, amount="100.00").when("LoseOpportunity", {"reason": "price"}).and_so()


def allowed(deal: Given, name: str, body: dict[str, Any], *locked: str) -> bool:
    """Whether the fields that a command writes are no obstacle to somebody for whom these are locked."""
    command = OPPORTUNITY.commands[f"sales.{name}"]
    bound = Access("t1", ME, (Role("r", "", "", ALL_DEALS, read_only={"opportunity": frozenset(locked)}),))
    try:
        check(OPPORTUNITY, command, parse(command, body), deal.state, bound, None)
    except Invalid as refusal:
        return [(e.field, e.code) for e in refusal.errors] != [(locked[0], "read-only")]
    return True


POINT = {"key": "k", "zh": "k", "en": "k"}
REOPEN_SECOND = {"reason": "x", "stage": "second"}
ALL_DEALS = {"opportunity": {"*": Level.ALL}}
MANAGER = Access("t1", ME, (Role("sales_manager", "", "", ALL_DEALS),))
