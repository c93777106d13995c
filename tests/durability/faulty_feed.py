"""The event store behind a bad line: its ordered feed repeats, shuffles, leaves out and goes back."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from shared.events.envelope import Stored
from shared.eventstore.port import EventStore

WINDOW = 50


@dataclass
class FaultyFeed:
    """Of every page: 10 % is there twice, all is shuffled within 50 events, one page of five comes again.

    What is dropped (1 %) is never the last event of its stream: nobody could miss that one before the next.
    """

    store: EventStore
    dice: random.Random
    drops: bool = False
    faults: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("repeated", "moved", "dropped", "again"), 0))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def read_all(
        self, after: int, limit: int, *, categories: Collection[str] | None = None, tenant: str | None = None
    ) -> list[Stored]:
        """A page whose last event is still the last: the reader's checkpoint stands for all before it."""
        if after and self.dice.random() < 0.2:
            self.faults["again"] += 1
            after = max(0, after - self.dice.randint(1, 300))
        page = await self.store.read_all(after, limit, categories=categories, tenant=tenant)
        if not page:
            return page
        ends = {stream: n for n, stream in enumerate(one.stream for one in page)}
        kept = [one for n, one in enumerate(page) if not self._dropped(n == ends[one.stream])]
        repeated = [one for one in kept for _ in range(1 + (self.dice.random() < 0.1))]
        places = {n: n + self.dice.uniform(0, WINDOW) for n in range(len(repeated))}
        order = sorted(places, key=places.__getitem__)
        self.faults["repeated"] += len(repeated) - len(kept)
        self.faults["moved"] += sum(n != at for n, at in enumerate(order))
        return [*(repeated[n] for n in order), page[-1]]

    def _dropped(self, last: bool) -> bool:
        dropped = self.drops and not last and self.dice.random() < 0.01
        self.faults["dropped"] += dropped
        return dropped
