"""The one ClickHouse client. Embedded, the engine runs in this process (chDB); one process may open a path.

Two doors that never wait for each other: a writer (one thread, one session) and a few readers. A reader's session is
bounded in time, memory and rows and is then locked (`readonly = 1`), so that no statement can write, change a setting
or touch a file or the network, whatever its text.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import clickhouse_connect
from clickhouse_connect.driver.exceptions import ClickHouseError

from shared.errors import Unavailable
from shared.warehouse.tables import Row, Table

T = TypeVar("T")
Parameters = Mapping[str, Any]  # bound as {name:Type}

READERS = 2
_WRITER_SETTINGS = {"session_timezone": "UTC", "enable_extended_results_for_datetime_functions": "1"}

# optimizations that may run an outer expression on rows which a subquery's own filter has still to take away: its
# errors would tell about rows that are not to be seen
_BARRIER = (
    "enable_join_runtime_filters",
    "query_plan_filter_push_down",
    "query_plan_merge_filters",
    "query_plan_merge_filter_into_join_condition",
    "query_plan_propagate_predicate_across_join",
    "query_plan_push_down_volume_reducing_functions",
    "use_join_disjunctions_push_down",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one question of a reader may cost. seconds of running time, bytes of memory, rows of the answer."""

    seconds: int = 10
    memory: int = 1_000_000_000
    rows: int = 100_000
    threads: int = 2

    def settings(self) -> dict[str, str]:
        settings: dict[str, int | str] = {
            "session_timezone": "UTC",
            "max_execution_time": self.seconds,
            "max_memory_usage": self.memory,
            "max_bytes_before_external_group_by": self.memory // 3,
            "max_bytes_before_external_sort": self.memory // 3,
            "max_result_rows": self.rows,
            "max_result_bytes": self.memory // 4,
            "result_overflow_mode": "throw",
            "max_threads": self.threads,
            "max_ast_elements": 50_000,
            "max_expanded_ast_elements": 100_000,
            "max_subquery_depth": 50,
            "max_query_size": 1_000_000,
            "allow_introspection_functions": 0,
            "enable_extended_results_for_datetime_functions": 1,  # days before 1970 stay themselves
            **dict.fromkeys(_BARRIER, 0),
            "readonly": 1,
        }
        return {name: str(value) for name, value in settings.items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """A result, column by column. types are ClickHouse's names."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    columns: tuple[Sequence[Any], ...]

    @property
    def rows(self) -> list[Row]:
        return list(zip(*self.columns, strict=True))


class QueryFailed(Exception):
    """The engine refused a statement; `code` is ClickHouse's error number, 0 if it gave none."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class _NoPandas(MetaPathFinder):
    """pyarrow loads pandas with its first array, if it is there: a second and 60 MB for what nothing here uses."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is not loaded in this process", name=fullname)


sys.meta_path.insert(0, _NoPandas())


class _Session:
    """One session with the engine, used by one thread at a time.

    A failed statement ends it, and a new one takes its place: the embedded engine would hand what is left of the failed
    answer to the session's next question.
    """

    def __init__(self, path: Path, settings: Mapping[str, str]) -> None:
        self._path, self._settings = path, settings
        self.database: str | None = None
        self._client: Any = None

    def run(self, act: Callable[[Any], T]) -> T:
        """Raises QueryFailed."""
        try:
            if self._client is None:
                self._client = self._open()
            return act(self._client)
        except ClickHouseError as error:
            self.close()
            raise QueryFailed(_first_line(error), getattr(error, "code", None) or 0) from error
        except BaseException:
            self.close()
            raise

    def _open(self) -> Any:
        client = clickhouse_connect.get_client(interface="chdb", path=str(self._path), database=self.database)
        if self.database:
            client.command("SELECT 1")  # applies USE before the session is locked
        for name, value in self._settings.items():
            client.command(f"SET {name} = '{value}'")
        return client

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


class Warehouse:
    def __init__(self, path: Path, database: str, limits: Limits) -> None:
        self._path, self._database = path, database
        self._write_thread = ThreadPoolExecutor(1, "warehouse-writer")
        self._read_threads = ThreadPoolExecutor(READERS, "warehouse-reader")
        self._anchor = _Session(path, {})  # keeps the directory open while the others come and go
        self._writer = _Session(path, _WRITER_SETTINGS)
        self._every_reader = [_Session(path, limits.settings()) for _ in range(READERS)]
        self._readers: asyncio.Queue[_Session] = asyncio.Queue()
        self._closed = False

    @classmethod
    async def open(cls, url: str, *, database: str = "crm", limits: Limits | None = None) -> Warehouse:
        """Open `chdb:<directory>`, created if missing.

        Raises:
            ValueError: the URL is of another form.
            Unavailable: another process has the directory open, or it cannot be written.
        """
        scheme, _, path = url.partition(":")
        if scheme != "chdb" or not path:
            raise ValueError(f"a warehouse URL is chdb:<directory>, not {scheme}:…")
        warehouse = cls(Path(path), database, limits or Limits())
        try:
            await warehouse._connect()
        except (QueryFailed, OSError) as error:
            await warehouse.close()
            raise Unavailable(f"the warehouse in {path} cannot be opened: {_first_line(error)}") from error
        return warehouse

    async def _connect(self) -> None:
        self._path.mkdir(parents=True, exist_ok=True)
        create = f"CREATE DATABASE IF NOT EXISTS `{self._database}`"
        await self._in_writer(lambda: self._anchor.run(lambda c: c.command(create)))
        for session in (self._writer, *self._every_reader):
            session.database = self._database
        for session in self._every_reader:
            self._readers.put_nowait(session)

    async def command(self, sql: str, parameters: Parameters | None = None) -> None:
        """A statement of the suite's own (never a caller's text). Raises QueryFailed."""
        await self._in_writer(lambda: self._writer.run(lambda c: c.command(sql, parameters=parameters)))

    async def insert(self, table: Table, rows: Sequence[Row], name: str = "") -> None:
        """Insert rows shaped as the table's columns as one block; durable on return. Raises QueryFailed."""
        if rows:
            into = name or table.name
            await self._in_writer(lambda: self._writer.run(lambda c: c.insert_arrow(into, table.arrow(rows))))

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """The suite's own question, in order with its writes and without a reader's limits. Raises QueryFailed."""
        return await self._in_writer(lambda: self._writer.run(lambda c: _ask(c, sql, parameters)).rows)

    async def ask(self, sql: str, parameters: Parameters | None = None) -> Answer:
        """A question in a locked, bounded session. Raises QueryFailed."""
        session = await self._readers.get()
        loop = asyncio.get_running_loop()
        question = loop.run_in_executor(self._read_threads, session.run, lambda c: _ask(c, sql, parameters))
        question.add_done_callback(lambda _: self._readers.put_nowait(session))
        return await asyncio.shield(question)

    async def _in_writer(self, act: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, act)

    async def close(self) -> None:
        """Let running statements end, then release the directory for other processes."""
        if self._closed:
            return
        self._closed = True
        await asyncio.to_thread(self._shut)

    def _shut(self) -> None:
        self._read_threads.shutdown()
        self._write_thread.shutdown()
        for session in (*self._every_reader, self._writer, self._anchor):
            session.close()


def _ask(client: Any, sql: str, parameters: Parameters | None) -> Answer:
    result = client.query(sql, parameters=parameters, column_oriented=True, query_tz="UTC")
    if not result.column_names:  # the embedded engine tells no columns where there are no rows
        shape = client.query(f"DESCRIBE TABLE ({sql})", parameters=parameters, column_oriented=True).result_columns
        return Answer(tuple(shape[0]), tuple(shape[1]), tuple([] for _ in shape[0]))
    return Answer(tuple(result.column_names), tuple(t.name for t in result.column_types), tuple(result.result_columns))


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:500]
