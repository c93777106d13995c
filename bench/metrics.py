"""Metrics over many deals: each by its name as a screen asks, through rights and gateway, against a plain sum.

A hundred thousand deals with four facts each. The plain question is put to the same confined engine.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from tempfile import TemporaryDirectory

from bench.figures import Figure, at_most, interleaved, show
from bench.warehouse import ADMINISTRATOR, Names, filled
from services.analytics.metrics.asking import ask
from services.analytics.sql.gateway import SqlGateway
from shared.clock import from_rfc3339
from shared.domain.calendar import Calendar
from shared.messages.languages import ENGLISH
from shared.warehouse.confined import ConfinedWarehouse

YEAR = [("from", "2018-01-01"), ("to", "2018-12-31"), ("bucket", "month")]
ASKED = {
    "pipeline": [("by", "stage"), ("as_of", "2018-06-30")],
    "revenue": [*YEAR, ("by", "owner")],
    "win_rate": [*YEAR, ("by", "product")],
    "funnel": YEAR[:2],
    "sales_velocity": YEAR[:2],
    "cycle_time": [*YEAR, ("by", "owner")],
    "forecast": [("by", "owner"), ("as_of", "2018-06-30")],
    "open_ageing": [("as_of", "2018-06-30")],
    "lost_reasons": YEAR[:2],
}
PLAIN = "SELECT stage, count(), sum(amount) FROM opportunities_now FINAL WHERE NOT archived GROUP BY stage"
NOW = from_rfc3339("2020-01-15T10:00:00Z")
GOAL = 300  # ms


def run(rounds: int = 5, deals: int = 100_000) -> list[Figure]:
    with TemporaryDirectory(prefix="crm-bench-") as folder, asyncio.Runner() as runner:
        warehouse = runner.run(ConfinedWarehouse.open(f"chdb:{folder}/confined"))
        rollups = runner.run(filled(warehouse, 4 * deals))
        gateway = SqlGateway(warehouse, Names(), rollups.generation)

        def metric(name: str) -> Callable[[], float]:
            return lambda: runner.run(_metric(gateway, name))

        cases = {name: metric(name) for name in ASKED} | {"plain": lambda: runner.run(_plain(warehouse))}
        took = interleaved(cases, rounds)
        runner.run(warehouse.close())
    plain, slowest = took.pop("plain"), max(took, key=lambda name: took[name])
    every = ", ".join(f"{name} {1000 * seconds:.0f}" for name, seconds in took.items())
    return [
        at_most(f"slowest metric of {deals:,} deals", 1000 * took[slowest], GOAL, "ms", f"{slowest}; ms: {every}"),
        Figure(
            "slowest metric / a plain sum", took[slowest] / plain, "×", "stated", True, f"plain {1000 * plain:.0f} ms"
        ),
    ]


async def _metric(gateway: SqlGateway, name: str) -> float:
    began = time.perf_counter()
    found = await ask(gateway, name, ASKED[name], ADMINISTRATOR, Calendar("UTC"), NOW, ENGLISH)
    assert found["rows"], name
    return time.perf_counter() - began


async def _plain(warehouse: ConfinedWarehouse) -> float:
    began = time.perf_counter()
    await warehouse.ask(PLAIN, tenant="acme")
    return time.perf_counter() - began


if __name__ == "__main__":
    show("Metrics", run())
