"""The write-ahead log of a views file: moved into the file when it has grown long, emptied when asked."""

from __future__ import annotations

import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from shared.views.port import ViewsUnavailable
from shared.views.sqlite_file import open_for_checkpoints

LOG_BYTES = 16 * 1024 * 1024  # after which it is moved into the file: in a longer one, pages are found later


class Log:
    """`db`: the writing connection, which whoever calls `shorten` or `empty` holds."""

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self._file, self._db = path.with_name(f"{path.name}-wal"), db
        self._beside = open_for_checkpoints(path)
        self._limit = LOG_BYTES

    @property
    def is_long(self) -> bool:
        return self._size() > self._limit

    def move_beside(self) -> None:
        """Move most of it while others write, then what they wrote meanwhile: what is left holds them up briefly."""
        with suppress(sqlite3.OperationalError):  # busy: another one is at it
            for _ in range(2):
                self._beside.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def shorten(self) -> None:
        """Move the rest; where a reader is in the way, it is long again when it has grown by as much again."""
        self._moved()
        self._limit = self._size() + LOG_BYTES

    def empty(self, seconds: float) -> None:
        """Return once nothing stands in it. Raises ViewsUnavailable when readers are in the way that long."""
        deadline = time.monotonic() + seconds
        while not self._moved():
            time.sleep(0.01)
            if time.monotonic() > deadline:
                raise ViewsUnavailable("readers keep the log from being emptied")

    def close(self) -> None:
        self._beside.close()

    def _moved(self) -> bool:
        """Whether it is empty now."""
        self._db.execute("PRAGMA busy_timeout=0")
        try:
            busy: int = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            self._db.execute("PRAGMA busy_timeout=10000")
        return not busy

    def _size(self) -> int:
        try:
            return self._file.stat().st_size
        except FileNotFoundError:
            return 0
