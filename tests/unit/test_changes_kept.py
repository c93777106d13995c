"""What a process keeps of the newest changes for its open streams."""

from __future__ import annotations

from shared.streaming.change import Change, Filter, Reach
from shared.streaming.changes_kept import MOST_FRAMES, Kept

EVERYONE = Reach((("account", None),), {"account": None})


def change(position: int) -> Change:
    return Change(position, "account", f"a{position}", "", b"%d." % position)


def test_frames_are_bounded_however_many_filters_there_are() -> None:
    kept = Kept(0)
    kept.add([change(1), change(2)], 2)
    for number in range(3 * MOST_FRAMES):
        assert kept.frames(0, EVERYONE, Filter(id=f"x{number}")) == b""
    assert kept.frames(1, EVERYONE, Filter()) == b"2."
    assert len(kept._frames) == MOST_FRAMES


def test_streams_alike_share_their_frames_until_something_happens() -> None:
    kept = Kept(0)
    kept.add([change(1)], 1)
    first = kept.frames(0, EVERYONE, Filter())
    assert kept.frames(0, EVERYONE, Filter()) is first
    kept.add([change(2)], 2)
    assert kept.frames(0, EVERYONE, Filter()) == b"1.2."
