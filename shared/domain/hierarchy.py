"""Trees of records of one type, each record with the id of the one above it: no record stands above itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.aggregate import Aggregate
from shared.domain.lookups import Lookups
from shared.domain.rules import Rule, is_withdrawal
from shared.events.envelope import Event, Recorded


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """field: the state's field with the id above. above: the same, where the tree knows more than the field does.

    top: the event that sets it to none. depth: levels at most.
    """

    aggregate: Aggregate[Any]
    field: str
    top: Callable[[str | None], Event]
    depth: int = 50
    above: Callable[[Any], str | None] | None = None

    async def line(
        self, id: str | None, lookups: Lookups, instead: Mapping[str, str | None] | None = None
    ) -> list[str]:
        """A record's id and those above it, up to the top; it ends where a cycle of old begins anew.

        instead: what is above some of them from now on.
        """
        line: list[str] = []
        while id is not None and id not in line and len(line) <= self.depth:
            line.append(id)
            known = instead is not None and id in instead
            id = instead[id] if instead and known else self._over(await lookups.state(self.aggregate, id))
        return line

    async def broken(self, state: Any, event: Any, lookups: Lookups) -> bool:
        """Whether the record stands above itself, or too deep."""
        line = await self.line(self._over(state), lookups)
        return state.id in line or len(line) > self.depth

    def rule(self, message: str, after: Sequence[type[Any]], **given: Any) -> Rule:
        """That no record stands above itself. A withdrawal that itself makes a cycle puts the record at the top."""
        return Rule(
            "cycle", message, tuple(after), self.broken, **{"repair": self._repair, "field": self.field, **given}
        )

    async def to_the_top(self, state: Any, target: Recorded, lookups: Lookups) -> list[Event]:
        return [self.top(getattr(state, self.field))] if getattr(state, self.field) is not None else []

    async def _repair(self, state: Any, target: Recorded, lookups: Lookups) -> list[Event] | None:
        return await self.to_the_top(state, target, lookups) if is_withdrawal(target) else None

    def _over(self, state: Any) -> str | None:
        found: str | None = self.above(state) if self.above is not None else getattr(state, self.field)
        return found


def moves(field: str) -> Callable[[Any], bool]:
    """For events with `changes`: whether the field is among them."""
    return lambda event: field in getattr(event, "changes", {field})
