"""Its file of the contract, as `shared/events/workshop.py` would be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.events import common
from shared.events.registry import event


@event("workshop.RepairBooked")
@dataclass(frozen=True, slots=True)
class RepairBooked:
    details: dict[str, Any]
    owner: str | None
    at: int


@event("workshop.RepairDetailsChanged")
@dataclass(frozen=True, slots=True)
class RepairDetailsChanged(common.DetailsChanged):
    pass


@event("workshop.RepairsMerged")
@dataclass(frozen=True, slots=True)
class RepairsMerged(common.Merged):
    pass


@event("workshop.RepairChangeUndone")
@dataclass(frozen=True, slots=True)
class RepairChangeUndone(common.ChangeUndone):
    pass


@event("workshop.RepairArchived")
@dataclass(frozen=True, slots=True)
class RepairArchived(common.Archived):
    pass


@event("workshop.RepairRestored")
@dataclass(frozen=True, slots=True)
class RepairRestored(common.Restored):
    pass
