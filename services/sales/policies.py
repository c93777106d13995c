"""Event → commands: the conversion of leads, the default pipeline, the standard one of a new organisation."""

from __future__ import annotations

import logging

from services.sales.conversion_steps import UNDO, Ended, Step, steps, steps_back
from services.sales.lead import LEAD, Lead
from services.sales.lead_conversion import is_running, made_by
from services.sales.pipeline import PIPELINE, standard_body, standard_id
from shared.errors import CrmError, NotFound, passes, redacted
from shared.events import sales as events
from shared.events import sales_leads as leads
from shared.events.identity import OrganisationCreated
from shared.streaming.erasing import erase_each, make_unreadable
from shared.streaming.reaction import Policy, Reaction

log = logging.getLogger("crm.sales")
REASON_LENGTH = 500
LINK = "customer.ContactLinkedToAccount"


# --- pipelines --------------------------------------------------------------------------------------------------------


async def define_standard_pipeline(reaction: Reaction) -> None:
    tenant, made = reaction.recorded.tenant, reaction.recorded.event
    body = standard_body(made.language)
    await reaction.send("pipeline", "sales.DefinePipeline", body, new_id=standard_id(tenant))


async def clear_other_defaults(reaction: Reaction) -> None:
    """The latest default counts at once (see pipeline_for); this takes the mark from those before it."""
    records, made = reaction.records, reaction.recorded
    async for stream in records.store.streams(PIPELINE.name, up_to=made.position, tenant=made.tenant):
        other = PIPELINE.fold(await records.decoded(stream))
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
        if passes(error):
            raise
        body = {"conversion": plan.conversion, "reason": str(error.detail)[:REASON_LENGTH]}
        await reaction.send("fail", "sales.FailConversion", body, id=lead.id)
        return
    await reaction.send("complete", "sales.CompleteConversion", {"conversion": plan.conversion}, id=lead.id)


async def _create(reaction: Reaction, plan: leads.LeadConversionStarted, lead: Lead) -> None:
    for step in steps(plan, lead):
        made, changed = (step.id, None) if step.creates else (None, step.id)
        try:
            await reaction.send(step.name, step.command, step.body, id=changed, new_id=made)
        except CrmError as error:
            if passes(error) or not step.optional:
                raise
            log.info("%s was left out: %s", step.name, redacted(error))


async def _lead(reaction: Reaction) -> Lead:
    return await reaction.records.load(LEAD, reaction.tenant, reaction.recorded.id)


async def archive_created(reaction: Reaction) -> None:
    """Take back what a failed or undone conversion did, the last first. Records that were never made are skipped."""
    ended: Ended = reaction.recorded.event
    for resource in ("contact", "account"):
        if (id := getattr(ended, resource)) and resource not in ended.created:
            await _take_back_fills(reaction, resource, id, unlinked="account" in ended.created)
    for step in steps_back(ended):
        await _take_back(reaction, step)


async def _take_back_fills(reaction: Reaction, resource: str, id: str, *, unlinked: bool) -> None:
    """Undo what the conversion changed in an existing record, the last first. What others have changed since stays.
    unlinked: a step of its own ends the contact's link to the account."""
    lead = await reaction.records.events(LEAD, reaction.tenant, reaction.recorded.id)
    began = [e.event_id for e in lead if isinstance(e.event, leads.LeadConversionStarted)][-1]
    history = await reaction.records.events(reaction.catalogue[resource], reaction.tenant, id)
    filled = [e for e in history if e.metadata.causation_id == began and not (unlinked and e.type == LINK)]
    for event in reversed(filled):
        step = Step(f"unfill-{resource}-{event.version}", UNDO[resource], {"version": event.version}, resource, id)
        await _take_back(reaction, step)


async def _take_back(reaction: Reaction, step: Step) -> None:
    try:
        await reaction.send(step.name, step.command, step.body, id=step.id)
    except NotFound:
        return
    except CrmError as error:
        if passes(error):
            raise
        log.warning("%s after %s was refused: %s", step.name, reaction.recorded.event_id, redacted(error))


# --- erasure ----------------------------------------------------------------------------------------------------------


async def erase_lead(reaction: Reaction) -> None:
    lead = await make_unreadable(reaction, LEAD)
    reaction.purge()
    if lead.conversion is not None and lead.conversion["state"] in ("failed", "undone"):
        await _take_back_made(reaction, lead, lead.conversion["id"])
    await _erase_contacts(reaction, lead)


async def _take_back_made(reaction: Reaction, lead: Lead, conversion: str) -> None:
    """Take back what a failed or undone conversion made, but its contact."""
    failed = leads.LeadConversionFailed(conversion, "", **made_by(lead))
    for step in steps_back(failed):
        if step.name != "archive-contact":
            await _take_back(reaction, step)


async def _erase_contacts(reaction: Reaction, lead: Lead) -> None:
    """The contacts of failed and undone conversions are the same person and not in use: they are erased."""
    contacts, made = reaction.catalogue["contact"], list[str]()
    for id in lead.contacts_made:
        contact = await reaction.records.load(contacts, reaction.tenant, id)
        if id != lead.contact and contact.version and contact.merged_into is None:
            made.append(id)
    await erase_each(reaction, "customer.EraseContact", made, "erase-contact")


POLICIES: tuple[Policy, ...] = (
    Policy("standard-pipeline", frozenset({OrganisationCreated}), define_standard_pipeline),
    Policy("one-default-pipeline", frozenset({events.PipelineMadeDefault}), clear_other_defaults),
    Policy("convert-lead", frozenset({leads.LeadConversionStarted}), convert),
    Policy("archive-conversion", frozenset({leads.LeadConversionFailed, leads.LeadConversionUndone}), archive_created),
    Policy("erase-lead", frozenset({leads.LeadErased}), erase_lead),
)
