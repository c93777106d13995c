"""Filling a new file of the embedded event store with events of another store, as they were recorded there."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from shared.events.envelope import Stored
from shared.eventstore.chain import chain_hashes, genesis
from shared.eventstore.port import StoreUnavailable
from shared.eventstore.sqlite_file import is_full, open_for_writing
from shared.sqlitefile import transaction

_COLUMNS = Stored._fields
_INSERT = f"INSERT INTO events({', '.join(_COLUMNS)}, category) VALUES({', '.join('?' * len(_COLUMNS))}, ?)"


class SqliteLoader:
    """Nothing is durable before `finish`: who is interrupted throws the file away."""

    def __init__(self, path: Path, installation: str) -> None:
        """Create the file. Raises StoreUnavailable: the disk is full."""
        self._path, self._chain_hash, self.position = path, genesis(installation), 0
        try:
            self._db = open_for_writing(path, installation=installation)
            self._db.execute("PRAGMA synchronous=OFF")
        except sqlite3.Error as error:
            raise _failed(path, error) from error

    def add(self, events: Sequence[Stored]) -> None:
        """Append events in the order of their feed; positions are this file's. Raises StoreUnavailable."""
        rows = [event._replace(position=at) for at, event in enumerate(events, self.position + 1)]
        chained = chain_hashes(self._chain_hash, rows)
        try:
            with transaction(self._db):
                self._db.executemany(_INSERT, [(*row, row.category) for row in rows])
                self._db.executemany("INSERT INTO chain VALUES(?, ?)", chained)
        except sqlite3.Error as error:
            raise _failed(self._path, error) from error
        if rows:
            self.position, self._chain_hash = chained[-1]

    def finish(self) -> None:
        """Make all of it durable, and close the file. Raises StoreUnavailable."""
        try:
            self._db.execute("INSERT INTO meta VALUES('put_back', ?)", (self.position,))
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            handle = os.open(self._path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        except (sqlite3.Error, OSError) as error:
            raise _failed(self._path, error) from error
        finally:
            self.close()

    def close(self) -> None:
        """Leave it as it is. Repeatable."""
        self._db.close()


def _failed(path: Path, error: sqlite3.Error | OSError) -> StoreUnavailable:
    if isinstance(error, sqlite3.Error) and is_full(error):
        return StoreUnavailable(f"there is no room left for {path}: make room, and do it again")
    return StoreUnavailable(f"{path} cannot be written: {error}")
