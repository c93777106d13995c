"""The event store on EventStoreDB or KurrentDB, through the package `eventstoredb`.

A stream is a stream there; a version is its revision + 1; a position is the commit position of the event. Order and
expected versions are the server's. What it has no place for: eventstoredb_wire; request keys: eventstoredb_requests.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import NamedTuple
from uuid import uuid4
from weakref import WeakValueDictionary

import orjson

from shared.clock import Micros
from shared.events.envelope import Metadata, NewEvent, Stored
from shared.eventstore.eventstoredb_address import parse_address
from shared.eventstore.eventstoredb_appends import Appender, Clash
from shared.eventstore.eventstoredb_feed import Follower, Moments
from shared.eventstore.eventstoredb_link import Link
from shared.eventstore.eventstoredb_load import Loader
from shared.eventstore.eventstoredb_reads import Reads
from shared.eventstore.eventstoredb_requests import Requests
from shared.eventstore.eventstoredb_wire import append_request, batch_request, proposed_event, stream_request
from shared.eventstore.log_report import Finding, LogReport
from shared.eventstore.port import Appended, Request, StoreBroken, StoreUnavailable, WrongVersion
from shared.eventstore.protocol.codec import ReadEvent
from shared.eventstore.protocol.messages import streams as wire
from shared.json import kept_json

IDENTITY = "_installation"  # the stream that holds the id of the installation
AHEAD = 8  # streams that a rebuild reads at once
KNOWN_STREAMS = 20_000
LOOKS_BACK = 1_000


class Known(NamedTuple):
    """A stream's tenant, and a version that it has reached; neither is taken back."""

    tenant: str
    version: int


