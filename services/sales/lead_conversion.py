"""Converting a lead into account, contact and opportunity, and taking it back. `policies.py` carries it forward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field as F

from services.sales.conversion_carry import Fills, carried
from services.sales.conversion_steps import admit, admit_back
from services.sales.lead import LEAD, Lead, require_editable
from services.sales.shapes import ContactRole
from services.sales.values import Day
from shared.clock import Micros
from shared.domain.aggregate import Commands
from shared.domain.command import CommandModel, Context, live
from shared.domain.lifecycle import require_live
from shared.domain.money import fitted
from shared.domain.types import Amount, Currency, Reference
from shared.domain.ways_back import NoWay, Way
from shared.errors import CrmError, FieldError, Invalid, Rejected
from shared.events import sales_leads as events
from shared.events.envelope import Event, Recorded
from shared.kernel.lookups import Lookups
from shared.messages import say
from shared.views.port import MAX_PAGE, Condition, Query

COMMANDS = Commands(LEAD, __name__)

RESOURCES = ("account", "contact", "opportunity")
NEW, NONE = "new", "none"


class ConvertLead(CommandModel):
    """Each of account, contact and opportunity: "new", "none", or the id of an existing one.

    account null = "new" if the lead has a company, else "none". The other fields are those of a new opportunity;
    amount and currency null = the lead's estimate. allow_duplicate: although an account of the name exists.
    """

    account: Reference | None = None
    contact: Reference = NEW
    opportunity: Reference = NONE
    role: ContactRole = "decision_maker"
    opportunity_name: Annotated[str, F(max_length=200)] = ""
    amount: Amount | None = None
    currency: Currency = ""
    close_date: Day | None = None
    pipeline: Reference | None = None
    allow_duplicate: bool = False

    model_config = {
        "json_schema_extra": {
            "examples": [{"account": NEW, "contact": NEW, "opportunity": NEW, "opportunity_name": "Acme: first order"}]
        }
    }


@dataclass(frozen=True, slots=True)
class Prepared:
    """fills: see LeadConversionStarted. refusal: the error that refuses one of the steps to the caller."""

    fills: Fills
    refusal: CrmError | None = None


async def before_convert(cmd: ConvertLead, lookups: Lookups) -> Prepared:
    """Raises Invalid for an unknown choice."""
    for resource in RESOURCES:
        choice = getattr(cmd, resource)
        await lookups.exists(resource, resource, None if choice in (NEW, NONE) else choice)
    await lookups.exists("pipeline", "pipeline", cmd.pipeline)
    lead = await lookups.state(LEAD, lookups.id)
    plan = _plan(cmd, lead, lambda: NEW, 0, {})
    fills = await carried(lead, {r: getattr(plan, r) for r in RESOURCES}, plan.created, lookups)
    try:
        await admit(replace(plan, fills=fills), lead, lookups)
    except CrmError as refusal:
        return Prepared(fills, refusal)
    return Prepared(fills)


UNDO_CONVERSION = Way(
    "undo-conversion",
    say("Undo the conversion"),
    holds=lambda now, event: is_of(now, event.conversion, "running", "done"),
)
CONVERT_AGAIN = NoWay("convert-again", "convert the lead again; it makes new records")


@COMMANDS.command(
    "ConvertLead",
    action="edit",
    verb="convert",
    prepare=before_convert,
    sets=("status",),
    when=live(status=("qualified",)),
    back=UNDO_CONVERSION,
)
def convert(cmd: ConvertLead, state: Lead, ctx: Context[Prepared]) -> list[Event]:
    """Begin the conversion: the lead's `conversion.state` tells how it ends (done, or failed with a reason).

    Its steps run as the suite; so the caller needs the rights to do each of them by hand.
    """
    require_editable(state)
    if state.status != "qualified":
        raise Rejected("only a qualified lead is converted", code="not-qualified", status=state.status)
    started = _plan(cmd, state, ctx.new_id, ctx.occurred_at, ctx.facts.fills)
    _require_complete(cmd, state, started.created)
    if ctx.facts.refusal is not None:
        raise ctx.facts.refusal
    return [started]


def _plan(
    cmd: ConvertLead, state: Lead, new_id: Callable[[], str], at: Micros, fills: Fills
) -> events.LeadConversionStarted:
    choices = {"account": cmd.account or (NEW if state.company else NONE), "contact": cmd.contact}
    choices["opportunity"] = cmd.opportunity
    created = [resource for resource in RESOURCES if choices[resource] == NEW]
    ids = {r: new_id() if c == NEW else None if c == NONE else c for r, c in choices.items()}
    deal = _deal(cmd, state) if "opportunity" in created else {}
    return events.LeadConversionStarted(
        new_id(),
        **ids,
        created=created,
        role=cmd.role,
        deal=deal,
        allow_duplicate=cmd.allow_duplicate,
        at=at,
        fills=fills,
    )


def _require_complete(cmd: ConvertLead, state: Lead, created: list[str]) -> None:
    errors = []
    if not state.name:
        errors.append(FieldError("name", "required", "a lead needs a name before it is converted"))
    if not (state.email or state.phone or state.mobile):
        errors.append(FieldError("email", "required", "a lead needs an e-mail address or a phone number"))
    if "account" in created and not state.company:
        errors.append(FieldError("company", "required", "a new account needs the lead's company"))
    if "opportunity" in created and not (cmd.opportunity_name or state.company):
        errors.append(FieldError("opportunity_name", "required", "a new opportunity needs a name"))
    if errors:
        raise Invalid("the lead cannot be converted yet", errors=errors)


def _deal(cmd: ConvertLead, state: Lead) -> dict[str, Any]:
    """The fields of the new opportunity. Never the person's name: it would outlive an erasure.

    Raises Invalid for an amount that its currency cannot express.
    """
    amount, currency = cmd.amount or state.amount, cmd.currency or state.currency
    wanted = {
        "name": cmd.opportunity_name or state.company,
        "amount": fitted("amount", amount, currency) if amount and currency else amount,
        "currency": currency,
        "close_date": cmd.close_date,
        "pipeline": cmd.pipeline,
        "source": state.source,
    }
    return {field: value for field, value in wanted.items() if value}


# --- the saga's own steps ---------------------------------------------------------------------------------------------


class CompleteConversion(CommandModel):
    conversion: Reference


@COMMANDS.command("CompleteConversion", action="edit", verb="", hidden=True)
def complete(cmd: CompleteConversion, state: Lead, ctx: Context) -> list[Event]:
    return [events.LeadConverted(cmd.conversion, ctx.occurred_at)] if is_running(state, cmd.conversion) else []


class FailConversion(CommandModel):
    conversion: Reference
    reason: Annotated[str, F(max_length=500)]


@COMMANDS.command("FailConversion", action="edit", verb="", hidden=True)
def fail(cmd: FailConversion, state: Lead, ctx: Context) -> list[Event]:
    if not is_running(state, cmd.conversion):
        return []
    return [events.LeadConversionFailed(cmd.conversion, cmd.reason, **made_by(state))]


def is_running(state: Lead, conversion: str) -> bool:
    return is_of(state, conversion, "running")


def is_of(state: Lead, conversion: str, *states: str) -> bool:
    """Whether the lead's last conversion is this one, in one of the states."""
    current = state.conversion or {}
    return current.get("state") in states and current.get("id") == conversion


