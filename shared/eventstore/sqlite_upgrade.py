"""Bringing an older file of the embedded event store to the format of this program, one step per format.

Each step is one transaction: a crash leaves the file as it was. Events are never changed.
"""

from __future__ import annotations

import sqlite3

from shared.eventstore.port import Rekey, RequestRow, StoreUnavailable
from shared.faults import crashpoint

_AT_ONCE = 5_000  # rows
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


def upgrade(db: sqlite3.Connection, found: int, rekey: Rekey | None) -> None:
    """Take every step from format `found` on. Raises StoreUnavailable where a step needs keys that are not given."""
    if found < 2:
        _key_the_requests(db, rekey)
    if found < 3:
        db.executescript(f"BEGIN IMMEDIATE; {META}; PRAGMA user_version=3; COMMIT;")


def adopt(db: sqlite3.Connection, installation: str) -> None:
    """Give a store that has none the id of its installation."""
    if db.execute("SELECT 1 FROM meta WHERE name = 'installation'").fetchone() is None:
        db.execute("INSERT INTO meta VALUES('installation', ?)", (installation.encode(),))


def _key_the_requests(db: sqlite3.Connection, rekey: Rekey | None) -> None:
    """Format 2: hashes of requests have a key. The pages that held them without one are overwritten."""
    if rekey is None:
        raise StoreUnavailable("the event store is of an older format: `crm run` brings it up to date")
    db.execute("PRAGMA secure_delete=ON")
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute("ALTER TABLE requests RENAME TO unkeyed")
        db.execute(REQUESTS)
        rows = db.execute("SELECT tenant, key, digest, stream, version, position FROM unkeyed")
        while some := rows.fetchmany(_AT_ONCE):
            db.executemany("INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?)", rekey(list(map(RequestRow._make, some))))
        db.execute("DROP TABLE unkeyed")
        db.execute("PRAGMA user_version=2")
        crashpoint("upgrade.before_commit")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("PRAGMA secure_delete=FAST")
