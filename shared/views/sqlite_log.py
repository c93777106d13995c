"""The write-ahead log of a views file: moved into the file next to the writers, cut when it is too long."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from struct import unpack_from

from shared.views.port import ViewsUnavailable
from shared.views.sqlite_file import open_for_checkpoints

PAGES = 4096  # in the log alone, after which they are moved: in a longer one, pages are found later
LOG_BYTES = 64 * 1024 * 1024  # after which the log is cut, while nobody writes


class Log:
    """`db`: the writing connection, which the caller of `shorten` or `empty` holds.

    A log of which everything is moved is written from its beginning again by the next writer, who waits for no disk.
    Cutting it waits for a flush.

    The log's index is opened once: closing any handle of a file drops every lock that the process has on it, SQLite's
    too (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
    Another process that opens the database then believes itself alone and cuts the index: who has it mapped is killed.
    """

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self._file, index = (path.with_name(f"{path.name}-{end}") for end in ("wal", "shm"))
        self._db, self._beside = db, open_for_checkpoints(path)
        self._beside.execute("SELECT 1 FROM sqlite_schema").fetchone()  # the first reading makes the index
        self._index = os.open(index, os.O_RDONLY)
        self._limit = LOG_BYTES

    @property
    def is_long(self) -> bool:
        """Whether much stands in the log alone: https://www.sqlite.org/walformat.html#the_wal_index_file_format"""
        head = os.pread(self._index, 100, 0)
        [written], [moved] = unpack_from("=I", head, 16), unpack_from("=I", head, 96)
        return bool(written - moved > PAGES)

    @property
    def is_large(self) -> bool:
        """Whether the file has grown so that it should be cut."""
        return self._size() > self._limit

    def move(self) -> None:
        """Move it while others write, then what they wrote meanwhile."""
        with suppress(sqlite3.OperationalError):  # busy: another one is at it
            for _ in range(2):
                self._beside.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def shorten(self) -> None:
        """Move the rest and cut it; where a reader is in the way, it is large again when it has grown by as much."""
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
        """To be called when all other connections are closed: what locks there are fall with the index's handle."""
        self._beside.close()
        os.close(self._index)

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
