"""Events of saved views: lists that people keep. A landed version is never edited (see registry)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from shared.events import common
from shared.events.registry import ANYTHING, event
from shared.events.sealing import Sealed

Filters = Sealed("name", gone=("filters", "conditions"))  # a filter may name a person


@event("customer.SavedViewCreated", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class SavedViewCreated:
    """`details`: name, resource, and of filters (`field`, `op`, `value` as text), conditions (a tree of such), order,
    columns, kind, widths, group, sums, density, path, pinned and default those given."""

    details: Annotated[dict[str, Any], Filters]
    owner: str | None


@event("customer.SavedViewChanged", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class SavedViewChanged(common.DetailsChanged):
    changes: Annotated[common.Changes, Filters]


@event("customer.SavedViewShared")
@dataclass(frozen=True, slots=True)
class SavedViewShared:
    """From now on it is offered to everyone."""


@event("customer.SavedViewSharedWith")
@dataclass(frozen=True, slots=True)
class SavedViewSharedWith:
    """From now on it is offered to these users, to who has one of these roles, and to who is in one of these teams."""

    users: list[str]
    roles: list[str]
    teams: list[str]


@event("customer.SavedViewWithdrawn")
@dataclass(frozen=True, slots=True)
class SavedViewWithdrawn:
    """It is offered to its owner alone again."""


@event("customer.SavedViewTransferred")
@dataclass(frozen=True, slots=True)
class SavedViewTransferred(common.Transferred):
    pass


@event("customer.SavedViewArchived")
@dataclass(frozen=True, slots=True)
class SavedViewArchived(common.Archived):
    pass


@event("customer.SavedViewRestored")
@dataclass(frozen=True, slots=True)
class SavedViewRestored(common.Restored):
    pass


@event("customer.SavedViewChangeUndone", carries=(ANYTHING,))
@dataclass(frozen=True, slots=True)
class SavedViewChangeUndone(common.ChangeUndone):
    changes: Annotated[common.Changes, Filters]
