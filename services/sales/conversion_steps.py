"""The steps of a lead's conversion and of its undo: the commands that make, link and archive records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.sales.conversion_carry import ACCOUNT_FIELDS, body_of
from services.sales.lead import Lead
from services.sales.pipeline import pipeline_for
from services.sales.stage_gate import check_gate
from shared.domain.record import Record
from shared.events import sales_leads as events
from shared.kernel.lookups import Lookups

OPEN = "sales.OpenOpportunity"
CONTACT_FIELDS = (
    *("name", "given_name", "family_name", "salutation", "email", "title", "department", "wechat", "source"),
    *("do_not_call", "do_not_email"),
)  # that a new contact takes from the lead
_ARCHIVE = {
    "opportunity": "sales.ArchiveOpportunity",
    "contact": "customer.ArchiveContact",
    "account": "customer.ArchiveAccount",
}
_CHANGES = {
    "account": ("customer.ChangeAccountDetails", "customer.TagAccount"),
    "contact": ("customer.ChangeContactDetails", "customer.TagContact"),
    "opportunity": ("sales.ChangeOpportunityDetails", "sales.TagOpportunity"),
}  # record type → the commands that fill fields, and that add tags
UNDO = {"account": "customer.UndoAccountChange", "contact": "customer.UndoContactChange"}
Ended = events.LeadConversionFailed | events.LeadConversionUndone


@dataclass(frozen=True, slots=True)
class Step:
    """A command of a conversion for the record `id` of type `resource`. name: unique within the conversion.

    optional: the conversion goes on without it.
    """

    name: str
    command: str
    body: dict[str, Any]
    resource: str
    id: str
    creates: bool = False
    optional: bool = False


def steps(plan: events.LeadConversionStarted, lead: Lead) -> Iterator[Step]:
    """The steps of a plan, in order."""
    account, contact, deal = plan.account, plan.contact, plan.opportunity
    linked = {"account": account} if account else {}
    allowed = {"allow_duplicate": plan.allow_duplicate}
    if account and "account" in plan.created:
        yield Step(
            "account",
            "customer.CreateAccount",
            {**_account(lead), **_more("account", plan, lead), **allowed},
            "account",
            account,
            True,
        )
    if contact and "contact" in plan.created:
        body = {**_contact(lead), **_more("contact", plan, lead), **linked, **allowed}
        yield Step("contact", "customer.CreateContact", body, "contact", contact, True)
        if lead.phone and lead.mobile:
            mobile = {"phone": lead.mobile, "kind": "mobile"}
            yield Step("mobile", "customer.AddContactPhone", mobile, "contact", contact)
    elif account and contact:
        yield Step("link", "customer.LinkToAccount", linked, "contact", contact)
    if deal and "opportunity" in plan.created:
        body = {**plan.deal, **_more("opportunity", plan, lead), **linked, "lead": lead.id, "owner": lead.owner}
        yield Step("opportunity", OPEN, body, "opportunity", deal, True)
    if deal and contact:
        yield Step("role", "sales.SetContactRole", {"contact": contact, "role": plan.role}, "opportunity", deal)
    for resource, fields in plan.fills.items():
        yield from _fill(resource, getattr(plan, resource), fields, resource in plan.created, lead)


def _more(resource: str, plan: events.LeadConversionStarted, lead: Lead) -> dict[str, Any]:
    """What a new record takes in addition."""
    return body_of(lead, plan.fills.get(resource, []))


def _fill(resource: str, id: str, fields: list[str], new: bool, lead: Lead) -> Iterator[Step]:
    """The tags, and what an existing record lacks. Where it is refused (an address that another contact has), the
    record stays as it is."""
    change, tag = _CHANGES[resource]
    if not new and (body := body_of(lead, fields)):
        yield Step(f"fill-{resource}", change, body, resource, id, optional=True)
    if not new and "email" in fields:
        yield Step("fill-email", "customer.AddContactEmail", {"email": lead.email}, resource, id, optional=True)
    if not new and "phone" in fields:
        phone = {"phone": lead.phone or lead.mobile}
        yield Step("fill-phone", "customer.AddContactPhone", phone, resource, id, optional=True)
    if "tags" in fields:
        yield Step(f"tag-{resource}", tag, {"add": lead.tags}, resource, id, optional=True)


def steps_back(ended: Ended) -> Iterator[Step]:
    """The steps that take back a failed or undone conversion, the last record first."""
    if ended.contact and ended.account and "account" in ended.created and "contact" not in ended.created:
        yield Step("unlink", "customer.EndAccountLink", {"account": ended.account}, "contact", ended.contact)
    for resource, command in _ARCHIVE.items():
        if resource in ended.created:
            body = {"cause": f"conversion/{ended.conversion}"}
            yield Step(f"archive-{resource}", command, body, resource, getattr(ended, resource))


def _account(lead: Lead) -> dict[str, Any]:
    given = {f: getattr(lead, f) for f in ACCOUNT_FIELDS}
    if lead.annual_revenue:
        given["currency"] = lead.currency
    return {"name": lead.company, "owner": lead.owner, **_filled(given)}


def _contact(lead: Lead) -> dict[str, Any]:
    given = {f: getattr(lead, f) for f in CONTACT_FIELDS}
    return {"owner": lead.owner, **_filled({**given, "phone": lead.phone or lead.mobile})}


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in values.items() if value}


# --- what the caller may do by hand -----------------------------------------------------------------------------------


async def admit(plan: events.LeadConversionStarted, lead: Lead, lookups: Lookups) -> None:
    """Raises what each step's command would raise to the caller: rights, locked fields, the gate before the stage."""
    for step in steps(plan, lead):
        record = await _record(step, plan.created, lead, lookups)
        await lookups.allow(step.command, _by_hand(step, lookups), record)
        if step.command == OPEN:
            pipeline = await pipeline_for(lookups, plan.deal.get("pipeline"))
            check_gate(pipeline.open_stages[0], step.body, (), lookups.access)


async def admit_back(ended: Ended, lookups: Lookups) -> None:
    """The same for the steps that take a conversion back. An erased record stays as it is."""
    for step in steps_back(ended):
        record = await lookups.record(step.resource, step.id)
        if not record.erased:
            await lookups.allow(step.command, step.body, record)


async def _record(step: Step, created: list[str], lead: Lead, lookups: Lookups) -> Record:
    """The record that a step finds: one made by the conversion belongs to the lead's owner."""
    if step.resource in created:
        made: Record = lookups.catalogue[step.resource].state()
        made.owner, made.version = lead.owner, 1
        return made
    return await lookups.record(step.resource, step.id)


def _by_hand(step: Step, lookups: Lookups) -> dict[str, Any]:
    """A record of the caller's own needs no `owner` in the command."""
    return {f: v for f, v in step.body.items() if (f, v) != ("owner", lookups.access.user)}
