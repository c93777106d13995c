"""The events of all partitions, back in the order of the log by the relay's marks."""

from __future__ import annotations

from collections import defaultdict, deque

from shared.events.envelope import Stored
from shared.streaming.feed import Batch
from shared.streaming.kafka.records import Mark, Place

MOST = 20_000  # events that wait at most


class Merge:
    """A reader goes through the log by `begin` and `take`, partitions bring `add` and `mark`, in any order and again.

    Of a partition the next event is taken, an old one dropped, and one that is ahead waits: `gap` then says up to
    which position the reader must read the event store. `position`: everything up to here was taken.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._at: Mark | None = Mark()  # at the position; None: what was taken of each partition is unknown
        self._marks: deque[Mark] = deque()  # behind the position, in their order
        self._waiting: dict[Place, dict[int, Stored]] = defaultdict(dict)  # by seq
        self._count = 0
        self.position = 0

    @property
    def is_full(self) -> bool:
        return self._count >= self._most

    @property
    def is_lost(self) -> bool:
        """Whether only the event store can say what comes next."""
        return self._at is None

    @property
    def last_mark(self) -> int:
        """The position of the newest mark, 0 when there is none."""
        return self._marks[-1].position if self._marks else self._at.position if self._at else 0

    def add(self, place: Place, seq: int, event: Stored) -> None:
        """An event of a partition."""
        waiting = self._waiting[place]
        if event.position > self.position and seq not in waiting:
            waiting[seq] = event
            self._count += 1

    def mark(self, mark: Mark) -> None:
        """A mark, of which only a newer one than all before says something."""
        if mark.position > max(self.position, self.last_mark):
            self._marks.append(mark)
        elif mark.position == self.position and self._at is None:
            self._at = mark

    def begin(self, position: int) -> None:
        """The reader goes on behind a position: its own, an older one after a failure, or what it read in the store."""
        if position == self.position:
            return
        if self._at is not None and self._at.position > position:
            self._marks.appendleft(self._at)
        self.position, self._at = position, None if position else Mark()
        while self._marks and self._marks[0].position <= position:
            passed = self._marks.popleft()
            if passed.position == position:
                self._at = passed
        for waiting in self._waiting.values():
            for seq in [seq for seq, event in waiting.items() if event.position <= position]:
                del waiting[seq]
                self._count -= 1

    def take(self, limit: int) -> Batch | None:
        """The events up to the next marks in the order of the log, about `limit`. None when they are not all here."""
        events: list[Stored] = []
        while self._at is not None and self._marks:
            mark = self._marks[0]
            part = self._between(self._at, mark)
            if part is None or (events and len(events) + len(part) > limit):
                break
            events += part
            self._reach(self._marks.popleft())
        return Batch(sorted(events), self.position) if events else None

    def gap(self) -> int | None:
        """Up to which position the reader must read the store to go on; None: more may come by itself."""
        if self._marks:
            return self._marks[0].position
        if self.is_full:
            return max(event.position for waiting in self._waiting.values() for event in waiting.values())
        return None

    def _between(self, after: Mark, mark: Mark) -> list[Stored] | None:
        """The events between two marks, partition by partition; None when one is not here."""
        found: list[Stored] = []
        for topic, seqs in mark.seqs.items():
            for partition, last in enumerate(seqs):
                first = after.seq((topic, partition)) + 1
                waiting = self._waiting[topic, partition]
                if last < first - 1 or any(seq not in waiting for seq in range(first, last + 1)):
                    return None
                found += [waiting[seq] for seq in range(first, last + 1)]
        return found

    def _reach(self, mark: Mark) -> None:
        for topic, seqs in mark.seqs.items():
            for partition, last in enumerate(seqs):
                waiting = self._waiting[topic, partition]
                before = len(waiting)
                if waiting:
                    self._waiting[topic, partition] = {seq: event for seq, event in waiting.items() if seq > last}
                self._count -= before - len(self._waiting[topic, partition])
        self.position, self._at = mark.position, mark
