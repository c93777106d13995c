"""What a server that is away ends is begun again; what does not pass by itself ends the process."""

from __future__ import annotations

import asyncio

import pytest

from shared.errors import Unavailable
from shared.eventstore.port import StoreBroken, StoreUnavailable
from shared.security.keyring import KeysUnavailable
from shared.streaming import keeping
from shared.streaming.feed import StreamEnded
from shared.streaming.keeping import AWAY, keep_going
from shared.views.port import ViewsDamaged, ViewsUnavailable


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Those that were made; none takes time."""
    made: list[float] = []

    async def sleep(seconds: float) -> None:
        made.append(seconds)

    monkeypatch.setattr(keeping.asyncio, "sleep", sleep)
    return made


class Loop:
    """Fails with these, in turn, and then ends."""

    def __init__(self, *failures: Exception) -> None:
        self.left = list(failures)
        self.begun = 0

    async def run(self) -> None:
        self.begun += 1
        if self.left:
            raise self.left.pop(0)


async def test_a_loop_goes_on_when_the_server_is_back(pauses: list[float]) -> None:
    failures = [StoreUnavailable("a"), ViewsUnavailable("b"), KeysUnavailable("c"), Unavailable("d")]
    assert {type(one) for one in failures} == set(AWAY)
    loop = Loop(*failures)
    await keep_going(loop.run)
    assert loop.begun == 5


async def test_pauses_grow_up_to_a_bound(pauses: list[float]) -> None:
    await keep_going(Loop(*(ViewsUnavailable("away") for _ in range(20))).run)
    assert pauses[0] <= 0.6
    assert all(8 <= one <= 12 for one in pauses[10:])
    assert pauses[:4] == sorted(pauses[:4])


@pytest.mark.parametrize("error", [ViewsDamaged("torn"), StoreBroken("torn"), StreamEnded("fenced"), KeyError("bug")])
async def test_what_does_not_pass_is_raised(pauses: list[float], error: Exception) -> None:
    loop = Loop(error)
    with pytest.raises(type(error)):
        await keep_going(loop.run)
    assert (loop.begun, pauses) == (1, [])


async def test_it_ends_when_it_is_cancelled() -> None:
    task = asyncio.create_task(keep_going(asyncio.Event().wait))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
