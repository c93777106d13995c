"""A look at an event store's file before it is opened: nothing is written, no log is moved."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson

from shared.eventstore.log_report import Finding, Known, LogReport
from shared.eventstore.port import StoreBroken
from shared.eventstore.sqlite_check import Checking, check_end
from shared.eventstore.sqlite_file import FORMAT
from shared.formats import NewerFormat
from shared.sqlitefile import reading_only

ALL = 2**62
_LAST = "SELECT ifnull(max(position), 0) FROM events"
_NOT_CHAINED = """
SELECT 1 FROM meta WHERE name = 'chained_later' AND value > (SELECT ifnull(max(position), 0) FROM chain)
"""
_HOLDING = """
SELECT tenant, type, data, metadata FROM events WHERE position > ?1 AND (instr(data, ?2) OR instr(metadata, ?2))
"""
# An event whose data is not JSON has no known subject.
_SUBJECTS = """
SELECT DISTINCT tenant, json_extract(CAST(data AS TEXT), :path) FROM events
WHERE position > :after AND type IN (SELECT value FROM json_each(:types))
    AND CASE WHEN json_valid(CAST(data AS TEXT)) THEN json_extract(CAST(data AS TEXT), :path) <> '' END
"""


class LogPeek:
    """installation: "" for a store of a format that had none. head: the position of the last event.

    chained: every event has its chain hash, as from a certain format on.
    """

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self._path, self._db = path, db
        has_meta = db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").fetchone()
        found = db.execute("SELECT value FROM meta WHERE name = 'installation'").fetchone() if has_meta else None
        self.installation: str = found[0].decode() if found else ""
        self.head: int = db.execute(_LAST).fetchone()[0]
        has_chain = db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'chain'").fetchone()
        self.chained = bool(has_chain) and not db.execute(_NOT_CHAINED).fetchone()

    def chain_hash(self, position: int) -> bytes:
        """As EventStore.chain_hash; b"" also where a store of an older format has none."""
        sql = "SELECT chain_hash FROM chain WHERE position = ?"
        found = self._db.execute(sql, (position,)).fetchone() if self.chained else None
        return found[0] if found else b""

    def disagreements(self, known: Sequence[Known]) -> list[Finding]:
        return [one.finding for one in known if one.chain_hash and one.chain_hash != self.chain_hash(one.position)]

    def check_end(self) -> None:
        """Raises StoreBroken: the newest events are not those that were written, or a -wal of another file is there."""
        with _readable(self._path):
            if self.chained:
                check_end(self._path, self._db)

    def step(self, checking: Checking) -> bool:
        with _readable(self._path):
            return checking.step(self._db)

    def subjects(self, after: int, types: Collection[str], field: str) -> Iterator[tuple[str, str]]:
        """(tenant, subject), each once, of the events of these types behind a position."""
        where = {"after": after, "types": orjson.dumps(sorted(types)).decode(), "path": f"$.{field}"}
        with _readable(self._path):
            yield from self._db.execute(_SUBJECTS, where)

    def holding(self, after: int, mark: bytes) -> Iterator[tuple[str, str, bytes, bytes]]:
        """(tenant, type, data, metadata) of the events behind a position in which these bytes stand."""
        with _readable(self._path):
            yield from self._db.execute(_HOLDING, (after, mark))


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


def check_file(path: Path, known: Sequence[Known], progress: Callable[[int], None]) -> LogReport:
    """Check a whole log that no process has open, and compare it with the hashes that other files noted.

    One of a format that had no chain hashes yet gives an empty report. Raises NewerFormat, StoreBroken.
    """
    checking = Checking(ALL)
    with peek(path) as log:
        if log is None or not log.chained:
            return checking.report
        for finding in log.disagreements(known):
            checking.report.note(finding)
        while log.step(checking):
            progress(checking.report.events)
    return checking.report
