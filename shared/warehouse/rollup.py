"""Roll-ups: sums of a current table for dashboards over millions of records, one generation at a time.

A roll-up is never added to: it is computed again from the current states, so a corrected event corrects it. It is kept
only for organisations large enough to need one, and used only while it is at most MAX_AGE behind; else the sums are
made from the states themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.clock import Clock, Micros
from shared.warehouse.port import Mark, Warehouse
from shared.warehouse.tables import Column

WORTH_IT = 200_000  # records of an organisation; fewer are summed in a few milliseconds
MAX_AGE: Micros = 5_000_000
REST = 4  # a refresh is followed by at least this many times its own length without one


@dataclass(frozen=True, slots=True)
class RollUp:
    """source: the current table. select: a SELECT of the columns for {tenant:String}, in their order."""

    name: str
    source: str
    columns: tuple[Column, ...]
    select: str

    def ddl(self) -> str:
        columns = ", ".join(f"`{c.name}` {c.type}" for c in self.columns)
        return (
            f"CREATE TABLE IF NOT EXISTS `{self.name}` (tenant LowCardinality(String), generation UInt64, {columns}) "
            "ENGINE = MergeTree ORDER BY (tenant, generation)"
        )


class RollUps:
    """Generations live as long as the process: after a start they are made again."""

    def __init__(
        self, warehouse: Warehouse, declared: Iterable[RollUp], clock: Clock, worth_it: int = WORTH_IT
    ) -> None:
        self._warehouse, self._clock, self.worth_it = warehouse, clock, worth_it
        self.declared = tuple(declared)
        self._generations: dict[str, Micros] = {}
        self._made: dict[str, tuple[Micros, Mark]] = {}  # generations that readers may not show yet
        self._behind_since: dict[str, Micros] = {}  # the first change that the generation in use lacks
        self._due: dict[str, Micros] = {}  # the first change that no generation has
        self._not_before: Micros = 0

    async def start(self) -> None:
        """Empty tables; every organisation that has records is due."""
        for rollup in self.declared:
            await self._warehouse.command(f"DROP TABLE IF EXISTS `{rollup.name}` SYNC")
            await self._warehouse.command(rollup.ddl())
            self.touch(t for (t,) in await self._warehouse.rows(f"SELECT DISTINCT tenant FROM `{rollup.source}`"))

    def touch(self, tenants: Iterable[str]) -> None:
        """Records of these organisations have changed."""
        now = self._clock.now()
        for tenant in tenants:
            self._behind_since.setdefault(tenant, now)
            self._due.setdefault(tenant, now)

    def forget(self) -> None:
        """The current tables were exchanged: no generation may be used any more."""
        self.touch([*self._generations, *self._made])
        self._generations.clear()
        self._made.clear()

    def generation(self, tenant: str) -> int | None:
        """The generation to read, None when there is none that is fresh enough."""
        behind = self._clock.now() - self._behind_since.get(tenant, self._clock.now())
        return self._generations.get(tenant) if behind <= MAX_AGE else None

    async def refresh(self) -> None:
        """Use the generations made before that readers show by now; make one for each large organisation that is
        behind, unless the last refresh was just now."""
        await self._use()
        started = self._clock.now()
        if not self._due or started < self._not_before:
            return
        due = [t for t in self._due if t not in self._made]
        for tenant in due:
            del self._due[tenant]
            for rollup in self.declared:
                await self._renew(rollup, tenant)
        ended = self._clock.now()
        self._not_before = ended + REST * (ended - started)

    async def _use(self) -> None:
        for tenant, (generation, mark) in [*self._made.items()]:
            if await self._warehouse.shows([mark]):
                self._generations[tenant] = generation
                del self._made[tenant]
                self._behind_since.pop(tenant, None)
                if tenant in self._due:
                    self._behind_since[tenant] = self._due[tenant]

    async def _renew(self, rollup: RollUp, tenant: str) -> None:
        of = {"tenant": tenant}
        counted = f"SELECT count() FROM `{rollup.source}` WHERE tenant = {{tenant:String}}"
        if (await self._warehouse.rows(counted, of))[0][0] < self.worth_it:
            return
        last, next_ = self._generations.get(tenant, 0), self._clock.now()
        values = ", ".join(f"`{c.name}`" for c in rollup.columns)
        await self._warehouse.command(
            f"INSERT INTO `{rollup.name}` SELECT {{tenant:String}}, {{next:UInt64}}, {values} FROM ({rollup.select})",
            {**of, "next": next_},
        )
        self._made[tenant] = (
            next_,
            Mark(rollup.name, tenant, "generation = {generation:UInt64}", {"generation": next_}),
        )
        old = f"ALTER TABLE `{rollup.name}` DELETE WHERE tenant = {{tenant:String}} AND generation < {{last:UInt64}}"
        await self._warehouse.command(old, {**of, "last": last})
