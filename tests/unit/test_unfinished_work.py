"""Work that an error stops is tried a few times, ever more seldom, and says then what stopped it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest

from shared.errors import Unavailable
from shared.events.envelope import Stored, Undecodable
from shared.eventstore.port import StoreUnavailable
from shared.streaming import unfinished
from shared.streaming.unfinished import MOST_SECONDS, TRIES, UnfinishedWork

Key = tuple[str, str]
GOOD, BAD = ("t1", "good"), ("t1", "bad")
LOG = logging.getLogger("crm.test")


class Work(UnfinishedWork[Key]):
    """fails: the errors that the bad work meets, one after another; the last one each time from then on."""

    def __init__(self, *fails: Exception, look: float = 0.0) -> None:
        super().__init__(Mock(), look, 3600.0, LOG, "work was not looked for")
        self.fails, self.tries = [*fails], list[Key]()
        self.done, self.ended = list[Key](), list[tuple[Key, Exception]]()
        self.deaf = list[Exception]()  # what its record meets, which is to say that it ends

    def _begun_by(self, one: Stored) -> Key | None:
        return BAD if one.type == "begun" else None

    async def _sweep(self) -> None:
        self._unfinished |= {GOOD, BAD} - {*self.done}

    async def _carry_out(self, key: Key) -> None:
        self.tries.append(key)
        if key == BAD and self.fails:
            raise self.fails[0] if len(self.fails) == 1 else self.fails.pop(0)
        self.done.append(key)
        self._unfinished.discard(key)

    async def _end(self, key: Key, error: Exception) -> None:
        if self.deaf:
            raise self.deaf.pop()
        self.ended.append((key, error))
        if isinstance(error, Undecodable):
            raise error

    def _stopped(self, key: Key, error: Exception) -> None:
        pass


async def until(settled: Callable[[], Any]) -> None:
    """Carry on until it is so, and then for as many turns as another try takes."""
    async with asyncio.timeout(30):
        while not settled():
            await asyncio.sleep(0)
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.mark.parametrize("error", [RuntimeError("broken"), Undecodable("of a newer program")])
async def test_what_cannot_be_done_ends_after_a_few_tries_and_keeps_nothing_from_going_on(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(unfinished, "MOST_SECONDS", 0.0)
    work = Work(error)
    running = asyncio.create_task(work.run())
    await until(lambda: work.ended)
    assert work.ended == [(BAD, error)]
    assert (work.done, work.tries.count(BAD)) == ([GOOD], TRIES)
    assert ("bad was given up" in caplog.text) == isinstance(error, Undecodable)
    work.fails.clear()
    work.forget_all()  # as when its record was healed
    await until(lambda: BAD in work.done)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert work.done == [GOOD, BAD]


async def test_what_an_event_begins_again_is_tried_again() -> None:
    work = Work(RuntimeError("broken"))
    work._given_up.add(BAD)
    work.on_events([Mock(type="begun")])
    work._begin()
    await asyncio.sleep(0)
    assert work.tries == [BAD]


async def test_each_pause_is_twice_the_one_before_and_what_passes_is_not_counted() -> None:
    work = Work(look=1.0)
    away = [await work._pause(BAD, error) for error in (Unavailable("filling"), StoreUnavailable("away")) * TRIES]
    assert set(away) == {unfinished.PATIENCE}
    pauses = [await work._pause(BAD, RuntimeError("broken")) for _ in range(TRIES)]
    assert pauses == [1, 2, 4, 8, 16, MOST_SECONDS, MOST_SECONDS, 0]
    assert len(work.ended) == 1


async def test_what_cannot_be_told_now_is_told_later() -> None:
    """A store that is away at the last try leaves no job that is under way without end."""
    work = Work(look=1.0)
    work.deaf = [Unavailable("stopping"), StoreUnavailable("away")]
    for _ in range(TRIES + 1):
        assert await work._pause(BAD, RuntimeError("broken"))
    assert (work.ended, work._given_up) == ([], set())
    error = RuntimeError("broken")
    assert await work._pause(BAD, error) == 0
    assert (work.ended, work._given_up) == ([(BAD, error)], {BAD})
