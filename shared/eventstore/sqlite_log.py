"""The log in a file, read only: also while a suite has it open and goes on writing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from shared.events.envelope import Stored
from shared.eventstore.port import StoreUnavailable
from shared.eventstore.sqlite_check import installation_of
from shared.eventstore.sqlite_file import FORMAT, open_for_reading
from shared.eventstore.sqlite_reader import Reader
from shared.formats import NewerFormat


class SqliteLog:
    """Is Log, what a backup reads. Used from one event loop."""

    def __init__(self, path: Path) -> None:
        """Raises StoreUnavailable, NewerFormat."""
        try:
            with closing(open_for_reading(path)) as db:
                found = db.execute("PRAGMA user_version").fetchone()[0]
                if found > FORMAT:
                    raise NewerFormat(path, found, FORMAT)
                if found < FORMAT:
                    raise StoreUnavailable(f"{path} is of an older format: start the suite once, which updates it")
                self.installation = installation_of(db)
            self._reader = Reader(path)
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{path} cannot be read: {error}") from error

    async def head(self) -> int:
        """See EventStore.head."""
        return self._reader.head()

    async def read_all(self, after: int, limit: int) -> list[Stored]:
        """See EventStore.read_all."""
        return await self._reader.feed(after, limit, None, None)

    async def read(self, tenant: str, stream: str) -> list[Stored]:
        """See EventStore.read."""
        return await self._reader.stream(tenant, stream, 0, None)

    async def close(self) -> None:
        await self._reader.close()
