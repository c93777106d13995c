"""Records and lists at any moment, by both times, over real files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from shared.errors import Invalid, NotFound, ProjectionBehind
from shared.events.customer_contacts import PersonErased
from shared.events.envelope import Stored
from shared.events.registry import type_of
from shared.kernel import snapshots as module
from shared.kernel.queries import Moment
from shared.kernel.snapshots import Snapshots
from shared.security.permissions import Access, Level, Role, system_access
from shared.views.port import Condition, Query
from tests.support.toys import TENANT, TOY, ToyGrown, ToyHandedOver, ToyMade, ToyMarked, ToyRoom, toy_room

BOSS = system_access(TENANT)
ALL = Query()
DAY = 86_400_000_000
START = 1_500_000_000_000_000  # long before the room's clock


def person(user: str) -> Access:
    return Access(TENANT, user, (Role("own", "", "", {"toy": {"read": Level.OWN}}),))


@pytest.fixture
async def room(tmp_path: Path) -> Any:
    async with toy_room(tmp_path) as opened:
        yield opened


async def names(room: ToyRoom, moment: Moment, query: Query = ALL, access: Access = BOSS) -> list[str]:
    return [d["id"] for d in (await room.queries.find(TOY, query, access, moment)).items]


async def test_a_record_is_hidden_until_it_existed_and_shown_as_it_was(room: ToyRoom) -> None:
    await room.happen("a", ToyMade("first"), at=START)
    learned = room.clock.now()
    await room.happen("a", ToyGrown(5), at=START + DAY)
    await room.projector.catch_up()

    async def size(**moment: int) -> int:
        document = await room.queries.get(TOY, "a", BOSS, moment=Moment(**moment))
        return int(document["size"])

    assert await size() == 5
    assert await size(version=1) == 0
    assert await size(version=2) == 5
    assert await size(occurred=START) == 0
    assert await size(occurred=START + DAY - 1) == 0
    assert await size(occurred=START + DAY) == 5
    assert await size(recorded=learned) == 0
    assert await size(occurred=START + DAY, recorded=learned) == 0
    for before in ({"occurred": START - 1}, {"recorded": learned - 1_000_000}):
        with pytest.raises(NotFound):
            await size(**before)


async def test_a_past_record_is_shown_to_those_who_see_it_now(room: ToyRoom) -> None:
    await room.happen("a", ToyMade("a", "ann"), at=START)
    await room.happen("a", ToyHandedOver("bob"), at=START + DAY)
    await room.projector.catch_up()
    assert (await room.queries.get(TOY, "a", person("bob"), moment=Moment(occurred=START)))["owner"] == "ann"
    with pytest.raises(NotFound):
        await room.queries.get(TOY, "a", person("ann"), moment=Moment(occurred=START))


async def test_lists_at_a_moment_by_both_times(room: ToyRoom) -> None:
    await room.happen("a", ToyMade("Alpha 上海"), ToyMarked("red"), at=START)
    early = room.clock.now()
    await room.happen("b", ToyMade("Beta"), at=START + DAY)
    await room.happen("a", ToyGrown(7), ToyMarked("blue"), at=START + 2 * DAY)
    await room.happen("z", ToyMade("foreign"), tenant="t2", at=START)
    assert await names(room, Moment(occurred=START - 1)) == []
    assert await names(room, Moment(occurred=START)) == ["a"]
    assert await names(room, Moment(occurred=START + DAY)) == ["a", "b"]
    assert await names(room, Moment(recorded=early)) == ["a"]
    assert await names(room, Moment(occurred=START + 9 * DAY, recorded=early)) == ["a"]
    grown = Query((Condition("size", "eq", 7),))
    assert await names(room, Moment(occurred=START + DAY), grown) == []
    assert await names(room, Moment(occurred=START + 2 * DAY), grown) == ["a"]
    assert await names(room, Moment(occurred=START + 2 * DAY), Query(text="alph")) == ["a"]
    assert await names(room, Moment(occurred=START), Query(text="上海")) == ["a"]
    blue = Query((Condition("marks", "contains", "blue"),))
    assert await room.queries.count(TOY, blue, BOSS, Moment(occurred=START + DAY)) == 0
    assert await room.queries.count(TOY, blue, BOSS, Moment(occurred=START + 3 * DAY)) == 1
    totals = await room.queries.totals(TOY, Query(), BOSS, (), "size", Moment(occurred=START + 3 * DAY))
    assert [(t.count, t.sum) for t in totals] == [(2, "7")]


async def test_a_list_at_a_moment_shows_records_to_those_who_see_them_now(room: ToyRoom) -> None:
    """As they were then, their owner of then among it; also when a kept snapshot is asked again after a transfer."""
    await room.happen("a", ToyMade("a", "ann"), at=START)
    early = room.clock.now()
    await room.happen("a", ToyHandedOver("bob"), at=START + DAY)
    await room.projector.catch_up()
    moments = (Moment(occurred=START), Moment(occurred=START + DAY), Moment(recorded=early))
    ann, bob, cleo = person("ann"), person("bob"), person("cleo")
    for moment in moments:
        assert await names(room, moment, access=ann) == []
        assert await names(room, moment, access=bob) == ["a"]
        assert await room.queries.count(TOY, ALL, ann, moment) == 0
    await room.happen("a", ToyHandedOver("cleo"), at=START + 2 * DAY)
    await room.projector.catch_up()
    for moment, owner in zip(moments, ("ann", "bob", "ann"), strict=True):
        assert await names(room, moment, access=bob) == []
        [shown] = (await room.queries.find(TOY, Query((Condition("owner", "eq", owner),)), cleo, moment)).items
        assert shown["owner"] == owner
        assert "owner_now" not in shown
        assert (await room.queries.totals(TOY, ALL, cleo, (), None, moment))[0].count == 1


async def test_a_kept_snapshot_learns_what_is_told_later_about_its_past(room: ToyRoom) -> None:
    await room.happen("a", ToyMade("a"), at=START)
    moment = Moment(occurred=START + DAY)
    assert await names(room, moment) == ["a"]
    await room.happen("b", ToyMade("imported later"), at=START + 1)
    await room.happen("a", ToyGrown(1), at=START + 2)
    await room.happen("a", ToyGrown(50), at=START + 2 * DAY)
    assert await names(room, moment) == ["a", "b"]
    assert await names(room, moment, Query((Condition("size", "eq", 1),))) == ["a"]
    assert len(room.snapshots._kept) == 1


async def test_a_list_takes_no_version(room: ToyRoom) -> None:
    with pytest.raises(Invalid):
        await names(room, Moment(version=1))


async def test_few_snapshots_are_kept_and_those_in_use_stay_open(
    room: ToyRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 2)
    await room.happen("a", ToyMade("a"), at=START)
    async with room.snapshots.at(TOY, TENANT, START, None) as held:
        for n in range(1, 5):
            assert await names(room, Moment(occurred=START + n)) == ["a"]
        assert len(room.snapshots._kept) == 2
        assert [key async for _, key, _ in held.scan("toys")] == ["a"]
    asked = [names(room, Moment(occurred=START + n % 6)) for n in range(30)]
    assert await asyncio.gather(*asked) == [["a"]] * 30


async def test_however_many_moments_are_asked_for_two_are_built_at_once(
    room: ToyRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.happen("a", ToyMade("a"), at=START)
    building, most, fill = 0, 0, Snapshots._fill

    async def watched(*args: Any) -> None:
        nonlocal building, most
        building += 1
        most = max(most, building)
        await fill(*args)
        await asyncio.sleep(0.001)
        building -= 1

    monkeypatch.setattr(Snapshots, "_fill", watched)
    asked = [names(room, Moment(occurred=START + n)) for n in range(12)]
    assert await asyncio.gather(*asked) == [["a"]] * 12
    assert most == module.BUILT_AT_ONCE == 2


async def test_an_erasure_leaves_no_kept_snapshot_of_its_tenant(room: ToyRoom) -> None:
    for tenant in ("t1", "t2"):
        await room.happen(f"{tenant}-a", ToyMade("a"), at=START, tenant=tenant)
        async with room.snapshots.at(TOY, tenant, START, None):
            pass
    assert len(room.snapshots._kept) == 2
    erasure = type_of(PersonErased).name
    room.snapshots.on_events([Stored(1, "t1", "toy-x", 1, "e", erasure, 1, 1, 1, b"{}", b"{}")])
    assert [key[1] for key in room.snapshots._kept] == ["t2"]


async def test_a_read_waits_for_the_version_it_must_see(room: ToyRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.kernel.queries.WAIT_SECONDS", 0.2)
    await room.happen("a", ToyMade("a"))
    with pytest.raises(ProjectionBehind):
        await room.queries.get(TOY, "a", BOSS, min_version=1)
    reading = asyncio.create_task(room.queries.get(TOY, "a", BOSS, min_version=1))
    await asyncio.sleep(0)
    await room.projector.catch_up()
    assert (await reading)["version"] == 1
    assert b'"version":1' in await room.queries.raw(TOY, "a", BOSS, min_version=1)


async def test_who_waits_does_not_look_again_before_something_came(
    room: ToyRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred who wait would else look a thousand times a second, and the projector would come to nothing."""
    looks, get = 0, room.views.get

    async def counted(*args: Any) -> Any:
        nonlocal looks
        looks += 1
        return await get(*args)

    monkeypatch.setattr(room.views, "get", counted)
    await room.happen("a", ToyMade("a"))
    waiting = [asyncio.create_task(room.queries.get(TOY, "a", BOSS, min_version=1)) for _ in range(100)]
    await asyncio.sleep(0.3)
    before = looks
    assert before <= 2 * len(waiting)
    await room.projector.catch_up()
    assert [found["version"] for found in await asyncio.gather(*waiting)] == [1] * len(waiting)
    assert looks - before <= len(waiting)


