"""A look at an event store's file before it is opened: nothing is written, no log is moved."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from shared.eventstore.port import StoreBroken
from shared.eventstore.sqlite_file import FORMAT
from shared.formats import NewerFormat
from shared.sqlitefile import reading_only

_LAST = "SELECT ifnull(max(position), 0) FROM events"
# What is no JSON is a poison event: whose it is, nobody can tell.
_SUBJECTS = """
SELECT DISTINCT tenant, json_extract(CAST(data AS TEXT), :path) FROM events
WHERE position > :after AND type IN (SELECT value FROM json_each(:types))
    AND CASE WHEN json_valid(CAST(data AS TEXT)) THEN json_extract(CAST(data AS TEXT), :path) <> '' END
"""


class LogPeek:
    """installation: "" for a store of a format that had none. head: the position of the last event."""

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self._path, self._db = path, db
        has_meta = db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").fetchone()
        found = db.execute("SELECT value FROM meta WHERE name = 'installation'").fetchone() if has_meta else None
        self.installation: str = found[0].decode() if found else ""
        self.head: int = db.execute(_LAST).fetchone()[0]

    def subjects(self, after: int, types: Collection[str], field: str) -> Iterator[tuple[str, str]]:
        """(tenant, subject), each once, of the events of these types behind a position."""
        where = {"after": after, "types": orjson.dumps(sorted(types)).decode(), "path": f"$.{field}"}
        with _readable(self._path):
            yield from self._db.execute(_SUBJECTS, where)


@contextmanager
def peek(path: Path) -> Iterator[LogPeek | None]:
    """None: there is no file, or one in which nothing was ever made. Raises NewerFormat, StoreBroken."""
    if not path.exists() or path.stat().st_size == 0:
        yield None
        return
    with reading_only(path) as db:
        with _readable(path):
            found = db.execute("PRAGMA user_version").fetchone()[0]
            if found > FORMAT:
                raise NewerFormat(path, found, FORMAT)
            log = LogPeek(path, db) if found else None
        yield log


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise StoreBroken(f"{path} cannot be read ({error}): put it back from its backup") from error
