"""Renews reservations under today's keys: of former keys of values, or where the keys of the ring are new."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from shared.domain.aggregate import Unique
from shared.events.codec import Codec, Undecodable
from shared.eventstore.port import EventStore
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.uniqueness import Duplicate, Reservations, former_key, held_value

AT_ONCE = 100  # reservations: one commit takes what is written at the same moment

log = logging.getLogger("crm.reservations")


async def renew_reservations(
    aggregate: AnyAggregate, store: EventStore, codec: Codec, reservations: Reservations, *, every: bool = False
) -> int:
    """Reserve every held value whose key has changed, or every one; returns how many were looked at.

    Run before the views of a new form are built, so that a crash in between repeats it: it changes nothing twice.
    Records that share a value by today's rules keep it, both; the later one is refused its next change of it.
    """
    renewed = shared = 0

    async def take(tenant: str, unique: Unique, text: str, id: str) -> bool:
        """False: another record has the value."""
        try:
            await reservations.take(aggregate, tenant, unique, text, id, ())
        except Duplicate:
            return False
        return True

    async def refused(wanted: Sequence[tuple[str, Unique, str, str]]) -> int:
        """How many of these are shared."""
        return sum(not one for one in await asyncio.gather(*(take(*one) for one in wanted)))

    wanted: list[tuple[str, Unique, str, str]] = []
    async for stream in store.streams(aggregate.name, up_to=await store.head()):
        try:
            state = aggregate.fold(await codec.decode_all(stream))
        except Undecodable:
            continue  # parked; the views tell
        for unique in aggregate.uniques:
            text = unique.text(state)
            if not held_value(unique, state) or (not every and former_key(text) == unique.key(text)):
                continue
            renewed += 1
            wanted.append((stream[0].tenant, unique, text, state.id))
        if len(wanted) >= AT_ONCE:
            shared += await refused(wanted)
            wanted = []
    shared += await refused(wanted)
    if shared:
        log.warning("%d records of %s share a unique value with another by today's rules", shared, aggregate.name)
    return renewed
