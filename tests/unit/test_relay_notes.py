"""How far the relay is can be read by other processes, and only what it has said."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import SimpleNamespace
from typing import cast

import pytest

from crm.kafka import with_stream
from crm.roles import parse_roles
from shared.kernel.ports import Ports
from shared.streaming import relay_notes as module
from shared.streaming.relay_notes import CHECKPOINT, RelayNotes
from shared.views.sqlite import SqliteViews


async def test_the_position_is_noted_wherever_the_note_says_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NOTE_SECONDS", 0)
    views, said = SqliteViews.open(None), iter([0, 0, 7, 7, 3, 3])  # back as well: after a restore the topics are new
    seen = list[int]()

    def position() -> int:
        return next(said)

    class Views:
        async def write(self, writes: object, checkpoints: list[module.Checkpoint]) -> None:
            await views.write([], checkpoints)
            seen.append(await views.checkpoint(CHECKPOINT))

        async def checkpoint(self, name: str) -> int:
            if seen == [7, 3]:  # a command without Kafka took the note away
                await views.write([], [module.Checkpoint(CHECKPOINT, 0)])
            return await views.checkpoint(name)

    with suppress(RuntimeError):  # nothing more is said
        await asyncio.wait_for(RelayNotes(position, Views()).run(), 10)  # type: ignore[arg-type]
    assert seen == [7, 3, 3]
    await views.close()


async def test_where_nothing_goes_to_kafka_any_more_a_projector_takes_the_note_away() -> None:
    views = SqliteViews.open(None)
    ports = cast(Ports, SimpleNamespace(kafka=None, views=views))
    await views.write([], [module.Checkpoint(CHECKPOINT, 7)])
    await with_stream(ports, parse_roles(["api:audit"]))  # it need not know of Kafka
    assert await views.checkpoint(CHECKPOINT) == 7
    await with_stream(ports, parse_roles(["projector"]))
    assert await views.checkpoint(CHECKPOINT) == 0
    await views.close()
