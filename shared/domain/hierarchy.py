"""Trees of records of one type. Each record holds the id of the record above it; cycles are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.aggregate import Aggregate
from shared.domain.command import C
from shared.domain.rules import Rule, is_withdrawal
from shared.errors import Invalid
from shared.events.envelope import Event, Recorded
from shared.kernel.lookups import Lookups
from shared.messages import say


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """field: the state's field with the id above. above: computes that id where the field alone is not enough.

    cycle: the message of a refusal. top: the event that sets the field to none. depth: levels at most.
    """

    aggregate: Aggregate[Any]
    field: str
    cycle: str
    top: Callable[[str | None], Event]
    depth: int = 50
    above: Callable[[Any], str | None] | None = None

    async def wanted_line(self, cmd: C, lookups: Lookups) -> list[str]:
        """For `prepare` of the command that sets the field: the ids from the wanted one up to the top."""
        wanted = getattr(cmd, self.field)
        await lookups.exists(self.field, self.aggregate.name, wanted)
        return await self.line(wanted, lookups)

    def check(self, id: str, line: Sequence[str]) -> None:
        """Raises Invalid when a record under this line would close a cycle, or be too deep."""
        if id in line:
            raise Invalid.field(self.field, "cycle", self.cycle)
        if len(line) > self.depth:
            raise Invalid.field(self.field, "too-deep", say("a hierarchy has {most} levels at most", most=self.depth))

    async def line(
        self, id: str | None, lookups: Lookups, instead: Mapping[str, str | None] | None = None
    ) -> list[str]:
        """A record's id and the ids above it, up to the top. A cycle in old data ends the line.

        instead: id → id above, for records that are about to move.
        """
        line: list[str] = []
        while id is not None and id not in line and len(line) <= self.depth:
            line.append(id)
            known = instead is not None and id in instead
            id = instead[id] if instead and known else self._over(await lookups.state(self.aggregate, id))
        return line

    async def broken(self, state: Any, event: Any, lookups: Lookups) -> bool:
        """Whether the record closes a cycle, or is too deep."""
        line = await self.line(self._over(state), lookups)
        return state.id in line or len(line) > self.depth

    def rule(self, after: Sequence[type[Any]], **given: Any) -> Rule:
        """The rule against cycles. A withdrawal that itself makes a cycle puts the record at the top."""
        return Rule(
            "cycle", self.cycle, tuple(after), self.broken, **{"repair": self._repair, "field": self.field, **given}
        )

    async def to_the_top(self, state: Any, target: Recorded, lookups: Lookups) -> list[Event]:
        return [self.top(getattr(state, self.field))] if getattr(state, self.field) is not None else []

    async def _repair(self, state: Any, target: Recorded, lookups: Lookups) -> list[Event] | None:
        return await self.to_the_top(state, target, lookups) if is_withdrawal(target) else None

    def _over(self, state: Any) -> str | None:
        found: str | None = self.above(state) if self.above is not None else getattr(state, self.field)
        return found
