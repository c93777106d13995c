"""Bringing an older file of the embedded event store to the format of this program, one step per format.

Each step is one transaction: a crash leaves the file as it was. Events are never changed.
"""

from __future__ import annotations

import logging
import sqlite3

from shared.events.envelope import Stored
from shared.eventstore.chain import chain_hashes, genesis
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
# Facts about the store. installation: the id that the keys bear, too.
META = "CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
# The chain hash after each event, see chain.py. A table of its own: an old store gets it without rewriting its events.
CHAIN = "CREATE TABLE chain(position INTEGER PRIMARY KEY, chain_hash BLOB NOT NULL)"


def upgrade(db: sqlite3.Connection, found: int, rekey: Rekey | None) -> None:
    """Take every step from format `found` on. Raises StoreUnavailable where a step needs keys that are not given."""
    if found < 2:
        _key_the_requests(db, rekey)
    if found < 3:
        db.executescript(f"BEGIN IMMEDIATE; {META}; PRAGMA user_version=3; COMMIT;")
    if found < 4:
        old = "INSERT INTO meta SELECT 'chained_later', max(position) FROM events HAVING max(position) > 0"
        db.executescript(f"BEGIN IMMEDIATE; {CHAIN}; {old}; PRAGMA user_version=4; COMMIT;")


def adopt(db: sqlite3.Connection, installation: str) -> None:
    """Give a store that has none the id of its installation."""
    if db.execute("SELECT 1 FROM meta WHERE name = 'installation'").fetchone() is None:
        db.execute("INSERT INTO meta VALUES('installation', ?)", (installation.encode(),))


def chain_old_events(db: sqlite3.Connection, installation: str) -> None:
    """Format 4: add the chain hashes of older events, a transaction per page. A crash loses the open page only.

    meta.chained_later is the last position whose event is older than its chain hash.
    """
    found = db.execute("SELECT value FROM meta WHERE name = 'chained_later'").fetchone()
    end: int = found[0] if found else 0
    newest = "SELECT position, chain_hash FROM chain ORDER BY position DESC LIMIT 1"
    done, chain_hash = db.execute(newest).fetchone() or (0, b"")
    chain_hash = chain_hash or genesis(installation)
    while done < end:
        page = db.execute(_OLD, (done, end, _AT_ONCE)).fetchall()
        chained = chain_hashes(chain_hash, map(Stored._make, page))
        with transaction(db):
            db.executemany("INSERT INTO chain VALUES(?, ?)", chained)
        done, chain_hash = chained[-1]
        crashpoint("upgrade.page_chained")
        log.info("adding chain hashes to older events: %s of %s", done, end)


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
