"""The job store: how far a job is, which process works on it, the rejected rows, and what a revert has to do.

A SQLite file that several processes open. A cache: without it the job begins again from its first row, and every
command it sends again is known to the event store.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from services.integration.jobs.job_schema import SCHEMA, TOUCH
from shared.clock import Micros

PAGE = 500  # rows read at once: no transaction stays open while a caller uses them


@dataclass(slots=True)
class Mark:
    """Rows of `step` up to `row` are done (of a bulk act: records). counts: per step, outcome → rows.

    warned: what was missed → rows.

    scanned: the revert has collected its work. position, chain_hash: the log's head at that moment, the hash in hex.
    time_zone: the organisation's when the job began, so that all of its rows mean the same.
    """

    step: int = 0
    row: int = 0
    counts: list[dict[str, int]] = field(default_factory=list)
    warned: dict[str, int] = field(default_factory=dict)
    scanned: bool = False
    position: int = 0
    chain_hash: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class FaultyRow:
    """A row that was rejected or taken with a warning. errors: as `row_errors.entries` gives them."""

    step: int
    row: int
    line: int
    cells: list[str]
    errors: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Touched:
    """A record the import created or changed. versions: of its events by the import, if it did not create the record.

    last: the version of the last event by the import or its revert. foreigner: others changed the record since.
    """

    n: int
    category: str
    id: str
    created: bool
    versions: list[int]
    last: int
    foreigner: bool


@contextmanager
def existing(path: Path) -> Iterator[JobFile | None]:
    """The job store for a look; None when it is not there, or damaged."""
    try:
        file = JobFile(path) if path.exists() else None
    except sqlite3.DatabaseError:  # or removed in between
        file = None
    try:
        yield file
    finally:
        if file is not None:
            file.close()


class Stopped(Exception):
    """The job was paused, cancelled, erased or dropped; everything up to its mark is done."""


class ClaimLost(Exception):
    """Another process has claimed the job; nothing was written."""


class JobStoreBusy(Exception):
    """Another process is in the middle of a look: deleted rows stay in a file until the next try."""


class JobFile:
    """One SQLite file per job; each process uses a JobFile from one thread. secret: keys the hashes of the rows' keys.

    erasures: the number of erasures before its rejected rows came; the argument counts for a new file only.
    """

    def __init__(self, path: Path, secret: bytes = b"", erasures: int = 0) -> None:
        self._secret, self._holder = secret, ""
        is_new = not path.exists()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.executescript(SCHEMA)
        if is_new:
            self._db.execute(f"PRAGMA user_version={erasures}")

    # --- the claim ----------------------------------------------------------------------------------------------------

    def claim(self, holder: str, now: Micros, until: Micros) -> bool:
        """Take the job's claim; False while another holder's has not expired.

        From then on this object writes only while `holder` has the claim, else it raises ClaimLost.
        """
        taken = self._db.execute(
            "INSERT INTO claim VALUES(1, ?, ?) ON CONFLICT(id) DO UPDATE SET holder = excluded.holder,"
            " until = excluded.until WHERE claim.holder = excluded.holder OR claim.until <= ?",
            (holder, until, now),
        ).rowcount
        self._holder = holder if taken else self._holder
        return taken == 1

    def renew(self, holder: str, until: Micros) -> bool:
        """Keep the claim; False once another holder had it: also where it is free again, they went on with the job."""
        return self._db.execute("UPDATE claim SET until = ? WHERE holder = ?", (until, holder)).rowcount == 1

    def claimed(self) -> tuple[str, Micros] | None:
        """Whose claim it is, and until when: it may have expired."""
        found: tuple[str, Micros] | None = self._db.execute("SELECT holder, until FROM claim").fetchone()
        return found

    def release(self, holder: str) -> None:
        """Let another process claim the job at once."""
        self._db.execute("DELETE FROM claim WHERE holder = ?", (holder,))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Commit at the end. Raises ClaimLost when the claim has another holder by now."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            if self._holder and self._db.execute("SELECT holder FROM claim").fetchone() != (self._holder,):
                raise ClaimLost
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # --- how far it is ------------------------------------------------------------------------------------------------

    @property
    def erasures(self) -> int:
        found: int = self._db.execute("PRAGMA user_version").fetchone()[0]
        return found

    def key_of(self, form: str) -> bytes:
        """The stored form of a row's key, a keyed hash: a plain hash would reveal addresses and numbers."""
        if not self._secret:
            raise ValueError("a job file that is only read has no keys")
        return hmac.digest(self._secret, b"row|" + form.encode(), "sha256")[:16]

    def mark(self) -> Mark:
        row = self._db.execute("SELECT state FROM mark").fetchone()
        return Mark(**orjson.loads(row[0])) if row else Mark()

    def progress(self) -> dict[str, Any] | None:
        """What `report_progress` wrote last; None for a job that no process has begun."""
        row = self._db.execute("SELECT state FROM progress").fetchone()
        return orjson.loads(row[0]) if row else None

    def report_progress(self, progress: dict[str, Any]) -> None:
        with self._transaction():
            self._db.execute("INSERT OR REPLACE INTO progress VALUES(1, ?)", (orjson.dumps(progress),))

    def dry_run(self) -> dict[str, Any] | None:
        """What a dry run is of, as `describe_dry_run` wrote it; None for an import."""
        row = self._db.execute("SELECT state FROM dry_run").fetchone()
        return orjson.loads(row[0]) if row else None

    def describe_dry_run(self, described: dict[str, Any]) -> None:
        self._db.execute("INSERT OR REPLACE INTO dry_run VALUES(1, ?)", (orjson.dumps(described),))

    def restart(self) -> None:
        """Forget all rows: the file lists rows that the log does not hold."""
        with self._transaction():
            for table in ("mark", "made_by_key", "rejected", "warned", "touched"):
                self._db.execute(f"DELETE FROM {table}")

    def save(
        self,
        mark: Mark,
        made: Sequence[tuple[int, bytes, str]] = (),
        rejected: Sequence[FaultyRow] = (),
        warned: Sequence[FaultyRow] = (),
    ) -> None:
        """All in one transaction: the mark never runs ahead of what it stands for."""
        with self._transaction():
            self._db.executemany("INSERT OR REPLACE INTO made_by_key VALUES(?, ?, ?)", made)
            for table, rows in (("rejected", rejected), ("warned", warned)):
                self._db.executemany(
                    f"INSERT OR REPLACE INTO {table} VALUES(?, ?, ?, ?, ?)",
                    [(r.step, r.row, r.line, orjson.dumps(r.cells), orjson.dumps(r.errors)) for r in rows],
                )
            self._db.execute("INSERT OR REPLACE INTO mark VALUES(1, ?)", (orjson.dumps(mark),))

    # --- rows ---------------------------------------------------------------------------------------------------------

    def made(self, steps: Sequence[int], keys: Sequence[bytes]) -> dict[bytes, str]:
        """Which records the given steps made (or were about) under these keys."""
        if not steps or not keys:
            return {}
        sql = (
            f"SELECT key, record FROM made_by_key WHERE step IN ({','.join('?' * len(steps))})"
            f" AND key IN ({','.join('?' * len(keys))})"
        )
        return dict(self._db.execute(sql, (*steps, *keys)))

    def rejected(self) -> Iterator[FaultyRow]:
        """In the order of the rows; fewer than there were, when they are forgotten meanwhile."""
        return self._faulty("rejected")

    def warned(self) -> Iterator[FaultyRow]:
        """Some of the rows that were taken with a warning."""
        return self._faulty("warned")

    def _faulty(self, table: str) -> Iterator[FaultyRow]:
        behind, after = f"FROM {table} WHERE (step, row) > (?, ?) ORDER BY step, row LIMIT ?", (-1, -1)
        while page := self._db.execute(f"SELECT step, row, line, cells, errors {behind}", (*after, PAGE)).fetchall():
            for step, row, line, cells, errors in page:
                yield FaultyRow(step, row, line, orjson.loads(cells), orjson.loads(errors))
            after = page[-1][:2]

    def forget_rejected(self, erasures: int) -> None:
        """Overwrite what faulty rows held; how many there were stays in the mark. Raises JobStoreBusy."""
        self._db.execute("DELETE FROM rejected")
        self._db.execute("DELETE FROM warned")
        self._db.execute(f"PRAGMA user_version={erasures}")
        busy, *_ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise JobStoreBusy

    def steps_with_rejected(self) -> list[int]:
        return [step for (step,) in self._db.execute("SELECT DISTINCT step FROM rejected ORDER BY 1")]

    # --- the revert ---------------------------------------------------------------------------------------------------

    def touch(self, changes: Sequence[tuple[str, str, int, str]]) -> None:
        """Events in their order as (category, id, version, whose): the import's, its revert's or another's."""
        with self._transaction():
            for category, id, version, whose in changes:
                if whose == "import":
                    self._db.execute(TOUCH, (category, id, version == 1, str(version), version))
                elif whose == "revert":
                    known = (version, category, id)
                    self._db.execute("UPDATE touched SET last = ? WHERE category = ? AND id = ?", known)
                else:
                    self._db.execute("UPDATE touched SET foreigner = 1 WHERE category = ? AND id = ?", (category, id))

    def forget_touched(self) -> None:
        with self._transaction():
            self._db.execute("DELETE FROM touched")

    def to_do(self, limit: int) -> list[Touched]:
        """The next records to revert: those touched last come first."""
        sql = (
            "SELECT n, category, id, created, versions, last, foreigner FROM touched"
            " WHERE outcome = '' ORDER BY n DESC LIMIT ?"
        )
        return [
            Touched(n, category, id, bool(created), list(map(int, versions.split(","))), last, bool(foreigner))
            for n, category, id, created, versions, last, foreigner in self._db.execute(sql, (limit,))
        ]

    def done(self, outcomes: Sequence[tuple[str, Any, int]]) -> None:
        """outcomes: (outcome, reason as `messages.kept` gives it, n)."""
        rows = [(outcome, orjson.dumps(reason).decode(), n) for outcome, reason, n in outcomes]
        with self._transaction():
            self._db.executemany("UPDATE touched SET outcome = ?, reason = ? WHERE n = ?", rows)

    def outcomes(self) -> dict[str, int]:
        return dict(self._db.execute("SELECT outcome, count(*) FROM touched GROUP BY outcome"))

    def left(self) -> Iterator[dict[str, Any]]:
        """The records that the revert left, in the order in which they were touched."""
        sql = "SELECT n, category, id, reason FROM touched WHERE outcome = 'left' AND n > ? ORDER BY n LIMIT ?"
        after = 0
        while page := self._db.execute(sql, (after, PAGE)).fetchall():
            for _, category, id, reason in page:
                yield {"resource": category, "id": id, "reason": _reason(reason)}
            after = page[-1][0]

    def close(self) -> None:
        self._db.close()


def _reason(text: str) -> Any:
    """Job stores of older programs hold plain texts."""
    return orjson.loads(text) if text[:1] in ('"', "{") else text
