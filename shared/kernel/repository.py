"""Load a record by folding its stream; the newest states are kept, so that only what is new has to be read."""

from __future__ import annotations

from typing import Any, TypeVar

from shared.domain.aggregate import Aggregate
from shared.domain.record import Record
from shared.events.codec import Codec
from shared.events.envelope import Recorded, Stored
from shared.eventstore.port import EventStore
from shared.eventstore.slices import slice_reader
from shared.kernel.state_cache import KeptStates

S = TypeVar("S", bound=Record)
KEPT = 5_000


class Repository:
    """Kept states never leave: callers get copies, and every load asks the store for later events.

    They are dropped when any kernel has destroyed a key, as they may hold its person's values in clear.
    """

    def __init__(self, store: EventStore, codec: Codec) -> None:
        self.store, self._codec = store, codec
        self._slices = slice_reader(store)
        self._kept = KeptStates(KEPT)
        self._generation = codec.keys.generation  # of the keys that the kept states were decoded with

    async def load(self, aggregate: Aggregate[S], tenant: str, id: str, up_to: int | None = None) -> S:
        """The state now, or at a version. version 0 = there is no such record in this tenant."""
        key = tenant, stream = tenant, aggregate.stream(id)
        if not self._codec.keys.is_fresh:
            await self._codec.keys.fresh()
        generation = self._codec.keys.generation
        if generation != self._generation:
            self._kept.clear()
            self._generation = generation
        kept: S | None = self._kept.get(key) if up_to is None else None
        state = aggregate.state() if kept is None else aggregate.copy(kept)
        news = await self._slices.slices(tenant, stream, after=state.version, up_to=up_to)
        for part in news:
            aggregate.fold_slice(state, id, part, await self._codec.events(tenant, stream, part))
        if news and up_to is None and generation == self._codec.keys.generation:
            self._kept.put(key, aggregate.copy(state))
            self._kept.trim()
        return state

    def forget(self, aggregate: Aggregate[Any], tenant: str, id: str) -> None:
        """Fold again at the next load: values may be masked by now."""
        self._kept.drop((tenant, aggregate.stream(id)))

    def forget_all(self) -> None:
        """The same for every record."""
        self._kept.clear()

    async def events(
        self, aggregate: Aggregate[S], tenant: str, id: str, up_to: int | None = None, after: int = 0
    ) -> list[Recorded]:
        """The events of a record behind a version, up to another one. Raises Undecodable."""
        return await self.decoded(await self.store.read(tenant, aggregate.stream(id), after=after, up_to=up_to))

    async def decoded(self, stored: list[Stored]) -> list[Recorded]:
        """Raises Undecodable."""
        return await self._codec.decode_all(stored)
