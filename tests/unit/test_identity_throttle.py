"""The throttle: five a minute from one address, a lock after five in a row, a hundred an hour, bounded memory."""

from __future__ import annotations

import asyncio
import random

import pytest

from services.identity.throttle import LOCKED_FOR, PER_ACCOUNT, PER_IP, Throttle
from shared.errors import TooManyRequests
from shared.security import limits_memory
from shared.security.limits_memory import MemoryLimits

SECOND = 1_000_000


class HandClock:
    def __init__(self) -> None:
        self.micros = 1_000_000 * SECOND

    def now(self) -> int:
        return self.micros

    def forward(self, seconds: float) -> None:
        self.micros += int(seconds * SECOND)


class SlowLimits(MemoryLimits):
    """A storage that other tasks overtake, as one over the network is."""

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        await asyncio.sleep(0)
        return await super().get_moving_window(key, limit, expiry)

    async def get_expiry(self, key: str) -> float:
        expires = await super().get_expiry(key)
        await asyncio.sleep(0)
        return expires


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


async def refused(throttle: Throttle, account: str, ip: str) -> int:
    with pytest.raises(TooManyRequests) as caught:
        await throttle.begin(account, ip)
    return caught.value.retry_after


async def test_five_failures_in_a_row_lock_the_account_for_15_minutes_from_everywhere(
    clock: HandClock,
) -> None:
    desk = Throttle(MemoryLimits(clock))
    assert [await desk.begin("anna", f"ip{n}") for n in range(5)] == [1, 2, 3, 4, 5]
    assert await refused(desk, "anna", "another") == LOCKED_FOR
    assert await desk.begin("bob", "another") == 1
    clock.forward(LOCKED_FOR - 1)
    assert await refused(desk, "anna", "another") == 1
    clock.forward(1)
    assert await desk.begin("anna", "another") == 1


async def test_the_right_password_ends_the_row_and_counts_as_no_failure(clock: HandClock) -> None:
    desk = Throttle(MemoryLimits(clock))
    for _ in range(2 * PER_ACCOUNT.amount):
        assert await desk.begin("anna", "home") == 1
        await desk.succeeded("anna", "home")
    assert [await desk.begin("anna", "home") for _ in range(4)] == [1, 2, 3, 4]


async def test_the_fifth_attempt_may_still_be_the_right_one(clock: HandClock) -> None:
    desk = Throttle(MemoryLimits(clock))
    for _ in range(5):
        await desk.begin("anna", "home")
    await desk.succeeded("anna", "home")
    assert await desk.begin("anna", "elsewhere") == 1


async def test_an_address_that_tries_many_names_is_slowed_down(clock: HandClock) -> None:
    desk = Throttle(MemoryLimits(clock))
    for n in range(PER_IP.amount):
        await desk.begin(f"user{n}", "attacker")
    assert await refused(desk, "anna", "attacker") == 60
    assert await desk.begin("anna", "home") == 1


async def test_stuffing_never_gets_more_than_the_limits(clock: HandClock) -> None:
    desk, dice = Throttle(MemoryLimits(clock)), random.Random(7)
    admitted: dict[str, list[int]] = {}
    pairs: dict[tuple[str, str], list[int]] = {}
    for _ in range(20_000):
        clock.forward(dice.random())
        account, ip = f"user{dice.randrange(20)}", f"ip{dice.randrange(50)}"
        try:
            await desk.begin(account, ip)
        except TooManyRequests:
            continue
        admitted.setdefault(account, []).append(clock.micros)
        pairs.setdefault((account, ip), []).append(clock.micros)

    def most(moments: list[int], window: int) -> int:
        return max(sum(m <= n < m + window for n in moments) for m in moments)

    assert max(most(m, 3600 * SECOND) for m in admitted.values()) <= PER_ACCOUNT.amount
    assert max(most(m, 60 * SECOND) for m in pairs.values()) <= 5


async def test_it_forgets_the_oldest_before_it_grows_without_bound(
    clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits_memory, "KEPT", 200)
    limits = MemoryLimits(clock)
    desk = Throttle(limits)
    for n in range(1000):
        await desk.begin(f"user{n}", f"ip{n}")
    assert len(limits) == 400


async def test_two_processes_over_one_storage_count_together(clock: HandClock) -> None:
    limits = MemoryLimits(clock)
    one, other = Throttle(limits), Throttle(limits)
    assert [await desk.begin("anna", "home") for desk in (one, other, one, other, one)] == [1, 2, 3, 4, 5]
    for desk in (one, other):
        assert await refused(desk, "anna", "elsewhere") == LOCKED_FOR


async def test_attempts_that_begin_at_the_same_moment_are_no_more_than_the_lock_allows(clock: HandClock) -> None:
    limits = SlowLimits(clock)
    desks = [Throttle(limits) for _ in range(20)]
    tries = (desk.begin("anna", f"ip{n}") for n, desk in enumerate(desks))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert 1 <= sum(isinstance(answer, int) for answer in answers) <= 5
    assert all(isinstance(answer, int | TooManyRequests) for answer in answers)


async def test_places_in_a_window_are_not_given_twice(clock: HandClock) -> None:
    limits = SlowLimits(clock)
    desks = [Throttle(limits) for _ in range(PER_IP.amount + 20)]
    tries = (desk.begin(f"user{n}", "attacker") for n, desk in enumerate(desks))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(answer, int) for answer in answers) == PER_IP.amount


async def test_an_attempt_taken_back_leaves_the_failures_before_it(clock: HandClock) -> None:
    """Who has the password gets no more guesses at a code by sending the password alone in between."""
    limits = MemoryLimits(clock)
    desk = Throttle(limits)
    for n in range(4):
        assert await desk.begin("anna", f"wrong{n}") == n + 1
        row = await desk.begin("anna", f"right{n}")
        await desk.taken_back("anna", f"right{n}", row)
    assert await desk.begin("anna", "wrong4") == 5
    assert await refused(desk, "anna", "another") == LOCKED_FOR
    assert await limits.get_moving_window(PER_ACCOUNT.key_for("anna"), PER_ACCOUNT.amount, 3600) == (
        limits.now(),
        5,  # its own place in each window is free again
    )


async def test_taking_back_after_a_lock_neither_lifts_it_nor_owes_failures(clock: HandClock) -> None:
    desk = Throttle(MemoryLimits(clock))
    for n in range(3):
        await desk.begin("anna", f"wrong{n}")
    row = await desk.begin("anna", "right")
    assert await desk.begin("anna", "wrong3") == 5
    await desk.taken_back("anna", "right", row)
    assert await refused(desk, "anna", "another") == LOCKED_FOR
    clock.forward(LOCKED_FOR)
    assert [await desk.begin("anna", f"ip{n}") for n in range(5)] == [1, 2, 3, 4, 5]
    assert await refused(desk, "anna", "another") == LOCKED_FOR
