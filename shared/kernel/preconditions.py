"""What holds for every command before its own decision: rights, preconditions, and when it may have happened."""

from __future__ import annotations

from shared.clock import Micros
from shared.domain.command import Command, CommandModel
from shared.domain.record import Record
from shared.errors import Forbidden, Invalid, NotFound, PreconditionFailed, Rejected
from shared.kernel.catalogue import AnyAggregate
from shared.security.permissions import Access


def check(
    aggregate: AnyAggregate, command: Command, body: CommandModel, state: Record, access: Access, if_match: int | None
) -> None:
    """Rights on the record and its fields, then the preconditions.

    Raises: NotFound, Forbidden, Invalid, PreconditionFailed, Rejected for an erased person.
    """
    if command.creates:
        access.check(aggregate.name, command.action)
        if "owner" in body.model_fields_set and (owner := getattr(body, "owner", "")) != access.user:
            _check_owner(access, aggregate.name, owner)
    else:
        if state.version == 0:
            raise NotFound()
        owner = state.owner if aggregate.collection.owner is not None else ""
        access.check(aggregate.name, command.action, owner, aggregate.reader(state))
        if if_match is not None and if_match != state.version:
            raise PreconditionFailed(if_match, state.version)
        if state.erased and not command.hidden and command.action != "erase":
            raise Rejected("the person was erased; this record takes no commands", code="erased")
    custom = getattr(body, "custom", None) or {}
    named = [*body.model_fields_set, *command.sets, *(f"custom.{name}" for name in custom)]
    access.check_fields(aggregate.name, named)


def _check_owner(access: Access, resource: str, owner: str | None) -> None:
    """Creating for someone else needs the right to assign that far, for nobody that to assign at all."""
    try:
        access.check(resource, "assign", "" if owner is None else owner)
    except (NotFound, Forbidden) as error:
        raise Invalid.field("owner", "forbidden-owner", "you may not create records for this user") from error


def when(requested: Micros | None, now: Micros, state: Record) -> Micros:
    """When it happened: never in the future, never before the stream's last event."""
    if requested is None:
        return max(now, state.updated_at)
    if requested > now:
        raise Invalid.field("occurred_at", "in-the-future", "it cannot have happened in the future")
    if requested < state.updated_at:
        raise Invalid.field("occurred_at", "before-last", "the record has a later event already")
    return requested
