"""Whatever happens in whichever order: nobody is erased but who was announced, the whole notice before, and let go."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.audit.retention_look import LOOK_SECONDS, RetentionLook
from shared.errors import CrmError
from shared.events import audit_retention as events
from shared.events.audit_holds import HoldPlaced
from shared.events.customer_contacts import PersonErased
from shared.events.envelope import Recorded
from tests.durability.scale import PROVE
from tests.support.beating import EXPIRED
from tests.support.retention import DAY, Office, open_office
from tests.support.world import TENANT

PEOPLE = 3
AGE = 10  # days
_who = st.integers(0, PEOPLE - 1)
steps = st.one_of(
    st.tuples(st.just("days"), st.integers(1, 12)),
    st.tuples(st.just("edit"), _who),
    st.tuples(st.just("call"), _who),
    st.tuples(st.just("hold"), _who),
    st.tuples(st.just("keep"), _who),
    st.tuples(st.just("release"), _who),
    st.tuples(st.just("cancel"), st.just(0)),
    st.tuples(st.just("restart"), st.integers(1, 8)),
    st.tuples(st.just("notice"), st.integers(1, 9)),
)
Step = tuple[str, int]
ERASES: list[Step] = [("days", 12), ("keep", 0), ("hold", 1), ("days", 6), ("release", 0), ("days", 1), ("days", 12)]


class Story:
    def __init__(self, office: Office, people: list[str], rule: str) -> None:
        self.office, self.people, self.rule = office, people, rule

    async def do(self, step: Step) -> None:
        """A refusal is an outcome."""
        name, number = step
        with suppress(CrmError):
            await getattr(self, name)(number)
        await self.office.world.settle()

    async def days(self, days: int) -> None:
        await self.office.days_later(days, looks=2)

    async def edit(self, who: int) -> None:
        body = {"title": f"seen {self.office.world.clock.ahead}"}
        await self.office.world.do("customer.ChangeContactDetails", body, self.people[who])

    async def call(self, who: int) -> None:
        links = [{"type": "contact", "id": self.people[who]}]
        await self.office.world.make("customer.CreateActivity", kind="task", subject="Call", links=links)

    async def hold(self, who: int) -> None:
        await self.office.world.make("audit.PlaceHold", resource="contact", record=self.people[who], cause="Case")

    async def keep(self, who: int) -> None:
        await self._notice(who, "audit.KeepRecord", {"cause": "known"})

    async def release(self, who: int) -> None:
        await self._notice(who, "audit.ReleaseRecord", {})

    async def _notice(self, who: int, command: str, body: dict[str, Any]) -> None:
        await self.office.world.do(command, body, events.notice_id(self.rule, self.people[who]))

    async def cancel(self, _: int) -> None:
        if runs := await self.office.runs():
            await self.office.world.do("audit.CancelRetentionRun", {}, runs[-1]["id"])

    async def restart(self, days: int) -> None:
        """The process dies; another one looks for the first time some days later."""
        self.office.look = RetentionLook(self.office.world.kernel)
        self.office.world.clock.ahead += round(LOOK_SECONDS * 1e6) + EXPIRED
        await self.days(days)

    async def notice(self, days: int) -> None:
        await self.office.world.do("audit.DeactivateRetentionRule", {}, self.rule)
        await self.office.world.do("audit.ChangeRetentionRule", {"notice_days": days}, self.rule)
        await self.office.world.do("audit.ActivateRetentionRule", {}, self.rule)

    async def log(self) -> list[Recorded]:
        stored = await self.office.world.store.read_all(0, 100_000, tenant=TENANT)
        return [await self.office.world.bus.codec.decode(one) for one in stored]


@settings(max_examples=40 if PROVE else 4, deadline=None, suppress_health_check=list(HealthCheck))
@example(ERASES)
@given(st.lists(steps, min_size=4, max_size=12))
def test_nobody_is_erased_who_was_not_announced_in_time(given_steps: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        erased = asyncio.run(_erased_after(Path(folder), given_steps))
    assert erased or given_steps != ERASES


async def _erased_after(folder: Path, given_steps: list[Step]) -> int:
    async with open_office(folder) as office:
        people = [await office.person(f"Old {n}") for n in range(PEOPLE)]
        story = Story(office, people, await office.rule(days=AGE, notice_days=5))
        for step in given_steps:
            await story.do(step)
        log = await story.log()
        erasures = [one for one in log if isinstance(one.event, PersonErased)]
        for erasure in erasures:
            check(log[: log.index(erasure)], erasure)
        return len(erasures)


def check(before: list[Recorded], erasure: Recorded) -> None:
    """before: the log up to the erasure."""
    run = erasure.metadata.correlation_id
    of_run = [one for one in before if one.id == run]
    begun = next(one.event for one in of_run if isinstance(one.event, events.RetentionRunBegun))
    announced = next(one for one in of_run if isinstance(one.event, events.RetentionRunAnnounced))
    notice = [one for one in before if one.id == events.notice_id(begun.rule, erasure.id)]
    listed = [one for one in notice if isinstance(one.event, events.ErasureAnnounced) and one.event.run == run]
    assert [one.position < announced.position for one in listed] == [True]
    assert erasure.occurred_at - announced.occurred_at >= begun.notice * DAY
    since = [one.event for one in notice if one.position > listed[0].position]
    assert [type(one) for one in since] == [events.AnnouncedErasureBegun]
    assert not any(isinstance(one.event, events.RetentionRunCancelled) for one in of_run)
    held = {one.event.record for one in before if isinstance(one.event, HoldPlaced)}
    assert erasure.id not in held
    last = max(one.occurred_at for one in before if one.id == erasure.id)
    assert erasure.occurred_at - last >= AGE * DAY