class EventStoreDB:
    """One per process; used from one event loop. Open it with `open`."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._reads, self._appender = Reads(link), Appender(link)
        self._requests = Requests(self._reads, self._appender)
        self._follower, self._moments = Follower(link, self._reads), Moments(self._reads)
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._known: dict[str, Known] = {}
        self._appending = 0
        self._closed = False
        self.installation = ""

    @classmethod
    async def open(cls, url: str, *, installation: str | None = None) -> EventStoreDB:
        """Connect, and look whose log it is. installation: the id that it must have; a log without one takes it.

        Raises:
            WrongAddress: the URL cannot be used.
            StoreUnavailable: no server answers, its certificate or our password is not accepted.
            StoreBroken: the log is another installation's.
        """
        store = cls(Link(parse_address(url)))
        try:
            found = await store._identity(installation)
            if installation and found != installation:
                where = ", ".join(map(str, store._link.address.nodes))
                raise StoreBroken(
                    f"the event store at {where} belongs to installation {found}, the keys here to {installation}: "
                    "see CRM_EVENTSTORE, or put back the keys directory that was made with it"
                )
        except BaseException:
            await store.close()
            raise
        store.installation = found
        return store

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
        message = append_request(tenant, stream, expected, events, kept_json(metadata))
        self._appending += 1
        try:
            async with self._queues.setdefault(stream, asyncio.Lock()):
                try:
                    position = await self._check(tenant, stream, expected, writes=bool(events))
                except WrongVersion:
                    if request is not None and (done := await self._requests.find(tenant, request.key)) is not None:
                        return done
                    raise

                async def write() -> Appended:
                    return await self._write(tenant, stream, expected, message)

                if request is not None:
                    return await self._requests.once(tenant, request, message, expected, position, write)
                return await write() if events else Appended(stream, expected, position)
        finally:
            self._appending -= 1

    async def find_request(self, tenant: str, key: str) -> Appended | None:
        self._refuse_closed()
        return await self._requests.find(tenant, key)

    async def read(self, tenant: str, stream: str, *, after: int = 0, up_to: int | None = None) -> list[Stored]:
        self._refuse_closed()
        if not stream or stream.startswith(("$", "_")):
            return []
        found = await (self._reads.stream(stream, after) if up_to is None else self._reads.stream(stream, after, up_to))
        if found:
            self._learn(stream, found[-1].tenant, found[-1].version)
        return [e for e in found if e.tenant == tenant]

    async def read_all(
        self, after: int, limit: int, *, categories: Collection[str] | None = None, tenant: str | None = None
    ) -> list[Stored]:
        self._refuse_closed()
        found: list[Stored] = []
        ended = categories is not None and not categories
        while len(found) < limit and not ended:
            page, after, ended = await self._reads.log(after, min(500, limit - len(found)), categories)
            found += [e for e in page if tenant in (None, e.tenant)]
        return found

    async def streams(self, category: str, *, up_to: int, tenant: str | None = None) -> AsyncIterator[list[Stored]]:
        self._refuse_closed()
        reading: deque[asyncio.Task[list[Stored]]] = deque()
        try:
            async for page in self._reads.pages(0, [category]):
                for e in page:
                    if e.version == 1 and e.position <= up_to and tenant in (None, e.tenant):
                        reading.append(asyncio.create_task(self._reads.stream(e.stream)))
                        if len(reading) > AHEAD:
                            yield _cut(await reading.popleft(), up_to)
                if page and page[-1].position > up_to:
                    break
            while reading:
                yield _cut(await reading.popleft(), up_to)
        finally:
            for task in reading:
                task.cancel()

    async def head(self) -> int:
        self._refuse_closed()
        newest = await self._reads.newest(1)
        return newest[0].position if newest else 0

    async def chain_hash(self, position: int) -> bytes:
        return b""

    async def check(self, up_to: int, progress: Callable[[int], None]) -> LogReport:
        self._refuse_closed()
        report, versions = LogReport(contents=False), dict[str, int]()
        async for page in self._reads.pages():
            for e in page:
                if e.position > up_to:
                    return report
                report.events += 1
                if e.version != versions.get(e.stream, 0) + 1:
                    problem = f"follows version {versions.get(e.stream, 0)} of its stream"
                    report.note(Finding(e.position, problem, e.tenant, e.stream, e.version))
                versions[e.stream] = e.version
            progress(report.events)
        return report

    async def before_newest(self, tenant: str, count: int) -> int:
        self._refuse_closed()
        newest = await self._reads.newest(LOOKS_BACK)
        own = [e.position for e in newest if e.tenant == tenant]
        if len(own) > count:
            return own[count]
        return newest[-1].position if len(newest) == LOOKS_BACK else 0

    async def position_at(self, recorded_at: Micros) -> int:
        self._refuse_closed()
        return await self._moments.position_at(recorded_at)

    async def wait(self, after: int, timeout: float) -> None:
        await self._follower.wait(after, timeout)

    def heard(self, after: int, limit: int) -> list[Stored]:
        """See Hears.heard."""
        self._refuse_closed()
        return self._follower.recent.read(after, limit)

    async def release(self) -> None:
        """See EventStore.release."""
        self._known.clear()

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        await self._follower.close()
        while self._appending:
            await asyncio.sleep(0.005)
        await self._appender.close()
        self._link.close()

    def loader(self) -> Loader:
        """What fills an empty store with events of another one."""
        return Loader(self._reads, self._appender)

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StoreUnavailable("the event store is closed")

    async def _check(self, tenant: str, stream: str, expected: int, *, writes: bool) -> int:
        """What the server cannot judge: whose stream it is, and the version when nothing is written or none is there.

        An append to a version that is not reached must not be known under a key: it could be done when others reach it.

        Returns the position of the last event, where that was looked up. Raises ValueError, WrongVersion.
        """
        known = self._known.get(stream)
        if writes and (not expected or (known is not None and known.tenant == tenant and known.version >= expected)):
            return 0
        last = await self._reads.last(stream)
        self._refuse_foreign(tenant, stream, last)
        version, position = (last.version, last.position) if last else (0, 0)
        if version < expected or (version != expected and not writes):
            raise WrongVersion(stream, expected, version)
        return position

    def _refuse_foreign(self, tenant: str, stream: str, event: Stored | None) -> None:
        if event is not None:
            self._learn(stream, event.tenant, event.version)
            if event.tenant != tenant:
                raise ValueError(f"{stream} belongs to another tenant")

    async def _write(self, tenant: str, stream: str, expected: int, message: wire.BatchAppendReq) -> Appended:
        outcome = await self._appender.append(message)
        if not isinstance(outcome, Clash):
            self._learn(stream, tenant, outcome.version)
            return Appended(stream, outcome.version, outcome.position)
        known = self._known.get(stream)
        if known is None or known.tenant != tenant:
            self._refuse_foreign(tenant, stream, await self._reads.last(stream))
        if outcome.resent:
            ids = [m.id.string for m in message.proposed_messages]
            there = await self._reads.stream(stream, expected, expected + len(ids))
            if [e.event_id for e in there] == ids:
                return Appended(stream, there[-1].version, there[-1].position)
        raise WrongVersion(stream, expected, outcome.version)

    def _learn(self, stream: str, tenant: str, version: int) -> None:
        known = self._known.get(stream)
        if known is None and len(self._known) >= KNOWN_STREAMS:
            self._known.clear()
        if known is None or known.version < version:
            self._known[stream] = Known(tenant, version)

    async def _identity(self, installation: str | None) -> str:
        """The id that the log bears; it is put there if there is none."""
        event = proposed_event(str(uuid4()), "crm.Installation", orjson.dumps(installation or str(uuid4())), b"{}")
        while True:
            found = await self._reads.responses(stream_request(IDENTITY))
            if found and isinstance(found[0], ReadEvent):
                known: str = orjson.loads(found[0].data)
                return known
            await self._appender.append(batch_request(IDENTITY, 0, [event]))


def _cut(events: list[Stored], up_to: int) -> list[Stored]:
    return [e for e in events if e.position <= up_to]
