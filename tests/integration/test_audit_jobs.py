"""Replays and verifications asked of a process that does not project: they work, and one runs at a time in all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from services.audit import replays
from services.audit.api import jobs
from services.audit.app import create_app
from shared.kernel.kernel import Kernel
from shared.messages.languages import ENGLISH
from shared.streaming import leases
from shared.streaming.filling import TURN
from shared.streaming.leases import LeaseHolder
from shared.streaming.projector import CHECKPOINT
from shared.streaming.rebuild import quarantine, rebuild
from shared.views.port import Lease
from shared.views.sqlite import SqliteViews
from tests.support.beating import EXPIRED
from tests.support.toys import SetClock
from tests.support.two_kernels import TwoKernels, open_two_kernels
from tests.support.world import BOSS, TENANT, joined


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[TwoKernels]:
    async with open_two_kernels(tmp_path) as opened:
        yield opened


async def clients(two: TwoKernels, stack: AsyncExitStack) -> list[httpx.AsyncClient]:
    """An administrator's clients of the audit service, in the writer's process and in the reader's."""
    body = {"name": "Ada", "email": "ada@acme.example", "roles": ["administrator"]}
    ada = await joined(two.writer.bus, BOSS, body)
    await two.settle()
    return [await stack.enter_async_context(await client(world.kernel, ada)) for world in (two.writer, two.reader)]


async def client(kernel: Kernel, user: str) -> httpx.AsyncClient:
    access = await kernel.directory.access(TENANT, user)
    assert access is not None
    assert kernel.signer is not None
    token, _ = kernel.signer.issue(user, TENANT, "s1", access.epoch)
    transport = httpx.ASGITransport(create_app(kernel))
    return httpx.AsyncClient(
        transport=transport, base_url="http://crm.test", headers={"Authorization": f"Bearer {token}"}
    )


def last(answer: httpx.Response) -> dict[str, Any]:
    """The result at the end of a job's stream."""
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = orjson.loads(answer.text.rpartition("data: ")[2])
    return found


async def test_a_replay_works_where_another_process_projects(two: TwoKernels, monkeypatch: pytest.MonkeyPatch) -> None:
    others: list[bool] = []

    async def noted(*args: Any) -> int:
        others.append(await LeaseHolder(two.writer.views, TURN).take())
        return await rebuild(*args)

    monkeypatch.setattr(replays, "rebuild", noted)
    async with AsyncExitStack() as stack:
        _, reader = await clients(two, stack)
        await two.writer.make("customer.CreateAccount", name="Acme")
        await two.settle()
        result = last(await reader.post("/replays", json={"views": ["accounts"]}))
        assert result["views"] == [{"view": "accounts", "rows": 1, "events": 1, "healed": 0}]
        assert others == [False], "a process that starts must not fill it meanwhile"
        await two.writer.make("customer.CreateAccount", name="Globex")
        await two.settle()
        verified = last(await reader.post("/verifications", json={}))
        assert verified["ok"]
        assert {line["view"]: line["documents"] for line in verified["views"]}["accounts"] == 2


async def test_parked_events_are_listed_to_their_organisation_and_healed(two: TwoKernels) -> None:
    async with AsyncExitStack() as stack:
        writer, reader = await clients(two, stack)
        id = await two.writer.make("customer.CreateAccount", name="Acme")
        await two.settle()
        views, stored = two.writer.views, await two.writer.store.read(TENANT, f"account-{id}")
        foreign = stored[0]._replace(tenant="t-other", stream="account-other")
        holder = LeaseHolder(views, CHECKPOINT)
        assert await holder.take(steal=True)
        await quarantine(views, [(stored[0], "unreadable"), (foreign, "unreadable")], holder)
        await holder.give_back()
        listed = (await reader.get("/parked-events")).raise_for_status().json()
        assert [(one["stream"], one["error"]) for one in listed["items"]] == [(f"account-{id}", "unreadable")]
        assert listed["count"] == 1
        assert last(await writer.post("/healings", json={}))["healed"] >= 1
        assert (await reader.get("/parked-events")).json() == {"items": [], "count": 0}


async def test_readers_say_how_far_behind_the_log_they_are(two: TwoKernels) -> None:
    async with AsyncExitStack() as stack:
        writer, _ = await clients(two, stack)
        await two.writer.make("customer.CreateAccount", name="Acme")
        behind = (await writer.get("/readers")).raise_for_status().json()
        lags = {one["what"]: one["lag"] for one in behind["items"]}
        assert lags["views"] == 1
        assert "accounts" in behind["views"]
        await two.settle()
        now = (await writer.get("/readers")).json()
        assert {one["what"]: one["lag"] for one in now["items"]}["views"] == 0
        assert now["head"] == behind["head"]


async def test_one_job_runs_at_a_time_in_all_processes(two: TwoKernels, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(*_: Any) -> dict[str, Any]:
        begun.set()
        await go_on.wait()
        return {"ok": True}

    monkeypatch.setattr(jobs, "verify", slow)
    async with AsyncExitStack() as stack:
        writer, reader = await clients(two, stack)
        running = asyncio.create_task(writer.post("/verifications", json={}))
        async with asyncio.timeout(60):
            await begun.wait()
        for other in (writer, reader):
            assert (await other.post("/verifications", json={})).status_code == 409
        go_on.set()
        assert last(await running) == {"ok": True}
        assert last(await reader.post("/verifications", json={})) == {"ok": True}


async def test_a_job_whose_caller_leaves_lets_the_next_one_begin() -> None:
    views = SqliteViews.open(None)
    mine, other = LeaseHolder(views, jobs.LEASE), LeaseHolder(views, jobs.LEASE)
    assert await mine.take()

    async def endless(note: Any) -> dict[str, Any]:
        note({"doing": "events"})
        await asyncio.sleep(3600)
        return {}

    events = jobs._events(endless, mine, ENGLISH)
    assert (await anext(events)).data == {"doing": "events"}
    assert not await other.take()
    await events.aclose()
    assert await other.take()
    await views.close()


async def test_a_long_job_keeps_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "BEATS", 10_000)  # in the time of a lease: every millisecond
    clock, views, prolonged = SetClock(), SqliteViews.open(None), asyncio.Event()
    mine, other = (LeaseHolder(views, jobs.LEASE, clock) for _ in range(2))
    given = views.lease

    async def heard(*words: Any, **more: Any) -> Lease | None:
        found = await given(*words, **more)
        prolonged.set()
        return found

    monkeypatch.setattr(views, "lease", heard)
    assert await mine.take()

    async def long(_: Any) -> dict[str, Any]:
        for _ in range(3):
            clock.time += EXPIRED // 2
            prolonged.clear()
            async with asyncio.timeout(60):
                await prolonged.wait()
        return {"taken": await other.take()}

    assert [event.data async for event in jobs._events(long, mine, ENGLISH)] == [{"taken": False}]
    await views.close()
