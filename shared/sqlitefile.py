"""Helpers for all SQLite files of a data directory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def reading_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection for a look before the file is opened: nothing is written, no log is moved.

    The caller must hold the directory's lock: a file without a log is read as immutable.
    """
    log = path.with_name(f"{path.name}-wal")
    alone = not log.exists() or log.stat().st_size == 0
    uri = f"{path.absolute().as_uri()}?{'immutable=1' if alone else 'mode=ro'}"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as db:
        db.execute("PRAGMA query_only=ON")
        db.execute("PRAGMA trusted_schema=OFF")
        yield db


_CACHE = 8_000  # KB in memory


def scratch(file: Path | None, schema: str) -> sqlite3.Connection:
    """A database that is thrown away: nothing is synchronised, all is one transaction. file: None = in memory.

    Memory is bounded by SQLite's page cache. Its user deletes the file.
    """
    db = sqlite3.connect(file or ":memory:", isolation_level=None, check_same_thread=False)
    db.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-{_CACHE}; {schema} BEGIN;")
    return db


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
