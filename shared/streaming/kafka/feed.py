"""The log's shares as Kafka brings them, for the projector of a process.

What Kafka does not bring in time is read from the event store: a gap, the beginning, an outage. So views go on, and
nothing is lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from shared.events.envelope import Stored
from shared.eventstore.port import EventStore
from shared.streaming.kafka.merge import Merge
from shared.streaming.kafka.records import Mark, partition_of
from shared.telemetry.metrics import HEALED_EVENTS

PATIENCE = 1.0  # seconds that an event of the store may take through Kafka before it is read from the store
MARKS = 5_000  # that are kept for shares to come

log = logging.getLogger("crm.kafka")


@dataclass(frozen=True, slots=True)
class Part:
    """events: of some shares, in the order of the log. positions: up to where they are all of a share's events."""

    events: list[Stored] = field(default_factory=list)
    positions: dict[int, int] = field(default_factory=dict)


class ShareFeed:
    """assigned: the shares that Kafka has given to this process; None while it gives them out.

    is_running: whether a worker brings events. Of shares that nobody reads yet, the first that come are kept.
    """

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._merges: dict[int, Merge] = {}
        self._read = frozenset[int]()  # the shares that are read in this turn
        self._marks: deque[Mark] = deque(maxlen=MARKS)
        self._behind_since: dict[int, float] = {}
        self._silent = False  # Kafka brought nothing in time: until it does, nobody waits for it
        self._turn = 0  # counts what Kafka gives and takes away
        self.assigned: frozenset[int] | None = None
        self.arrived, self.moved, self.room = (asyncio.Event() for _ in range(3))
        self.is_running = False
        self.healed = 0  # events that were read from the store, though a worker runs
        self.missed = 0  # those of them that Kafka has, by its marks
        self.handled: Mapping[int, int] = {}  # up to where the reader handled the events of each share
        self.head, self.wait = store.head, store.wait

    def assign(self, shares: Collection[int]) -> None:
        """Kafka gives these shares to this process, and no others."""
        self._begin_turn(frozenset(shares))

    def unassign(self) -> None:
        """Kafka takes all shares away, to give them out again."""
        self._begin_turn(None)

    def _begin_turn(self, assigned: frozenset[int] | None) -> None:
        """What is read now comes to its end, and what was brought is brought again."""
        self._turn += 1
        self.assigned = assigned
        self._read = frozenset()
        self._merges.clear()
        self._behind_since.clear()
        self.arrived.set()
        self.room.set()

    def bring(self, topic: str, share: int, seq: int, event: Stored) -> None:
        """An event that came through Kafka."""
        if share in self._read or share in (self.assigned or ()):
            merge = self._merge_of(share)
            if share in self._read or not merge.is_full:
                merge.add(topic, seq, event)
        if event.position <= self.newest:  # without its mark it cannot be taken
            self.arrived.set()

    def mark(self, mark: Mark) -> None:
        """A mark of the relay."""
        if self._marks and mark.position <= self._marks[-1].position:
            return
        self._marks.append(mark)
        for merge in self._merges.values():
            merge.mark(mark)
        self._silent = False
        self.arrived.set()

    def is_full(self, share: int) -> bool:
        """Whether no more of a share should be brought now. Before the first reading all wait: nothing is dropped."""
        merge = self._merges.get(share)
        waits = share in self._read or (not self._read and share in (self.assigned or ()))
        return waits and merge is not None and merge.is_full

    def _merge_of(self, share: int) -> Merge:
        if (merge := self._merges.get(share)) is None:
            merge = self._merges[share] = Merge(share)
            for mark in self._marks:
                merge.mark(mark)
        return merge

    async def read(self, after: Mapping[int, int], limit: int) -> Part:
        """The next events of some shares, about `limit`. after: a position for each. Nothing: there are none now.

        Raises StoreUnavailable.
        """
        self._begin(after)
        loop, turn = asyncio.get_running_loop(), self._turn
        while turn == self._turn:
            self.arrived.clear()  # before the look: what comes while the store is asked must not be missed
            late = self._late(after, max(self.newest, max(after.values())), loop.time())
            found = Part() if late else self._taken(after, limit)
            if found.positions:
                return found
            if not late:
                head = await self._store.head()
                if turn != self._turn:
                    break
                if all(position >= head for position in after.values()):
                    self._behind_since.clear()
                    return found
                late = self._late(after, head, loop.time())
            if late:
                return await self._from_store(late, limit)
            ends = min(self._behind_since.values()) + PATIENCE
            with suppress(TimeoutError):
                async with asyncio.timeout_at(ends):
                    await self.arrived.wait()
        return Part()

    @property
    def newest(self) -> int:
        """The position of the newest mark, 0 when there is none."""
        return self._marks[-1].position if self._marks else 0

    @property
    def _brings(self) -> bool:
        """Whether anything may come through Kafka."""
        return self.is_running and self.assigned is not None

    def _begin(self, after: Mapping[int, int]) -> None:
        """The reader handled everything before these positions."""
        for share, position in after.items():
            merge = self._merge_of(share)
            if merge.position != position or self.handled.get(share) != position:
                merge.begin(position)
                self._behind_since.pop(share, None)
        self.handled, self._read = dict(after), frozenset(after)
        self.moved.set()
        self.room.set()

    def _late(self, after: Mapping[int, int], head: int, now: float) -> dict[int, int]:
        """The shares with events that Kafka should have brought by now, with their positions."""
        late = {}
        for share, position in after.items():
            if position >= head:
                continue
            since, merge = self._behind_since.setdefault(share, now), self._merges[share]
            waited = now - since >= PATIENCE
            self._silent = self._silent or (waited and head > self.newest)
            if not self._brings or self._silent or waited or (merge.is_lost and merge.gap() is not None):
                late[share] = position
        return late

    def _taken(self, after: Mapping[int, int], limit: int) -> Part:
        """What is whole by the marks. In a backlog few shares, the last ones, with many events of each: a record that
        changes several times in them is written once."""
        part, left = Part(), limit
        for share in sorted(after, key=after.__getitem__):
            merge = self._merges[share]
            if left <= 0:
                if merge.is_ready:  # Kafka brought it in time
                    self._behind_since.pop(share, None)
            elif (batch := merge.take(left)) is not None:
                left -= len(batch.events)
                part.events.extend(batch.events)
                part.positions[share] = batch.position
        part.events.sort()
        return part

    async def _from_store(self, late: Mapping[int, int], limit: int) -> Part:
        """The shares that are late, by one reading of the log."""
        gaps = [gap for share in late if (gap := self._merges[share].gap()) is not None]
        events = await self._store.read_all(min(late.values()), limit)
        if gaps:
            events = [one for one in events if one.position <= min(gaps)] or events
        if not events:
            return Part()
        end = events[-1].position
        mine = [one for one in events if one.position > late.get(partition_of(one.stream), end)]
        if self._brings and mine:
            self.healed += len(mine)
            self.missed += end <= self.newest
            HEALED_EVENTS.add(len(mine))
            log.info("read %s events up to %s from the store: Kafka did not bring them in time", len(mine), end)
        return Part(mine, {share: end for share, position in late.items() if position < end})
