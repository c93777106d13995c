"""Checks that the log in a file is as it was written: quickly at its end, or completely."""

from __future__ import annotations

import sqlite3
import struct
from pathlib import Path

from shared.events.envelope import Stored, category_of
from shared.eventstore.chain import genesis, link
from shared.eventstore.log_report import ADVICE, Finding, LogReport, described
from shared.eventstore.port import StoreBroken

PAGE = 5_000
END = 2_000  # events looked at when the store is opened: a few milliseconds
# What a file of this format holds, by its kind and name; a constraint of a table shows as its index.
DECLARED = {
    *(("table", name) for name in ("events", "requests", "meta", "chain")),
    ("index", "events_by_category"),
    ("index", "sqlite_autoindex_events_1"),
    ("index", "sqlite_autoindex_events_2"),
}
_ROWS = f"""
SELECT {", ".join("e." + name for name in Stored._fields)}, e.category, c.chain_hash
FROM events AS e LEFT JOIN chain AS c ON c.position = e.position
WHERE e.position > ? AND e.position <= ? ORDER BY e.position LIMIT ?
"""
_GAPS = """
SELECT tenant, stream, max(version), count(*) FROM events WHERE position <= ?
GROUP BY stream HAVING count(*) <> max(version) OR min(version) <> 1 OR count(DISTINCT tenant) > 1
"""
_TWINS = "SELECT max(position), event_id FROM events GROUP BY event_id HAVING count(*) > 1"
_ANSWERED = "SELECT ifnull(max(position), 0) FROM requests WHERE position <= ?"
_OBJECTS = "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'"
# The kept answers: each names a version that its stream has, at the position of that event.
_WRONG_ANSWERS = """
SELECT r.tenant, r.stream, r.version FROM requests AS r JOIN events AS e ON e.position = r.position
WHERE r.position <= ? AND (e.tenant <> r.tenant OR e.stream <> r.stream OR e.version <> r.version)
"""
_CHAINED = "SELECT ifnull(max(position), 0) FROM chain WHERE position <= ?"


def installation_of(db: sqlite3.Connection) -> str:
    """The id of the installation that the store belongs to."""
    value: bytes = db.execute("SELECT value FROM meta WHERE name = 'installation'").fetchone()[0]
    return value.decode()


def chain_hash_at(db: sqlite3.Connection, position: int) -> bytes:
    """The chain hash after an event. Raises StoreBroken: the event has none."""
    found = _chain_hash(db, position)
    if found is None:
        raise StoreBroken(f"event {position} has no chain hash")
    return found


def _chain_hash(db: sqlite3.Connection, position: int) -> bytes | None:
    if not position:
        return genesis(installation_of(db))
    found = db.execute("SELECT chain_hash FROM chain WHERE position = ?", (position,)).fetchone()
    return found[0] if found else None


