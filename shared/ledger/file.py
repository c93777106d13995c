"""The ledger next to the log: `ledger.db`, a cache of the events with a position of its own.

It holds the tree's tiles, where in the log each leaf is, which leaf an event id is, and the checkpoints that the log
holds. Several subscriptions may share the file: the one that has the lease writes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path
from struct import iter_unpack, pack
from typing import NamedTuple

from shared.cachefile import belongs_to, open_cache, refusals
from shared.clock import Micros
from shared.errors import Unavailable
from shared.ledger.tiles import WIDTH, Tile, Tiles
from shared.sqlitefile import transaction
from shared.views.port import Lease
from shared.views.sqlite_leases import prolong, take

FORMAT = 2
_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE state(
    id INTEGER PRIMARY KEY CHECK(id = 1), size INTEGER NOT NULL, position INTEGER NOT NULL, installation TEXT NOT NULL
);
CREATE TABLE tiles(id INTEGER PRIMARY KEY, hashes BLOB NOT NULL);
CREATE TABLE positions(number INTEGER PRIMARY KEY, first INTEGER NOT NULL UNIQUE, positions BLOB NOT NULL);
CREATE TABLE ids(prefix INTEGER NOT NULL, leaf INTEGER NOT NULL, PRIMARY KEY(prefix, leaf)) WITHOUT ROWID;
CREATE TABLE checkpoints(
    version INTEGER PRIMARY KEY, leaf INTEGER NOT NULL, size INTEGER NOT NULL, signed_at INTEGER NOT NULL,
    note TEXT NOT NULL, key TEXT NOT NULL
);
CREATE INDEX checkpoints_by_size ON checkpoints(size);
CREATE TABLE published(place TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE leases(
    name TEXT PRIMARY KEY, token INTEGER NOT NULL, holder TEXT NOT NULL, expires INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO state VALUES(1, 0, 0, '');
PRAGMA user_version={FORMAT};
COMMIT;
"""
_CHECKPOINTS = "SELECT version, leaf, size, signed_at, note, key FROM checkpoints"
log = logging.getLogger("crm.ledger")


class Signed(NamedTuple):
    """A checkpoint in the log: its version in its stream, and its own leaf. `size`: of the tree that it signs."""

    version: int
    leaf: int
    size: int
    signed_at: Micros
    note: str
    key: str


class Added(NamedTuple):
    """The leaves of a batch, in their order: what they are in the tree, in the log and by their event ids."""

    tiles: Sequence[Tile]
    positions: Sequence[int]
    event_ids: Sequence[str]
    checkpoints: Sequence[Signed]