def made_by(state: Lead) -> dict[str, Any]:
    conversion = state.conversion or {}
    return {name: conversion.get(name) for name in (*RESOURCES, "created")}


# --- taking it back ---------------------------------------------------------------------------------------------------


class UndoConversion(CommandModel):
    """Archive what the conversion created and give the lead back; refused where others have worked on it since."""


@dataclass(frozen=True, slots=True)
class Created:
    """A record the conversion made, and what happened to it that was no part of the conversion."""

    resource: str
    id: str
    since: list[Recorded]


class ChangedSince(Rejected):
    """Others have worked on the created records: each change is listed, nothing was written."""

    type = "conversion-changed-since"
    title = "Others have worked on the records since the conversion"


async def created_records(cmd: UndoConversion, lookups: Lookups) -> list[Created]:
    lead = await lookups.state(LEAD, lookups.id)
    conversion = lead.conversion or {}
    starts = [e for e in await lookups.events("lead", lookups.id) if isinstance(e.event, events.LeadConversionStarted)]
    chain = starts[-1].metadata.correlation_id if starts else ""
    found = []
    if lead.status == "converted":
        await admit_back(_undone(lead), lookups)
    for resource in conversion.get("created", ()):
        id = conversion[resource]
        history = await lookups.events(resource, id)
        found.append(Created(resource, id, [e for e in history if e.metadata.correlation_id != chain]))
        if resource == "account":
            await _no_other_deals(id, conversion["opportunity"], lookups)
    return found


async def _no_other_deals(account: str, own: str | None, lookups: Lookups) -> None:
    """Raises Rejected, as archiving the account would, for open deals other than the conversion's own."""
    of_it = Condition("account", "one_of", await lookups.same("account", account))
    where = (of_it, Condition("status", "eq", "open"), Condition("archived", "eq", False))
    count = sum(d["id"] != own for d in await lookups.find("opportunities", Query(where=where, limit=MAX_PAGE)))
    if count:
        raise Rejected("the account has other open opportunities", code="open-opportunities", count=count)


@COMMANDS.command(
    "UndoConversion",
    action="edit",
    verb="undo-conversion",
    prepare=created_records,
    sets=("status",),
    when=live(status=("converted",)),
    back=CONVERT_AGAIN,
)
def undo_conversion(cmd: UndoConversion, state: Lead, ctx: Context[list[Created]]) -> list[Event]:
    require_live(state)
    if state.status != "converted":
        raise Rejected("the lead is not converted", code="not-converted")
    foreign = [(record, e) for record in ctx.facts for e in record.since if _cause(e) != ctx.actor]
    if foreign:
        errors = [
            FieldError(r.resource, "changed-since", say("{type} (version {version})", type=e.type, version=e.version))
            for r, e in foreign
        ]
        listed = [{"type": r.resource, "id": r.id, "version": e.version, "event": e.type} for r, e in foreign]
        raise ChangedSince(errors=errors, changes=listed)
    return [_undone(state)]


def _undone(state: Lead) -> events.LeadConversionUndone:
    return events.LeadConversionUndone((state.conversion or {})["id"], **made_by(state))


def _cause(recorded: Recorded) -> str:
    """The user who caused an event; the suite may have sent the command on their behalf."""
    return recorded.metadata.on_behalf_of or recorded.metadata.actor
