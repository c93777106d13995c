"""Quotas: a number of uses in any time of one length, for each user by themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import RateLimitItemPerSecond

from shared.errors import TooManyRequests
from shared.security import limits_memory
from shared.security.limits import Limits
from shared.security.limits_memory import MemoryLimits
from shared.security.quota import LONG_BODIES, LONG_EXPORTS, Quota


class Watch:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def now(self) -> int:
        return round(self.seconds * 1_000_000)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def limits(watch: Watch) -> MemoryLimits:
    return MemoryLimits(watch)


def quota(at_once: int, seconds: int) -> Quota:
    return Quota("things", RateLimitItemPerSecond(at_once, seconds))


async def taken(quota: Quota, limits: Limits, user: str, times: int) -> int:
    """How many of so many tries at once are let through."""
    done = 0
    for _ in range(times):
        try:
            await quota.take(limits, user)
            done += 1
        except TooManyRequests:
            pass
    return done


async def test_a_burst_then_a_steady_rate(watch: Watch, limits: MemoryLimits) -> None:
    things = quota(3, 30)
    assert await taken(things, limits, "u1", 2) == 2
    watch.seconds += 10
    assert await taken(things, limits, "u1", 10) == 1
    watch.seconds += 19.9
    assert await taken(things, limits, "u1", 10) == 0
    watch.seconds += 0.1
    assert await taken(things, limits, "u1", 10) == 2
    watch.seconds += 3600
    assert await taken(things, limits, "u1", 10) == 3, "what was not used is not saved up"


@pytest.mark.parametrize("things", [quota(1, 15), quota(7, 13), LONG_BODIES, LONG_EXPORTS])
async def test_a_refusal_names_the_first_second_that_is_not_refused(
    watch: Watch, limits: MemoryLimits, things: Quota
) -> None:
    await things.take(limits, "u1")
    watch.seconds += 5.5
    await taken(things, limits, "u1", 100)
    with pytest.raises(TooManyRequests) as refused:
        await things.take(limits, "u1")
    watch.seconds += refused.value.retry_after - 1
    assert await taken(things, limits, "u1", 1) == 0
    watch.seconds += 1
    assert await taken(things, limits, "u1", 1) == 1


async def test_one_user_does_not_use_up_another_s(limits: MemoryLimits) -> None:
    assert await taken(quota(2, 60), limits, "u1", 5) == 2
    assert await taken(quota(2, 60), limits, "u2", 5) == 2


async def test_no_more_users_are_remembered_than_fit(limits: MemoryLimits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits_memory, "KEPT", 3)
    things = quota(1, 60)
    for user in ("u1", "u2", "u3", "u4"):
        await things.take(limits, user)
    assert await taken(things, limits, "u4", 1) == 0
    assert await taken(things, limits, "u1", 1) == 1, "the one longest ago is forgotten"


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 5), st.integers(1, 60))
async def test_never_more_than_the_burst_and_the_rate(waits: list[float], at_once: int, seconds: int) -> None:
    watch = Watch()
    limits, things = MemoryLimits(watch), quota(at_once, seconds)
    begun, through = watch.now(), 0
    for wait in waits:
        watch.seconds += wait
        through += await taken(things, limits, "u1", 1)
        assert through <= at_once + (watch.now() - begun) / 1e6 * at_once / seconds + 1e-6
