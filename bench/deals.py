"""A data directory full of opportunities with a history, made once through the event store and kept as others are."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from bench.data import AT_ONCE, made_once
from crm.compose import Suite
from crm.settings import Settings
from services.sales.opportunity import OPPORTUNITY
from shared.clock import SystemIds
from shared.events.envelope import Event, Metadata, NewEvent
from shared.events.sales import OpportunityOpened, OpportunityStageChanged
from shared.eventstore.port import NO_STREAM
from shared.streaming.projector import CHECKPOINT
from shared.streaming.rebuild import rebuild
from shared.views.port import Checkpoint

DAY = 86_400_000_000
YEAR = 365 * DAY
_WORDS = [
    f"{a}{b}" for a in ("Bar", "Kel", "Min", "Tor", "Zan", "Hol", "Ver") for b in ("don", "lim", "mar", "tek", "vox")
]
_KINDS = ("licence", "renewal", "rollout", "service", "pilot")
_ids = SystemIds()


def deals(count: int) -> Path:
    """A data directory with so many opportunities, opened over the last year and moved once or twice; all caught up."""
    return made_once(f"deals-{count}", lambda data: _fill(data, count))


async def _fill(data: Path, count: int) -> None:
    suite = await Suite.open(Settings(data))
    try:
        p = suite.kernel
        await p.projector.catch_up()
        while await p.policies.step():  # the first pipeline comes by a policy
            await p.projector.catch_up()
        filler = await _Filler.of(suite)
        for first in range(0, count, AT_ONCE):
            await asyncio.gather(*(filler.append(n) for n in range(first, min(count, first + AT_ONCE))))
        await p.views.write([], [Checkpoint(CHECKPOINT, await p.store.head())])
        await p.projector.start()
        await rebuild(OPPORTUNITY, p.store, p.views, p.codec, lambda _: None)
        assert p.feed is not None
        await p.feed.catch_up()
        while await p.policies.step():
            pass
        assert p.past_projector is not None
        await p.past_projector.start()
        await p.past_projector.fill()
        await p.past_projector.catch_up()
    finally:
        await suite.close()


class _Filler:
    def __init__(self, suite: Suite, tenant: str, pipeline: str, stages: list[tuple[str, int]], owner: str) -> None:
        self._kernel, self._tenant, self._pipeline, self._stages, self._owner = (
            suite.kernel,
            tenant,
            pipeline,
            stages,
            owner,
        )
        self._rng, self._now = random.Random(19), suite.kernel.clock.now()

    @classmethod
    async def of(cls, suite: Suite) -> _Filler:
        views = suite.kernel.views
        [(tenant, pipeline, document)] = [found async for found in views.scan("pipelines")]
        [owner] = [id async for _, id, _ in views.scan("users")]
        return cls(suite, tenant, pipeline, [(one["key"], one["probability"]) for one in document["stages"]], owner)

    async def append(self, number: int) -> None:
        """One deal with its history, in one append."""
        rng, id = self._rng, _ids.new()
        at = self._now - YEAR + int(rng.random() * 0.9 * YEAR)
        (stage, probability), *later = self._stages[: rng.randint(1, len(self._stages))]
        details = {
            "name": f"{rng.choice(_WORDS)} {rng.choice(_KINDS)} {number:05x}",
            "amount": f"{rng.lognormvariate(9, 1.2):.2f}",
            "currency": "USD",
            "close_date": f"2027-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        }
        events = await self._encoded(
            id, OpportunityOpened(details, self._owner, self._pipeline, stage, probability, at), at
        )
        for key, likely in later:
            at = min(self._now, at + int((1 + rng.random() * 20) * DAY))
            events += await self._encoded(id, OpportunityStageChanged(key, stage, likely, [], at), at)
            stage = key
        stream = OPPORTUNITY.stream(id)
        await self._kernel.store.append(self._tenant, stream, NO_STREAM, events, Metadata(actor=self._owner))

    async def _encoded(self, id: str, event: Event, at: int) -> list[NewEvent]:
        return await self._kernel.codec.encode(self._tenant, OPPORTUNITY.stream(id), [event], [_ids.new()], at)
