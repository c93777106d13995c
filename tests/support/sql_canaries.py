"""What analysts' SQL must never show: a file, another organisation's rows, tables that are no views."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from services.analytics import facts
from services.analytics.formats import FORMATS, encode
from services.analytics.sql.gateway import SqlGateway
from shared.errors import CrmError
from shared.security.permissions import Access
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.port import Answer
from shared.warehouse.session import Limits
from tests.support.facts import CANARY, someone, two_organisations

LIMITS = Limits(seconds=2, memory=400_000_000)
EXTRA_TABLES = 3


@dataclass(frozen=True, slots=True)
class Attacked:
    """file: holds the canary. out: is not there, and must not come into being."""

    warehouse: ConfinedWarehouse
    gateway: SqlGateway
    file: Path
    out: Path

    def statement(self, sql: str) -> str:
        return sql.replace("{F}", str(self.file)).replace("{O}", str(self.out))

    async def ask(self, sql: str, access: Access | None = None) -> Answer:
        return await self.gateway.ask(self.statement(sql), access or someone())

    async def state(self) -> tuple[object, ...]:
        """What no question may change."""
        rows = await self.warehouse.rows("SELECT count() FROM opportunities_now FINAL")
        tables = await self.warehouse.rows("SELECT count() FROM system.tables WHERE database = 'crm'")
        return rows[0][0], tables[0][0], self.out.exists(), self.file.read_text()


@asynccontextmanager
async def attacked(folder: Path) -> AsyncIterator[Attacked]:
    """Two organisations, and the canary in a file, in `feed_position`, in a table `T` and in a shadow table."""
    file, out = folder / "held.txt", folder / "out.txt"  # a statement may show its own text, upper case too
    file.write_text(f"{CANARY} file")
    async with two_organisations(folder / "warehouse", LIMITS) as (warehouse, gateway):
        for name in ("feed_position", "T"):
            await warehouse.command(f"CREATE TABLE {name} (name String, a String) ENGINE = MergeTree ORDER BY name")
            await warehouse.command(f"INSERT INTO {name} VALUES ('{CANARY}', '{CANARY}')")
        shadow = f"{facts.OPPORTUNITIES.current}__new"
        await warehouse.command(f"CREATE TABLE {shadow} AS {facts.OPPORTUNITIES.current}")
        await warehouse.command(f"INSERT INTO {shadow} SELECT * FROM {facts.OPPORTUNITIES.current}")
        yield Attacked(warehouse, gateway, file, out)


def shows_canary(outcome: Answer | CrmError) -> bool:
    """Whether an answer in any format, or a refusal, holds the canary as a value (a column may be named after it)."""
    if isinstance(outcome, CrmError):
        return CANARY in f"{outcome.detail} {outcome.errors} {outcome.extra}"
    return any(CANARY.encode() in encode(unnamed(outcome), format) for format in FORMATS)


def unnamed(answer: Answer) -> Answer:
    """The same values under names of ours."""
    return replace(answer, names=tuple(f"c{i}" for i, _ in enumerate(answer.names)))
