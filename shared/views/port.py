"""The views port: documents that answer queries. Declared fields only, a Scope in every call.

Every adapter passes `tests/contract/views_suite.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, Protocol

from shared.clock import Micros

Document = dict[str, Any]  # JSON values; always has "id" (str), "version" (int)

MAX_PAGE = 200


class Key(StrEnum):
    """The key of `domain/match.py` by which a field's values are compared. Spellings with the same key count as one
    value, in filters and in sorting."""

    EMAIL = "email"
    CODE = "code"
    PHONE = "phone"
    TAG = "tag"


class Kind(StrEnum):
    """What a field holds. DECIMAL is text such as "1054.00"; DATE is ISO text; DATETIME is RFC 3339 text in UTC
    with exactly six fraction digits ("2026-11-24T05:00:00.000001Z"), so that its order as text is its order in time."""

    TEXT = "text"
    KEYWORD = "keyword"  # ids and codes: exact match, or by the field's key
    KEYWORDS = "keywords"  # a list of them
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    JSON = "json"  # shown, never queried


@dataclass(frozen=True, slots=True)
class Field:
    """A declared field of a collection.

    indexed: may be filtered and sorted by (KEYWORDS: filtered by `contains`). searchable: its words are
    found by full text. personal: masked when its subject is erased. options: the closed set of values.
    zh, en: its titles. ref: the collection whose key it holds. sources: the fields whose values it shows or
    reveals: it is hidden and locked with any of them. key: how its values are compared (KEYWORD and KEYWORDS; None = as
    they are written).
    """

    name: str
    kind: Kind
    zh: str
    en: str
    indexed: bool = False
    searchable: bool = False
    personal: bool = False
    writable: bool = True
    required: bool = False
    options: tuple[str, ...] = ()
    ref: str = ""
    sources: tuple[str, ...] = ()
    key: Key | None = None


@dataclass(frozen=True)
class Collection:
    """A declared collection. `version` grows when documents would come out different: a rebuild follows.

    owner: the field that holds the owner's user id, or EVERYONE for a document that all with a right to read see;
    None = everyone in the tenant may see the documents.
    title: the field shown as a document's name.
    """

    name: str
    version: int
    fields: tuple[Field, ...]
    owner: str | None = "owner"
    title: str = "name"

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.name == name), None)

    @cached_property
    def searchable(self) -> tuple[str, ...]:
        """The names of the fields whose words are found."""
        return tuple(f.name for f in self.fields if f.searchable)


EVERYONE = "everyone"  # in place of an owner: what is shared with all; no user has this id


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose eyes: a tenant, and the owners whose records are visible (None = all of the tenant).

    A record without an owner is visible only to `owners=None`.
    """

    tenant: str
    owners: frozenset[str] | None = None


Op = Literal["eq", "ne", "in", "gt", "ge", "lt", "le", "prefix", "contains", "empty"]


@dataclass(frozen=True, slots=True)
class Condition:
    """`contains` is for KEYWORDS; `prefix` for TEXT and KEYWORD, case-insensitive; `empty` takes True or False."""

    field: str
    op: Op
    value: Any


@dataclass(frozen=True, slots=True)
class Query:
    """All conditions hold together. `text`: every word occurs (see text.tokens). Nulls sort first ascending.

    `cursor` is what the last page gave as `next`; it is valid only for the same query.
    """

    where: tuple[Condition, ...] = ()
    text: str = ""
    sort: str = "id"
    descending: bool = False
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    items: list[Document]
    next: str | None


@dataclass(frozen=True, slots=True)
class Total:
    """One group of documents: the values it shares (None = no value), how many there are, and their exact sum.

    sum is a decimal text with at least two digits for DECIMAL ("1054.00"), a whole number for INTEGER, "0" when no
    field was to be added up. Of values that differ in spelling only (TEXT, fields with a key), one stands for all.
    """

    keys: tuple[Any, ...]
    count: int
    sum: str = "0"


@dataclass(frozen=True, slots=True)
class Write:
    """Put (document) or remove (None) one document as of a stream version. `version` guards: not newer = skipped.

    tokens are computed by the adapter from the declared searchable fields. anew: replace a document of the same
    version, too, as its content changed with a key and not with an event.
    """

    collection: str
    tenant: str
    key: str
    document: Document | None
    version: int
    anew: bool = False


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
    """

    name: str
    token: int
    expires: Micros


class LeaseLost(Exception):
    """Another holder has taken the lease: nothing was written. Read the checkpoint again before the next try."""


class BadQuery(ValueError):
    """The query names an undeclared field, an operation its kind lacks, or a broken cursor. `field` says which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


