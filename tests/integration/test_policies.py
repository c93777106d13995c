"""The policy runner: repeated, refused, interrupted and failing reactions."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shared.errors import Rejected, Unavailable
from shared.kernel.bus import CommandBus
from shared.kernel.catalogue import Catalogue
from shared.streaming import policies as module
from shared.streaming.policies import Policy, PolicyRunner, Reaction
from shared.views.port import Checkpoint
from tests.support.toys import TOY, ToyGrown, ToyMade, ToyRoom, toy_room


@pytest.fixture
async def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.0)
    async with toy_room(tmp_path) as opened:
        yield opened


class Hand:
    """A policy that notes what it reacts to, and fails as often as the test says."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.failures: list[Exception] = []
        self.policy = Policy("hand", frozenset({ToyMade}), self.react)

    async def react(self, reaction: Reaction) -> None:
        if self.failures:
            raise self.failures.pop()
        self.seen.append(reaction.recorded.id)


async def runner(room: ToyRoom, *hands: Hand) -> PolicyRunner:
    bus = cast(CommandBus, SimpleNamespace(views=room.views, repository=room.repository, catalogue=Catalogue([TOY])))
    made = PolicyRunner([h.policy for h in hands], bus, room.codec)
    await made.start()
    return made


async def test_reactions_follow_the_feed_and_a_restart_goes_on(room: ToyRoom) -> None:
    hand = Hand()
    await room.happen("a", ToyMade("a"), ToyGrown(1))
    first = await runner(room, hand)
    assert await first.step() == 2
    await first.stop()
    await room.happen("b", ToyMade("b"))
    second = await runner(room, hand)
    assert await second.step() == 1
    assert await second.step() == 0
    assert hand.seen == ["a", "b"]


async def test_a_refused_command_is_an_outcome(room: ToyRoom) -> None:
    hand = Hand()
    hand.failures = [Rejected("no")]
    await room.happen("a", ToyMade("a"))
    await room.happen("b", ToyMade("b"))
    await (await runner(room, hand)).step()
    assert hand.seen == ["b"]
    assert await room.parked() == {}


async def test_a_command_that_does_not_exist_is_parked_and_not_taken_for_a_refusal(room: ToyRoom) -> None:
    async def react(reaction: Reaction) -> None:
        await reaction.send("once", "toy.Unknown", {})

    hand = Hand()
    hand.policy = Policy("hand", frozenset({ToyMade}), react)
    await room.happen("a", ToyMade("a"))
    await (await runner(room, hand)).step()
    assert (await room.parked())["policy/hand/toy-a.1"].startswith("LookupError")


async def test_what_is_unavailable_is_waited_for(room: ToyRoom) -> None:
    hand = Hand()
    await room.happen("a", ToyMade("a"))
    await room.happen("b", ToyMade("b"))
    policies = await runner(room, hand)
    hand.failures = [Unavailable("disk full")]
    with pytest.raises(Unavailable):
        await policies.step()
    assert policies.position == 0
    await policies.step()
    assert hand.seen == ["a", "b"]


async def test_a_reaction_that_fails_now_and_then_is_carried_out(room: ToyRoom) -> None:
    hand = Hand()
    hand.failures = [RuntimeError("once")] * (module.ATTEMPTS - 1)
    await room.happen("a", ToyMade("a"))
    await (await runner(room, hand)).step()
    assert hand.seen == ["a"]
    assert await room.parked() == {}


async def test_a_reaction_that_keeps_failing_is_parked_and_tried_again_at_the_next_start(room: ToyRoom) -> None:
    broken, fine = Hand(), Hand()
    fine.policy = Policy("fine", frozenset({ToyMade}), fine.react)
    broken.failures = [RuntimeError("always")] * module.ATTEMPTS
    await room.happen("a", ToyMade("a"))
    await room.happen("b", ToyMade("b"))
    policies = await runner(room, broken, fine)
    await policies.step()
    assert (broken.seen, fine.seen) == (["b"], ["a", "b"])
    parked = await room.parked()
    assert parked.keys() == {"policy/hand/toy-a.1"}
    assert parked["policy/hand/toy-a.1"].startswith("RuntimeError at test_policies.py")  # and not what it said
    await room.another_projector()
    await room.projector.catch_up()
    assert await room.shown() == await room.folded()

    broken.failures = [RuntimeError("still")] * module.ATTEMPTS
    assert await policies.retry_parked() == 0
    assert await policies.retry_parked() == 1
    assert broken.seen == ["b", "a"]
    assert await room.parked() == {}
    assert await policies.retry_parked() == 0


async def test_a_parked_reaction_is_tried_again_now_and_then(room: ToyRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nothing else happens and no process starts: what refused it may have ended."""
    monkeypatch.setattr(module, "PARKED_SECONDS", 0.0)
    hand = Hand()
    hand.failures = [RuntimeError("for a while")] * (module.ATTEMPTS + 3)
    await room.happen("a", ToyMade("a"))
    policies = await runner(room, hand)
    running = asyncio.create_task(policies.run())
    async with asyncio.timeout(30):
        while not await room.parked():
            await asyncio.sleep(0.01)
        while await room.parked():
            await asyncio.sleep(0.01)
    running.cancel()
    assert hand.seen == ["a"]


async def test_a_reaction_that_is_parked_again_after_it_was_carried_out_stays_parked(room: ToyRoom) -> None:
    hand = Hand()
    await room.happen("a", ToyMade("a"))
    for _ in range(2):
        await room.views.write([], [Checkpoint(module.CHECKPOINT, 0)])
        policies = await runner(room, hand)
        hand.failures = [RuntimeError("always")] * module.ATTEMPTS
        await policies.step()
        assert (await room.parked()).keys() == {"policy/hand/toy-a.1"}
        assert await policies.retry_parked() == 1
        assert await room.parked() == {}
        await policies.stop()


async def test_an_event_that_cannot_be_read_is_left_to_the_projector(room: ToyRoom) -> None:
    hand = Hand()
    room.codec.unknown = {"test.ToyMade"}
    await room.happen("a", ToyMade("a"))
    assert await (await runner(room, hand)).step() == 1
    assert hand.seen == []
