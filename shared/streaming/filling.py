"""Fill the record views of an empty installation from a long log, as after a restore.

Record by record, next to the live tables, and indexed at the end: a fraction of what the events cost in their order.
"""

from __future__ import annotations

import logging

from shared.events.codec import Codec
from shared.events.envelope import category_of
from shared.eventstore.port import EventStore
from shared.kernel.catalogue import Catalogue
from shared.streaming.erased_meanwhile import purged_after_erasures
from shared.streaming.known import has_type
from shared.streaming.leases import LeaseHolder, exclusively, in_turn
from shared.streaming.rebuild import BATCH, rebuild
from shared.streaming.shares import NAMES, RECORDS, furthest
from shared.views.port import Checkpoint, Views

FAR = 5_000  # events behind, from which on empty views are filled so
TURN = "filling:views"  # the name of a lease: who begins to rebuild a view drops what another process has of it

log = logging.getLogger("crm.projection")


async def fill_empty(catalogue: Catalogue, store: EventStore, views: Views, codec: Codec) -> bool:
    """False: the views hold something, or the log is short; nothing was done.

    One process fills; others wait for it. Projectors go on behind the head that the log had at first, and pass over the
    versions that the views have. A crash leaves the position at zero: the next start fills again.
    Raises UnknownRecordType.
    """
    if await store.head() < FAR or await furthest(views):
        return False
    async with in_turn(views, TURN):
        if await furthest(views):
            return False
        async with purged_after_erasures(views, codec.keys):
            await _fill(catalogue, store, views, codec)
        return True


async def _fill(catalogue: Catalogue, store: EventStore, views: Views, codec: Codec) -> None:
    head = await store.head()
    log.info("filling what is shown from %s events", head)
    await _check_types(catalogue, store, head)
    for aggregate in sorted(catalogue, key=lambda one: one is not catalogue.field_definition):  # formulas come first
        await rebuild(aggregate, store, views, codec, lambda _: None)
    reached = Checkpoint(RECORDS, head, await store.chain_hash(head))

    async def note(holder: LeaseHolder) -> None:
        if await furthest(views) < head:
            await views.write([], [reached], holder.lease())

    await exclusively(views, RECORDS, note, NAMES)


async def _check_types(catalogue: Catalogue, store: EventStore, head: int) -> None:
    position = 0
    while position < head and (page := await store.read_all(position, BATCH)):
        known: set[str] = set()
        for one in page:
            if (category := category_of(one.stream)) not in known:
                has_type(catalogue, one)
                known.add(category)
        position = page[-1].position
