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
    """ring: a copy of the keys as they are now. erased: how many people it no longer has. blobs: of the file store."""

    log: Log
    ring: Callable[[], Awaitable[RingCopy]]
    erased: Callable[[], Awaitable[int]]
    blobs: Blobs
