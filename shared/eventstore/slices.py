"""Streams column by column, for folding: an optional capability of an event store, made of rows where it is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from shared.events.envelope import Stored, StreamSlice
from shared.eventstore.port import EventStore


@runtime_checkable
class SliceReader(Protocol):
    """A record is loaded for every command, and an engine that joins columns itself gives them in half the time."""

    async def slices(self, tenant: str, stream: str, *, after: int = 0, up_to: int | None = None) -> list[StreamSlice]:
        """The events that `EventStore.read` gives, in few slices one after the other. Raises as it does."""
        ...


class RowSlices:
    """The capability for a store without it."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    async def slices(self, tenant: str, stream: str, *, after: int = 0, up_to: int | None = None) -> list[StreamSlice]:
        rows = await self._store.read(tenant, stream, after=after, up_to=up_to)
        return [_slice(rows)] if rows else []


def slice_reader(store: EventStore) -> SliceReader:
    """The store's own, else one over its rows."""
    return store if isinstance(store, SliceReader) else RowSlices(store)


def _slice(rows: Sequence[Stored]) -> StreamSlice:
    first, last = rows[0], rows[-1]
    return StreamSlice(
        last.version,
        last.occurred_at,
        last.metadata,
        (first.occurred_at, first.metadata) if first.version == 1 else None,
        ",".join(row.event_id for row in rows),
        ",".join(row.type for row in rows),
        ",".join(str(row.schema_version) for row in rows),
        b"[%b]" % b",".join(row.data for row in rows),
    )
