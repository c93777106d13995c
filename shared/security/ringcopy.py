"""A copy of a key ring for backups, the same for every adapter: wrapped keys as they are, and who was erased.

With the root key it opens again, in the embedded ring (here) and in the one in MongoDB (ringcopy_mongo).
"""

from __future__ import annotations

import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from shared.clock import Micros
from shared.security.keyring import KeysUnavailable, subject_hash
from shared.security.rootkey import RootKey, index_context, load_root_key, tenant_context
from shared.sqlitefile import transaction

FILES = ("signing.keys", "notary.key")  # next to the ring, wrapped by the root key


@dataclass(frozen=True, slots=True)
class RingCopy:
    """root: the root key. tenants: (tenant, version, wrapped, created at). indexes: (tenant, wrapped). people: (tenant,
    subject, version of the tenant's key, wrapped). destroyed: (hash of the subject, when), in the order they were.
    files: name → content, as wrapped.
    """

    root: bytes
    tenants: list[tuple[str, int, bytes, Micros]]
    indexes: list[tuple[str, bytes]]
    people: list[tuple[str, str, int, bytes]]
    destroyed: list[tuple[bytes, Micros]]
    files: dict[str, bytes] = field(default_factory=dict)

    def without(self, erased: Collection[bytes], now: Micros) -> RingCopy:
        """The copy in which these subjects are destroyed, too."""
        known = {one for one, _ in self.destroyed}
        gone = known | set(erased)
        people = [one for one in self.people if subject_hash(one[0], one[1]) not in gone]
        later = [(one, now) for one in sorted(set(erased) - known)]
        return replace(self, people=people, destroyed=[*self.destroyed, *later])

    def of_nobody(self, now: Micros) -> RingCopy:
        """The copy in which everybody is destroyed, texts included.

        Without the keys of blind indexes: who has them can ask whether a value, as an address, was there.
        """
        gone = self.without({subject_hash(t, s) for t, s, _, _ in self.people}, now)
        return replace(gone, tenants=[], indexes=[])

    def as_another(self) -> RingCopy:
        """The copy for another installation: it makes keys of its own to sign with."""
        return replace(self, files={})

    def under(self, root: bytes) -> RingCopy:
        """The copy whose keys another root key opens, and this one's root key does not. Raises KeysUnusable."""
        old, new = RootKey(self.root), RootKey(root)

        def again(wrapped: bytes, context: str) -> bytes:
            return new.wrap(old.unwrap(wrapped, context), context)

        tenants = [(t, version, again(key, tenant_context(t, version)), at) for t, version, key, at in self.tenants]
        indexes = [(t, again(key, index_context(t))) for t, key in self.indexes]
        return replace(self, root=root, tenants=tenants, indexes=indexes)

    def of_tenants(self, tenants: Collection[str]) -> RingCopy:
        """What concerns these organisations. Signing keys are the installation's, and stay behind."""
        return replace(
            self,
            tenants=[one for one in self.tenants if one[0] in tenants],
            indexes=[one for one in self.indexes if one[0] in tenants],
            people=[one for one in self.people if one[0] in tenants],
            files={},
        )

    def to_bytes(self) -> bytes:
        tables = {name: getattr(self, name) for name in ("root", "tenants", "indexes", "people", "destroyed", "files")}
        return orjson.dumps(tables, default=_base64)

    @classmethod
    def from_bytes(cls, content: bytes) -> RingCopy:
        """Raises ValueError, also for a file next to the ring that no ring has: its name could lead anywhere."""
        try:
            t = orjson.loads(content)
            if others := t["files"].keys() - {*FILES}:
                raise ValueError(f"it is no copy of keys: it has a file {min(others)!r}")
            return cls(
                b64decode(t["root"]),
                [(a, b, b64decode(c), d) for a, b, c, d in t["tenants"]],
                [(a, b64decode(b)) for a, b in t["indexes"]],
                [(a, b, c, b64decode(d)) for a, b, c, d in t["people"]],
                [(b64decode(a), b) for a, b in t["destroyed"]],
                {name: b64decode(b) for name, b in t["files"].items()},
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"it is no copy of keys: {error!r}") from None


def _base64(value: Any) -> str:
    if not isinstance(value, bytes):
        raise TypeError
    return b64encode(value).decode()


_TABLES = (
    "SELECT tenant, version, wrapped, created_at FROM tenant_keys ORDER BY tenant, version",
    "SELECT tenant, wrapped FROM index_keys ORDER BY tenant",
    "SELECT tenant, subject, tenant_key, wrapped FROM subject_keys ORDER BY tenant, subject",
    "SELECT subject_hash, destroyed_at FROM destroyed ORDER BY number",
)


def copied(folder: Path) -> RingCopy:
    """Copy the ring of a data directory's folder `keys`, also while a suite uses it. Raises KeysUnavailable."""
    file = folder / "keys.db"
    uri = f"{file.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=10)) as db:
            db.execute("BEGIN")  # one moment for all tables
            tenants, indexes, people, destroyed = (db.execute(one).fetchall() for one in _TABLES)
    except sqlite3.Error as error:
        raise KeysUnavailable(f"{file} cannot be read: {error}") from error
    return RingCopy(root_in(folder / "root.key"), tenants, indexes, people, destroyed, files_in(folder))


def mark_in(folder: Path) -> str:
    """Changes when the ring of a folder `keys` does: size and time of its files."""
    names = ("root.key", "keys.db", "keys.db-wal", *FILES)
    found = [file.stat() for name in names if (file := folder / name).exists()]
    return " ".join(f"{one.st_ino}:{one.st_size}:{one.st_mtime_ns}" for one in found)


def erased_in(folder: Path) -> int:
    """How many people were erased from the ring of a folder `keys`. Raises KeysUnavailable."""
    file = folder / "keys.db"
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as db:
            found: int = db.execute("SELECT count(*) FROM destroyed").fetchone()[0]
    except sqlite3.Error as error:
        raise KeysUnavailable(f"{file} cannot be read: {error}") from error
    return found


def root_in(file: Path) -> bytes:
    """The root key. Raises KeysUnavailable."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise KeysUnavailable(f"the root key {file} cannot be read: {error.strerror}") from error


def files_in(folder: Path) -> dict[str, bytes]:
    """The wrapped keys that lie next to the ring."""
    return {name: (folder / name).read_bytes() for name in FILES if (folder / name).exists()}


def put_back(folder: Path, copy: RingCopy) -> None:
    """Fill an embedded ring that was just opened for the first time with the copy's root key, and is closed again."""
    load_root_key(folder / "root.key", create=False)
    with closing(sqlite3.connect(folder / "keys.db", isolation_level=None)) as db, transaction(db):
        db.executemany("INSERT INTO tenant_keys VALUES(?, ?, ?, ?)", copy.tenants)
        db.executemany("INSERT INTO index_keys VALUES(?, ?)", copy.indexes)
        db.executemany("INSERT INTO subject_keys VALUES(?, ?, ?, ?)", copy.people)
        db.executemany("INSERT INTO destroyed(subject_hash, destroyed_at) VALUES(?, ?)", copy.destroyed)
