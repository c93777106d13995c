"""Events of legal holds. A landed version is never edited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from shared.events.registry import event
from shared.events.sealing import Sealed


@event("audit.HoldPlaced")
@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """The record must not be erased until the hold is released. cause: the matter that needs it."""

    resource: str
    record: str
    cause: Annotated[str, Sealed()]


@event("audit.HoldReleased")
@dataclass(frozen=True, slots=True)
class HoldReleased:
    cause: Annotated[str, Sealed()]
