"""Turns to ask: one of a user, few of a tenant, users in rotation, and nobody waits without end."""

from __future__ import annotations

import asyncio

import pytest

from shared.errors import Unavailable
from shared.warehouse.turns import Turns, User


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Asking:
    """Questions that run until they are ended; `began` has their users in the order in which they got a turn."""

    def __init__(self, turns: Turns) -> None:
        self.turns, self.began = turns, list[User]()
        self._ends: list[asyncio.Event] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def ask(self, *users: User) -> None:
        self.tasks += [asyncio.create_task(self._one(user)) for user in users]
        await settle()

    async def _one(self, user: User) -> None:
        async with self.turns.of(user):
            self.began.append(user)
            self._ends.append(end := asyncio.Event())
            await end.wait()

    async def end(self, number: int) -> None:
        self._ends[number].set()
        await settle()


ANN, BOB, CAT, EVE, FAY = ("acme", "ann"), ("acme", "bob"), ("acme", "cat"), ("globex", "eve"), ("globex", "fay")


async def test_one_runs_of_a_user_and_two_of_a_tenant() -> None:
    asking = Asking(Turns(3, 2, wait=60))
    await asking.ask(ANN, ANN, BOB, CAT, EVE, FAY)
    assert asking.began == [ANN, BOB, EVE]
    await asking.end(2)
    assert asking.began == [ANN, BOB, EVE, FAY]


async def test_users_are_served_in_rotation() -> None:
    asking = Asking(Turns(1, 1, wait=60))
    await asking.ask(ANN, ANN, ANN, ANN, BOB, CAT, CAT)
    for number in range(7):
        await asking.end(number)
    assert asking.began == [ANN, ANN, BOB, CAT, ANN, CAT, ANN]
    assert all(task.done() for task in asking.tasks)


async def test_who_waits_too_long_is_refused_and_leaves_no_trace() -> None:
    turns = Turns(1, 1, wait=0.01)
    async with turns.of(ANN):
        with pytest.raises(Unavailable):
            async with turns.of(BOB):
                raise AssertionError("no turn was free")
    async with turns.of(BOB):
        pass  # served, or Unavailable would be raised


async def test_who_goes_away_gives_the_turn_to_the_next() -> None:
    asking = Asking(Turns(1, 1, wait=60))
    await asking.ask(ANN, BOB, CAT)
    asking.tasks[1].cancel()
    await settle()
    asking.tasks[0].cancel()
    await settle()
    assert asking.began == [ANN, CAT]


async def test_those_who_go_away_at_the_same_moment_take_no_turn() -> None:
    asking = Asking(Turns(1, 1, wait=60))
    await asking.ask(ANN, BOB, BOB, CAT)
    for task in asking.tasks[:3]:
        task.cancel()
    await settle()
    assert asking.began == [ANN, CAT]
    assert all(task.cancelled() for task in asking.tasks[:3])


class Left(Exception):
    """The caller has hung up."""


async def test_who_hangs_up_leaves_the_queue_and_no_trace() -> None:
    turns, hung_up = Turns(1, 1, wait=60), asyncio.Event()

    async def gone() -> None:
        await hung_up.wait()
        raise Left

    async with turns.of(ANN, gone):  # a turn that was free is kept
        waiting = asyncio.create_task(turns.of(BOB, gone).__aenter__())
        await settle()
        hung_up.set()
        with pytest.raises(Left):
            await waiting
    async with turns.of(BOB):
        pass


async def test_a_turn_comes_to_one_who_still_listens() -> None:
    turns = Turns(1, 1, wait=60)

    async def listens() -> None:
        await asyncio.Event().wait()

    async with turns.of(ANN):
        waiting = asyncio.create_task(turns.of(BOB, listens).__aenter__())
        await settle()
        assert not waiting.done()
    await waiting