class Checking:
    """Checks the log page by page; each page may use another connection. report: the findings so far."""

    def __init__(self, up_to: int, after: int = 0) -> None:
        self._up_to, self._position = up_to, after
        self._chain_hash: bytes | None = None
        self._recorded_at = 0
        self._put_back = 0  # up to here events come from another store, whose clock may have fallen
        self.report = LogReport()

    def step(self, db: sqlite3.Connection) -> bool:
        """Check the next page; after the last, what concerns all events. False: that is done."""
        if self.page(db):
            return True
        self._check_all(db)
        return False

    def page(self, db: sqlite3.Connection) -> bool:
        """Check the next page. False: there is no further one."""
        if self._chain_hash is None and not self.report.events:
            self._begin(db)
        rows = db.execute(_ROWS, (self._position, self._up_to, PAGE)).fetchall()
        for *event, category, chain_hash in rows:
            self._check(db, Stored._make(event), category, chain_hash)
        if not rows:
            self._note_cut_off(db.execute(_CHAINED, (self._up_to,)).fetchone()[0])
        return bool(rows)

    def _begin(self, db: sqlite3.Connection) -> None:
        found = db.execute("SELECT value FROM meta WHERE name = 'chained_later'").fetchone()
        self.report.chained_later = found[0] if found else 0
        found = db.execute("SELECT value FROM meta WHERE name = 'put_back'").fetchone()
        self._put_back = found[0] if found else 0
        self._chain_hash = _chain_hash(db, self._position)

    def _check(self, db: sqlite3.Connection, event: Stored, category: str, chain_hash: bytes | None) -> None:
        if event.position != self._position + 1:
            self._note_missing(self._position + 1, event.position - 1)
            self._chain_hash = _chain_hash(db, event.position - 1)
        if chain_hash is None:
            self._note(event, "was put in: no chain hash was made when events were written")
        elif self._chain_hash is not None and _linked(self._chain_hash, event) != chain_hash:
            self._note(event, "is not the one that was written here: it was changed or moved")
        elif event.recorded_at < self._recorded_at and event.position > self._put_back:
            self._note(event, "was recorded before the one before it")
        else:
            self._recorded_at = event.recorded_at
        if category != category_of(str(event.stream)):
            self._note(event, f"stands in the feed as {category!r}")
        self._position, self._chain_hash = event.position, chain_hash
        self.report.events += 1

    def _note_cut_off(self, last: int) -> None:
        """Note that the log was cut off, if the chain or a request mentions a later event."""
        if last > self._position:
            self._note_missing(self._position + 1, last)
            self._position = last

    def _check_all(self, db: sqlite3.Connection) -> None:
        for problem in strange_objects(db):
            self.report.note(Finding(0, problem))
        for tenant, stream, version in db.execute(_WRONG_ANSWERS, (self._up_to,)):
            self.report.note(Finding(0, "a kept answer is not the one that was given", tenant, stream, version))
        self._note_cut_off(db.execute(_ANSWERED, (self._up_to,)).fetchone()[0])
        for tenant, stream, version, count in db.execute(_GAPS, (self._up_to,)):
            problem = f"the stream has {count} events up to version {version}, or two organisations"
            self.report.note(Finding(0, problem, tenant, stream, version))
        for position, event_id in db.execute(_TWINS):
            self.report.note(Finding(position, f"the event id {event_id} is there twice"))
        for (problem,) in db.execute("PRAGMA integrity_check(5)"):
            if problem != "ok":
                self.report.note(Finding(0, f"the file is damaged: {problem}"))

    def _note(self, event: Stored, problem: str) -> None:
        self.report.note(Finding(event.position, problem, event.tenant, event.stream, event.version))

    def _note_missing(self, first: int, last: int) -> None:
        which = "was taken out" if first == last else f"to {last} were taken out"
        self.report.note(Finding(first, which))


def _linked(before: bytes, event: Stored) -> bytes:
    try:
        return link(before, event)
    except (TypeError, AttributeError, OverflowError, struct.error):
        return b""  # a column holds a value of another type


def strange_objects(db: sqlite3.Connection) -> list[str]:
    """What is in the file in addition to what the suite makes, such as triggers, and what is missing of that."""
    found = set(db.execute(_OBJECTS))
    surplus = [f"the file has a {kind} {name} that the suite did not make" for kind, name in sorted(found - DECLARED)]
    return surplus + [f"the file lacks the {kind} {name}" for kind, name in sorted(DECLARED - found)]


def check_end(path: Path, db: sqlite3.Connection) -> None:
    """The newest events and their chain hashes. Raises StoreBroken: something else than the suite was at the file."""
    last = db.execute("SELECT max((SELECT ifnull(max(position), 0) FROM events), ifnull(max(position), 0)) FROM chain")
    head: int = last.fetchone()[0]
    checking = Checking(head, max(0, head - END))
    while checking.page(db):
        pass
    problems = strange_objects(db) + [described(finding) for finding in checking.report.findings]
    if problems:
        raise StoreBroken(f"{path}: {problems[0]}. {ADVICE}")
