"""Reservations: how a value stays unique over streams, in any event store."""

from __future__ import annotations

from dataclasses import dataclass

from shared.events.registry import event


@event("shared.ValueReserved")
@dataclass(frozen=True, slots=True)
class ValueReserved:
    """`holder` (a stream) holds the value whose blind index is in this stream's name."""

    holder: str
