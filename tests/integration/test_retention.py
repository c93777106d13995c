"""Retention rules over real files and a moved clock: announced first, then erased, if nothing came in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.audit.retention_look import RetentionLook
from services.audit.retention_work import in_turns
from shared.errors import Forbidden, Invalid, Rejected
from shared.security.permissions import Access, Level, Role, system_access
from tests.support.beating import EXPIRED
from tests.support.retention import DAY, Office, open_office
from tests.support.world import BOSS, TENANT, joined


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        yield opened


async def test_a_rule_announces_then_erases_on_the_day_and_not_before(office: Office) -> None:
    old = await office.person("Old")
    rule = await office.rule()
    await office.days_later(31)
    young = await office.person("Young")
    (run,) = await office.runs()
    assert (run["status"], run["count"], run["rule"]) == ("announced", 1, rule)
    await office.days_later(14)
    assert not await office.erased(old)
    await office.days_later(1)
    assert (await office.erased(old), await office.erased(young)) == (True, False)
    (run,) = await office.runs()
    assert (run["status"], run["erased_count"], run["kept_count"], run["left_out"]) == ("completed", 1, 0, 0)
    assert await office.outcome(old) == ("erased", "")
    (erasure,) = [
        one
        for one in await office.world.repository.events(office.world.aggregate("contact"), TENANT, old)
        if one.type == "customer.PersonErased"
    ]
    assert (erasure.metadata.correlation_id, erasure.metadata.on_behalf_of) == (run["id"], "boss")
    runs = await office.world.repository.events(office.world.aggregate("retention_run"), TENANT, run["id"])
    started = next(one for one in runs if one.type == "audit.RetentionRunStarted")
    assert erasure.metadata.causation_id == started.event_id
    rules = await office.world.repository.events(office.world.aggregate("retention_rule"), TENANT, rule)
    assert runs[0].metadata.causation_id == rules[-1].event_id


async def test_what_came_in_between_is_left_out_with_its_reason(office: Office) -> None:
    names = ("Gone", "Held", "Changed", "Called", "Kept")
    gone, held, changed, called, kept = [await office.person(name) for name in names]
    await office.rule(conditions={"none": [{"field": "tags", "op": "in", "value": ["vip"]}]})
    await office.days_later(31)
    await office.world.make("audit.PlaceHold", resource="contact", record=held, cause="Case 1")
    await office.world.do("customer.TagContact", {"add": ["vip"]}, changed)
    links = [{"type": "contact", "id": called}]
    await office.world.make("customer.CreateActivity", kind="task", subject="Call", links=links)
    notice = (await office.notices())[kept]["id"]
    await office.world.do("audit.KeepRecord", {"cause": "a customer again"}, notice)
    await office.days_later(15)
    outcomes = {
        name: await office.outcome(id) for name, id in zip(names, (gone, held, changed, called, kept), strict=True)
    }
    assert outcomes == {
        "Gone": ("erased", ""),
        "Held": ("left_out", "on-hold"),
        "Changed": ("left_out", "no-match"),
        "Called": ("left_out", "no-match"),
        "Kept": ("kept", ""),
    }
    run = (await office.runs())[0]
    assert (run["status"], run["erased_count"], run["kept_count"], run["left_out"]) == ("completed", 1, 1, 3)
    assert [await office.erased(id) for id in (gone, held, changed, called, kept)] == [True, False, False, False, False]
    await office.days_later(10)
    assert len(await office.runs()) == 1, "what is held or kept is not announced again and again"
    await office.world.do("audit.ReleaseRecord", {}, notice)
    await office.days_later(1)
    assert [(run["status"], run["count"]) for run in await office.runs()][1:] == [("announced", 1)]


async def test_a_cancelled_run_erases_nothing_and_its_records_wait_for_its_day(office: Office) -> None:
    old = await office.person("Old")
    await office.rule(notice_days=5)
    await office.days_later(31)
    (run,) = await office.runs()
    await office.world.do("audit.CancelRetentionRun", {"cause": "not yet"}, run["id"])
    await office.days_later(5)
    assert len(await office.runs()) == 1
    await office.days_later(1)
    assert [one["status"] for one in await office.runs()] == ["cancelled", "announced"]
    await office.days_later(5)
    assert not await office.erased(old)
    await office.days_later(1)
    assert await office.erased(old)


async def test_a_rule_that_is_another_one_by_now_erases_nothing_of_what_it_announced(office: Office) -> None:
    old = await office.person("Old")
    rule = await office.rule()
    await office.days_later(31)
    with pytest.raises(Rejected) as refused:
        await office.world.do("audit.ChangeRetentionRule", {"days": 1}, rule)
    assert refused.value.extra["code"] == "active"
    for name in ("Deactivate", "Activate"):
        await office.world.do(f"audit.{name}RetentionRule", {}, rule)
    await office.days_later(0)
    assert next((run["status"], run["code"]) for run in await office.runs()) == ("cancelled", "rule-changed")
    assert [run["status"] for run in await office.runs()] == ["cancelled", "announced"], "with the whole notice again"
    await office.days_later(14)
    assert not await office.erased(old)
    await office.days_later(1)
    assert await office.erased(old)


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("point", ["announcing.listed", "erasing.begun", "erasing.erased"])
async def test_a_killed_process_loses_nothing_and_another_one_goes_on(
    office: Office, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await office.person(f"Old {n}") for n in range(3)]
    await office.rule()
    module, _, name = point.partition(".")
    hits: list[str] = []

    def die(reached: str) -> None:
        hits.append(reached)
        if reached == f"retention.{name}" and hits.count(reached) == 1:
            raise Killed

    monkeypatch.setattr(f"services.audit.retention_{module}.crashpoint", die)
    monkeypatch.setattr("services.audit.retention_work.AT_ONCE", 1)
    try:
        await office.days_later(31)
        await office.days_later(15)
    except Killed:
        office.look = RetentionLook(office.world.kernel)
        office.world.clock.ahead += EXPIRED  # until then the dead one has the lease
        await office.days_later(0)
        await office.days_later(15)
    assert f"retention.{name}" in hits
    assert [await office.erased(id) for id in people] == [True] * 3
    assert {one["status"] for one in (await office.notices()).values()} == {"erased"}
    assert [(run["status"], run["count"], run["erased_count"]) for run in await office.runs()] == [("completed", 3, 3)]


async def test_two_processes_do_the_work_of_one(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [await office.person(f"Old {n}") for n in range(3)]
    await office.rule()
    office.world.clock.ahead += 31 * DAY
    await office.world.settle()
    others = [RetentionLook(office.world.kernel) for _ in range(2)]
    await others[0].step()
    await others[1].step()  # it does not get the lease
    assert len(await office.runs()) == 1

    async def go_on() -> None:
        """As where the lease of one ran out while it worked."""

    for one in others:
        monkeypatch.setattr(one, "_go_on", go_on)
    for day in (15, 0, 0):
        office.world.clock.ahead += day * DAY
        await office.world.settle()
        await asyncio.gather(*(one._look() for one in others), return_exceptions=True)
    await office.world.settle()
    assert [await office.erased(id) for id in people] == [True] * 3
    for id in people:
        assert (await office.world.types("contact", id)).count("PersonErased") == 1
    assert [(run["status"], run["erased_count"]) for run in await office.runs()] == [("completed", 3)]


async def test_no_run_keeps_another_one_waiting(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.audit.retention_erasing.PART", 2)
    monkeypatch.setattr("services.audit.retention_work.AT_ONCE", 1)
    whose = {await office.person(f"{tag} {n}"): tag for tag in ("ash", "elm") for n in range(5)}
    for id, tag in whose.items():
        await office.world.do("customer.TagContact", {"add": [tag]}, id)
    for tag in ("ash", "elm"):
        await office.rule(conditions={"all": [{"field": "tags", "op": "in", "value": [tag]}]})
    await office.days_later(31)
    await office.days_later(15)
    assert [(run["status"], run["erased_count"]) for run in await office.runs()] == [("completed", 5)] * 2
    contact, at = office.world.aggregate("contact"), dict[int, str]()
    for id, tag in whose.items():
        history = await office.world.repository.events(contact, TENANT, id)
        at |= {one.position: tag for one in history if one.type == "customer.PersonErased"}
    order = [tag for _, tag in sorted(at.items())]
    assert [len(set(order[n : n + 2])) for n in (0, 2, 4, 6)] == [1, 1, 1, 1], order
    assert order[0] == order[4] != order[2] == order[6], order  # two of one run, then two of the other


async def test_after_each_turn_others_have_as_long_as_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, left = asyncio.get_running_loop().time, list[float]()
    took = list[float]()

    async def sleep(seconds: float) -> None:
        left.append(seconds)

    monkeypatch.setattr("services.audit.retention_work.AT_ONCE", 2)
    monkeypatch.setattr("services.audit.retention_work.asyncio.sleep", sleep)
    turns = []
    async for some in in_turns([1, 2, 3, 4, 5]):
        at = begun()
        turns.append([*some])
        while begun() == at:
            pass
        took.append(begun() - at)
    assert turns == [[1, 2], [3, 4], [5]]
    assert [pause >= work > 0 for pause, work in zip(left, took, strict=True)] == [True] * 3


async def test_the_day_is_that_of_the_organisations_place(office: Office) -> None:
    await office.world.do("identity.ChangeOrganisation", {"time_zone": "Asia/Shanghai"}, TENANT)
    await office.person("Old")
    await office.rule(days=1, notice_days=1)
    await office.days_later(3)
    (run,) = await office.runs()
    calendar = await office.world.kernel.directory.calendar(TENANT)
    assert calendar.time_zone == "Asia/Shanghai"
    assert run["day"] == calendar.day_of(office.world.clock.now())


async def test_two_people_activate_where_people_are_erased_by_request(office: Office) -> None:
    world = office.world
    ann, ben = [
        await joined(world.bus, BOSS, {"name": n, "email": f"{n}@a.example", "roles": ["administrator"]})
        for n in ("ann", "ben")
    ]
    old = await office.person("Old")
    rule = await office.rule(by=system_access(TENANT, ann))
    await world.do("identity.ChangeOrganisation", {"erase_by_request": True}, TENANT)
    await office.days_later(31)
    assert await office.runs() == [], "one person is not enough any more"
    world.clock.ahead += 1
    late = await joined(world.bus, BOSS, {"name": "late", "email": "late@a.example", "roles": ["administrator"]})
    await world.settle()
    with pytest.raises(Rejected) as refused:
        await world.do("audit.ActivateRetentionRule", {}, rule, access=system_access(TENANT, late))
    assert refused.value.extra["code"] == "joined-later"
    await world.do("audit.ActivateRetentionRule", {}, rule, access=system_access(TENANT, ben))
    assert (await world.state("retention_rule", rule)).approvals == [ann, ben]
    await office.days_later(0)
    await office.days_later(15)
    assert await office.erased(old)


async def test_who_may_not_erase_all_activates_no_rule(office: Office) -> None:
    rights = {"read": Level.ALL, "erase": Level.OWN}
    grants = {"retention_rule": {"*": Level.ALL}, "contact": rights}
    clerk = Access(TENANT, "clerk", (Role("clerk", "员", "Clerk", grants),))
    with pytest.raises(Forbidden):
        await office.rule(by=clerk)


async def test_a_rule_names_its_mistakes_by_field(office: Office) -> None:
    wrong = [
        ({"resource": "account"}, "resource", "no-person"),
        ({"conditions": {"field": "email", "op": "eq", "value": "a@b.example"}}, "conditions", "bad-filter"),
        ({"conditions": {"field": "nothing", "op": "eq", "value": "1"}}, "conditions", "bad-filter"),
        ({"conditions": {"field": "owner", "op": "eq", "value": "@me"}}, "conditions", "nobody-asks"),
        ({"days": 0}, "days", ""),
        ({"notice_days": 0}, "notice_days", ""),
    ]
    for body, field, code in wrong:
        with pytest.raises(Invalid) as refused:
            await office.rule(**body)
        (error,) = refused.value.errors
        assert error.field == field
        assert code in ("", error.code)


async def test_who_may_keep_records_is_notified(office: Office) -> None:
    world = office.world
    ann = await joined(world.bus, BOSS, {"name": "ann", "email": "ann@a.example", "roles": ["administrator"]})
    await joined(world.bus, BOSS, {"name": "ben", "email": "ben@a.example", "roles": ["sales_manager"]})
    await office.person("Old")
    await office.rule()
    await office.days_later(31)
    (run,) = await office.runs()
    found = [d async for _, _, d in world.views.scan("notifications")]
    assert [(d["owner"], d["kind"], d["record"]) for d in found] == [(ann, "erasure", run["id"])]
