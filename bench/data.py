"""Data directories full of accounts, made once through the event store itself and kept under build/bench."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx

from crm.compose import Suite
from crm.serve import set_up
from crm.settings import Settings
from services.customer.account import ACCOUNT
from shared.clock import SystemIds
from shared.events.customer import AccountCreated
from shared.events.envelope import Metadata
from shared.eventstore.port import NO_STREAM
from shared.streaming.projector import CHECKPOINT
from shared.streaming.rebuild import rebuild
from shared.views.port import Checkpoint

FOLDER = Path(__file__).parents[1] / "build" / "bench"
EMAIL, PASSWORD = "bench@example.com", "four words of bench load"
AT_ONCE = 200  # records appended side by side
_WORDS = [f"{a}{b}{c}" for a in ("Bar", "Kel", "Min", "Tor", "Zan") for b in ("do", "li", "ma") for c in "klmnrst"]
_ids = SystemIds()


def sign_in(url: str, email: str = EMAIL) -> str:
    """An access token of the administrator whom every bench's suite is set up with, or of another user."""
    body = {"email": email, "password": PASSWORD}
    token: str = httpx.post(f"{url}/identity/sessions", json=body, timeout=30).raise_for_status().json()["access_token"]
    return token


def accounts(count: int) -> Path:
    """A data directory with so many accounts, an event each, views and warehouse caught up."""
    return made_once(f"accounts-{count}", lambda data: _fill(data, count))


def made_once(name: str, fill: Callable[[Path], Coroutine[Any, Any, None]]) -> Path:
    """A data directory that is set up and filled the first time, and kept for the next bench."""
    data, made = FOLDER / name, FOLDER / f"{name}.made"
    if not made.exists():
        shutil.rmtree(data, ignore_errors=True)
        FOLDER.mkdir(parents=True, exist_ok=True)
        asyncio.run(set_up(Settings(data), "Bench", "Bench", EMAIL, PASSWORD, "en"))
        asyncio.run(fill(data))
        made.touch()
    return data


async def _fill(data: Path, count: int) -> None:
    suite = await Suite.open(Settings(data))
    try:
        p = suite.kernel
        await p.projector.catch_up()
        tenant, rng = (await p.store.read_all(0, 1))[0].tenant, random.Random(11)
        for first in range(0, count, AT_ONCE):
            await asyncio.gather(*(_append(suite, tenant, n, rng) for n in range(first, min(count, first + AT_ONCE))))
        await p.views.write([], [Checkpoint(CHECKPOINT, await p.store.head())])
        await p.projector.start()
        await rebuild(ACCOUNT, p.store, p.views, p.codec, lambda _: None)
        assert p.feed is not None
        await p.feed.catch_up()
        while await p.policies.step():
            pass
    finally:
        await suite.close()


async def _append(suite: Suite, tenant: str, n: int, rng: random.Random) -> None:
    kernel, id = suite.kernel, _ids.new()
    details = {
        "name": f"{rng.choice(_WORDS)} {rng.choice(_WORDS)} {n:x}",
        "city": f"City {rng.randrange(500)}",
        "country": rng.choice(("CN", "DE", "US", "FR")),
        "employees": rng.randrange(10_000),
        "email": f"info@{n:x}.example",
    }
    stream = ACCOUNT.stream(id)
    events = [AccountCreated(details, None)]
    encoded = await kernel.codec.encode(tenant, stream, events, [_ids.new()], kernel.clock.now())
    await kernel.store.append(tenant, stream, NO_STREAM, encoded, Metadata(actor="bench"))
