"""Events of exchange rates. A landed version is never edited."""

from __future__ import annotations

from dataclasses import dataclass

from shared.events import common
from shared.events.registry import event


@event("identity.ExchangeRateSet")
@dataclass(frozen=True, slots=True)
class ExchangeRateSet:
    """From `day` until the next rate's, one unit of `currency` is `rate` units of `into`."""

    currency: str
    into: str
    day: str
    rate: str


@event("identity.ExchangeRateCorrected")
@dataclass(frozen=True, slots=True)
class ExchangeRateCorrected:
    rate: str
    previous: str


@event("identity.ExchangeRateArchived")
@dataclass(frozen=True, slots=True)
class ExchangeRateArchived(common.Archived):
    pass


@event("identity.ExchangeRateRestored")
@dataclass(frozen=True, slots=True)
class ExchangeRateRestored(common.Restored):
    pass


@event("identity.ExchangeRateChangeUndone")
@dataclass(frozen=True, slots=True)
class ExchangeRateChangeUndone(common.ChangeUndone):
    pass
