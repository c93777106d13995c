"""The warehouse on a ClickHouse server, or on a cluster of them: each process asks it directly.

The suite's own statements run as the user of the address, callers' questions as a user that can show published tables
and nothing else, to each session the rows of its tenant (shared.warehouse.clickhouse_access). A process tries these
walls before it answers the first question; where they do not hold, SQL is off.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import uuid4

from shared.errors import TooSlow, Unavailable
from shared.warehouse import clickhouse_cluster
from shared.warehouse.clickhouse_access import CANARIES, CANARY, CANARY_DDL, access_statements, callers_of, try_walls
from shared.warehouse.clickhouse_address import Address, parse_address
from shared.warehouse.clickhouse_cluster import on_cluster
from shared.warehouse.clickhouse_link import Link
from shared.warehouse.marks import Written, looking_for, settled
from shared.warehouse.migrations import BOOKKEEPING
from shared.warehouse.port import Answer, Mark, Parameters, QueryFailed
from shared.warehouse.readers import AT_ONCE, GRACE_SECONDS, OF_A_TENANT
from shared.warehouse.selftest import Breached
from shared.warehouse.session import BARRIER, WRITER_SETTINGS, Limits, answered
from shared.warehouse.tables import Row, Table

_OWN_AT_ONCE, _OWN_SECONDS = 4, 3600
_TOO_SLOW = "the question took too long; ask for less at once"
# a plan that is sent to another node forgets row policies there: github.com/ClickHouse/ClickHouse issue 112891
_NEVER = {"serialize_query_plan": "0", "enable_parallel_replicas": "0"}
_OPTIONAL = BARRIER | _NEVER.keys()
# ClickHouse's numbers for: too many at once, nodes not reached, aborted
_PASSING = frozenset({202, 209, 210, 236, 279, 394, 425, 999})

log = logging.getLogger("crm.warehouse")


class ClickHouseWarehouse:
    """The adapter of `clickhouse:` and `clickhouses:` URLs."""

    def __init__(self, address: Address, limits: Limits) -> None:
        self._address, self._limits = address, limits
        self._own = Link(address, address.user, address.password, _OWN_AT_ONCE, _OWN_SECONDS, frozenset())
        user, password = callers_of(address)
        self._callers = Link(address, user, password, AT_ONCE + 1, limits.seconds + 3 * GRACE_SECONDS, _OPTIONAL)
        self._reads = clickhouse_cluster.READS if address.cluster else {}
        self._writes = {**WRITER_SETTINGS, **self._reads, **(clickhouse_cluster.WRITES if address.cluster else {})}
        self._on_cluster = f" ON CLUSTER `{address.cluster}`" if address.cluster else ""
        self._written = Written()
        self._published: tuple[str, ...] = ()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._of_tenants = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(OF_A_TENANT))
        self._asked: set[asyncio.Task[Answer]] = set()
        self._trying = asyncio.Lock()
        self._tried = False
        self._announced = ""

    @classmethod
    async def open(cls, url: str, *, limits: Limits | None = None) -> ClickHouseWarehouse:
        """Connect, and create the database if it is missing.

        Raises:
            WrongAddress: the URL cannot be used.
            Unavailable: no server answers, its certificate or our password is not accepted, or a right is missing.
        """
        address = parse_address(url)
        warehouse = cls(address, limits or Limits())
        try:
            await warehouse._make_database()
        except QueryFailed as error:
            await warehouse.close()
            raise Unavailable(f"the warehouse at {address} cannot be used: {error}") from None
        except BaseException:
            await warehouse.close()
            raise
        return warehouse

    async def command(self, sql: str, parameters: Parameters | None = None) -> None:
        cluster = self._address.cluster
        for statement in on_cluster(sql, cluster, self._address.database) if cluster else [sql]:
            await self._command(statement, parameters)

    async def insert(self, table: Table, rows: Sequence[Row], name: str = "") -> None:
        if rows:
            into = name or table.name
            await self._own.run(lambda c, _: c.insert_arrow(into, table.arrow(rows), settings=self._writes))
            self._written.note(into, rows)

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        settings = {**WRITER_SETTINGS, **self._reads}
        return (await self._own.run(lambda c, _: answered(c, sql, parameters, settings))).rows

    async def publish(self, tables: Sequence[str]) -> None:
        """See Warehouse.publish. The server keeps a dropped table until the questions that read it have ended."""
        await self.command(CANARY_DDL)
        if await self.rows(f"SELECT uniqExact(tenant) FROM `{CANARY}`") != [(len(CANARIES),)]:
            values = ", ".join(f"('{tenant}', 'canary', 1)" for tenant in CANARIES)
            await self.command(f"INSERT INTO `{CANARY}` VALUES {values}")
        for statement in access_statements(self._address, [*tables, CANARY], self._limits):
            await self._command(statement)
        self._published, self._tried = tuple(tables), False
        self._written.forget()
        await self.warm()

    async def ask(
        self, sql: str, parameters: Parameters | None = None, *, tenant: str, columns: int = 1, zone: str = "UTC"
    ) -> Answer:
        if not tenant:
            raise ValueError("a question is always some tenant's")
        await self._hold()
        settings = self._limits.settings(tenant, columns, zone)
        question = asyncio.ensure_future(self._in_turn(sql, parameters, settings, self._of_tenants[tenant]))
        self._asked.add(question)
        question.add_done_callback(self._asked.discard)
        try:
            return await asyncio.shield(question)
        except QueryFailed as error:
            if error.code in _PASSING:
                raise Unavailable(f"the warehouse cannot answer now (ClickHouse error {error.code})") from None
            raise

    async def warm(self) -> None:
        try:
            await self._hold()
        except Unavailable as error:
            log.debug("callers' questions are not answered: %s", error.detail)

    async def marks(self) -> list[Mark]:
        return self._written.marks()

    async def shows(self, marks: Sequence[Mark]) -> bool:
        return await self._written.shows(marks, self._shown)

    async def settle(self) -> None:
        await settled(self)

    async def close(self) -> None:
        await asyncio.gather(*self._asked, return_exceptions=True)
        await self._callers.close()
        await self._own.close()

    async def _make_database(self) -> None:
        name, on = self._address.database, self._on_cluster
        there = f"SELECT count() FROM system.databases WHERE name = '{name}'"
        if not await self._own.run(lambda c, _: c.command(there, use_database=False)):
            create = f"CREATE DATABASE IF NOT EXISTS `{name}`{on}"
            await self._own.run(lambda c, _: c.command(create, use_database=False))

    async def _command(self, sql: str, parameters: Parameters | None = None) -> None:
        await self._own.run(lambda c, _: c.command(sql, parameters=parameters, settings=self._writes))

    async def _in_turn(
        self, sql: str, parameters: Parameters | None, settings: Mapping[str, str], of_tenant: asyncio.Semaphore
    ) -> Answer:
        async with of_tenant, self._slots:
            return await self._on(sql, parameters, settings)

    async def _on(self, sql: str, parameters: Parameters | None, settings: Mapping[str, str]) -> Answer:
        """One question, ended when it outlives its limit. Raises QueryFailed, TooSlow, Unavailable."""
        id = str(uuid4())
        bound = {**self._reads, **_NEVER, **settings, "query_id": id}
        answer = asyncio.ensure_future(self._callers.run(lambda c, known: answered(c, sql, parameters, known(bound))))
        done, _ = await asyncio.wait({answer}, timeout=self._limits.seconds + GRACE_SECONDS)
        if done:
            return answer.result()
        log.warning("a question outlived its limit of %s s: the server is to end it", self._limits.seconds)
        answer.add_done_callback(lambda late: late.cancelled() or late.exception())
        try:
            await self._command(f"KILL QUERY{self._on_cluster} WHERE query_id = '{id}' ASYNC")
        except (QueryFailed, Unavailable) as error:
            log.warning("it cannot be ended: %s", error)
        raise TooSlow(_TOO_SLOW)

    async def _hold(self) -> None:
        """Try the walls around callers' questions, once. Raises Unavailable."""
        async with self._trying:
            if self._tried:
                return
            try:
                await try_walls(self._look, BOOKKEEPING)
            except (Breached, QueryFailed, TooSlow) as error:
                state = "SQL is switched off" if isinstance(error, Breached) else "callers cannot be answered yet"
                self._announce(refusal := f"{state}: {error}")
                raise Unavailable(refusal) from None
            self._tried = True
            self._announce(f"callers' SQL runs as the user {callers_of(self._address)[0]} of {self._address}")

    def _announce(self, line: str) -> None:
        if line != self._announced:
            self._announced = line
            (log.info if self._tried else log.warning)(line)

    async def _look(self, sql: str, tenant: str, parameters: Parameters | None = None) -> Answer:
        """A question of the suite's own, of a few milliseconds: it waits for no turn."""
        return await self._on(sql, parameters, self._limits.settings(tenant))

    async def _shown(self, mark: Mark) -> bool:
        if mark.table not in self._published:
            return True
        try:
            found = await self._look(looking_for(mark), mark.tenant, {"tenant": mark.tenant, **mark.parameters})
        except (QueryFailed, TooSlow, Unavailable):
            return False
        return bool(found.rows[0][0])
