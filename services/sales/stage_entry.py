"""What a gate asks for, filled in by the act that passes it: each field by the rules and rights of its own command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from typing_extensions import TypeVar

from services.sales.opportunity import OPPORTUNITY, Opportunity
from services.sales.pipeline import Pipeline, pipeline_for
from services.sales.values import Day
from shared.domain.command import Command, CommandModel, Context
from shared.domain.types import Amount, Currency, Custom, Reference
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.kernel.parsing import parse


class Filled(CommandModel, plain=Opportunity, without=("price_book", "external_id")):
    """Fields that a gate may ask for, all optional: only those sent change."""

    custom: Custom = {}
    amount: Amount | None = None
    currency: Currency | None = None
    close_date: Day | None = None
    owner: Reference | None = None


FilledT = TypeVar("FilledT", bound=Filled, default=Any)
FIELDS: Final = tuple(Filled.model_fields)
_APART: Final = ("amount", "currency", "close_date", "owner")  # they have commands of their own


@dataclass(frozen=True, slots=True)
class Fill:
    """One command that fills something in, and what it looked up."""

    command: Command
    body: CommandModel
    facts: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """What a deal goes along, and what is filled in before it goes."""

    pipeline: Pipeline
    fills: tuple[Fill, ...] = ()


async def its_entry(cmd: FilledT, lookups: Lookups) -> Entry:
    """Raises for each field what its own command raises to the caller."""
    deal = await lookups.state(OPPORTUNITY, lookups.id)
    fills = [await _fill(name, body, lookups) for name, body in _steps(cmd, deal)]
    return Entry(await pipeline_for(lookups, deal.pipeline), tuple(fills))


async def _fill(name: str, body: dict[str, Any], lookups: Lookups) -> Fill:
    command = OPPORTUNITY.commands[f"{OPPORTUNITY.service}.{name}"]
    return Fill(command, parse(command, body), await lookups.admit(command, body))


def _steps(cmd: Filled, deal: Opportunity) -> Iterator[tuple[str, dict[str, Any]]]:
    given = {name: getattr(cmd, name) for name in FIELDS if name in cmd.model_fields_set}
    if plain := {name: value for name, value in given.items() if name not in _APART}:
        yield "ChangeOpportunityDetails", plain
    if "amount" in given or "currency" in given:
        currency = {"currency": given["currency"]} if "currency" in given else {}
        yield "ChangeAmount", {"amount": given.get("amount", deal.amount), **currency}
    if "close_date" in given:
        yield "ChangeCloseDate", {"close_date": given["close_date"]}
    if "owner" in given:
        yield "TransferOpportunity", {"owner": given["owner"]}


def filled(state: Opportunity, fills: tuple[Fill, ...], ctx: Context[Any]) -> tuple[Opportunity, list[Event]]:
    """The deal with what is filled in, and the events that this takes."""
    current, made = OPPORTUNITY.copy(state), list[Event]()
    for fill in fills:
        for event in fill.command.decide(fill.body, current, replace(ctx, facts=fill.facts)):
            OPPORTUNITY.evolve_all(current, event)
            made.append(event)
    return current, made
