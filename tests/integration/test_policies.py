"""The policy runner: repeated, refused, interrupted and failing reactions."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shared.errors import Rejected, Unavailable
from shared.events.codec import Undecodable
from shared.events.envelope import Recorded, Stored
from shared.kernel.bus import CommandBus
from shared.kernel.catalogue import Catalogue
from shared.past.port import PastUpkeep
from shared.streaming import policies as module
from shared.streaming import retries
from shared.streaming.leases import taken_over
from shared.streaming.policies import PolicyRunner
from shared.streaming.reaction import Policy, Reaction
from shared.streaming.subscription import Subscription
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


async def runner(room: ToyRoom, *hands: Hand, past: PastUpkeep | None = None) -> PolicyRunner:
    bus = cast(CommandBus, SimpleNamespace(views=room.views, repository=room.repository, catalogue=Catalogue([TOY])))
    made = PolicyRunner([h.policy for h in hands], bus, room.codec, past=past)
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


async def test_what_was_masked_before_a_refusal_is_followed_up(room: ToyRoom) -> None:
    done: list[str] = []
    away = [Unavailable("starting")] * module.ATTEMPTS

    async def react(reaction: Reaction) -> None:
        reaction.rewrite_past("toy", reaction.recorded.id)
        reaction.purge()
        raise Rejected("no")

    async def note(*given: str) -> None:
        if away:
            raise away.pop()
        done.append(given[-1] if given else "purged")

    hand = Hand()
    hand.policy = Policy("hand", frozenset({ToyMade}), react)
    policies = await runner(room, hand, past=cast(PastUpkeep, SimpleNamespace(rewrite=note, purge=note)))
    await room.happen("a", ToyMade("a"))
    await policies.step()
    assert (done, await room.parked()) == ([], {"policy/hand/toy-a.1": "PastAway: starting"})
    assert await policies.retry_parked() == 1
    assert (done, await room.parked()) == (["a", "purged"], {})


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
    async with asyncio.timeout(90):
        while not await room.parked():
            await asyncio.sleep(0.01)
        while await room.parked():
            await asyncio.sleep(0.01)
    running.cancel()
    assert hand.seen == ["a"]


async def parked_in(room: ToyRoom, hand: Hand, ids: str) -> PolicyRunner:
    for id in ids:
        await room.happen(id, ToyMade(id))
    hand.failures = [RuntimeError("always")] * module.ATTEMPTS * len(ids)
    policies = await runner(room, hand)
    await policies.step()
    assert len(await room.parked()) == len(ids)
    return policies


async def test_parked_reactions_are_tried_in_parts_and_events_come_between(
    room: ToyRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them at once kept every other reaction waiting. Here a part is one entry, and the first still fails."""
    monkeypatch.setattr(retries, "PASS_SECONDS", 0.0)
    monkeypatch.setattr(module, "REST_SECONDS", 0.0)
    monkeypatch.setattr(Subscription, "idle", no_wait)
    hand = Hand()
    policies = await parked_in(room, hand, "abc")
    hand.failures = [RuntimeError("still")]
    await room.happen("d", ToyMade("d"))
    await policies.idle()
    await policies.idle()
    assert hand.seen == ["b"]
    await policies.step()
    await policies.idle()
    assert hand.seen == ["b", "d", "c"]
    await policies.idle()  # the look is over, and the next one is minutes away
    assert (await room.parked()).keys() == {"policy/hand/toy-a.1"}
    assert await policies.retry_parked() == 1


async def test_a_parked_reaction_that_cannot_be_tried_stops_no_other(
    room: ToyRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = Hand()
    policies = await parked_in(room, hand, "abc")
    decode = room.codec.decode

    async def unreadable(one: Stored) -> Recorded:
        if one.stream == "toy-a":
            raise Undecodable("no such type")
        return await decode(one)

    monkeypatch.setattr(room.codec, "decode", unreadable)
    hand.failures = [Unavailable("it waits for a newer program")]  # b
    assert await policies.retry_parked() == 1
    assert hand.seen == ["c"]
    assert (await room.parked()).keys() == {"policy/hand/toy-a.1", "policy/hand/toy-b.1"}


async def test_parked_reactions_are_left_to_a_process_that_has_taken_over(
    room: ToyRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Subscription, "idle", no_wait)
    hand = Hand()
    policies = await parked_in(room, hand, "a")
    async with taken_over(room.views, module.CHECKPOINT):
        await policies.idle()
    assert (hand.seen, policies.holder.held) == ([], False)


async def no_wait(_: Subscription) -> None: ...


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
