"""Asked to stop while eight people work: it ends by itself, and each open request is served or answered 503."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from tests.durability.history import new_history
from tests.durability.load import at_work
from tests.durability.scale import GRACEFUL_STOPS, LIMIT
from tests.support.oracle import assert_rebuilds_are_identical
from tests.support.wire import Wire

pytestmark = LIMIT


async def test_sigterm_under_load(tmp_path: Path, template: Path) -> None:
    history = new_history(tmp_path, template, "sigterm")
    in_flight = 0
    for _ in range(GRACEFUL_STOPS):
        with history.started() as running:
            assert running.await_ready(), running.said
            history.ready.append(running.ready_after)
            await history.check(running.url)
            async with at_work(history.office, running.url, history.token) as writers:
                await asyncio.sleep(history.dice.uniform(0.05, 0.5))
                asked = history.journal.unknown
                running.terminate()
                await asyncio.wait(writers)
            assert running.wait(20) == 0, running.said
            assert [one for one in asked if not one.answers] == []
            assert "Traceback" not in running.said
            in_flight += len(asked)
    assert in_flight > GRACEFUL_STOPS
    await history.ended()
    await assert_rebuilds_are_identical(history.data)
    print(f"{GRACEFUL_STOPS} stops, {in_flight} requests in flight, {history.journal.acknowledged} acknowledged")


async def test_someone_who_waits_for_news_does_not_hold_it_up(tmp_path: Path, template: Path) -> None:
    history = new_history(tmp_path, template, "waiting")
    with history.started() as running:
        assert running.await_ready(), running.said
        await history.check(running.url)
        wire = Wire(running.url, history.token)
        head = (await wire.ask("GET", "/audit/events?last=1")).json()["position"]
        waiting = asyncio.create_task(wire.ask("GET", f"/audit/events?after={head + 1000}&wait=20"))
        await asyncio.sleep(0.3)
        running.terminate()
        assert await asyncio.to_thread(running.wait, 20) == 0, running.said
        with suppress(OSError):
            assert (await waiting).status in (200, 503)
