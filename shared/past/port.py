"""The port of the past: which version of which record a list, a count or a board held at any moment of both times.

It holds index values, not documents: those are folded from the events, up to the version that is named here. One
process has the store (`Past`); any may ask (`PastReader`) and have its upkeep done (`PastUpkeep`), through the door of
that process where it is another one. Whatever answers passes `tests/contract/past_suite.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from shared.clock import Micros
from shared.views.port import Collection, Document, Lease, Query, Scope, Total
from shared.views.port import ViewsUnavailable as PastUnavailable

__all__ = [
    "EXACT",
    "LATE",
    "OPEN",
    "At",
    "Change",
    "Counted",
    "Differing",
    "Hit",
    "NotCovered",
    "NotHeld",
    "Past",
    "PastReader",
    "PastUnavailable",
    "PastUpkeep",
    "Position",
    "Version",
]

OPEN = 1 << 62  # later than any moment and any position of the log
LATE = 60_000_000  # microseconds between an event and its record, from which on it is recorded late
EXACT = 10_000  # records up to which every count is exact


class NotCovered(Exception):
    """The store has no index for this question: the caller answers it from the events."""


class NotHeld(PastUnavailable):
    """The store has not read so far yet."""


@dataclass(frozen=True, slots=True)
class At:
    """A point in the two times: what had happened by `occurred`, as far as the log says up to `position`.

    recorded: the moment of that position; None = all that the log says.
    """

    occurred: Micros = OPEN - 1
    position: int = OPEN - 1
    recorded: Micros | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A record after one event: when it happened, where it stands in the log, and the document after it.

    Within a record, neither falls from one version to the next. late: it was recorded long after it happened.
    """

    number: int
    occurred: Micros
    position: int
    document: Document
    late: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """New versions of one record, in their order. owner: in whose scope the record is now; None = in nobody's.

    whole: they are all versions of the record, in place of those that are held.
    """

    collection: str
    tenant: str
    key: str
    owner: str | None
    versions: Sequence[Version] = field(default_factory=tuple)
    whole: bool = False


class Position(NamedTuple):
    """Of the log, with its chain hash there."""

    number: int = 0
    chain_hash: bytes = b""


class Hit(NamedTuple):
    """A record at a version."""

    key: str
    version: int


class Counted(NamedTuple):
    """more: there are more than `number` records."""

    number: int
    more: bool = False


class Differing(NamedTuple):
    """How many records have other rows than the events ask for, or none, and the ids of some of them.

    Rows that no version explains count as one record.
    """

    different_count: int
    missing_count: int
    different: list[str]
    missing: list[str]


class PastReader(Protocol):
    """The questions. Every method but `close` raises PastUnavailable, and those with a query BadQuery, NotCovered."""

    async def declare(self, collections: Sequence[Collection]) -> None:
        """What is asked about, call it once before. The store creates what is missing; a collection whose declaration
        changed is not filled."""
        ...

    async def position(self) -> Position:
        """Every event up to it is in."""
        ...

    async def page(self, collection: str, query: Query, scope: Scope, at: At) -> tuple[list[Hit], str | None]:
        """A keyset page, as Views.find, and its `next`. scope.owners: in whose scope records are now."""
        ...

    async def count(self, collection: str, query: Query, scope: Scope, at: At) -> Counted:
        """How many records match; exact up to EXACT."""
        ...

    async def totals(
        self, collection: str, query: Query, scope: Scope, at: At, by: tuple[str, ...], sum: str | None = None
    ) -> list[Total]:
        """See Views.totals."""
        ...

    async def density(self, collection: str, scope: Scope, bounds: Sequence[Micros]) -> list[int]:
        """How many events each bucket has: from one bound to the next. Bounds stand on quarters of an hour."""
        ...

    async def release(self) -> None:
        """Release caches; the next questions are slower."""
        ...

    async def close(self) -> None: ...


class PastUpkeep(Protocol):
    """What others have done to the past, wherever the store is. Raises PastUnavailable where it is here, Unavailable
    where it is in another process: that one may be away while all else goes on."""

    async def holding(self, collection: str, position: int) -> PastReader | None:
        """Who answers questions about a collection that is filled with all events up to a position; waits a little for
        what is not in. None: nobody. Where the store is elsewhere, questions say so themselves: they raise NotHeld.
        """
        ...

    async def rewrite(self, category: str, tenant: str, id: str) -> None:
        """Read a record again from its first event: what is masked by now is masked in all its versions. Keys that
        were destroyed before the call mask, in whichever process it was."""
        ...

    async def purge(self) -> None:
        """Return once nothing that was replaced before stands in any file."""
        ...

    async def rebuild(self, category: str) -> None:
        """Fill a record type's collection again from the events, next to the one in use."""
        ...

    async def verify(self, category: str, tenant: str | None) -> Differing:
        """Compare every row with those that a fold of the events asks for. tenant: None = of all."""
        ...


class Past(PastReader, Protocol):
    """The store itself. Every method but `close` raises PastUnavailable."""

    def unfilled(self) -> list[str]:
        """The collections that answer nothing yet: they want a rebuild."""
        ...

    async def write(
        self, changes: Sequence[Change], position: Position | None = None, lease: Lease | None = None
    ) -> None:
        """Add versions, each record once, and keep the position that was reached; versions that are there are skipped.

        Raises ValueError: a document does not fit its declaration, nothing was written. LeaseLost.
        """
        ...

    async def lease(self, name: str, holder: str, now: Micros, until: Micros, *, steal: bool = False) -> Lease | None:
        """See Views.lease."""
        ...

    async def destroyed(self) -> int:
        """The number of the last destroyed key whose texts are gone from here."""
        ...

    async def start_again(self, position: Position, destroyed: int) -> None:
        """Drop all that is held: every collection wants a rebuild, of what the log has up to a position."""
        ...

    async def last(self, collection: str, tenant: str, keys: Sequence[str]) -> dict[str, int]:
        """The newest version that is held of each of the records."""
        ...

    def scan(self, collection: str) -> AsyncIterator[tuple[str, str, bytes]]:
        """(tenant, key, digest of all that is held of the record), for verification."""
        ...

    def digest(self, collection: str, owner: str | None, versions: Sequence[Version]) -> bytes:
        """What `scan` gives for a record that has these versions."""
        ...

    async def begin_rebuild(self, collection: Collection) -> str:
        """An empty collection next to the one in use; returns the name that `fill` takes."""
        ...

    async def fill(self, rebuilt: str, changes: Sequence[Change]) -> None:
        """Add whole records to a collection that is not in use. One that is there is replaced."""
        ...

    async def prepare(self, rebuilt: str) -> None:
        """Call it once a rebuilt collection is filled, before others are held up for the swap."""
        ...

    async def swap(self, rebuilt: str, lease: Lease | None = None) -> None:
        """The rebuilt collection takes the other one's place, which is dropped. Raises LeaseLost."""
        ...

    async def purge(self, destroyed: int) -> None:
        """Return once nothing that was replaced before stands in any file; keep the number (see `destroyed`)."""
        ...
