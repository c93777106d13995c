"""Shapes of the events of jobs: acts on many records that run in the background and are taken back as a whole.

Each kind of job derives its own event types from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from shared.events.sealing import Sealed


@dataclass(frozen=True, slots=True)
class Paused:
    """By a user, or (`reason`) because it cannot go on for now."""

    reason: Annotated[str, Sealed()]


@dataclass(frozen=True, slots=True)
class Resumed:
    pass


@dataclass(frozen=True, slots=True)
class Cancelled:
    """It ends for good before its last record; what it did so far stands and can be reverted."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It cannot go on at all; what it did so far stands and can be reverted."""

    reason: Annotated[str, Sealed()]


@dataclass(frozen=True, slots=True)
class RevertStarted:
    """`by`: the user in whose name its records are archived and its changes undone."""

    by: str


@dataclass(frozen=True, slots=True)
class Reverted:
    """`archived`, `undone`: how many records; `left`: how many stay as they are, since others changed them."""

    archived: int
    undone: int
    left: int