class ViewsUnavailable(Exception):
    """Storage refuses (disk full, closed). Nothing of the batch was written."""


class ViewsDamaged(ViewsUnavailable):
    """The stored views cannot be trusted any more: they are to be thrown away and filled from the events."""


class Views(Protocol):
    async def declare(self, collections: Sequence[Collection]) -> list[str]:
        """Create what is missing. Returns names whose stored version differs from the declared one or that are
        new: they are empty or stale and want a rebuild. Idempotent."""
        ...

    async def write(
        self, writes: Sequence[Write], checkpoints: Sequence[Checkpoint] = (), lease: Lease | None = None
    ) -> None:
        """All writes and checkpoints in one transaction. A write not newer than what is there is skipped
        (a removal leaves a tombstone with its version). With a lease: only while it is the holder's, checked in that
        transaction, which also prolongs it to `lease.expires`. Raises ViewsUnavailable; LeaseLost; ValueError when a
        document does not fit its declaration (see values.check)."""
        ...

    async def lease(self, name: str, holder: str, now: Micros, until: Micros, *, steal: bool = False) -> Lease | None:
        """Take a lease, or set another end of one's own (until = now gives it back).

        None while another holder's has not expired at `now`; with `steal` it is taken all the same.
        """
        ...

    async def checkpoint(self, projection: str) -> int:
        """The stored position, 0 if none."""
        ...

    async def chain_hash(self, projection: str) -> bytes:
        """The chain hash stored with the position, b"" if none."""
        ...

    async def get(self, collection: str, key: str, scope: Scope) -> Document | None:
        """None when unknown, foreign or out of scope."""
        ...

    async def get_raw(self, collection: str, key: str, scope: Scope) -> bytes | None:
        """The same as the stored JSON."""
        ...

    async def get_many(self, collection: str, keys: Sequence[str], scope: Scope) -> dict[str, Document]:
        """Those of the keys that exist and are in scope."""
        ...

    async def find(self, collection: str, query: Query, scope: Scope) -> Page:
        """Keyset page of at most min(limit, MAX_PAGE) documents; ties are broken by id. Raises BadQuery."""
        ...

    async def find_raw(self, collection: str, query: Query, scope: Scope) -> tuple[list[bytes], str | None]:
        """The same page as stored JSON, and its `next`."""
        ...

    async def count(self, collection: str, query: Query, scope: Scope) -> int:
        """How many documents match (cursor, limit and sort are ignored). Raises BadQuery."""
        ...

    async def totals(
        self, collection: str, query: Query, scope: Scope, by: tuple[str, ...], sum: str | None = None
    ) -> list[Total]:
        """The matching documents by the values of indexed fields, in their order (cursor, limit and sort are ignored).

        Raises BadQuery.
        """
        ...

    def scan(self, collection: str, tenant: str | None = None) -> AsyncIterator[tuple[str, str, Document]]:
        """Every (tenant, key, document) in (tenant, key) order: for verification and operators, not for requests."""
        ...

    async def begin_rebuild(self, collection: Collection) -> str:
        """An empty collection beside the live one; returns the temporary name that write() takes (a previous
        unfinished rebuild of the same collection is dropped)."""
        ...

    async def prepare(self, rebuilt: str) -> None:
        """Build what searching the rebuilt collection needs: called once it is filled, so that the swap is short."""
        ...

    async def swap(self, rebuilt: str, checkpoints: Sequence[Checkpoint] = (), lease: Lease | None = None) -> None:
        """In one transaction the rebuilt collection takes the live one's place; the old one is dropped.
        Readers see either the old or the new, never neither. lease: as in `write`. Raises LeaseLost."""
        ...

    async def purge(self) -> None:
        """Return once nothing that was replaced or removed before stands in any file: called after an erasure.

        May take a minute per million documents; writes wait, reads go on. Raises ViewsUnavailable.
        """
        ...

    async def release(self) -> None:
        """Release caches; the next queries are slower."""
        ...

    async def close(self) -> None: ...
