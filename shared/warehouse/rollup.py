"""Roll-ups: sums of a current table for dashboards over millions of records, one generation at a time.

A roll-up is never added to: it is computed again from the current states, so a corrected event corrects it. It is kept
only for organisations large enough to need one, and used only while it is at most MAX_AGE behind; else the sums are
made from the states themselves.

The table `rollup_generations` tells other processes which generation is in use. It is written before the first change
that the generation lacks, and before the current tables are exchanged, so it is never true too late.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from shared.clock import Clock, Micros
from shared.warehouse.port import Mark, Warehouse, WarehouseReader
from shared.warehouse.tables import Column

WORTH_IT = 200_000  # records of an organisation; fewer are summed in a few milliseconds
MAX_AGE: Micros = 5_000_000
RETAINED: Micros = 60_000_000  # a question chose its generation up to 2 s late, waits 30 s for a turn, and runs 10 s
REST = 4  # a refresh is followed by at least this many times its own length without one


@dataclass(frozen=True, slots=True)
class RollUp:
    """source: the current table. select: a SELECT of the columns for {tenant:String}, in their order, with days of the
    time zone {zone:String}."""

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

    @property
    def fingerprint(self) -> str:
        """Changes when a stored roll-up is no longer what this declaration would make."""
        return hashlib.sha256(f"{self.ddl()}\n{self.select}".encode()).hexdigest()[:32]


ZoneOf = Callable[[str], Awaitable[str]]  # organisation → its time zone now


async def utc(tenant: str) -> str:
    return "UTC"


async def noted(warehouse: WarehouseReader) -> dict[str, tuple[int, Micros]]:
    """By organisation: the generation in use, and the first change that it lacks (0 = none)."""
    sql = "SELECT tenant, argMax(generation, number) AS g, argMax(behind_since, number) FROM rollup_generations"
    return {t: (g, behind) for t, g, behind in await warehouse.rows(f"{sql} GROUP BY tenant HAVING g != 0")}


class RollUps:
    """Generations live as long as the feed's lease: with a new one they are made again."""

    def __init__(
        self,
        warehouse: Warehouse,
        declared: Iterable[RollUp],
        clock: Clock,
        worth_it: int = WORTH_IT,
        zone: ZoneOf = utc,
    ) -> None:
        self._warehouse, self._clock, self.worth_it, self._zone = warehouse, clock, worth_it, zone
        self._zones: dict[str, str] = {}  # of the newest generation
        self.declared = tuple(declared)
        self._generations: dict[str, Micros] = {}
        self._made: dict[str, tuple[Micros, Mark]] = {}  # generations that readers may not show yet
        self._behind_since: dict[str, Micros] = {}  # the first change that the generation in use lacks
        self._due: dict[str, Micros] = {}  # the first change that no generation has
        self._not_before: Micros = 0
        self._noted: dict[str, tuple[int, Micros]] = {}  # what other processes read
        began = clock.now()
        self._used = defaultdict[str, list[tuple[Micros, int]]](lambda: [(0, 0), (began, began)])  # since when, which

    async def start(self) -> None:
        """Tables of the declared form. Rows of an earlier process stay while questions may still read them."""
        kept = "SELECT argMax(fingerprint, written_at) FROM table_fingerprints WHERE name = {n:String}"
        for rollup in self.declared:
            now = {"n": rollup.name, "f": rollup.fingerprint, "at": self._clock.now()}
            if (await self._warehouse.rows(kept, {"n": rollup.name}))[0][0] != rollup.fingerprint:
                await self.reset([])
                await self._warehouse.command(f"DROP TABLE IF EXISTS `{rollup.name}` SYNC")
            await self._warehouse.command(rollup.ddl())
            await self._warehouse.command(
                "INSERT INTO table_fingerprints VALUES ({n:String}, {f:String}, {at:UInt64})", now
            )

    async def restart(self) -> None:
        """This process has the feed's lease now: no generation may be used, every organisation with records is due."""
        found: list[str] = []
        for rollup in self.declared:
            found += [t for (t,) in await self._warehouse.rows(f"SELECT DISTINCT tenant FROM `{rollup.source}`")]
        await self.reset(found)

    def touch(self, tenants: Iterable[str]) -> None:
        """Records of these organisations have changed."""
        now = self._clock.now()
        for tenant in tenants:
            self._behind_since.setdefault(tenant, now)
            self._due.setdefault(tenant, now)

    async def reset(self, tenants: Iterable[str] = ()) -> None:
        """No generation may be used any more, in any process. tenants: due, and so are those that had one."""
        self._noted = await noted(self._warehouse)
        self.touch([*tenants, *self._noted, *self._generations, *self._made])
        self._generations.clear()
        self._made.clear()
        await self.note()

    async def note(self) -> None:
        """Let other processes read what has changed. Call it before rows of touched organisations are inserted."""
        for tenant in {*self._noted, *self._generations}:
            generation = self._generations.get(tenant, 0)
            now = (generation, self._behind_since.get(tenant, 0))
            before = self._noted.get(tenant, (0, 0))
            if now == before or not (generation or before[0]):
                continue
            await self._warehouse.command(
                "INSERT INTO rollup_generations "
                "SELECT {t:String}, {g:UInt64}, {b:UInt64}, max(number) + 1 FROM rollup_generations",
                {"t": tenant, "g": generation, "b": now[1]},
            )
            self._noted[tenant] = now
            if generation and generation != self._used[tenant][-1][1]:
                self._used[tenant].append((self._clock.now(), generation))

    def generation(self, tenant: str) -> int | None:
        """The generation to read, None when there is none that is fresh enough."""
        now = self._clock.now()
        return self._generations.get(tenant) if now - self._behind_since.get(tenant, now) <= MAX_AGE else None

    @property
    def are_due(self) -> bool:
        """Whether generations are to be made, or to be used."""
        return bool(self._due or self._made)

    async def refresh(self) -> None:
        """Use the generations made before that readers show by now; make one for each large organisation that is
        behind, unless the last refresh was just now."""
        await self._use()
        await self._drop_moved()
        await self.note()
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

    async def _drop_moved(self) -> None:
        """A generation whose organisation has another time zone by now is not used any more."""
        for tenant in {*self._generations, *self._made}:
            if self._zones[tenant] != await self._zone(tenant):
                self._generations.pop(tenant, None)
                self._made.pop(tenant, None)
                self.touch([tenant])

    async def _renew(self, rollup: RollUp, tenant: str) -> None:
        self._zones[tenant] = zone = await self._zone(tenant)
        of = {"tenant": tenant, "zone": zone}
        counted = f"SELECT count() FROM `{rollup.source}` WHERE tenant = {{tenant:String}}"
        if (await self._warehouse.rows(counted, of))[0][0] < self.worth_it:
            return
        next_ = max(self._clock.now(), self._used[tenant][-1][1] + 1)
        values = ", ".join(f"`{c.name}`" for c in rollup.columns)
        await self._warehouse.command(
            f"INSERT INTO `{rollup.name}` SELECT {{tenant:String}}, {{next:UInt64}}, {values} FROM ({rollup.select})",
            {**of, "next": next_},
        )
        self._made[tenant] = (
            next_,
            Mark(rollup.name, tenant, "generation = {generation:UInt64}", {"generation": next_}),
        )
        old = f"ALTER TABLE `{rollup.name}` DELETE WHERE tenant = {{tenant:String}} AND generation < {{kept:UInt64}}"
        await self._warehouse.command(old, {**of, "kept": self._kept_from(tenant)})

    def _kept_from(self, tenant: str) -> int:
        """The oldest generation that a question may still read."""
        used = self._used[tenant]
        while len(used) > 1 and used[1][0] <= self._clock.now() - RETAINED:
            used.pop(0)
        return used[0][1]
