"""The file of the embedded event store: its tables, its settings, its connections."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from uuid import uuid4

from shared.eventstore.port import Rekey
from shared.eventstore.sqlite_check import check_end, installation_of
from shared.eventstore.sqlite_upgrade import CHAIN, META, REQUESTS, adopt, chain_old_events, upgrade
from shared.faults import crashpoint
from shared.formats import NewerFormat
from shared.security.rootkey import sync_directory

FORMAT = 4

_BROKEN_CODES = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_NO_ROOM_FOR_SHM = 4874  # SQLITE_IOERR_SHMSIZE: a full disk, met by a file that holds nothing durable

_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE events(
    position INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL,
    event_id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    category TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    data BLOB NOT NULL,
    metadata BLOB NOT NULL,
    UNIQUE(stream, version)
);
CREATE INDEX events_by_category ON events(category, position);
{REQUESTS};
{META};
{CHAIN};
PRAGMA user_version={FORMAT};
COMMIT;
"""


def is_full(error: sqlite3.Error) -> bool:
    """No room: nothing was written and writing may be tried again."""
    return _code(error) & 0xFF == sqlite3.SQLITE_FULL or _code(error) == _NO_ROOM_FOR_SHM


def is_broken(error: sqlite3.Error) -> bool:
    """The disk failed or the file is damaged: what is durable is unknown."""
    return _code(error) & 0xFF in _BROKEN_CODES and not is_full(error)


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)


def open_for_writing(path: Path, rekey: Rekey | None = None, installation: str | None = None) -> sqlite3.Connection:
    """Open or create the store's file with every commit flushed to disk.

    The whole log is moved into the database first: what a failed flush left only in the page cache is written again.
    A file of an older format is brought to this one; `rekey` is what format 1 needs. installation: the id of a store
    that has none yet; None = a new one.

    Raises:
        NewerFormat: the file belongs to a newer program; it is not changed.
        StoreUnavailable: it is of format 1 and there are no keys to bring it up to date with.
        StoreBroken: the newest events are not those that were written.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db = _connect(path, "rw")
    try:
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found > FORMAT:
            raise NewerFormat(path, found, FORMAT)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA secure_delete=FAST")
        crashpoint("open.before_checkpoint")
        _move_log(db)
        if found == 0:
            db.executescript(_SCHEMA)
            sync_directory(path.parent)
            sync_directory(path.parent.parent)
        elif found < FORMAT:
            upgrade(db, found, rekey)
            _move_log(db)
        adopt(db, installation or str(uuid4()))
        chain_old_events(db, installation_of(db))
        check_end(path, db)
        crashpoint("open.ready")
    except BaseException:
        db.close()
        raise
    return db


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that sees committed events only and can change nothing."""
    db = _connect(path, "ro")
    db.execute("PRAGMA query_only=ON")
    return db


def _move_log(db: sqlite3.Connection) -> None:
    try:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        if not is_full(error):
            raise  # on a full disk the store still starts, to be read: the log stays where it is


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    db = sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10, cached_statements=512
    )
    db.execute("PRAGMA foreign_keys=ON")
    db.execute("PRAGMA trusted_schema=OFF")
    db.execute("PRAGMA cache_size=-32000")
    return db
