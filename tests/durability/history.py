"""The life of one data directory: starts, work, kills, and the checks after every one of them."""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from shared.faults import KILLED
from tests.durability.load import Office, at_work
from tests.support.faults import Child, child
from tests.support.journal import Journal
from tests.support.oracle import assert_agreement
from tests.support.processes import EMAIL, PASSWORD, set_up
from tests.support.wire import Wire

PATIENCE = 60.0  # seconds in which a point must be reached
RENEWED = 300.0  # seconds after which the writers sign in again: access tokens live ten minutes
RESERVED = 20.0  # seconds, more than a value stays reserved for a record whose making was killed


class History:
    """ready: seconds of every start until it was ready. kills: how often the suite was killed.

    settings: of the suite's environment.
    """

    def __init__(self, data: Path, seed: int | str, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.data, self.dice, self._settings = data, random.Random(seed), settings
        self.office = Office(Journal("", ""), random.Random(f"work {seed}"))
        self.token, self._signed_in_at = "", -RENEWED
        self.kills = 0
        self.ready: list[float] = []

    @property
    def journal(self) -> Journal:
        return self.office.journal

    def __str__(self) -> str:
        journal, ready = self.journal, sorted(self.ready)
        return (
            f"{self.kills} kills, {journal.acknowledged} commands acknowledged, {journal.repeated} sent again, "
            f"ready after {ready[len(ready) // 2]:.1f} s (median), {ready[-1]:.1f} s at most"
        )

    @contextmanager
    def started(self, crashpoint: str = "") -> Iterator[Child]:
        with child(self.data, crashpoint, self._settings) as running:
            yield running

    async def killed_at(self, point: str, nth: int, *, replaying: bool = False, stopping: bool = False) -> None:
        """Start, work until the point is reached for the n-th time, and see that it was.

        replaying: all views are rebuilt meanwhile. stopping: it is asked to stop.
        """
        with self.started(f"{point}:{nth}") as running:
            if running.await_ready():
                self.ready.append(running.ready_after)
                with suppress(OSError):  # killed before the checks were over
                    await self.check(running.url)
                async with at_work(self.office, running.url, self.token) as writers:
                    if replaying:
                        writers.append(asyncio.create_task(self._replay(running.url)))
                    if stopping:
                        await asyncio.sleep(0.2)
                        running.terminate()
                    await asyncio.wait(writers, timeout=PATIENCE)
                    left = [writer for writer in writers if not writer.done()]
                    assert not left, f"{point}:{nth} was not reached while {len(left)} people worked: {running.said}"
            assert running.wait(PATIENCE) == KILLED, f"{point}:{nth} was not reached: {running.said}"
        self.kills += 1

    async def killed_by_chance(self) -> None:
        """SIGKILL while it starts, or while eight people work."""
        with self.started() as running:
            if self.dice.random() < 0.15:
                await asyncio.sleep(self.dice.uniform(0, 1))
            else:
                assert running.await_ready(), running.said
                self.ready.append(running.ready_after)
                await self.check(running.url)
                async with at_work(self.office, running.url, self.token):
                    await asyncio.sleep(self.dice.uniform(0, 0.6))
                    running.kill()
            running.kill()
            assert running.wait() == -signal.SIGKILL
        self.kills += 1

    async def check(self, url: str, patience: float = 0.0) -> None:
        """What was acknowledged is there, what was not is settled now, and the views agree. Raises OSError.

        patience: as in Journal.settle.
        """
        if time.monotonic() > self._signed_in_at + RENEWED:
            self.token, self.journal.tenant, self.journal.user = await sign_in(url)
            self._signed_in_at = time.monotonic()
        wire = Wire(url, self.token)
        try:
            self.journal.check(self.data / "events.db")
            await self.journal.settle(wire, patience)
            self.journal.check(self.data / "events.db")
            await assert_agreement(wire)
        finally:
            wire.close()

    async def ended(self) -> None:
        """A last start without a fault: everything is checked, and the suite stops when asked to."""
        with self.started() as running:
            assert running.await_ready(), running.said
            self.ready.append(running.ready_after)
            await self.check(running.url, RESERVED)
            running.terminate()
            assert running.wait(PATIENCE) == 0, running.said
        assert self.journal.unknown == []

    async def _replay(self, url: str) -> None:
        wire = Wire(url, self.token)
        with suppress(OSError):
            while True:
                await wire.ask("POST", "/audit/replays", {})


async def sign_in(url: str) -> tuple[str, str, str]:
    """The administrator's access token, tenant and user id. Raises OSError."""
    wire = Wire(url)
    try:
        answer = await wire.ask("POST", "/identity/sessions", {"email": EMAIL, "password": PASSWORD})
        token: str = answer.json()["access_token"]
        me = (await wire.ask("GET", "/identity/me", headers={"Authorization": f"Bearer {token}"})).json()
    finally:
        wire.close()
    return token, me["tenant"], me["user"]["id"]


def new_history(
    folder: Path, template: Path, seed: int | str, settings: Mapping[str, str] = MappingProxyType({})
) -> History:
    """A copy of a data directory that was set up. settings: of the suite's environment."""
    data = folder / "data"
    shutil.copytree(template, data, symlinks=True)
    return History(data, seed, settings)


def make_template(folder: Path) -> Path:
    data = folder / "template"
    set_up(data)
    return data
