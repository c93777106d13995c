"""Event → commands: the conversion of leads, the default pipeline, the standard one of a new organisation."""

from __future__ import annotations

import logging
from typing import Any

from services.sales.lead import LEAD, Lead
from services.sales.lead_conversion import is_running
from services.sales.pipeline import PIPELINE, standard_body, standard_id
from shared.errors import CrmError, NotFound, told
from shared.events import sales as events
from shared.events import sales_leads as leads
from shared.events.identity import OrganisationCreated
from shared.streaming.erasing import make_unreadable
from shared.streaming.policies import Policy, Reaction

log = logging.getLogger("crm.sales")
REASON_LENGTH = 500


# --- pipelines --------------------------------------------------------------------------------------------------------


async def define_standard_pipeline(reaction: Reaction) -> None:
    tenant = reaction.recorded.tenant
    await reaction.send("pipeline", "sales.DefinePipeline", standard_body(), new_id=standard_id(tenant))


async def clear_other_defaults(reaction: Reaction) -> None:
    """The latest default counts at once (see pipeline_for); this takes the mark from those before it."""
    bus, made = reaction.bus, reaction.recorded
    async for stream in bus.repository.store.streams(PIPELINE.name, up_to=made.position, tenant=made.tenant):
        other = PIPELINE.fold(bus.codec.decode(stored) for stored in stream)
        if other.default_since and other.id != made.id:
            body = {"successor": made.id, "since": other.default_since}
            await reaction.send(f"clear-{other.id}", "sales.ClearDefault", body, id=other.id)


# --- the conversion of a lead -----------------------------------------------------------------------------------------


async def convert(reaction: Reaction) -> None:
    """Create what the plan names, step by step, then complete. A refused step fails the conversion, for good."""
    plan: leads.LeadConversionStarted = reaction.recorded.event
    lead = await _lead(reaction)
    if not is_running(lead, plan.conversion):
        return  # it has ended already: this is a repeat
    try:
        await _create(reaction, plan, lead)
    except CrmError as error:
        if error.status == 503:
            raise
        body = {"conversion": plan.conversion, "reason": str(error.detail)[:REASON_LENGTH]}
        await reaction.send("fail", "sales.FailConversion", body, id=lead.id)
        return
    await reaction.send("complete", "sales.CompleteConversion", {"conversion": plan.conversion}, id=lead.id)


async def _create(reaction: Reaction, plan: leads.LeadConversionStarted, lead: Lead) -> None:
    if "account" in plan.created:
        body = {**_account(lead), "allow_duplicate": plan.allow_duplicate}
        await reaction.send("account", "customer.CreateAccount", body, new_id=plan.account)
    if "contact" in plan.created:
        body = {**_contact(lead), "account": plan.account, "allow_duplicate": plan.allow_duplicate}
        await reaction.send("contact", "customer.CreateContact", body, new_id=plan.contact)
    elif plan.account and plan.contact:
        await reaction.send("link", "customer.LinkToAccount", {"account": plan.account}, id=plan.contact)
    if "opportunity" in plan.created:
        deal = {**plan.deal, "lead": lead.id, "account": plan.account, "owner": lead.owner}
        await reaction.send("opportunity", "sales.OpenOpportunity", deal, new_id=plan.opportunity)
    if plan.opportunity and plan.contact:
        role = {"contact": plan.contact, "role": plan.role}
        await reaction.send("role", "sales.SetContactRole", role, id=plan.opportunity)


def _account(lead: Lead) -> dict[str, Any]:
    given = {f: getattr(lead, f) for f in ("website", "industry", "country")}
    return {"name": lead.company, "owner": lead.owner, **_filled(given)}


def _contact(lead: Lead) -> dict[str, Any]:
    given = {f: getattr(lead, f) for f in ("name", "given_name", "family_name", "email", "phone", "title")}
    return {"owner": lead.owner, **_filled(given)}


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in values.items() if value}


async def _lead(reaction: Reaction) -> Lead:
    return await reaction.bus.repository.load(LEAD, reaction.recorded.tenant, reaction.recorded.id)


_ARCHIVE = {
    "opportunity": "sales.ArchiveOpportunity",
    "contact": "customer.ArchiveContact",
    "account": "customer.ArchiveAccount",
}


async def archive_created(reaction: Reaction) -> None:
    """Take back what a failed or undone conversion did, the last first. What was never made is no matter."""
    event: leads.LeadConversionFailed | leads.LeadConversionUndone = reaction.recorded.event
    if event.contact and "account" in event.created and "contact" not in event.created:
        await _take_back(reaction, "unlink", "customer.EndAccountLink", {"account": event.account}, event.contact)
    for resource, command in _ARCHIVE.items():
        if resource in event.created:
            body = {"cause": f"conversion/{event.conversion}"}
            await _take_back(reaction, f"archive-{resource}", command, body, getattr(event, resource))


async def _take_back(reaction: Reaction, step: str, command: str, body: dict[str, Any], id: str) -> None:
    try:
        await reaction.send(step, command, body, id=id)
    except NotFound:
        return
    except CrmError as error:
        if error.status == 503:
            raise
        log.warning("%s of conversion %s was refused: %s", step, reaction.recorded.event.conversion, told(error))


# --- erasure ----------------------------------------------------------------------------------------------------------


async def erase_lead(reaction: Reaction) -> None:
    await make_unreadable(reaction, LEAD)
    reaction.purge()


POLICIES: tuple[Policy, ...] = (
    Policy("standard-pipeline", frozenset({OrganisationCreated}), define_standard_pipeline),
    Policy("one-default-pipeline", frozenset({events.PipelineMadeDefault}), clear_other_defaults),
    Policy("convert-lead", frozenset({leads.LeadConversionStarted}), convert),
    Policy("archive-conversion", frozenset({leads.LeadConversionFailed, leads.LeadConversionUndone}), archive_created),
    Policy("erase-lead", frozenset({leads.LeadErased}), erase_lead),
)
