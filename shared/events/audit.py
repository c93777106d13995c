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