class LedgerFile:
    """Used from one event loop. Every method raises Unavailable when the file fails or is closed."""

    def __init__(self, path: Path, installation: str) -> None:
        """Open or create the file of an installation.

        One that cannot be used, or is another one's, is made again: all that it holds follows from the log.
        """
        self._path, self.installation = path, installation
        self._db = open_cache(path, _SCHEMA, FORMAT, belongs_to(installation), log)
        self._tree: Tiles | None = None

    def state(self) -> tuple[int, int]:
        """How many leaves there are, and the position in the log that the tree has come to."""
        with self._refusals():
            size, position = self._db.execute("SELECT size, position FROM state").fetchone()
        return size, position

    def tree(self) -> Tiles:
        """The tree as it stands in the file. Do not extend it."""
        size, _ = self.state()
        if self._tree is None or self._tree.size != size:
            self._tree = Tiles(size, self.tile)
        return self._tree

    def tile(self, level: int, number: int) -> bytes:
        """A stored tile."""
        with self._refusals():
            found = self._db.execute("SELECT hashes FROM tiles WHERE id = ?", (_id(level, number),)).fetchone()
        if found is None:
            raise Unavailable("the ledger's file is damaged: remove ledger.db, it is filled again from the log")
        hashes: bytes = found[0]
        return hashes

    def add(self, added: Added, position: int, lease: Lease) -> None:
        """Append leaves and move the position, all or nothing. Raises LeaseLost."""
        with self._refusals(), transaction(self._db):
            size, _ = self._db.execute("SELECT size, position FROM state").fetchone()
            tiles = [(_id(t.level, t.number), t.hashes) for t in added.tiles]
            self._db.executemany("INSERT OR REPLACE INTO tiles VALUES(?, ?)", tiles)
            self._add_positions(size, added.positions)
            ids = [(_prefix(one), leaf) for leaf, one in enumerate(added.event_ids, size)]
            self._db.executemany("INSERT INTO ids VALUES(?, ?)", ids)
            self._db.executemany("INSERT INTO checkpoints VALUES(?, ?, ?, ?, ?, ?)", added.checkpoints)
            grown = size + len(added.positions)
            self._db.execute("UPDATE state SET size = ?, position = ?", (grown, position))
            prolong(self._db, lease)

    def _add_positions(self, size: int, positions: Sequence[int]) -> None:
        number, rest = divmod(size, WIDTH)
        found = self._db.execute("SELECT positions FROM positions WHERE number = ?", (number,)).fetchone()
        known = [*_unpacked(found[0])][:rest] if found else []
        rows = [*known, *positions]
        tiles = [rows[start : start + WIDTH] for start in range(0, len(rows), WIDTH)]
        packed = [(number + n, tile[0], pack(f">{len(tile)}Q", *tile)) for n, tile in enumerate(tiles)]
        self._db.executemany("INSERT OR REPLACE INTO positions VALUES(?, ?, ?)", packed)

    def position_of(self, leaf: int) -> int:
        """The position of a leaf's event; 0 for leaf -1."""
        if leaf < 0:
            return 0
        with self._refusals():
            ask = "SELECT positions FROM positions WHERE number = ?"
            packed: bytes = self._db.execute(ask, (leaf // WIDTH,)).fetchone()[0]
        return [*_unpacked(packed)][leaf % WIDTH]

    def leaves_up_to(self, position: int) -> int:
        """How many leaves lie at a position of the log or before it."""
        with self._refusals():
            ask = "SELECT number, positions FROM positions WHERE first <= ? ORDER BY first DESC LIMIT 1"
            found = self._db.execute(ask, (position,)).fetchone()
        return 0 if found is None else found[0] * WIDTH + sum(one <= position for one in _unpacked(found[1]))

    def leaves_named(self, event_id: str) -> list[int]:
        """The leaves that may be an event's: its own, and in rare cases those of ids that begin alike."""
        with self._refusals():
            ask = "SELECT leaf FROM ids WHERE prefix = ?"
            return [leaf for (leaf,) in self._db.execute(ask, (_prefix(event_id),))]

    def checkpoints(self, after: int, limit: int) -> list[Signed]:
        """Those behind a version, oldest first."""
        ask = f"{_CHECKPOINTS} WHERE version > ? ORDER BY version LIMIT ?"
        with self._refusals():
            return [*map(Signed._make, self._db.execute(ask, (after, limit)))]

    def newest(self) -> Signed | None:
        """The newest checkpoint."""
        with self._refusals():
            found = self._db.execute(f"{_CHECKPOINTS} ORDER BY version DESC LIMIT 1").fetchone()
        return None if found is None else Signed._make(found)

    def signed(self, size: int) -> Signed | None:
        """The checkpoint of a size."""
        with self._refusals():
            found = self._db.execute(f"{_CHECKPOINTS} WHERE size = ?", (size,)).fetchone()
        return None if found is None else Signed._make(found)

    def unsigned(self) -> int:
        """How many leaves the newest checkpoint does not cover, other than checkpoints."""
        newest, (size, _) = self.newest(), self.state()
        if newest is None:
            return size
        with self._refusals():
            ask = "SELECT count(*) FROM checkpoints WHERE leaf >= ?"
            own: int = self._db.execute(ask, (newest.size,)).fetchone()[0]
        return size - newest.size - own

    def published(self, place: str) -> int:
        """The version of the last checkpoint that a place outside has."""
        with self._refusals():
            found = self._db.execute("SELECT version FROM published WHERE place = ?", (place,)).fetchone()
        return found[0] if found else 0

    def note_published(self, place: str, version: int) -> None:
        with self._refusals():
            self._db.execute("INSERT OR REPLACE INTO published VALUES(?, ?)", (place, version))

    async def lease(self, name: str, holder: str, now: Micros, until: Micros, *, steal: bool = False) -> Lease | None:
        """See Views.lease."""
        with self._refusals():
            return take(self._db, name, holder, now, until, steal=steal)

    def close(self) -> None:
        self._db.close()

    def _refusals(self) -> AbstractContextManager[None]:
        return refusals(self._path, "the ledger's file cannot be used now", log)


def _id(level: int, number: int) -> int:
    return level << 48 | number


def _prefix(event_id: str) -> int:
    """What an event is found by: ids that are made one after the other lie side by side."""
    digits = event_id.replace("-", "")
    try:
        return int(digits[:12] + digits[13:16], 16)  # of a UUIDv7: the millisecond and a counter
    except ValueError:
        return int.from_bytes(sha256(event_id.encode()).digest()[:7])


def _unpacked(packed: bytes) -> Iterator[int]:
    return (position for (position,) in iter_unpack(">Q", packed))
