"""Which record type's records hold others: what is held is not erased (`shared/kernel/holds.py`, ADR 41)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Holding:
    """Names of indexed fields of the record type of holds: type and id of what is held, and whether the hold ended."""

    type: str
    record: str
    ended: str
