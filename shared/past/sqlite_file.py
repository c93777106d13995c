"""The file of the embedded past: a cache of the events, like the views, with a checkpoint of its own."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from zlib import crc32

from shared.cachefile import mark_if_damaged, open_cache
from shared.past.layout import Layout
from shared.past.port import PastUnavailable
from shared.sqlitefile import transaction
from shared.views.port import Collection

FORMAT = 1
CACHE = 32_000  # kB
log = logging.getLogger("crm.past")

_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE collections(
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, live INTEGER NOT NULL, filled INTEGER NOT NULL,
    shape BLOB NOT NULL
);
CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE checkpoint(
    id INTEGER PRIMARY KEY CHECK(id = 1), position INTEGER NOT NULL, chain_hash BLOB NOT NULL,
    destroyed INTEGER NOT NULL
);
CREATE TABLE leases(
    name TEXT PRIMARY KEY, token INTEGER NOT NULL, holder TEXT NOT NULL, expires INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO checkpoint VALUES(1, 0, x'', 0);
PRAGMA user_version={FORMAT};
COMMIT;
"""


def open_for_writing(path: Path, installation: str) -> sqlite3.Connection:
    """Open or create the file. One that cannot be used or is another installation's is replaced: all that it holds
    stands in the events. installation: "" = any.
    """
    settings = ("secure_delete=ON", "wal_autocheckpoint=0", f"cache_size=-{CACHE}")
    return open_cache(path, _SCHEMA, FORMAT, partial(_check, crc32(installation.encode()) >> 1), log, settings)


def _check(installation: int, db: sqlite3.Connection) -> None:
    """installation: as its number in the file's head, 0 = any. A file without one is taken."""
    db.execute("SELECT position FROM checkpoint").fetchone()
    [found] = db.execute("PRAGMA application_id").fetchone()
    if installation and found not in (0, installation):
        raise sqlite3.DatabaseError("of another installation")
    db.execute(f"PRAGMA application_id={installation or found}")


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Turn errors of the disk or of a closed file into PastUnavailable; mark a damaged one for the next start."""
    try:
        yield
    except sqlite3.Error as error:
        mark_if_damaged(path, error)
        raise PastUnavailable(f"the past cannot be used now: {error}") from error


class FileCatalogue:
    """layouts: the collections in use by name. building: unfinished rebuilds by their temporary name."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.layouts: dict[str, Layout] = {}
        self.building: dict[str, Layout] = {}
        self.unfilled: set[str] = set()
        self.numbers: dict[str, int] = {name: id for id, name in db.execute("SELECT id, name FROM names")}
        self._dead = [id for (id,) in db.execute("SELECT id FROM collections WHERE live = 0").fetchall()]
        for number in self._dead:
            self._drop(number)

    def number(self, tenant: str) -> int:
        """A tenant's number, given one if it is new."""
        found = self.numbers.get(tenant)
        if found is None:
            found = self._db.execute("INSERT INTO names(name) VALUES(?)", (tenant,)).lastrowid
            assert found is not None
            self.numbers[tenant] = found
        return found

    def forget_numbers(self) -> None:
        """A transaction was undone: read them again."""
        self.numbers.clear()
        self.numbers.update({name: id for id, name in self._db.execute("SELECT id, name FROM names")})

    def layout(self, name: str) -> Layout:
        """A collection in use or an unfinished rebuild. Raises KeyError."""
        return self.building[name] if name in self.building else self.layouts[name]

    def declare(self, collections: Sequence[Collection]) -> None:
        """See Past.declare."""
        empty = not self._db.execute("SELECT position FROM checkpoint").fetchone()[0]
        for one in collections:
            row = self._db.execute(
                "SELECT id, filled, shape FROM collections WHERE name = ? AND live = 1", (one.name,)
            ).fetchone()
            known = self.layouts.get(one.name)
            if known is not None and known.fingerprint == Layout(0, one).fingerprint:
                continue
            if row is not None and row[2] == Layout(row[0], one).fingerprint:
                self.layouts[one.name], filled = Layout(row[0], one), row[1]
            else:
                with transaction(self._db):
                    if row is not None:
                        self._drop(row[0])
                    self.layouts[one.name], filled = self._create(one, live=True, filled=empty), empty
            if not filled:
                self.unfilled.add(one.name)

    def start_again(self) -> None:
        """Within a transaction: every collection is empty, and wants a rebuild."""
        for name, layout in list(self.layouts.items()):
            self._drop(layout.number)
            self.layouts[name] = self._create(layout.declaration, live=True, filled=False)
            self.unfilled.add(name)

    def begin_rebuild(self, declared: Collection) -> str:
        """See Past.begin_rebuild."""
        for name, layout in list(self.building.items()):
            if layout.declaration.name == declared.name:
                self._drop(layout.number)
                del self.building[name]
        with transaction(self._db):
            layout = self._create(declared, live=False, filled=False)
        name = f"{declared.name}~{layout.number}"
        self.building[name] = layout
        return name

    def swap(self, rebuilt: str) -> int:
        """Within a transaction: make the rebuilt collection the one in use; returns the number of the other."""
        layout = self.building[rebuilt]
        old = self.layouts[layout.declaration.name].number
        self._db.execute("UPDATE collections SET live = 0 WHERE id = ?", (old,))
        self._db.execute("UPDATE collections SET live = 1, filled = 1 WHERE id = ?", (layout.number,))
        return old

    def swapped(self, rebuilt: str) -> None:
        """After it: readers find the new one. The old one's tables are there until they are dropped."""
        layout = self.building.pop(rebuilt)
        self.layouts[layout.declaration.name] = layout
        self.unfilled.discard(layout.declaration.name)

    def _create(self, declared: Collection, *, live: bool, filled: bool) -> Layout:
        insert = "INSERT INTO collections(name, live, filled, shape) VALUES(?, ?, ?, x'')"
        number = self._db.execute(insert, (declared.name, live, filled)).lastrowid
        assert number is not None
        layout = Layout(number, declared)
        self._db.execute("UPDATE collections SET shape = ? WHERE id = ?", (layout.fingerprint, number))
        for statement in tables(layout):
            self._db.execute(statement)
        return layout

    def _drop(self, number: int) -> None:
        while self.drop_one(number):
            pass

    def drop_one(self, number: int) -> bool:
        """Drop one table of a collection; False: the last is gone, and the collection with it.

        Every page is overwritten: a minute for ten million versions.
        """
        one = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB ? LIMIT 1"
        if (found := self._db.execute(one, (f"p{number}_*",)).fetchone()) is None:
            self._db.execute("DELETE FROM collections WHERE id = ?", (number,))
            return False
        self._db.execute(f"DROP TABLE {found[0]}")
        return True


