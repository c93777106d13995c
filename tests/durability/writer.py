"""A process to be killed: eight writers append as fast as they can and note each acknowledgement outside the store.

`python -m tests.durability.writer DATABASE JOURNAL APPENDS`. Journal lines: `try key stream events` before a request is
sent and `ack key stream version position` after its answer. What was tried but not acknowledged is sent again first.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path

from shared.clock import SystemClock, SystemIds
from shared.events.envelope import Metadata, NewEvent
from shared.eventstore.port import Request, WrongVersion
from shared.eventstore.sqlite import SqliteEventStore

WRITERS, SHARED_STREAMS, TENANT = 8, 3, "t1"
DIGEST = bytes(32)
IDS = SystemIds()


@dataclass(slots=True)
class Journal:
    """What was tried (key → stream, number of events) and acknowledged (key → stream, version, position)."""

    tried: dict[str, tuple[str, int]] = field(default_factory=dict)
    acked: dict[str, tuple[str, int, int]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Journal:
        journal = cls()
        for line in path.read_text().splitlines() if path.exists() else ():
            kind, key, stream, *numbers = line.split()
            if kind == "try":
                journal.tried[key] = stream, int(numbers[0])
            else:
                journal.acked[key] = stream, int(numbers[0]), int(numbers[1])
        return journal


class Writer:
    def __init__(self, store: SqliteEventStore, journal: Path) -> None:
        self._store = store
        self._journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._dice = random.Random()
        self._shared = [f"lead-{n}" for n in range(SHARED_STREAMS)]

    def _note(self, *words: object) -> None:
        os.write(self._journal, f"{' '.join(map(str, words))}\n".encode())

    async def work(self, appends: int) -> None:
        own = f"account-{IDS.new()}"
        for _ in range(appends):
            stream = own if self._dice.random() < 0.7 else self._dice.choice(self._shared)
            key, events = IDS.new(), self._dice.randint(0, 4)
            self._note("try", key, stream, events)
            await self.send(key, stream, events)

    async def send(self, key: str, stream: str, events: int) -> None:
        """One request until it is answered; another writer's success means reading the version again."""
        while True:
            version = len(await self._store.read(TENANT, stream))
            new = [NewEvent(IDS.new(), "test.Happened", 1, n, b"{}") for n in range(events)]
            try:
                done = await self._store.append(
                    TENANT, stream, version, new, Metadata(command=key), Request(key, DIGEST)
                )
            except WrongVersion:
                continue
            self._note("ack", key, done.stream, done.version, done.position)
            return


async def main(database: Path, journal: Path, appends: int) -> None:
    before = Journal.read(journal)
    store = SqliteEventStore.open(database, SystemClock(), on_broken=lambda: os._exit(3))
    writer = Writer(store, journal)
    unanswered = [(k, *t) for k, t in before.tried.items() if k not in before.acked]
    await asyncio.gather(*(writer.send(*u) for u in unanswered))
    print("ready", flush=True)
    await asyncio.gather(*(writer.work(appends) for _ in range(WRITERS)))
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
