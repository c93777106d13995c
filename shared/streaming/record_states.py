"""The states that the projector folds on: kept from batch to batch, read from the views or the store where missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.events.envelope import Recorded, Stored, Undecodable, category_of, id_of
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.repository import Repository
from shared.kernel.state_cache import KeptStates
from shared.views.port import Scope, Views

CACHED_STATES = 20_000


class RecordStates:
    def __init__(self, catalogue: Catalogue, repository: Repository, views: Views) -> None:
        self._catalogue, self._repository, self._views = catalogue, repository, views
        self._kept = KeptStates(CACHED_STATES)

    async def load(self, events: Sequence[Stored]) -> None:
        """Bring the states that a batch will fold on into the cache, by one read per collection and tenant."""
        missing: dict[tuple[str, str], set[str]] = {}
        for one in events:
            key = (one.tenant, one.stream)
            if self._kept.get(key) is not None:
                continue
            if one.version == 1:
                self._kept.put(key, self._catalogue[category_of(one.stream)].state())
            else:
                missing.setdefault((one.tenant, category_of(one.stream)), set()).add(id_of(one.stream))
        for (tenant, category), ids in missing.items():
            aggregate = self._catalogue[category]
            found = await self._views.get_many(aggregate.collection.name, sorted(ids), Scope(tenant))
            for id, document in found.items():
                if (key := (tenant, aggregate.stream(id))) not in self._kept:
                    self._kept.put(key, aggregate.restore(document))
        self._kept.trim()

    async def fold(self, aggregate: AnyAggregate, recorded: Recorded | Undecodable) -> Any:
        """The record's state after an event. A gap is read from the store, an old event changes nothing.

        Raises Undecodable, and whatever the fold raises.
        """
        if isinstance(recorded, Undecodable):
            raise recorded
        key = (recorded.tenant, recorded.stream)
        state = self._kept.get(key)
        if state is None or recorded.version > state.version + 1:
            state = await self._repository.load(aggregate, recorded.tenant, recorded.id, recorded.version)
        elif recorded.version == state.version + 1:
            aggregate.step(state, recorded)
        self._kept.put(key, state)
        return state

    def drop(self, tenant: str, stream: str) -> None:
        self._kept.drop((tenant, stream))

    def clear(self) -> None:
        self._kept.clear()
