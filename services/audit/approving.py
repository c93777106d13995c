"""What the approval of an erasure stands for: the records that go with it, and who of those who approved still may."""

from __future__ import annotations

from typing import NamedTuple

from services.audit.subject_request import SUBJECT_REQUEST, SubjectRequest
from shared.clock import Micros
from shared.domain.command import Command
from shared.errors import CrmError, Forbidden, NotFound, Rejected, passes
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.holds import held, on_hold
from shared.kernel.lookups import Lookups
from shared.kernel.same_person import same_person
from shared.security.permissions import Access, Level


class Erasure(NamedTuple):
    """records: the person's, id → type, sorted. counted: who approved this very erasure and may do so now."""

    records: dict[str, str]
    counted: list[str]


async def erasure_of(request: SubjectRequest, lookups: Lookups) -> Erasure:
    """Raises what the erasure of any of the records would raise for the caller now: no right to it, a hold."""
    if not await is_known_since(request.created_at, lookups):
        raise Rejected("who approves has to be a user since before the request was opened", code="joined-later")
    await lookups.caught_up()
    person = [(request.person_type, request.person)]
    found = await same_person(lookups.catalogue, lookups.views, lookups.tenant, person)
    await _require_all(found, lookups)
    same = request.records == found
    counted = [user for user in request.approvals if same and await _still_may(user, found, lookups)]
    return Erasure(dict(sorted(found.items())), counted)


async def is_known_since(moment: Micros, lookups: Lookups) -> bool:
    """Whether the caller was a user then: nobody makes a second person for what is there already."""
    return (await lookups.record("user", lookups.access.user)).created_at <= moment


async def _still_may(user: str, records: dict[str, str], lookups: Lookups) -> bool:
    access = await lookups.access_of(user)
    if access is None or not _manages(access):
        return False
    try:
        await _require_all(records, lookups.by(access))
    except CrmError as error:
        if passes(error):
            raise
        return False
    return True


def _manages(access: Access) -> bool:
    return access.level(SUBJECT_REQUEST.name, "manage") is not Level.NONE


async def _require_all(records: dict[str, str], lookups: Lookups) -> None:
    """Raises unless the caller may erase each record by its own command, as it is now."""
    for id, type_ in records.items():
        aggregate = lookups.catalogue[type_]
        state = await lookups.record(type_, id)
        if not state.version or state.erased or getattr(state, "merged_into", None) is not None:
            continue  # what is merged is erased with the record that it lives on in
        try:
            await lookups.try_out(erasing(aggregate), {}, id)
        except NotFound as error:
            raise Forbidden("you may not erase every record of this person") from error
        if await held(aggregate, state, lookups):
            raise on_hold()


def erasing(aggregate: AnyAggregate) -> Command:
    """The command by which people erase a record of the type."""
    return next(c for c in aggregate.commands.values() if c.action == "erase" and not c.hidden)