def tables(layout: Layout) -> list[str]:
    """The statements that make the empty tables of a collection."""
    name = layout.name
    cells = "".join(f", c{n} NOT NULL" for n in range(layout.width))
    dims = "".join(f", d{n} NOT NULL" for n in range(len(layout.dims)))
    measures = "".join(f", m{n} INTEGER NOT NULL" for n in range(len(layout.measures)))
    halves = "".join(f", x{n} INTEGER NOT NULL, y{n} INTEGER NOT NULL" for n in range(len(layout.measures)))
    return [
        f"CREATE TABLE {name('rec')}(t, n, k NOT NULL, o NOT NULL, a NOT NULL, r NOT NULL, PRIMARY KEY(t, n))"
        " WITHOUT ROWID",
        f"CREATE UNIQUE INDEX {name('rec_k')} ON {name('rec')}(t, k)",
        f"CREATE INDEX {name('rec_o')} ON {name('rec')}(t, o, n)",
        f"CREATE TABLE {name('v')}(t, n, a, ver, r NOT NULL, late NOT NULL{cells}, PRIMARY KEY(t, n, a, ver))"
        " WITHOUT ROWID",
        f"CREATE TABLE {name('s')}(t, f, v, n, a, r, b NOT NULL, s NOT NULL, PRIMARY KEY(t, f, v, n, a, r))"
        " WITHOUT ROWID",
        f"CREATE TABLE {name('h')}(t, f, v, a, n, r, b NOT NULL, s NOT NULL, PRIMARY KEY(t, f, v, a, n, r))"
        " WITHOUT ROWID",
        f"CREATE TABLE {name('sh')}(g INTEGER PRIMARY KEY, t NOT NULL{dims})",
        f"CREATE TABLE {name('ch')}(t, at, n, r, sign, g NOT NULL, late NOT NULL{measures},"
        " PRIMARY KEY(t, at, n, r, sign))"
        " WITHOUT ROWID",
        f"CREATE INDEX {name('ch_late')} ON {name('ch')}(t, r, late) WHERE late",
        f"CREATE TABLE {name('fr')}(t, fr, at NOT NULL, changes NOT NULL, size NOT NULL, PRIMARY KEY(t, fr))"
        " WITHOUT ROWID",
        f"CREATE TABLE {name('tot')}(t, fr, g, cnt NOT NULL{halves}, PRIMARY KEY(t, fr, g)) WITHOUT ROWID",
        f"CREATE TABLE {name('den')}(t, q, cnt NOT NULL, PRIMARY KEY(t, q)) WITHOUT ROWID",
    ]
