"""The explorer's index next to the log: `explorer.db`, a cache of the events with a position of its own.

It holds where each event is (stream and version), when it was recorded, and a posting for each of its terms. It holds
no text of any event: what is shown is read from the log. Several subscriptions may share the file: the one that has the
lease writes.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from shared.cachefile import belongs_to, open_cache, refusals
from shared.clock import Micros
from shared.events.envelope import Stored
from shared.explorer.terms import terms_of
from shared.sqlitefile import transaction
from shared.views.port import Lease
from shared.views.sqlite_leases import prolong, take

FORMAT = 2
CHUNK = 5_000  # postings that are looked at in one step of a search
_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE state(
    id INTEGER PRIMARY KEY CHECK(id = 1), position INTEGER NOT NULL, installation TEXT NOT NULL, falls INTEGER NOT NULL
);
CREATE TABLE events(
    position INTEGER PRIMARY KEY, recorded INTEGER NOT NULL, version INTEGER NOT NULL, tenant TEXT NOT NULL,
    stream TEXT NOT NULL, event_id TEXT NOT NULL
);
CREATE INDEX events_by_time ON events(recorded);
CREATE TABLE postings(term INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY(term, position)) WITHOUT ROWID;
CREATE TABLE counts(term INTEGER PRIMARY KEY, number INTEGER NOT NULL);
CREATE TABLE leases(
    name TEXT PRIMARY KEY, token INTEGER NOT NULL, holder TEXT NOT NULL, expires INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO state VALUES(1, 0, '', 0);
PRAGMA user_version={FORMAT};
COMMIT;
"""
log = logging.getLogger("crm.explorer")


class Place(NamedTuple):
    """Where an event is in the log."""

    position: int
    tenant: str
    stream: str
    version: int
    event_id: str


class Step(NamedTuple):
    """places: those found, the newest first. next: the search goes on below it; None = it is at its end."""

    places: list[Place]
    next: int | None


