"""Bulk acts: records per second, until the views show them, against the same command sent to each record by itself.

Both in this process, over the same accounts; single commands go side by side, as many as a bulk act has in flight.
"""

from __future__ import annotations

import asyncio
import time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, at_least, interleaved, show
from services.integration.bulk.runner import BATCH
from shared.kernel.bus import Call
from tests.support.bulk import act
from tests.support.importing import Office, office

RECORDS = 2_000


def run(rounds: int = 3, records: int = RECORDS) -> list[Figure]:
    with TemporaryDirectory(prefix="crm-bench-") as folder, asyncio.Runner() as runner:
        opened = office(Path(folder))
        desk = runner.run(opened.__aenter__())
        try:
            bench = _Bench(desk, runner.run(accounts_of(desk, records)))
            rate = interleaved(
                {"bulk": lambda: runner.run(bench.bulk()), "single": lambda: runner.run(bench.single())}, rounds
            )
        finally:
            runner.run(opened.__aexit__(None, None, None))
    detail = f"{rate['bulk']:,.0f} records/s; single commands {rate['single']:,.0f}/s; {records:,} accounts tagged"
    return [at_least("a bulk act, of single commands", 100 * rate["bulk"] / rate["single"], 60, "%", detail)]


async def accounts_of(desk: Office, records: int) -> list[str]:
    access, bus = await desk.access(), desk.suite.kernel.bus
    ids: list[str] = []
    for first in range(0, records, BATCH):
        bodies = [{"name": f"Company {n:x} Holdings", "allow_duplicate": True} for n in range(first, first + BATCH)]
        made = await asyncio.gather(*(bus.send("customer.CreateAccount", body, Call(access)) for body in bodies))
        ids += [done.id for done in made]
    await _shown(desk)
    return ids[:records]


async def _shown(desk: Office) -> None:
    """Return when the views have all that was written."""
    projector, head = desk.suite.kernel.projector, await desk.suite.kernel.store.head()
    while projector.position < head:
        await asyncio.sleep(0.005)


class _Bench:
    def __init__(self, desk: Office, ids: list[str]) -> None:
        self._desk, self._ids, self._marks = desk, ids, count()

    async def bulk(self) -> float:
        """Records per second."""
        body, began = {"add": [f"mark{next(self._marks)}"]}, time.perf_counter()
        expected = await self._desk.get("/customer/accounts/count")
        asked = {"type": "account", "command": "tag", "body": body, "filters": {}, "expected_count": expected["count"]}
        done = await act(self._desk.client, **asked)
        assert done["changed"] >= len(self._ids), done
        await _shown(self._desk)
        return float(done["changed"]) / (time.perf_counter() - began)

    async def single(self) -> float:
        """The same of commands by themselves."""
        access, bus = await self._desk.access(), self._desk.suite.kernel.bus
        body, began = {"add": [f"mark{next(self._marks)}"]}, time.perf_counter()
        for first in range(0, len(self._ids), BATCH):
            some = self._ids[first : first + BATCH]
            await asyncio.gather(*(bus.send("customer.TagAccount", body, Call(access, id)) for id in some))
        await _shown(self._desk)
        return len(self._ids) / (time.perf_counter() - began)


if __name__ == "__main__":
    show("Bulk acts", run())
