"""What becomes of events that cannot be projected, over every views adapter.

An adapter's test module subclasses this and gives `room`, a ToyRoom over an empty store.
"""

from __future__ import annotations

from typing import Any

import pytest

from shared.streaming import projector as module
from shared.streaming.follower import ProjectionFollower
from shared.streaming.poison import ATTEMPTS
from shared.streaming.rebuild import rebuild
from shared.streaming.record_states import RecordStates
from shared.streaming.shares import RECORDS
from shared.views.port import Checkpoint, Write
from tests.support.listening import Heard
from tests.support.toys import TENANT, TOY, ToyCracked, ToyGrown, ToyMade, ToyMarked, ToyRoom, cracks


async def again(room: ToyRoom) -> int:
    return await rebuild(TOY, room.store, room.views, room.codec, lambda _: None)


class PoisonSuite:
    async def test_a_parked_event_reaches_listeners_too(self, room: ToyRoom) -> None:
        heard = Heard()
        room.projector.subscribe(heard)
        room.codec.unknown = {"test.ToyGrown"}
        await room.happen("a", ToyMade("a"), ToyGrown(1))
        await room.projector.catch_up()
        assert await room.parked()
        assert heard.versions == [("toy-a", 1), ("toy-a", 2)]

    async def test_a_healed_record_is_read_again_by_listeners_here_and_in_other_processes(
        self, room: ToyRoom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shared.streaming.subscription.IDLE_SECONDS", 0.01)
        monkeypatch.setattr(module, "LOOK_SECONDS", 0.0)
        other, here, there = ProjectionFollower(room.store, room.views), Heard(), Heard()
        room.codec.unknown = {"test.ToyGrown"}
        await room.happen("a", ToyMade("a"), ToyGrown(1))
        await room.projector.catch_up()
        await other.start()
        room.projector.subscribe(here)
        other.subscribe(there)
        await room.projector.idle()
        await other.step()
        assert (here.forgot, there.forgot) == (0, 0)
        room.codec.unknown = set()
        assert await room.heal() == 1
        await room.projector.idle()
        await other.step()
        assert (here.forgot, there.forgot) == (1, 1)

    async def test_an_event_of_no_known_type_is_parked_and_its_record_quarantined(self, room: ToyRoom) -> None:
        room.codec.unknown = {"test.ToyMarked"}
        await room.happen("a", ToyMade("a"), ToyGrown(1))
        await room.happen("a", ToyMarked("red"), ToyGrown(2))
        await room.happen("b", ToyMade("b"))
        await room.projector.catch_up()
        await room.happen("a", ToyGrown(3))
        await room.happen("b", ToyGrown(5))
        projector = await room.another_projector()
        await projector.catch_up()
        shown = {key: (d["version"], d["size"]) for (_, key), d in (await room.shown()).items()}
        assert shown == {"a": (2, 1), "b": (2, 5)}
        assert {k: "earlier" in error for k, error in (await room.parked()).items()} == {
            "toy-a.3": False, "toy-a.4": True, "toy-a.5": True,
        }  # fmt: skip
        assert await room.heal() == 0
        assert len(await room.parked()) == 3

        room.codec.unknown = set()
        assert await room.heal() == 1
        assert await room.parked() == {}
        assert await room.shown() == await room.folded()
        await room.happen("a", ToyGrown(1))
        await projector.catch_up()
        assert await room.shown() == await room.folded()

    async def test_a_failure_that_passes_parks_nothing(self, room: ToyRoom) -> None:
        cracks["vase"] = ATTEMPTS - 1
        await room.happen("a", ToyMade("vase"), ToyGrown(3), ToyCracked("vase"), ToyGrown(4))
        await room.projector.catch_up()
        assert await room.parked() == {}
        assert (await room.shown())[TENANT, "a"]["size"] == 4

    async def test_a_fold_that_keeps_failing_leaves_nothing_of_itself(self, room: ToyRoom) -> None:
        await room.happen("a", ToyMade("urn"), ToyGrown(3))
        await room.projector.catch_up()
        cracks["urn"] = 1000
        await room.happen("a", ToyGrown(1), ToyCracked("urn"), ToyGrown(4))
        await room.happen("b", ToyMade("b"))
        await room.projector.catch_up()
        shown = await room.shown()
        assert (shown[TENANT, "a"]["version"], shown[TENANT, "a"]["size"]) == (3, 4)
        assert shown[TENANT, "b"]["version"] == 1
        assert sorted(await room.parked()) == ["toy-a.4", "toy-a.5"]
        assert "RuntimeError at toys.py" in (await room.parked())["toy-a.4"]
        cracks["urn"] = 0
        assert await room.heal() == 1
        assert await room.shown() == await room.folded()

    @pytest.mark.parametrize(
        ("made", "events", "last"),
        [("ball", [ToyGrown(1), ToyGrown("a text, where the view wants a number"), ToyMarked("late")], 2),
         ("unshowable", [ToyGrown(1)], 0), ("ball", [ToyMarked("\ud800")], 0)],
    )  # fmt: skip
    async def test_a_document_that_no_view_can_hold_stops_its_own_record_only(
        self, room: ToyRoom, made: str, events: list[Any], last: int
    ) -> None:
        await room.happen("b", ToyMade("b"))
        try:
            await room.happen("a", ToyMade(made), *events)
        except (TypeError, ValueError):
            return  # the store's side refuses it already
        await room.happen("c", ToyMade("c"))
        await room.projector.catch_up()
        shown = {key: d["version"] for (_, key), d in (await room.shown()).items()}
        assert shown == {"b": 1, "c": 1, **({"a": last} if last else {})}
        assert sorted(await room.parked()) == [f"toy-a.{n}" for n in range(last + 1, len(events) + 2)]
        assert room.projector.position == await room.store.head()

    async def test_a_store_that_refuses_parks_nothing(self, room: ToyRoom, monkeypatch: pytest.MonkeyPatch) -> None:
        await room.happen("a", ToyMade("a"), ToyGrown(1))

        async def refuse(*_: object, **__: object) -> None:
            raise OSError("the disk is away")

        with monkeypatch.context() as refusing:
            refusing.setattr(RecordStates, "fold", refuse)
            with pytest.raises(OSError, match="away"):
                await room.projector.step()
        assert await room.parked() == {}
        assert room.projector.position == 0
        await room.projector.catch_up()
        assert await room.shown() == await room.folded()

    async def test_a_parked_event_whose_write_failed_is_parked_with_its_own_error(self, room: ToyRoom) -> None:
        room.codec.unknown = {"test.ToyMade"}
        await room.happen("a", ToyMade("a"))
        await room.refused_once(100)
        await room.projector.catch_up()
        assert await room.parked() == {"toy-a.1": "no such type: test.ToyMade"}

    async def test_quarantine_is_asked_before_a_record_is_parked_twice(self, room: ToyRoom) -> None:
        await room.happen("a", ToyMade("a"))
        stored = await room.store.read(TENANT, "toy-a")
        await room.quarantine(stored[0], "first")
        await room.quarantine(stored[0], "second")
        assert await room.parked() == {"toy-a.1": "first"}
        await room.projector.catch_up()
        assert await room.parked() == {"toy-a.1": "first"}
        assert await room.shown() == {}

    async def test_an_event_that_is_parked_again_after_a_healing_stays_parked(self, room: ToyRoom) -> None:
        await room.happen("a", ToyMade("a"), ToyMarked("red"))
        await room.projector.catch_up()
        older = Write("parked_events", "_operators", "toy-a.2", None, 2**62)  # as earlier programs removed entries
        await room.views.write([older])
        for _ in range(2):
            room.codec.unknown = {"test.ToyMarked"}
            poison = (await room.store.read(TENANT, "toy-a"))[1]
            await room.quarantine(poison, "poison")
            assert (await room.parked()).keys() == {"toy-a.2"}
            again = await room.another_projector()
            await again.catch_up()
            assert (await room.parked()).keys() == {"toy-a.2"}
            room.codec.unknown = set()
            assert await room.heal() == 1
            assert await room.parked() == {}
            await room.another_projector()

    async def test_a_repeated_event_keeps_its_first_error_on_the_list(self, room: ToyRoom) -> None:
        room.codec.unknown = {"test.ToyMade"}
        await room.happen("a", ToyMade("a"))
        await room.projector.catch_up()
        before = await room.parked()
        await room.views.write([], [Checkpoint(RECORDS, 0)])
        again = await room.another_projector()
        await again.catch_up()
        assert await room.parked() == before == {"toy-a.1": "no such type: test.ToyMade"}

    @pytest.mark.parametrize("poison", ["type", "fold", "document"])
    async def test_poison_shows_what_comes_before_it_as_the_live_view_does(self, room: ToyRoom, poison: str) -> None:
        cracks["pot"] = 1000
        events = {"type": ToyMarked("x"), "fold": ToyCracked("pot"), "document": ToyGrown("no number")}
        room.codec.unknown = {"test.ToyMarked"}
        await room.happen("a", ToyMade("pot"), ToyGrown(2))
        await room.happen("a", events[poison], ToyGrown(3))
        await room.happen("b", ToyMade("b"))
        await room.projector.catch_up()
        live, parked = await room.shown(), await room.parked()
        assert live[TENANT, "a"]["size"] == 2
        assert await again(room) == 2
        assert await room.shown() == live
        assert await room.parked() == parked

    async def test_poison_that_only_a_rebuild_meets_is_parked(self, room: ToyRoom) -> None:
        await room.happen("a", ToyMade("a"), ToyMarked("x"), ToyGrown(2))
        await room.projector.catch_up()
        room.codec.unknown = {"test.ToyMarked"}
        await again(room)
        assert sorted(await room.parked()) == ["toy-a.2"]
        assert (await room.shown())[TENANT, "a"]["version"] == 1
        room.codec.unknown = set()
        assert await room.heal() == 1
        assert await room.shown() == await room.folded()

    async def test_a_record_that_another_process_heals_goes_on_here(self, room: ToyRoom) -> None:
        room.codec.unknown = {"test.ToyMarked"}
        await room.happen("a", ToyMade("a"), ToyMarked("red"))
        await room.projector.catch_up()
        room.codec.unknown = set()
        assert await room.heal() == 1
        await room.happen("a", ToyGrown(1))
        await room.projector.catch_up()
        assert await room.parked() == {}
        assert await room.shown() == await room.folded()

    async def test_a_record_that_another_process_quarantines_stays_as_it_is_here(self, room: ToyRoom) -> None:
        await room.happen("a", ToyMade("a"), ToyGrown(1))
        await room.projector.catch_up()
        before = await room.shown()
        await room.quarantine((await room.store.read(TENANT, "toy-a"))[1], "poison")
        await room.happen("a", ToyGrown(1))
        await room.projector.catch_up()
        assert sorted(await room.parked()) == ["toy-a.2", "toy-a.3"]
        assert await room.shown() == before
