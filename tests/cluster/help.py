"""A cluster whose wires can be cut, people who work on it, and what must hold after every fault."""

from __future__ import annotations

import asyncio
import random
import re
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from infra.cluster import Cluster
from shared.events.codec import Codec
from shared.eventstore.eventstoredb import EventStoreDB
from shared.http.headers import own_key
from shared.kernel.request_keys import stored_key
from shared.security.keycache import KeyCache
from shared.security.keyring_mongo import MongoKeyRing
from tests.cluster.scale import CHECK_SECONDS, COMMANDS
from tests.durability.history import sign_in
from tests.durability.load import Office
from tests.support.cutting_proxy import CuttingProxy
from tests.support.journal import Journal
from tests.support.oracle import assert_agreement
from tests.support.processes import EMAIL, PASSWORD
from tests.support.wire import Wire

PATIENCE = 300.0  # seconds in which a fault must be over, also where many processes share the machine
ANSWER_SECONDS = 20.0  # in which a question is answered or refused: what it asks for is gone or there
PAUSE = 0.3  # of each person between two commands
WIRED = ("mongodb", "eventstore", "past", "warehouse")  # what roles reach through a wire; Kafka names its own address


class Wires:
    """A proxy in front of each port, in a thread of its own. `each` does something to all of them."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.proxies = {name: CuttingProxy(port) for name, port in ports.items()}

    def __enter__(self) -> Wires:
        self._thread.start()
        for one in self.proxies.values():
            asyncio.run_coroutine_threadsafe(one.start(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.proxies.values():
            asyncio.run_coroutine_threadsafe(one.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def each(self, act: Callable[[CuttingProxy], None]) -> None:
        for one in self.proxies.values():
            self._loop.call_soon_threadsafe(act, one)


@dataclass
class Wired(Cluster):
    """wires: from port to port. settings: of the roles, in addition."""

    wires: dict[int, int] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        found = super().environment()
        for port, wire in self.wires.items():
            found = {name: value.replace(f"127.0.0.1:{port}", f"127.0.0.1:{wire}") for name, value in found.items()}
        return found | self.settings


@contextmanager
def wired(folder: Path, settings: dict[str, str]) -> Iterator[tuple[Wired, Wires]]:
    cluster = Wired(folder, settings=settings)
    with Wires({name: cluster.ports[name] for name in WIRED}) as wires:
        cluster.wires = {cluster.ports[name]: one.port for name, one in wires.proxies.items()}
        try:
            cluster.up()
            yield cluster, wires
        finally:
            cluster.down()


def founded(cluster: Cluster) -> None:
    """An organisation, made by the set-up link."""
    found = re.search(r"/setup#token=(\S+)", cluster.greeting())
    assert found is not None
    person = {"name": "Ada", "email": EMAIL, "password": PASSWORD}
    body = {"token": found.group(1), "organisation": "Acme", **person}
    httpx.post(f"{cluster.addresses()['api']}/identity/setup", json=body, timeout=30).raise_for_status()


class Day:
    """People at work on a cluster, and the checks of what they were answered."""

    def __init__(self, cluster: Cluster, token: str, journal: Journal) -> None:
        self.cluster, self.token, self.journal = cluster, token, journal
        self.office = Office(journal, random.Random(18))
        self.at = cluster.addresses()

    @classmethod
    async def of(cls, cluster: Cluster) -> Day:
        token, tenant, user = await sign_in(cluster.addresses()["api"])
        return cls(cluster, token, Journal(tenant, user))

    def wire(self, process: str = "api") -> Wire:
        return Wire(self.at[process], self.token)

    async def sign_in_again(self) -> None:
        """For those at work, too: a token counts ten minutes, and a day is longer."""
        self.token, *_ = await sign_in(self.at["api"])

    @asynccontextmanager
    async def people_at_work(self, count: int) -> AsyncIterator[None]:
        """Who loses the connection goes on with the next command; what became of the last one is asked later."""
        people = [asyncio.create_task(self._work()) for _ in range(count)]
        try:
            yield
        finally:
            for one in people:
                one.cancel()
            ended = await asyncio.gather(*people, return_exceptions=True)
        assert [one for one in ended if isinstance(one, Exception)] == []

    async def _work(self) -> None:
        wire = self.wire()
        try:
            for _ in range(COMMANDS):
                wire.token = self.token
                with suppress(OSError):
                    await self.office.act(wire)
                await asyncio.sleep(PAUSE)
        finally:
            wire.close()

    async def shown_after(self, began: float) -> float:
        """Seconds since a moment until a new record is acknowledged and shown."""
        wire, last = self.wire(), ""
        deadline = time.monotonic() + PATIENCE
        try:
            while True:
                assert time.monotonic() < deadline, f"nothing is acknowledged and shown: {last}"
                try:
                    body = {"name": f"After {began}", "allow_duplicate": True}
                    made = await self.journal.send(wire, "POST", "/customer/accounts", body, changes=True)
                    last = f"a command was answered with {made.status}"
                    if made.acknowledged:
                        answer = await wire.ask("GET", f"/customer/accounts/{made.id}?min_version=1")
                        if answer.status == 200:
                            return time.monotonic() - began
                        last = f"a question was answered with {answer.status}"
                except OSError as error:
                    last = str(error)
                await asyncio.sleep(0.1)
        finally:
            wire.close()

    async def check(self) -> int:
        """Nothing acknowledged is lost or done twice, and live == rebuilt == fold; the number of documents."""
        wire, auditor = self.wire(), self.wire("warehouse")
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self.journal.settle(wire, PATIENCE)
                assert self.journal.unknown == []
                await self._hold()
                while (await auditor.ask("GET", "/readyz")).json()["lag"]:
                    await asyncio.sleep(0.1)
                return await assert_agreement(auditor)
        finally:
            wire.close()
            auditor.close()

    async def _hold(self) -> None:
        settings = self.cluster.environment()
        store = await EventStoreDB.open(settings["CRM_EVENTSTORE"])
        ring = await MongoKeyRing.open(settings["CRM_KEYS"], Path(settings["CRM_ROOT_KEY"]))
        try:
            events, index = await store.read_all(0, 1_000_000), await ring.index_key(self.journal.tenant)
            rows = [(e.position, e.tenant, e.stream, e.version, e.recorded_at, e.metadata) for e in events]
            await self.journal.hold(rows, await self._requests(store, index), Codec(KeyCache(ring)), index, gaps=True)
        finally:
            await store.close()
            await ring.close()

    async def _requests(self, store: EventStoreDB, index: bytes) -> dict[str, tuple[str, int]]:
        user, tenant = self.journal.user, self.journal.tenant
        keys = [stored_key(f"{user}/{own_key(user, key)}", index) for key in self.journal.asked]
        found = {}
        for n in range(0, len(keys), 50):
            some = keys[n : n + 50]
            done = await asyncio.gather(*(store.find_request(tenant, key) for key in some))
            found |= {key: (one.stream, one.version) for key, one in zip(some, done, strict=True) if one is not None}
        return found

    async def answered_after(self, began: float) -> float:
        """Seconds since a moment until the warehouse answers a question; until then 503 says so."""
        analyst = self.wire("analytics")
        deadline = time.monotonic() + PATIENCE
        try:
            while True:
                async with asyncio.timeout(ANSWER_SECONDS):
                    answer = await analyst.ask("POST", "/analytics/sql", {"sql": "SELECT count() AS n FROM accounts"})
                if answer.status == 200:
                    return time.monotonic() - began
                assert (answer.status, time.monotonic() < deadline) == (503, True), answer.content
                await asyncio.sleep(0.2)
        finally:
            analyst.close()
