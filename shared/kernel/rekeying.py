"""Renews reservations of former keys under today's keys, so that look-alikes of old values are refused, too."""

from __future__ import annotations

import logging

from shared.events.codec import Codec, Undecodable
from shared.eventstore.port import EventStore
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.uniqueness import Duplicate, Reservations, former_key, held_value

log = logging.getLogger("crm.reservations")


async def renew_reservations(
    aggregate: AnyAggregate, store: EventStore, codec: Codec, reservations: Reservations
) -> int:
    """Reserve every held value whose key has changed; returns how many were looked at.

    Run before the views of a new form are built, so that a crash in between repeats it: it changes nothing twice.
    Records that share a value by today's rules keep it, both; the later one is refused its next change of it.
    """
    renewed = shared = 0
    async for stream in store.streams(aggregate.name, up_to=await store.head()):
        try:
            state = aggregate.fold(await codec.decode_all(stream))
        except Undecodable:
            continue  # parked; the views tell
        for unique in aggregate.uniques:
            text = unique.text(state)
            if not held_value(unique, state) or former_key(text) == unique.key(text):
                continue
            renewed += 1
            try:
                await reservations.take(aggregate, stream[0].tenant, unique, text, state.id, ())
            except Duplicate:
                shared += 1
    if shared:
        log.warning("%d records of %s share a unique value with another by today's rules", shared, aggregate.name)
    return renewed
