"""A process that projects toys and rebuilds their view, over any views adapter, until it ends itself at a point."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from shared.faults import KILLED, crashpoint
from shared.streaming.leases import taken_over
from shared.streaming.rebuild import rebuild
from shared.streaming.shares import RECORDS
from shared.views.mongo import MongoViews
from tests.support.faults import exit_code
from tests.support.toys import TOY, ToyGrown, ToyMade, ToyMarked, ToyRoom, toy_room

ROUNDS = 200  # a point is reached long before


async def assert_kills_change_nothing(folder: Path, points: list[tuple[str, int]], url: str = "") -> None:
    """Killed at each (point, how often it was reached before) in turn, the views are the fold after the next start.

    url: of a database for the views; "" = a file.
    """
    for n, (point, nth) in enumerate(points):
        ended = await asyncio.to_thread(exit_code, project, str(folder), url, f"{point}:{nth}", f"run{n}")
        assert ended == KILLED, f"{point}:{nth} was not reached"
        async with _room(folder, url) as room:
            before = room.projector.position
            await room.projector.catch_up()
            shown = await room.shown()
            assert shown == await room.folded()
            assert len(shown) > n
            assert room.projector.position == await room.store.head() >= before
            assert await room.parked() == {}


def project(folder: str, url: str, spec: str, name: str) -> None:
    """What the process does. spec: the point, "name:n". name: of its toys."""
    crashpoint.arm(spec)
    asyncio.run(_project(Path(folder), url, name))


async def _project(folder: Path, url: str, name: str) -> None:
    async with _room(folder, url) as room:
        for n in range(ROUNDS):
            await room.happen(f"{name}.{n}", ToyMade(f"toy {n}"), ToyGrown(n))
            await room.happen(f"{name}.{n // 2}", ToyMarked(f"m{n}"))
            await room.projector.step()
            if n % 4 == 3:
                await rebuild(TOY, room.store, room.views, room.codec, lambda _: None)


@asynccontextmanager
async def _room(folder: Path, url: str) -> AsyncIterator[ToyRoom]:
    """With the lease of a projector that was killed, as when its time had passed."""
    views = await MongoViews.open(url) if url else None
    try:
        async with toy_room(folder, views) as room, taken_over(room.views, RECORDS):
            pass
        async with toy_room(folder, views) as room:
            yield room
    finally:
        if views is not None:
            await views.close()
