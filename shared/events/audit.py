"""Events of the ledger, which belong to the installation and to no organisation."""

from __future__ import annotations

from dataclasses import dataclass

from shared.events.registry import event


@event("audit.CheckpointSigned")
@dataclass(frozen=True, slots=True)
class CheckpointSigned:
    """The ledger had `size` leaves with this root (in hex). `note` is the signed note, `key` the one it was signed by.

    This event itself is a later leaf.
    """

    size: int
    root: str
    note: str
    key: str


@event("audit.SystemRestored")
@dataclass(frozen=True, slots=True)
class SystemRestored:
    """The log up to here, `size` events with this root of the ledger (in hex), was put back from a backup.

    made_at: when that backup was made. timeline: 2 after the first restore; what the log that was lost held behind
    this is not in this one. previous: the timeline that it goes on from, 0 = not said. statement: a note that says so,
    signed by `key`; both "" where the backup had no key of the notary.
    """

    timeline: int
    size: int
    root: str
    made_at: int
    previous: int = 0
    statement: str = ""
    key: str = ""
