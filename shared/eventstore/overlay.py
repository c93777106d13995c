"""An event store for rehearsals: it reads another one, and what is appended goes to a file of its own.

Nothing reaches the store below; the file is deleted at the end.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from pathlib import Path

from shared.clock import Clock, Micros
from shared.events.envelope import Metadata, NewEvent, Stored, StreamSlice, category_of
from shared.eventstore.log_report import LogReport
from shared.eventstore.port import Appended, EventStore, Request, WrongVersion
from shared.eventstore.slices import RowSlices, slice_reader
from shared.json import kept_json
from shared.sqlitefile import scratch

_SCHEMA = """
CREATE TABLE events(
    position INTEGER NOT NULL, tenant TEXT NOT NULL, stream TEXT NOT NULL, version INTEGER NOT NULL,
    event_id TEXT NOT NULL, type TEXT NOT NULL, schema_version INTEGER NOT NULL, occurred_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL, data BLOB NOT NULL, metadata BLOB NOT NULL, PRIMARY KEY(tenant, stream, version)
) WITHOUT ROWID;
"""
_ROW = "position, tenant, stream, version, event_id, type, schema_version, occurred_at, recorded_at, data, metadata"


class OverlayStore:
    """Is an EventStore over another one, for one caller at a time. file: must not exist yet.

    A stream that is not written here yet is taken to have the version that the append expects: its caller has just
    read it. `head` and the feed are those of the store below. Idempotency keys are not kept.
    """

    def __init__(self, below: EventStore, file: Path, clock: Clock) -> None:
        self._below, self._file, self._clock = below, file, clock
        self.installation = below.installation
        self._slices = slice_reader(below)
        self._db = scratch(file, _SCHEMA)
        self._written = 0

    async def append(
        self,
        tenant: str,
        stream: str,
        expected: int,
        events: Sequence[NewEvent],
        metadata: Metadata,
        request: Request | None = None,
    ) -> Appended:
        """See EventStore.append."""
        known = self._versions(tenant, stream)
        if known is not None and known[1] != expected:
            raise WrongVersion(stream, expected, known[1])
        head, now, encoded = await self._below.head(), self._clock.now(), kept_json(metadata)
        for n, e in enumerate(events, 1):
            place = (head + self._written + n, tenant, stream, expected + n)
            row = (*place, e.event_id, e.type, e.schema_version, e.occurred_at, now, e.data, encoded)
            self._db.execute(f"INSERT INTO events({_ROW}) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        self._written += len(events)
        return Appended(stream, expected + len(events), head + self._written)

    def _versions(self, tenant: str, stream: str) -> tuple[int, int] | None:
        """The first and the last version of a stream that are written here."""
        sql = "SELECT min(version), max(version) FROM events WHERE tenant = ? AND stream = ?"
        first, last = self._db.execute(sql, (tenant, stream)).fetchone()
        return None if first is None else (first, last)

    async def find_request(self, tenant: str, key: str) -> Appended | None:
        return await self._below.find_request(tenant, key)

    async def read(self, tenant: str, stream: str, *, after: int = 0, up_to: int | None = None) -> list[Stored]:
        """See EventStore.read."""
        known = self._versions(tenant, stream)
        if known is None:
            return await self._below.read(tenant, stream, after=after, up_to=up_to)
        first = known[0]
        older = [] if after >= first - 1 else await self._below.read(tenant, stream, after=after, up_to=first - 1)
        where = "tenant = ? AND stream = ? AND version > ? AND version <= ?"
        sql = f"SELECT {_ROW} FROM events WHERE {where} ORDER BY version"
        rows = self._db.execute(sql, (tenant, stream, after, known[1] if up_to is None else up_to))
        return [e for e in older if up_to is None or e.version <= up_to] + [Stored(*row) for row in rows]

    async def slices(self, tenant: str, stream: str, *, after: int = 0, up_to: int | None = None) -> list[StreamSlice]:
        """See SliceReader.slices."""
        if self._versions(tenant, stream) is None:
            return await self._slices.slices(tenant, stream, after=after, up_to=up_to)
        return await RowSlices(self).slices(tenant, stream, after=after, up_to=up_to)

    async def read_all(
        self, after: int, limit: int, *, categories: Collection[str] | None = None, tenant: str | None = None
    ) -> list[Stored]:
        return await self._below.read_all(after, limit, categories=categories, tenant=tenant)

    async def streams(self, category: str, *, up_to: int, tenant: str | None = None) -> AsyncIterator[list[Stored]]:
        """Those of the store below up to the position, with all that is written here; then the new ones."""
        async for stream in self._below.streams(category, up_to=up_to, tenant=tenant):
            last = stream[-1]
            yield [*stream, *(e for e in await self.read(last.tenant, last.stream, after=last.version))]
        begun = self._db.execute("SELECT tenant, stream FROM events WHERE version = 1").fetchall()
        for owner, name in begun:
            if category_of(name) == category and tenant in (None, owner):
                yield await self.read(owner, name)

    async def head(self) -> int:
        return await self._below.head()

    async def chain_hash(self, position: int) -> bytes:
        return await self._below.chain_hash(position)

    async def check(self, up_to: int, progress: Callable[[int], None]) -> LogReport:
        return await self._below.check(up_to, progress)

    async def before_newest(self, tenant: str, count: int) -> int:
        return await self._below.before_newest(tenant, count)

    async def position_at(self, recorded_at: Micros) -> int:
        return await self._below.position_at(recorded_at)

    async def wait(self, after: int, timeout: float) -> None:
        await self._below.wait(after, timeout)

    async def release(self) -> None:
        """Nothing: the caches are bounded, and the store below is its owner's."""

    async def close(self) -> None:
        """Delete what was written. The store below stays open."""
        self._db.close()
        self._file.unlink(missing_ok=True)
