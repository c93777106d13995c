from __future__ import annotations

import pytest

from shared.events.envelope import Stored
from shared.eventstore import sqlite_tail
from shared.eventstore.sqlite_tail import Tail


def stored(position: int, data: bytes = b"{}") -> Stored:
    category = "account" if position % 2 else "lead"
    return Stored(position, "t1", f"{category}-{position}", 1, f"e{position}", "test.Happened", 1, 1, 1, data, b"{}")


def positions(found: list[Stored] | None) -> list[int] | None:
    return None if found is None else [e.position for e in found]


def test_what_was_added_is_read_from_any_position_on() -> None:
    tail = Tail(10)
    assert positions(tail.read(10, 5, None)) == []
    tail.add([stored(11), stored(12)], 12)
    tail.add([stored(13)], 13)
    assert positions(tail.read(10, 5, None)) == [11, 12, 13]
    assert positions(tail.read(11, 1, None)) == [12]
    assert positions(tail.read(13, 5, None)) == []
    assert positions(tail.read(10, 0, None)) == []
    assert positions(tail.read(10, 5, ["account"])) == [11, 13]
    assert positions(tail.read(10, 1, ["lead", "account"])) == [11]
    assert positions(tail.read(10, 5, [])) == []


def test_older_events_are_not_here() -> None:
    tail = Tail(10)
    tail.add([stored(11)], 11)
    assert tail.read(9, 5, None) is None


def test_the_older_half_goes_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_tail, "EVENTS", 4)
    tail = Tail(0)
    tail.add([stored(n) for n in range(1, 6)], 5)
    assert tail.read(2, 9, None) is None
    assert positions(tail.read(3, 9, None)) == [4, 5]


def test_the_older_go_when_they_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_tail, "BYTES", 100)
    tail = Tail(0)
    tail.add([stored(1, b"x" * 60)], 1)
    tail.add([stored(2, b"x" * 60)], 2)
    assert tail.read(0, 9, None) is None
    assert positions(tail.read(1, 9, None)) == [2]
    tail.add([stored(3, b"x" * 200)], 3)
    assert tail.read(2, 9, None) is None
    assert positions(tail.read(3, 9, None)) == []


@pytest.mark.parametrize(("events", "head"), [([], 14), ([stored(15)], 15)])
def test_after_a_group_of_which_nothing_was_told_it_begins_anew(events: list[Stored], head: int) -> None:
    """A commit that failed may be in the file all the same: head 14 is known, its events are not."""
    tail = Tail(10)
    tail.add([stored(11), stored(12)], 12)
    tail.add(events, head)
    assert tail.read(12, 9, None) is None
    assert positions(tail.read(14, 9, None)) == [e.position for e in events]
    tail.add([stored(head + 1)], head + 1)
    assert positions(tail.read(14, 9, None)) == [*(e.position for e in events), head + 1]


def test_a_group_that_wrote_nothing_changes_nothing() -> None:
    tail = Tail(10)
    tail.add([stored(11)], 11)
    tail.add([], 11)
    assert positions(tail.read(10, 9, None)) == [11]
