"""The views port: documents that answer queries. Declared fields only, a Scope in every call.

Every adapter passes `tests/contract/views_suite.py`. Capabilities that an adapter may have in addition are in
`capabilities.py`. The declarations and the queries of the port are offered here, too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.clock import Micros
from shared.views.query_model import (
    MAX_PAGE,
    MAX_SKIP,
    MAX_SORTS,
    RELEVANCE,
    AnyOp,
    BadQuery,
    Buckets,
    By,
    Combine,
    Condition,
    Conditions,
    Op,
    Order,
    Page,
    Query,
    RangeOp,
    Scope,
    SetOp,
    Total,
    Where,
    by_fields,
    leaves,
)
from shared.views.schema import EVERYONE, PLAIN, Collection, Document, Field, Key, Kind, Meaning

__all__ = [
    "EVERYONE",
    "MAX_PAGE",
    "MAX_SKIP",
    "MAX_SORTS",
    "PLAIN",
    "RELEVANCE",
    "AnyOp",
    "BadQuery",
    "Buckets",
    "By",
    "Checkpoint",
    "Collection",
    "Combine",
    "Condition",
    "Conditions",
    "Document",
    "Field",
    "Key",
    "Kind",
    "Lease",
    "LeaseLost",
    "Meaning",
    "Op",
    "Order",
    "Page",
    "Query",
    "RangeOp",
    "ReadableViews",
    "Scope",
    "SetOp",
    "Total",
    "Views",
    "ViewsDamaged",
    "ViewsUnavailable",
    "Where",
    "Write",
    "by_fields",
    "leaves",
]


@dataclass(frozen=True, slots=True)
class Write:
    """Put (document) or remove (None) one document as of a stream version. `version` guards: not newer = skipped.
    It is below 2^61, or from 2^62 up to 2^62 + 2^61.

    tokens are computed by the adapter from the declared searchable fields. overwrite: replace a document of the same
    version, too, as its content changed with a key and not with an event.
    """

    collection: str
    tenant: str
    key: str
    document: Document | None
    version: int
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a projection has come. chain_hash: the log's at the position, b"" where it is not kept."""

    projection: str
    position: int
    chain_hash: bytes = b""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write under a name, held by one process at a time. token: higher with every new holder.

    expires: from then on another holder may take it. The present holder's writes count until somebody does.
    also: further leases that a write needs and prolongs.
    """

    name: str
    token: int
    expires: Micros
    also: tuple[Lease, ...] = ()

    @property
    def each(self) -> tuple[Lease, ...]:
        return (self, *self.also)


class LeaseLost(Exception):
    """Another holder has taken the lease: no checkpoint was written. Read it again before the next try."""


class ViewsUnavailable(Exception):
    """Storage refuses (disk full, closed, not reached). No checkpoint of the call was written: write it again."""


class ViewsDamaged(ViewsUnavailable):
    """The stored views cannot be trusted any more: they are to be thrown away and filled from the events."""


class ReadableViews(Protocol):
    """The part of `Views` that a command's look-ups use."""

    async def get(self, collection: str, key: str, scope: Scope) -> Document | None: ...

    async def find(self, collection: str, query: Query, scope: Scope) -> Page: ...

    async def count(self, collection: str, query: Query, scope: Scope) -> int: ...


class Views(Protocol):
    """Every method but `close` raises ViewsUnavailable. A name that was not declared raises KeyError."""

    async def declare(self, collections: Sequence[Collection]) -> list[str]:
        """Create what is missing. Returns the names that are new or of another version: they want a rebuild."""
        ...

    async def write(
        self, writes: Sequence[Write], checkpoints: Sequence[Checkpoint] = (), lease: Lease | None = None
    ) -> None:
        """The documents, then the checkpoints: who reads a checkpoint and then a document gets one at least as new.

        A write not newer than what is there is skipped; a removal leaves a tombstone with its version. So a batch may
        be written again, and must be after ViewsUnavailable: some of its documents may be there. With a lease, the
        checkpoints are written only while it is the holder's, and it is prolonged to `lease.expires`.

        Raises ValueError: a document does not fit its declaration (see values.check), nothing was written. LeaseLost.
        """
        ...

    async def lease(self, name: str, holder: str, now: Micros, until: Micros, *, steal: bool = False) -> Lease | None:
        """Take a lease, or set another end of one's own (until = now gives it back).

        None while another holder's has not expired at `now`; with `steal` it is taken all the same.
        """
        ...

    async def checkpoint(self, projection: str) -> int:
        """The stored position, 0 if none."""
        ...

    async def checkpoints(self, prefix: str) -> dict[str, Checkpoint]:
        """The stored ones whose names begin so, by name."""
        ...

    async def chain_hash(self, projection: str) -> bytes:
        """The chain hash stored with the position, b"" if none."""
        ...

    async def get(self, collection: str, key: str, scope: Scope) -> Document | None:
        """None when unknown, foreign or out of scope."""
        ...

    async def get_raw(self, collection: str, key: str, scope: Scope) -> bytes | None:
        """The same as JSON."""
        ...

    async def get_many(self, collection: str, keys: Sequence[str], scope: Scope) -> dict[str, Document]:
        """Those of the keys that exist and are in scope."""
        ...

    async def find(self, collection: str, query: Query, scope: Scope) -> Page:
        """Keyset page of at most min(limit, MAX_PAGE) documents; ties are broken by id. Raises BadQuery."""
        ...

    async def find_raw(self, collection: str, query: Query, scope: Scope) -> tuple[list[bytes], str | None]:
        """The same page as JSON, and its `next`."""
        ...

    async def count(self, collection: str, query: Query, scope: Scope) -> int:
        """How many documents match; cursor, limit and sort are ignored. Raises BadQuery."""
        ...

    async def totals(
        self,
        collection: str,
        query: Query,
        scope: Scope,
        by: tuple[By, ...],
        sum: str | None = None,
        more: tuple[str, ...] = (),
    ) -> list[Total]:
        """The matching documents by the values of indexed fields, in their order, as `count`. Raises BadQuery."""
        ...

    def scan(self, collection: str, tenant: str | None = None) -> AsyncIterator[tuple[str, str, Document]]:
        """Every (tenant, key, document) in (tenant, key) order: for verification and operators, not for requests.

        collection: a live one, or the temporary name of one that is being filled.
        """
        ...

    async def begin_rebuild(self, collection: Collection) -> str:
        """An empty collection next to the live one; returns the temporary name that `write` takes. An unfinished
        rebuild of the same collection is dropped."""
        ...

    async def swap(self, rebuilt: str, checkpoints: Sequence[Checkpoint] = (), lease: Lease | None = None) -> None:
        """The rebuilt collection takes the live one's place, which is dropped; then the checkpoints, as in `write`.

        Readers see the old or the new one at any moment. Raises LeaseLost: nothing was changed.
        """
        ...

    async def release(self) -> None:
        """Release caches; the next queries are slower."""
        ...

    async def close(self) -> None: ...
