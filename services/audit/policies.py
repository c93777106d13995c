"""Event → command: an erasure that two people approved is carried out; people hear of those that rules announce."""

from __future__ import annotations

from services.audit.approving import erasing
from services.audit.retention_notice import RETENTION_NOTICE
from services.audit.retention_run import RETENTION_RUN
from services.audit.subject_request import SUBJECT_REQUEST
from shared.errors import CrmError, Rejected, passes
from shared.events.audit_requests import ErasureApproved
from shared.events.audit_retention import RetentionRunAnnounced
from shared.events.common import USER
from shared.events.identity_inbox import notification_id
from shared.kernel.same_person import same_person
from shared.security.permissions import Access, Action, Level
from shared.streaming.erasing import NotErased, views_are_up_to
from shared.streaming.reaction import Policy, Reaction
from shared.views.paging import every
from shared.views.port import Condition, Query, Scope


async def erase_approved(reaction: Reaction) -> None:
    """Erase the approved records, each by its own command, then say that it is done, or what stopped it."""
    request = await reaction.records.load(SUBJECT_REQUEST, reaction.tenant, reaction.recorded.id)
    if request.status != "approved" or not reaction.recorded.event.complete:
        return
    await views_are_up_to(reaction)
    records: dict[str, str] = reaction.recorded.event.records
    try:
        await _require_the_same(reaction, [(request.person_type, request.person)], records)
        for id, type_ in records.items():
            await _erase(reaction, type_, id)
    except CrmError as error:
        if passes(error):
            raise  # the runner tries again
        code = str(error.extra.get("code") or error.type)
        await reaction.send("stalled", "audit.StallErasure", {"code": code}, id=request.id)
        return
    if not await _all_erased(reaction, records):
        raise NotErased("a record of the person stands yet")
    await reaction.send("fulfilled", "audit.CompleteErasure", {}, id=request.id)


async def _all_erased(reaction: Reaction, records: dict[str, str]) -> bool:
    """Whether each record is erased, or lives on in one that is."""
    for id, type_ in records.items():
        state = await reaction.records.load(reaction.catalogue[type_], reaction.tenant, id)
        if state.version and not state.erased and getattr(state, "merged_into", None) not in records:
            return False
    return True


async def _require_the_same(reaction: Reaction, person: list[tuple[str, str]], approved: dict[str, str]) -> None:
    """Raises Rejected where the person is in more or other records by now than in those that were approved."""
    found = await same_person(reaction.catalogue, reaction.views, reaction.tenant, person)
    for id, type_ in (found | approved).items():
        if id in found and id in approved:
            continue
        if not (await reaction.records.load(reaction.catalogue[type_], reaction.tenant, id)).erased:
            raise Rejected("the person is in other records than those that were approved", code="other-records")


async def _erase(reaction: Reaction, type_: str, id: str) -> None:
    """A record that lives on in another one is erased with that one."""
    aggregate = reaction.catalogue[type_]
    state = await reaction.records.load(aggregate, reaction.tenant, id)
    if state.version and not state.erased and getattr(state, "merged_into", None) is None:
        await reaction.send(f"erase/{id}", erasing(aggregate).name, {}, id=id)


async def tell_of_run(reaction: Reaction) -> None:
    """Notify everybody who may keep its records or cancel it."""
    await views_are_up_to(reaction)
    one = reaction.recorded
    named = {"kind": "erasure", "resource": RETENTION_RUN.name, "record": one.id, "cause": one.type}
    when = {"position": one.position, "at": one.recorded_at}
    active = Query((Condition("status", "eq", "active"),))
    name, scope = reaction.catalogue[USER].collection.name, Scope(reaction.tenant)
    for user in [document["id"] async for document in every(reaction.views, name, active, scope)]:
        access = await reaction.bus.directory.access(reaction.tenant, user)
        if access is not None and _answers(access):
            id = notification_id(user, "erasure", one.id)
            await reaction.send(f"tell/{user}", "identity.NotifyUser", {**named, **when, "user": user}, new_id=id)


def _answers(access: Access) -> bool:
    rights: tuple[tuple[str, Action], ...] = ((RETENTION_RUN.name, "manage"), (RETENTION_NOTICE.name, "edit"))
    return any(access.level(resource, action) is not Level.NONE for resource, action in rights)


POLICIES = (
    Policy("erase-approved", frozenset({ErasureApproved}), erase_approved),
    Policy("tell-of-retention-run", frozenset({RetentionRunAnnounced}), tell_of_run),
)
