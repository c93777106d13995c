"""Checks reach after every decision. The rule looks at the changes, not at the name of the command."""

from __future__ import annotations

from shared.domain.record import Record
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.lookups import Lookups
from shared.security.reach import reaches_all, require_transfer


async def check_reach(aggregate: AnyAggregate, before: Record, after: Record, lookups: Lookups) -> None:
    """Raises Forbidden or NotFound when a change would widen somebody's reach beyond the caller's own.

    A new record had no owner before: `guards` decides who may own it.
    """
    if after.version == before.version:
        return
    owned = aggregate.collection.owner is not None and before.version > 0 and not reaches_all(lookups.access)
    if owned and after.owner != before.owner:
        require_transfer(lookups.access, aggregate.name, before.owner, after.owner)
    if aggregate.reach is not None:
        await aggregate.reach(before, after, lookups)
