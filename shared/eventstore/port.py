"""The event store port: the whole write side of the truth, on one screen.

Every adapter passes `tests/contract/eventstore_suite.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import NamedTuple, Protocol

from shared.clock import Micros
from shared.events.envelope import Metadata, NewEvent, Stored
from shared.eventstore.log_report import LogReport

NO_STREAM = 0  # the expected version of a stream that must not exist yet


class WrongVersion(Exception):
    """The stream's version is `actual`, not `expected`; nothing was written."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(f"{stream}: expected version {expected}, found {actual}")
        self.stream, self.expected, self.actual = stream, expected, actual


class StoreUnavailable(Exception):
    """Nothing was written and writing cannot go on now (disk full, closed); reading may still work."""


class StoreBroken(Exception):
    """The disk failed under a commit: what is durable is unknown, the process must exit and re-read."""


class Request(NamedTuple):
    """An idempotency key in its stored form, and a proof of what is asked for: any bytes, kept and given back."""

    key: str
    proof: bytes


class RequestRow(NamedTuple):
    """The stored part of a request: its proof and its outcome, never its body."""

    tenant: str
    key: str
    proof: bytes
    stream: str
    version: int
    position: int


Rekey = Callable[[list[RequestRow]], list[RequestRow]]  # rows kept without a key → the same, keyed


class Appended(NamedTuple):
    """Durable: the stream has `version` now; `position` is that of the last event.

    `repeated` is true when the request's key was known: nothing was written now. Stream (it may differ from the one
    asked for), version, position and proof are those of the first time. The caller compares the proofs.
    """

    stream: str
    version: int
    position: int
    repeated: bool = False
    proof: bytes = b""  # when repeated


class EventStore(Protocol):
    """Positions grow and have holes: nothing may be computed from them. Every method but `wait` and `close` raises
    StoreUnavailable when the store is closed or does not answer. installation: the id of the one whose log it is."""

    installation: str

    async def append(
        self,
        tenant: str,
        stream: str,
        expected: int,
        events: Sequence[NewEvent],
        metadata: Metadata,
        request: Request | None = None,
    ) -> Appended:
        """Append all events or none; return once they are on disk.

        A stream belongs to the tenant of its first event. Event ids are the caller's to keep unique: the same append
        sent again writes nothing more, its outcome is that of the first time or WrongVersion.

        `request`: of all appends of the tenant under its key one writes; the others give its outcome, also after a
        crash. A refused append leaves the key free. With `events=[]` only the request is recorded (then version is
        `expected`, which is still checked).

        Raises: WrongVersion. ValueError: a foreign tenant's stream (its version is not given away), an event id that
        the store knows, or a name that it cannot keep. StoreUnavailable: nothing was written. StoreBroken.
        """
        ...

    async def find_request(self, tenant: str, key: str) -> Appended | None:
        """The outcome of the request that was recorded under a key, `repeated`; None when there is none."""
        ...

    async def read(self, tenant: str, stream: str, *, after: int = 0, up_to: int | None = None) -> list[Stored]:
        """Events of one stream with after < version <= up_to, in order. Unknown or foreign stream: empty."""
        ...

    async def read_all(
        self, after: int, limit: int, *, categories: Collection[str] | None = None, tenant: str | None = None
    ) -> list[Stored]:
        """The ordered feed: up to `limit` events after a position, in position order.

        An event becomes visible only when every event with a smaller position is: no late holes. `after` is 0 or a
        position that the store gave; it may refuse any other with ValueError.
        """
        ...

    def streams(self, category: str, *, up_to: int, tenant: str | None = None) -> AsyncIterator[list[Stored]]:
        """Each stream of a category as one list (position <= up_to), stream by stream: for rebuilds in flat memory."""
        ...

    async def head(self) -> int:
        """The position of the last event, 0 when empty."""
        ...

    async def chain_hash(self, position: int) -> bytes:
        """The running hash of the log up to an event: 32 bytes. b"" for a position that holds none, and from a store
        that keeps none.

        A file that keeps it with a position can check later that the log is still the same.
        """
        ...

    async def check(self, up_to: int, progress: Callable[[int], None]) -> LogReport:
        """Whether the events up to a position keep what the port promises, and are as written where the store has
        chain hashes. progress: is given the number of events read."""
        ...

    async def before_newest(self, tenant: str, count: int) -> int:
        """A position behind which the tenant's newest `count` events lie, 0 when it has no more than those.

        Fewer lie behind it where the store would have to look further back than 1,000 events of all tenants.
        """
        ...

    async def position_at(self, recorded_at: Micros) -> int:
        """The end of the longest part of the log, from its beginning, that was recorded by a moment; 0 if none was."""
        ...

    async def wait(self, after: int, timeout: float) -> None:
        """Return as soon as head() > after, or after `timeout` seconds, or when the store is closed."""
        ...

    async def release(self) -> None:
        """Release caches; the next reads are slower."""
        ...

    async def close(self) -> None:
        """Finish what was accepted, release files. Appends after it raise StoreUnavailable. Repeatable."""
        ...
