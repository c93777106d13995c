"""What clients asked for and what they were answered, kept outside the suite, and held against its event log."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.clock import SystemIds
from shared.events.codec import Codec
from shared.events.envelope import Metadata
from shared.events.sealing import ERASED
from shared.http.headers import own_key
from shared.kernel.request_keys import stored_key
from shared.security.keycache import KeyCache
from tests.support.keycopy import copied, in_other_loop
from tests.support.wire import Answer, Wire

IDS = SystemIds()
Row = tuple[int, str, str, int, int, bytes]  # position, tenant, stream, version, when it was recorded, metadata


@dataclass(slots=True)
class Asked:
    """One command and what is known of it: id and version as answered; status 0 = the outcome is unknown."""

    key: str
    method: str
    path: str
    body: dict[str, Any]
    changes: bool = False  # it is sure to leave events
    status: int = 0
    id: str = ""
    version: int = 0
    answers: int = 0  # of any status

    @property
    def headers(self) -> dict[str, str]:
        return {"Idempotency-Key": self.key, "X-Reason": self.key}

    @property
    def acknowledged(self) -> bool:
        return 200 <= self.status < 300


@dataclass(slots=True)
class Journal:
    """user: whose idempotency keys these are."""

    tenant: str
    user: str
    asked: dict[str, Asked] = field(default_factory=dict)
    repeated: int = 0  # commands sent again because their outcome was unknown

    async def send(
        self, wire: Wire, method: str, path: str, body: dict[str, Any] | None = None, *, changes: bool = False
    ) -> Asked:
        """A new command; the reason kept with its events is its key. Raises OSError: its outcome is unknown."""
        one = self.note(method, path, body or {}, changes=changes)
        await self.deliver(wire, one)
        return one

    def note(self, method: str, path: str, body: dict[str, Any], *, changes: bool = False) -> Asked:
        """Write a command down before it is sent."""
        key = IDS.new()
        one = self.asked[key] = Asked(key, method, path, body, changes)
        return one

    async def settle(self, wire: Wire, patience: float = 0.0) -> None:
        """Send every command of unknown outcome once more, with its key, and believe the answer. Raises OSError.

        patience: seconds in which those answered with 503 are sent again.
        """
        ends = time.monotonic() + patience
        while True:
            for one in self.unknown:
                self.repeated += 1
                await self.deliver(wire, one)
            if not self.unknown or time.monotonic() > ends:
                return
            await asyncio.sleep(0.5)

    @property
    def unknown(self) -> list[Asked]:
        return [one for one in self.asked.values() if not one.status]

    @property
    def acknowledged(self) -> int:
        return sum(one.acknowledged for one in self.asked.values())

    async def deliver(self, wire: Wire, one: Asked) -> Answer:
        """Send a command that is written down, and write down its answer. Raises OSError."""
        answer = await wire.ask(one.method, one.path, one.body, one.headers)
        one.answers += 1
        if answer.status != 503:  # after which the outcome is still unknown
            if 200 <= answer.status < 300:
                known = answer.json()
                one.id, one.version = known["id"], known["version"]
            one.status = answer.status
        return answer

    def check(self, database: Path) -> int:
        """Assert that the log holds what was acknowledged, once, and nothing torn; returns its number of events.

        Its key ring is read from a copy, as the process may still run.
        """
        with sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True) as log:
            log.execute("BEGIN")
            events = log.execute(
                "SELECT position, tenant, stream, version, recorded_at, metadata FROM events ORDER BY position"
            ).fetchall()
            rows = log.execute("SELECT key, stream, version FROM requests WHERE tenant = ?", (self.tenant,))
            requests = {key: (stream, version) for key, stream, version in rows}
        log.close()
        with copied(database.parent / "keys", self.tenant) as (ring, index):
            in_other_loop(self.hold(events, requests, Codec(KeyCache(ring)), index))
        return len(events)

    async def hold(
        self,
        events: Sequence[Row],
        requests: Mapping[str, tuple[str, int]],
        codec: Codec,
        index: bytes,
        gaps: bool = False,
    ) -> None:
        """Assert what `check` does. requests: stream and version by stored key. gaps: positions may have them."""
        done = await self._in_order(events, codec, gaps)
        erased = {stream for stream, _, _ in done[ERASED]}  # the reasons of their events can no longer be read
        for key, one in self.asked.items():
            known = stored_key(f"{self.user}/{own_key(self.user, key)}", index)
            self._held(one, done.get(key, []), requests.get(known), erased)

    async def _in_order(self, events: Sequence[Row], codec: Codec, gaps: bool) -> dict[str, list[tuple[str, int, str]]]:
        """Nothing is missing between positions, versions and times; (stream, version, command) that each key left."""
        versions: dict[str, int] = defaultdict(int)
        done: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
        before = 0
        for n, (position, tenant, stream, version, recorded_at, raw) in enumerate(events, 1):
            assert gaps or position == n, f"there is a gap before position {position}"
            assert version == versions[stream] + 1, f"{stream} goes from {versions[stream]} to {version}"
            assert recorded_at >= before, f"time goes back at {position}"
            versions[stream], before = version, recorded_at
            known = await codec.metadata(tenant, stream, raw)
            assert isinstance(known, Metadata)
            if known.reason and known.causation_id == known.command:  # not what a policy added
                done[known.reason].append((stream, version, known.command))
        return done

    def _held(
        self, one: Asked, left: list[tuple[str, int, str]], request: tuple[str, int] | None, erased: Collection[str]
    ) -> None:
        what = f"{one.method} {one.path} {one.key} (answered {one.status})"
        assert len({command for _, _, command in left}) <= 1, f"{what} was done twice"
        if request is None:
            assert not left, f"{what} left events without its key"
            assert not one.acknowledged, f"{what} was acknowledged and is lost"
            return
        stream, version = request
        assert one.status == 0 or one.acknowledged, f"{what} was refused and done"
        if left:
            assert {s for s, _, _ in left} == {stream}, f"{what} touched more than its record"
            assert max(v for _, v, _ in left) == version, f"{what} was done in part"
        if one.acknowledged:
            assert (stream.partition("-")[2], version) == (one.id, one.version), f"{what} was answered otherwise"
            assert left or not one.changes or stream in erased, f"{what} left nothing"
