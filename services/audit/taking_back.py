"""Taking back all that a search of the log finds: what one person did in a span of time, or all that one act led to.

Each change goes back by the way that its record's history shows for it, the newest first: an ordinary command, under
the caller's rights at that moment. So nothing goes back here that the caller could not take back one by one. All that
it does is one act, which is taken back in the same way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import orjson

from shared.domain.record import differences
from shared.domain.types import Reading
from shared.domain.ways_back import ARCHIVE, CHANGED_SINCE, FORBIDDEN, NOTHING_CHANGED, NoWay
from shared.endings import to_its_end
from shared.errors import CrmError, Invalid, PreconditionFailed, Rejected
from shared.events.envelope import Recorded, Stored, Undecodable
from shared.explorer.explorer import Explorer, Search
from shared.http.body import validate
from shared.kernel.bus import Call, CommandBus
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.changes import changes_of
from shared.kernel.kernel import Kernel
from shared.kernel.seen import seen
from shared.kernel.undo_handles import Handle
from shared.messages import say
from shared.messages.languages import Language
from shared.security.permissions import Access

MOST = 5_000  # changes of one act
PAGE = 500
NOTED = 10  # changes between two reports of progress
TRIES = 5  # of a change of a record that others write to at the same time
OTHERS_SINCE = NoWay("changed-since", say("others changed it since"))
UNREADABLE = NoWay("unreadable", say("this record has an event that this program cannot read: a newer one may"))
Progress = Callable[[int], None]


async def changes_found(
    explorer: Explorer, catalogue: Catalogue, tenant: str, search: Search, up_to: int
) -> list[Stored]:
    """The events of records that have what is asked, up to a position, the newest first.

    What is each user's own alone (notifications, what they looked at) is none of them. Raises Rejected: too many.
    """
    found, below = list[Stored](), up_to + 1
    while True:
        page = await explorer.find(tenant, search, PAGE, below)
        found += [one for one in page.events if one.category in catalogue and not catalogue[one.category].own_only]
        if len(found) > MOST:
            message = say("there are more than {most} changes: choose a shorter time", most=MOST)
            raise Rejected(message, code="too-many-changes")
        if page.next is None:
            return found
        below = page.next


@dataclass(frozen=True, slots=True)
class Left:
    """A change that stays, and why."""

    event: Stored
    why: NoWay


@dataclass(frozen=True, slots=True)
class TakingBack:
    """One act of taking back. bus: the suite's, or a rehearsal's, which writes nothing.

    access: the caller's rights at this moment; raises once the caller may do this no more. act: the correlation id of
    all that it does. reason: the caller's.
    """

    kernel: Kernel
    bus: CommandBus
    access: Callable[[], Awaitable[Access]]
    act: str
    reason: str
    language: Language
    _settled: set[str] = field(default_factory=set)
    _mine: set[str] = field(default_factory=set)

    async def run(self, events: Sequence[Stored], done: Progress) -> list[Left]:
        """Take the changes back, in their order; returns those that stay. done: called with how many were looked at.

        A change that is begun is carried through, also when nobody waits for it any more. Raises Unauthenticated,
        Forbidden; Unavailable: what was taken back by then is so, and asked again, the rest follows.
        """
        self._mine.update(one.event_id for one in events)
        left = []
        for n, event in enumerate(events):
            if n % NOTED == 0:
                done(n)
            why = await to_its_end(self._one(event, await self.access()))
            if why is not None:
                left.append(Left(event, why))
        return left

    async def _one(self, event: Stored, access: Access) -> NoWay | None:
        aggregate = self.kernel.catalogue[event.category]
        if event.id not in await seen(self.kernel, aggregate, [event.id], access):
            return FORBIDDEN
        for _ in range(TRIES):
            try:
                return await self._tried(aggregate, event, access)
            except PreconditionFailed:
                pass  # what was written meanwhile is judged as well: it may follow from this very act
            except Undecodable:
                return UNREADABLE
            except CrmError as error:
                if error.status == 503:
                    raise
                return _refusal(error)
        return CHANGED_SINCE

    async def _tried(self, aggregate: AnyAggregate, event: Stored, access: Access) -> NoWay | None:
        history = await self.bus.repository.events(aggregate, access.tenant, event.id)
        way = self._way(aggregate, event, history, access)
        if isinstance(way, NoWay):
            return way
        await self._send(aggregate, way, access, history[-1].version)
        self._settled.add(event.event_id)
        return None

    def _way(self, aggregate: AnyAggregate, event: Stored, history: list[Recorded], access: Access) -> Handle | NoWay:
        """The way back of the change, as if what this act took back after it had never been."""
        ours = {one.event_id for one in history if one.metadata.correlation_id == self.act}
        entries = changes_of(aggregate, history, access, self._settled | ours)
        way: Handle | NoWay = next((e["undo"] for e in entries if e["event_id"] == event.event_id), NOTHING_CHANGED)
        if event.version == 1 and isinstance(way, Handle) and way.command.verb == ARCHIVE.verb:
            known = self._mine | ours
            if any(one.event_id not in known for one in history) and _differs(aggregate, history):
                return OTHERS_SINCE
        return way

    async def _send(self, aggregate: AnyAggregate, way: Handle, access: Access, version: int) -> None:
        country = await self.kernel.directory.country(access.tenant)
        sent = orjson.dumps(way.said(self.language))  # as a client sends it: the same checks stand before it
        body = validate(sent, way.command.adapter, Reading(in_body=True, country=country))
        call = Call(access, way.id, if_match=version, correlation_id=self.act, reason=self.reason)
        await self.bus.execute(aggregate, way.command, body, call)


def _differs(aggregate: AnyAggregate, history: list[Recorded]) -> bool:
    """Whether a record is not as it was made: what others did and took back, or an earlier go, is in no one's way."""
    made, now = (aggregate.dump(aggregate.fold(events)) for events in (history[:1], history))
    return bool(differences(made, now, aggregate.lasting))


def _refusal(error: CrmError) -> NoWay:
    message = error.errors[0].message if isinstance(error, Invalid) and error.errors else error.detail
    return NoWay(str(error.extra.get("code", error.type)), message)
