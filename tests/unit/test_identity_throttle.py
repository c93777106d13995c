"""The throttle: five a minute from one address, a lock after five in a row, a hundred an hour, bounded memory."""

from __future__ import annotations

import random

import pytest

from services.identity import throttle
from services.identity.throttle import LOCKED_FOR, PER_ACCOUNT, PER_IP, Throttle
from shared.errors import TooManyRequests

SECOND = 1_000_000


class HandClock:
    def __init__(self) -> None:
        self.micros = 1_000_000 * SECOND

    def now(self) -> int:
        return self.micros

    def forward(self, seconds: float) -> None:
        self.micros += int(seconds * SECOND)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def refused(throttle: Throttle, account: str, ip: str) -> int:
    with pytest.raises(TooManyRequests) as caught:
        throttle.begin(account, ip)
    return caught.value.retry_after


def test_five_failures_in_a_row_lock_the_account_for_a_quarter_of_an_hour_from_everywhere(clock: HandClock) -> None:
    desk = Throttle(clock)
    assert [desk.begin("anna", f"ip{n}") for n in range(5)] == [1, 2, 3, 4, 5]
    assert refused(desk, "anna", "another") == LOCKED_FOR // SECOND
    assert desk.begin("bob", "another") == 1
    clock.forward(LOCKED_FOR / SECOND - 1)
    assert refused(desk, "anna", "another") == 1
    clock.forward(1)
    assert desk.begin("anna", "another") == 1


def test_the_right_password_ends_the_row_and_counts_as_no_failure(clock: HandClock) -> None:
    desk = Throttle(clock)
    for _ in range(2 * PER_ACCOUNT):
        assert desk.begin("anna", "home") == 1
        desk.succeeded("anna", "home")
    assert [desk.begin("anna", "home") for _ in range(4)] == [1, 2, 3, 4]


def test_the_fifth_attempt_may_still_be_the_right_one(clock: HandClock) -> None:
    desk = Throttle(clock)
    for _ in range(5):
        desk.begin("anna", "home")
    desk.succeeded("anna", "home")
    assert desk.begin("anna", "elsewhere") == 1


def test_an_address_that_tries_many_names_is_slowed_down(clock: HandClock) -> None:
    desk = Throttle(clock)
    for n in range(PER_IP):
        desk.begin(f"user{n}", "attacker")
    assert refused(desk, "anna", "attacker") == 60
    assert desk.begin("anna", "home") == 1


def test_stuffing_never_gets_more_than_the_limits(clock: HandClock) -> None:
    desk, dice = Throttle(clock), random.Random(7)
    admitted: dict[str, list[int]] = {}
    pairs: dict[tuple[str, str], list[int]] = {}
    for _ in range(20_000):
        clock.forward(dice.random())
        account, ip = f"user{dice.randrange(20)}", f"ip{dice.randrange(50)}"
        try:
            desk.begin(account, ip)
        except TooManyRequests:
            continue
        admitted.setdefault(account, []).append(clock.micros)
        pairs.setdefault((account, ip), []).append(clock.micros)

    def most(moments: list[int], window: int) -> int:
        return max(sum(m <= n < m + window for n in moments) for m in moments)

    assert max(most(m, 3600 * SECOND) for m in admitted.values()) <= PER_ACCOUNT
    assert max(most(m, 60 * SECOND) for m in pairs.values()) <= 5


def test_it_forgets_the_oldest_before_it_grows_without_bound(clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "KEPT", 100)
    desk = Throttle(clock)
    for n in range(1000):
        desk.begin(f"user{n}", f"ip{n}")
    assert len(desk._accounts) == 100
    assert len(desk._sources) == 200
