"""A disk that remembers what was synced, under the store's real code: for power loss, full disks and failed syncs.

SQLite's file calls go through an apsw VFS to real files (what the operating system's cache shows) and into a log. What
would be left after a power loss is computed from the log: everything synced, plus any part of what was not.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512
DATABASE = "events.db"


@dataclass(slots=True)
class Write:
    """`data` at `offset`; without data: the file is cut to `offset` bytes."""

    offset: int
    data: bytes | None


@dataclass(slots=True)
class FileState:
    """What of one file is certain (`durable`) and what is only in the cache (`unsynced`, `deleted`)."""

    durable: bytearray = field(default_factory=bytearray)
    unsynced: list[Write] = field(default_factory=list)
    deleted: bool = False
    new: bool = True

    def sync(self) -> None:
        for write in self.unsynced:
            _apply(self.durable, write)
        self.unsynced.clear()
        self.new = False

    def after_power_loss(self, dice: random.Random) -> bytes | None:
        """The synced content and a random half of the sectors that were written since; None: the file is gone."""
        if self.deleted and dice.random() < 0.5:
            return None
        content = bytearray(self.durable)
        for write in self.unsynced:
            for sector in _sectors(write):
                if dice.random() < 0.5:
                    _apply(content, sector)
        return bytes(content)


def happen(files: dict[str, FileState], operation: str, name: str, write: Write | None) -> None:
    """What a file call does to what is certain. SQLite syncs the folder with the first sync of a new log or journal."""
    if operation == "delete for good":
        files.pop(name, None)
    elif operation == "delete":
        files[name].deleted = True
    elif operation == "sync":
        if files[name].new and name != DATABASE:
            for gone in [n for n, state in files.items() if state.deleted]:
                del files[gone]
        files[name].sync()
    elif write is not None:
        if name not in files or files[name].deleted:
            files[name] = FileState()
        files[name].unsynced.append(write)


def _apply(content: bytearray, write: Write) -> None:
    if write.data is None:
        del content[write.offset :]
        return
    if len(content) < write.offset:
        content.extend(bytes(write.offset - len(content)))
    content[write.offset : write.offset + len(write.data)] = write.data


def _sectors(write: Write) -> Iterator[Write]:
    if write.data is None:
        yield write
        return
    start, end = write.offset, write.offset + len(write.data)
    while start < end:
        stop = min(end, start - start % SECTOR + SECTOR)
        yield Write(start, write.data[start - write.offset : stop - write.offset])
        start = stop


class Disk(apsw.VFS):
    """Each call on a file is reported to `watch(operation, file name, write)` before it is done; the watcher may raise.

    The log is moved into the database when it has `log_pages` pages.
    """

    def __init__(self, name: str, watch: Callable[[str, str, Write | None], None], log_pages: int = 12) -> None:
        self.name, self.watch, self._log_pages = name, watch, log_pages
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return _File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.watch("delete for good" if syncdir else "delete", Path(filename).name, None)
        super().xDelete(filename, syncdir)

    def connect(self, path: Path, mode: str) -> sqlite3.Connection:
        """What stands in for `sqlite_file._connect`."""
        flags = apsw.SQLITE_OPEN_URI | (apsw.SQLITE_OPEN_READONLY if mode == "ro" else apsw.SQLITE_OPEN_READWRITE)
        db = apsw.Connection(path.absolute().as_uri(), flags=flags, vfs=self.name)
        db.set_wal_hook(self._move_log)
        return _Connection(db)  # type: ignore[return-value]

    def _move_log(self, db: apsw.Connection, name: str, pages: int) -> int:
        """As SQLite does by itself: a failure here is no failure of the commit, the log is kept."""
        if pages >= self._log_pages:
            with suppress(apsw.Error):
                db.wal_checkpoint(name)
        return apsw.SQLITE_OK


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk
        self._name = Path(name.filename() if isinstance(name, apsw.URIFilename) else name or "temporary").name

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.watch("write", self._name, Write(offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:
        self._disk.watch("write", self._name, Write(size, None))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:
        self._disk.watch("sync", self._name, None)
        super().xSync(flags)


class _Connection:
    """As much of sqlite3.Connection as the store uses, over apsw, with sqlite3's errors."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db

    @property
    def in_transaction(self) -> bool:
        return self._db.in_transaction

    def execute(self, sql: str, parameters: Any = ()) -> _Cursor:
        return _Cursor(_translated(self._db.execute, sql, parameters))

    def executescript(self, sql: str) -> None:
        self.execute(sql).fetchall()

    def close(self) -> None:
        with suppress(apsw.Error):  # as in sqlite3: the log that could not be moved stays
            self._db.close()


class _Cursor:
    def __init__(self, cursor: apsw.Cursor) -> None:
        self._cursor = cursor

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())

    def fetchall(self) -> list[Any]:
        return _translated(self._cursor.fetchall)  # type: ignore[no-any-return]

    def fetchone(self) -> Any:
        rows = self.fetchall()
        return rows[0] if rows else None


def _translated(act: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return act(*arguments)
    except apsw.ConstraintError as error:
        raise sqlite3.IntegrityError(str(error)) from error
    except apsw.Error as error:
        translated = sqlite3.OperationalError(str(error))
        translated.sqlite_errorcode = error.extendedresult  # type: ignore[attr-defined]
        raise translated from error


def fault(kind: type[apsw.Error], code: int) -> apsw.Error:
    """An error for SQLite to meet in a file call."""
    error = kind()
    error.extendedresult = code  # type: ignore[attr-defined]
    return error
