"""What one transaction of the embedded store writes: planned in memory, looked up and inserted in few statements."""

from __future__ import annotations

import sqlite3
from asyncio import Future
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, repeat
from typing import Any, NamedTuple

import orjson

from shared.clock import Micros
from shared.events.envelope import NewEvent, Stored, category_of
from shared.eventstore.chain import chain_hashes
from shared.eventstore.port import NO_STREAM, Appended, Request, RequestRow, WrongVersion
from shared.faults import crashpoint

_EVENTS = f"events({', '.join(Stored._fields)}, category)"
_EVENT_COLUMNS, _REQUEST_COLUMNS = len(Stored._fields) + 1, len(RequestRow._fields)
_ROWS = 256  # in one statement: as few of them as can be, each costs a hand-over of the interpreter lock

_HEADS = """
SELECT e.stream, e.tenant, e.version, e.position FROM json_each(?) AS asked CROSS JOIN events AS e
WHERE e.stream = asked.value AND e.version = (SELECT max(version) FROM events WHERE stream = asked.value)
"""
_REQUESTS = """
SELECT r.tenant, r.key, r.proof, r.stream, r.version, r.position FROM json_each(?) AS asked CROSS JOIN requests AS r
WHERE r.tenant = json_extract(asked.value, '$[0]') AND r.key = json_extract(asked.value, '$[1]')
"""


class Command(NamedTuple):
    """One call of `append`, waiting. `metadata` is encoded already: one for all events, or one for each."""

    tenant: str
    stream: str
    expected: int
    events: Sequence[NewEvent]
    metadata: bytes | list[bytes]
    request: Request | None
    done: Future[Appended]


class Head(NamedTuple):
    """The last event of a stream."""

    tenant: str
    version: int
    position: int


@dataclass(slots=True)
class Group:
    """The commands of one transaction. `position` is that of the last event, planned ones included.

    chain_hash: that of the last event that is inserted.
    """

    position: int
    recorded_at: Micros
    chain_hash: bytes
    heads: dict[str, Head] = field(default_factory=dict)
    requests: dict[tuple[str, str], Appended] = field(default_factory=dict)
    events: list[Stored] = field(default_factory=list)
    request_rows: list[RequestRow] = field(default_factory=list)

    def look_up(self, db: sqlite3.Connection, commands: Sequence[Command]) -> None:
        """Read the heads and the known requests that these commands will be judged by."""
        streams = orjson.dumps([c.stream for c in commands]).decode()
        for stream, *head in db.execute(_HEADS, (streams,)):
            self.heads[stream] = Head(*head)
        keys = [(c.tenant, c.request.key) for c in commands if c.request is not None]
        if keys:
            for tenant, key, proof, stream, version, position in db.execute(_REQUESTS, (orjson.dumps(keys).decode(),)):
                self.requests[tenant, key] = Appended(stream, version, position, True, proof)

    def plan(self, command: Command) -> Appended:
        """Judge one command and take it in. Raises WrongVersion, ValueError: then nothing is."""
        tenant, stream, expected, events, metadata, request, _ = command
        if request is not None:
            known = self.requests.get((tenant, request.key))
            if known is not None:
                return known
        owner, version, position = self.heads.get(stream) or (tenant, NO_STREAM, 0)
        if owner != tenant:
            raise ValueError(f"{stream} belongs to another tenant")
        if version != expected:
            raise WrongVersion(stream, expected, version)
        if events:
            position = self.position
            for e, by in zip(events, repeat(metadata) if isinstance(metadata, bytes) else metadata, strict=False):
                version += 1
                position += 1
                head = (position, tenant, stream, version, e.event_id, e.type, e.schema_version)
                self.events.append(Stored(*head, e.occurred_at, self.recorded_at, e.data, by))
            self.position = position
            self.heads[stream] = Head(tenant, version, position)
        appended = Appended(stream, version, position)
        if request is not None:
            self._remember(tenant, request, appended)
        return appended

    def insert(self, db: sqlite3.Connection) -> None:
        """Write what was planned."""
        _insert(db, _EVENTS, [(*e, category_of(e.stream)) for e in self.events], _EVENT_COLUMNS)
        crashpoint("append.half_written")
        chained = chain_hashes(self.chain_hash, self.events)
        if chained:
            _insert(db, "chain", chained, 2)
            self.chain_hash = chained[-1][1]
        _insert(db, "requests", self.request_rows, _REQUEST_COLUMNS)

    def _remember(self, tenant: str, request: Request, appended: Appended) -> None:
        stream, version, position, _, _ = appended
        self.requests[tenant, request.key] = Appended(stream, version, position, True, request.proof)
        self.request_rows.append(RequestRow(tenant, request.key, request.proof, stream, version, position))


def _insert(db: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]], columns: int) -> None:
    for start in range(0, len(rows), _ROWS):
        chunk = rows[start : start + _ROWS]
        db.execute(_insert_sql(table, len(chunk), columns), list(chain.from_iterable(chunk)))


@lru_cache(maxsize=2 * _ROWS)
def _insert_sql(table: str, rows: int, columns: int) -> str:
    return f"INSERT OR FAIL INTO {table} VALUES " + ",".join([f"({','.join('?' * columns)})"] * rows)
