"""The embedded warehouse: the suite's own statements go to a writer, callers' questions to disposable readers.

Each is an engine in a process of its own (shared.warehouse.engine), spoken to by ClickHouse's HTTP interface. What a
question can reach is bounded outside the engine, because the engine's own locks leave holes: under `readonly = 1` and
without any grant, `INTO OUTFILE` writes files, the scalar function `file()` reads them, and some functions ignore
`max_execution_time`. Walls of the kernel bound the files (shared.warehouse.walls), a watchdog the time
(shared.warehouse.readers), rights and row policies the tables and rows (shared.warehouse.grants).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shared.errors import TooSlow, Unavailable
from shared.eventstore.lock import AlreadyOpen
from shared.warehouse.grants import Shown
from shared.warehouse.home import Home
from shared.warehouse.marks import Written, looking_for, settled
from shared.warehouse.port import Answer, Mark, Parameters, QueryFailed
from shared.warehouse.readers import Readers
from shared.warehouse.session import Limits, first_line
from shared.warehouse.spawn import NotStarted
from shared.warehouse.tables import Row, Table
from shared.warehouse.writer import Writer

_AT_DATA = "Error initializing EmbeddedServer"  # what the engine says when it fails at its data


class InUse(Unavailable):
    """Another process has the warehouse open."""


class DataRefused(Unavailable):
    """The engine starts and does not open the data; it does not say why."""


class ConfinedWarehouse:
    """The adapter of `chdb:` URLs."""

    def __init__(self, home: Home, database: str, limits: Limits, *, unconfined: bool = False) -> None:
        self._home, self._database = home, database
        self.writer = Writer(home, database)
        self.readers = Readers(home, database, limits, self._describe, unconfined=unconfined)
        self._written = Written()
        self._closed = False

    @classmethod
    async def open(
        cls, url: str, *, database: str = "crm", limits: Limits | None = None, unconfined: bool = False
    ) -> ConfinedWarehouse:
        """Open `chdb:<directory>`, created if missing. unconfined: answer callers even where no walls hold.

        Raises:
            ValueError: the URL is of another form.
            InUse: another process has the directory open.
            DataRefused: the engine does not open what is in it.
            Unavailable: the directory cannot be written, or its engine does not start.
        """
        scheme, _, path = url.partition(":")
        if scheme != "chdb" or not path:
            raise ValueError(f"a warehouse URL is chdb:<directory>, not {scheme}:…")
        try:
            home = await Home.open(Path(path))
        except AlreadyOpen as error:
            raise InUse(f"the warehouse in {path} cannot be opened: {error}") from error
        except OSError as error:
            raise Unavailable(f"the warehouse in {path} cannot be opened: {error}") from error
        warehouse = cls(home, database, limits or Limits(), unconfined=unconfined)
        try:
            await warehouse.writer.start()
        except (QueryFailed, OSError, Unavailable) as error:
            await warehouse.close()
            refused = isinstance(error, NotStarted) and _AT_DATA in error.detail
            kind = DataRefused if refused else Unavailable
            raise kind(f"the warehouse in {path} cannot be opened: {first_line(error)}") from error
        return warehouse

    async def command(self, sql: str, parameters: Parameters | None = None) -> None:
        await self.writer.command(sql, parameters)

    async def insert(self, table: Table, rows: Sequence[Row], name: str = "") -> None:
        if rows:
            into = name or table.name
            await self.writer.insert(table, rows, into)
            self._written.note(into, rows)

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        return (await self.writer.ask(sql, parameters)).rows

    async def publish(self, tables: Sequence[str]) -> None:
        await self.readers.publish(tables)

    async def ask(
        self, sql: str, parameters: Parameters | None = None, *, tenant: str, columns: int = 1, zone: str = "UTC"
    ) -> Answer:
        if not tenant:
            raise ValueError("a question is always some tenant's")
        return await self.readers.ask(sql, parameters, tenant, columns, zone)

    async def warm(self) -> None:
        await self.readers.warm()

    async def marks(self) -> list[Mark]:
        return self._written.marks()

    async def shows(self, marks: Sequence[Mark]) -> bool:
        return await self._written.shows(marks, self._shown)

    async def settle(self) -> None:
        await settled(self)

    async def _shown(self, mark: Mark) -> bool:
        if self.readers.running is None or mark.table not in self.readers.published:
            return True
        try:
            found = await self.readers.look(looking_for(mark), {"tenant": mark.tenant, **mark.parameters}, mark.tenant)
        except (QueryFailed, TooSlow, Unavailable):
            return False  # asked again later, it may be the next reader that answers
        return bool(found.rows[0][0])

    async def _describe(self, names: Sequence[str]) -> list[Shown]:
        of = {"db": self._database, "names": list(names)}
        tables = await self.rows(
            "SELECT name, data_paths[1], engine_full FROM system.tables "
            "WHERE database = {db:String} AND name IN {names:Array(String)}",
            of,
        )
        columns = await self.rows(
            "SELECT table, name, type FROM system.columns WHERE database = {db:String} "
            "AND table IN {names:Array(String)} ORDER BY table, position",
            of,
        )
        return [
            Shown(
                name,
                path[path.index(self._home.store) :].rstrip("/"),
                tuple((column, type_) for table, column, type_ in columns if table == name),
                engine.partition(" SETTINGS ")[0],
            )
            for name, path, engine in tables
        ]

    async def close(self) -> None:
        """End the questions that run, let the running statement end, release the directory for other processes."""
        if self._closed:
            return
        self._closed = True
        await self.readers.close()
        await self.writer.close()
        self._home.release()
