"""A SQLite file that is a cache of the log: made again where it cannot be used, for all of it follows from events."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from shared.errors import Unavailable

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
Check = Callable[[sqlite3.Connection], None]  # raises sqlite3.DatabaseError: the file cannot be used


def open_cache(
    path: Path, schema: str, version: int, check: Check, log: logging.Logger, settings: Sequence[str] = ()
) -> sqlite3.Connection:
    """Open or create the file for writing. One that is marked as damaged, of another version or refused by `check` is
    thrown away and made again. schema: makes its tables, `leases` among them, and sets `user_version`. settings:
    further PRAGMAs, as `name=value`.
    """
    if mark_of(path).exists():
        throw_away(path)
    try:
        return _opened(path, schema, version, check, settings)
    except sqlite3.DatabaseError as error:
        log.warning("%s cannot be used (%s): it is filled again from the log", path, error)
        throw_away(path)
        return _opened(path, schema, version, check, settings)


def _opened(path: Path, schema: str, version: int, check: Check, settings: Sequence[str]) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10, cached_statements=512)
    try:
        for setting in ("trusted_schema=OFF", "journal_mode=WAL", "synchronous=NORMAL", *settings):
            db.execute(f"PRAGMA {setting}")
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found == 0:
            db.executescript(schema)
        elif found != version:
            raise sqlite3.DatabaseError(f"format {found}")
        db.execute("UPDATE leases SET expires = 0 WHERE expires > 0")  # one process has the file: others are gone
        check(db)
    except BaseException:
        db.close()
        raise
    return db


def belongs_to(installation: str) -> Check:
    """For a file whose table `state` has a position and an installation: an empty one is taken, another's refused."""

    def check(db: sqlite3.Connection) -> None:
        db.execute("UPDATE state SET installation = ? WHERE position = 0", (installation,))
        if db.execute("SELECT installation FROM state").fetchone() != (installation,):
            raise sqlite3.DatabaseError("of another installation")

    return check


def mark_of(path: Path) -> Path:
    """A file next to it: somebody found it damaged while it was open."""
    return path.with_name(f"{path.name}.damaged")


def throw_away(path: Path) -> None:
    """Remove the file with its log and its mark."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", mark_of(path).name):
        path.with_name(name).unlink(missing_ok=True)


def mark_if_damaged(path: Path, error: sqlite3.Error) -> None:
    """Have the next start throw the file away, if that is what the error says."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
        mark_of(path).touch(mode=0o600)


@contextmanager
def refusals(path: Path, problem: str, log: logging.Logger) -> Iterator[None]:
    """Turn errors of the disk or of a closed file into Unavailable; mark a damaged one for the next start."""
    try:
        yield
    except sqlite3.Error as error:
        mark_if_damaged(path, error)
        log.error("%s: %s", path, error)
        raise Unavailable(problem) from error
