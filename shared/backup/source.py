"""What a backup is made of: a log that is read in order, the keys, and the files that are attached to records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from shared.blobs.port import Blobs
from shared.events.envelope import Stored
from shared.security.ringcopy import RingCopy


class Log(Protocol):
    """A part of EventStore: what reads the log, and no more."""

    @property
    def installation(self) -> str: ...

    async def head(self) -> int: ...

    async def read_all(self, after: int, limit: int) -> list[Stored]: ...

    async def read(self, tenant: str, stream: str) -> list[Stored]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """ring: a copy of the keys as they are now. ring_mark: a text that changes when they do, for less. erased: how many
    people it no longer has. blobs: of the file store. with_files: the categories of the streams whose events speak of
    files; None = any may.
    """

    log: Log
    ring: Callable[[], Awaitable[RingCopy]]
    ring_mark: Callable[[], Awaitable[str]]
    erased: Callable[[], Awaitable[int]]
    blobs: Blobs
    with_files: frozenset[str] | None = None
