"""The file of the embedded views: its settings, its connections, its table of collections.

The views are a cache of the event store, written in one transaction with their checkpoint. So a commit need not be
flushed: after a power loss they are a little older, never torn, and the feed brings them up.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from json import JSONDecodeError
from pathlib import Path

from shared.cachefile import mark_of
from shared.formats import NewerFormat
from shared.sqlitefile import reading_only
from shared.views.port import Checkpoint, ViewsDamaged, ViewsUnavailable

FORMAT = 3
RENAMED = {  # checkpoints of files before format 3 → with the name of their owner
    "records": "projector:records",
    "policies": "policies:reactions",
    "destroyed": "reconciler:destroyed",
}
_DAMAGED_CODES = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_LEASES_TABLE = """CREATE TABLE leases(
    name TEXT PRIMARY KEY, token INTEGER NOT NULL, holder TEXT NOT NULL, expires INTEGER NOT NULL
) WITHOUT ROWID;"""
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
CREATE TABLE checkpoints(
    projection TEXT PRIMARY KEY, position INTEGER NOT NULL, chain_hash BLOB NOT NULL DEFAULT x''
) WITHOUT ROWID;
{_LEASES_TABLE}
PRAGMA user_version={FORMAT};
COMMIT;
"""
_CHAINED = """
BEGIN IMMEDIATE;
ALTER TABLE checkpoints ADD COLUMN chain_hash BLOB NOT NULL DEFAULT x'';
PRAGMA user_version=2;
COMMIT;
"""
_OWNED = f"""
BEGIN IMMEDIATE;
{_LEASES_TABLE}
{" ".join(f"UPDATE checkpoints SET projection = '{new}' WHERE projection = '{old}';" for old, new in RENAMED.items())}
PRAGMA user_version=3;
COMMIT;
"""


def open_for_writing(path: Path | None) -> sqlite3.Connection:
    """Open or create the file; None = a private one that the system deletes, held in memory while it is small.

    Raises:
        NewerFormat: the file belongs to a newer program; it is not changed.
        ViewsDamaged.
    """
    if path is None:
        db = _connect("")
    else:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        check_whole(path)
        db = _connect(f"{path.absolute().as_uri()}?mode=rw")
    try:
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found > FORMAT and path is not None:
            if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'collections'").fetchone():
                raise ViewsDamaged(f"{path} holds no views, but something else")
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
        else:
            for script in (_CHAINED, _OWNED)[found - 1 :]:
                db.executescript(script)
            db.execute("UPDATE leases SET expires = 0 WHERE expires > 0")  # one process has the file: others are gone
    except BaseException:
        db.close()
        raise
    return db


def open_for_checkpoints(path: Path) -> sqlite3.Connection:
    """A connection that moves the log into the file while another one writes."""
    db = _connect(f"{path.absolute().as_uri()}?mode=rw")
    db.execute("PRAGMA synchronous=NORMAL")
    return db


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that sees committed documents only and can change nothing.

    The file is not mapped into memory: the engine drops the whole map at every commit, and faulting its pages in again
    costs more than reading those that are wanted.
    """
    db = _connect(f"{path.absolute().as_uri()}?mode=ro")
    db.execute("PRAGMA query_only=ON")
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
def refusals(path: Path | None = None) -> Iterator[None]:
    """Turn errors of the disk or a closed file into ViewsUnavailable; mark a damaged file and raise ViewsDamaged.

    A stored document that is no longer JSON counts as damage: documents to store arrive as objects.
    """
    try:
        yield
    except (sqlite3.Error, JSONDecodeError) as error:
        raise refusal(error, path) from error


@contextmanager
def bookkeeping(path: Path | None) -> Iterator[None]:
    """The same for the file's own records: any failure there means that another program changed them."""
    with refusals(path):
        try:
            yield
        except (sqlite3.OperationalError, ValueError, TypeError, KeyError, AttributeError, AssertionError) as error:
            if path is None or getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) != sqlite3.SQLITE_ERROR:
                raise
            raise sqlite3.DatabaseError(f"its records cannot be used: {type(error).__name__}") from error


def refusal(error: sqlite3.Error | JSONDecodeError, path: Path | None) -> ViewsUnavailable:
    if path is None or not _is_damage(error):
        return ViewsUnavailable(f"the views cannot be used now: {error}")
    mark_of(path).touch()
    return ViewsDamaged(f"{path} is damaged ({error}): start the suite again, it fills the views from the events")


def _is_damage(error: sqlite3.Error | JSONDecodeError) -> bool:
    if not isinstance(error, sqlite3.Error) or type(error) is sqlite3.DatabaseError:
        return True
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in _DAMAGED_CODES or str(error).startswith("no such ")  # a table that was declared is gone


def check_whole(path: Path) -> None:
    """Raises ViewsDamaged: the file is marked, or shorter than it says."""
    if mark_of(path).exists():
        raise ViewsDamaged(f"{path} was found damaged")
    with path.open("rb") as file:
        head = file.read(100)
    page, pages = int.from_bytes(head[16:18]) or 1, int.from_bytes(head[28:32])
    if len(head) == 100 and path.stat().st_size < (65_536 if page == 1 else page) * pages:
        raise ViewsDamaged(f"{path} is cut short")


def checkpoints_in(path: Path) -> dict[str, Checkpoint]:
    """The checkpoints of a file that is not opened; none where they cannot be read."""
    if not path.exists() or path.stat().st_size == 0:
        return {}
    try:
        with reading_only(path) as db:
            return _checkpoints(db)
    except sqlite3.DatabaseError:
        return {}


def _checkpoints(db: sqlite3.Connection) -> dict[str, Checkpoint]:
    found = db.execute("PRAGMA user_version").fetchone()[0]
    chain_hash = "chain_hash" if found > 1 else "x''"
    rows = db.execute(f"SELECT projection, position, {chain_hash} FROM checkpoints").fetchall()
    whole = [Checkpoint(*row) for row in rows if list(map(type, row)) == [str, int, bytes]]
    return {RENAMED.get(c.projection, c.projection) if found < 3 else c.projection: c for c in whole}


def shown_in(path: Path, collections: Sequence[str]) -> tuple[dict[str, Checkpoint], dict[str, int]]:
    """The checkpoints, and how many documents each of these collections has, at one moment.

    A suite may have the file open and write to it. Raises ViewsUnavailable.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as db:
            db.execute("BEGIN")
            rows = db.execute("SELECT name, id FROM collections WHERE live = 1").fetchall()
            counts = {
                name: db.execute(f"SELECT count(*) FROM c{id:d}").fetchone()[0]
                for name, id in rows
                if name in collections
            }
            return _checkpoints(db), counts
    except sqlite3.Error as error:
        raise ViewsUnavailable(f"{path} cannot be read: {error}") from error
