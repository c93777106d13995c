"""The follower of a projection that another process carries on, and the follower of the log."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.events.envelope import Stored
from shared.streaming import follower as module
from shared.streaming.follower import LogFollower, ProjectionFollower
from shared.streaming.projection import Waiter
from shared.streaming.shares import RECORDS
from shared.views.port import Checkpoint, Page, Query, ViewsUnavailable
from tests.support.listening import Heard

STREAMS = ("toy-a", "toy-b", "other-c")


class Elsewhere:
    """Store and views of another process, in memory. shown: how far its projector has come."""

    def __init__(self) -> None:
        self.log: list[Stored] = []
        self.shown = 0
        self.parked: set[str] = set()
        self.refuses = False
        self.largest_page = 0

    def append(self, stream: str) -> None:
        position, version = len(self.log) + 1, sum(one.stream == stream for one in self.log) + 1
        at = position * 1_000_000
        event = Stored(position, "t1", stream, version, f"e{position}", "test.Unknown", 1, at, at, b"?", b"?")
        self.log.append(event)

    def version_shown(self, stream: str) -> int:
        return sum(one.stream == stream for one in self.log[: self.shown])

    # --- as the ports have it ---

    async def checkpoints(self, prefix: str) -> dict[str, Checkpoint]:
        await asyncio.sleep(0)
        if self.refuses:
            raise ViewsUnavailable("away")
        return {RECORDS: Checkpoint(RECORDS, self.shown)} if prefix == RECORDS else {}

    async def read_all(self, after: int, limit: int, *, categories: Collection[str] | None = None) -> list[Stored]:
        await asyncio.sleep(0)
        found = [e for e in self.log[after:] if categories is None or e.category in categories][:limit]
        self.largest_page = max(self.largest_page, len(found))
        return found

    async def head(self) -> int:
        return len(self.log)

    async def position_at(self, moment: int) -> int:
        return sum(one.recorded_at <= moment for one in self.log)

    async def find(self, _: str, query: Query, *__: Any) -> Page:
        asked = query.where[0].value
        return Page([{"stream": stream} for stream in sorted(self.parked) if stream in asked], None)

    async def wait(self, after: int, timeout: float) -> None:
        await asyncio.sleep(0.001)


class Careful(Heard):
    """Notes whether the views held each event when it came, and where events are missing before it."""

    def __init__(self, elsewhere: Elsewhere, position: int) -> None:
        super().__init__()
        self._elsewhere, self._position = elsewhere, position
        self.early: list[int] = []
        self.missed: list[int] = []

    def on_events(self, events: Sequence[Stored]) -> None:
        super().on_events(events)
        for one in events:
            if one.position > self._elsewhere.shown:
                self.early.append(one.position)
            if self._position >= 0 and one.position != self._position + 1:
                self.missed.append(one.position)
            self._position = one.position

    def forget_all(self) -> None:
        super().forget_all()
        self._position = -1  # whatever comes next


def follow(elsewhere: Any) -> ProjectionFollower:
    return ProjectionFollower(elsewhere, elsewhere)


async def waits(waiter: Waiter, elsewhere: Elsewhere, stream: str, version: int) -> None:
    """As a query does: wait, and look where that tells nothing."""
    while not await waiter.reaches(version, 3600.0):
        if elsewhere.version_shown(stream) >= version:
            return


async def let_run() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.sampled_from(STREAMS)),
        st.tuples(st.just("project"), st.integers(1, 5)),
        st.tuples(st.just("poll"), st.none()),
        st.tuples(st.just("refuse"), st.none()),
        st.tuples(st.just("refill"), st.none()),
        st.tuples(st.just("wait"), st.tuples(st.sampled_from(STREAMS), st.integers(1, 4))),
    ),
    max_size=60,
)


@given(before=st.integers(0, 6), acts=ACTS)
@example(before=2, acts=[("refill", None), ("wait", ("toy-a", 1)), ("project", 1)])
@settings(deadline=None)
def test_in_every_order_no_listener_misses_an_event_and_no_waiter_waits_for_what_is_there(
    before: int, acts: list[tuple[str, Any]]
) -> None:
    async def run() -> None:
        elsewhere = Elsewhere()
        for n in range(before):
            elsewhere.append(STREAMS[n % 3])
        elsewhere.shown = before // 2
        follower = follow(elsewhere)
        await follower.start()
        heard = Careful(elsewhere, follower.position)
        follower.subscribe(heard)
        waiting: dict[asyncio.Task[None], tuple[str, int]] = {}
        for act, given_ in [*acts, ("poll", None)]:
            match act:
                case "append":
                    elsewhere.append(given_)
                case "project":
                    elsewhere.shown = min(len(elsewhere.log), elsewhere.shown + given_)
                case "refill":  # takes longer than a poll; where one is missed, a waiter looks by itself (LOOK_SECONDS)
                    elsewhere.shown //= 2
                    await follower.step()
                case "refuse":
                    elsewhere.refuses = True
                    with pytest.raises(ViewsUnavailable):
                        await follower.step()
                    elsewhere.refuses = False
                case "poll":
                    await follower.step()
                case "wait" if elsewhere.version_shown(given_[0]) < given_[1]:
                    task = asyncio.create_task(waits(follower.watch("t1", given_[0]), elsewhere, *given_))
                    waiting[task] = given_
            await let_run()
            for task in [t for t in waiting if t.done()]:
                await task
                del waiting[task]
            if act == "poll":
                assert follower.position == elsewhere.shown
                assert not [w for w in waiting.values() if elsewhere.version_shown(w[0]) >= w[1]]
        assert (heard.early, heard.missed) == ([], [])
        for task in waiting:
            task.cancel()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BATCH", 3)
        patch.setattr(module, "MOST_EVENTS", 8)
        asyncio.run(run())


async def test_a_waiter_is_not_released_before_the_views_have_its_version() -> None:
    elsewhere = Elsewhere()
    follower = follow(elsewhere)
    waiting = asyncio.create_task(waits(follower.watch("t1", "toy-a"), elsewhere, "toy-a", 2))
    for _ in range(2):
        elsewhere.append("toy-a")
    elsewhere.shown = 1
    await follower.step()
    await let_run()
    assert not waiting.done()
    elsewhere.shown = 2
    await follower.step()
    await waiting


async def test_a_waiter_for_a_parked_record_is_not_released() -> None:
    elsewhere = Elsewhere()
    follower = follow(elsewhere)
    elsewhere.append("toy-a")
    elsewhere.shown, elsewhere.parked = 1, {"toy-a"}
    waiter = follower.watch("t1", "toy-a")
    await follower.step()
    assert not await waiter.reaches(1, 0.0)


async def test_a_waiter_that_comes_while_the_quarantine_is_read_is_not_released_either() -> None:
    elsewhere, late = Elsewhere(), []
    follower = follow(elsewhere)
    for stream in ("toy-a", "toy-b"):
        elsewhere.append(stream)
    elsewhere.shown, elsewhere.parked = 2, {"toy-a"}
    find = elsewhere.find

    async def found(*given_: Any) -> Page:
        late.append(follower.watch("t1", "toy-a"))
        return await find(*given_)

    elsewhere.find = found  # type: ignore[method-assign]
    first = follower.watch("t1", "toy-b")
    await follower.step()
    assert await first.reaches(1, 0.0)
    assert not await late[0].reaches(1, 0.0)


async def test_a_long_way_is_not_read_but_everything_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_EVENTS", 10)
    elsewhere, heard = Elsewhere(), Heard()
    follower = follow(elsewhere)
    follower.subscribe(heard)
    for _ in range(11):
        elsewhere.append("toy-a")
    elsewhere.shown = 11
    assert await follower.step() == 0
    assert (heard.forgot, heard.events, follower.position) == (1, [], 11)


async def test_memory_stays_flat_however_much_there_is_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 7)
    elsewhere, heard = Elsewhere(), Heard()
    follower = follow(elsewhere)
    follower.subscribe(heard)
    for _ in range(100):
        elsewhere.append("toy-a")
    elsewhere.shown = 95
    assert await follower.step() == 95
    assert elsewhere.largest_page == 7
    assert [one.position for one in heard.events] == list(range(1, 96))


async def test_views_that_are_away_make_listeners_drop_what_they_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AWAY_SECONDS", 0.0)
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.001)
    elsewhere, heard = Elsewhere(), Heard()
    follower = follow(elsewhere)
    follower.subscribe(heard)
    elsewhere.refuses = True
    loop = asyncio.create_task(follower.run())
    async with asyncio.timeout(60):
        while not heard.forgot:
            await asyncio.sleep(0.001)
        elsewhere.refuses = False
        elsewhere.append("toy-a")
        elsewhere.shown = 1
        while not heard.events:
            await asyncio.sleep(0.001)
    loop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loop


async def test_who_waits_is_served_before_the_next_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL_SECONDS", 3600.0)
    monkeypatch.setattr(module, "WAITING_POLL_SECONDS", 0.001)
    elsewhere = Elsewhere()
    follower = follow(elsewhere)
    loop = asyncio.create_task(follower.run())
    await asyncio.sleep(0.01)
    waiting = asyncio.create_task(waits(follower.watch("t1", "toy-a"), elsewhere, "toy-a", 1))
    await asyncio.sleep(0.01)
    elsewhere.append("toy-a")
    elsewhere.shown = 1
    async with asyncio.timeout(60):
        await waiting
    loop.cancel()


def test_the_intervals_keep_the_promised_two_seconds() -> None:
    slowest = module.POLL_SECONDS + module.STEP_SECONDS + module.RETRY_SECONDS
    assert slowest + module.LOG_PAUSE_SECONDS < 2.0
    assert module.AWAY_SECONDS + module.RETRY_SECONDS + module.STEP_SECONDS <= 2.0


async def test_the_follower_of_the_log_begins_in_the_past_and_goes_ahead_of_the_views(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    elsewhere: Any = Elsewhere()
    heard = Heard()
    for _ in range(3):
        for stream in STREAMS:
            elsewhere.append(stream)
    follower = LogFollower(elsewhere, {"other"})
    follower.subscribe(heard)
    await follower.start(3_000_000)
    assert heard.versions == [("other-c", 2), ("other-c", 3)]
    for stream in ("toy-a", "other-c", "toy-a"):
        elsewhere.append(stream)
    assert await follower.step() == 1
    assert heard.versions[2:] == [("other-c", 4)]
    assert (follower.position, elsewhere.shown) == (12, 0)
