"""Which custom values may stand in the warehouse: those that are no free text, by the definitions in the log.

A record's stream does not say how the organisation defines its fields. Definitions are read from their own streams,
each as it was at the position of the record's event, so that the same log always gives the same rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from typing import Any

from shared.events.codec import Codec
from shared.events.envelope import Recorded, Undecodable
from shared.eventstore.port import EventStore
from shared.kernel.catalogue import AnyAggregate

OPEN = frozenset({"integer", "decimal", "money", "date", "datetime", "boolean", "reference"})
PAGE = 1000  # events of definitions read at once


@dataclass(frozen=True, slots=True)
class _Defined:
    """A definition from a position on. options: all that it ever had until then."""

    position: int
    kind: str
    options: frozenset[str]

    def open(self, value: Any) -> Any:
        """What may be shown of the value; None for nothing. Options are names that the organisation gave itself."""
        if self.kind in OPEN:
            return value
        if isinstance(value, list):
            return [one for one in value if one in self.options] or None
        return value if isinstance(value, str) and value in self.options else None


class OpenValues:
    def __init__(self, store: EventStore, codec: Codec, aggregates: Iterable[AnyAggregate]) -> None:
        self._store, self._codec = store, codec
        self._aggregate = next((a for a in aggregates if a.defines_fields), None)
        self._states: dict[tuple[str, str], Any] = {}  # by tenant and stream
        self._defined: dict[tuple[str, str, str], list[_Defined]] = defaultdict(list)  # by tenant, resource and name
        self._reached = 0

    async def reach(self, position: int) -> None:
        """Know every definition up to a position of the log. A refill may call it while the live feed does."""
        while self._aggregate is not None and self._reached < position:
            page = await self._store.read_all(self._reached, PAGE, categories=[self._aggregate.name])
            for recorded in await self._codec.decode_each(page):
                if not isinstance(recorded, Undecodable):
                    self._note(self._aggregate, recorded)
            self._reached = max(self._reached, page[-1].position if page else position)

    def _note(self, aggregate: AnyAggregate, recorded: Recorded) -> None:
        state = self._states.setdefault((recorded.tenant, recorded.stream), aggregate.state())
        if recorded.version <= state.version:
            return
        aggregate.step(state, recorded)
        history = self._defined[recorded.tenant, state.resource, state.name]
        before = history[-1].options if history and recorded.version > 1 else frozenset[str]()
        history.append(_Defined(recorded.position, state.kind, before.union(state.options)))

    def shown(self, recorded: Recorded, state: Any) -> Any:
        """The state after an event with those custom values alone that are open; itself where it has none."""
        if not state.custom:
            return state
        found = {name: self._open(recorded, name, value) for name, value in state.custom.items()}
        shown = copy(state)
        shown.custom = {name: value for name, value in found.items() if value is not None}
        return shown

    def _open(self, recorded: Recorded, name: str, value: Any) -> Any:
        history = self._defined.get((recorded.tenant, recorded.category, name), ())
        defined = next((d for d in reversed(history) if d.position <= recorded.position), None)
        return None if defined is None else defined.open(value)
