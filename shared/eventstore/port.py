"""The event store port: the whole write side of the truth, on one screen.

Every adapter passes `tests/contract/eventstore_suite.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from shared.clock import Micros
from shared.events.envelope import Metadata, NewEvent, Stored, StreamSlice

ADVICE = "Put events.db back from a backup of before; do not replay. `crm verify --data` names all that is wrong"
SHOWN = 20  # findings a report names
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


class DifferentRequest(Exception):
    """The idempotency key is known, but for another request body; nothing was written."""


@dataclass(frozen=True, slots=True)
class Request:
    """An idempotency key in its stored form, and the proof of the request.

    proof: stream → a keyed hash of the request, under a key that belongs to the stream; b"" once that key is destroyed.
    """

    key: str
    proof: Callable[[str], bytes]


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

    `repeated` is true when the request's key was known: nothing new was written and the numbers are
    those of the first time (`stream` too, which may differ from the one asked for).
    """

    stream: str
    version: int
    position: int
    repeated: bool = False


class Finding(NamedTuple):
    """A problem in the log and its position. tenant, stream: "" where no event remains."""

    position: int
    problem: str
    tenant: str = ""
    stream: str = ""
    version: int = 0


class Known(NamedTuple):
    """The chain hash at a position, as another file noted it."""

    who: str
    position: int
    chain_hash: bytes

    @property
    def finding(self) -> Finding:
        """For a log with another chain hash there, or a shorter log."""
        return Finding(
            self.position, f"is not the one that {self.who} knew: the log was cut off, replaced or rewritten"
        )


def described(finding: Finding) -> str:
    """One line for people."""
    where = f" ({finding.stream} version {finding.version})" if finding.stream else ""
    return f"event {finding.position}{where} {finding.problem}" if finding.position else f"{finding.problem}{where}"


@dataclass(slots=True)
class LogReport:
    """The result of a check of the log: `findings`, 20 at most; `count` is whole. events: as many were read.

    chained_later: the events up to this position are older than their chain hashes.
    """

    events: int = 0
    chained_later: int = 0
    count: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.count

    def note(self, finding: Finding) -> None:
        self.count += 1
        if len(self.findings) < SHOWN:
            self.findings.append(finding)


class EventStore(Protocol):
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

        `request` is recorded in the same transaction; a request with no events to write may be recorded
        with `events=[]` (then version is `expected`, which is still checked).

        Raises: WrongVersion, DifferentRequest, StoreUnavailable, StoreBroken. ValueError if an event id
        exists already in another place. A stream belongs to the tenant of its first event: WrongVersion
        never tells about another tenant's stream, a foreign tenant's append raises ValueError.
        """
        ...

    async def find_request(self, tenant: str, request: Request) -> Appended | None:
        """The outcome of an earlier request with this key, or None. Raises DifferentRequest.

        Without the proof's key nothing can be compared: the outcome is that of the first request.
        """
        ...

    async def read(self, tenant: str, stream: str, *, after: int = 0, up_to: int | None = None) -> list[Stored]:
        """Events of one stream with after < version <= up_to, in order. Unknown or foreign stream: empty."""
        ...

    async def slices(self, tenant: str, stream: str, *, after: int = 0, up_to: int | None = None) -> list[StreamSlice]:
        """The same events as what folding asks for alone, in few slices one after the other."""
        ...

    async def read_all(
        self, after: int, limit: int, *, categories: Collection[str] | None = None, tenant: str | None = None
    ) -> list[Stored]:
        """Up to `limit` events with position > after, in position order: the ordered feed.

        An event becomes visible only when every event with a smaller position is: no late holes.
        """
        ...

    def streams(self, category: str, *, up_to: int, tenant: str | None = None) -> AsyncIterator[list[Stored]]:
        """Each stream of a category as one list (position <= up_to), stream by stream: for rebuilds in flat memory."""
        ...

    async def head(self) -> int:
        """The position of the last event, 0 when empty."""
        ...

    async def chain_hash(self, position: int) -> bytes:
        """The running hash of the log up to an event: 32 bytes, b"" for a position that holds none.

        A file that keeps it with a position can check later that the log is still the same.
        """
        ...

    async def check(self, up_to: int, progress: Callable[[int], None]) -> LogReport:
        """Whether positions and versions are dense, ids unique and all events up to a position as they were written."""
        ...

    async def before_newest(self, tenant: str, count: int) -> int:
        """The position behind which the tenant's newest `count` events lie; 0 when it has no more than those."""
        ...

    async def position_at(self, recorded_at: Micros) -> int:
        """The position of the last event with recorded_at <= the moment; 0 if none."""
        ...

    async def wait(self, after: int, timeout: float) -> None:
        """Return as soon as head() > after, or after `timeout` seconds."""
        ...

    async def release(self) -> None:
        """Release caches; the next reads are slower."""
        ...

    async def close(self) -> None:
        """Finish what was accepted, release files. Appends after it raise StoreUnavailable."""
        ...
