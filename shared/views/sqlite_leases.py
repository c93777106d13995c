"""Leases in the views' file: who may write under a name. All within a transaction of the writing connection."""

from __future__ import annotations

import sqlite3

from shared.clock import Micros
from shared.sqlitefile import transaction
from shared.views.port import Lease, LeaseLost


def take(db: sqlite3.Connection, name: str, holder: str, now: Micros, until: Micros, *, steal: bool) -> Lease | None:
    """See Views.lease."""
    with transaction(db):
        row = db.execute("SELECT token, holder, expires FROM leases WHERE name = ?", (name,)).fetchone()
        token, known, expires = row or (0, "", 0)
        if known != holder:
            if now < expires and not steal:
                return None
            token += 1
        db.execute("INSERT OR REPLACE INTO leases VALUES(?, ?, ?, ?)", (name, token, holder, until))
    return Lease(name, token, until)


def prolong(db: sqlite3.Connection, lease: Lease) -> None:
    """Set the end of a lease, with all that it holds also.

    Raises LeaseLost: one has another holder, and the transaction must be undone.
    """
    update = "UPDATE leases SET expires = ? WHERE name = ? AND token = ?"
    for one in lease.each:
        if db.execute(update, (one.expires, one.name, one.token)).rowcount == 0:
            raise LeaseLost(f"{one.name}: another process has taken over")
