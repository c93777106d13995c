"""The check of the past: every row that is held == the rows that a fold of the events asks for."""

from __future__ import annotations

from shared.events.codec import Codec
from shared.events.envelope import id_of
from shared.eventstore.port import EventStore
from shared.kernel.catalogue import AnyAggregate
from shared.past.port import Past
from shared.security.keyring import KeyMissing
from shared.streaming.past import owner_of, versions_of
from shared.streaming.verify import Verdict


async def verify_past(
    aggregate: AnyAggregate, store: EventStore, past: Past, codec: Codec, verdict: Verdict, *, tenant: str | None = None
) -> None:
    """Note in the verdict of a record type whose past differs. One that is not filled yet is not asked for anything."""
    name = aggregate.collection.name
    if name in past.unfilled():
        return
    position = await past.position()
    expected: dict[tuple[str, str], bytes] = {}
    keyless: set[tuple[str, str]] = set()
    async for stream in store.streams(aggregate.name, up_to=position.number, tenant=tenant):
        owner, id = stream[0].tenant, id_of(stream[0].stream)
        try:
            versions = await versions_of(aggregate, codec, stream)
        except KeyMissing:
            keyless.add((owner, id))
            continue
        if versions:
            expected[owner, id] = past.digest(name, owner_of(aggregate, versions), versions)
    async for owner, id, digest in past.scan(name):
        if not owner:  # rows that no version explains; while others are written, the count says nothing
            if await past.position() == position:
                verdict.note("different", id)
        elif tenant in (None, owner) and (owner, id) not in keyless and expected.pop((owner, id), None) != digest:
            newest = await store.read(owner, aggregate.stream(id))
            if newest[-1].position <= position.number:  # else it has grown meanwhile
                verdict.note("different", id)
    for _, id in expected:
        verdict.note("missing", id)
