"""The cause tree of an event: the commands before it, up to the first one, and all that followed, as far as they react
to each other's events."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.audit.heads import Heads
from shared.events.envelope import Metadata, Stored
from shared.explorer.explorer import Explorer, Search
from shared.explorer.terms import Kind

MOST = 500  # events of a tree
DEEPEST = 50  # commands above an event


@dataclass(slots=True)
class Act:
    """One command with its events, in their order. cause: the event that it reacts to; "" = somebody gave it."""

    metadata: Metadata
    cause: str
    events: list[Stored]


@dataclass(slots=True)
class Tree:
    """acts: each comes after the one that caused it. whole: nothing was left out."""

    acts: list[Act] = field(default_factory=list)
    whole: bool = True

    @property
    def size(self) -> int:
        return sum(len(act.events) for act in self.acts)


class Causes:
    """Reads the trees of one organisation."""

    def __init__(self, explorer: Explorer, heads: Heads, tenant: str) -> None:
        self._explorer, self._heads, self._tenant = explorer, heads, tenant

    async def event(self, id: str) -> Stored | None:
        """The event of an id."""
        return next(iter(await self.events("event", id, 1)), None)

    async def tree(self, event: Stored) -> Tree:
        """The whole tree that an event is in, up to 500 events."""
        tree, waiting = Tree(), [await self._first(event)]
        while waiting and tree.size < MOST:
            act = waiting.pop(0)
            tree.acts.append(act)
            for one in act.events:
                waiting += await self._reactions(one)
        tree.whole = not waiting
        return tree

    async def events(self, kind: Kind, value: str, limit: int) -> list[Stored]:
        """The events that have a term, oldest first; of more than the limit, the newest."""
        found = await self._explorer.find(self._tenant, Search(((kind, value),)), limit)
        return found.events[::-1]

    async def _first(self, event: Stored) -> Act:
        act = await self._act(event)
        for _ in range(DEEPEST):
            before = await self.event(act.cause)  # of a command that somebody gave, the command itself is the cause
            if before is None:
                act.cause = ""
                break
            act = await self._act(before)
        return act

    async def _act(self, event: Stored) -> Act:
        """The command that an event is of, with all its events."""
        metadata = await self._heads.metadata(event)
        mine = await self.events("command", metadata.command, MOST) if metadata.command else []
        return Act(metadata, metadata.causation_id, mine or [event])

    async def _reactions(self, event: Stored) -> list[Act]:
        """The commands that react to an event, in their order."""
        acts: dict[str, Act] = {}
        for one in await self.events("cause", event.event_id, MOST):
            metadata = await self._heads.metadata(one)
            act = acts.setdefault(metadata.command or one.event_id, Act(metadata, event.event_id, []))
            act.events.append(one)
        return [*acts.values()]