async def test_who_waits_is_told_of_what_is_shown_only(room: ToyRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """No view can hold what the third event leads to: the batch that parks it shows the record as of the second."""
    monkeypatch.setattr("shared.kernel.queries.WAIT_SECONDS", 0.3)
    monkeypatch.setattr("shared.kernel.queries.LOOK_SECONDS", 0.05)
    wrong: Any = "a text, where the view wants a number"
    await room.happen("a", ToyMade("a"), ToyGrown(1), ToyGrown(wrong))
    first, second = (asyncio.create_task(room.queries.get(TOY, "a", BOSS, min_version=v)) for v in (2, 3))
    await asyncio.sleep(0)
    await room.projector.catch_up()
    assert (await first)["version"] == 2
    with pytest.raises(ProjectionBehind):
        await second


async def test_history_tells_each_change_newest_first(room: ToyRoom) -> None:
    await room.happen("a", ToyMade("a"), ToyGrown(2), at=START)
    await room.happen("a", ToyMarked("red"), at=START + DAY)
    await room.projector.catch_up()
    entries = await room.queries.history(TOY, "a", BOSS)
    assert [e["version"] for e in entries] == [3, 2, 1]
    assert entries[0]["changes"] == {"marks": {"from": [], "to": ["red"]}}
    assert entries[1]["changes"] == {"size": {"from": 0, "to": 2}}
    with pytest.raises(NotFound):
        await room.queries.history(TOY, "a", system_access("t2"))
