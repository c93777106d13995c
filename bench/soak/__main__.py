"""python -m bench.soak --minutes 30 --out out/soak: work, imports, exports, replays and kills, then the master check.

Exit 0 when nothing acknowledged was lost, nothing was done twice, all views agree and everything stayed bounded.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import orjson

from bench.soak.people import Office, Person, hire
from bench.soak.samples import Sample, plot, take
from tests.durability.history import sign_in
from tests.support.faults import Child, child
from tests.support.oracle import assert_agreement, assert_rebuilds_are_identical
from tests.support.processes import set_up
from tests.support.wire import Wire

KILL_EVERY, IMPORT_EVERY, REPLAY_EVERY = 30.0, 40.0, 45.0  # seconds, on average
ROWS = 1_000  # of an import
MAPPING = """
name: Fair
steps:
- name: companies
  file: f.csv
  resource: account
  key: name
  fields: {name: Company}
"""
BOUNDS = {"memory": 1500, "handles": 1000, "log": 256, "views_log": 256}


class Soak:
    def __init__(self, data: Path, seconds: float) -> None:
        self.data, self.seconds, self.began = data, seconds, time.monotonic()
        self.office, self.dice = Office(), random.Random(1)
        self.people: list[Person] = []
        self.samples: list[Sample] = []
        self.kills: list[float] = []
        self.ready: list[float] = []
        self.done = {"imports": 0, "replays": 0}

    @property
    def now(self) -> float:
        return time.monotonic() - self.began

    async def run(self) -> dict[str, Any]:
        """The whole soak; its figures. Raises AssertionError."""
        background: list[asyncio.Task[None]] = []
        while self.now < self.seconds:
            with child(self.data) as running:
                await self._open(running)
                if not self.people:
                    await self._hire(running.url)
                    jobs = (self._import, self._replay)
                    background = [
                        asyncio.create_task(w) for w in (*(p.work() for p in self.people), *(j() for j in jobs))
                    ]
                until = min(self.now + self.dice.expovariate(1 / KILL_EVERY) + 3, self.seconds)
                await self._sample(running, until)
                self._fail_if_one_failed(background)
                self.office.open.clear()
                if self.now < self.seconds:
                    self.kills.append(self.now)
                    running.kill()
                else:
                    for task in background:
                        task.cancel()
                    await asyncio.gather(*background, return_exceptions=True)
                    running.terminate()
                    assert await asyncio.to_thread(running.wait, 20) == 0, running.said
        return await self._examine()

    async def _open(self, running: Child) -> None:
        assert await asyncio.to_thread(running.await_ready), running.said
        self.ready.append(running.ready_after)
        self.office.url = running.url
        self.office.open.set()

    async def _hire(self, url: str) -> None:
        token, tenant, _ = await sign_in(url)
        async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as admin:
            self.people = await hire(self.office, admin, tenant)

    async def _sample(self, running: Child, until: float) -> None:
        token, _, _ = await sign_in(running.url)
        wire = Wire(running.url, token)
        while self.now < until:
            lag = (await wire.ask("GET", "/readyz")).json()["lag"]
            status = (await wire.ask("GET", "/analytics/status")).json()
            behind = status["head"] - status["position"] if "head" in status else 0  # the token has run out
            self.samples.append(take(self.now, running.pid, self.data, lag, behind))
            await asyncio.sleep(1)
        wire.close()

    async def _import(self) -> None:
        """An import now and then; a kill is no reason to send it again."""
        while True:
            await asyncio.sleep(self.dice.uniform(0.3, 1) * IMPORT_EVERY)
            text = "Company\n" + "".join(f"Import {self.done['imports']} {n}\n" for n in range(ROWS))
            with suppress(OSError, httpx.TransportError):
                await self.office.open.wait()
                token, _, _ = await sign_in(self.office.url)
                headers = {"Authorization": f"Bearer {token}"}
                async with httpx.AsyncClient(base_url=self.office.url, headers=headers, timeout=30) as admin:
                    files = {"files": ("f.csv", text.encode(), "text/csv")}
                    (await admin.post("/imports", data={"mapping": MAPPING}, files=files)).raise_for_status()
                    self.done["imports"] += 1

    async def _replay(self) -> None:
        while True:
            await asyncio.sleep(self.dice.uniform(0.5, 1) * REPLAY_EVERY)
            with suppress(OSError):
                await self.office.open.wait()
                token, _, _ = await sign_in(self.office.url)
                await Wire(self.office.url, token).ask("POST", "/audit/replays", {})
                self.done["replays"] += 1

    def _fail_if_one_failed(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def _examine(self) -> dict[str, Any]:
        """What was unknown is settled; every journal is held against the log; live == rebuilt == fold."""
        with child(self.data) as running:
            assert running.await_ready(), running.said
            for person in self.people:
                wire = Wire(running.url)
                wire = Wire(running.url, await person.sign_in(wire))
                await person.journal.settle(wire, 20)
                assert person.journal.unknown == []
                events = person.journal.check(self.data / "events.db")
            token, _, _ = await sign_in(running.url)
            documents = await assert_agreement(Wire(running.url, token))
            running.terminate()
            assert running.wait(20) == 0, running.said
        await assert_rebuilds_are_identical(self.data)
        most = {name: max(getattr(s, name) for s in self.samples) for name in Sample.__slots__[1:]}
        for name, bound in BOUNDS.items():
            assert most[name] < bound, f"{name}: {most[name]}"
        return {
            "minutes": round(self.seconds / 60, 1),
            "kills": len(self.kills),
            "ready_seconds_at_most": round(max(self.ready), 1),
            "acknowledged": sum(p.journal.acknowledged for p in self.people),
            "sent_again": sum(p.journal.repeated for p in self.people),
            "events": events,
            "documents_that_agree": documents,
            **self.done,
            "answers": {str(status): n for status, n in sorted(self.office.answers.items())},
            "most": {name: round(value, 1) for name, value in most.items()},
        }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--out", type=Path, default=Path("out/soak"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        set_up(data)
        soak = Soak(data, given.minutes * 60)
        figures = asyncio.run(soak.run())
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "soak.svg").write_text(plot(soak.samples, soak.kills))
    (given.out / "soak.json").write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2))
    print(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode())


if __name__ == "__main__":
    main()
