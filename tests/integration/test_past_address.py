"""CRM_PAST that names something else is reported when a process starts, not at the first question about the past."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from crm import past
from crm.settings import WrongSetting
from shared.clock import Clock, SystemClock
from shared.past.door import PURPOSE, past_door
from shared.past.port import PastUpkeep
from shared.past.sqlite import SqlitePast
from shared.security.keyring import KeyRing, Wrapper
from shared.security.rootkey import RootKey
from tests.support.servers import served
from tests.support.toys import SetClock


class Ring:
    """The part of a key ring that a door needs."""

    async def wrapper(self, purpose: str) -> Wrapper:
        return RootKey(b"\1" * 32).wrapper(purpose)


@pytest.fixture(autouse=True)
def on_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, url in {"CRM_EVENTSTORE": "esdb://host?tls=false", "CRM_VIEWS": "mongodb://host/crm"}.items():
        monkeypatch.setenv(name, url)


@asynccontextmanager
async def door(folder: Path, key: bytes = b"\1", clock: Clock | None = None) -> AsyncIterator[ASGIApp]:
    """Of the process with the role past. key: of its installation."""
    store = SqlitePast(folder / "past.db")
    upkeep = cast(PastUpkeep, store)  # none is asked for
    yield past_door(store, upkeep, [], RootKey(key * 32).wrapper(PURPOSE), clock or SystemClock())
    await store.close()


async def opened(address: str, stack: AsyncExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_PAST", address.replace("http:", "past:"))
    ring = cast(KeyRing, Ring())
    _, there = await past.open_past(Path("past.db"), "ours", ring, SystemClock(), stack, is_here=False)
    assert there is not None
    await past.check_past(there, stack)


async def another(scope: Scope, receive: Receive, send: Send) -> None:
    await Response("There is nothing at this path", 404)(scope, receive, send)


async def test_a_process_without_the_role_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    said = r"^CRM_PAST: the past at http://.* is not there, but a process without its role: correct the address$"
    async with served(another) as address, AsyncExitStack() as stack:
        with pytest.raises(WrongSetting, match=said):
            await opened(address, stack, monkeypatch)


async def test_that_of_another_installation_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "^CRM_PAST: the past at http://.* is another installation's, with another key ring: correct the address$"
    async with door(tmp_path, b"\2") as app, served(app) as address, AsyncExitStack() as stack:
        with pytest.raises(WrongSetting, match=said):
            await opened(address, stack, monkeypatch)


async def test_the_right_one_is_not_spoken_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with door(tmp_path) as app, served(app) as address, AsyncExitStack() as stack:
        await opened(address, stack, monkeypatch)
    assert caplog.messages == []


async def test_one_that_is_away_is_reported_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with AsyncExitStack() as stack:
        await opened("http://127.0.0.1:1", stack, monkeypatch)
    (said,) = caplog.messages
    assert said.startswith("CRM_PAST: the past at http://127.0.0.1:1/past is not reached: ")
    assert said.endswith(": start it, or correct the address")


async def test_clocks_that_differ_are_reported_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with door(tmp_path, clock=SetClock()) as app, served(app) as address, AsyncExitStack() as stack:
        await opened(address, stack, monkeypatch)
    (said,) = caplog.messages
    assert said.endswith(" refused a request: the clocks of the two processes differ by more than a minute")


async def test_one_that_starts_as_something_else_is_reported_then(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A process listens before it answers."""
    monkeypatch.setattr(past, "LOOK_SECONDS", 0.05)
    started, noted = asyncio.Event(), asyncio.Event()
    monkeypatch.setattr(past.log, "error", lambda *said: (past.log.warning(*said), noted.set()))

    async def starting(scope: Scope, receive: Receive, send: Send) -> None:
        await started.wait()
        await another(scope, receive, send)

    async with served(starting) as address, AsyncExitStack() as stack:
        await opened(address, stack, monkeypatch)
        started.set()
        await noted.wait()
    first, last = caplog.messages
    assert first == "CRM_PAST: no answer within 0.05 s: start the process with the role past"
    assert last.endswith("is not there, but a process without its role: correct the address")
