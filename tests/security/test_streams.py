"""An answer that goes on for long ends once its reader is suspended, their session has ended or the right is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from services.integration.imports.progress import ImportProgress
from shared.errors import Unauthenticated
from shared.kernel.bus import Call
from shared.security.permissions import system_access
from tests.security.suite import Stage, open_stage

SECONDS = 60  # by far: nothing here is timed


async def _do(stage: Stage, name: str, body: dict[str, Any], id: str) -> None:
    await stage.suite.kernel.bus.send(name, body, Call(system_access(stage.acme.tenant), id))
    await stage.suite.kernel.projector.catch_up()


async def suspended(stage: Stage, user: str, role: str, session: str) -> None:
    await _do(stage, "identity.SuspendUser", {}, user)


async def signed_out(stage: Stage, user: str, role: str, session: str) -> None:
    await _do(stage, "identity.RevokeSession", {}, session)


async def without_the_role(stage: Stage, user: str, role: str, session: str) -> None:
    await _do(stage, "identity.AssignRoles", {"roles": []}, user)


async def without_the_right(stage: Stage, user: str, role: str, session: str) -> None:
    await _do(stage, "identity.ChangeRole", {"grants": {"account": {"read": "all"}}}, role)


async def reader(stage: Stage) -> tuple[httpx.AsyncClient, str, str, str]:
    kernel, tenant = stage.suite.kernel, stage.acme.tenant
    grants = {"import": {"read": "all"}, "audit": {"read": "all"}}
    call = Call(system_access(tenant))
    role = (await kernel.bus.send("identity.DefineRole", {"zh": "r", "en": "r", "grants": grants}, call)).id
    await kernel.projector.catch_up()
    user = await stage.user(role)
    body = {"user": user, "token_hash": "h", "credential": 1, "device": {"agent": "x", "ip": "y"}}
    session = (await kernel.bus.send("identity.SignIn", body, call)).id
    await kernel.projector.catch_up()
    client = stage.clients[tenant, user]
    assert kernel.signer is not None
    access = await kernel.directory.access(tenant, user)
    assert access is not None
    client.headers["Authorization"] = f"Bearer {kernel.signer.issue(user, tenant, session, access.epoch)[0]}"
    return client, user, role, session


async def test_streams_end_with_what_allowed_them(tmp_path: Path) -> None:
    begun = asyncio.Semaphore(0)

    async def silent(*_: object) -> AsyncIterator[dict[str, Any]]:
        begun.release()
        yield {"status": "running"}
        await asyncio.Event().wait()

    ends = (suspended, signed_out, without_the_role, without_the_right)
    async with open_stage(tmp_path) as stage:
        readers = [await reader(stage) for _ in ends]
        far = await stage.suite.kernel.store.head() + 1_000
        with patch.object(ImportProgress, "events", silent):
            paths = (f"/integration/imports/{stage.ids['import']}/events", f"/audit/events?after={far}&wait=30")
            asked = [asyncio.create_task(client.get(path)) for client, *_ in readers for path in paths]
            for _ in ends:
                await asyncio.wait_for(begun.acquire(), SECONDS)
            for end, (_, *who) in zip(ends, readers, strict=True):
                await end(stage, *who)
            answers = await asyncio.wait_for(asyncio.gather(*asked), SECONDS)
        for end, stream, log in zip(ends, answers[::2], answers[1::2], strict=True):
            assert stream.text.count("data:") == 1, end
            assert log.status_code in (401, 403), (end, log.text)


async def test_a_long_export_breaks_off(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        user = await stage.user("read_only", "sales_manager")
        client, kernel = stage.clients[stage.acme.tenant, user], stage.suite.kernel
        for n in range(3):
            body = {"name": f"Account {n}", "owner": user}
            await kernel.bus.send("customer.CreateAccount", body, Call(system_access(stage.acme.tenant)))
        await kernel.projector.catch_up()
        with patch("shared.http.export.MAX_PAGE", 1):
            whole = await client.get("/customer/accounts/export")
            assert whole.text.count("Account ") == 3
            pages = kernel.queries.find
            asked = 0

            async def then_suspended(*given: Any) -> Any:
                nonlocal asked
                asked += 1
                if asked == 2:
                    await _do(stage, "identity.SuspendUser", {}, user)
                return await pages(*given)

            suspending = patch.object(type(kernel.queries), "find", lambda _, *given: then_suspended(*given))
            with suspending, pytest.raises(Unauthenticated):
                await client.get("/customer/accounts/export")
            assert asked == 2
