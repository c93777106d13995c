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
    """Set a lease's end. Raises LeaseLost: it has another holder, and the transaction must be undone."""
    update = "UPDATE leases SET expires = ? WHERE name = ? AND token = ?"
    if db.execute(update, (lease.expires, lease.name, lease.token)).rowcount == 0:
        raise LeaseLost(f"{lease.name}: another process has taken over")
