"""The embedded store in the protocol's terms: revisions count from 0, appends may expect any version, ids make repeats
harmless."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from shared.clock import SystemClock
from shared.events.envelope import NewEvent, Stored
from shared.eventstore.port import WrongVersion
from shared.eventstore.sqlite import SqliteEventStore

Expected = int | Literal["any", "exists"]  # a revision; NO_STREAM = the stream must not exist yet
NO_STREAM = -1

MAX_APPEND = 1 << 20  # bytes of data and metadata of one append, as EventStoreDB's default
MAX_NAME = 1_000  # characters of a stream's name or an event's type
TENANT = "eventstore"  # of all streams here: the protocol knows none
_BINARY, _JSON = 0, 1  # what the column of schema versions holds here: the protocol knows none
_ATTEMPTS = 100


class Proposed(NamedTuple):
    """An event to append."""

    event_id: str
    type: str
    is_json: bool
    data: bytes
    metadata: bytes


class Written(NamedTuple):
    """The stream's revision after an append, and the position of its last event."""

    revision: int
    position: int


class Mismatch(NamedTuple):
    """The stream has another revision than expected; nothing was written."""

    revision: int


class Refused(Exception):
    """An append that the log cannot take; the message says why."""


class TooLarge(Refused):
    """An append of more than MAX_APPEND bytes."""


def is_json(event: Stored) -> bool:
    return event.schema_version == _JSON


class ProtocolLog:
    def __init__(self, store: SqliteEventStore) -> None:
        self.store = store
        self._clock = SystemClock()

    def revision(self, stream: str) -> int:
        return self.store.version(TENANT, stream) - 1

    async def page(self, stream: str, after: int, up_to: int) -> list[Stored]:
        """Events of a stream with after < version <= up_to."""
        return await self.store.read(TENANT, stream, after=after, up_to=up_to)

    async def append(self, stream: str, expected: Expected, events: Sequence[Proposed]) -> Written | Mismatch:
        """Append all events or none. An append whose events are there already has the outcome of the first time.

        Raises Refused, StoreUnavailable, StoreBroken.
        """
        _check(stream, events)
        for _ in range(_ATTEMPTS):
            current = self.revision(stream) if isinstance(expected, str) else expected
            if expected == "exists" and current == NO_STREAM:
                return Mismatch(NO_STREAM)
            outcome = await self._append(stream, current, events)
            if isinstance(outcome, Written) or isinstance(expected, int):
                return outcome
            if (before := self._before(stream, events, None)) is not None:
                return before
        raise Refused(f"{stream}: too many appends at once that expect any version")

    async def _append(self, stream: str, expected: int, events: Sequence[Proposed]) -> Written | Mismatch:
        now = self._clock.now()
        new = [NewEvent(e.event_id, e.type, _JSON if e.is_json else _BINARY, now, e.data) for e in events]
        try:
            done = await self.store.append_each(TENANT, stream, expected + 1, new, [e.metadata for e in events])
        except WrongVersion as error:
            return self._before(stream, events, expected + 1) or Mismatch(error.actual - 1)
        except ValueError as error:
            before = self._before(stream, events, None)
            if before is None:
                raise Refused(f"{stream}: an event id is used a second time, or a name cannot be kept") from error
            return before
        return Written(done.version - 1, done.position)

    def _before(self, stream: str, events: Sequence[Proposed], version: int | None) -> Written | None:
        """The outcome of these events' first append, behind a version where that was expected."""
        places = self.store.places([e.event_id for e in events])
        found = [place for e in events if (place := places.get(e.event_id)) is not None and place.stream == stream]
        if not events or len(found) < len(events):
            return None
        first = found[0].version
        if version is not None and first != version + 1:
            return None
        if [place.version for place in found] != list(range(first, first + len(events))):
            return None
        return Written(found[-1].version - 1, found[-1].position)


def _check(stream: str, events: Sequence[Proposed]) -> None:
    """Raises Refused."""
    for name in (stream, *(e.type for e in events)):
        if not name or len(name) > MAX_NAME or "\0" in name:
            raise Refused(f"names have 1 to {MAX_NAME} characters and no NUL")
        if name.startswith("$"):
            raise Refused(f"{name[:80]}: names that begin with $ are the server's own, and this one keeps none")
    if sum(len(e.data) + len(e.metadata) for e in events) > MAX_APPEND:
        raise TooLarge(f"Maximum Append Size of {MAX_APPEND} Exceeded.")
