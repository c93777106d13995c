"""Event → command: an erasure that two people approved is carried out."""

from __future__ import annotations

from services.audit.subject_request import SUBJECT_REQUEST
from services.audit.subject_request_commands import erasing
from shared.errors import CrmError
from shared.events.audit_requests import ErasureApproved
from shared.kernel.same_person import same_person
from shared.streaming.erasing import views_are_up_to
from shared.streaming.policies import Policy, Reaction


async def erase_approved(reaction: Reaction) -> None:
    """Erase every record of the person by its own command, then say that it is done, or what stopped it."""
    request = await reaction.records.load(SUBJECT_REQUEST, reaction.tenant, reaction.recorded.id)
    if request.status != "approved" or not reaction.recorded.event.complete:
        return
    await views_are_up_to(reaction)
    person = [(request.person_type, request.person)]
    records = await same_person(reaction.catalogue, reaction.views, reaction.tenant, person)
    try:
        for id, type_ in records.items():
            await _erase(reaction, type_, id)
    except CrmError as error:
        if error.status == 503:
            raise  # the runner tries again
        code = str(error.extra.get("code") or error.type)
        await reaction.send("stalled", "audit.StallErasure", {"code": code}, id=request.id)
        return
    await reaction.send("fulfilled", "audit.CompleteErasure", {}, id=request.id)


async def _erase(reaction: Reaction, type_: str, id: str) -> None:
    """A record that lives on in another one is erased with that one."""
    aggregate = reaction.catalogue[type_]
    state = await reaction.records.load(aggregate, reaction.tenant, id)
    if state.version and not state.erased and getattr(state, "merged_into", None) is None:
        await reaction.send(f"erase/{id}", erasing(aggregate).name, {}, id=id)


POLICIES = (Policy("erase-approved", frozenset({ErasureApproved}), erase_approved),)
