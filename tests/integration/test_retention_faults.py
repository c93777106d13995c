"""Erasures by retention rules that somebody stops, or that one record or one rule would stop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.audit.retention_rule import RetentionRule
from services.audit.retention_work import Work
from shared.errors import Unavailable
from shared.events.envelope import Metadata, NewEvent, Undecodable
from shared.kernel.bus import Call, CommandBus
from tests.support.retention import Office, open_office
from tests.support.world import TENANT


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("stop", ["deactivated", "cancelled", "by-request"])
@pytest.mark.parametrize(("after", "gone"), [("BeginAnnouncedErasure", 0), ("SettleAnnouncedErasure", 1)])
async def test_whoever_stops_an_erasure_under_way_ends_it_there(
    office: Office, stop: str, after: str, gone: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, world = [await office.person(f"Old {n}") for n in range(3)], office.world
    rule = await office.rule()
    await office.days_later(31)
    (run,) = await office.runs()
    orders: dict[str, tuple[str, dict[str, Any], str]] = {
        "deactivated": ("audit.DeactivateRetentionRule", {}, rule),
        "cancelled": ("audit.CancelRetentionRun", {}, run["id"]),
        "by-request": ("identity.ChangeOrganisation", {"erase_by_request": True}, TENANT),
    }
    send, orders_left = CommandBus.send, [orders[stop]]

    async def stopping(bus: CommandBus, name: str, body: Any, call: Call) -> Any:
        done = await send(bus, name, body, call)
        if name == f"audit.{after}" and orders_left:
            await world.do(*orders_left.pop())
            await world.settle()
        return done

    monkeypatch.setattr("services.audit.retention_work.AT_ONCE", 1)
    monkeypatch.setattr(CommandBus, "send", stopping)
    await office.days_later(15, looks=1)
    assert not orders_left
    assert sum([await office.erased(id) for id in people]) == gone
    past = [await world.types("retention_notice", one["id"]) for one in (await office.notices()).values()]
    assert sum(types.count("AnnouncedErasureBegun") for types in past) == 1
    assert sum(types.count("AnnouncedErasureSettled") for types in past) == gone
    await office.days_later(0, looks=2)
    assert sum([await office.erased(id) for id in people]) == gone
    assert (await office.runs())[0]["status"] == "cancelled"


async def unreadable(office: Office, id: str) -> None:
    """The log has an event of the contact that a newer program wrote."""
    world = office.world
    stream, version = world.aggregate("contact").stream(id), (await world.state("contact", id)).version
    event = NewEvent(str(uuid4()), "customer.NobodyKnows", 1, world.clock.now(), b"{}")
    await world.store.append(TENANT, stream, version, [event], Metadata())
    world.repository.forget(world.aggregate("contact"), TENANT, id)


@pytest.mark.parametrize("anything_held", [False, True])
async def test_a_record_that_cannot_be_read_keeps_no_other_from_its_erasure(
    office: Office, anything_held: bool
) -> None:
    broken, old, held = [await office.person(name) for name in ("Broken", "Old", "Held")]
    if anything_held:
        await unreadable(office, broken)
        await office.world.make("audit.PlaceHold", resource="contact", record=held, cause="Case 1")
    await office.rule()
    await office.days_later(31)
    assert (await office.runs())[0]["count"] == (1 if anything_held else 3)
    if not anything_held:
        await unreadable(office, broken)
    await office.days_later(15)
    assert await office.erased(old)
    (run,) = await office.runs()
    assert run["status"] == "completed"
    if not anything_held:
        assert await office.outcome(broken) == ("left_out", "unreadable")


@pytest.mark.parametrize("error", [Undecodable("newer"), Unavailable("not now")])
async def test_a_rule_that_fails_keeps_no_other_from_running(
    office: Office, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.person("Old")
    first = await office.rule(name="First")
    second = await office.rule(name="Second")
    may_run = Work.may_run

    async def failing(work: Work, rule: RetentionRule) -> bool:
        if rule.id == first:
            raise error
        return await may_run(work, rule)

    monkeypatch.setattr(Work, "may_run", failing)
    with suppress(Unavailable):
        await office.days_later(31, looks=1)
    assert [run["rule"] for run in await office.runs()] == [second]
    if isinstance(error, Unavailable):
        with pytest.raises(Unavailable):
            await office.look.step()


async def test_a_clock_that_goes_back_erases_nobody_early_and_nobody_twice(office: Office) -> None:
    old, rule = await office.person("Old"), await office.rule()
    await office.days_later(31)
    await office.days_later(-20)
    await office.days_later(20 + 14)  # the whole notice is over with the day after
    assert not await office.erased(old)
    await office.days_later(1)
    assert await office.erased(old)
    await office.days_later(-3)
    await office.days_later(3)
    (run,) = await office.runs()
    assert (run["rule"], run["status"], run["erased_count"]) == (rule, "completed", 1)
    past = await office.world.types("retention_notice", (await office.notices())[old]["id"])
    assert past.count("AnnouncedErasureSettled") == 1
