"""Taking back all that a search of the log finds: what one person did in a span of time, or all that one act led to.

Each change goes back by the way that its record's history shows for it, the newest first: an ordinary command, under
the caller's rights at that moment. So nothing goes back here that the caller could not take back one by one. All that
it does is one act, which is taken back in the same way. Each command bears a key made of act and change, so that an act
that was cut short is begun again and does nothing twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import orjson

from services.audit.taking_back_job import TAKING_BACK
from shared.domain.record import differences
from shared.domain.types import Reading
from shared.domain.ways_back import ARCHIVE, CHANGED_SINCE, FORBIDDEN, NoWay
from shared.endings import to_its_end
from shared.errors import CrmError, Invalid, KeyReused, PreconditionFailed, Rejected
from shared.events.envelope import Stored, Undecodable
from shared.explorer.explorer import Explorer, Judge, Search
from shared.faults import crashpoint
from shared.http.body import validate
from shared.kernel.bus import Call, CommandBus
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.changes import History
from shared.kernel.kernel import Kernel
from shared.kernel.request_keys import was_used
from shared.kernel.seen import seen
from shared.kernel.undo_handles import Handle
from shared.messages import say
from shared.messages.languages import Language
from shared.security.permissions import Access

MOST = 5_000  # changes of one act
PAGE = 500
TRIES = 5  # of a change of a record that others write to at the same time
KEPT = 20_000  # events of the histories that are kept for further changes of the same records
OTHERS_SINCE = NoWay("changed-since", say("others changed it since"))
UNREADABLE = NoWay("unreadable", say("this record has an event that this program cannot read: a newer one may"))
Progress = Callable[[int, int], Awaitable[bool]]


async def changes_found(
    explorer: Explorer, catalogue: Catalogue, tenant: str, search: Search, up_to: int, judge: Judge | None = None
) -> list[Stored]:
    """The events of records that have what is asked, up to a position, the newest first. judge: see Explorer.find.

    What is each user's own alone (notifications, what they looked at) is none of them, nor is what taking back says of
    itself. Raises Rejected: too many.
    """
    found, below = list[Stored](), up_to + 1
    while True:
        page = await explorer.find(tenant, search, PAGE, below, judge)
        found += [one for one in page.events if _is_change(catalogue, one.category)]
        if len(found) > MOST:
            message = say("there are more than {most} changes: choose a shorter time", most=MOST)
            raise Rejected(message, code="too-many-changes")
        if page.next is None:
            return found
        below = page.next


def _is_change(catalogue: Catalogue, category: str) -> bool:
    return category in catalogue and category != TAKING_BACK.name and not catalogue[category].own_only


@dataclass(frozen=True, slots=True)
class Left:
    """A change that stays, and why."""

    event: Stored
    why: NoWay


@dataclass(frozen=True, slots=True)
class Outcome:
    """done: changes that were looked at. left: those of them that stay."""

    done: int
    left: list[Left]

    @property
    def undone(self) -> int:
        return self.done - len(self.left)


class Histories:
    """The histories of the records in hand, each read once and then only what is new of it.

    They hold people's values in clear, and are read again once any key was destroyed.
    """

    def __init__(self, kernel: Kernel, bus: CommandBus) -> None:
        self._keys, self._bus = kernel.keys, bus
        self._kept, self._events = dict[str, History](), 0
        self._generation = kernel.keys.generation

    async def of(self, aggregate: AnyAggregate, tenant: str, id: str) -> History:
        """As the log has it now. Raises Undecodable."""
        if self._keys.generation != self._generation:
            self._kept, self._events = {}, 0
            self._generation = self._keys.generation
        history = self._taken(aggregate.stream(id)) or History(aggregate)
        for one in await self._bus.repository.events(aggregate, tenant, id, after=history.state.version):
            history.add(one)
        while self._kept and self._events + history.state.version > KEPT:
            self._taken(next(iter(self._kept)))
        self._kept[aggregate.stream(id)] = history
        self._events += history.state.version
        return history

    def _taken(self, stream: str) -> History | None:
        history = self._kept.pop(stream, None)
        self._events -= 0 if history is None else history.state.version
        return history


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

    async def run(self, events: Sequence[Stored], progress: Progress) -> Outcome:
        """Take the changes back, in their order. progress: called before each change with how many were looked at, and
        how many of them went back; False ends the run.

        A change that is begun is carried through, also when nobody waits for it any more. Raises Unauthenticated,
        Forbidden; Unavailable: what was taken back by then is so, and begun again, the rest follows.
        """
        self._mine.update(one.event_id for one in events)
        left, histories = list[Left](), Histories(self.kernel, self.bus)
        for n, event in enumerate(events):
            if not await progress(n, n - len(left)):
                return Outcome(n, left)
            why = await to_its_end(self._one(event, histories, await self.access()))
            if why is not None:
                left.append(Left(event, why))
        return Outcome(len(events), left)

    async def _one(self, event: Stored, histories: Histories, access: Access) -> NoWay | None:
        aggregate = self.kernel.catalogue[event.category]
        if event.id not in await seen(self.kernel, aggregate, [event.id], access):
            return FORBIDDEN
        for _ in range(TRIES):
            try:
                return await self._tried(aggregate, event, histories, access)
            except PreconditionFailed:
                pass  # what was written meanwhile is judged as well: it may follow from this very act
            except Undecodable:
                return UNREADABLE
            except CrmError as error:
                if error.status == 503:
                    raise
                return _refusal(error)
        return CHANGED_SINCE

    async def _tried(
        self, aggregate: AnyAggregate, event: Stored, histories: Histories, access: Access
    ) -> NoWay | None:
        history = await histories.of(aggregate, access.tenant, event.id)
        ours = {one.event_id for one in history.events if one.metadata.correlation_id == self.act}
        key = f"taking-back/{self.act}/{event.event_id}"
        if not (ours and await was_used(self.bus.repository.store, self.bus.reservations.keys, access, key)):
            way = self._way(aggregate, event, history, ours, access)
            if isinstance(way, NoWay):
                return way
            await self._send(aggregate, way, Call(access, way.id, history.state.version, key))
            crashpoint("taking-back.sent")
        self._settled.add(event.event_id)
        return None

    def _way(
        self, aggregate: AnyAggregate, event: Stored, history: History, ours: set[str], access: Access
    ) -> Handle | NoWay:
        """The way back of the change, as if what this act took back after it had never been."""
        way = history.way(event.event_id, access, self._settled | ours)
        if event.version == 1 and isinstance(way, Handle) and way.command.verb == ARCHIVE.verb:
            known = self._mine | ours
            if any(one.event_id not in known for one in history.events) and _differs(aggregate, history):
                return OTHERS_SINCE
        return way

    async def _send(self, aggregate: AnyAggregate, way: Handle, call: Call) -> None:
        country = await self.kernel.directory.country(call.access.tenant)
        sent = orjson.dumps(way.said(self.language))  # as a client sends it: the same checks stand before it
        body = validate(sent, way.command.adapter, Reading(in_body=True, country=country))
        bears = replace(call, correlation_id=self.act, reason=self.reason)
        with suppress(KeyReused):  # another process has done it meanwhile
            await self.bus.execute(aggregate, way.command, body, bears)


def _differs(aggregate: AnyAggregate, history: History) -> bool:
    """Whether a record is not as it was made: what others did and took back, or an earlier go, is in no one's way."""
    made = aggregate.dump(aggregate.fold([next(history.events)]))
    return bool(differences(made, aggregate.dump(history.state), aggregate.lasting))


def _refusal(error: CrmError) -> NoWay:
    message = error.errors[0].message if isinstance(error, Invalid) and error.errors else error.detail
    return NoWay(str(error.extra.get("code", error.type)), message)