class ExplorerFile:
    """Its reads may run in threads, one at a time. Every method raises Unavailable when the file fails or is closed."""

    def __init__(self, path: Path, installation: str) -> None:
        """Open or create the file of an installation.

        One that cannot be used, or is another one's, is made again: all that it holds follows from the log.
        """
        self._path = path
        self._db = open_cache(path, _SCHEMA, FORMAT, belongs_to(installation), log)
        self._reader = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._reader.execute("PRAGMA query_only=ON")
        self._writing, self._reading = Lock(), Lock()

    def position(self) -> int:
        """The position in the log that the index has come to."""
        with self._read() as db:
            found: int = db.execute("SELECT position FROM state").fetchone()[0]
        return found

    def last(self) -> Place | None:
        """The last event that it knows."""
        with self._read() as db:
            row = db.execute(f"{_PLACE} ORDER BY position DESC LIMIT 1").fetchone()
        return None if row is None else Place._make(row)

    def add(self, events: Sequence[Stored], position: int, lease: Lease) -> None:
        """Index events and move the position, all or nothing. Raises LeaseLost."""
        postings, counts = list[tuple[int, int]](), Counter[int]()
        for one in events:
            few, counted = terms_of(one)
            counts.update(counted)
            postings += [(each, one.position) for each in few | counted]
        postings.sort()
        rows = [(e.position, e.recorded_at, e.version, e.tenant, e.stream, e.event_id) for e in events]
        with self._write() as db, transaction(db):
            self._count_falls(db, [one.recorded_at for one in events])
            db.executemany("INSERT OR REPLACE INTO events VALUES(?, ?, ?, ?, ?, ?)", rows)
            db.executemany("INSERT OR IGNORE INTO postings VALUES(?, ?)", postings)
            db.executemany(_COUNT, counts.items())
            db.execute("UPDATE state SET position = ?", (position,))
            prolong(db, lease)

    def clear(self) -> None:
        """Forget everything: the log is not the one that it was made from."""
        with self._write() as db, transaction(db):
            for table in ("events", "postings", "counts"):
                db.execute(f"DELETE FROM {table}")
            db.execute("UPDATE state SET position = 0, falls = 0")

    def count(self, term: int) -> int:
        """How many events have a counted term."""
        with self._read() as db:
            row = db.execute("SELECT number FROM counts WHERE term = ?", (term,)).fetchone()
        return row[0] if row else 0

    def total(self, tenant: str, term: int) -> int:
        """How many events of an organisation have a term, whichever it is."""
        ask = "SELECT count(*) FROM postings JOIN events USING(position) WHERE term = ? AND tenant = ?"
        with self._read() as db:
            found: int = db.execute(ask, (term, tenant)).fetchone()[0]
        return found

    def between(self, since: Micros | None, until: Micros | None) -> tuple[int, int] | None:
        """The first and the last position that was recorded from one moment to another; None = there is none.

        Two look-ups. Only where times ever fell as positions grew is all between the moments looked through.
        """
        low, high = 0 if since is None else since, 2**62 if until is None else until
        with self._read() as db:
            if since is None and until is None:
                return 0, 2**62
            if db.execute("SELECT falls FROM state").fetchone()[0]:
                ask = "SELECT min(position), max(position) FROM events WHERE recorded BETWEEN ? AND ?"
                first, last = db.execute(ask, (low, high)).fetchone()
            else:
                first, last = (db.execute(_END.format(order), (low, high)).fetchone() for order in ("ASC", "DESC"))
                first, last = first and first[0], last and last[0]
        return None if first is None else (first, last)

    def step(self, tenant: str, terms: Sequence[int], first: int, below: int) -> Step:
        """The organisation's events that have all the terms, of the next so many that have the first one; positions
        from `first` on and below another one."""
        also = " AND EXISTS(SELECT 1 FROM postings WHERE term = ? AND position = p.position)" * (len(terms) - 1)
        ask = f"SELECT p.position, 1{also} FROM postings p WHERE p.term = ? AND p.position >= ? AND p.position < ?"
        bound = (*terms[1:], terms[0], first, below, CHUNK)
        with self._read() as db:
            rows = db.execute(f"{ask} ORDER BY p.position DESC LIMIT ?", bound).fetchall()
            found = [position for position, fits in rows if fits]
            ask = f"{_PLACE} WHERE position = ? AND tenant = ?"  # two organisations' terms may have one hash
            read = [db.execute(ask, (position, tenant)).fetchone() for position in found]
        places = [Place._make(one) for one in read if one is not None]
        return Step(places, rows[-1][0] if len(rows) == CHUNK else None)

    async def lease(self, name: str, holder: str, now: Micros, until: Micros, *, steal: bool = False) -> Lease | None:
        """See Views.lease."""
        with self._write() as db:
            return take(db, name, holder, now, until, steal=steal)

    def close(self) -> None:
        with self._reading, self._writing:
            self._reader.close()
            self._db.close()

    def _count_falls(self, db: sqlite3.Connection, times: list[Micros]) -> None:
        """Keep how often an event was recorded at an earlier time than the one before it."""
        last = db.execute("SELECT recorded FROM events ORDER BY position DESC LIMIT 1").fetchone()
        joined = [*(last or ()), *times]
        falls = sum(later < earlier for earlier, later in pairwise(joined))
        db.execute("UPDATE state SET falls = falls + ?", (falls,))

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        with self._reading, self._refusals():
            yield self._reader

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._writing, self._refusals():
            yield self._db

    def _refusals(self) -> AbstractContextManager[None]:
        return refusals(self._path, "the index of the log cannot be used now", log)


_PLACE = "SELECT position, tenant, stream, version, event_id FROM events"
_END = "SELECT position FROM events WHERE recorded BETWEEN ? AND ? ORDER BY recorded {0}, position {0} LIMIT 1"
_COUNT = "INSERT INTO counts VALUES(?, ?) ON CONFLICT(term) DO UPDATE SET number = number + excluded.number"
