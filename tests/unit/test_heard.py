"""The newest events in memory: in order, without a hole, and no more than their room."""

from __future__ import annotations

import pytest

from shared.events.envelope import Stored
from shared.eventstore import heard
from shared.eventstore.heard import Recent


def event(position: int, data: bytes = b"{}") -> Stored:
    return Stored(position, "t1", f"toy-{position}", 1, f"e{position}", "test.Happened", 1, 1, 1, data, b"")


def positions(recent: Recent, after: int, limit: int = 100) -> list[int]:
    return [one.position for one in recent.read(after, limit)]


def test_what_is_here_is_given_and_older_is_not() -> None:
    recent = Recent()
    assert positions(recent, 0) == []
    recent.begin(10)
    for position in (12, 15, 20):
        recent.add(event(position))
    assert positions(recent, 9) == [], "there may be one between"
    assert positions(recent, 10) == [12, 15, 20]
    assert positions(recent, 12, limit=1) == [15]
    assert positions(recent, 20) == []
    recent.begin(30)
    assert positions(recent, 12) == [], "what came between is not known"


@pytest.mark.parametrize(("room", "size"), [("EVENTS", 3), ("BYTES", 3 * 100)])
def test_the_oldest_go_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch, room: str, size: int) -> None:
    monkeypatch.setattr(heard, room, size)
    recent = Recent()
    recent.begin(0)
    for position in range(1, 6):
        recent.add(event(position, data=b"x" * 100))
    assert positions(recent, 1) == []
    assert positions(recent, 2) == [3, 4, 5]
