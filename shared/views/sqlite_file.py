"""The file of the embedded views: its settings, its connections, its table of collections.

The views are a cache of the event store, written in one transaction with their checkpoint. So a commit need not be
flushed: after a power loss they are a little older, never torn, and the feed brings them up.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.formats import NewerFormat
from shared.views.port import ViewsUnavailable

FORMAT = 1
MAPPED_BYTES = 8 * 1024**3

_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE collections(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    live INTEGER NOT NULL,
    wanted INTEGER NOT NULL,
    declaration BLOB NOT NULL
);
CREATE UNIQUE INDEX live_collections ON collections(name) WHERE live = 1;
CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE checkpoints(projection TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA user_version={FORMAT};
COMMIT;
"""


def open_for_writing(path: Path | None) -> sqlite3.Connection:
    """Open or create the file; None = a private one that the system deletes, held in memory while it is small.

    Raises NewerFormat: the file belongs to a newer program; it is not changed.
    """
    if path is None:
        db = _connect("")
    else:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        db = _connect(f"{path.absolute().as_uri()}?mode=rw")
    try:
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found > FORMAT and path is not None:
            raise NewerFormat(path, found, FORMAT)
        db.execute("PRAGMA secure_delete=ON")
        if path is None:
            db.execute("PRAGMA cache_size=-16000")
            db.execute("PRAGMA journal_mode=MEMORY")
            db.execute("PRAGMA synchronous=OFF")
        else:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("PRAGMA wal_autocheckpoint=0")  # a commit never waits for the disk: see SqliteViews
        if found == 0:
            db.executescript(_SCHEMA)
    except BaseException:
        db.close()
        raise
    return db


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that sees committed documents only and can change nothing."""
    db = _connect(f"{path.absolute().as_uri()}?mode=ro")
    db.execute("PRAGMA query_only=ON")
    db.execute(f"PRAGMA mmap_size={MAPPED_BYTES}")
    db.execute("PRAGMA temp_store=MEMORY")
    return db


def _connect(uri: str) -> sqlite3.Connection:
    db = sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10, cached_statements=512
    )
    db.execute("PRAGMA trusted_schema=OFF")
    db.execute("PRAGMA cache_size=-32000")
    return db


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the disk or a closed file says into ViewsUnavailable."""
    try:
        yield
    except sqlite3.Error as error:
        raise ViewsUnavailable(f"the views cannot be used now: {error}") from error


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; committed when the block ends well."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
