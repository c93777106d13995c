"""A part of an event store that others use as well, as a store of its own: for suites that expect an empty one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence

from shared.clock import Micros
from shared.events.envelope import Metadata, NewEvent, Stored
from shared.eventstore.log_report import LogReport
from shared.eventstore.port import Appended, EventStore, Request


class PartStore:
    """The events behind a position, of tenants whose names get a suffix."""

    def __init__(self, store: EventStore, base: int, suffix: str) -> None:
        self._store, self._base, self._suffix = store, base, suffix
        self.release, self.close = store.release, store.close
        self.chain_hash = store.chain_hash

    async def append(
        self,
        tenant: str,
        stream: str,
        expected: int,
        events: Sequence[NewEvent],
        metadata: Metadata,
        request: Request | None = None,
    ) -> Appended:
        return await self._store.append(tenant + self._suffix, stream, expected, events, metadata, request)

    async def find_request(self, tenant: str, key: str) -> Appended | None:
        return await self._store.find_request(tenant + self._suffix, key)

    async def read(self, tenant: str, stream: str, *, after: int = 0, up_to: int | None = None) -> list[Stored]:
        return self._own(await self._store.read(tenant + self._suffix, stream, after=after, up_to=up_to))

    async def read_all(
        self, after: int, limit: int, *, categories: Collection[str] | None = None, tenant: str | None = None
    ) -> list[Stored]:
        named = None if tenant is None else tenant + self._suffix
        found = await self._store.read_all(max(after, self._base), limit, categories=categories, tenant=named)
        return self._own(found)

    async def streams(self, category: str, *, up_to: int, tenant: str | None = None) -> AsyncIterator[list[Stored]]:
        named = None if tenant is None else tenant + self._suffix
        async for stream in self._store.streams(category, up_to=up_to, tenant=named):
            if stream and stream[0].position > self._base:
                yield self._own(stream)

    async def head(self) -> int:
        return self._behind(await self._store.head())

    async def check(self, up_to: int, progress: Callable[[int], None]) -> LogReport:
        before = await self._store.check(self._base, progress)
        report = await self._store.check(up_to, progress)
        report.events -= before.events
        return report

    async def before_newest(self, tenant: str, count: int) -> int:
        return self._behind(await self._store.before_newest(tenant + self._suffix, count))

    async def position_at(self, recorded_at: Micros) -> int:
        return self._behind(await self._store.position_at(recorded_at))

    async def wait(self, after: int, timeout: float) -> None:
        await self._store.wait(max(after, self._base), timeout)

    def _behind(self, position: int) -> int:
        return position if position > self._base else 0

    def _own(self, events: Sequence[Stored]) -> list[Stored]:
        return [e._replace(tenant=e.tenant.removesuffix(self._suffix)) for e in events]
