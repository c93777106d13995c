"""Quotas: a burst, then a steady rate, for each user by themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import TooManyRequests
from shared.security import quota as module
from shared.security.quota import Quota


class Watch:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


def taken(quota: Quota, user: str, times: int) -> int:
    """How many of so many tries at once are let through."""
    done = 0
    for _ in range(times):
        try:
            quota.take(user)
            done += 1
        except TooManyRequests:
            pass
    return done


def test_a_burst_then_a_steady_rate(watch: Watch) -> None:
    quota = Quota("things", at_once=3, a_minute=6, now=watch)
    assert taken(quota, "u1", 10) == 3
    watch.now += 9.9
    assert taken(quota, "u1", 10) == 0
    watch.now += 0.2
    assert taken(quota, "u1", 10) == 1
    watch.now += 25
    assert taken(quota, "u1", 10) == 2
    watch.now += 3600
    assert taken(quota, "u1", 10) == 3, "what was not used is not saved up"


def test_who_is_refused_is_told_when_to_come_back(watch: Watch) -> None:
    quota = Quota("things", at_once=1, a_minute=4, now=watch)
    quota.take("u1")
    watch.now += 5.5
    with pytest.raises(TooManyRequests) as refused:
        quota.take("u1")
    assert refused.value.retry_after == 10
    watch.now += refused.value.retry_after
    quota.take("u1")


def test_one_user_does_not_use_up_another_s(watch: Watch) -> None:
    quota = Quota("things", at_once=2, a_minute=1, now=watch)
    assert taken(quota, "u1", 5) == 2
    assert taken(quota, "u2", 5) == 2


def test_no_more_users_are_remembered_than_fit(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    quota = Quota("things", at_once=1, a_minute=1, now=watch)
    for user in ("u1", "u2", "u3", "u4"):
        quota.take(user)
    assert taken(quota, "u4", 1) == 0
    assert taken(quota, "u1", 1) == 1, "the one longest ago is forgotten"


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 5), st.integers(1, 60))
def test_never_more_than_the_burst_and_the_rate(waits: list[float], at_once: int, a_minute: int) -> None:
    watch = Watch()
    quota = Quota("things", at_once=at_once, a_minute=a_minute, now=watch)
    begun, through = watch.now, 0
    for wait in waits:
        watch.now += wait
        through += taken(quota, "u1", 1)
        assert through <= at_once + (watch.now - begun) * a_minute / 60 + 1e-6
