"""Load a record by folding its stream."""

from __future__ import annotations

from typing import TypeVar

from shared.domain.aggregate import Aggregate
from shared.domain.record import Record
from shared.events.codec import Codec
from shared.events.envelope import Recorded
from shared.eventstore.port import EventStore

S = TypeVar("S", bound=Record)


class Repository:
    def __init__(self, store: EventStore, codec: Codec) -> None:
        self.store, self._codec = store, codec

    async def load(self, aggregate: Aggregate[S], tenant: str, id: str, up_to: int | None = None) -> S:
        """The state now, or at a version. version 0 = there is no such record in this tenant."""
        return aggregate.fold(await self.events(aggregate, tenant, id, up_to))

    async def events(self, aggregate: Aggregate[S], tenant: str, id: str, up_to: int | None = None) -> list[Recorded]:
        stored = await self.store.read(tenant, aggregate.stream(id), up_to=up_to)
        decode = self._codec.decode
        return [decode(s) for s in stored]
