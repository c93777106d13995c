"""A repository for the length of one batch of rows, so that reading does not outweigh writing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from shared.domain.aggregate import Aggregate
from shared.domain.record import Record
from shared.kernel.repository import Repository

S = TypeVar("S", bound=Record)


class BatchRepository(Repository):
    """Records the batch only refers to are read once; those it makes are taken for new, since their ids are its own.

    A made record that is there already (the batch is sent again after a crash) is found by the command's key.
    """

    def __init__(self, other: Repository) -> None:
        super().__init__(other.store, other._codec)
        self._other = other
        self._fresh: set[str] = set()
        self._own: set[str] = set()
        self._read: dict[tuple[str, str], Any] = {}

    def begin(self, made: Iterable[str], changed: Iterable[str]) -> None:
        """A new batch, which makes and changes the records of these ids."""
        self._fresh = set(made)
        self._own = self._fresh | set(changed)
        self._read.clear()

    async def load(self, aggregate: Aggregate[S], tenant: str, id: str, up_to: int | None = None) -> S:
        if id in self._fresh:
            self._fresh.discard(id)  # once: after a conflict the bus reads again
            return aggregate.state()
        if id in self._own or up_to is not None:
            return await self._other.load(aggregate, tenant, id, up_to)
        key = (tenant, aggregate.stream(id))
        if key not in self._read:
            self._read[key] = await self._other.load(aggregate, tenant, id)
        state: S = self._read[key]
        return state
