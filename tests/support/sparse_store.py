"""An event store in memory that keeps the port and no more, as EventStoreDB would.

Positions have holes, any other is refused; there are no chain hashes and no slices; an event id is not looked up in
other streams; an append sent again has the outcome of the first time.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from operator import attrgetter
from uuid import uuid4

from shared.clock import Clock, Micros, SystemClock
from shared.events.envelope import Metadata, NewEvent, Stored, category_of
from shared.eventstore.log_report import LogReport
from shared.eventstore.port import NO_STREAM, Appended, Request, StoreUnavailable, WrongVersion
from shared.json import kept_json

LOOKS_BACK = 1_000


@dataclass
class Disk:
    """What outlives the store."""

    events: list[Stored] = field(default_factory=list)
    requests: dict[tuple[str, str], Appended] = field(default_factory=dict)
    installation: str = field(default_factory=lambda: str(uuid4()))
    positions: random.Random = field(default_factory=lambda: random.Random(3))

    @property
    def head(self) -> int:
        return self.events[-1].position if self.events else 0


class SparseStore:
    def __init__(self, disk: Disk | None = None, clock: Clock | None = None) -> None:
        self._disk, self._clock = disk or Disk(), clock or SystemClock()
        self.installation = self._disk.installation
        self._written, self._closed = asyncio.Event(), False

    async def append(
        self,
        tenant: str,
        stream: str,
        expected: int,
        events: Sequence[NewEvent],
        metadata: Metadata,
        request: Request | None = None,
    ) -> Appended:
        self._refuse_closed()
        for name in (tenant, stream, request.key if request else "", *(e.type for e in events)):
            if "\0" in name.encode().decode():
                raise ValueError("names hold no NUL")
        if request is not None and (known := self._disk.requests.get((tenant, request.key))) is not None:
            return known
        held = [e for e in self._disk.events if e.stream == stream]
        if held and held[0].tenant != tenant:
            raise ValueError(f"{stream} belongs to another tenant")
        if len(held) != expected:
            return _first_outcome(held, stream, expected, events)
        if len({e.event_id for e in events}) < len(events):
            raise ValueError("an event id is used twice")
        appended = self._write(tenant, stream, held, events, kept_json(metadata))
        if request is not None:
            self._disk.requests[tenant, request.key] = appended._replace(repeated=True, proof=request.proof)
        return appended

    def _write(
        self, tenant: str, stream: str, held: list[Stored], events: Sequence[NewEvent], metadata: bytes
    ) -> Appended:
        log, last = self._disk.events, held[-1].position if held else 0
        now = max(self._clock.now(), log[-1].recorded_at if log else 0)
        for version, e in enumerate(events, len(held) + 1):
            last = self._disk.head + self._disk.positions.randint(2, 1_000)
            head = (last, tenant, stream, version, e.event_id, e.type, e.schema_version)
            log.append(Stored(*head, e.occurred_at, now, e.data, metadata))
        if events:
            written, self._written = self._written, asyncio.Event()
            written.set()
        return Appended(stream, len(held) + len(events), last)

    async def find_request(self, tenant: str, key: str) -> Appended | None:
        self._refuse_closed()
        return self._disk.requests.get((tenant, key))

    async def read(self, tenant: str, stream: str, *, after: int = 0, up_to: int | None = None) -> list[Stored]:
        self._refuse_closed()
        own = (e for e in self._disk.events if e.stream == stream and e.tenant == tenant)
        return [e for e in own if after < e.version and (up_to is None or e.version <= up_to)]

    async def read_all(
        self, after: int, limit: int, *, categories: Collection[str] | None = None, tenant: str | None = None
    ) -> list[Stored]:
        self._refuse_closed()
        if after and all(e.position != after for e in self._disk.events):
            raise ValueError(f"{after} is no position of this log")
        return [
            e
            for e in self._disk.events
            if e.position > after
            and (categories is None or category_of(e.stream) in categories)
            and tenant in (None, e.tenant)
        ][:limit]

    async def streams(self, category: str, *, up_to: int, tenant: str | None = None) -> AsyncIterator[list[Stored]]:
        self._refuse_closed()
        found: dict[str, list[Stored]] = {}
        for e in self._disk.events:
            if e.position <= up_to and category_of(e.stream) == category and tenant in (None, e.tenant):
                found.setdefault(e.stream, []).append(e)
        for stream in found.values():
            yield sorted(stream, key=attrgetter("version"))

    async def head(self) -> int:
        self._refuse_closed()
        return self._disk.head

    async def chain_hash(self, position: int) -> bytes:
        return b""

    async def check(self, up_to: int, progress: Callable[[int], None]) -> LogReport:
        self._refuse_closed()
        return LogReport(events=sum(e.position <= up_to for e in self._disk.events))

    async def before_newest(self, tenant: str, count: int) -> int:
        self._refuse_closed()
        older = [e.position for e in self._disk.events[-LOOKS_BACK:] if e.tenant == tenant][: -count or None]
        return older[-1] if older else 0

    async def position_at(self, recorded_at: Micros) -> int:
        self._refuse_closed()
        found = 0
        for e in self._disk.events:
            if e.recorded_at > recorded_at:
                break
            found = e.position
        return found

    async def wait(self, after: int, timeout: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self._disk.head <= after and not self._closed:
                    await self._written.wait()

    async def release(self) -> None: ...

    async def close(self) -> None:
        self._closed = True
        self._written.set()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StoreUnavailable("the event store is closed")


def _first_outcome(held: list[Stored], stream: str, expected: int, events: Sequence[NewEvent]) -> Appended:
    """Of an append that was sent before. Raises WrongVersion for any other."""
    there = held[expected : expected + len(events)]
    if not events or [e.event_id for e in there] != [e.event_id for e in events]:
        raise WrongVersion(stream, expected, len(held) or NO_STREAM)
    return Appended(stream, there[-1].version, there[-1].position)
