"""Bringing an older file of the embedded event store to the format of this program, one step per format.

Each step is one transaction: a crash leaves the file as it was. Events are never changed.
"""

from __future__ import annotations

import logging
import sqlite3

from shared.events.envelope import Stored
from shared.eventstore.chain import genesis, seals
from shared.eventstore.port import Rekey, RequestRow, StoreUnavailable
from shared.faults import crashpoint
from shared.sqlitefile import transaction

_AT_ONCE = 5_000  # rows
_OLD = f"""SELECT {", ".join(Stored._fields)} FROM events
WHERE position > ? AND position <= ? ORDER BY position LIMIT ?"""
log = logging.getLogger("crm.eventstore")
REQUESTS = """
CREATE TABLE requests(
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    proof BLOB NOT NULL,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY(tenant, key)
) WITHOUT ROWID
"""
# What the store knows of itself. installation: the id that its companions, the keys above all, bear as well.
META = "CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
# The seal after each event, see chain.py: beside the events, so that an old store gets them without being rewritten.
CHAIN = "CREATE TABLE chain(position INTEGER PRIMARY KEY, seal BLOB NOT NULL)"


def upgrade(db: sqlite3.Connection, found: int, rekey: Rekey | None) -> None:
    """Take every step from format `found` on. Raises StoreUnavailable where a step needs keys that are not given."""
    if found < 2:
        _key_the_requests(db, rekey)
    if found < 3:
        db.executescript(f"BEGIN IMMEDIATE; {META}; PRAGMA user_version=3; COMMIT;")
    if found < 4:
        old = "INSERT INTO meta SELECT 'sealed_later', max(position) FROM events HAVING max(position) > 0"
        db.executescript(f"BEGIN IMMEDIATE; {CHAIN}; {old}; PRAGMA user_version=4; COMMIT;")


def adopt(db: sqlite3.Connection, installation: str) -> None:
    """Give a store that has none the id of its installation."""
    if db.execute("SELECT 1 FROM meta WHERE name = 'installation'").fetchone() is None:
        db.execute("INSERT INTO meta VALUES('installation', ?)", (installation.encode(),))


def seal_the_old(db: sqlite3.Connection, installation: str) -> None:
    """Format 4: seals for events of before, in one transaction per page: a crash costs the page.

    meta.sealed_later says up to where seals were made when the events had long been there.
    """
    found = db.execute("SELECT value FROM meta WHERE name = 'sealed_later'").fetchone()
    end: int = found[0] if found else 0
    done, seal = db.execute("SELECT position, seal FROM chain ORDER BY position DESC LIMIT 1").fetchone() or (0, b"")
    seal = seal or genesis(installation)
    while done < end:
        page = db.execute(_OLD, (done, end, _AT_ONCE)).fetchall()
        sealed = seals(seal, map(Stored._make, page))
        with transaction(db):
            db.executemany("INSERT INTO chain VALUES(?, ?)", sealed)
        done, seal = sealed[-1]
        crashpoint("upgrade.page_sealed")
        log.info("sealing the events of before: %s of %s", done, end)


def _key_the_requests(db: sqlite3.Connection, rekey: Rekey | None) -> None:
    """Format 2: hashes of requests have a key. The pages that held them without one are overwritten."""
    if rekey is None:
        raise StoreUnavailable("the event store is of an older format: `crm run` brings it up to date")
    db.execute("PRAGMA secure_delete=ON")
    with transaction(db):
        db.execute("ALTER TABLE requests RENAME TO unkeyed")
        db.execute(REQUESTS)
        rows = db.execute("SELECT tenant, key, digest, stream, version, position FROM unkeyed")
        while some := rows.fetchmany(_AT_ONCE):
            db.executemany("INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?)", rekey(list(map(RequestRow._make, some))))
        db.execute("DROP TABLE unkeyed")
        db.execute("PRAGMA user_version=2")
        crashpoint("upgrade.before_commit")
    db.execute("PRAGMA secure_delete=FAST")
