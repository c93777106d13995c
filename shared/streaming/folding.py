"""From a stored stream to its document, as far as it can be read: the same for live views, rebuilds and checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.errors import redacted
from shared.events.codec import Codec, Undecodable
from shared.events.envelope import Stored
from shared.eventstore.port import StoreBroken, StoreUnavailable
from shared.kernel.catalogue import AnyAggregate
from shared.security.keyring import KeyMissing, KeysUnavailable
from shared.views.port import Document, ViewsUnavailable, Write
from shared.views.values import check

# not the event's fault: the work is tried again
PASSING = (StoreUnavailable, StoreBroken, ViewsUnavailable, KeysUnavailable, OSError)


@dataclass(frozen=True, slots=True)
class Folded:
    """state and document after the events before `bad`, the first that could not be read; None = there are none."""

    state: Any
    document: Document | None
    bad: Stored | None = None
    error: str = ""

    def write(self, collection: str, tenant: str) -> list[Write]:
        """What a view has to write, nothing for a record of which nothing can be read."""
        if self.document is None:
            return []
        return [Write(collection, tenant, self.state.id, self.document, self.state.version)]


async def fold_stream(aggregate: AnyAggregate, codec: Codec, stored: Sequence[Stored]) -> Folded:
    """Fold a stream, up to its first poison event if it has one.

    Raises KeyMissing: the record can be read again once the key is back, so nothing may take its place.
    """
    if not stored:
        return Folded(aggregate.state(), None)
    try:
        state = aggregate.fold(await codec.decode_all(stored))
        return Folded(state, aggregate.document(state))
    except (*PASSING, KeyMissing):
        raise
    except Exception:
        return await readable_part(aggregate, codec, stored)


async def readable_part(aggregate: AnyAggregate, codec: Codec, stored: Sequence[Stored]) -> Folded:
    """The same event by event, each document held against its declaration."""
    state = aggregate.state()
    decoded = await codec.decode_each(stored)
    for n, one in enumerate(decoded):
        try:
            if isinstance(one, Undecodable):
                raise one
            aggregate.step(state, one)
            check(aggregate.collection, aggregate.document(state))
        except (*PASSING, KeyMissing):
            raise
        except Exception as error:
            before = aggregate.fold(await codec.decode_all(stored[:n]))  # the failed step may have left half of itself
            return Folded(before, aggregate.document(before) if n else None, stored[n], redacted(error))
    return Folded(state, aggregate.document(state))
