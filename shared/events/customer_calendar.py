"""Events of calendar feeds. A landed version is never edited."""

from __future__ import annotations

from dataclasses import dataclass

from shared.events.registry import event


@event("customer.CalendarFeedMade")
@dataclass(frozen=True, slots=True)
class CalendarFeedMade:
    """digest: SHA-256 of the secret in its address. whose: mine or team. tasks: as todo or event."""

    holder: str
    name: str
    whose: str
    tasks: str
    digest: str


@event("customer.CalendarFeedRevoked")
@dataclass(frozen=True, slots=True)
class CalendarFeedRevoked:
    pass
