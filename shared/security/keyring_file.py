"""The file of the embedded key ring: tables, settings, installation, and a read-only look before opening."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

import orjson

from shared.security.keyring import Checked, LogHead, subject_hash
from shared.security.rootkey import ROOT_CONTEXT, KeysUnusable, RootKey, load_root_key
from shared.sqlitefile import transaction

FORMAT = 2
_ASKED = 500  # subjects looked up at once
_FIRST = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE tenant_keys(
    tenant TEXT, version INTEGER, wrapped BLOB NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY(tenant, version)
) WITHOUT ROWID;
CREATE TABLE index_keys(tenant TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE subject_keys(
    tenant TEXT, subject TEXT, tenant_key INTEGER NOT NULL, wrapped BLOB NOT NULL, PRIMARY KEY(tenant, subject)
) WITHOUT ROWID;
CREATE TABLE destroyed(subject_hash BLOB PRIMARY KEY, destroyed_at INTEGER NOT NULL) WITHOUT ROWID;
"""
_NUMBERED = """
ALTER TABLE destroyed RENAME TO destroyed_before;
CREATE TABLE destroyed(
    number INTEGER PRIMARY KEY, subject_hash BLOB NOT NULL UNIQUE, destroyed_at INTEGER NOT NULL
);
INSERT INTO destroyed(subject_hash, destroyed_at)
    SELECT subject_hash, destroyed_at FROM destroyed_before ORDER BY destroyed_at, subject_hash;
DROP TABLE destroyed_before;
"""
_STEPS = (_FIRST, _NUMBERED)  # from each format to the next; a released one is never edited
_KNOWN_KEYS = """
SELECT tenant, subject FROM json_each(?) AS asked CROSS JOIN subject_keys
WHERE tenant = json_extract(asked.value, '$[0]') AND subject = json_extract(asked.value, '$[1]')
"""
assert len(_STEPS) == FORMAT


def prepare(db: sqlite3.Connection, root: RootKey, file: Path, installation: str | None) -> None:
    """Settings, tables, root key and installation. An unusable file is not changed. Raises KeysUnusable."""
    db.execute("PRAGMA trusted_schema = OFF")
    found = _usable(db, root, file)
    db.execute("PRAGMA journal_mode = DELETE")  # no write-ahead log in which a destroyed key could survive
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    if found < FORMAT:
        _bring_up(db, root, found)
    if installation is not None:
        of = installation_of(db)
        if of not in ("", installation):
            raise foreign(file)
        if not of:
            db.execute("INSERT INTO meta VALUES ('installation', ?)", (installation.encode(),))


def foreign(file: Path | str) -> KeysUnusable:
    return KeysUnusable(
        f"{file} belongs to another installation than events.db: put back the keys directory that was made with it"
    )


def _bring_up(db: sqlite3.Connection, root: RootKey, found: int) -> None:
    with transaction(db):
        for statement in filter(str.strip, "".join(_STEPS[found:]).split(";")):
            db.execute(statement)
        db.execute("INSERT OR IGNORE INTO meta VALUES ('root', ?)", (root.wrap(b"fits", ROOT_CONTEXT),))
        db.execute(f"PRAGMA user_version = {FORMAT}")


def _usable(db: sqlite3.Connection, root: RootKey, file: Path) -> int:
    """The file's format. Raises KeysUnusable."""
    found: int = db.execute("PRAGMA user_version").fetchone()[0]
    if found > FORMAT:
        raise KeysUnusable(f"{file} was written by a newer version of the suite: update it")
    proof = _meta(db, "root") if found else None
    if proof is not None:
        try:
            root.unwrap(proof, ROOT_CONTEXT)
        except ValueError:
            raise KeysUnusable(f"the root key does not belong to {file}: use the root key it was made with") from None
    elif found and db.execute("SELECT 1 FROM tenant_keys").fetchone():
        raise KeysUnusable(f"{file} is damaged: it holds keys, but not which root key they belong to")
    return found


def _meta(db: sqlite3.Connection, name: str) -> bytes | None:
    row: tuple[bytes] | None = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else row[0]


def installation_of(db: sqlite3.Connection) -> str:
    found = _meta(db, "installation")
    return "" if found is None else found.decode()


def note_checked(db: sqlite3.Connection, checked: Checked) -> None:
    db.execute("INSERT OR REPLACE INTO meta VALUES ('checked', ?)", (orjson.dumps(tuple(checked)),))


def checked_of(db: sqlite3.Connection) -> Checked:
    found = _meta(db, "checked")
    return Checked() if found is None else Checked(*orjson.loads(found))


def note_log_head(db: sqlite3.Connection, head: LogHead) -> None:
    db.execute("INSERT OR REPLACE INTO meta VALUES ('log_head', ?)", (orjson.dumps(tuple(head)),))


def log_head_of(db: sqlite3.Connection) -> LogHead:
    found = _meta(db, "log_head")
    if found is None:
        checked = checked_of(db)
        return LogHead(checked.position, checked.chain_hash)
    return LogHead(*orjson.loads(found))


class RingPeek:
    """installation: "" for a ring of a format that had none. used: it holds a key. destroyed: how many."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.installation, self.checked, self.log_head = installation_of(db), checked_of(db), log_head_of(db)
        self.used = db.execute("SELECT 1 FROM tenant_keys").fetchone() is not None
        self.destroyed: int = db.execute("SELECT count(*) FROM destroyed").fetchone()[0]  # numbered without a gap

    def unknown(self, subjects: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """Those of the (tenant, subject) pairs that have no key here and are not recorded as destroyed either."""
        rest = iter(subjects)
        while asked := list(islice(rest, _ASKED)):
            known = {*self._db.execute(_KNOWN_KEYS, (orjson.dumps(asked).decode(),))}
            yield from (one for one in asked if one not in known and not self.is_destroyed(*one))

    def is_destroyed(self, tenant: str, subject: str) -> bool:
        return is_destroyed(self._db, tenant, subject)


def is_destroyed(db: sqlite3.Connection, tenant: str, subject: str) -> bool:
    sql = "SELECT 1 FROM destroyed WHERE subject_hash = ?"
    return db.execute(sql, (subject_hash(tenant, subject),)).fetchone() is not None


@contextmanager
def peek(folder: Path) -> Iterator[RingPeek | None]:
    """A look at the ring and its root key; nothing is written. None: there is no ring. Raises KeysUnusable.

    A half-written transaction of a crash is rolled back, as at every opening of the file.
    """
    file = folder / "keys.db"
    if not file.exists() or file.stat().st_size == 0:
        yield None
        return
    root = load_root_key(folder / "root.key", create=False)
    mode = "rw" if file.with_name("keys.db-journal").exists() else "ro"
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None)) as db:
        try:
            found = RingPeek(db) if _usable(db, root, file) else None
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            raise KeysUnusable(f"{file} cannot be read ({error}): put it back from its backup") from error
        yield found
