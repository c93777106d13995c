"""The newest events as this process has heard of them: an optional capability of an event store.

Many subscriptions of a process read the same events. Where each reading is a call to a server, one subscription brings
them for all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from shared.events.envelope import Stored
from shared.eventstore.port import EventStore

EVENTS = 2_000  # kept at most
BYTES = 4 * 1024 * 1024  # of their data and metadata


@runtime_checkable
class Hears(Protocol):
    def heard(self, after: int, limit: int) -> Sequence[Stored]:
        """The next events behind a position, in order and without a hole. There may be more behind the last one.

        None of them: the store has to be asked.
        """
        ...


async def next_events(store: EventStore, after: int, limit: int) -> Sequence[Stored]:
    """Up to `limit` events behind a position, fewer where the store was not asked. None: it has none now.

    Raises StoreUnavailable.
    """
    heard = store.heard(after, limit) if isinstance(store, Hears) else ()
    return heard or await store.read_all(after, limit)


class Recent:
    """The last events of a log, from a position on."""

    def __init__(self) -> None:
        self._events: deque[Stored] = deque()
        self._bytes = 0
        self._after: int | None = None  # all events behind it are here, up to the last one

    def begin(self, after: int) -> None:
        """What is added from now on follows a position."""
        self._events.clear()
        self._bytes, self._after = 0, after

    def add(self, event: Stored) -> None:
        """The next event of the log."""
        self._events.append(event)
        self._bytes += _size(event)
        while len(self._events) > EVENTS or self._bytes > BYTES:
            gone = self._events.popleft()
            self._after = gone.position
            self._bytes -= _size(gone)

    def read(self, after: int, limit: int) -> list[Stored]:
        """See Hears.heard."""
        if self._after is None or after < self._after:
            return []
        newest_first: list[Stored] = []
        for event in reversed(self._events):  # who asks is mostly a few events behind
            if event.position <= after:
                break
            newest_first.append(event)
        return newest_first[::-1][:limit]


def _size(event: Stored) -> int:
    return len(event.data) + len(event.metadata)
