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
        self._left_out = False  # by a look-up, which has an end

    async def event(self, id: str) -> Stored | None:
        """The event of an id."""
        return next(iter(await self.events("event", id, 1)), None)

    async def tree(self, event: Stored) -> Tree:
        """The whole tree that an event is in, up to 500 events; the event and those that led to it are always there."""
        tree, path = Tree(), await self._path(event)
        waiting = [await self._first(*path[0])]
        while waiting and tree.size < MOST:
            act = waiting.pop(0)
            tree.acts.append(act)
            for one in act.events:
                if tree.size + len(waiting) >= MOST:
                    self._left_out = True
                    break
                waiting += await self._reactions(one)
        for metadata, one in path:
            _insert(tree, metadata, one)
        tree.whole = not (waiting or self._left_out)
        return tree

    async def events(self, kind: Kind, value: str, limit: int) -> list[Stored]:
        """The events that have a term, oldest first; of more than the limit, the newest."""
        found = await self._explorer.find(self._tenant, Search(((kind, value),)), limit)
        return found.events[::-1]

    async def _path(self, event: Stored) -> list[tuple[Metadata, Stored]]:
        """The events that led to an event, the first one first, and the event itself."""
        path = [(await self._heads.metadata(event), event)]
        while len(path) <= DEEPEST:
            before = await self.event(path[0][0].causation_id)
            if before is None:  # of a command that somebody gave, the command itself is the cause
                return path
            path.insert(0, (await self._heads.metadata(before), before))
        self._left_out = True
        return path

    async def _first(self, metadata: Metadata, event: Stored) -> Act:
        """The first command of a tree, with all its events."""
        mine = await self._all("command", metadata.command) if metadata.command else []
        return Act(metadata, metadata.causation_id if self._left_out else "", mine or [event])

    async def _all(self, kind: Kind, value: str) -> list[Stored]:
        found = await self._explorer.find(self._tenant, Search(((kind, value),)), MOST)
        self._left_out = self._left_out or found.next is not None
        return found.events[::-1]

    async def _reactions(self, event: Stored) -> list[Act]:
        """The commands that react to an event, in their order."""
        acts: dict[str, Act] = {}
        for one in await self._all("cause", event.event_id):
            metadata = await self._heads.metadata(one)
            act = acts.setdefault(metadata.command or one.event_id, Act(metadata, event.event_id, []))
            act.events.append(one)
        return [*acts.values()]


def _insert(tree: Tree, metadata: Metadata, event: Stored) -> None:
    """Put an event that may have been left out into its act."""
    command = metadata.command or event.event_id
    act = next((one for one in tree.acts if (one.metadata.command or one.events[0].event_id) == command), None)
    if act is None:
        tree.acts.append(Act(metadata, metadata.causation_id, [event]))
    elif event.event_id not in {one.event_id for one in act.events}:
        act.events.append(event)
        act.events.sort(key=lambda one: one.position)
