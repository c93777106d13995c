"""All that one act did: an import, a bulk act, a command with what followed; and what takes it back.

What takes it back is there already, and nothing new: of a job, its own revert; of other acts, the undo handle of each
record's newest change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.audit.causes import Causes
from services.audit.heads import Heads
from shared.domain.ways_back import FORBIDDEN, NOT_UNDOABLE, NOTHING_CHANGED, TAKEN_BACK, NoWay
from shared.events.envelope import Stored
from shared.explorer.explorer import Explorer, Search
from shared.explorer.terms import Kind
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.changes import changes_of
from shared.kernel.kernel import Kernel
from shared.kernel.record_rights import rights_of
from shared.kernel.seen import seen
from shared.kernel.undo_handles import Handle
from shared.messages import say
from shared.security.permissions import Access
from shared.views.port import Document

MOST = 1_000  # events that are looked at
MOST_RECORDS = 50
PAGE = 200  # events
REVERT = "revert"  # the verb of a job's command that takes all of it back


@dataclass(frozen=True, slots=True)
class Job:
    """An import or a bulk act that the caller sees. revert: what takes it back."""

    aggregate: AnyAggregate
    id: str
    document: Document
    revert: Handle | NoWay


@dataclass(frozen=True, slots=True)
class Touched:
    """A record that an act changed: its events, oldest first. undo: what takes its newest change back."""

    aggregate: AnyAggregate
    id: str
    events: Sequence[Stored]
    undo: Handle | NoWay


class Acts:
    """Reads what acts did, for one caller."""

    def __init__(self, kernel: Kernel, explorer: Explorer, access: Access) -> None:
        self._kernel, self._explorer, self._access = kernel, explorer, access
        self._repository = kernel.repository
        self._causes = Causes(explorer, Heads(kernel, access), access.tenant)

    async def events(self, id: str) -> tuple[list[Stored], int]:
        """The newest 1,000 events of an act, oldest first, and how many it has. id: of a chain, or of one command."""
        for kind in ("chain", "command"):
            if found := await self._causes.events(kind, id, MOST):
                return found, await self._explorer.total(self._access.tenant, kind, id)
        return [], 0

    async def job(self, correlation: str) -> Job | None:
        """The job of a correlation id, of its revert (`<id>:revert`) too, if the caller sees it."""
        id = correlation.partition(":")[0]
        for aggregate in self._kernel.catalogue:
            command = next((c for c in aggregate.commands.values() if c.verb == REVERT and not c.hidden), None)
            if command is None:
                continue
            if document := (await seen(self._kernel, aggregate, [id], self._access)).get(id):
                may = rights_of(aggregate, document, self._access)["commands"][command.name]
                way = Handle(command, id, {}, say("Take all of it back")) if may else _refusal(aggregate, document)
                return Job(aggregate, id, document, way)
        return None

    async def records(self, act: str, below: int, *, with_undo: bool) -> tuple[list[Touched], int | None]:
        """50 records that an act changed below a position, the one that it changed last first; and where the next ones
        begin, None after the last.

        with_undo: how each is taken back, which reads its history.
        """
        kind = await self._kind(act)
        found, known = list[Touched](), set[str]()
        while True:
            page = await self._explorer.find(self._access.tenant, Search(((kind, act),)), PAGE, below)
            for one in page.events:
                if len(found) == MOST_RECORDS:
                    return found, below
                below = one.position
                if one.stream in known or one.category not in self._kernel.catalogue:
                    continue
                known.add(one.stream)
                if (touched := await self._touched(kind, act, one, with_undo)) is not None:
                    found.append(touched)
            if page.next is None:
                return found, None
            below = page.next

    async def _touched(self, kind: Kind, act: str, newest: Stored, with_undo: bool) -> Touched | None:
        """The record of an event of the act; None where the act has a newer one of it: it was shown before."""
        mine = await self._explorer.find(self._access.tenant, Search(((kind, act), ("record", newest.stream))), MOST)
        if [one.event_id for one in mine.events[:1]] != [newest.event_id]:
            return None
        aggregate = self._kernel.catalogue[newest.category]
        undo = await self._undo(aggregate, newest.id, newest) if with_undo else NOT_UNDOABLE
        return Touched(aggregate, newest.id, mine.events[::-1], undo)

    async def _kind(self, act: str) -> Kind:
        return "chain" if await self._causes.events("chain", act, 1) else "command"

    async def _undo(self, aggregate: AnyAggregate, id: str, last: Stored) -> Handle | NoWay:
        if id not in await seen(self._kernel, aggregate, [id], self._access):
            return FORBIDDEN
        entries = changes_of(aggregate, await self._repository.events(aggregate, self._access.tenant, id), self._access)
        entry = next((one for one in entries if one["event_id"] == last.event_id), None)
        if entry is None:
            return NOTHING_CHANGED
        undo: Handle | NoWay = entry["undo"]
        return undo


def _refusal(aggregate: AnyAggregate, document: Document) -> NoWay:
    if document.get("status") == "reverted":
        return TAKEN_BACK
    return FORBIDDEN
