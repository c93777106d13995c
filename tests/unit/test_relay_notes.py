"""How far the relay is can be read by other processes, and only what it has said."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from shared.streaming import relay_notes as module
from shared.streaming.relay_notes import CHECKPOINT, RelayNotes
from shared.views.sqlite import SqliteViews


async def test_the_position_is_noted_when_it_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NOTE_SECONDS", 0)
    views, said = SqliteViews.open(None), iter([0, 0, 7, 7, 3])  # back as well: after a restore the topics are new
    seen = list[int]()

    def position() -> int:
        return next(said)

    class Views:
        async def write(self, writes: object, checkpoints: list[module.Checkpoint]) -> None:
            await views.write([], checkpoints)
            seen.append(await views.checkpoint(CHECKPOINT))

    with suppress(RuntimeError):  # nothing more is said
        await asyncio.wait_for(RelayNotes(position, Views()).run(), 10)  # type: ignore[arg-type]
    assert seen == [7, 3]
    await views.close()
