"""The events of one share, from all topics, back in the order of the log by the relay's marks."""

from __future__ import annotations

from collections import defaultdict, deque

from shared.events.envelope import Stored
from shared.streaming.feed import Batch
from shared.streaming.kafka.records import Mark

MOST = 2_000  # events that wait at most


class Merge:
    """A reader goes through a share by `begin` and `take`, Kafka brings `add` and `mark`, in any order and again.

    Of each topic's partition the next event is taken, an old one dropped, and one that is ahead waits: `gap` then says
    up to which position the reader must read the event store. `position`: everything up to here was taken.
    """

    def __init__(self, partition: int, most: int = MOST) -> None:
        self._partition, self._most = partition, most
        self._at: Mark | None = Mark()  # at the position; None: what was taken of each topic is unknown
        self._marks: deque[Mark] = deque()  # behind the position, in their order
        self._waiting: dict[str, dict[int, Stored]] = defaultdict(dict)  # by topic and seq
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
    def is_ready(self) -> bool:
        """Whether `take` finds something."""
        return self._at is not None and bool(self._marks) and self._between(self._at, self._marks[0]) is not None

    @property
    def last_mark(self) -> int:
        """The position of the newest mark, 0 when there is none."""
        return self._marks[-1].position if self._marks else self._at.position if self._at else 0

    def add(self, topic: str, seq: int, event: Stored) -> None:
        """An event of the partition of a topic."""
        waiting = self._waiting[topic]
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
        events, before = list[Stored](), self.position
        while self._at is not None and self._marks:
            mark = self._marks[0]
            part = self._between(self._at, mark)
            if part is None or (events and len(events) + len(part) > limit):
                break
            events += part
            self._reach(self._marks.popleft())
        return Batch(sorted(events), self.position) if self.position != before else None

    def gap(self) -> int | None:
        """Up to which position the reader must read the store to go on; None: more may come by itself."""
        if self._marks:
            return self._marks[0].position
        if self.is_full:
            return max(event.position for waiting in self._waiting.values() for event in waiting.values())
        return None

    def _between(self, after: Mark, mark: Mark) -> list[Stored] | None:
        """The events between two marks, topic by topic; None when one is not here."""
        found: list[Stored] = []
        for topic, seqs in mark.seqs.items():
            first, last = after.seq((topic, self._partition)) + 1, seqs[self._partition]
            waiting = self._waiting[topic]
            if last < first - 1 or any(seq not in waiting for seq in range(first, last + 1)):
                return None
            found += [waiting[seq] for seq in range(first, last + 1)]
        return found

    def _reach(self, mark: Mark) -> None:
        for topic, seqs in mark.seqs.items():
            waiting = self._waiting[topic]
            for seq in [seq for seq in waiting if seq <= seqs[self._partition]]:
                del waiting[seq]
                self._count -= 1
        self.position, self._at = mark.position, mark
