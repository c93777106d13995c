"""What the projector does with events that it cannot handle: try again, then park them and quarantine their record.

The document stays as it was before the first parked event. Records without poison are not held up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.errors import redacted
from shared.events.codec import Codec, Undecodable
from shared.events.envelope import Stored, id_of
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.repository import Repository
from shared.streaming.folding import PASSING, readable_part
from shared.streaming.parked import Parked
from shared.streaming.record_states import RecordStates
from shared.telemetry.metrics import PARKED_EVENTS
from shared.views.port import Views, Write
from shared.views.values import check

ATTEMPTS = 3  # at an event whose handling fails, before it is parked
PAUSE_SECONDS = 0.02
EARLIER = "an earlier event of this record is parked"

log = logging.getLogger("crm.projector")


@dataclass(slots=True)
class Changes:
    """What a batch changes. position: of its last event. touched: stream → its aggregate, tenant and state.

    parked: the writes of entries for the list of parked events.
    """

    position: int
    touched: dict[str, tuple[AnyAggregate, str, Any]] = field(default_factory=dict)
    parked: list[Write] = field(default_factory=list)


class Poison:
    def __init__(
        self, catalogue: Catalogue, repository: Repository, views: Views, codec: Codec, states: RecordStates
    ) -> None:
        self._by_collection = {a.collection.name: a for a in catalogue}
        self._repository, self._codec, self._states = repository, codec, states
        self.parked = Parked(views)

    def park_later(self, one: Stored, changes: Changes) -> None:
        """Park an event of a record in quarantine."""
        self._park(one, EARLIER, changes)

    async def retry_or_park(self, aggregate: AnyAggregate, one: Stored, error: Exception, changes: Changes) -> None:
        """Try an event again that has failed once. If it keeps failing, the state before it is what is shown."""
        for attempt in range(1, ATTEMPTS):
            if isinstance(error, Undecodable):
                break
            log.warning("attempt %s at %s version %s failed: %s", attempt, one.stream, one.version, redacted(error))
            self._states.drop(one.tenant, one.stream)
            await asyncio.sleep(PAUSE_SECONDS * attempt)
            try:
                state = await self._states.fold(aggregate, await self._codec.decode(one))
                changes.touched[one.stream] = (aggregate, one.tenant, state)
                return
            except PASSING:
                raise
            except Exception as another:
                error = another
        if one.stream in changes.touched:  # the failed fold may have left half of itself in the state
            before = await self._repository.load(aggregate, one.tenant, id_of(one.stream), one.version - 1)
            changes.touched[one.stream] = (aggregate, one.tenant, before)
        self._park(one, str(error) if isinstance(error, Undecodable) else redacted(error), changes)

    async def fitting(self, documents: Sequence[Write], changes: Changes) -> list[Write]:
        """The documents that their views can hold; of other records the last one before they could not."""
        found: list[Write] = []
        for one in documents:
            aggregate = self._by_collection[one.collection]
            try:
                check(aggregate.collection, one.document or {})
                found.append(one)
            except ValueError:
                found += await self.cut_off(aggregate, one.tenant, aggregate.stream(one.key), changes)
        return found

    async def cut_off(self, aggregate: AnyAggregate, tenant: str, stream: str, changes: Changes) -> list[Write]:
        """Park a record's events from the first on whose document cannot be shown; returns the one before it."""
        stored = [s for s in await self._repository.store.read(tenant, stream) if s.position <= changes.position]
        folded = await readable_part(aggregate, self._codec, stored)
        if folded.bad is None:
            raise AssertionError(f"{stream} fails in a batch, but not by itself")
        self._park(folded.bad, folded.error, changes)
        for one in stored:
            if one.version > folded.bad.version:
                self.park_later(one, changes)
        return folded.write(aggregate.collection.name, tenant)

    def _park(self, one: Stored, error: str, changes: Changes) -> None:
        log.error("parked %s version %s: %s", one.stream, one.version, error)
        PARKED_EVENTS.add(1)
        self._states.drop(one.tenant, one.stream)
        changes.parked += self.parked.add(one, error)
