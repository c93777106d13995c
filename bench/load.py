"""Loading an aggregate from its events against the PyPI `eventsourcing` library's `repository.get`, both on SQLite.

Same history on both sides: one creation, then edits of one plain field. The first figures read, decode and fold every
event on both sides; the last ones are what the suite does for a record it has loaded before: it reads what is new.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import uvloop
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate as LibraryAggregate
from eventsourcing.domain import event

from bench.figures import Case, Figure, at_least, interleaved, show
from services.customer.account import ACCOUNT
from shared.clock import SystemClock, SystemIds
from shared.events.codec import Codec
from shared.events.customer import AccountCreated, AccountDetailsChanged
from shared.events.envelope import Metadata
from shared.eventstore.sqlite import SqliteEventStore
from shared.kernel.repository import Repository
from shared.security.keycache import KeyCache
from shared.security.keyring_sqlite import SqliteKeyRing

LENGTHS = {10: 400, 1000: 8}  # events of the aggregate: loads in one round
TENANT, GOAL = "t1", 10.0


class LibraryAccount(LibraryAggregate):
    """The same account as the library's users write it."""

    @event("Created")
    def __init__(self, details: dict[str, Any], owner: str) -> None:
        self.name, self.city, self.owner = details["name"], details["city"], owner

    @event("DetailsChanged")
    def change_details(self, changes: dict[str, Any]) -> None:
        for name, change in changes.items():
            setattr(self, name, change["to"])


def run(rounds: int = 5) -> list[Figure]:
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        loop = uvloop.new_event_loop()
        ours = loop.run_until_complete(_Ours.open(Path(folder)))
        library: Application[UUID] = Application(
            env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": f"{folder}/library.db"}
        )
        cases: dict[str, Case] = {}
        for length, times in LENGTHS.items():
            mine, theirs = loop.run_until_complete(ours.account(length)), _library_account(library, length)
            cases[f"ours {length}"] = _ours_case(loop, ours, mine, length, times)
            cases[f"kept {length}"] = _ours_case(loop, ours, mine, None, 400)
            cases[f"library {length}"] = _library_case(library, theirs, length, times)
        rate = interleaved(cases, rounds)
        loop.run_until_complete(ours.close())
        loop.close()
        library.close()
    return [
        _figure(f"load an aggregate of {length:,} events{how}", rate[f"{ours} {length}"], rate[f"library {length}"])
        for ours, how in {"ours": "", "kept": ", kept from before"}.items()
        for length in LENGTHS
    ]


def _figure(name: str, ours: float, library: float) -> Figure:
    return at_least(name, ours / library, GOAL, "×", f"{ours:,.0f}/s; eventsourcing {library:,.0f}/s")


class _Ours:
    def __init__(self, store: SqliteEventStore, keys: KeyCache) -> None:
        self.store, self.keys = store, keys
        self.codec, self.ids = Codec(keys), SystemIds()
        self.repository = Repository(store, self.codec)

    @classmethod
    async def open(cls, folder: Path) -> _Ours:
        return cls(
            SqliteEventStore.open(folder / "events.db", SystemClock()), KeyCache(SqliteKeyRing.open(folder / "keys"))
        )

    async def account(self, length: int) -> str:
        """An account with so many events; each edit has metadata of its own, as separate commands give it."""
        id = self.ids.new()
        for version in range(length):
            event: object = AccountDetailsChanged(_change(version))
            if version == 0:
                event = AccountCreated({"name": "Acme", "city": "City 0"}, "u1")
            stream, metadata = ACCOUNT.stream(id), Metadata(self.ids.new(), "", self.ids.new(), "customer.Change")
            encoded = await self.codec.encode(TENANT, stream, [event], [self.ids.new()], 1_000 + version)
            await self.store.append(TENANT, stream, version, encoded, metadata)
        return id

    async def load(self, id: str, up_to: int | None, times: int) -> None:
        """A version asked for is folded from the events; without one the repository may start from what it kept."""
        for _ in range(times):
            state = await self.repository.load(ACCOUNT, TENANT, id, up_to)
            assert state.version > 1

    async def close(self) -> None:
        await self.store.close()
        await self.keys.close()


def _change(version: int) -> dict[str, Any]:
    return {"city": {"from": f"City {version - 1}", "to": f"City {version}"}}


def _library_account(library: Application[UUID], length: int) -> UUID:
    account = LibraryAccount({"name": "Acme", "city": "City 0"}, "u1")
    for version in range(1, length):
        account.change_details(_change(version))
    library.save(account)
    return account.id


def _ours_case(loop: asyncio.AbstractEventLoop, ours: _Ours, id: str, up_to: int | None, times: int) -> Case:
    def case() -> float:
        started = time.perf_counter()
        loop.run_until_complete(ours.load(id, up_to, times))
        return times / (time.perf_counter() - started)

    return case


def _library_case(library: Application[UUID], id: UUID, length: int, times: int) -> Case:
    def case() -> float:
        started = time.perf_counter()
        for _ in range(times):
            account: LibraryAccount = library.repository.get(id)
            assert account.version == length
        return times / (time.perf_counter() - started)

    return case


if __name__ == "__main__":
    show("load", run())
